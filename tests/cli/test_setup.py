"""The scripts of ``make``: system packages, the environment, and a start without a display.

Each test sees a machine made of stubs: a folder that is the whole PATH, with an ``apt-get`` that
writes down what it is asked for and a ``python3`` that appears once it was installed.
"""

import os
import pty
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SETUP = ROOT / "resources" / "setup"
TABLE = [
    line.split()
    for line in (SETUP / "debian.txt").read_text(encoding="utf-8").splitlines()
    if line and not line.startswith("#")
]
LIBRARIES = [library for library, _ in TABLE if library != "fonts"]
PACKAGES = [package for _, package in TABLE]

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Debian's packages")

PYTHON = """#!/bin/sh
case "$*" in
  *version_info*3,\\ 11*) exit {too_old} ;;
  *ensurepip*) exit {no_venv} ;;
  *venv*format*) echo python3.{minor}-venv ;;
  *-m\\ venv*)
    for venv; do :; done
    mkdir -p "$venv/bin"; echo "$0" >"$venv/bin/python"; chmod +x "$venv/bin/python"
    touch "$venv/bin/pip" ;;
esac
"""


class Machine:
    """A Debian of stubs; by default a bare one whose user is root."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.bin = folder / "bin"
        self.bin.mkdir()
        self.venv = folder / "venv"
        self.log = folder / "log"
        for tool in ("sh", "dirname", "grep", "tr", "env", "mkdir", "chmod", "touch"):
            (self.bin / tool).symlink_to(shutil.which(tool))
        self.stub("id", "echo 0")
        self.stub("ldconfig", "echo")
        self.stub("find", "true")
        self.apt()

    def stub(self, name: str, body: str) -> None:
        path = self.bin / name
        path.write_text(f"#!/bin/sh\n{body}\n")
        path.chmod(0o755)

    def python(self, name="python3", *, too_old=0, no_venv=0, minor=11) -> None:
        text = PYTHON.format(too_old=too_old, no_venv=no_venv, minor=minor)
        self.stub(name, text.partition("\n")[2])

    def libraries(self, names=tuple(LIBRARIES), *, fonts=True) -> None:
        rows = "".join(f"\\t{name} (libc6,x86-64) => /usr/lib/{name}\\n" for name in names)
        self.stub("ldconfig", f"printf '{rows}'")
        self.stub("find", "echo /usr/share/fonts/a.ttf" if fonts else "true")

    def apt(self, installs="true") -> None:
        """``installs`` is what an installation does, in shell."""
        self.stub(
            "apt-get", f'echo "apt-get $*" >>"{self.log}"\ncase "$1" in install) {installs} ;; esac'
        )

    def apt_brings_python(self) -> None:
        self.python("new-python3")
        self.apt(f'PATH=/usr/bin:/bin; mv "{self.bin}/new-python3" "{self.bin}/python3"')

    def a_user(self, *, sudo: bool) -> None:
        self.stub("id", "echo 1000")
        if sudo:
            self.stub("sudo", f'echo "sudo" >>"{self.log}"\nexec "$@"')

    def prepare(self, python="python3", typed: str | None = None) -> subprocess.CompletedProcess:
        """Run the script; what is ``typed`` comes from a terminal."""
        words = [shutil.which("sh"), str(SETUP / "prepare.sh"), str(self.venv), python]
        environment = {"PATH": str(self.bin), "HOME": str(self.folder)}
        given = {
            "env": environment,
            "capture_output": True,
            "text": True,
            "check": False,
            "timeout": 30,
        }
        if typed is None:
            return subprocess.run(words, stdin=subprocess.DEVNULL, **given)
        master, slave = pty.openpty()
        try:
            os.write(master, typed.encode())
            return subprocess.run(words, stdin=slave, **given)
        finally:
            os.close(master)
            os.close(slave)

    @property
    def asked(self) -> list[str]:
        """Calls of ``apt-get`` and ``sudo``."""
        return self.log.read_text().splitlines() if self.log.exists() else []

    @property
    def installed(self) -> list[str]:
        """The packages of the only installation."""
        (line,) = [line for line in self.asked if "install" in line]
        return [word for word in line.split()[2:] if not word.startswith(("-", "DPkg"))]


@pytest.fixture
def machine(tmp_path):
    return Machine(tmp_path)


def test_root_gets_everything_in_one_installation(machine):
    machine.apt_brings_python()
    done = machine.prepare()
    assert done.returncode == 0, done.stderr
    assert machine.installed == ["python3", "python3-venv", *PACKAGES]
    assert (machine.venv / "bin" / "python").exists()


def test_what_is_there_is_neither_installed_nor_spoken_of(machine):
    machine.python()
    machine.libraries()
    for _ in range(2):
        done = machine.prepare()
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
    assert machine.asked == []


def test_only_what_is_missing_is_installed(machine):
    machine.python(no_venv=1, minor=12)
    machine.libraries([name for name in LIBRARIES if name != "libEGL.so.1"])
    machine.apt(f'sed -i "s/exit 1/exit 0/" "{machine.bin}/python3"')
    (machine.bin / "sed").symlink_to(shutil.which("sed"))
    assert machine.prepare().returncode == 0
    assert machine.installed == ["python3.12-venv", "libegl1"]


def test_a_machine_without_a_font_gets_one(machine):
    machine.python()
    machine.libraries(fonts=False)
    machine.prepare()
    assert machine.installed == ["fonts-dejavu-core"]


def test_sudo_is_used_after_one_question(machine):
    machine.a_user(sudo=True)
    machine.apt_brings_python()
    done = machine.prepare(typed="\n")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("[Y/n]") == 1
    assert machine.asked[0] == "sudo"
    assert machine.asked.count("sudo") == 1
    assert machine.installed == ["python3", "python3-venv", *PACKAGES]


def test_a_no_installs_nothing_and_leaves_the_exact_line(machine):
    machine.a_user(sudo=True)
    done = machine.prepare(typed="n\n")
    assert machine.asked == []
    assert f"sudo apt-get install -y python3 python3-venv {' '.join(PACKAGES)}\n" in done.stderr
    assert done.returncode == 1  # there is no Python


@pytest.mark.parametrize("sudo", [False, True])
def test_who_cannot_be_asked_gets_the_exact_line(machine, sudo):
    machine.a_user(sudo=sudo)  # sudo without a terminal could only hang
    done = machine.prepare()
    assert machine.asked == []
    assert f"run: apt-get install -y python3 python3-venv {' '.join(PACKAGES)}\n" in done.stderr
    assert done.returncode == 1


def test_without_libraries_of_qt_everything_but_the_window_goes_on(machine):
    machine.a_user(sudo=False)
    machine.python()
    done = machine.prepare()
    assert done.returncode == 0
    assert "apt-get install -y libegl1" in done.stderr
    assert (machine.venv / "bin" / "python").exists()


def test_an_installation_that_fails_leaves_the_exact_line(machine):
    machine.apt("exit 100")
    done = machine.prepare()
    assert done.returncode == 1
    assert f"run: apt-get install -y python3 python3-venv {PACKAGES[0]}" in done.stderr
    assert "there is no Python 3.11" in done.stderr


def test_a_newer_python_beside_an_old_one_is_taken(machine):
    machine.python(too_old=1)
    machine.python("python3.12")
    machine.libraries()
    done = machine.prepare()
    assert done.returncode == 0
    assert machine.asked == []
    assert "python3.12" in (machine.venv / "bin" / "python").read_text()


def test_an_old_python_alone_gets_the_newer_one_of_ubuntu(machine):
    machine.python(too_old=1)
    machine.libraries()
    machine.python("new")
    machine.apt(f'PATH=/usr/bin:/bin; mv "{machine.bin}/new" "{machine.bin}/python3.11"')
    assert machine.prepare().returncode == 0
    assert machine.installed == ["python3.11", "python3.11-venv"]


def test_a_python_that_was_named_is_never_replaced_by_another(machine):
    machine.python()
    machine.python("python3.9", too_old=1)
    done = machine.prepare("python3.9")
    assert done.returncode == 1
    assert "PYTHON=python3.9 is no Python of 3.11 or newer" in done.stderr
    assert machine.asked == []
    assert not machine.venv.exists()


def test_an_environment_that_was_half_made_is_made_anew(machine):
    machine.python()
    machine.libraries()
    (machine.venv / "bin").mkdir(parents=True)
    (machine.venv / "bin" / "python").symlink_to("/nowhere/python3")
    assert machine.prepare().returncode == 0
    assert (machine.venv / "bin" / "pip").exists()


def test_elsewhere_than_on_debian_nothing_is_installed(machine):
    (machine.bin / "apt-get").unlink()
    done = machine.prepare()
    assert done.returncode == 1
    assert "there is no Python 3.11 or newer" in done.stderr
    machine.python()
    done = machine.prepare()
    assert (done.returncode, done.stderr) == (0, "")


def test_the_table_names_every_library_that_qt_opens_a_window_through():
    qt = Path(find_spec("PySide6").origin).parent / "Qt"
    platforms = [
        qt / "plugins" / "platforms" / f"libq{name}.so" for name in ("xcb", "wayland", "offscreen")
    ]
    files = [
        *platforms,
        *(
            qt / "lib" / f"libQt6{name}.so.6"
            for name in ("Core", "Gui", "Widgets", "DBus", "Svg", "XcbQpa")
        ),
    ]
    files += (qt / "plugins" / "xcbglintegrations").glob("*.so")
    needed = set()
    for path in files:
        needed |= set(re.findall(rb"\0(lib[\w+-]+(?:-\d\.\d)?\.so\.\d+)(?=\0)", path.read_bytes()))
    names = {name.decode() for name in needed if not name.startswith((b"libQt", b"libicu"))}
    of_every_debian = {"libc.so.6", "libm.so.6", "libgcc_s.so.1", "libstdc++.so.6"}
    beside_glib = {"libgthread-2.0.so.0"}
    assert "libxcb-cursor.so.0" in names
    assert names - of_every_debian - beside_glib <= set(LIBRARIES)


@pytest.fixture
def start(tmp_path):
    """Runs the start script among stubs: (its exit code, what it printed, commands it ran)."""
    binaries, log = tmp_path / "bin", tmp_path / "log"
    binaries.mkdir()

    def call(*words, problem=""):
        for name, body in (
            ("python", f'echo "{problem}"; exit {int(bool(problem))}'),
            ("mvit-lens", f'echo "$*" >>"{log}"'),
        ):
            (binaries / name).write_text(f"#!/bin/sh\n{body}\n")
            (binaries / name).chmod(0o755)
        done = subprocess.run(
            ["sh", str(SETUP / "run.sh"), str(binaries), *words],
            cwd=tmp_path,
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout, log.read_text().splitlines()

    return call


def test_with_a_display_the_sample_opens_in_the_window(start):
    code, _, commands = start()
    assert (code, commands) == (0, ["view --demo"])


def test_what_make_run_is_given_goes_to_the_window(start):
    _, _, commands = start("clip.mp4", "--checkpoint", "m.pyth", problem="there is no display")
    assert commands == ["view clip.mp4 --checkpoint m.pyth"]


def test_without_a_display_film_and_picture_are_written_and_the_ways_to_the_window_said(
    start, tmp_path
):
    code, printed, commands = start(problem="there is no display")
    assert code == 0
    assert [Path(command.split()[-1]).name for command in commands] == [
        "heatmap.mp4",
        "heatmap.png",
    ]
    assert all(command.startswith("export resources/demo/") for command in commands)
    for words in ("there is no display", f"{tmp_path}/build/sample/heatmap.mp4", "ssh -X"):
        assert words in printed
