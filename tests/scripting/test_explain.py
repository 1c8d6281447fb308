"""``mvit_core.explain``: what a script gets is what the path gives; errors say what is wrong."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import nn

import mvit_core
from app.state.session_file import model_source, read_session
from mvit_core import load_model
from mvit_core.attribution import LAYER_MAPS, MapSpec, head_statistics
from mvit_core.errors import (
    CaptureError,
    ClipError,
    MvitError,
    NeedsModelError,
    SessionError,
    VideoError,
)
from mvit_core.explaining import EVIDENCE
from mvit_core.figure import FigureRequest
from mvit_core.heatmap import project
from mvit_core.pipeline import Explainer
from mvit_core.scripting import FigureChoices
from mvit_core.video import clip_windows, open_video
from tests.adapters.networks import SlowFastMViT
from tests.adapters.test_recording import drawn
from tests.fixtures_video import barcode_picture
from tests.toys import toy_config


@pytest.fixture
def path(toy_files):
    """The path of the window and of the application, on the same files."""
    clip, checkpoint, _ = toy_files
    with open_video(clip) as video:
        explainer = Explainer(load_model(checkpoint, device="cpu"))
        yield explainer, video, explainer.windows(video)[1]


def frames_of(count=40):
    return np.stack([barcode_picture(number) for number in range(count)])


# -- the same as the path ------------------------------------------------------------------------


def test_predictions_frames_and_record_are_those_of_the_path(explained, path):
    explainer, video, window = path
    run = explainer.capture(video, window)
    assert explained.predictions == run.predictions
    assert explained.frames == run.frame_indices
    assert explained.record.layers[2].attention().equal(run.record.layers[2].attention())


@pytest.mark.parametrize("method", [name for name in LAYER_MAPS if name != "similarity"])
def test_maps_of_every_method_are_those_of_the_path(explained, path, method):
    query = "class" if method == "column" else "readout"
    spec = MapSpec(1, 1, method, query)
    wanted = path[0].explain(path[1], path[2], spec)
    made = explained.maps(1, 1, method=method, query=query)
    np.testing.assert_allclose(made.on_tokens, wanted.saliency.values, atol=1e-6)
    np.testing.assert_allclose(made.heads_on_tokens, wanted.maps.values, atol=1e-6)
    assert (made.block, made.stage, made.method) == (1, 2, method)


def test_evidence_and_its_faithfulness_are_those_of_the_path(explained, path):
    explainer, video, window = path
    spec = MapSpec(method="relevance", target=3, against=5)
    wanted = explainer.explain(video, window, spec)
    made = explained.explain("class 3", "relevance", against=5)
    np.testing.assert_allclose(made.on_tokens, wanted.saliency.values, atol=1e-6)
    assert (made.target, made.against) == ("class 3", "class 5")
    assert made.probability == pytest.approx(wanted.evidence.probability)
    found = made.faithfulness("time")
    assert found.deletion.probabilities[0] == pytest.approx(made.probability)
    assert made.trust.startswith("usable: ")
    assert "Chefer et al., ICCV 2021" in made.citation


def test_statistics_have_a_row_for_each_head(explained, path):
    run = path[0].capture(path[1], path[2])
    wanted = head_statistics(run.record)
    rows = explained.statistics
    assert [(row.block, row.head) for row in rows] == [(row.block, row.head) for row in wanted]
    assert [row.entropy for row in rows] == pytest.approx([row.entropy for row in wanted], abs=1e-5)
    assert explained.statistics is rows, "they are made once"


def test_a_stage_is_its_last_block_and_several_heads_are_averaged(explained):
    assert explained.maps(stage=2).block == 2
    assert explained.maps().block == 3
    several = explained.maps(2, [1, 0])
    np.testing.assert_allclose(several.on_tokens, several.heads_on_tokens.mean(axis=0), rtol=1e-6)
    again = explained.maps(np.int64(2), np.array([0, 1]))
    np.testing.assert_array_equal(again.on_tokens, several.on_tokens)
    assert explained.explain(np.int64(3)).target == "class 3"
    most = explained.maps(2, "max")
    np.testing.assert_array_equal(most.on_tokens, most.heads_on_tokens.max(axis=0))


@pytest.mark.parametrize("words", ["Stage evidence", "stage evidence", "stage_evidence"])
def test_a_method_is_named_by_its_name_or_its_title(explained, words):
    assert explained.explain(0, words).method == "stage_evidence"
    assert explained.maps(method="Attended by", query="class").method == "column"


# -- tokens and pixels ---------------------------------------------------------------------------


def test_on_pixels_each_pixel_has_the_value_of_its_nearest_token(explained):
    made = explained.maps(1)
    pixels = made.on_pixels()
    assert pixels.shape == (4, 108, 192)
    heatmap = project(
        made.explanation.saliency, explained.capture.pixel_map, explained.capture.frame_indices
    )
    for place, (y, x) in [(0, (20, 60)), (3, (80, 130)), (2, (54, 96))]:
        token = heatmap.token_at(x, y, made.frames[place])
        assert pixels[place, y, x] == made.on_tokens[token]
    np.testing.assert_array_equal(made.on_pixels(made.frames[2]), pixels[2])


def test_on_pixels_says_nothing_where_the_model_did_not_look(explained):
    pixels = explained.maps(1).on_pixels()[0]
    left, top, right, bottom = explained.maps(1).explanation.heatmap.box_px
    y, x = np.nonzero(~np.isnan(pixels))
    assert x.min() + 0.5 >= left
    assert x.max() + 0.5 <= right
    assert (y.min(), y.max()) == (round(top), round(bottom) - 1)
    assert np.isnan(pixels[:, 0]).all()


def test_tokens_know_their_pixels_frames_and_seconds(explained):
    made = explained.maps(0)
    times, rows, columns = made.on_tokens.shape
    assert [len(made.x_px), len(made.y_px)] == [columns, rows]
    assert len(made.t_frames) == len(made.t_seconds) == times
    np.testing.assert_allclose(made.t_seconds, made.t_frames / 30, atol=1e-6)
    assert made.t_frames[0] == explained.frames[0]
    x, y = made.explanation.heatmap.token_centre_px(1, 0)
    assert (made.x_px[0], made.y_px[1]) == (x, y)


def test_arrays_that_are_shared_cannot_be_written_into(explained):
    with pytest.raises(ValueError, match="read-only"):
        explained.maps(1).on_tokens[:] = 0


def test_a_picture_has_heat_on_the_frame(explained):
    made = explained.maps(1)
    frame = made.frames[1]
    picture = made.picture(frame)
    bare = explained.video.frame(frame)
    assert picture.shape == bare.shape
    assert (picture != bare).any()
    assert made._repr_png_().startswith(b"\x89PNG")


def test_a_frame_of_another_window_is_refused(explained):
    with pytest.raises(ClipError, match="frame 39 is not of window 1, which has frames 16 to 31"):
        explained.maps(1).on_pixels(39)


# -- where clip and model come from --------------------------------------------------------------


def test_frames_in_memory_are_run_as_the_same_frames_of_a_file(tmp_path, toy_files):
    import cv2

    frames = frames_of()
    for number, frame in enumerate(frames):
        cv2.imwrite(str(tmp_path / f"{number:03}.png"), frame[..., ::-1])
    kept = mvit_core.explain(tmp_path, toy_files[1], fps=30, device="cpu")
    held = mvit_core.explain(frames, kept.explainer.loaded)
    with kept, held:
        assert held.record.logits.equal(kept.record.logits)
        assert held.frames == kept.frames
        np.testing.assert_array_equal(held.video.frame(7), frames[7])
        assert "<array of 40 frames 192x108>" in repr(held)


def test_the_rate_of_frames_in_memory_counts_them_unless_another_is_named(toy_files):
    loaded = load_model(toy_files[1], device="cpu")
    spec = replace(loaded.clip_spec, rate=1)
    with mvit_core.explain(frames_of(4), loaded, clip_spec=spec) as held:
        assert (held.frames, held.notes) == ((0, 1, 2, 3), ())
    with mvit_core.explain(frames_of(), loaded, fps=60) as held:
        assert held.frames == clip_windows(40, 60, loaded.clip_spec)[0].frame_indices


def test_two_arrays_are_never_taken_for_one_another(toy_files):
    loaded = load_model(toy_files[1], device="cpu")
    one, other = (mvit_core.explain(each, loaded) for each in (frames_of(16), 255 - frames_of(16)))
    with one, other:
        assert one.video.identity != other.video.identity
        assert not one.record.logits.equal(other.record.logits)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        (np.zeros((4, 32, 32), np.uint8), r"frames are uint8 \(4, 32, 32\); allowed is uint8 \(fr"),
        (np.zeros((4, 32, 32, 3)), "frames are float64 .* convert them, or give a path"),
        (np.zeros((0, 32, 32, 3), np.uint8), "frames are uint8"),
        ([[1, 2], [3]], "make no array"),
        (np.zeros((1, 1, 16_385, 3), np.uint8), "at most 16384 a side"),
    ],
)
def test_what_is_no_frames_is_refused_in_words(toy_files, frames, words):
    with pytest.raises(ClipError, match=words):
        mvit_core.explain(frames, load_model(toy_files[1], device="cpu"))


def test_a_model_in_memory_is_taken_as_it_is(toy, toy_files):
    loaded = load_model(toy_files[1], device="cpu")
    before = {name: value.clone() for name, value in loaded.model.state_dict().items()}
    with mvit_core.explain(toy_files[0], loaded.model, clip_spec=loaded.clip_spec) as held:
        with mvit_core.explain(toy_files[0], loaded) as known:
            assert held.record.logits.equal(known.record.logits)
        assert held.explain().explanation.evidence is not None
    after = loaded.model.state_dict()
    assert all(value.equal(after[name]) for name, value in before.items())
    assert not loaded.model.training


def test_a_module_of_another_code_base_is_explained_as_it_is(toy_files, tmp_path):
    network = drawn(lambda: SlowFastMViT(toy_config())).train()
    spec = load_model(toy_files[1], device="cpu").clip_spec
    with mvit_core.explain(toy_files[0], network, clip_spec=spec) as held:
        assert sum(each.probability for each in held.predictions) == pytest.approx(1)
        inner = held.maps(1, 0)
        assert held.record.layers[1].row(0)[0, 0, 1:].numpy() == pytest.approx(
            inner.on_tokens.ravel(), abs=1e-6
        )
        held.figure("map", frames=1).save(tmp_path / "fig.svg")
        held.report(tmp_path / "r.html")
        assert len(held.to_xarray().children) == 4
        assert "SlowFastMViT" in held._repr_html_()
        with pytest.raises(NeedsModelError, match="a module that is only heard"):
            held.explain()
    assert network.training


def test_what_is_in_no_file_is_drawn_and_reported_too(toy_files, tmp_path):
    loaded = load_model(toy_files[1], device="cpu")
    with mvit_core.explain(frames_of(16), loaded.model, clip_spec=loaded.clip_spec) as held:
        held.figure("map", frames=1).save(tmp_path / "fig.svg")
        held.report(tmp_path / "r.html", faithfulness=False)
        assert "<array of 16 frames 192x108>" in held.to_xarray().attrs["provenance"]
    assert "array of 16 frames" in (tmp_path / "fig.svg").read_text("utf-8")
    page = (tmp_path / "r.html").read_text("utf-8")
    assert "array of 16 frames 192x108" in page
    assert "<array of" not in page


def test_a_module_that_cannot_be_captured_is_refused_in_words(toy, toy_files):
    clip, checkpoint, _ = toy_files
    spec = load_model(checkpoint, device="cpu").clip_spec
    with pytest.raises(CaptureError, match="'int', which cannot be captured; give the path of"):
        mvit_core.explain(clip, 3, clip_spec=spec)
    with pytest.raises(CaptureError, match="Linear"):
        mvit_core.explain(clip, nn.Linear(2, 2), clip_spec=spec)
    with pytest.raises(CaptureError, match=r"in training mode.* call \.eval\(\) first"):
        mvit_core.explain(clip, toy.train(), clip_spec=spec)


def test_a_capture_file_is_explained_without_model_and_clip(explained, toy_files, tmp_path):
    with mvit_core.explain(toy_files[2], window=1) as kept:
        assert kept.predictions == explained.predictions
        np.testing.assert_array_equal(kept.maps(1, 0).on_tokens, explained.maps(1, 0).on_tokens)
        assert kept.figure("map").size_mm[0] == 89
        assert kept.report(tmp_path / "r.html").stat().st_size > 10_000
        with pytest.raises(NeedsModelError, match=r"a capture file holds none; load toy\.pyth"):
            kept.explain()
    with mvit_core.explain(toy_files[2], toy_files[1], window=1, device="cpu") as both:
        assert both.explain().probability == pytest.approx(both.predictions[0].probability)
        assert [note for note in both.notes if "run anew" in note] == []


def test_another_model_than_a_capture_files_is_run_anew_and_that_is_said(toy_files, tmp_path):
    other = tmp_path / "other.pyth"
    other.write_bytes(toy_files[1].read_bytes() + b" ")
    with open_video(toy_files[2]) as video:
        held = video.opened_video.held
    with pytest.raises(ClipError, match="holds no picture of frame"):
        mvit_core.explain(toy_files[2], other, window=0, device="cpu")
    assert held
    with mvit_core.explain(toy_files[2], other, window=1, device="cpu") as anew:
        assert "is not the checkpoint that" in anew.notes[0]


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("window 9 does not exist; clip.mp4 has windows 0 to 2", {"window": 9}),
        ("window -1 does not exist", {"window": -1}),
        ("no model was given; give the path of a checkpoint", {"model": None}),
        ("has its own frame rate", {"fps": 12}),
    ],
)
def test_what_cannot_be_opened_or_run_says_why(toy_files, words, call):
    clip, checkpoint, _ = toy_files
    with pytest.raises(MvitError, match=words):
        mvit_core.explain(**{"clip": clip, "model": checkpoint, "device": "cpu", **call})


def test_a_capture_file_has_only_its_windows_and_its_own_preprocessing(toy_files):
    spec = load_model(toy_files[1], device="cpu").clip_spec
    with pytest.raises(ClipError, match=r"window 0 does not exist; x\.mvitcap has windows 1"):
        mvit_core.explain(toy_files[2])
    with pytest.raises(CaptureError, match="windows of a capture file are not run"):
        mvit_core.explain(toy_files[2], clip_spec=spec)


def test_a_clip_is_let_go_of_where_the_run_fails_and_at_the_end(toy_files, monkeypatch):
    closed = []
    close = mvit_core.video.Video.close
    monkeypatch.setattr(
        mvit_core.video.Video, "close", lambda video: (closed.append(video), close(video))
    )
    with pytest.raises(ClipError):
        mvit_core.explain(toy_files[0], toy_files[1], window=9, device="cpu")
    assert len(closed) == 1
    with mvit_core.explain(toy_files[0], toy_files[1], device="cpu") as explained:
        made = explained.maps()
    assert len(closed) == 2
    with pytest.raises(VideoError, match="is closed"):
        made.picture()


# -- errors of what is asked ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "call"),
    [
        ("the model has 4 blocks, 0 to 3; got block 9", lambda e: e.maps(9)),
        ("block is 'last'; allowed are numbers from 0", lambda e: e.maps("last")),
        ("the model has stages 1, 2, 3; got stage 7", lambda e: e.maps(stage=7)),
        ("frame 17.5 is not of window 1", lambda e: e.maps().picture(17.5)),
        ("block 1 and stage 2 are both named", lambda e: e.maps(1, stage=2)),
        ("block 1 has 2 heads, 0 to 1; got head 5", lambda e: e.maps(1, 5)),
        ("head is 'first'; allowed are", lambda e: e.maps(1, "first")),
        (r"head is \[0, None\]; allowed are", lambda e: e.maps(1, [0, None])),
        ("head is 1.5; allowed are", lambda e: e.maps(1, 1.5)),
        (r"head is \[\]; allowed are", lambda e: e.maps(1, [])),
        ("query is 'key'; allowed are", lambda e: e.maps(query="key")),
        ("lies outside the grid", lambda e: e.maps(query=(9, 9, 9))),
        (r"'recieved'; .* allowed are row, .* \(near to it: received\)",
         lambda e: e.maps(method="recieved")),
        (r"'relevance' is evidence for a class.* ask \.explain",
         lambda e: e.maps(method="relevance")),
        (r"'row' shows attention, which is the same for every class: ask \.maps",
         lambda e: e.explain(0, "row")),
        (r"'PCA colours' shows features", lambda e: e.explain(0, "PCA colours")),
        (r"\(near to it: relevance\)", lambda e: e.explain(0, "relevanc")),
        (r"class 'class 33' is no class .* numbers 0 to 6 \(near to it: class 3",
         lambda e: e.explain("class 33")),
        ("class 7 is no class of the model", lambda e: e.explain(7)),
        ("class -1 is no class of the model", lambda e: e.explain(-1)),
        ("class True is no class of the model", lambda e: e.explain(True)),
        ("against 'x' is no class", lambda e: e.explain(1, against="x")),
        ("class 1 against itself", lambda e: e.explain(1, against=1)),
        ("baseline is 'red'; allowed are", lambda e: e.explain(1, baseline="red")),
        ("a figure has no 'colour'; allowed are view, blocks", lambda e: e.figure(colour=1)),
        ("rows are 'layers'; allowed are stages", lambda e: e.figure("layers")),
        ("the width is 3 mm", lambda e: e.figure(width_mm=3)),
    ],
)  # fmt: skip
def test_an_error_says_what_came_and_what_is_allowed(explained, words, call):
    with pytest.raises(MvitError, match=words):
        call(explained)


# -- figures -------------------------------------------------------------------------------------


def test_a_figure_is_saved_in_the_size_asked_for(explained, tmp_path):
    made = explained.figure(rows="stages", width_mm=170, frames=2)
    assert made.save(tmp_path / "fig.svg") == tmp_path / "fig.svg"
    assert 'width="170mm"' in (tmp_path / "fig.svg").read_text()
    assert made.request.preset == "own"
    assert made.request.window == 1
    assert {finding.rule for finding in made.findings} <= {"dpi of frames"}
    assert made._repr_png_().startswith(b"\x89PNG")
    assert "170 x" in repr(made)


def test_a_figure_of_a_map_or_of_evidence_shows_just_that(explained):
    made = explained.figure("heads", of=explained.maps(2, method="received"), heads=(1, 0))
    assert made.request.shown.map == MapSpec(2, "mean", "received")
    found = explained.figure(of=explained.explain(2, "relevance"), preset="nature-183")
    assert (found.request.rows, found.request.shown.map.target) == ("map", 2)
    assert found.size_mm[0] == 183


def test_a_figure_is_never_written_over_what_it_was_made_of(explained, toy_files, tmp_path):
    made = explained.figure("map")
    with pytest.raises(MvitError, match=r"ends in .gif; a figure is one of .svg, .pdf, .png"):
        made.save(tmp_path / "fig.gif")
    (tmp_path / "link.svg").symlink_to(toy_files[0])
    with pytest.raises(MvitError, match="was read for the figure"):
        made.save(tmp_path / "link.svg")


def test_every_choice_of_a_figure_is_a_field_of_its_request():
    assert set(FigureChoices.__annotations__) <= set(FigureRequest.__annotations__)


# -- reports -------------------------------------------------------------------------------------


def test_a_report_is_one_page_of_this_window_and_of_the_class_explained(explained, tmp_path):
    why = explained.explain(3, "relevance")
    made = explained.report(tmp_path / "r.html", of=why, faithfulness=False)
    page = made.read_text("utf-8")
    assert made == tmp_path / "r.html"
    assert page.startswith("<!doctype html>")
    assert "class 3" in page
    assert "-o r.html" in page, "the command that makes it again"
    assert "clip.mp4" in page


@pytest.mark.parametrize("with_paths", [True, False])
def test_a_report_has_the_session_that_opens_its_view_in_the_window(
    explained, toy_files, tmp_path, with_paths
):
    clip, checkpoint, _ = toy_files
    shown = explained.maps(block=1, head=1, method="received")
    made = explained.report(tmp_path / "r.html", of=shown, with_paths=with_paths)
    session = read_session(made)
    assert (session.unknown, session.view["map"]) == ((), shown.explanation.spec)
    assert session.view["frame"] in explained.capture.frame_indices
    named = {role: (ref.absolute, ref.name) for role, ref in session.files.items()}
    wanted = {"clip": Path(clip), "checkpoint": Path(checkpoint)}
    whole = {role: str(path.absolute()) if with_paths else "" for role, path in wanted.items()}
    assert named == {role: (whole[role], path.name) for role, path in wanted.items()}
    source = model_source(session, {role: Path(path) for role, path in wanted.items()})
    assert (source.checkpoint, source.module) == (Path(checkpoint), "")
    assert (str(Path(clip).parent) in made.read_text("utf-8")) == with_paths


def test_a_report_of_what_is_in_no_file_has_no_session_and_is_refused_as_one(toy_files, tmp_path):
    loaded = load_model(toy_files[1], device="cpu")
    with mvit_core.explain(frames_of(16), loaded.model, clip_spec=loaded.clip_spec) as held:
        made = held.report(tmp_path / "r.html", faithfulness=False)
    with pytest.raises(SessionError, match="was made without a session"):
        read_session(made)


def test_a_report_with_another_ending_is_refused_before_any_work(explained, tmp_path):
    with pytest.raises(MvitError, match=r"ends in .pdf; a report ends in"):
        explained.report(tmp_path / "r.pdf")


# -- names ---------------------------------------------------------------------------------------


def test_every_method_of_the_tables_is_named_alone():
    titles = [row.title.lower() for row in (*LAYER_MAPS.values(), *EVIDENCE.values())]
    assert len(set(titles)) == len(titles)
    assert not LAYER_MAPS.keys() & EVIDENCE.keys()


def test_the_short_form_says_clip_window_model_and_classes(explained):
    words = repr(explained)
    assert words.startswith("<ExplainedWindow: window 1 of clip.mp4, frames 16 to ")
    assert f"by toy.pyth: {explained.predictions[0].name}" in words
    assert torch.is_tensor(explained.record.logits)
