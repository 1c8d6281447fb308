"""Temporary folders: gone with their process, or with the next one where it was killed."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mvit_core.system.temporary_folder import remove_own_folders, temporary_folder

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")

ROOT = Path(__file__).resolve().parents[2]
MAKE = "from mvit_core.system.temporary_folder import temporary_folder\nimport sys, time\n"


@pytest.fixture
def place(tmp_path, monkeypatch):
    """The system's folder for temporary files."""
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    monkeypatch.setattr("tempfile.tempdir", None)
    # Those of this process, such as the icons of its windows, are no part of it.
    monkeypatch.setattr("mvit_core.system.temporary_folder._own", {})
    return tmp_path


def started(script):
    words = [sys.executable, "-c", MAKE + script]
    return subprocess.Popen(words, cwd=ROOT, stdout=subprocess.PIPE, text=True)


def killed(place, age_seconds):
    """A folder left by a process that was killed so long ago."""
    child = started("print(temporary_folder('icons'), flush=True); time.sleep(600)")
    folder = Path(child.stdout.readline().strip())
    (folder / "file").write_text("x")
    then = time.time() - age_seconds
    os.utime(folder, (then, then))
    return child, folder


def end(child):
    child.send_signal(signal.SIGKILL)
    child.communicate()


def test_a_folder_goes_with_its_process(place):
    child = started("print(temporary_folder('icons').name)")
    name = child.communicate()[0].strip()
    assert name.startswith("mvit-lens.tmp-icons-")
    assert list(place.iterdir()) == []


def test_a_fork_leaves_the_folders_of_its_parent_alone(place):
    child = started(
        "import os\n"
        "kept = temporary_folder('icons')\n"
        "number = os.fork()\n"
        "if number == 0:\n"
        "    temporary_folder('home')\n"
        "    sys.exit()\n"
        "os.waitpid(number, 0)\n"
        "print(sorted(each.name for each in kept.parent.iterdir()) == [kept.name])"
    )
    assert child.communicate()[0].strip() == "True"
    assert list(place.iterdir()) == []


def test_a_folder_of_a_process_that_was_killed_goes_with_the_next_start(place):
    child, left = killed(place, 3600)
    end(child)
    assert left.is_dir()
    mine = temporary_folder("home")
    assert list(place.iterdir()) == [mine]
    remove_own_folders()
    assert list(place.iterdir()) == []


def test_a_folder_of_a_living_process_stays_and_so_does_one_that_is_just_being_made(place):
    living, old = killed(place, 3600)
    dead, young = killed(place, 0)
    end(dead)
    temporary_folder("home")
    remove_own_folders()
    assert set(place.iterdir()) == {old, young}
    end(living)


def test_what_only_looks_like_one_is_left_alone(place):
    target = place / "precious"
    target.mkdir()
    (place / "mvit-lens.tmp-icons-link").symlink_to(target)
    (place / "mvit-lens.tmp-file").write_text("x")
    then = time.time() - 3600
    os.utime(place / "mvit-lens.tmp-file", (then, then))
    temporary_folder("home")
    remove_own_folders()
    left = {path.name for path in place.iterdir()}
    assert left == {"precious", "mvit-lens.tmp-icons-link", "mvit-lens.tmp-file"}
