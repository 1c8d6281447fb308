"""Code of the user's own on the command line: ``--module`` of the commands that take it."""

import hashlib
import json
import shlex
import sys

import pytest

from mvit_core.capture_file import CaptureFile
from mvit_core.provenance import methods_paragraph, read_provenance
from mvit_core.repeating import compared

CODE = """
import torch
from mvit_core.model import MViT
from mvit_core.video.clip import ClipSpec
from tests.adapters.networks import SlowFastMViT
from tests.toys import toy_config

def build():
    torch.manual_seed(0)
    return SlowFastMViT(toy_config()).eval(), ClipSpec(frames=4, rate=2.0, size=32, short_side=40)

def ours():
    model = MViT(toy_config()).eval()
    return model, ClipSpec(frames=4, rate=2.0, size=32, short_side=40)

def breaks():
    raise OSError("weights.pth is missing")
"""


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """The working folder, with the user's code in it; forgotten afterwards."""
    folder = tmp_path / "work"
    folder.mkdir()
    (folder / "their_net.py").write_text(CODE)
    monkeypatch.chdir(folder)
    monkeypatch.setattr(sys, "path", [*sys.path])
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    yield folder
    sys.modules.pop("their_net", None)


def test_a_capture_is_made_of_a_model_that_code_builds(run, barcode_clip, folder):
    words = ("capture", barcode_clip, "--module", "their_net:build", "-o", "x.mvitcap")
    code, printed, complained = run(*words, "--windows", "0")
    assert (code, complained) == (0, f"note: running {folder / 'their_net.py'}\n")
    assert printed.startswith("wrote x.mvitcap (1 window")
    file = CaptureFile(folder / "x.mvitcap")
    assert (file.model.name, file.model.format) == ("their_net:build", "pyslowfast")
    assert "--module their_net:build" in file.provenance.command
    assert run("export", "x.mvitcap", "-o", "heat.png")[0] == 0
    code, _, complained = run("export", "x.mvitcap", "-o", "why.png", "--method", "relevance")
    assert (code, "load their_net:build" in complained) == (1, True)


def test_predictions_and_statistics_of_heads_are_those_of_the_module(run, barcode_clip, folder):
    module = ("--module", "their_net:build")
    running = f"note: running {folder / 'their_net.py'}\n"
    code, printed, complained = run("predict", barcode_clip, *module, "--json")
    assert (code, complained) == (0, running)
    best = json.loads(printed)["windows"][0]["top"][0]
    assert run("capture", barcode_clip, *module, "--windows", 0, "-o", "x.mvitcap")[0] == 0
    first = CaptureFile(folder / "x.mvitcap").windows[0].predictions[0]
    assert (best["index"], best["probability"]) == (first.index, pytest.approx(first.probability))
    code, printed, complained = run("heads", barcode_clip, *module, "--json")
    assert (code, complained) == (0, running)
    assert len(json.loads(printed)["heads"]) == 9


def test_an_export_says_which_code_made_it_and_the_command_makes_it_again(
    run, barcode_clip, folder
):
    clip = folder / barcode_clip.name
    clip.symlink_to(barcode_clip)
    words = ("export", clip.name, "--module", "their_net:build", "-o", "heat.png")
    code, _, complained = run(*words)
    assert (code, complained) == (0, f"note: running {folder / 'their_net.py'}\n")
    told = read_provenance(folder / "heat.png").provenance
    assert told.command == "mvit-lens export clip.mp4 --module their_net:build -o heat.png"
    assert told.source.model.code.sha256 == hashlib.sha256(CODE.encode()).hexdigest()
    assert "built by their_net:build of the file their_net.py (sha256" in methods_paragraph(told)
    (folder / "heat.png").rename(folder / "first.png")
    assert run(*shlex.split(told.command)[1:])[0] == 0
    assert compared(folder / "first.png", folder / "heat.png") == ""


def test_no_provenance_runs_the_code_that_it_names(run, barcode_clip, folder):
    words = ("export", barcode_clip, "--module", "their_net:build", "-o")
    assert run(*words, "heat.png")[0] == 0
    sys.modules.pop("their_net")
    for again in (
        ("provenance", "heat.png", "--repeat", "--clip", barcode_clip, "-o", "b.png"),
        ("verify", "heat.png", "--clip", barcode_clip),
    ):
        code, printed, complained = run(*again)
        assert code == 1
        assert "no file runs code that it names" in printed + complained
    assert "their_net" not in sys.modules
    code, _, complained = run(*words, "c.png", "--crate", "crate")
    assert (code, "runs no code of yours" in complained) == (2, True)
    code, _, complained = run("export", "--request", "heat.png", "--module", "a:b", "-o", "c.png")
    assert (code, "leave its option out" in complained) == (2, True)


NEEDS_WEIGHTS = {
    "predict": (("--views", "1x1"), ("--off", "1/0")),
    "explain": ((), ("--method", "relevance")),
    "heads": (("--ablate",), ("--direct",)),
    "export": (("--method", "relevance", "-o", "a.png"), ("--off", "1/0", "-o", "a.png")),
}


@pytest.mark.parametrize("command", NEEDS_WEIGHTS)
def test_what_needs_our_own_layers_is_refused_in_words(run, barcode_clip, folder, command):
    for words in NEEDS_WEIGHTS[command]:
        code, printed, complained = run(
            command, barcode_clip, "--module", "their_net:build", *words
        )
        assert (code, printed) == (1, "")
        last = complained.splitlines()[-1]
        assert "needs the model's weights, and their_net:build is a module that is only" in last
    assert not (folder / "a.png").exists()


def test_a_network_of_ours_that_code_builds_is_explained_too(run, barcode_clip, folder):
    code, printed, complained = run(
        "explain", barcode_clip, "--module", "their_net:ours", "--method", "rollout"
    )
    assert (code, complained) == (0, f"note: running {folder / 'their_net.py'}\n")
    assert printed


@pytest.mark.parametrize("command", ["predict", "explain", "heads", "export"])
def test_code_that_fails_is_one_line_of_every_command(run, barcode_clip, folder, command):
    output = ("-o", "a.png") if command == "export" else ()
    words = (command, barcode_clip, "--module", "their_net:breaks", *output)
    code, printed, complained = run(*words)
    assert (code, printed) == (1, "")
    assert "their_net:breaks failed: OSError" in complained.splitlines()[-1]
    assert run(command, barcode_clip, *output)[0] == 2


WRONG = {
    ("--module", "their_net:breaks"): "their_net:breaks failed: OSError: weights.pth is missing",
    ("--module", "their_other:build"): "there is no module their_other",
    ("--module", "their_net.py"): "give it as package.file:function",
    ("--module", "their_net:build", "--preset", "mvit_v2_s_16x4"): "--preset is of checkpoints",
    ("--module", "their_net:build", "--device", "cuda"): "stays where its code puts it",
    ("--module", "their_net:build", "--labels", "names.txt"): "names.txt",
}


@pytest.mark.parametrize("words", WRONG, ids=" ".join)
def test_what_gives_no_model_is_one_line(run, barcode_clip, folder, words):
    code, printed, complained = run("capture", barcode_clip, *words, "-o", "x.mvitcap")
    assert (code, printed) == (1, "")
    assert WRONG[words] in complained.splitlines()[-1]
    assert not (folder / "x.mvitcap").exists()


def test_the_code_itself_is_never_the_target(run, barcode_clip, folder):
    words = ("capture", barcode_clip, "--module", "their_net:build", "-o", "their_net.py")
    code, _, complained = run(*words)
    assert (code, "ends in .py" in complained) == (1, True)
    assert (folder / "their_net.py").read_text() == CODE


def test_a_model_is_named_in_one_way(run, barcode_clip, folder, toy_checkpoint):
    both = ("--checkpoint", toy_checkpoint, "--module", "their_net:build")
    assert run("capture", barcode_clip, *both, "-o", "x.mvitcap")[0] == 2
    assert run("capture", barcode_clip, "-o", "x.mvitcap")[0] == 2


def test_the_window_is_not_opened_where_nobody_sees_its_question(run, folder):
    code, _, complained = run("view", "--module", "their_net:build")
    assert code == 1
    assert f"asks before it runs {folder / 'their_net.py'}" in complained
    assert "no display shows the question" in complained
    assert "their_net" not in sys.modules
    code, _, complained = run("view", "--module", "their_net:absent:x")
    assert (code, "is no function" in complained) == (1, True)
    code, _, complained = run("view", "--module", "their_net:build", "--session", "a.mvitlens")
    assert (code, "a session runs no code" in complained) == (1, True)
