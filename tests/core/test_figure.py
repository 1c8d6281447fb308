"""Figures: geometry in millimetres, frames and heat as separate objects, real text, their rules."""

import base64
import re
import shutil
import subprocess
import zlib
from dataclasses import fields, is_dataclass, replace
from itertools import pairwise
from xml.etree import ElementTree as ET

import cv2
import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.errors import ClipError, ExportError
from mvit_core.export import Comparison, ExportRequest, PaneMap, Source
from mvit_core.figure import (
    OWN_RANGES,
    PRESETS,
    ROWS,
    RULES,
    VIEWS,
    WRITERS,
    FigureRequest,
    check_figure_target,
    figure_picture,
    lint,
    make_figure,
    write_figure,
)
from mvit_core.figure.font import FAMILY, figure_font
from mvit_core.figure.pdf import pdf_bytes
from mvit_core.figure.plots import round_range, tick_texts, ticks
from mvit_core.figure.scene import Box, Cell, Heat, Picture, Ramp, Stroke, Words
from mvit_core.figure.svg import svg_bytes
from mvit_core.heatmap import Heatmap
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import HeatSettings, Side, ValueRange, difference_layer, heat_layer
from mvit_core.render.cells import difference_cells, heat_cells
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_model, write_toy_checkpoint

SVG = "{http://www.w3.org/2000/svg}"
HREF = "{http://www.w3.org/1999/xlink}href"
PDF_POINTS_PER_MM = 72 / 25.4


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An explainer of a toy model, and a clip of 40 frames."""
    folder = tmp_path_factory.mktemp("figure")
    clip = folder / "clip.mp4"
    write_barcode_clip(clip, frames=40, size=(256, 144))
    loaded = load_model(write_toy_checkpoint(folder / "toy.pyth", toy_model()), device="cpu")
    with open_video(clip) as video:
        yield Explainer(loaded), video


@pytest.fixture(scope="module")
def scene(path):
    """The figure of the usual request."""
    return make_figure(*path, FigureRequest())


def shown(spec=None, **heat):
    return ExportRequest(spec or MapSpec(), replace(OWN_RANGES, **heat))


def of(scene, kind):
    return [item for item in scene.items if isinstance(item, kind)]


def tree(scene):
    return ET.fromstring(svg_bytes(scene).decode("utf-8"))


# -- content and layout --------------------------------------------------------------------------


PANES = Comparison((PaneMap("A", MapSpec(block=1)), PaneMap("B", MapSpec(block=3))))


@pytest.mark.parametrize("rows", ROWS)
@pytest.mark.parametrize("preset", PRESETS)
def test_every_kind_of_rows_fits_every_preset_and_breaks_none_of_its_rules(path, rows, preset):
    request = FigureRequest(replace(shown(), comparison=PANES), rows=rows, preset=preset)
    made = make_figure(*path, request)
    rules = {finding.rule for finding in lint(made, request.rules)}
    assert rules == (set() if made.width < 100 else {"dpi of frames"}), "the toy clip is small"
    assert made.width == PRESETS[preset].width_mm
    heats, pictures = of(made, Heat), of(made, Picture)
    assert [heat.box for heat in heats] == [picture.box for picture in pictures]
    assert len(heats) == {"stages": 3, "blocks": 4, "heads": 4, "map": 1, "panes": 2}[rows] * 4


def test_pictures_have_the_shape_of_frames_and_equal_gaps(scene):
    boxes = [picture.box for picture in of(scene, Picture)]
    assert {round(box.width / box.height, 6) for box in boxes} == {round(256 / 144, 6)}
    first = boxes[:4]
    steps = {round(b.x - a.right, 6) for a, b in pairwise(first)}
    assert steps == {1.0}
    assert all(box.x > 0 and box.right < scene.width for box in boxes)


def test_columns_are_sampled_frames_spread_evenly_or_those_named(path):
    _, video = path
    sampled = path[0].windows(video)[0].frame_indices
    made = make_figure(*path, FigureRequest(frames=2))
    assert [each.name for each in of(made, Picture)[:2]] == [
        f"frame {sampled[1]}", f"frame {sampled[3]}"
    ]  # fmt: skip
    named = make_figure(*path, FigureRequest(frames=(3, 1)))
    assert [each.name for each in of(named, Picture)[:2]] == ["frame 3", "frame 1"]
    np.testing.assert_array_equal(of(named, Picture)[0].pixels.shape[2], 3)


def test_more_frames_than_were_sampled_are_all_of_them(path):
    made = make_figure(*path, FigureRequest(frames=9, preset="nature-183"))
    assert len(of(made, Picture)) == 3 * len(set(path[0].windows(path[1])[0].frame_indices))


def test_rows_are_the_blocks_and_heads_that_were_chosen_in_that_order(path):
    blocks = make_figure(*path, FigureRequest(rows="blocks", blocks=(3, 0)))
    texts = [words.text for words in of(blocks, Words)]
    assert texts.index("Block 3") < texts.index("Block 0")
    heads = make_figure(*path, FigureRequest(shown(MapSpec(block=3)), rows="heads", heads=(2,)))
    assert {heat.name.split(",")[0] for heat in of(heads, Heat)} == {"Head 2"}


def test_each_row_has_its_own_range_and_bar_or_all_share_one(path):
    own, shared = (make_figure(*path, FigureRequest(shared_range=share)) for share in (False, True))
    assert {heat.scale for heat in of(own, Heat)} == {0, 1, 2}
    assert {ramp.scale for ramp in of(own, Ramp)} == {0, 1, 2}
    assert {heat.scale for heat in of(shared, Heat)} == {0} == {r.scale for r in of(shared, Ramp)}
    assert any("one range for all rows" in words.text for words in of(shared, Words))
    assert not lint(shared, PRESETS["nature-89"])


def test_without_labels_numbers_of_bars_and_what_a_reader_must_know_stay(path):
    spec = MapSpec(method="rollout")
    full, bare = (
        make_figure(*path, FigureRequest(shown(spec), rows="map", labels=labels))
        for labels in (True, False)
    )
    texts = [{words.text for words in of(each, Words)} for each in (full, bare)]
    assert texts[1] < texts[0]
    assert any("rollout" in text.lower() for text in texts[1])
    assert not any(text.startswith("Why ") for text in texts[1])
    assert bare.height < full.height


def test_what_a_picked_token_and_an_outline_mark_lies_on_the_heat_as_lines(path):
    spec = MapSpec(block=3, query=(0, 1, 1))
    made = make_figure(*path, FigureRequest(shown(spec, outline=True), rows="map"))
    heats = of(made, Heat)
    assert all(len(heat.strokes) >= 2 for heat in heats)
    ring = heats[0].strokes[-1].points
    assert ring[0] == pytest.approx(ring[-1])


@pytest.mark.parametrize(
    ("request_", "words"),
    [
        (FigureRequest(shown(MapSpec(method="relevance"))), "allowed are rows of map"),
        (FigureRequest(shown(MapSpec(method="pca")), rows="heads"), "allowed are rows of stages"),
        (FigureRequest(frames=(1, 39)), "another window"),
        (FigureRequest(frames=(400,)), "frames 0 to 39"),
        (FigureRequest(window=99), "windows 0 to"),
        (FigureRequest(width_mm=20, frames=4), "fewer frames, a wider page"),
        (FigureRequest(rows="blocks", blocks=(9,)), "4 blocks"),
        (FigureRequest(rows="heads", heads=(9,)), "head"),
    ],
)
def test_what_cannot_be_shown_is_refused_in_words(path, request_, words):
    with pytest.raises((ExportError, ClipError, Exception), match=words) as refused:
        make_figure(*path, request_)
    assert refused.type.__module__ == "mvit_core.errors"


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"rows": "layers"}, "allowed are stages, blocks, heads, map"),
        ({"preset": "science"}, "nature-89"),
        ({"blocks": (1,)}, "chosen where they are the rows"),
        ({"rows": "heads", "heads": (1, 1)}, "named once"),
        ({"frames": 0}, "1 to 64"),
        ({"width_mm": float("nan")}, "20 to 1000"),
        ({"text_pt": 0.5}, "1 to 72"),
    ],
)
def test_a_request_is_checked_at_birth(changes, words):
    with pytest.raises(ExportError, match=words):
        FigureRequest(**changes)


# -- plots ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("view", [name for name in VIEWS if name != "maps"])
@pytest.mark.parametrize("preset", ["nature-89", "conference-175"])
def test_plots_lie_on_the_page_and_break_no_rule(path, view, preset):
    request = FigureRequest(shown(MapSpec(method="gradient_attention")), view=view, preset=preset)
    made = make_figure(*path, request)
    assert lint(made, request.rules) == ()
    assert made.width == PRESETS[preset].width_mm
    points = [point for stroke in of(made, Stroke) for point in stroke.points]
    assert len(points) > 10
    assert all(0 < x < made.width and 0 < y < made.height for x, y in points)
    assert not of(made, Picture)
    bare = make_figure(*path, replace(request, labels=False))
    assert bare.height < made.height


def test_a_series_is_the_probability_of_each_window_at_its_time(path):
    explainer, video = path
    request = FigureRequest(shown(MapSpec(target=3, against=5)), view="series")
    made = make_figure(explainer, video, request)
    windows = explainer.windows(video)
    marks = of(made, Cell)
    assert len(marks) == 2 * (len(windows) + 1), "each window, and the legend"
    said = [
        {p.index: p.probability for p in explainer.capture(video, window).predictions}
        for window in windows
    ]
    centres = [mark.box.y + mark.box.height / 2 for mark in marks[: len(windows)]]
    expected = [each[3] for each in said]
    (slope, offset) = np.polyfit(expected, centres, 1)
    assert slope < 0, "upwards is more"
    assert centres == pytest.approx([slope * p + offset for p in expected], abs=1e-6)
    names = {words.text for words in of(made, Words)}
    assert {explainer.capture(video, windows[0]).name_of(index) for index in (3, 5)} <= names


def test_an_atlas_has_a_point_for_each_head(path):
    made = make_figure(*path, FigureRequest(view="atlas"))
    assert len(of(made, Cell)) == 9 + 3, "heads, and the stages of the legend"
    named = [words for words in of(made, Words) if re.fullmatch(r"\d\.\d", words.text)]
    named = [words for words in named if words.anchor == "start"]
    assert {words.text for words in named} & {"0.0", "3.3"}, "block.head, where there is room"
    bare = make_figure(*path, FigureRequest(view="atlas", labels=False))
    assert not [words for words in of(bare, Words) if words.anchor == "start" and words in named]


def test_ticks_are_round_and_lie_within():
    assert ticks(0, 1) == (0.0, 0.2, 0.4, 0.6, 0.8, 1.0)
    assert ticks(0.83, 0.97) == (0.85, 0.9, 0.95)
    assert ticks(3, 3) == (3,)
    assert tick_texts((0.0, 0.25, -1.0)) == ("0.00", "0.25", "\u22121.00")
    low, high = round_range([0.83, 0.97])
    assert (low, high) == (pytest.approx(0.8), pytest.approx(1.0))


def test_faithfulness_of_attention_and_an_unknown_view_are_refused(path):
    with pytest.raises(ExportError, match="faithfulness is of evidence, and row is none"):
        make_figure(*path, FigureRequest(view="faithfulness"))
    with pytest.raises(ExportError, match="allowed are maps, faithfulness"):
        FigureRequest(view="heads")
    evidence = shown(MapSpec(method="gradient_attention"))
    with pytest.raises(ExportError, match="too narrow for 2 plots"):
        make_figure(*path, FigureRequest(evidence, view="faithfulness", width_mm=30))


# -- cells ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", ["tint", "even", "spotlight"])
def test_cells_are_the_heat_of_exports_where_nothing_is_smoothed(mode):
    values = np.random.default_rng(0).random((2, 5, 6), dtype=np.float32)
    box = (10.0, 5.0, 86.0, 55.0)
    # Tokens of 12 by 10 pixels; the outer ones reach beyond what was seen, or end before it.
    heatmap = Heatmap(values, (12.0, 16.0), (10.0, 9.0), (1.0, 0.0), (0, 4), (96, 60), box, None)
    style = HeatSettings(mode=mode, smooth=False, threshold=0.2).with_range(ValueRange(0, 1))
    for frame in (0, 4):
        layer = heat_layer(heatmap, frame, style)
        colours, alpha = np.zeros_like(layer.colours), np.zeros_like(layer.alpha)
        for cell in heat_cells(heatmap, frame, style):
            left, top, right, bottom = (int(np.ceil(edge - 0.5)) for edge in cell.edges_px)
            assert not alpha[top:bottom, left:right].any(), "no two cells share a pixel"
            colours[top:bottom, left:right] = cell.colour
            alpha[top:bottom, left:right] = round(255 * cell.opacity)
        np.testing.assert_array_equal(alpha, layer.alpha)
        np.testing.assert_array_equal(colours[alpha > 0], layer.colours[alpha > 0])


def test_cells_of_a_difference_are_those_of_exports_on_grids_that_differ():
    random, box = np.random.default_rng(1), (4.0, 0.0, 92.0, 60.0)
    first, second = (
        Heatmap(
            random.random((1, *grid), dtype=np.float32),
            (88 / grid[1], 4 + 44 / grid[1] - 0.5),
            (60 / grid[0], 30 / grid[0] - 0.5),
            (1.0, 0.0),
            (0,),
            (96, 60),
            box,
            None,
        )
        for grid in ((5, 4), (3, 8))
    )
    style = HeatSettings(smooth=False).signed_style(ValueRange(-0.5, 0.5))
    sides = Side(first, 0), Side(second, 0, 0.8)
    layer = difference_layer(*sides, style, (96, 60))
    colours, alpha = np.zeros_like(layer.colours), np.zeros_like(layer.alpha)
    for cell in difference_cells(*sides, style):
        left, top, right, bottom = (int(np.ceil(edge - 0.5)) for edge in cell.edges_px)
        colours[top:bottom, left:right] = cell.colour
        alpha[top:bottom, left:right] = round(255 * cell.opacity)
    np.testing.assert_array_equal(alpha, layer.alpha)
    np.testing.assert_array_equal(colours[alpha > 0], layer.colours[alpha > 0])


def test_a_difference_is_a_further_row_with_a_bar_around_0(path):
    request = FigureRequest(rows="blocks", blocks=(3, 1), difference=(0, 1), shared_range=True)
    made = make_figure(*path, request)
    texts = [words.text for words in of(made, Words)]
    assert "Block 3 \u2212" in texts
    assert any("around 0" in text for text in texts)
    assert {heat.scale for heat in of(made, Heat)[:8]} == {0}, "two rows share a bar"
    assert {heat.scale for heat in of(made, Heat)[8:]} == {1}
    assert len(of(made, Ramp)) == 4
    assert lint(made, request.rules) == ()


@pytest.mark.parametrize(
    ("spec", "rows", "words"),
    [
        (MapSpec(), (0, 3), "has, 0 to 2"),
        (MapSpec(), (1, 1), "two of those"),
        (MapSpec(method="pca"), (0, 1), "no difference"),
    ],
)
def test_a_difference_of_rows_that_are_not_there_or_have_no_amounts_is_refused(
    path, spec, rows, words
):
    with pytest.raises(ExportError, match=words):
        make_figure(*path, FigureRequest(shown(spec), difference=rows))


def test_panes_show_each_clip_at_the_same_time_in_its_own_shape_and_their_difference(
    path, tmp_path
):
    other = tmp_path / "tall.mp4"
    write_barcode_clip(other, frames=80, size=(144, 256))
    second = PaneMap("B", MapSpec(block=1), source=1)
    comparison = Comparison((PANES.panes[0], second), difference=(0, 1))
    request = FigureRequest(replace(shown(), comparison=comparison), rows="panes", frames=3)
    with open_video(other) as tall:
        made = make_figure(*path, request, others=(Source(path[0], tall),))
    pictures, heats = of(made, Picture), of(made, Heat)
    assert [heat.box for heat in heats] == [picture.box for picture in pictures]
    shapes = [round(each.box.width / each.box.height, 4) for each in pictures]
    assert shapes == [round(256 / 144, 4)] * 3 + [round(144 / 256, 4)] * 3 + shapes[:3]
    cells = [each.box for each in pictures]
    for own, beside in zip(cells[:3], cells[3:6], strict=True):
        assert own.x < beside.x < beside.right < own.right, "in the middle of its column"
    names = [each.name for each in pictures]
    assert names[:3] == names[6:], "a difference lies on the frames of its first pane"
    texts = [words.text for words in of(made, Words)]
    assert {"A", "B", "A \u2212 B"} <= set(texts)
    assert any(text.startswith("B: tall.mp4") for text in texts), "a clip of its own is named"
    assert any("around 0" in text for text in texts)
    assert {each.rule for each in lint(made, request.rules)} == {"dpi of frames"}


def test_the_difference_of_two_panes_of_one_map_is_empty(path):
    same = Comparison((PANES.panes[0], replace(PANES.panes[0], name="B")), difference=(0, 1))
    request = FigureRequest(replace(shown(), comparison=same), rows="panes")
    made = make_figure(*path, request)
    assert all(not cell.opacity for heat in of(made, Heat)[8:] for cell in heat.cells)


def test_panes_of_nothing_are_refused_and_so_is_a_source_that_was_not_given(path):
    with pytest.raises(ExportError, match="compare with a clip or a checkpoint"):
        FigureRequest(rows="panes")
    lost = Comparison((PaneMap("A", MapSpec(), source=1),))
    with pytest.raises(ExportError, match="pane A is of source 1; given are 0 to 0"):
        make_figure(*path, FigureRequest(replace(shown(), comparison=lost), rows="panes"))


# -- SVG -----------------------------------------------------------------------------------------


def test_an_svg_page_is_measured_in_millimetres(scene):
    root = tree(scene)
    assert root.get("width") == "89mm"
    assert float(root.get("height").removesuffix("mm")) == pytest.approx(scene.height, abs=0.001)
    view = [float(part) for part in root.get("viewBox").split()]
    assert view == pytest.approx([0, 0, scene.width, scene.height], abs=0.001)


def test_frames_and_heat_of_an_svg_are_separate_objects_at_the_same_place(scene):
    groups = tree(scene).findall(f"{SVG}g")
    frames = [g for g in groups if g.get("id").startswith("frame-")]
    heats = [g for g in groups if g.get("id").startswith("heat-")]
    assert len(frames) == len(heats) == 12
    for frame, heat, picture in zip(frames, heats, of(scene, Picture), strict=True):
        image = frame.find(f"{SVG}image")
        place = [float(image.get(name)) for name in ("x", "y", "width", "height")]
        box = picture.box
        assert place == pytest.approx([box.x, box.y, box.width, box.height], abs=0.002)
        data = base64.b64decode(image.get(HREF).removeprefix("data:image/jpeg;base64,"))
        bare = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)[..., ::-1]
        assert np.abs(bare.astype(int) - picture.pixels).mean() < 4, "the frame has no heat"
        cells = heat.findall(f".//{SVG}rect")
        assert cells, "heat is of rectangles"
        assert not heat.findall(f".//{SVG}image")
        for cell in cells:
            left, top = float(cell.get("x")), float(cell.get("y"))
            assert box.x - 0.002 <= left <= left + float(cell.get("width")) <= box.right + 0.002
            assert box.y - 0.002 <= top <= top + float(cell.get("height")) <= box.bottom + 0.002
            assert 0 < float(cell.get("fill-opacity", 1)) <= 1


def test_neighbouring_cells_of_an_svg_share_their_edges(scene):
    heat = tree(scene).find(f"{SVG}g[@id='heat-2']")
    edges = {
        round(float(cell.get("x")) + shift, 3)
        for cell in heat.findall(f".//{SVG}rect")
        for shift in (0.0, float(cell.get("width")))
    }
    assert all(b - a > 0.01 for a, b in pairwise(sorted(edges)))


def test_text_of_an_svg_is_text_of_the_size_that_was_asked_for(scene):
    texts = tree(scene).findall(f".//{SVG}text")
    assert [text.text for text in texts] == [words.text for words in of(scene, Words)]
    sizes = {float(text.get("font-size")) * PDF_POINTS_PER_MM for text in texts}
    assert min(sizes) == max(sizes) == pytest.approx(6, abs=0.01)
    assert "Stage 1" in {text.text for text in texts}


def test_a_colour_bar_of_an_svg_is_a_gradient_and_no_stack_of_rectangles(scene):
    root = tree(scene)
    gradients = {g.get("id"): g for g in root.findall(f"{SVG}linearGradient")}
    bars = [r for r in root.findall(f"{SVG}rect") if "url(#" in r.get("fill")]
    assert len(bars) == len(gradients) == 6
    for bar, ramp in zip(bars, of(scene, Ramp), strict=True):
        stops = gradients[bar.get("fill")[5:-1]].findall(f"{SVG}stop")
        colours = ["#{:02x}{:02x}{:02x}".format(*stop) for stop in ramp.stops]
        assert [stop.get("stop-color") for stop in stops] == colours
        assert (stops[0].get("offset"), stops[-1].get("offset")) == ("0", "1")


HOSTILE = "<script>alert(\"1\")</script> & 'x' ]]> 头 \u202eabc\x00\x1b[2J\ud800"


@pytest.mark.parametrize("write", [svg_bytes, pdf_bytes, lambda scene: figure_picture(scene, 72)])
def test_hostile_names_are_written_as_text_by_every_writer(path, scene, write):
    explainer, video = path
    explainer.loaded, before = replace(explainer.loaded, classes=(HOSTILE,) * 7), explainer.loaded
    try:
        explainer.close()
        made = make_figure(explainer, video, FigureRequest())
    finally:
        explainer.loaded = before
        explainer.close()
    content = write(made)
    if write is svg_bytes:
        root = ET.fromstring(content.decode("utf-8"))
        names = {element.tag.removeprefix(SVG) for element in root.iter()}
        assert "script" not in names
        told = " ".join(text.text for text in root.findall(f".//{SVG}text"))
        assert '<script>alert("1")</script>' in told
        assert "\u202e" not in told


# -- every writer --------------------------------------------------------------------------------


@pytest.mark.parametrize("ending", WRITERS)
def test_a_figure_is_written_whole_twice_the_same_and_names_no_folder(scene, tmp_path, ending):
    files = [tmp_path / f"{name}{ending}" for name in "ab"]
    for file in files:
        assert write_figure(scene, file) == file.stat().st_size
    content = files[0].read_bytes()
    assert content == files[1].read_bytes()
    assert b"clip.mp4" in content
    packed = re.findall(rb"stream\r?\n(.*?)endstream", content, re.DOTALL)
    assert not any(str(tmp_path.parent).encode() in part for part in (content, *packed))
    assert sorted(p.name for p in tmp_path.iterdir()) == [file.name for file in files]


def test_a_png_has_the_dpi_that_was_asked_for_and_shows_what_the_scene_says(scene, tmp_path):
    target = tmp_path / "figure.png"
    write_figure(scene, target, 200)
    picture = cv2.imread(str(target))[..., ::-1]
    assert picture.shape[:2] == (round(scene.height * 200 / 25.4), round(89 * 200 / 25.4))
    content = target.read_bytes()
    at = content.index(b"pHYs") + 4
    assert int.from_bytes(content[at : at + 4], "big") == round(200 / 0.0254)
    assert zlib.crc32(content[at - 4 : at + 9]) == int.from_bytes(content[at + 9 : at + 13], "big")
    words = next(each for each in of(scene, Words) if each.text == "Stage 1")
    box, scale = figure_font().box_of(words), 200 / 25.4
    left, right, top, bottom = (round(e * scale) for e in (box.x, box.right, box.y, box.bottom))
    assert picture[top:bottom, left:right].min() < 80, "letters are printed"
    assert (picture[:, :2] == 255).all(), "nothing at the edge"


@pytest.mark.parametrize(
    ("name", "words"),
    [("figure.gif", "is one of .svg, .pdf, .png"), ("no/such/figure.svg", "no/such")],
)
def test_a_target_that_cannot_be_written_is_refused_before_the_work(tmp_path, name, words):
    with pytest.raises(ExportError, match=words):
        check_figure_target(tmp_path / name)


def test_a_pdf_without_its_library_says_how_to_get_it(tmp_path, monkeypatch):
    monkeypatch.setattr("mvit_core.figure.pdf.find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r"mvit-lens\[figures\]"):
        check_figure_target(tmp_path / "figure.pdf")
    assert check_figure_target(tmp_path / "figure.svg") is WRITERS[".svg"]


def test_a_figure_never_takes_the_place_of_what_it_was_made_of(scene, tmp_path):
    clip = tmp_path / "clip.svg"
    clip.write_text("a clip")
    with pytest.raises(ExportError, match="was read for the figure"):
        write_figure(scene, clip, read=(clip,))
    assert clip.read_text() == "a clip"


@pytest.mark.parametrize("dpi", [1, 5000])
def test_a_picture_of_absurd_dpi_is_refused(scene, dpi):
    with pytest.raises(ExportError, match="allowed are 36 to 1200"):
        figure_picture(scene, dpi)


# -- PDF, by poppler -----------------------------------------------------------------------------


@pytest.fixture(scope="module")
def pdf(scene, tmp_path_factory):
    """Says what a tool of poppler prints of the figure."""
    if shutil.which("pdffonts") is None:
        pytest.skip("poppler-utils is not installed: nothing else here looks into a PDF")
    target = tmp_path_factory.mktemp("pdf") / "figure.pdf"
    chinese = Words(1, scene.height - 1, "视频 文字", 6)
    write_figure(replace(scene, items=(*scene.items, chinese)), target)

    def told(tool, *more):
        words = [tool, str(target), *more]
        return subprocess.run(words, capture_output=True, text=True, check=True).stdout

    return told


def test_every_font_of_a_pdf_is_embedded(pdf):
    rows = pdf("pdffonts").splitlines()[2:]
    assert rows
    for row in rows:
        name, *_ = row.split()
        embedded, subset, unicode = row.split()[-5:-2]
        assert FAMILY.replace(" ", "") in name
        assert (embedded, subset, unicode) == ("yes", "yes", "yes")


def test_the_page_of_a_pdf_is_exact(pdf, scene):
    size = re.search(r"Page size: +([\d.]+) x ([\d.]+) pts", pdf("pdfinfo"))
    width, height = (float(part) / PDF_POINTS_PER_MM for part in size.groups())
    assert width == pytest.approx(89, abs=0.02)
    assert height == pytest.approx(scene.height, abs=0.02)


def test_text_of_a_pdf_can_be_selected_chinese_too(pdf, scene):
    text = pdf("pdftotext", "-layout", "-")
    for words in ("Stage 1", "block 3", "frame", "视频 文字", "attention probability"):
        assert words in text


def test_a_frame_of_a_pdf_is_embedded_once_and_without_heat(pdf, scene):
    rows = [row.split() for row in pdf("pdfimages", "-list").splitlines()[2:]]
    assert {row[2] for row in rows} == {"image"}, "no mask: heat is no picture"
    assert len(rows) == 12
    assert len({row[10] for row in rows}) == 4


# -- rules ---------------------------------------------------------------------------------------


def _without(scene, kind):
    return replace(scene, items=tuple(i for i in scene.items if not isinstance(i, kind)))


def _and(scene, *items):
    return replace(scene, items=(*scene.items, *items))


def _coarse(scene):
    first = of(scene, Picture)[0]
    return _and(scene, Picture(first.box, first.pixels[::8, ::8], "coarse"))


def _on_picture(scene):
    box = of(scene, Picture)[0].box
    return _and(scene, Words(box.x + 1, box.y + 4, "here", 6))


FAILING = {
    "width": lambda scene: replace(scene, width=95.0),
    "height": lambda scene: replace(scene, height=171.0),
    "text size": lambda scene: _and(scene, Words(80, scene.height - 0.5, "x", 4.9)),
    "font": lambda scene: _and(scene, Words(60, scene.height - 0.5, "\u2603", 6)),
    "dpi of frames": _coarse,
    "text on pictures": _on_picture,
    "overlap": lambda scene: _and(scene, replace(of(scene, Words)[-1], text="over")),
    "page": lambda scene: _and(scene, Words(87, scene.height - 0.5, "beyond the edge", 6)),
    "labels": lambda scene: replace(scene, labelled=False),
    "colour bars": lambda scene: _without(scene, Ramp),
}


@pytest.mark.parametrize("rule", RULES)
def test_each_rule_finds_a_figure_that_breaks_it_and_no_other(scene, rule):
    assert lint(scene, PRESETS["nature-89"]) == ()
    findings = lint(FAILING[rule](scene), PRESETS["nature-89"])
    assert {finding.rule for finding in findings} == {rule}
    assert all(": " in finding.text for finding in findings), "says what to do"


def test_a_file_of_pixels_is_too_coarse_or_its_letters_cannot_be_edited(scene):
    nature, conference = PRESETS["nature-89"], PRESETS["conference-83"]
    assert [f.rule for f in lint(scene, nature, 300)] == ["file"]
    assert "cannot be edited" in lint(scene, nature, 300)[0].text
    told = [f.text for f in lint(scene, conference, 150) if f.rule == "file"]
    assert len(told) == 1
    assert "take more dpi" in told[0]


# -- letters -------------------------------------------------------------------------------------


def test_lines_break_at_spaces_and_lose_nothing():
    font, text = figure_font(), "Attends to · readout (class token) 视频文字视频文字视频文字"
    for room in (5.0, 12.0, 40.0):
        lines = font.wrapped(text, 6, room)
        assert "".join(lines).replace(" ", "") == text.replace(" ", "")
        assert font.widest(lines, 6) <= room
    assert font.wrapped("", 6, 10) == ()


def test_a_line_is_as_wide_as_the_font_says_in_a_picture_too():
    font = figure_font()
    assert font.width("HH") == pytest.approx(2 * font.width("H"))
    assert font.width("视") == pytest.approx(1.0)
    assert font.missing("a视é\u2603\U0001f600") == "\u2603\U0001f600"


def test_boxes_overlap_where_they_share_more_than_an_edge():
    box = Box(0, 0, 2, 2)
    assert box.overlaps(Box(1, 1, 2, 2))
    assert not box.overlaps(Box(2, 0, 2, 2))
    assert all(is_dataclass(kind) and fields(kind) for kind in (Box, Cell))
