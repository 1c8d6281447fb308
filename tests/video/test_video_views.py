"""Views of a whole video: which clips in time, which crops along the longer side."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvit_core.errors import ClipError
from mvit_core.video.clip import Clip, ClipSpec, clip_windows
from mvit_core.video.multi_view import ViewPlan, parse_plan, plan_views, preprocessing_for
from mvit_core.video.transform import pixel_map_for, transform

SPEC = ClipSpec(frames=4, rate=4.0, size=32, short_side=40)


def starts(count, clips, spec=SPEC):
    views = plan_views(count, 30.0, spec, ViewPlan(clips))
    return [view.window.frame_indices[0] for view in views]


def test_clips_are_evenly_spaced_from_the_first_frame_to_the_last():
    assert starts(116, 5) == [0, 25, 50, 75, 100]
    views = plan_views(116, 30.0, SPEC, ViewPlan(5))
    assert views[-1].window.frame_indices[-1] == 115


def test_the_distance_is_floored_as_offset_sampling_does():
    assert starts(119, 5) == [0, 25, 50, 75, 100]


def test_one_clip_alone_lies_in_the_middle():
    assert starts(117, 1) == [50]


def test_no_number_of_clips_means_every_window():
    windows = clip_windows(100, 30.0, SPEC)
    assert tuple(v.window for v in plan_views(100, 30.0, SPEC, ViewPlan())) == windows


@given(st.integers(1, 400), st.integers(1, 12), st.sampled_from([1, 3]))
def test_every_view_has_its_frames_within_the_video(count, clips, crops):
    views = plan_views(count, 25.0, SPEC, ViewPlan(clips, crops))
    assert len(views) == clips * crops
    for view in views:
        assert len(view.window.frame_indices) == SPEC.frames
        assert all(0 <= frame < count for frame in view.window.frame_indices)


def test_a_short_video_repeats_its_last_frame_and_says_so():
    (view,) = plan_views(3, 30.0, SPEC, ViewPlan(1))
    assert view.window.frame_indices[-1] == 2
    assert "repeated" in view.window.note


def test_three_crops_are_cut_from_a_short_side_of_their_own_size():
    assert preprocessing_for(SPEC, ViewPlan(1, 3)).short_side == SPEC.size
    assert preprocessing_for(SPEC, ViewPlan(5)) == SPEC


@pytest.mark.parametrize(("size", "axis"), [((192, 108), 0), ((108, 192), 1)])
def test_crops_lie_at_the_ends_and_the_middle_of_the_longer_side(size, axis):
    spec = preprocessing_for(SPEC, ViewPlan(1, 3))
    maps = [pixel_map_for(size, spec, crop) for crop in ("start", "centre", "end")]
    room = maps[0].resized_size[axis] - spec.size
    assert [each.crop_offset[axis] for each in maps] == [0, -(-room // 2), room]
    assert {each.crop_offset[1 - axis] for each in maps} == {0}


def test_the_crop_is_cut_where_its_map_says():
    spec = ClipSpec(frames=1, size=32, short_side=32)
    frames = np.zeros((1, 32, 64, 3), np.uint8)
    frames[:, :, :32] = 255
    clip = Clip(frames, np.zeros(1), (0,), plan_views(1, 30.0, spec, ViewPlan())[0].window)
    start, end = (transform(clip, spec, crop).tensor for crop in ("start", "end"))
    assert (start > 0).all()
    assert (end < 0).all()


@pytest.mark.parametrize("text", ["5x2", "0x1", "5", "x", "-1x1", "5x", "99x1"])
def test_views_that_mean_nothing_are_refused_in_words(text):
    with pytest.raises(ClipError, match=r"1 or 3|TxS|within"):
        parse_plan(text)


def test_views_are_written_as_clips_times_crops():
    assert parse_plan("5x1") == ViewPlan(5, 1)
    assert parse_plan("10×3") == ViewPlan(10, 3)


def test_a_model_that_samples_the_whole_video_has_one_clip():
    spec = ClipSpec(frames=4, size=32, short_side=32, sampling="segments")
    assert len(plan_views(50, 30.0, spec, ViewPlan(1, 3))) == 3
    with pytest.raises(ClipError, match="use 1 clip"):
        plan_views(50, 30.0, spec, ViewPlan(5))
