"""Features as maps: colours that stay along a clip, and likeness to a picked token."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core import load_model
from mvit_core.attribution import FEATURES, LAYER_MAPS, METHODS, PCA, SIMILARITY, MapSpec
from mvit_core.errors import Cancelled, CaptureError, ExportError
from mvit_core.export import EXPORTERS
from mvit_core.export.caption import map_lines
from mvit_core.export.layouts import fits, panels_of
from mvit_core.export.request import ExportRequest
from mvit_core.pipeline import Explainer
from mvit_core.render import HeatSettings, bar_colours, heat_layer, seen_box, upsample

TOKEN = (1, 1, 1)


def spec_of(method, block=1):
    return MapSpec(block=block, method=method, query=TOKEN if method == SIMILARITY else "readout")


def explained(explainer, video, spec, window=0):
    return explainer.explain(video, explainer.windows(video)[window], spec)


def test_tables_of_layer_maps_share_no_name():
    assert set(LAYER_MAPS) == {*METHODS, *FEATURES}
    assert len(LAYER_MAPS) == len(METHODS) + len(FEATURES)


@pytest.mark.parametrize("method", FEATURES)
@pytest.mark.parametrize("head", [0, 3, "max"])
def test_features_are_one_map_on_the_grid_of_the_blocks_queries_whatever_the_head(
    explainer, video, method, head
):
    for layer in explained(explainer, video, MapSpec()).capture.record.layers:
        spec = replace(spec_of(method, layer.block), head=head)
        found = explained(explainer, video, spec)
        assert found.maps.heads == 1
        assert found.heatmap.shape == layer.q_shape
        assert found.maps.geometry == layer.q_geometry
        assert (found.maps.colours is not None) == (method == PCA)


@pytest.mark.parametrize("block", [0, 3])
def test_colours_are_the_same_whichever_window_was_looked_at_first(toy_checkpoint, video, block):
    found = []
    for order in ((0, 1), (1, 0)):
        explainer = Explainer(load_model(toy_checkpoint, device="cpu"))
        seen = {at: explained(explainer, video, spec_of(PCA, block), at) for at in order}
        found.append([seen[at].maps.colours for at in (0, 1)])
    for one, other in zip(*found, strict=True):
        assert one.variance == other.variance
        np.testing.assert_allclose(one.rgb, other.rgb, atol=1e-5)
    assert not np.allclose(found[0][0].rgb, found[0][1].rgb)


def test_a_token_is_like_itself_and_ends_are_the_same_for_every_map(explainer, video):
    heat = HeatSettings()
    for block in range(4):
        found = explained(explainer, video, spec_of(SIMILARITY, block))
        assert found.heatmap.values[TOKEN] == pytest.approx(1.0, abs=1e-5)
        assert found.heatmap.values.min() >= -1.0
        style = heat.style(found.maps, found.saliency)
        assert (style.range.low, style.range.high, style.is_signed) == (-1.0, 1.0, True)


def test_similarity_needs_a_patch_of_the_grid(explainer, video):
    for query, words in (("readout", "none"), ("class", "none"), ((99, 0, 0), "outside the grid")):
        with pytest.raises(CaptureError, match=words):
            explained(explainer, video, MapSpec(block=1, method=SIMILARITY, query=query))


def test_the_second_map_of_a_block_runs_nothing_and_a_run_can_be_cancelled(
    explainer, video, monkeypatch
):
    captured = explainer.capture(video, explainer.windows(video)[1])

    def stop(*_):
        raise Cancelled

    assert not explainer.features.has(video.identity, captured.seen, 0)
    with pytest.raises(Cancelled):
        explainer.head_maps(video, captured, spec_of(SIMILARITY, 0), stop)
    explainer.head_maps(video, captured, spec_of(SIMILARITY, 0))
    assert explainer.features.has(video.identity, captured.seen, 0)
    explainer.head_maps(video, captured, spec_of(SIMILARITY, 0), stop)
    explainer.close()
    assert not explainer.features.has(video.identity, captured.seen, 0)


# -- drawing --------------------------------------------------------------------------------------


@pytest.mark.parametrize("smooth", [True, False])
def test_a_map_that_brings_colours_is_drawn_in_them_upsampled_before_they_are_rounded(
    explainer, video, smooth
):
    found = explained(explainer, video, spec_of(PCA))
    heat = HeatSettings(opacity=0.7, smooth=smooth, gamma=2.0, threshold=0.5, mode="spotlight")
    style = heat.style(found.maps, found.saliency)
    frame = found.capture.frame_indices[3]
    layer = heat_layer(found.heatmap, frame, style)
    box = seen_box(found.heatmap, found.heatmap.frame_size)
    assert set(np.unique(layer.alpha[box])) == {round(255 * 0.7)}
    rgb = found.maps.colours.rgb
    for channel in range(3):
        one = replace(found.heatmap, values=rgb[..., channel], colours=None)
        plane = upsample(one, frame, found.heatmap.frame_size, smooth=smooth)[box]
        expected = np.rint(255 * np.clip(plane, 0, 1))
        assert np.abs(layer.colours[box][..., channel] - expected).max() <= 1


def test_the_bar_of_colours_is_three_swatches(explainer, video):
    found = explained(explainer, video, spec_of(PCA))
    style = HeatSettings().style(found.maps, found.saliency)
    bar = bar_colours(style, 9, (0, 0, 0))
    assert [tuple(map(int, bar[at])) for at in (0, 4, 8)] == [
        (255, 0, 0),
        (0, 255, 0),
        (0, 0, 255),
    ]


# -- exports --------------------------------------------------------------------------------------


def test_captions_say_how_much_of_the_variance_is_shown_and_name_no_head(explainer, video):
    found = explained(explainer, video, spec_of(PCA))
    which, reduced = map_lines(found)
    share = round(100 * sum(found.maps.colours.variance))
    assert "head" not in which
    assert reduced == f"PCA colours · {share} % of variance"
    which, reduced = map_lines(explained(explainer, video, spec_of(SIMILARITY)))
    assert "head" not in which
    assert reduced == "Similarity to a token · token t1 y1 x1"


def test_arrays_hold_the_colours_and_their_variance(explainer, video, tmp_path):
    for method in FEATURES:
        path = tmp_path / f"{method}.npz"
        EXPORTERS[".npz"].run(explainer, video, ExportRequest(map=spec_of(method)), path)
        with np.load(path) as arrays:
            facts = json.loads(str(arrays["facts"]))
            windows = len(explainer.windows(video))
            found = explained(explainer, video, spec_of(method))
            np.testing.assert_allclose(arrays["maps"][0], found.maps.values, atol=1e-6)
            assert ("colours" in arrays) == ("variance" in facts) == (method == PCA)
            if method == PCA:
                assert arrays["colours"].shape == (windows, *found.heatmap.shape, 3)
                np.testing.assert_allclose(arrays["colours"][0], found.maps.colours.rgb, atol=1e-6)
                assert facts["variance"] == pytest.approx(found.maps.colours.variance)


@pytest.mark.parametrize("method", FEATURES)
def test_a_picture_shows_the_colours_and_stages_side_by_side_but_no_heads(
    explainer, video, method, tmp_path
):
    assert fits("stages", method)
    assert not fits("heads", method)
    window = explainer.windows(video)[0]
    assert len(panels_of(explainer, video, window, "stages", spec_of(method))) > 1
    with pytest.raises(ExportError, match="of no head; layout 'heads'"):
        panels_of(explainer, video, window, "heads", spec_of(method))
    path = tmp_path / "picture.png"
    EXPORTERS[".png"].run(explainer, video, ExportRequest(map=spec_of(method), frame_index=3), path)
    picture = cv2.imread(str(path))
    assert picture.std() > 0
