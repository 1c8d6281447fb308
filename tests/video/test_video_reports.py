"""Frames of the reported files against those of the ffmpeg command line and of OpenCV."""

import random
import shutil
import subprocess

import cv2
import numpy as np
import pytest

from mvit_core.video import open_video
from tests.fixtures_video import SHARED

REPORTS = SHARED / "reports"
pytestmark = [
    pytest.mark.corpus,
    pytest.mark.skipif(not REPORTS.is_dir(), reason="no ../shared/reports beside the checkout"),
]
needs_ffmpeg = pytest.mark.skipif(shutil.which("ffmpeg") is None, reason="no ffmpeg command here")
FILMS = {
    "05_thumbnail_track_first.mp4": 1,
    "14_preview_first.mkv": 1,
    "07_break_of_55s.mp4": 0,
    "60_mkv_cropped.mkv": 0,
}
"""Films, and the stream that is the film."""
CODED = (192, 108)
MOST_GREY = 3
"""Mean difference of grey levels: programs round colours each in their own way."""


def by_command(path, stream):
    """(N, H, W) grey of every frame, as the command line tool decodes them."""
    words = ["ffmpeg", "-v", "error", "-i", str(path), "-map", f"0:{stream}", "-vsync", "0"]
    words += ["-f", "rawvideo", "-pix_fmt", "gray", "-"]
    raw = subprocess.run(words, capture_output=True, check=True).stdout
    return np.frombuffer(raw, np.uint8).reshape(-1, CODED[1], CODED[0])


def grey(frame):
    """Luma as ffmpeg's grey: full range, by the weights of BT.601."""
    return frame.astype(float) @ (0.299, 0.587, 0.114)


def place_of(part, whole):
    """(top, left) of a smaller picture within a larger one."""
    found = cv2.matchTemplate(whole.astype(np.float32), part.astype(np.float32), cv2.TM_SQDIFF)
    left, top = cv2.minMaxLoc(found)[2]
    return top, left


@needs_ffmpeg
@pytest.mark.parametrize("name", FILMS)
def test_every_frame_of_a_reported_film_is_the_one_that_ffmpeg_decodes(name):
    wanted = by_command(REPORTS / name, FILMS[name])
    with open_video(REPORTS / name, cache_bytes=0) as video:
        assert video.frame_count == len(wanted)
        top, left = place_of(grey(video.frame(0)), wanted[0])
        order = list(range(len(wanted)))
        random.Random(5).shuffle(order)
        for index in order:
            seen = grey(video.frame(index))
            rows, columns = seen.shape
            inside = wanted[index][top : top + rows, left : left + columns]
            assert np.abs(seen - inside).mean() < MOST_GREY, index
        if name.startswith("60"):
            assert (columns, rows) == (142, 84)
        else:
            assert (columns, rows) == CODED


@needs_ffmpeg
def test_another_frame_would_be_noticed():
    name = "07_break_of_55s.mp4"
    wanted = by_command(REPORTS / name, 0)
    with open_video(REPORTS / name) as video:
        assert np.abs(grey(video.frame(5)) - wanted[30]).mean() > MOST_GREY


@pytest.mark.parametrize(
    ("name", "pattern"),
    [("20_rawframes_rgb_flow_equal", "img_*.jpg"), ("21_frames_and_masks", "frame_*.jpg")],
)
def test_the_frames_of_a_reported_folder_are_its_colour_pictures(name, pattern):
    files = sorted((REPORTS / name).glob(pattern))
    with open_video(REPORTS / name) as video:
        assert video.frame_count == len(files) == 20
        for index, path in enumerate(files):
            wanted = cv2.imread(str(path))[..., ::-1]
            assert np.abs(video.frame(index).astype(int) - wanted).mean() <= 2


def test_the_frames_of_the_reported_stack_are_its_pages():
    read, pages = cv2.imreadmulti(str(REPORTS / "stack.tif"))
    assert read
    with open_video(REPORTS / "stack.tif") as video:
        assert video.frame_count == len(pages) == 10
        for index, page in enumerate(pages):
            np.testing.assert_array_equal(video.frame(index), page[..., ::-1])
