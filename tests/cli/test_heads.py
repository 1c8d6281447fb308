"""``mvit-lens heads``, ``--off`` and ``--mean-of``: what heads do, on the command line."""

import json
import shutil
from functools import reduce

import numpy as np
import pytest

from mvit_core import open_video
from mvit_core.attribution import HEAD_FIELDS, head_statistics
from mvit_core.explaining import HeadPlace, Target
from mvit_core.explaining.ablation import Ablation, HeadMeans
from mvit_core.provenance import read_provenance
from mvit_core.system.report_session import embedded_session
from tests.batch_results import run_result
from tests.fixtures_video import write_barcode_clip

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


# -- means over a batch result -------------------------------------------------------------------


@pytest.fixture
def batch(tmp_path, toy_checkpoint):
    """A batch of two clips and the same model, which are other clips than the one shown."""
    pytest.importorskip("pyarrow", reason="tables of a batch need the extra 'batch'")
    pytest.importorskip("duckdb", reason="means are read with DuckDB")
    for name, first in (("one.mp4", 50), ("two.mp4", 90)):
        write_barcode_clip(tmp_path / name, frames=17, first=first)
    (tmp_path / "list.csv").write_text("path\none.mp4\ntwo.mp4")
    return run_result(tmp_path / "out", tmp_path / "list.csv", toy_checkpoint)


@pytest.fixture
def means(batch, explainer):
    """The mean over its windows, by plain runs."""
    found = []
    for name in ("one.mp4", "two.mp4"):
        with open_video(batch.parent / name) as video:
            found.append(explainer.head_means(video))
    return reduce(HeadMeans.joined, found)


def test_ablation_by_the_mean_of_a_batch_says_what_the_mean_is_of(
    call, batch, barcode_clip, explainer, means
):
    words = ("--ablate", "mean", "--mean-of", batch, "--class", 3)
    info = json.loads(call("heads", "--json", *words)[1])
    with open_video(barcode_clip) as video:
        captured = explainer.capture(video, explainer.windows(video)[0])
        expected = Ablation(explainer.subject(video, captured), means).effects(Target(3))
    assert (info["ablated_by"], info["mean_of"]["batch"]) == ("mean", "out")
    assert info["mean_of"]["windows"] == means.windows
    for row, effect in zip(info["heads"], expected.effects, strict=True):
        assert row["ablation"] == pytest.approx(effect.value, abs=1e-4)
    stands = f"with its mean over {means.windows} windows of the batch out for a head"
    assert stands in call("heads", *words)[1]
    assert json.loads(call("heads", "--json", "--ablate", "zero")[1])["mean_of"] is None


def test_predictions_evidence_and_files_take_the_mean_of_a_batch_by_the_same_words(
    call, command_line, batch, barcode_clip, explainer, means, tmp_path
):
    words = ("--off", "2/1,3/0", "--mean-of", batch)
    info = json.loads(call("predict", "--json", *words)[1])
    with open_video(barcode_clip) as video:
        captured = explainer.capture(video, explainer.windows(video)[0])
        ablation = Ablation(explainer.subject(video, captured), means)
        logits = ablation.logits([HeadPlace(2, 1), HeadPlace(3, 0)])
    best = info["windows"][0]["top"][0]["probability"]
    assert best == pytest.approx(float(logits.softmax(1).max()), rel=1e-4)
    told = f"heads off: 2/1, 3/0 (mean over {means.windows} windows of the batch out)"
    assert call("predict", *words)[1].startswith(f"{told}\n")
    evidence = ("--method", "gradient_attention")
    assert told in call("explain", *evidence, *words)[1]
    for command, name in (("export", "off.npz"), ("figure", "off.svg"), ("report", "off.html")):
        more = ("--no-faithfulness",) if command == "report" else ()
        assert call(command, *words, *more, "-o", tmp_path / name)[0] == 0
        told_there = read_provenance(tmp_path / name).provenance
        assert told_there.changes.words == told
        assert "--mean-of out" in told_there.command
    session = embedded_session(tmp_path / "off.html")["view"]
    assert (session["mean_batch"], session["changes"]["batch"]) == (str(batch), None)
    printed = command_line("provenance", tmp_path / "off.npz")[1]
    assert f"gave their mean over {means.windows} windows of the batch out (sha256" in printed


def test_a_file_by_the_mean_of_a_batch_is_made_again_and_refused_without_it(
    call, command_line, batch, tmp_path
):
    made = tmp_path / "off.npz"
    crate = tmp_path / "crate"
    words = ("--off", "2/1", "--mean-of", batch, "-o", made, "--crate", crate)
    assert call("export", *words)[0] == 0
    assert command_line("verify", made)[0] == command_line("verify", crate)[0] == 0
    again = ("provenance", made, "--repeat", "-o", tmp_path / "again.npz")
    away = batch.rename(tmp_path / "elsewhere")
    code, _, complained = command_line(*again)
    assert code == 1
    assert "give its path by --mean-of, or put it beside the file" in complained
    assert command_line(*again, "--mean-of", away)[0] == 0
    asked = ("export", "--request", made, "-o", tmp_path / "asked.npz", "--mean-of", away)
    assert command_line(*asked)[0] == 0
    assert (tmp_path / "again.npz").read_bytes() == (tmp_path / "asked.npz").read_bytes()
    (away / "done" / "000000.json").rename(away / "done" / "000001.json")
    shutil.copy(away / "means" / "part-000000.parquet", away / "means" / "part-000001.parquet")
    (away / "done" / "000000.json").write_text("{}")
    code, _, complained = command_line(*again, "--mean-of", away)
    assert code == 1
    assert "elsewhere holds other means than it did" in complained


REFUSED = [
    ("heads", ("--mean-of", "{batch}"), "give --ablate too"),
    ("heads", ("--ablate", "zero", "--mean-of", "{batch}"), "leave it or --ablate zero out"),
    ("predict", ("--mean-of", "{batch}"), "give --off too"),
    ("export", ("--off", "2/1", "--off-by", "zero", "--mean-of", "{batch}", "-o", "n.npz"),
     "leave it or --off-by zero out"),
    ("heads", ("--ablate", "--mean-of", "{folder}"), "run.json"),
    ("predict", ("--off", "2/1", "--mean-of", "{other}"), "made with another checkpoint"),
]  # fmt: skip


def test_a_mean_that_cannot_be_is_refused_in_a_line(call, batch, tmp_path):
    other = shutil.copytree(batch, tmp_path / "other")
    run = json.loads((other / "run.json").read_text())
    run["models"][0]["sha256"] = "0" * 64
    (other / "run.json").write_text(json.dumps(run))
    places = {"batch": batch, "folder": tmp_path, "other": other}
    for command, words, told in REFUSED:
        code, printed, complained = call(command, *(word.format(**places) for word in words))
        assert (code, printed) == (1, "")
        assert told in complained
        assert len(complained.splitlines()) == 1
