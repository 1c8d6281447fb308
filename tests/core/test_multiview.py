"""The mean over views, and the numbers that are plotted over a clip."""

import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.attribution import HeadMaps, measures_of
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry
from mvit_core.multiview import mean_scores, view_scores
from mvit_core.pipeline import Explainer
from mvit_core.video.multi_view import ViewPlan, plan_views, preprocessing_for


@pytest.fixture
def loaded(toy_checkpoint):
    return load_model(toy_checkpoint, device="cpu")


def test_a_centre_view_scores_as_its_captured_window_does(loaded, barcode_clip):
    explainer = Explainer(loaded)
    with open_video(barcode_clip) as video:
        for view in plan_views(video.frame_count, video.fps, loaded.clip_spec, ViewPlan()):
            record = explainer.capture(video, view.window).record
            scores = view_scores(loaded, video, view)
            assert scores.sum() == pytest.approx(1)
            np.testing.assert_allclose(scores, record.probabilities[0].numpy(), atol=1e-6)


def test_other_crops_are_other_pictures(loaded, barcode_clip):
    plan = ViewPlan(1, 3)
    spec = preprocessing_for(loaded.clip_spec, plan)
    with open_video(barcode_clip) as video:
        views = plan_views(video.frame_count, video.fps, spec, plan)
        scores = [view_scores(loaded, video, view, spec) for view in views]
    assert not np.allclose(scores[0], scores[2])
    np.testing.assert_allclose(mean_scores(scores), sum(scores) / 3)


def test_a_mean_of_no_view_is_refused():
    with pytest.raises(ValueError, match="at least one view"):
        mean_scores([])


def test_a_run_of_a_view_can_be_stopped_and_leaves_no_hook(loaded, barcode_clip):
    class Enough(Exception):
        pass

    def stop():
        raise Enough

    with open_video(barcode_clip) as video:
        (view, *_) = plan_views(video.frame_count, video.fps, loaded.clip_spec, ViewPlan())
        with pytest.raises(Enough):
            view_scores(loaded, video, view, on_step=stop)
    assert not any(module._forward_pre_hooks for module in loaded.model.modules())


def test_scores_that_overflow_are_refused(loaded, barcode_clip):
    loaded.model.head.projection.weight.data.fill_(float("nan"))
    with open_video(barcode_clip) as video:
        (view, *_) = plan_views(video.frame_count, video.fps, loaded.clip_spec, ViewPlan())
        with pytest.raises(CaptureError, match="NaN or infinite"):
            view_scores(loaded, video, view)


def maps_of(values, sinks):
    return HeadMaps(
        values=np.asarray(values, np.float32),
        geometry=GridGeometry(),
        sinks=None if sinks is None else np.asarray(sinks, np.float32),
        key_count=0,
        method="row",
        block=0,
        stage=1,
        query="readout",
    )


def test_uniform_attention_has_entropy_one_and_keeps_all_but_the_class_key():
    measured = measures_of(maps_of(np.full((2, 1, 2, 2), 0.2), [0.2, 0.2]))
    assert measured.mean.entropy == pytest.approx(1)
    assert measured.of(1).kept == pytest.approx(0.8)


def test_attention_on_one_token_has_entropy_zero():
    values = np.zeros((1, 1, 2, 2))
    values[0, 0, 0, 0] = 1
    measured = measures_of(maps_of(values, None)).of("max")
    assert (measured.entropy, measured.kept) == (0, None)


def test_a_map_that_is_no_distribution_is_measured_by_its_shares():
    values = np.array([[[[3.0, 1.0]]]])
    expected = -(0.75 * np.log(0.75) + 0.25 * np.log(0.25)) / np.log(2)
    assert measures_of(maps_of(values, None)).mean.entropy == pytest.approx(expected)


def test_a_map_of_nothing_measures_nothing():
    assert measures_of(maps_of(np.zeros((1, 1, 2, 2)), [0.0])).mean.entropy == 0


def test_the_measures_of_a_row_agree_with_its_matrix(loaded, barcode_clip):
    explainer = Explainer(loaded)
    with open_video(barcode_clip) as video:
        captured = explainer.capture(video, explainer.windows(video)[0])
        from mvit_core.pipeline import MapSpec

        maps = explainer.head_maps(video, captured, MapSpec(block=1))
    row = captured.layer(1).attention()[0, 0, 0].double().numpy()
    measured = measures_of(maps).of(0)
    assert measured.entropy == pytest.approx(-(row * np.log(row)).sum() / np.log(len(row)), 1e-4)
    assert measured.kept == pytest.approx(1 - row[0], 1e-5)
