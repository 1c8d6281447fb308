"""A file that is emptied, cut or removed while it is open: its own frames, or a word."""

import os
import random
from contextlib import suppress

import pytest

from mvit_core.errors import VideoError
from mvit_core.video import open_video
from tests.fixtures_video import read_barcode, write_barcode_clip

FRAMES = 60


def emptied(path):
    os.truncate(path, 0)


def cut(path):
    os.truncate(path, path.stat().st_size // 2)


def removed(path):
    path.unlink()


def overwritten(path):
    path.write_bytes(b"\xff" * path.stat().st_size)


@pytest.mark.parametrize("ending", ["ts", "mkv", "mp4", "avi"])
@pytest.mark.parametrize("change", [emptied, cut, removed, overwritten])
def test_each_frame_is_the_right_one_or_an_error_in_words(tmp_path, change, ending):
    codec = "mpeg4" if ending == "avi" else "libx264"
    path = write_barcode_clip(tmp_path / f"clip.{ending}", frames=FRAMES, gop=10, codec=codec)
    order = [1, 30, FRAMES - 1, 0, *random.Random(3).sample(range(FRAMES), 20)]
    with open_video(path, cache_bytes=0) as video:
        video.frame(0)
        change(path)
        for index in order:
            with suppress(VideoError):  # whose words are one line: tests/system/test_printable.py
                number = read_barcode(video.frame(index))
                assert number == index or index in video.damaged_frames
