"""``mvit-lens what-if``: tubes and patches on the command line."""

import json

import pytest
import torch

from mvit_core import load_model, open_video
from mvit_core.explaining import Subject
from mvit_core.explaining.painting import Tube, painted
from mvit_core.explaining.patches import Patch
from mvit_core.explaining.patching import Patching
from mvit_core.pipeline import Explainer
from mvit_core.video import read_clip
from mvit_core.video.boxes import Box
from mvit_core.video.transform import transform
from tests.fixtures_video import write_barcode_clip

LEFT = "0,0,80.5,108"
ROWS = {"index", "class", "before", "after", "difference"}


@pytest.fixture
def run(run_on_clip):
    """``what-if`` on a clip of several windows."""
    return run_on_clip("what-if")


@pytest.fixture
def loaded(toy_checkpoint):
    return load_model(toy_checkpoint, device="cpu")


@pytest.fixture
def other_clip(tmp_path):
    """Another picture size, so that only the input of the model is of the same size."""
    path = tmp_path / "other.mp4"
    write_barcode_clip(path, frames=30, size=(128, 160))
    return path


def subject_of(loaded, path, index=0, tubes=()):
    """A window as the model sees it, without the path that the command takes."""
    with open_video(path) as video:
        window = Explainer(loaded).windows(video)[index]
        given = transform(read_clip(video, window), loaded.clip_spec)
    return Subject(loaded.model, painted(given, tubes).tensor)


def probabilities(logits):
    return logits[0].softmax(0).tolist()


def test_json_holds_the_classes_of_the_clip_as_it_is_and_with_its_tubes(run, barcode_clip, loaded):
    words = ("--erase", f"{LEFT}@0-20", "--blur", "100,0,20,20@3", "--keep", "0,0,150,108")
    code, printed, complained = run(*words, "--window", 1, "--class", 3, "--json")
    info = json.loads(printed)
    assert (code, complained, info["window"], info["class"]) == (0, "", 1, "class 3")
    tubes = [
        Tube("mean", Box(0, 0, 80.5, 108), 0, 20),
        Tube("blur", Box(100, 0, 120, 20), 3, 3),
        Tube("keep", Box(0, 0, 150, 108), 0, 39),
    ]
    assert [(t["what"], t["x"], t["y"], t["first"], t["last"]) for t in info["tubes"]] == [
        (tube.what, tube.box.left, tube.box.top, tube.first, tube.last) for tube in tubes
    ]
    plain, changed = (subject_of(loaded, barcode_clip, 1, each) for each in ((), tubes))
    with plain.session(), changed.session():
        before, after = plain.run.logits, changed.run.logits
    rows = {row["index"]: row for row in info["classes"]}
    assert all(set(row) == ROWS for row in info["classes"])
    for index, (p, q) in enumerate(zip(*map(probabilities, (before, after)), strict=True)):
        assert (rows[index]["before"], rows[index]["after"]) == pytest.approx((p, q), abs=1e-6)
        assert rows[index]["difference"] == pytest.approx(q - p, abs=1e-6)
    assert info["logit"]["before"] == pytest.approx(float(before[0, 3]), abs=1e-5)
    assert info["logit"]["after"] == pytest.approx(float(after[0, 3]), abs=1e-5)
    assert (info["share"], info["from"], info["patches"]) == (None, None, [])


def test_a_patch_says_how_much_of_the_other_answer_comes_along(
    run, barcode_clip, other_clip, loaded
):
    words = ("--patch", "head", "2/1", "--patch", "mlp", "3", "--from", other_clip)
    info = json.loads(run(*words, "--class", 3, "--against", 5, "--json")[1])
    patches = [Patch("head", 2, 1), Patch("mlp", 3)]
    own, other = subject_of(loaded, barcode_clip), subject_of(loaded, other_clip)
    after = Patching(own, other).logits(patches)
    assert info["patches"] == [
        {"part": "head", "block": 2, "head": 1},
        {"part": "mlp", "block": 3, "head": None},
    ]
    assert (info["from"]["clip"], info["from"]["window"]) == ("other.mp4", 0)
    assert all(set(row) == ROWS | {"other"} for row in info["classes"])
    with own.session(), other.session():
        ends = [float(x[0, 3] - x[0, 5]) for x in (own.run.logits, after, other.run.logits)]
    logit = info["logit"]
    assert [logit[x] for x in ("before", "after", "other")] == pytest.approx(ends, abs=1e-5)
    assert info["share"] == pytest.approx((ends[1] - ends[0]) / (ends[2] - ends[0]), abs=1e-4)


def test_a_whole_block_brings_all_of_the_other_answer_and_the_clip_itself_nothing(
    run, barcode_clip, other_clip
):
    for block in (0, 3):
        code, text, _ = run("--patch", "block", block, "--from", other_clip, "--from-window", 1)
        assert code == 0
        assert "100 % of the other clip's answer comes along" in text
    info = json.loads(run("--patch", "block", 1, "--from", barcode_clip, "--json")[1])
    assert info["share"] is None
    assert all(row["difference"] == 0 for row in info["classes"])


def test_without_a_class_one_clip_s_answer_is_set_against_the_other_s(run, other_clip, loaded):
    info = json.loads(run("--patch", "head", "0/0", "--from", other_clip, "--json")[1])
    first = max(info["classes"], key=lambda row: row["before"])
    others = max(info["classes"], key=lambda row: row["other"])
    assert info["class"] == first["class"]
    assert info["against"] == (others["class"] if others != first else None)
    alone = json.loads(run("--erase", LEFT, "--json")[1])
    assert (alone["class"], alone["against"]) == (first["class"], None)


def test_the_lines_say_what_json_says(run, other_clip):
    words = ("--freeze", f"{LEFT}@2-20", "--patch", "mlp", "1", "--from", other_clip, "--class", 6)
    info = json.loads(run(*words, "--json")[1])
    code, text, _ = run(*words)
    assert code == 0
    assert "tube 1: frozen, 80.5x108 pixels at 0,0, frames 2 to 20 (" in text
    assert "from other.mp4, window 0, frames 0 to" in text
    assert ": MLP of block 1" in text
    assert "class 6: logit " in text
    listed = [line for line in text.splitlines() if line.endswith(")") and "  class " in line]
    assert [line.split("  ")[-2] for line in listed][:5] == [
        row["class"] for row in info["classes"][:5]
    ]
    assert any("class 6" in line for line in listed)


def test_a_tube_that_the_model_does_not_see_changes_nothing_and_is_named(run):
    info = json.loads(run("--erase", f"{LEFT}@39", "--json")[1])
    assert info["tubes"][0]["covered"] == 0
    assert all(row["difference"] == 0 for row in info["classes"])
    assert "tube 1 covers nothing: it lies beside what the model sees" in info["notes"][0]
    assert "note: tube 1 covers nothing" in run("--erase", f"{LEFT}@39")[1]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        ((), 1, "nothing is changed; give --erase"),
        (("--erase", "1,2,3"), 1, "--erase is '1,2,3'; it takes X,Y,W,H or X,Y,W,H@A-B"),
        (("--erase", "-1,2,3,4"), 2, "expected one argument"),
        (("--erase=-1,2,3,4",), 1, "--erase is '-1,2,3,4'"),
        (("--blur", "1,2,0,4"), 1, "width and height are above 0"),
        (("--freeze", "1,2,3,4@9-3"), 1, "frames 9 to 3"),
        (("--keep", "1,2,3,4@0-40"), 1, "the clip has frames 0 to 39"),
        (("--keep", "190,2,3,4"), 1, "the picture has 192x108 pixels"),
        (("--patch", "head", "1", "--from", "CLIP"), 1, "--patch is 'head 1'; it takes"),
        (("--patch", "block", "1/2", "--from", "CLIP"), 1, "--patch is 'block 1/2'"),
        (("--patch", "neuron", "1", "--from", "CLIP"), 1, "--patch is 'neuron 1'"),
        (("--patch", "block", "4", "--from", "CLIP"), 1, "block 4 does not exist"),
        (("--patch", "block", "1"), 1, "--patch and --from go together"),
        (("--from", "CLIP"), 1, "--patch and --from go together"),
        (("--from-window", "1", "--erase", LEFT), 1, "--from-window is of the clip of --patch"),
        (("--patch", "mlp", "1", "--from", "CLIP", "--from-window", "9"), 1, "window 9 does not"),
        (("--window", 99, "--erase", LEFT), 1, "window 99 does not exist"),
        (("--erase", LEFT, "--class", "swims"), 1, "--class 'swims' is no class of the model"),
        (("--erase", LEFT, "--class", 3, "--against", 3), 1, "class 3 against itself"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run, barcode_clip, words, code, reason):
    found = run(*(barcode_clip if word == "CLIP" else word for word in words))
    assert found[0] == code
    assert found[1] == ""
    assert reason in found[2]
    assert code == 2 or found[2].count("\n") == 1


def test_the_toy_answers_to_a_tube_at_all(run):
    """Else the tests above would compare nothing with nothing."""
    rows = json.loads(run("--erase", LEFT, "--json")[1])["classes"]
    assert torch.tensor([row["difference"] for row in rows]).abs().max() > 1e-3
