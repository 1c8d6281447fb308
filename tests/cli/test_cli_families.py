"""The command line with networks of further families, several heads and several networks."""

import json
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
import torch

from app.cli import main
from mvit_core.model import MViT, MViTConfig
from mvit_core.model.families import build_network
from mvit_core.model.pretraining import PretrainingConfig
from tests.checkpoint.tiny import cfg, cfg_text, tiny, weights


@pytest.fixture
def run(capsys):
    def go(*words: object) -> tuple[int, str, str]:
        code = main([str(word) for word in words])
        said = capsys.readouterr()
        return code, said.out, said.err

    return go


@pytest.fixture
def kept(tmp_path: Path):
    def keep(content: dict[str, Any]) -> Path:
        path = tmp_path / "checkpoint.pyth"
        torch.save(content, path)
        return path

    return keep


@pytest.fixture
def detector(kept) -> Path:
    given = cfg(tiny())
    given["MODEL"]["HEAD_ACT"] = "sigmoid"
    given["DETECTION"] = {"ENABLE": True, "SPATIAL_SCALE_FACTOR": 16}
    return kept({"model_state": weights(MViT(tiny())).state_dict(), "cfg": json.dumps(given)})


@pytest.fixture
def encoder(kept) -> Path:
    options = {field.name: getattr(tiny(), field.name) for field in fields(MViTConfig)}
    model = build_network(PretrainingConfig(**options | {"num_classes": 0, "readout": "none"}))
    given = {**cfg(tiny()), "MASK": {"ENABLE": True, "PRETRAIN_DEPTH": [3]}}
    state = weights(model).state_dict() | {"mask_token": torch.zeros(1, 1, 8)}
    return kept({"model_state": state, "cfg": json.dumps(given)})


@pytest.fixture
def boxes(tmp_path: Path) -> Path:
    path = tmp_path / "boxes.csv"
    path.write_text("frame,x1,y1,x2,y2,name\n6,45,5,60,30,left\n6,130,70,148,100,right\n")
    return path


def test_predict_gives_a_row_for_every_box(run, barcode_clip, detector, boxes):
    words = ("predict", barcode_clip, "--checkpoint", detector, "--boxes", boxes, "--top", 2)
    code, printed, _ = run(*words, "--json")
    assert code == 0
    info = json.loads(printed)
    rows = info["windows"][0]["boxes"]
    assert [row["box"] for row in rows] == [[45, 5, 60, 30], [130, 70, 148, 100]]
    assert [row["name"] for row in rows] == ["left", "right"]
    assert rows[0]["top"] == info["windows"][0]["top"]
    assert rows[0]["top"] != rows[1]["top"]
    assert info["average"] == []
    assert any("reads regions" in note for note in info["notes"])
    assert "box 130, 70, 148, 100 (right)" in run(*words)[1]


def test_a_window_without_a_box_shows_the_whole_frame_and_says_so(
    run, barcode_clip, detector, tmp_path
):
    late = tmp_path / "late.csv"
    late.write_text("frame,x1,y1,x2,y2\n100000,2,2,20,20\n")
    words = ("predict", barcode_clip, "--checkpoint", detector, "--boxes", late, "--json")
    info = json.loads(run(*words)[1])
    (row,) = info["windows"][0]["boxes"]
    assert row["box"][:2] == [0, 0]
    assert any("no box lies within window 0" in note for note in info["notes"])


def test_boxes_for_a_classifier_end_in_one_line(run, barcode_clip, toy_checkpoint, boxes):
    words = ("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--boxes", boxes)
    code, _, said = run(*words)
    assert code == 1
    assert "models of detection" in said
    assert run(*words, "--views", "1x1")[0] == 1


def test_an_encoder_predicts_nothing_and_says_so(run, barcode_clip, encoder):
    info = json.loads(run("predict", barcode_clip, "--checkpoint", encoder, "--json")[1])
    assert info["windows"][0]["top"] == []
    assert info["average"] == []
    assert any("predicts no classes" in note for note in info["notes"])
    assert "predicts no classes" in run("predict", barcode_clip, "--checkpoint", encoder)[1]


def test_an_encoder_is_exported_like_any_other(run, barcode_clip, encoder, tmp_path):
    target = tmp_path / "heat.png"
    assert run("export", barcode_clip, "--checkpoint", encoder, "-o", target)[0] == 0
    assert target.stat().st_size


@pytest.mark.parametrize(
    ("fixture", "family", "heads"),
    [("detector", "detection", [("head", 7, "sigmoid")]), ("encoder", "pretraining", [])],
)
def test_inspect_names_family_readout_and_heads(run, fixture, family, heads, request):
    path = request.getfixturevalue(fixture)
    info = json.loads(run("inspect", path, "--json")[1])
    assert info["family"] == family
    assert info["readout"] in ("boxes", "none")
    assert [(h["name"], h["classes"], h["activation"]) for h in info["heads"]] == heads
    assert info["weights"] == "model_state"
    assert info["report"]["warnings"]
    page = run("inspect", path)[1]
    assert info["report"]["warnings"][0] in page
    assert "fed " in page


def test_several_heads_are_listed_apart_and_one_is_chosen(run, barcode_clip, kept):
    state = weights(MViT(tiny())).state_dict()
    bias, weight = state.pop("head.projection.bias"), state.pop("head.projection.weight")
    for name, count in (("verb", 3), ("noun", 5)):
        state[f"head.{name}.weight"], state[f"head.{name}.bias"] = weight[:count], bias[:count]
    path = kept({"model_state": state, "cfg": cfg_text(tiny())})
    words = ("predict", barcode_clip, "--checkpoint", path)
    first = json.loads(run(*words, "--json")[1])["windows"][0]
    assert list(first["heads"]) == ["verb", "noun"]
    assert first["top"] == first["heads"]["verb"]
    chosen = json.loads(run(*words, "--head-name", "noun", "--json")[1])["windows"][0]
    assert chosen["top"] == chosen["heads"]["noun"]
    page = run(*words)[1]
    assert "  verb\n" in page
    assert "noun: 5 classes" in run("inspect", path)[1]
    assert run(*words, "--head-name", "adverb")[0] == 1


def test_one_of_several_networks_is_chosen(run, kept):
    content = {
        "student": weights(MViT(tiny())).state_dict(),
        "teacher": weights(MViT(tiny()), seed=4).state_dict(),
        "cfg": cfg_text(tiny()),
    }
    path = kept(content)
    code, _, said = run("inspect", path)
    assert code == 1
    assert "--weights NAME" in said
    assert json.loads(run("inspect", path, "--weights", "teacher", "--json")[1])["weights"] == (
        "teacher"
    )
