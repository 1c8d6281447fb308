"""Code of the user's own on the command line: ``--module`` of ``capture`` and ``view``."""

import sys

import pytest

from mvit_core.capture_file import CaptureFile

CODE = """
from mvit_core.video.clip import ClipSpec
from tests.adapters.networks import SlowFastMViT
from tests.toys import toy_config

def build():
    return SlowFastMViT(toy_config()).eval(), ClipSpec(frames=4, rate=2.0, size=32, short_side=40)

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
