"""``mvit-lens heads``: statistics, ablation and direct parts on the command line."""

import json

import numpy as np
import pytest

from mvit_core import open_video
from mvit_core.attribution import HEAD_FIELDS, head_statistics
from mvit_core.explaining import HeadPlace, Target
from mvit_core.explaining.ablation import Ablation

STATISTICS = set(HEAD_FIELDS)


@pytest.fixture
def run(run_on_clip):
    """``heads`` on a clip of several windows."""
    return run_on_clip("heads")


def test_each_head_has_a_row_and_json_holds_the_contract(run, barcode_clip, explainer):
    code, printed, complained = run("--json", "--window", 1)
    info = json.loads(printed)
    assert (code, complained) == (0, "")
    assert info["window"] == 1
    assert all(set(row) == STATISTICS for row in info["heads"])
    with open_video(barcode_clip) as video:
        captured = explainer.capture(video, explainer.windows(video)[1])
    assert info["frames"] == list(captured.frame_indices)
    for row, expected in zip(info["heads"], head_statistics(captured.record), strict=True):
        for name in STATISTICS:
            assert row[name] == pytest.approx(getattr(expected, name), rel=1e-6)


def test_the_table_says_what_json_says(run):
    rows = json.loads(run("--json")[1])["heads"]
    code, text, _ = run()
    lines = [line.split() for line in text.splitlines() if line.split()[0].isdecimal()]
    assert code == 0
    assert len(lines) == len(rows) == 9
    for line, row in zip(lines, rows, strict=True):
        assert line[:3] == [str(row[name]) for name in ("block", "stage", "head")]
        assert line[3:5] == [f"{row['entropy']:.3f}", f"{row['distance_px']:.1f}"]
    assert "ablation" not in text


@pytest.mark.parametrize("by", ["mean", "zero"])
def test_ablation_is_what_the_class_loses_without_each_head(run, barcode_clip, explainer, by):
    words = ("--ablate", by, "--class", 3, "--against", "class 5")
    info = json.loads(run("--json", *words)[1])
    assert (info["class"], info["against"], info["ablated_by"]) == ("class 3", "class 5", by)
    with open_video(barcode_clip) as video:
        means = explainer.head_means(video) if by == "mean" else None
        assert means is None or means.windows == len(explainer.windows(video)) > 1
        captured = explainer.capture(video, explainer.windows(video)[0])
        expected = Ablation(explainer.subject(video, captured), means).effects(Target(3, 5))
    assert info["logit"] == pytest.approx(expected.total, abs=1e-5)
    for row, effect in zip(info["heads"], expected.effects, strict=True):
        assert set(row) == STATISTICS | {"ablation"}
        assert row["ablation"] == pytest.approx(effect.value, abs=1e-5)
    text = run(*words)[1]
    stands = "zero" if by == "zero" else "its mean over the clip"
    assert f"what its logit of {info['logit']:.2f} loses with {stands} for a head" in text


def test_ablation_alone_replaces_by_the_mean_and_takes_the_most_probable_class(run):
    alone, named = (json.loads(run("--json", "--ablate", *more)[1]) for more in ((), ("mean",)))
    assert alone == named
    assert alone["class"].startswith("class ")
    assert alone["against"] is None


def test_direct_parts_add_up_to_the_logit(run):
    found = json.loads(run("--json", "--direct", "--class", 3)[1])["direct"]
    assert found["sum"] == pytest.approx(found["logit"], abs=1e-4)
    assert sum(part["value"] for part in found["parts"]) == pytest.approx(found["sum"])
    assert set(found["parts"][0]) == {"name", "value", "block", "head"}
    text = run("--direct", "--class", 3)[1]
    assert f"parts that add up to {found['sum']:.2f} of {found['logit']:.2f} logits" in text
    assert "block 3 head 1" in text


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("--window", 99), 1, "window 99 does not exist"),
        (("--ablate", "--class", "swims"), 1, "--class 'swims' is no class of the model"),
        (("--class", 3), 1, "give --ablate or --direct with --class"),
        (("--ablate", "noise"), 2, "invalid choice: 'noise'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run, words, code, reason):
    found = run(*words)
    assert found[0] == code
    assert found[1] == ""
    assert reason in found[2]
    assert code == 2 or found[2].count("\n") == 1


@pytest.fixture
def call(run_on_clip):
    """Any command on the clip and the model."""
    return lambda command, *words: run_on_clip(command)(*words)


@pytest.mark.parametrize("by", ["mean", "zero"])
def test_predictions_without_heads_are_those_of_the_ablation(call, barcode_clip, explainer, by):
    code, printed, complained = call("predict", "--json", "--off", "3/0,2/1", "--off-by", by)
    info = json.loads(printed)
    assert (code, complained) == (0, "")
    assert (info["heads_off"], info["heads_off_by"]) == (["2/1", "3/0"], by)
    places = [HeadPlace(2, 1), HeadPlace(3, 0)]
    with open_video(barcode_clip) as video:
        captured = explainer.capture(video, explainer.windows(video)[0])
        means = explainer.head_means(video) if by == "mean" else None
        logits = Ablation(explainer.subject(video, captured), means).logits(places)
    best = info["windows"][0]["top"][0]
    assert best["probability"] == pytest.approx(float(logits.softmax(1).max()), rel=1e-6)
    assert call("predict", "--off", "2/1")[1].startswith("heads off: 2/1\n")


def test_evidence_and_exports_without_heads_name_them(call, tmp_path):
    words = ("--method", "gradient_attention", "--off", "2/1")
    info = json.loads(call("explain", "--json", *words)[1])
    assert info["heads_off"] == ["2/1"]
    assert "heads off: 2/1" in call("explain", *words)[1]
    plain, off = tmp_path / "plain.npz", tmp_path / "off.npz"
    assert call("export", "-o", plain)[0] == 0
    assert call("export", "-o", off, "--off", "2/1")[0] == 0
    with np.load(plain) as one, np.load(off) as other:
        assert json.loads(str(other["facts"]))["heads_off"] == ["2/1"]
        assert "heads_off" not in json.loads(str(one["facts"]))
        assert not np.array_equal(one["logits"], other["logits"])


@pytest.mark.parametrize(
    ("command", "words", "told"),
    [
        ("predict", ("--off", "2-1"), "allowed are block/head from 0, as 2/1"),
        ("explain", ("--off", "9/0"), "head 0 of block 9 does not exist"),
        ("predict", ("--off", "2/1", "--views", "2x1"), "--off is for windows"),
        ("export", ("--off", "2/1,", "-o", "never.npz"), "allowed are block/head"),
    ],
)
def test_heads_that_cannot_be_switched_off_are_refused_in_a_line(call, command, words, told):
    code, printed, complained = call(command, *words)
    assert (code, printed) == (1, "")
    assert told in complained
    assert len(complained.splitlines()) == 1
