"""Every awkward file opens and agrees with an independent decoder, or is refused in one line."""

import random
import time
from contextlib import suppress

import av
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
OTHER_RATE = {
    # 6 frames, the last at 1.65 s: 5 steps in 1.65 s. FFmpeg 5.1 guesses 5/2, FFmpeg 8.1 25/7.
    "anim_delays.gif": 5 / 1.65,
}
"""Rates on which decoders do not agree, and ours; the times of the frames are the same."""
OTHER_LAST_TIME = {
    "raw.hevc": "a raw stream has no clock: every program makes one from the stated rate",
    "variable_resolution.h264": "the same",
    "mpeg4_packed_xvid.avi": "ffprobe gives its 40 frames 39 times; ours are one step apart",
    "wrong_frame_count_avi.avi": "ffprobe gives its 60 frames 59 times; ours are one step apart",
}
"""Files of which the time of the last frame is not compared, and why."""
WRONG_HEADER = {"wrong_frame_count_avi.avi": "the file states 333.30 s and holds 2.00 s"}
"""Sound frames under a header that promises more, and what is said of it."""


def names(folder, ignored=("expected.json", "README.md")):
    path = SHARED / folder
    found = sorted(p.name for p in path.iterdir()) if path.is_dir() else []
    return [name for name in found if name not in ignored] or ["absent"]


def by_pyav(path):
    """Every frame as RGB from one straight decode that knows nothing of this reader.

    Upright, scaled to the first frame's size; what the decoder refuses is passed over.
    """
    if path.is_dir():
        return [frame for each in sorted(path.iterdir()) for frame in by_pyav(each)]
    pictures, first = [], None
    with av.open(f"file:{path}") as container:
        stream = container.streams.video[0]
        packets = container.demux(stream)
        while (packet := next(packets, None)) is not None:
            frames = []
            with suppress(av.error.FFmpegError, EOFError):
                frames = packet.decode()
            for frame in frames:
                first = first or (frame.width, frame.height)
                rgb = frame.to_ndarray(format="rgb24", width=first[0], height=first[1])
                pictures.append(np.rot90(rgb, k=frame.rotation // 90))
    return pictures


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


FILES = [(f, n) for f in ("corpus", "clips") for n in names(f) if n not in REFUSED]
"""All that open."""
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
        notes = [part for part in video.damage if name not in WRONG_HEADER]
        assert [part for part in notes if "several video streams" not in part] == []
        assert bool(notes) == (name == "two_video_streams.mkv")
        top, bottom = map(int, row["avg_rate"].split("/"))
        rate = OTHER_RATE.get(name, top / bottom)
        assert video.fps == pytest.approx(rate, rel=0.01)
        if name not in OTHER_LAST_TIME:
            span = row["last_pts_time"] - row["first_pts_time"]
            assert video.pts_seconds[-1] == pytest.approx(span, abs=2e-3)
    if row.get("barcodes_all"):
        turned = [np.rot90(p, k=-row["rotation_ccw"] // 90) for p in pictures]
        assert [read_barcode(p) for p in turned] == row["barcodes_all"]
    for which, place in (("first", 0), ("mid", row["mid_index"]), ("last", -1)):
        wanted = row.get("mean_rgb", {}).get(which)
        if wanted:
            np.testing.assert_allclose(pictures[place].mean((0, 1)), wanted, atol=2)


PAINTED_HOLES = {
    "bitflip_0.mp4": "flipped bits inside frames 38 to 49",
    "bitflip_2.ts": "flipped bits from frame 23 on",
    "bitflip_3.mp4": "the reference picture of frames 21 to 23 is lost",
    "bitflip_5.mp4": "flipped bits from frame 5 on, and frame 63 is refused: a placeholder",
    "bitflip_8.mp4": "both frames are hurt inside; HEVC leaves there what the memory held",
    "bitflip_6.mkv": "most of frames 5 to 60 is lost",
}
"""Damage over which FFmpeg paints whatever it has: a straight decode whose packets merely carry
other numbers paints otherwise, so only barcodes that both can read are compared."""


@pytest.mark.parametrize(("folder", "name"), FILES)
def test_every_frame_is_that_of_a_straight_decode(folder, name):
    path = SHARED / folder / name
    if not path.exists():
        pytest.skip("the awkward videos are not there")
    wanted = by_pyav(path)
    if name in PAINTED_HOLES:
        assert_same_numbers(path, wanted)
        return
    with open_video(path) as video:
        assert video.frame_count == len(wanted)
        for number, frame in enumerate(video.frames()):
            assert np.array_equal(frame, wanted[number]), number
    assert_same_in_any_order(path, wanted, samples=40)


def assert_same_numbers(path, wanted):
    """No frame shows another's barcode, however it is reached."""
    numbers = [read_barcode(picture) for picture in wanted]
    places = list(range(len(wanted)))
    with open_video(path, cache_bytes=0) as video:
        if path.name == "bitflip_5.mp4":
            numbers.insert(63, None)  # the straight decode knows nothing of the one it lost
        assert video.frame_count == len(numbers)
        for place in (*places, *places[::-1], *random.Random(9).sample(places, len(places))):
            with suppress(FrameDecodeError):
                found = read_barcode(video.frame(place))
                assert found is None or numbers[place] is None or found == numbers[place], place


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


def test_output_order_rules_where_pts_lie(clips):
    with open_video(clips / "mpeg4_320x240.avi") as video:
        assert not video._times.by_pts
        assert (video.frame_count, video.fps) == (164, 25.0)
        frames = np.stack(list(video.frames())).astype(np.int16)
        # In the right order neighbours differ little; swapped frames would double the difference.
        near = np.abs(np.diff(frames, axis=0)).mean()
        far = np.abs(frames[2:] - frames[:-2]).mean()
        assert near < far
