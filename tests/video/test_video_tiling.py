"""Windows that overlap, or lie around a frame: every frame still belongs to exactly one."""

import pytest

from mvit_core.errors import ClipError
from mvit_core.video.clip import (
    PLAIN,
    STRIDES,
    ClipSpec,
    ClipWindow,
    Tiling,
    clip_windows,
    window_of,
)
from mvit_core.video.multi_view import ViewPlan, plan_views

SPEC = ClipSpec(frames=4, rate=4, target_fps=30, size=32, short_side=32)
"""Windows of 16 frames at 30 frames per second."""

COUNTS = (1, 5, 16, 17, 31, 40, 64, 101)
TILINGS = [Tiling(s, c) for s in (*STRIDES, 1, 3, 7, 99) for c in (None, 0, 20, 500)]


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("tiling", TILINGS, ids=str)
def test_every_frame_belongs_to_exactly_one_window_in_any_tiling(count, tiling):
    windows = clip_windows(count, 30.0, SPEC, tiling)
    assert [window.index for window in windows] == list(range(len(windows)))
    edges = [0, *(window.stop for window in windows)]
    assert [window.start for window in windows] == edges[:-1]
    assert edges[-1] == count
    assert all(window.start < window.stop for window in windows)
    for window in windows:
        assert len(window.frame_indices) == SPEC.frames
        assert 0 <= window.frame_indices[0] <= window.frame_indices[-1] < count


@pytest.mark.parametrize("count", COUNTS)
@pytest.mark.parametrize("stride", ["whole", 16, 99])
def test_a_stride_of_a_whole_window_or_more_lays_them_side_by_side(count, stride):
    assert clip_windows(count, 30.0, SPEC, Tiling(stride)) == clip_windows(count, 30.0, SPEC)


@pytest.mark.parametrize(("stride", "step"), [("half", 8), ("quarter", 4), (3, 3), (1, 1)])
def test_windows_begin_a_stride_apart_and_the_last_ends_with_the_video(stride, step):
    windows = clip_windows(64, 30.0, SPEC, Tiling(stride))
    firsts = [window.frame_indices[0] for window in windows]
    assert firsts == [*range(0, 48, step), 48]
    assert windows[-1].frame_indices[-1] == 63


def test_a_frame_belongs_to_the_window_whose_middle_is_nearest():
    windows = clip_windows(64, 30.0, SPEC, Tiling("half"))
    for frame in range(8, 56):
        middles = [abs(w.frame_indices[0] + 8 - frame - 0.5) for w in windows]
        assert middles[window_of(windows, frame).index] == min(middles)


@pytest.mark.parametrize("frame", [8, 20, 30, 55])
def test_a_window_is_centred_on_a_frame_and_holds_it(frame):
    windows = clip_windows(64, 30.0, SPEC, Tiling("whole", frame))
    mine = window_of(windows, frame)
    assert mine.frame_indices[0] == frame - 8
    assert len(windows) == len(clip_windows(64, 30.0, SPEC)) + (frame != 8)


@pytest.mark.parametrize("frame", [0, 63, 500])
def test_a_window_centred_near_an_end_stays_within_the_video(frame):
    windows = clip_windows(64, 30.0, SPEC, Tiling("whole", frame))
    assert all(0 <= i < 64 for window in windows for i in window.frame_indices)


def test_windows_of_the_same_frames_are_equal_wherever_they_stand():
    plain = clip_windows(64, 30.0, SPEC)
    half = clip_windows(64, 30.0, SPEC, Tiling("half"))
    assert set(plain) <= set(half)
    assert ClipWindow(0, 0, 4, (0, 1)) == ClipWindow(3, 9, 11, (0, 1))
    assert ClipWindow(0, 0, 4, (0, 1)) != ClipWindow(0, 0, 4, (0, 2))


def test_the_average_over_all_windows_follows_the_stride():
    views = plan_views(64, 30.0, SPEC, ViewPlan(), Tiling("half"))
    assert [view.window for view in views] == list(clip_windows(64, 30.0, SPEC, Tiling("half")))
    assert len(views) > len(plan_views(64, 30.0, SPEC, ViewPlan(), PLAIN))


def test_a_model_that_samples_the_whole_video_has_one_window_whatever_the_stride():
    spec = ClipSpec(frames=4, sampling="segments", size=32, short_side=32)
    assert len(clip_windows(64, 30.0, spec, Tiling("quarter", 20))) == 1


@pytest.mark.parametrize("stride", [0, -3, "third", True, 1.5, None])
def test_a_stride_that_is_none_is_refused(stride):
    with pytest.raises(ClipError, match="a stride is whole, half, quarter or a number of frames"):
        Tiling(stride)
