from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core import load_model
from mvit_core.errors import Cancelled
from mvit_core.export import ExportRequest, export
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.pool import pooled_values
from mvit_core.render import HeatSettings, automatic_range, overlay
from mvit_core.video import window_of


@pytest.fixture(params=[1, 8])
def explainer(request, toy_checkpoint):
    """With room for one window, and for all."""
    return Explainer(load_model(toy_checkpoint), remembered_windows=request.param)


SPEC = MapSpec(block=1, head=1)


def test_a_clips_pool_holds_the_layer_in_every_window(explainer, video):
    windows = explainer.windows(video)
    chosen = explainer.explain(video, windows[1], SPEC)
    pool = pooled_values(explainer, video, chosen, "clip")
    each = [explainer.explain(video, window, SPEC).maps.values.ravel() for window in windows]
    np.testing.assert_array_equal(pool, np.concatenate(each))


def test_a_models_pool_holds_every_layer_of_the_window(explainer, video):
    window = explainer.windows(video)[1]
    chosen = explainer.explain(video, window, SPEC)
    pool = pooled_values(explainer, video, chosen, "model")
    each = [
        explainer.explain(video, window, replace(SPEC, block=block, head="mean")).maps.values
        for block in range(len(chosen.capture.record.layers))
    ]
    np.testing.assert_array_equal(pool, np.concatenate([values.ravel() for values in each]))


def test_a_picked_token_keeps_its_place_in_the_pool_of_layers(explainer, video):
    spec = MapSpec(block=0, query=(1, 4, 6))
    chosen = explainer.explain(video, explainer.windows(video)[0], spec)
    pool = pooled_values(explainer, video, chosen, "model")
    here, there = chosen.capture.layer(0), chosen.capture.layer(3)
    wanted = spec.on_layer(here, there)
    assert (wanted.block, wanted.method) == (3, "row")
    assert wanted.query != (1, 4, 6)
    last = explainer.head_maps(video, chosen.capture, wanted).values
    np.testing.assert_array_equal(pool[-last.size :], last.ravel())


@pytest.mark.parametrize("policy", ["map", "layer", "manual"])
def test_other_policies_need_no_pool(explainer, video, policy):
    chosen = explainer.explain(video, explainer.windows(video)[0], SPEC)
    assert pooled_values(explainer, video, chosen, policy) is None


def test_ranges_widen_from_map_to_layer_and_from_there_to_clip_and_model(explainer, video):
    chosen = explainer.explain(video, explainer.windows(video)[1], SPEC)
    ends = {}
    for policy in ("map", "layer", "clip", "model"):
        heat = HeatSettings(range_policy=policy, tails_percent=(0, 100))
        pool = pooled_values(explainer, video, chosen, policy)
        ends[policy] = heat.ends(chosen.maps, chosen.saliency, pool)
    for inner, outer in (("map", "layer"), ("layer", "clip"), ("layer", "model")):
        assert ends[outer].low <= ends[inner].low < ends[inner].high <= ends[outer].high
    assert len(set(ends.values())) == 4


def test_a_pool_that_is_no_longer_wanted_ends_at_its_next_piece(explainer, video):
    chosen = explainer.explain(video, explainer.windows(video)[0], SPEC)
    left = iter((None, None))

    def stop():
        if next(left, Cancelled) is Cancelled:
            raise Cancelled

    with pytest.raises(Cancelled):
        pooled_values(explainer, video, chosen, "clip", stop)


def test_windows_that_are_passed_by_do_not_displace_those_looked_at(toy_checkpoint, video):
    explainer = Explainer(load_model(toy_checkpoint), remembered_windows=2)
    windows = explainer.windows(video)
    looked_at = [explainer.capture(video, window) for window in windows[:2]]
    chosen = explainer.explain(video, windows[0], SPEC)
    pooled_values(explainer, video, chosen, "clip")
    assert [explainer.capture(video, window) for window in windows[:2]] == looked_at
    assert explainer.glance(video, windows[2]) is not explainer.glance(video, windows[2])


@pytest.mark.parametrize("policy", ["clip", "model"])
@pytest.mark.parametrize("frame", [0, 20])
def test_an_export_has_the_colours_of_the_pool(explainer, video, tmp_path, policy, frame):
    heat = HeatSettings(range_policy=policy, gamma=0.7, tails_percent=(2, 98))
    window = window_of(explainer.windows(video), frame)
    chosen = explainer.explain(video, window, SPEC)
    ends = automatic_range(pooled_values(explainer, video, chosen, policy), (2, 98))
    target = tmp_path / "out.png"
    request = ExportRequest(SPEC, heat, frame_index=frame, caption=False)
    export(explainer, video, request, target)
    picture = cv2.cvtColor(cv2.imread(str(target)), cv2.COLOR_BGR2RGB)
    expected = overlay(video.frame(frame), chosen.heatmap, frame, heat.with_range(ends))
    np.testing.assert_array_equal(picture[: expected.shape[0]], expected)


def test_all_heads_of_an_export_share_the_range_of_the_clip(
    explainer, video, tmp_path, monkeypatch
):
    drawn = []
    monkeypatch.setattr(
        "mvit_core.export.caption.bar_number", lambda value, *_: drawn.append(value) or "0"
    )
    heat = HeatSettings(range_policy="clip")
    for frame in (0, 39):
        request = ExportRequest(SPEC, heat, "heads", frame_index=frame)
        export(explainer, video, request, tmp_path / "out.png")
    chosen = explainer.explain(video, explainer.windows(video)[0], SPEC)
    ends = heat.ends(chosen.maps, chosen.saliency, pooled_values(explainer, video, chosen, "clip"))
    assert drawn == [ends.low, ends.high] * 2
