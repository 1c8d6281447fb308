"""Windows tile the video, and samples fall where the reference puts them."""

from itertools import pairwise
from types import SimpleNamespace

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from mvit_core.errors import ClipError, FrameDecodeError
from mvit_core.video import ClipSpec, clip_windows, open_video, read_clip, window_of
from mvit_core.video.clip import linspace_float32
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip

RATES = [1.0, 10.0, 12.5, 15.0, 24000 / 1001, 24.0, 25.0, 28.0, 30000 / 1001, 30.0, 50.0, 60.0]


def test_sixteen_by_four_at_thirty_fps_is_the_published_list():
    (window,) = clip_windows(64, 30.0, ClipSpec())
    assert window.frame_indices == (0, 4, 8, 12, 16, 21, 25, 29, 33, 37, 42, 46, 50, 54, 58, 63)
    assert (window.start, window.stop, window.note) == (0, 64, "")


@settings(max_examples=400, deadline=None)
@given(
    start=st.one_of(st.integers(0, 200_000), st.floats(0, 5000)),
    count=st.sampled_from([1, 2, 4, 5, 8, 16, 32, 40, 64]),
    rate=st.sampled_from([1, 2, 3, 4, 4.5, 7.5, 8]),
    fps=st.sampled_from(RATES),
)
def test_spread_indices_equal_those_of_torch(start, count, rate, fps):
    end = start + rate * count / 30.0 * fps - 1
    wanted = torch.linspace(start, end, count).clamp(0, 1e6).long().tolist()
    found = np.clip(linspace_float32(start, end, count), 0, 1e6).astype(int).tolist()
    assert found == wanted


@settings(max_examples=200, deadline=None)
@given(
    frame_count=st.integers(1, 3000),
    fps=st.sampled_from(RATES),
    frames=st.sampled_from([1, 4, 16, 32, 40]),
    rate=st.sampled_from([1.0, 3.0, 4.0, 7.5]),
    sampling=st.sampled_from(["linspace", "stride", "segments"]),
)
def test_every_frame_belongs_to_exactly_one_window(frame_count, fps, frames, rate, sampling):
    spec = ClipSpec(frames=frames, rate=rate, sampling=sampling)
    windows = clip_windows(frame_count, fps, spec)
    assert (windows[0].start, windows[-1].stop) == (0, frame_count)
    for before, after in pairwise(windows):
        assert before.stop == after.start
    for number, window in enumerate(windows):
        assert window.index == number
        assert window.start < window.stop
        assert len(window.frame_indices) == frames
        assert list(window.frame_indices) == sorted(window.frame_indices)
        assert 0 <= window.frame_indices[0] <= window.frame_indices[-1] < frame_count
        for frame in (window.start, window.stop - 1):
            assert window_of(windows, frame) is window


def test_the_last_window_is_anchored_at_the_end():
    windows = clip_windows(150, 30.0, ClipSpec())
    assert [(w.start, w.stop) for w in windows] == [(0, 64), (64, 128), (128, 150)]
    assert (windows[-1].frame_indices[0], windows[-1].frame_indices[-1]) == (86, 149)


def test_a_short_video_repeats_its_last_frame_and_says_so():
    (window,) = clip_windows(40, 30.0, ClipSpec())
    assert window.frame_indices[-6:] == (39,) * 6
    assert window.note == "the video has 40 of the 64 frames of a window: the last is repeated"


def test_samples_spread_with_the_frame_rate():
    slow, fast = (clip_windows(1000, fps, ClipSpec())[0] for fps in (15.0, 60.0))
    assert (slow.stop, slow.frame_indices[-1]) == (32, 31)
    assert (fast.stop, fast.frame_indices[-1]) == (128, 127)


def test_exact_strides_ignore_the_frame_rate():
    windows = clip_windows(100, 60.0, ClipSpec(frames=4, rate=8, sampling="stride"))
    assert windows[0].frame_indices == (0, 8, 16, 24)
    assert windows[-1].frame_indices == (68, 76, 84, 92)


def test_a_slow_video_repeats_frames_within_a_window_and_says_so():
    windows = clip_windows(9, 1.0, ClipSpec())
    assert len(windows) == 5
    assert set(windows[0].frame_indices) == {0, 1}
    assert windows[0].note == "a window has 2 frames for 16 samples: some are repeated"


def test_segments_take_the_middle_of_equal_parts():
    (window,) = clip_windows(50, 30.0, ClipSpec(sampling="segments"))
    part = 49 / 16
    wanted = [(round(part * i) + round(part * (i + 1))) // 2 for i in range(16)]
    assert list(window.frame_indices) == wanted
    assert "some are repeated" in clip_windows(9, 30.0, ClipSpec(sampling="segments"))[0].note


def test_an_image_model_sees_the_first_frame_of_every_group():
    windows = clip_windows(10, 30.0, ClipSpec(frames=1, rate=4))
    assert [w.frame_indices for w in windows] == [(0,), (4,), (8,)]
    assert [w.note for w in windows] == [""] * 3


def test_a_frame_outside_all_windows_has_none():
    windows = clip_windows(150, 30.0, ClipSpec())
    for frame in (-1, 150):
        with pytest.raises(
            IndexError, match=rf"frame {frame} lies in no window; frames are 0..149"
        ):
            window_of(windows, frame)


@pytest.mark.parametrize(
    ("changes", "match"),
    [
        ({"frames": 0}, "frames must be a whole number of at least 1, got 0"),
        ({"size": 2.5}, "size must be a whole number"),
        ({"short_side": -1}, "short_side must be a whole number"),
        ({"frames": 10**8}, "frames must be at most 4096, got 100000000"),
        ({"rate": 1e300}, "are no span of a video: rate is 1e\\+300, allowed are"),
        ({"target_fps": 1e-300}, "seconds per sample is 4e\\+300, allowed are"),
        ({"rate": 0.0}, "rate must be a number above 0"),
        ({"target_fps": float("nan")}, "target_fps must be a number above 0"),
        ({"mean": (0.5, 0.5)}, "mean must be three numbers"),
        ({"std": (0.2, 0.0, 0.2)}, "std divides"),
        ({"interpolation": "nearest"}, "must be one of bilinear, bicubic, got 'nearest'"),
        ({"sampling": "all"}, "must be one of linspace, stride, segments, got 'all'"),
    ],
)
def test_an_impossible_specification_is_refused_at_birth(changes, match):
    with pytest.raises(ClipError, match=match):
        ClipSpec(**changes)


def test_a_video_without_frames_or_rate_has_no_windows():
    with pytest.raises(ClipError, match="frame_count = 0"):
        clip_windows(0, 30.0, ClipSpec())
    with pytest.raises(ClipError, match="fps must be a number above 0, got inf"):
        clip_windows(9, float("inf"), ClipSpec())


def test_a_clip_holds_the_frames_of_its_window(clip_path):
    with open_video(clip_path) as video:
        window = clip_windows(video.frame_count, video.fps, ClipSpec(frames=8, rate=3))[-1]
        clip = read_clip(video, window)
    assert clip.frames.shape == (8, 108, 192, 3)
    assert clip.frames.dtype == np.uint8
    assert tuple(read_barcode(frame) for frame in clip.frames) == window.frame_indices
    assert clip.frame_indices == window.frame_indices
    np.testing.assert_allclose(clip.pts_seconds, np.array(window.frame_indices) / 30, atol=1e-4)
    assert clip.window is window


def test_a_damaged_frame_is_replaced_by_its_neighbour(tmp_path):
    path = write_barcode_clip(tmp_path / "hurt.mov", frames=9, codec="png", pixel_format="rgb24")
    blank_packet(path, 4)
    with open_video(path) as video:
        (window,) = clip_windows(9, 30.0, ClipSpec(frames=9, rate=1))
        clip = read_clip(video, window)
    assert clip.frame_indices == (0, 1, 2, 3, 3, 5, 6, 7, 8)
    assert [read_barcode(frame) for frame in clip.frames] == [0, 1, 2, 3, 3, 5, 6, 7, 8]
    assert clip.window.note == "damaged frames replaced: 4 by 3"


def test_a_clip_of_damaged_frames_only_is_refused():
    def broken(index):
        raise FrameDecodeError(f"frame {index}")

    video = SimpleNamespace(
        frame=broken,
        path=SimpleNamespace(name="a.mp4"),
        check_unchanged=lambda: None,
        opened_video=SimpleNamespace(held=None),
    )
    (window,) = clip_windows(16, 30.0, ClipSpec(rate=1))
    with pytest.raises(ClipError, match=r"none of the 16 sampled frames 0\.\.15 can be decoded"):
        read_clip(video, window)
