"""Processes with little: no home, no entry in passwd, little memory."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from app.cli import main, outcome, surroundings
from mvit_core.errors import CaptureError

posix = pytest.mark.skipif(sys.platform == "win32", reason="HOME and limits of POSIX")

ROOT = Path(__file__).resolve().parents[2]

VIEW = """
import sys, app.cli as cli, app.window.launch as launch
from PySide6.QtCore import QTimer
opened = launch.open_window
def open_and_close(app, options):
    window = opened(app, options)
    QTimer.singleShot(1500, app.quit)
    return window
launch.open_window = open_and_close
"""

NO_PASSWD = """
import pwd
def nobody(number):
    raise KeyError(f'getpwuid(): uid not found: {number}')
pwd.getpwuid = nobody
"""


def ran(script: str, words, folder, **environment) -> subprocess.CompletedProcess:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("XDG_")}
    kept.pop("HOME", None)
    return subprocess.run(
        [
            sys.executable,
            "-c",
            f"{script}\nimport app.cli as cli, sys\nsys.exit(cli.main())",
            *words,
        ],
        env={**kept, "QT_QPA_PLATFORM": "offscreen", "TMPDIR": str(folder), **environment},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@posix
@pytest.mark.parametrize("home", [None, "", "relative"])
def test_without_a_home_the_window_opens_and_leaves_nothing_behind(
    tmp_path, barcode_clip, toy_checkpoint, home
):
    folder = tmp_path / "work"
    folder.mkdir()
    given = {} if home is None else {"HOME": home}
    words = ["view", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
    done = ran(NO_PASSWD + VIEW, words, folder, PYTHONPATH=str(ROOT), **given)
    assert done.returncode == 0, done.stderr
    assert "note: there is no home folder" in done.stderr
    assert "Traceback" not in done.stderr
    assert list(folder.iterdir()) == []


@posix
def test_without_a_home_commands_go_on_in_silence(tmp_path, barcode_clip, toy_checkpoint):
    folder = tmp_path / "work"
    folder.mkdir()
    words = ["predict", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
    done = ran(NO_PASSWD, words, folder, PYTHONPATH=str(ROOT))
    assert (done.returncode, done.stderr) == (0, "")
    assert list(folder.iterdir()) == []


@posix
@pytest.mark.parametrize("home", ["/proc/nowhere", "/dev/null/nowhere"])
def test_a_home_that_cannot_be_written_still_has_a_window(
    tmp_path, barcode_clip, toy_checkpoint, home
):
    words = ["view", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
    done = ran(VIEW, words, tmp_path, PYTHONPATH=str(ROOT), HOME=home)
    assert done.returncode == 0, done.stderr
    assert "Traceback" not in done.stderr


@posix
def test_a_home_of_passwd_is_kept(monkeypatch):
    monkeypatch.delenv("HOME")
    monkeypatch.setattr(Path, "home", lambda: Path("/home/of-passwd"))
    assert surroundings.provide_home() is None
    assert os.environ["HOME"] == "/home/of-passwd"


def limited(gigabytes: float, words: list[str]) -> subprocess.CompletedProcess:
    """Run a command with a limit of address space."""
    limit = f'ulimit -v {int(gigabytes * 1e6)}; exec "$@"'
    return subprocess.run(
        ["sh", "-c", limit, "sh", sys.executable, "-m", "app", *words],
        capture_output=True,
        text=True,
        check=False,
        timeout=240,
    )


@posix
@pytest.mark.parametrize("gigabytes", [0.5, 1.0, 1.4])
@pytest.mark.parametrize("command", ["predict", "export", "inspect", "view"])
def test_too_little_memory_is_said_before_libraries_are_loaded(
    barcode_clip, toy_checkpoint, tmp_path, command, gigabytes
):
    model = ["--checkpoint", str(toy_checkpoint)]
    words = {
        "predict": [str(barcode_clip), *model],
        "export": [str(barcode_clip), *model, "-o", str(tmp_path / "out.mp4")],
        "inspect": [str(toy_checkpoint)],
        "view": [str(barcode_clip)],
    }[command]
    done = limited(gigabytes, [command, *words])
    assert done.returncode == 1
    assert f"this process may use {gigabytes:.1f} GB" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (tmp_path / "out.mp4").exists()


@posix
@pytest.mark.parametrize("gigabytes", [1.5, 2.0, 3.0])
def test_enough_memory_is_enough(barcode_clip, toy_checkpoint, tmp_path, gigabytes):
    words = ["export", str(barcode_clip), "--checkpoint", str(toy_checkpoint), "-o"]
    done = limited(gigabytes, [*words, str(tmp_path / "out.mp4")])
    assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize(
    "error",
    [
        MemoryError(),
        OSError(12, "Cannot allocate memory"),
        RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 9 bytes"),
        ImportError("libtorch_cpu.so: failed to map segment from shared object"),
    ],
)
def test_memory_that_ends_later_is_one_line(monkeypatch, capsys, error):
    def fail(words):
        raise error

    monkeypatch.setattr("app.cli.entry._run", fail)
    assert main(["checks"]) == 1
    assert "mvit-lens: there is not enough memory" in capsys.readouterr().err


def test_other_errors_are_not_hidden():
    def fail():
        raise RuntimeError("a defect of ours")

    with pytest.raises(RuntimeError, match="a defect of ours"):
        outcome.exit_code_of(fail)


def test_an_error_of_the_core_is_one_line(capsys):
    def fail():
        raise CaptureError("one\n  two")

    assert outcome.exit_code_of(fail) == 1
    assert capsys.readouterr().err == "mvit-lens: one\\n two\n"
