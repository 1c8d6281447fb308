"""Every awkward file opens and agrees with an independent decoder, or is refused in one line."""

import random
import time

import numpy as np
import pytest

from mvit_core.errors import FrameDecodeError, VideoOpenError
from mvit_core.video import open_video
from tests.fixtures_video import SHARED, read_barcode

pytestmark = pytest.mark.corpus

REFUSED = {
    "audio_only.m4a": "has no video stream",
    "audio_with_cover_only.m4a": "only a cover picture",
    "bitflip_moov.mp4": "cannot be opened",
    "directory.mp4": "is a folder without pictures",
    "playlist_renamed.mp4": "cannot be opened",
    "text_renamed.mp4": "cannot be opened",
    "zero_byte.mp4": "is empty",
}
"""Files that are not opened, and what is said of them."""
# How a decoder paints over damage depends on what it decoded before: only numbers are compared.
DAMAGED = ("bitflip_", "truncated_")
# The reference counts the delay of a GIF's last frame as part of its rate.
OTHER_RATE = {"anim_delays.gif"}

WRONG_HEADER = {"wrong_frame_count_avi.avi": "the file states 333.30 s and holds 2.00 s"}
"""Sound frames under a header that promises more, and what is said of it."""


def names(folder, ignored=("expected.json", "README.md")):
    path = SHARED / folder
    found = sorted(p.name for p in path.iterdir()) if path.is_dir() else []
    return [name for name in found if name not in ignored] or ["absent"]


def sequential(path):
    """Every frame by number, None where it cannot be decoded."""
    pictures = []
    with open_video(path) as video:
        for number in range(video.frame_count):
            try:
                pictures.append(video.frame(number))
            except FrameDecodeError:
                pictures.append(None)
    return pictures


def assert_same_in_any_order(path, pictures, samples):
    """Random order without a cache, then backwards with one."""
    order = list(range(len(pictures)))
    random.Random(3).shuffle(order)
    with open_video(path, cache_bytes=0) as video:
        for number in order[:samples]:
            assert np.array_equal(video.frame(number), pictures[number]), number
    with open_video(path) as video:
        for number in reversed(range(len(pictures))):
            assert np.array_equal(video.frame(number), pictures[number]), number


@pytest.mark.parametrize("name", [n for n in names("corpus") if n in REFUSED] or ["absent"])
def test_what_is_no_video_is_refused_in_one_line(corpus, name):
    began = time.monotonic()
    with pytest.raises(VideoOpenError, match=REFUSED[name]) as caught:
        open_video(corpus / name)
    assert time.monotonic() - began < 2
    assert "\n" not in str(caught.value)


SOUND = [n for n in names("corpus") if n not in REFUSED and not n.startswith(DAMAGED)]


@pytest.mark.parametrize("name", SOUND)
def test_a_sound_file_agrees_with_an_independent_decoder(corpus, expected, name):
    row = expected[name]
    pictures = sequential(corpus / name)
    with open_video(corpus / name) as video:
        assert video.frame_count == row["n_frames_ffmpeg"]
        assert video.size == tuple(row["upright_size"])
        assert video.display_size == tuple(row["display_size"])
        assert (video.codec, video.rotation) == (row["codec"], row["rotation_ccw"])
        assert video.is_variable_rate == row["vfr"]
        assert [part for part in video.damage if name not in WRONG_HEADER] == []
        top, bottom = map(int, row["avg_rate"].split("/"))
        assert name in OTHER_RATE or video.fps == pytest.approx(top / bottom, rel=0.01)
    if row.get("barcodes_all"):
        turned = [np.rot90(p, k=-row["rotation_ccw"] // 90) for p in pictures]
        assert [read_barcode(p) for p in turned] == row["barcodes_all"]
    for which, place in (("first", 0), ("mid", row["mid_index"]), ("last", -1)):
        wanted = row.get("mean_rgb", {}).get(which)
        if wanted:
            np.testing.assert_allclose(pictures[place].mean((0, 1)), wanted, atol=2)
    assert_same_in_any_order(corpus / name, pictures, samples=40)


HURT = [n for n in names("corpus") if n not in REFUSED and n.startswith(DAMAGED)]


@pytest.mark.parametrize("name", HURT or ["absent"])
def test_a_damaged_file_gives_what_it_holds_and_no_wrong_frame(corpus, expected, name):
    row = expected[name]
    pictures = sequential(corpus / name)
    assert abs(len(pictures) - row["n_frames_ffmpeg"]) <= 1
    shown = [read_barcode(p) for p in pictures if p is not None]
    if row.get("barcodes_all"):
        assert shown == row["barcodes_all"]
    order = list(range(len(pictures)))
    random.Random(5).shuffle(order)
    with open_video(corpus / name, cache_bytes=0) as video:
        for number in order:
            try:
                found = video.frame(number)
            except FrameDecodeError:
                assert pictures[number] is None
                continue
            assert found.shape == pictures[0].shape


@pytest.mark.parametrize("name", WRONG_HEADER)
def test_a_header_that_promises_more_is_told(corpus, name):
    with open_video(corpus / name) as video:
        assert WRONG_HEADER[name] in " ".join(video.damage)


@pytest.mark.parametrize("name", names("clips"))
def test_every_frame_of_a_real_clip_is_the_same_in_any_order(clips, name):
    pictures = sequential(clips / name)
    assert_same_in_any_order(clips / name, pictures, samples=24)


def test_output_order_rules_where_pts_lie(clips):
    with open_video(clips / "mpeg4_320x240.avi") as video:
        assert not video._times.by_pts
        assert (video.frame_count, video.fps) == (164, 25.0)
        frames = np.stack(list(video.frames())).astype(np.int16)
        # In the right order neighbours differ little; swapped frames would double the difference.
        near = np.abs(np.diff(frames, axis=0)).mean()
        far = np.abs(frames[2:] - frames[:-2]).mean()
        assert near < far
