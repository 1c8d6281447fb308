from dataclasses import replace

import numpy as np
import pytest
import torch

from mvit_core import load_model
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.pipeline import Explainer, MapSpec
from tests.toys import write_toy_checkpoint


def test_windows_tile_the_video_and_every_frame_belongs_to_one(explainer, video):
    windows = explainer.windows(video)
    owned = [frame for window in windows for frame in range(window.start, window.stop)]
    assert owned == list(range(40))
    assert max(windows[-1].frame_indices) == 39


def test_an_explanation_is_whole_and_traceable(explainer, video):
    window = explainer.windows(video)[1]
    answer = explainer.explain(video, window, MapSpec(block=1, head=1))
    assert answer.capture.frame_indices == window.frame_indices
    assert (answer.maps.block, answer.maps.heads) == (1, 2)
    np.testing.assert_array_equal(answer.saliency.values, answer.maps.values[1])
    np.testing.assert_array_equal(answer.heatmap.values, answer.saliency.values)
    assert sum(p.probability for p in answer.capture.predictions) == pytest.approx(1)
    assert [p.probability for p in answer.capture.predictions] == sorted(
        (p.probability for p in answer.capture.predictions), reverse=True
    )
    assert answer.capture.predictions[0].name.startswith("class ")


def test_only_what_a_request_changes_is_computed_again(explainer, video):
    window = explainer.windows(video)[0]
    first = explainer.explain(video, window, MapSpec(block=1))
    other_head = explainer.explain(video, window, MapSpec(block=1, head=0))
    assert other_head.capture is first.capture
    assert other_head.maps is first.maps
    other_block = explainer.explain(video, window, MapSpec(block=2))
    assert other_block.capture is first.capture
    assert other_block.maps is not first.maps
    other_window = explainer.explain(video, explainer.windows(video)[1], MapSpec(block=1))
    assert other_window.capture is not first.capture


def test_the_oldest_window_is_forgotten_first(toy_checkpoint, video):
    explainer = Explainer(load_model(toy_checkpoint), remembered_windows=1)
    first, second, *_ = explainer.windows(video)
    kept = explainer.capture(video, first)
    assert explainer.capture(video, first) is kept
    explainer.capture(video, second)
    assert explainer.capture(video, first) is not kept


def test_a_cancelled_window_leaves_the_explainer_ready(explainer, video):
    def stop(done, total):
        raise Cancelled

    window = explainer.windows(video)[0]
    with pytest.raises(Cancelled):
        explainer.explain(video, window, MapSpec(), on_layer=stop)
    assert explainer.explain(video, window, MapSpec()).maps.block == 3


def test_a_cancelled_window_keeps_the_layers_that_it_came_to(explainer, video):
    def stop(done, total):
        if done == 2:
            raise Cancelled

    window, other = explainer.windows(video)[:2]
    with pytest.raises(Cancelled):
        explainer.capture(video, window, on_layer=stop)
    rest = explainer.recall(video, window)
    assert [layer.block for layer in rest.record.layers] == [0, 1]
    assert not rest.record.is_complete
    assert rest.predictions == ()
    assert explainer.recall(video, other) is None
    early = MapSpec(block=1)
    maps = explainer.head_maps(video, rest, early).values
    with pytest.raises(CaptureError, match="block 3 was not captured; captured are 0, 1"):
        explainer.head_maps(video, rest, MapSpec())
    whole = explainer.capture(video, window)
    assert whole.record.is_complete
    assert np.array_equal(maps, explainer.head_maps(video, whole, early).values)
    assert explainer.recall(video, window) is whole


def test_a_window_that_is_cancelled_before_its_first_layer_keeps_nothing(explainer, video):
    def stop():
        raise Cancelled

    window = explainer.windows(video)[0]
    with pytest.raises(Cancelled):
        explainer.capture(video, window, on_step=stop)
    assert explainer.recall(video, window) is None


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"block": 4}, "has 4 blocks, 0 to 3"),
        ({"head": 9}, "has 4 heads"),
        ({"method": "magic"}, "allowed are row"),
        ({"block": 0, "query": (5, 0, 0)}, "lies outside the grid"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused_in_words(explainer, video, changes, message):
    window = explainer.windows(video)[0]
    with pytest.raises(CaptureError, match=message):
        explainer.explain(video, window, replace(MapSpec(), **changes))


def test_scores_that_are_not_numbers_are_refused(toy, tmp_path, video):
    with torch.no_grad():
        for name, parameter in toy.named_parameters():
            if "qkv.weight" in name:
                parameter.mul_(1e30)
    explainer = Explainer(load_model(write_toy_checkpoint(tmp_path / "big.pyth", toy)))
    with pytest.raises(CaptureError, match="NaN or infinite"):
        explainer.capture(video, explainer.windows(video)[0])
