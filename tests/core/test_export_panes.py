"""Panes side by side and their difference, exported as films and pictures."""

import json
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.errors import ExportError
from mvit_core.export import Comparison, ExportRequest, PaneMap, Source, draw_still, export
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import (
    HeatSettings,
    Side,
    blend,
    common_factors,
    difference_layer,
    difference_range,
    overlay,
)
from mvit_core.video import window_of
from mvit_core.video.encode.encoders import Encoding
from tests.core.test_export import frames_of
from tests.fixtures_video import read_barcode, write_barcode_clip

NOW, PIN = MapSpec(block=3), MapSpec(block=1, head=0)
TWO = Comparison((PaneMap("Now", NOW), PaneMap("A", PIN)), difference=(0, 1))
FRAME = 17


@pytest.fixture
def loaded(toy_checkpoint):
    return load_model(toy_checkpoint)


@pytest.fixture
def explainer(loaded):
    return Explainer(loaded)


@pytest.fixture
def other(loaded, tmp_path):
    """Another clip at half the rate, of another shape."""
    path = write_barcode_clip(tmp_path / "other.mp4", frames=20, size=(120, 120), fps=15)
    with open_video(path) as video:
        yield Source(Explainer(loaded), video)


def request_of(comparison, **changes):
    return ExportRequest(NOW, comparison=comparison, frame_index=FRAME, **changes)


def panes_of(picture, video, count):
    """The frames of panes that stand in one or two columns, with no words below."""
    width, height = video.size
    columns = min(count, 2)
    places = [divmod(number, columns) for number in range(count)]
    return [
        picture[r * (height + 4) : r * (height + 4) + height, c * (width + 4) :][:, :width]
        for r, c in places
    ]


def test_each_pane_shows_its_map_and_the_last_their_difference(explainer, video):
    request = request_of(TWO, caption=False)
    picture = draw_still(explainer, video, request).picture
    window = window_of(explainer.windows(video), FRAME)
    found = [explainer.explain(video, window, spec) for spec in (NOW, PIN)]
    frame, heat = video.frame(FRAME), HeatSettings()
    now, pin, difference = panes_of(picture, video, 3)
    for pane, each in ((now, found[0]), (pin, found[1])):
        style = heat.style(each.maps, each.saliency)
        wanted = overlay(frame, each.heatmap, FRAME, style)
        assert np.array_equal(pane[40:], wanted[40:]), "but for the name in its corner"
    keys = common_factors(*(each.maps.key_count for each in found))
    sides = [Side(e.heatmap, FRAME, k) for e, k in zip(found, keys, strict=True)]
    ends = difference_range(found[0].heatmap, found[1].heatmap, keys)
    layer = difference_layer(*sides, heat.signed_style(ends), video.size)
    assert np.array_equal(difference[40:], blend(frame, layer)[40:])


def test_a_pane_of_another_clip_follows_by_the_clock_and_keeps_its_shape(explainer, video, other):
    comparison = Comparison((PaneMap("Now", NOW), PaneMap("A", PIN, source=1)))
    heat = HeatSettings(opacity=0.0)
    request = request_of(comparison, heat=heat, size="1080p", caption=False)
    picture = draw_still(explainer, video, request, others=(other,)).picture
    assert picture.shape[0] == 1080
    middle = picture.shape[1] // 2
    left, right = picture[:, :middle], picture[:, middle + 2 :]
    rows = np.flatnonzero((left.reshape(1080, -1) != left[0].reshape(-1)).any(axis=1))
    top, bottom = rows[0], rows[-1] + 1
    side = bottom - top
    seen = right[top:bottom, (right.shape[1] - side) // 2 :][:, :side]
    assert read_barcode(cv2.resize(seen, (120, 120), interpolation=cv2.INTER_AREA)) == FRAME // 2


@pytest.mark.parametrize("caption", [True, False])
def test_every_picture_of_a_film_of_panes_equals_the_still_of_its_frame(
    explainer, video, other, tmp_path, caption
):
    panes = (*TWO.panes, PaneMap("B", PIN, source=1))
    comparison = Comparison(panes, difference=(1, 2))
    request = request_of(comparison, caption=caption, encoding=Encoding("h264", "best"))
    request = replace(request, start=10, stop=20)
    target = tmp_path / "out.mp4"
    summary = export(explainer, video, request, target, others=(other,))
    pictures = frames_of(target)
    assert summary.frame_count == len(pictures) == 10
    for place in (0, FRAME - 10):
        wanted = replace(request, frame_index=10 + place, encoding=Encoding())
        still = draw_still(explainer, video, wanted, others=(other,))
        assert pictures[place].shape == still.picture.shape
        assert np.abs(pictures[place].astype(int) - still.picture).mean() < 4


def test_words_of_each_pane_say_which_map_clip_and_range_it_has(
    explainer, video, other, monkeypatch
):
    import mvit_core.export.strip

    texts, real = [], mvit_core.export.strip.write

    def write(picture, text, *rest):
        texts.append(text)
        real(picture, text, *rest)

    monkeypatch.setattr(mvit_core.export.strip, "write", write)
    comparison = Comparison((*TWO.panes, PaneMap("B", PIN, source=1)), difference=(0, 2))
    draw_still(explainer, video, request_of(comparison, size="1080p"), others=(other,))
    said = " ".join(texts)
    for words in (
        "Now · Block 3",
        "A · Block 1 · stage 2 · head 0",
        "B · Block 1",
        "other.mp4",
        "Now − B · signed difference",
        f"{video.path.name} · {explainer.loaded.path.name}",
        f"frame {FRAME}",
    ):
        assert words in said, words
    assert said.count("attention probability") == 4, "a unit for each bar"


def test_a_picture_of_panes_holds_what_each_was_made_of(explainer, video, other):
    comparison = Comparison((*TWO.panes, PaneMap("B", PIN, source=1)), difference=(0, 1))
    still = draw_still(explainer, video, request_of(comparison), others=(other,))
    made_of = json.loads(still.provenance)
    assert made_of["layout"] == "compare"
    assert [(p["name"], p["block"], p["video"]) for p in made_of["panes"]] == [
        ("Now", 3, video.path.name),
        ("A", 1, video.path.name),
        ("B", 1, "other.mp4"),
    ]
    assert made_of["difference"] == [0, 1]


def test_a_comparison_that_cannot_be_is_refused(explainer, video, tmp_path):
    with pytest.raises(ExportError, match="without panes"):
        Comparison(())
    with pytest.raises(ExportError, match="allowed are 0 to 1"):
        replace(TWO, difference=(0, 2))
    with pytest.raises(ExportError, match="holds no panes side by side"):
        export(explainer, video, request_of(TWO), tmp_path / "out.npz")
    missing = Comparison((PaneMap("Now", NOW), PaneMap("A", PIN, source=1)))
    with pytest.raises(ExportError, match="pane A is of source 1; given are 0 to 0"):
        draw_still(explainer, video, request_of(missing))
    assert list(tmp_path.glob("out*")) == []
