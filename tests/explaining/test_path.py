"""Evidence on the one path: remembered, drawn, exported, printed."""

import json

import numpy as np
import pytest
import torch

from app.cli.entry import main
from mvit_core import load_model, open_video
from mvit_core.errors import Cancelled, CaptureError, ExportError
from mvit_core.explaining import EVIDENCE, Target
from mvit_core.export import ExportRequest, draw_still, export
from mvit_core.export.caption import caption_lines
from mvit_core.export.scene import Scene
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import HeatSettings, ValueRange, symmetric_range
from tests.explaining.test_methods import SLOW, assert_untouched, state_of


@pytest.fixture
def run(capsys, barcode_clip, toy_checkpoint):
    """``mvit-lens explain`` of the clip in this process: (exit code, printed, complained)."""

    def call(*words, command="explain"):
        told = (command, barcode_clip, "--checkpoint", toy_checkpoint, *words)
        try:
            code = main([str(word) for word in told])
        except SystemExit as stop:
            code = stop.code
        found = capsys.readouterr()
        return code, found.out, found.err

    return call


@pytest.mark.parametrize("method", [name for name in EVIDENCE if name not in SLOW])
def test_evidence_is_a_map_like_any_other(explainer, video, method):
    before = state_of(explainer.loaded.model)
    window = explainer.windows(video)[0]
    found = explainer.explain(video, window, MapSpec(method=method, head=3))
    assert found.evidence.method == found.maps.method == method
    assert found.evidence.target == Target(found.capture.predictions[0].index)
    np.testing.assert_array_equal(found.heatmap.values, found.evidence.saliency.values)
    assert found.is_signed == EVIDENCE[method].signed
    assert found.picked is None
    assert_untouched(explainer.loaded.model, before)


def test_a_window_that_was_run_is_explained_without_its_beginning_and_only_once(explainer, video):
    window = explainer.windows(video)[0]
    captured, begun = explainer.capture(video, window), []
    explainer.loaded.model.blocks[0].register_forward_pre_hook(lambda *_: begun.append(1))
    spec = MapSpec(method="gradient_attention", target=3)
    found = explainer.evidence(video, captured, spec)
    assert begun == []
    assert found.cost > 0
    assert explainer.evidence(video, captured, spec) is found
    other = explainer.evidence(video, captured, MapSpec(method="gradient_attention", target=2))
    assert other.target == Target(2)
    assert begun == []


def test_a_window_whose_run_was_dropped_is_run_again(toy_checkpoint, video):
    explainer = Explainer(load_model(toy_checkpoint), remembered_windows=1)
    first, second = explainer.windows(video)[:2]
    spec = MapSpec(method="gradient_attention", target=3)
    captured = explainer.capture(video, first)
    expected = explainer.evidence(video, captured, spec)
    explainer.capture(video, second)
    explainer.close()
    again = explainer.evidence(video, captured, spec)
    np.testing.assert_allclose(again.saliency.values, expected.saliency.values, rtol=1e-4)


def test_an_explanation_that_was_cancelled_is_not_remembered(explainer, video):
    captured = explainer.capture(video, explainer.windows(video)[0])
    spec = MapSpec(method="stage_evidence", target=3)

    def stop(done, total):
        if done == 2:
            raise Cancelled

    with pytest.raises(Cancelled):
        explainer.evidence(video, captured, spec, on_step=stop)
    assert explainer.evidence(video, captured, spec).steps == 16


def test_tokens_heard_in_inference_mode_are_explained_too(explainer, video):
    with torch.inference_mode():
        captured = explainer.capture(video, explainer.windows(video)[0])
        found = explainer.evidence(video, captured, MapSpec(method="stage_evidence", target=3))
    assert found.error < 0.01


def test_the_most_probable_class_is_meant_where_none_is_named(explainer, video):
    captured = explainer.capture(video, explainer.windows(video)[0])
    best, second = (prediction.index for prediction in captured.predictions[:2])
    assert explainer.target_of(captured, MapSpec()) == Target(best)
    assert explainer.target_of(captured, MapSpec(against=best)) == Target(second, best)
    assert explainer.target_of(captured, MapSpec(target=4, against=1)) == Target(4, 1)
    with pytest.raises(CaptureError, match="7 classes"):
        explainer.evidence(video, captured, MapSpec(method="rollout", target=7))
    with pytest.raises(
        CaptureError,
        match="allowed are row, column, received, value, content, position, stage_evidence",
    ):
        explainer.head_maps(video, captured, MapSpec(method="lrp"))


# Pictures and files.


def scene_of(explainer, video, heat, **spec):
    request = ExportRequest(MapSpec(**spec), heat)
    return Scene(explainer, video, request, lambda: None).shot(0)


@pytest.mark.parametrize("policy", ["layer", "map", "clip"])
def test_signed_maps_are_drawn_with_zero_in_the_middle(explainer, video, policy):
    heat = HeatSettings(range_policy=policy)
    shot = scene_of(explainer, video, heat, method="stage_evidence", target=3, against=5)
    (style,) = shot.styles
    assert style.is_signed
    assert style.range.low == -style.range.high
    if policy == "layer":
        assert style.range == symmetric_range(shot.panels[0].explanation.maps.values)


def test_a_range_by_hand_is_made_symmetrical_for_signed_maps(explainer, video):
    heat = HeatSettings(range_policy="manual", manual_range=ValueRange(-1.0, 3.0))
    (style,) = scene_of(explainer, video, heat, method="direct_logit", target=3).styles
    assert (style.range, style.is_signed) == (ValueRange(-3.0, 3.0), True)


def test_maps_of_what_speaks_for_a_class_alone_keep_their_colours(explainer, video):
    (style,) = scene_of(explainer, video, HeatSettings(), method="gradient_attention").styles
    assert not style.is_signed
    assert style.colormap == "inferno"


def test_both_classes_are_named_on_the_picture_and_in_the_file(explainer, video):
    spec = MapSpec(method="stage_evidence", target=3, against=5)
    found = explainer.explain(video, explainer.windows(video)[0], spec)
    title, trust, _ = caption_lines(found, 0)
    assert title == "Why class 3 instead of class 5 · Stage evidence"
    assert trust.startswith("trusted · baseline mean: p ")
    still = draw_still(explainer, video, ExportRequest(spec, HeatSettings()))
    made_of = json.loads(still.provenance)
    assert (made_of["class"], made_of["against"]) == ("class 3", "class 5")
    assert made_of["baseline"]["name"] == "mean"


@pytest.mark.parametrize("layout", ["heads", "stages"])
def test_evidence_has_no_heads_and_no_blocks_to_lay_out(explainer, video, layout, tmp_path):
    request = ExportRequest(MapSpec(method="rollout"), HeatSettings(), layout)
    with pytest.raises(ExportError, match="allowed are single, side-by-side"):
        export(explainer, video, request, tmp_path / "x.png")


@pytest.mark.parametrize("ending", ["mp4", "png", "npz"])
def test_export_takes_evidence_methods(run, tmp_path, ending):
    path = tmp_path / f"x.{ending}"
    words = ("-o", path, "--method", "gradient_attention", "--class", 3, "--against", 5)
    code, _, complained = run(*words, command="export")
    assert (code, complained) == (0, "")
    if ending == "npz":
        with np.load(path) as kept:
            facts = json.loads(str(kept["facts"]))
            assert kept["maps"].shape[1:] == (1, 2, 4, 4)
        assert (facts["class"], facts["against"], facts["sum"]) == ("class 3", "class 5", None)


def test_a_query_and_a_range_of_all_layers_mean_nothing_to_evidence(run, tmp_path):
    words = ("-o", tmp_path / "x.png", "--method", "rollout", "--range", "model")
    first = run(*words, command="export")
    picture = (tmp_path / "x.png").read_bytes()
    assert first[0] == run(*words, "--query", "0,1,1", "--head", 2, command="export")[0] == 0
    assert len((tmp_path / "x.png").read_bytes()) == pytest.approx(len(picture), rel=0.01)


# The command line.

KEYS = {"class", "against", "method", "baseline", "delta", "sum", "error", "steps", "class_token",
        "grid"}  # fmt: skip


def test_explain_prints_json_of_the_contract(run):
    code, printed, _ = run("--json", "--class", "class 3", "--against", 5, "--faithfulness",
                           "--sanity", "--when", "--window", 1)  # fmt: skip
    info = json.loads(printed)
    assert code == 0
    assert set(info) >= KEYS
    assert (info["class"], info["against"]) == ("class 3", "class 5")
    assert info["method"] == "stage_evidence"
    assert info["window"] == 1
    assert set(info["baseline"]) == {"name", "probability"}
    assert info["error"] == pytest.approx(abs(info["sum"] - info["delta"]) / abs(info["delta"]))
    assert info["grid"] == [2, 4, 4]
    assert set(info["faithfulness"]) >= {"deletion", "insertion", "random", "centre", "curves"}
    curves = info["faithfulness"]["curves"]
    assert len(curves["deletion"]) == len(curves["shares"]) == 6
    assert set(info["sanity"]) == {"head", "last_block", "verdict"}
    assert len(info["when"]["shares"]) == 4
    assert sum(info["when"]["shares"]) + info["when"]["static"] == pytest.approx(
        info["when"]["total"], abs=1e-4
    )


def test_explain_prints_what_json_says(run):
    words = ("--class", 3, "--method", "direct_logit", "--faithfulness", "--sanity", "--when")
    code, text, _ = run(*words)
    info = json.loads(run(*words, "--json")[1])
    assert code == 0
    assert f"why class 3 (p {info['probability']:.3f})" in text
    assert "Direct logit attribution: usable" in text
    assert f"the map adds up to {info['sum']:.3f} of {info['delta']:.3f} logits" in text
    assert "note: direct" in text
    assert f"sanity: {info['sanity']['verdict']}" in text
    assert "of the tubes removed: p" in text
    assert "a still frame gives" in text


def test_explain_writes_the_picture_of_its_window(run, tmp_path):
    code, text, _ = run("--window", 1, "--method", "gradient_attention", "-o", tmp_path / "x.png")
    assert (code, text.splitlines()[-1]) == (0, f"wrote {tmp_path / 'x.png'}")
    code, _, _ = run("--window", 1, "--method", "rollout", "-o", tmp_path / "x.mp4")
    with open_video(tmp_path / "x.mp4") as film:
        assert code == 0
        assert film.frame_count < 40  # its window alone


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--class", "juggling"), "--class 'juggling' is no class of the model; allowed are"),
        (("--against", "7"), "numbers 0 to 6"),
        (("--class", "3", "--against", "3"), "give two classes"),
        (("--method", "lrp"), "allowed are stage_evidence"),
        (("--baseline", "black"), "allowed are mean, blur, freeze"),
        (("--window", "99"), "window 99 does not exist"),
        (("-o", "x.txt"), "x.txt ends in .txt"),
    ],
)
def test_what_cannot_be_explained_ends_in_one_line(run, words, complaint):
    code, printed, complained = run(*words)
    assert (code, printed) == (1, "")
    assert complaint in complained
    assert len(complained.splitlines()) == 1


def test_the_help_names_every_method_and_baseline(run):
    code, text, _ = run("--help")
    assert code == 0
    assert all(name in text for name in (*EVIDENCE, "mean", "blur", "freeze"))
