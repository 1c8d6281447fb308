"""The installed command in a folder where a user's own files have the names of our packages."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli.entry import COMMANDS, main

ROOT = Path(__file__).resolve().parents[2]

VIEW = """
import os, signal, sys
import app.cli as cli
from PySide6.QtCore import QTimer
import app.window.launch as launch
opened = launch.open_window
def open_and_stop(*given):
    window = opened(*given)
    QTimer.singleShot(1500, lambda: os.kill(os.getpid(), signal.SIGINT))
    return window
launch.open_window = open_and_stop
sys.exit(cli.main(sys.argv[1:]))
"""
"""Opens the window and closes it; what was opened in it is loaded before."""


def words_of(command: str, clip: Path, checkpoint: Path) -> list[str]:
    """A call of each command that reads and writes what it can."""
    model = ["--checkpoint", str(checkpoint)]
    return {
        "view": ["view", str(clip), *model],
        "predict": ["predict", str(clip), *model],
        "export": ["export", str(clip), *model, "-o", "out.png"],
        "figure": ["figure", str(clip), *model, "-o", "out.pdf"],
        "report": ["report", str(clip), *model, "-o", "out.html", "--no-faithfulness"],
        "explain": ["explain", str(clip), *model, "-o", "out.npz"],
        "heads": ["heads", str(clip), *model, "--ablate"],
        "what-if": ["what-if", str(clip), *model, "--erase", "0,0,9,9"],
        "capture": ["capture", str(clip), *model, "-o", "out.mvitcap"],
        "batch": ["batch", str(clip.parent), *model, "-o", "rows", "--workers", "1"],
        "inspect": ["inspect", str(checkpoint)],
        "provenance": ["provenance", str(clip.parent / "table.csv")],
        "verify": ["verify", str(clip.parent / "table.csv")],
        "checks": ["checks"],
        "demo": ["demo", "evaluate", "--clips", "11", "--json"],
    }[command]


@pytest.fixture
def hostile(tmp_path):
    """A folder whose files break whoever imports or reads them."""
    folder = tmp_path / "hostile"
    folder.mkdir()
    for name in ("app.py", "resources.py", "tests.py", "mvit_core.py", "benchmarks.py"):
        (folder / name).write_text(f"raise RuntimeError('{name} of the user was imported')\n")
    (folder / "mvit_core.txt").write_bytes(b"\xff\xfe no text of ours")
    for name in ("labels", "demo"):  # folders of resources/
        (folder / name).write_text("no folder")
    return folder


def ran(words: list[str], folder: Path) -> subprocess.CompletedProcess:
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "QT_QPA_PLATFORM": "offscreen"}
    return subprocess.run(
        words, cwd=folder, env=environment, capture_output=True, text=True, check=False, timeout=240
    )


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_ignores_the_files_of_the_working_folder(
    hostile, barcode_clip, toy_checkpoint, command
):
    words = words_of(command, barcode_clip, toy_checkpoint)
    if "table.csv" in words[-1]:
        model = ["--checkpoint", str(toy_checkpoint), "-o", words[-1]]
        assert main(["export", str(barcode_clip), *model]) == 0
    installed = Path(sys.executable).with_name("mvit-lens")
    # The window is stopped from within; -P leaves the folder out as the installed command does.
    start = [sys.executable, "-P", "-c", VIEW] if command == "view" else [str(installed)]
    done = ran([*start, *words], hostile)
    assert done.returncode == 0, done.stderr
    assert "of the user" not in done.stderr
    assert "Traceback" not in done.stderr


def test_the_core_is_used_from_python_beside_files_of_the_same_names(hostile, toy_checkpoint):
    """A script or notebook has its own folder first on the path; it imports the core alone."""
    (hostile / "mvit_core.py").unlink()  # the one name that a user of the core cannot take
    script = (
        "import mvit_core, mvit_core.export\n"
        "from mvit_core.checkpoint.labels import shipped_labels\n"
        "from mvit_core.demo.samples import demo_checkpoint, demo_samples\n"
        f"mvit_core.load_model({str(toy_checkpoint)!r})\n"
        "assert shipped_labels(400) and demo_samples()\n"
        "mvit_core.load_model(demo_checkpoint())\n"
    )
    done = ran([sys.executable, "-c", script], hostile)
    assert done.returncode == 0, done.stderr


def test_the_files_would_break_whoever_imported_them(hostile):
    done = ran([sys.executable, "-c", "import resources"], hostile)
    assert done.returncode == 1
    assert "resources.py of the user was imported" in done.stderr
