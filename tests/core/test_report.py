"""Reports: one file that asks for nothing, holds what was run, and gives its session back."""

import base64
import json
import re
from dataclasses import fields, replace
from html.parser import HTMLParser

import cv2
import numpy as np
import pytest
import torch

from app.cli.entry import build_parser
from app.cli.report import request_from
from mvit_core import load_model, open_video
from mvit_core.attribution import head_statistics
from mvit_core.capture_file import CaptureFile, write_capture
from mvit_core.errors import Cancelled, CaptureError, ClipError, ExportError, SessionError
from mvit_core.explaining import EVIDENCE
from mvit_core.explaining.changes import Changes, HeadPlace
from mvit_core.export import ExportRequest
from mvit_core.heatmap import project
from mvit_core.model import MViT, MViTConfig
from mvit_core.model.families import build_network
from mvit_core.model.pretraining import PretrainingConfig
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.provenance import decoded, read_document
from mvit_core.render import HeatSettings, colour_table, tint_of
from mvit_core.report import (
    POSSIBLE,
    ReportRequest,
    check_report_target,
    content_of,
    embedded_session,
    page_of,
    write_report,
)
from mvit_core.report.origin import report_words
from mvit_core.system import report_session
from mvit_core.video import Tiling
from mvit_core.video.boxes import Box, TimedBox
from tests.checkpoint.tiny import cfg, tiny
from tests.fixtures_video import read_barcode, write_barcode_clip
from tests.toys import toy_model, write_toy_checkpoint

SESSION = {"kind": "MViT Lens session", "version": 3, "files": {}}


class Parts(HTMLParser):
    """Elements of a page with their attributes, and the texts of its scripts and styles."""

    def __init__(self, page):
        super().__init__()
        self.elements, self.texts, self._within = [], [], False
        self.feed(page.decode())

    def handle_starttag(self, tag, attributes):
        self.elements.append((tag, dict(attributes)))
        self._within = tag in ("script", "style")
        if self._within:
            self.texts.append([tag, dict(attributes), ""])

    def handle_endtag(self, tag):
        self._within = False

    def handle_data(self, data):
        if self._within:
            self.texts[-1][2] += data

    def text_of(self, tag, **wanted):
        (text,) = [
            text
            for name, given, text in self.texts
            if name == tag and all(given.get(key) == value for key, value in wanted.items())
        ]
        return text

    @property
    def document(self):
        return json.loads(self.text_of("script", id="report-data"))

    @property
    def program(self):
        (text,) = [text for name, given, text in self.texts if (name, given) == ("script", {})]
        return text


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An explainer of a toy model, and a clip of 40 frames."""
    folder = tmp_path_factory.mktemp("report")
    clip = folder / "clip.mp4"
    write_barcode_clip(clip, frames=40, size=(256, 144))
    loaded = load_model(write_toy_checkpoint(folder / "toy.pyth", toy_model()), device="cpu")
    with open_video(clip) as video:
        yield Explainer(loaded), video


@pytest.fixture(scope="module")
def content(path):
    """What a report of the usual request holds."""
    return content_of(*path, ReportRequest())


@pytest.fixture(scope="module")
def page(content):
    return page_of(content, SESSION)


@pytest.fixture(scope="module")
def parts(page):
    return Parts(page)


@pytest.fixture
def kept(page, tmp_path):
    """A file of a report, and what is changed about its bytes."""

    def call(change=lambda page: page, name="r.html"):
        target = tmp_path / name
        target.write_bytes(change(page))
        return target

    return call


QUICK = {"why": None}


# -- nothing is fetched, nothing from outside is run ---------------------------------------------


def test_no_element_has_an_address(parts):
    named = [
        value
        for _, given in parts.elements
        for name, value in given.items()
        if name in ("src", "href", "srcset", "action", "data", "poster", "background", "xlink:href")
    ]
    assert len(named) == 4, "the frames, which the model saw"
    assert all(value.startswith("data:image/webp;base64,") for value in named)
    assert {tag for tag, _ in parts.elements}.isdisjoint(
        {"link", "iframe", "object", "embed", "a", "base"}
    )


def test_the_policy_allows_this_script_this_style_and_pictures_that_are_data(parts):
    from hashlib import sha256

    (policy,) = [
        given["content"]
        for tag, given in parts.elements
        if tag == "meta" and given.get("http-equiv") == "Content-Security-Policy"
    ]
    rules = dict(rule.strip().split(" ", 1) for rule in policy.split(";"))
    assert rules["default-src"] == "'none'"
    assert rules["img-src"] == "data:"

    def digest(text):
        return f"'sha256-{base64.b64encode(sha256(text.encode()).digest()).decode()}'"

    assert rules["script-src"] == digest(parts.program)
    assert rules["style-src"] == digest(parts.text_of("style"))
    names = {name for _, given in parts.elements for name in given}
    assert "style" not in names
    assert not [name for name in names if name.startswith("on")]


def test_texts_from_outside_are_never_markup(content):
    evil = '</script><img src=x onerror=alert(1)>{{script}} \u2028 \u202e "&'
    document = {**content.document, "why": {**content.document["why"], "class": evil}}
    facts = replace(content.facts, rows=(("Clip", evil),), methods=evil, command=evil)
    made = replace(
        content, title=evil, subtitle=evil, notes=(evil,), document=document, facts=facts
    )
    page = page_of(made, {**SESSION, "view": {"name": evil}})
    parts = Parts(page)
    plain = Parts(page_of(content, SESSION))
    assert [tag for tag, _ in parts.elements if tag in ("script", "img")] == [
        tag for tag, _ in plain.elements if tag in ("script", "img")
    ]
    assert parts.document["why"]["class"] == evil
    assert parts.program == plain.program
    assert parts.text_of("script", id="report-data").isascii(), "a line separator ends lines"
    assert parts.text_of("style") == plain.text_of("style")


# -- what it holds -------------------------------------------------------------------------------


def test_frames_are_those_that_the_model_saw_each_once(path, content, parts):
    explainer, video = path
    captured = explainer.capture(video, explainer.windows(video)[0])
    assert tuple(frame.index for frame in content.frames) == tuple(
        sorted(set(captured.frame_indices))
    )
    pictures = [given for tag, given in parts.elements if tag == "img"]
    for frame, picture in zip(content.frames, pictures, strict=True):
        data = base64.b64decode(picture["src"].partition(",")[2])
        seen = cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR_RGB)
        assert read_barcode(seen) == frame.index
        assert f"Frame {frame.index} " in picture["alt"]


def test_taller_frames_are_scaled_down_and_keep_their_shape(path):
    made = content_of(*path, ReportRequest(height=72, **QUICK))
    assert {frame.size for frame in made.frames} == {(128, 72)}
    assert made.document["clip"]["size"] == [256, 144], "places stay those of the source"


@pytest.mark.parametrize("name", ["row", "received"])
def test_a_byte_is_a_share_of_the_largest_value_of_its_head(path, content, name):
    explainer, video = path
    captured = explainer.capture(video, explainer.windows(video)[0])
    (kept,) = [each for each in content.document["maps"] if each["name"] == name]
    data = np.frombuffer(base64.b64decode(kept["data"]), np.uint8)
    first = 0
    for layer in kept["layers"]:
        spec = MapSpec(block=layer["block"], method=name)
        maps = explainer.head_maps(video, captured, spec)
        size = maps.values[0].size
        for head, values in enumerate(maps.values):
            told = layer["heads"][head]
            found = data[first : first + size].reshape(values.shape) / 255 * told["peak"]
            assert told["peak"] == pytest.approx(values.max(), rel=1e-5)
            np.testing.assert_allclose(found, values, atol=0.501 / 255 * told["peak"])
            first += size
            ends = HeatSettings(range_policy="map").ends(maps, maps.pick(head))
            assert told["ends"] == pytest.approx([ends.low, ends.high], rel=1e-5)
        ends = HeatSettings(range_policy="layer").ends(maps, maps.pick("mean"))
        assert layer["ends"] == pytest.approx([ends.low, ends.high], rel=1e-5)
        place = project(maps.pick(0), captured.pixel_map, captured.frame_indices)
        grid = content.document["grids"][layer["grid"]]
        assert (grid["x"], grid["y"]) == (list(place.x_px), list(place.y_px))
        assert (grid["time"], grid["shape"]) == (list(place.time), list(place.shape))
    assert first == len(data)


def test_numbers_of_heads_are_the_statistics(path, content):
    explainer, video = path
    captured = explainer.capture(video, explainer.windows(video)[0])
    for told, row in zip(content.document["heads"], head_statistics(captured.record), strict=True):
        assert (told["block"], told["head"]) == (row.block, row.head)
        for name in ("entropy", "distance_px", "distance_frames", "sink", "centre"):
            assert told[name] == pytest.approx(getattr(row, name), rel=1e-5)


def test_the_explanation_has_its_map_its_sum_and_its_curves(path, content):
    explainer, video = path
    captured = explainer.capture(video, explainer.windows(video)[0])
    evidence = explainer.evidence(video, captured, MapSpec(method="stage_evidence"))
    why, curves = content.document["why"], content.document["faithfulness"]
    assert why["class"] == captured.predictions[0].name
    assert why["sum"] == pytest.approx(evidence.sum)
    kept = content.document["maps"][-1]
    data = np.frombuffer(base64.b64decode(kept["data"]), np.uint8).astype(float) - 128
    peak = kept["layers"][0]["heads"][0]["peak"]
    values = evidence.saliency.values.ravel()
    np.testing.assert_allclose(data / 127 * peak, values, atol=0.501 / 127 * peak)
    assert curves["curves"]["deletion"][0] == pytest.approx(captured.predictions[0].probability)
    assert {len(each) for each in curves["curves"].values()} == {len(curves["shares"])}


def test_a_report_without_an_explanation_says_nothing_of_one(path):
    made = content_of(*path, ReportRequest(**QUICK)).document
    assert (made["why"], made["faithfulness"], made["why_missing"]) == (None, None, "")
    assert "why" not in [each["name"] for each in made["maps"]]


def test_a_capture_file_makes_a_report_without_an_explanation_and_says_why(path, tmp_path):
    explainer, video = path
    captured = explainer.capture(video, explainer.windows(video)[0])
    target = tmp_path / "x.mvitcap"
    write_capture(target, video, explainer.loaded, [captured])
    stored = CaptureFile(target)
    with open_video(target) as opened:
        without = Explainer(stored.loaded(), stored=stored)
        made = content_of(without, opened, ReportRequest())
    assert made.document["why"] is None
    assert "needs a run of the model" in made.document["why_missing"]
    told = dict(made.facts.rows)
    assert told["SHA-256 of the checkpoint"] == stored.model.sha256 != ""
    assert told["SHA-256 of the clip"] == stored.clip.sha256 != ""


def test_the_page_says_where_it_comes_from(content, page, path):
    explainer, video = path
    text = Parts(page).text_of("script", id="provenance")
    told = read_document(text, "r.html")
    assert (told.kind, told.windows[0].index) == ("report", 0)
    request = decoded(json.loads(told.request), ReportRequest, "request")
    assert request == replace(ReportRequest(), window=0)
    assert dict(content.facts.rows)["SHA-256 of the clip"] == told.source.clip.file.sha256
    name = content.document["why"]["class"]
    assert f"It is for {name}." in content.facts.methods
    assert "Faithfulness was measured" in content.facts.methods
    plain = content_of(explainer, video, ReportRequest(**QUICK)).facts.methods
    assert "Maps show attention of block 3" in plain


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"why": None, "attention": ("value", "row"), "height": 72, "faithfulness": False},
        {"window": 1, "baseline": "blur", "why": MapSpec(method="relevance", target=2, against=3)},
        {
            "shown": ExportRequest(
                MapSpec(block=2, head=1, method="stage_evidence", query=(0, 1, 1)),
                HeatSettings(colormap="viridis", mode="even", opacity=0.3, smooth=False),
                frame_index=9,
                changes=Changes((HeadPlace(1, 0),), "zero"),
            )
        },
    ],
)
def test_options_give_a_request_again(changes, tmp_path):
    request = ReportRequest(**changes)
    given = ["report", "c.mp4", "--checkpoint", "m.pyth", "-o", "r.html"]
    options = build_parser("report").parse_args([*given, *report_words(request, None)])
    options.words = given
    again = request_from(options)
    target, against = options.target, options.against
    if again.why is not None:
        numbers = [None if each is None else int(each) for each in (target, against)]
        again = replace(again, why=replace(again.why, target=numbers[0], against=numbers[1]))
    view = replace(request.shown.map, method=again.shown.map.method)
    wanted = replace(request, shown=replace(request.shown, map=view), window=request.window or 0)
    if request.shown.frame_index is not None:
        wanted = replace(wanted, window=None)
    assert again == wanted
    assert again.first == request.first


def test_a_request_that_no_options_say_is_made_again_from_the_page(path):
    shown = ExportRequest(tiling=Tiling("half"))
    made = content_of(*path, ReportRequest(shown, **QUICK), "r.html")
    assert made.facts.command == "mvit-lens provenance r.html --repeat"


def test_each_box_has_its_predictions_and_its_place(path, tmp_path):
    _, video = path
    given = cfg(tiny()) | {"DETECTION": {"ENABLE": True, "SPATIAL_SCALE_FACTOR": 16}}
    given["MODEL"]["HEAD_ACT"] = "sigmoid"
    target = tmp_path / "detector.pyth"
    torch.save({"model_state": MViT(tiny()).state_dict(), "cfg": json.dumps(given)}, target)
    boxes = tuple(
        TimedBox(0.2, "seconds", Box(left, 10, left + 40, 90, name), False)
        for left, name in ((60, "<b>one</b>"), (120, ""))
    )
    explainer = Explainer(load_model(target, device="cpu"))
    document = content_of(
        explainer, video, ReportRequest(ExportRequest(boxes=boxes), **QUICK)
    ).document
    assert [group["name"] for group in document["predictions"]] == ["<b>one</b>", "box 2"]
    assert [box["edges"] for box in document["clip"]["boxes"]] == [
        [60, 10, 100, 90],
        [120, 10, 160, 90],
    ]


def test_a_network_without_classes_has_a_report_and_says_why_nothing_is_explained(path, tmp_path):
    _, video = path
    options = {field.name: getattr(tiny(), field.name) for field in fields(MViTConfig)}
    encoder = PretrainingConfig(**options | {"num_classes": 0, "readout": "none"})
    state = build_network(encoder).state_dict() | {"mask_token": torch.zeros(1, 1, 8)}
    target = tmp_path / "encoder.pyth"
    given = {**cfg(tiny()), "MASK": {"ENABLE": True, "PRETRAIN_DEPTH": [3]}}
    torch.save({"model_state": state, "cfg": json.dumps(given)}, target)
    explainer = Explainer(load_model(target, device="cpu"))
    document = content_of(explainer, video, ReportRequest()).document
    assert document["predictions"] == [{"name": "", "rows": []}]
    assert "predicts no classes" in document["why_missing"]


def test_tables_are_those_of_the_product(content):
    tables = {each["name"]: each for each in content.document["tables"]}
    for name, row in tables.items():
        if name == "spotlight":
            continue
        tint = tint_of(name)
        colours = np.frombuffer(base64.b64decode(row["colours"]), np.uint8).reshape(256, 3)
        shares = np.frombuffer(base64.b64decode(row["opacity"]), "<u2") / 65535
        np.testing.assert_array_equal(colours, tint.colours)
        np.testing.assert_allclose(shares, tint.opacity, atol=1e-5)
    assert [*tables][-1] == "signed"


def test_an_even_tint_has_whole_tables_and_one_opacity(path):
    heat = HeatSettings(mode="even", colormap="turbo")
    made = content_of(*path, ReportRequest(ExportRequest(heat=heat), **QUICK)).document
    first = made["tables"][0]
    colours = np.frombuffer(base64.b64decode(first["colours"]), np.uint8).reshape(256, 3)
    assert (first["name"], made["first"]["table"]) == ("turbo", "turbo")
    np.testing.assert_array_equal(colours, colour_table("turbo"))


def test_what_is_shown_first_is_what_was_asked_for(path):
    spec = MapSpec(block=2, head=1, method="received")
    heat = HeatSettings(opacity=0.5, smooth=False, range_policy="map", colormap="viridis")
    shown = ExportRequest(spec, heat, frame_index=5)
    first = content_of(*path, ReportRequest(shown, **QUICK)).document["first"]
    wanted = {"map": "received", "block": 2, "head": 1, "table": "viridis", "opacity": 0.5}
    assert {name: first[name] for name in wanted} == wanted
    assert (first["smooth"], first["range"]) == (False, "map")


def test_the_window_is_that_of_the_frame_or_the_one_named(path):
    explainer, video = path
    windows = explainer.windows(video)
    last = content_of(*path, ReportRequest(ExportRequest(frame_index=39), **QUICK))
    assert f"window {len(windows)}," in last.subtitle
    named = content_of(*path, ReportRequest(window=1, **QUICK))
    assert "window 2," in named.subtitle


def test_progress_rises_to_its_end_and_can_stop_the_work(path):
    told = []
    content_of(*path, ReportRequest(), on_progress=lambda done, total: told.append(done))
    assert told == sorted(told)
    assert (told[0], told[-1]) == (0, 100)

    def stop(done, total):
        if done > 30:
            raise Cancelled

    with pytest.raises(Cancelled):
        content_of(*path, ReportRequest(), on_progress=stop)


# -- refusals ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"attention": ("column",)}, "maps of a report are column"),
        ({"attention": ()}, "none"),
        ({"attention": ("row", "row")}, "each once"),
        ({"why": MapSpec(method="row")}, "explains no class"),
        ({"baseline": "grey"}, "baseline is 'grey'"),
        ({"height": 8}, "frames of 8 lines"),
    ],
)
def test_a_request_that_cannot_be_met_is_refused(given, words):
    with pytest.raises(ExportError, match=words):
        ReportRequest(**given)
    assert {"row", "received"} <= set(POSSIBLE) <= {*POSSIBLE, "value"}
    assert ReportRequest().why.method in EVIDENCE


def test_there_is_no_report_of_a_window_or_a_class_that_there_is_not(path):
    with pytest.raises(ClipError, match="window 99 does not exist"):
        content_of(*path, ReportRequest(window=99))
    why = MapSpec(method="stage_evidence", target=99)
    with pytest.raises(CaptureError, match="class 99 does not exist"):
        content_of(*path, ReportRequest(why=why))


def test_a_report_is_written_whole_and_never_over_what_it_was_made_of(page, path, tmp_path):
    _, video = path
    target = tmp_path / "r.html"
    assert write_report(page, target) == target.stat().st_size == len(page)
    with pytest.raises(ExportError, match=r"a report ends in \.html"):
        check_report_target(tmp_path / "r.pdf")
    link = tmp_path / "link.html"
    link.symlink_to(video.path)
    with pytest.raises(ExportError, match="was read for the report"):
        write_report(page, link, (video.path,))


# -- the session comes back ----------------------------------------------------------------------


def test_a_report_gives_its_session_back(path, kept):
    session = {**SESSION, "view": {"words": "</script> \u2028 & <b>"}}
    made = page_of(content_of(*path, ReportRequest(**QUICK)), session)
    assert embedded_session(kept(lambda _: made)) == session


def cut(page, at):
    return page[: page.index(at) + len(at) // 2]


BLOCK = re.compile(rb'<script type="application/json" id="mvitlens-session">.*?</script>', re.S)
BAD = {
    "no report": (lambda page: b"<!doctype html><title>Cats</title></html>", "no report of MViT"),
    "empty": (lambda page: b"", "no report of MViT"),
    "a page that names us below": (
        lambda page: b"<!doctype html>" + b" " * 9000 + page, "no report of MViT",
    ),
    "cut in its frames": (lambda page: page[: len(page) // 2], "cut off"),
    "cut in its session": (lambda page: cut(page, b"mvitlens-session"), "cut off"),
    "without a session": (lambda page: BLOCK.sub(b"", page), "without a session"),
    "two sessions": (
        lambda page: BLOCK.sub(lambda found: found[0] * 2, page), "holds 2 sessions",
    ),
    "no JSON": (lambda page: page.replace(b'{"kind":"MViT', b"{kind:MViT"), "is not JSON"),
    "nested": (
        lambda page: BLOCK.sub(
            report_session.SESSION_BEGINS.encode() + b"[" * 100_000 + b"</script>", page
        ), "nested too deeply",
    ),
    "a session of any size": (
        lambda page: BLOCK.sub(
            report_session.SESSION_BEGINS.encode() + b" " * (2 << 20) + b"</script>", page
        ), "more than 1048576 bytes",
    ),
    "an end that never comes": (
        lambda page: page.replace(b"</script>", b"</scripT>"), "more than",
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", BAD)
def test_a_file_that_gives_no_session_is_refused_in_words(kept, case):
    change, words = BAD[case]
    with pytest.raises(SessionError, match=words):
        embedded_session(kept(change))


def test_a_report_of_any_size_is_refused_unread(tmp_path):
    target = tmp_path / "huge.html"
    with target.open("wb") as file:
        file.truncate(1 << 42)  # takes no room
    with pytest.raises(SessionError, match="at most"):
        embedded_session(target)


def test_no_script_of_a_report_is_looked_at(kept):
    """Whatever a page says elsewhere, the one block counts, as data."""
    evil = b"<script>window.close()</script><!--"
    target = kept(lambda page: page.replace(b"<body>", b"<body>" + evil + b"-->", 1))
    assert embedded_session(target) == SESSION
