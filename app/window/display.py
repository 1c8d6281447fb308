"""Finds a platform of Qt that can open a window; Qt itself would abort the process where none can.

Asked before Qt is started, and without importing it.
"""

import ctypes
import os
import socket
import struct
import subprocess
import sys
from dataclasses import dataclass
from functools import partial
from importlib.util import find_spec
from pathlib import Path
from threading import Event, Thread
from time import sleep
from typing import TYPE_CHECKING

from mvit_core.system.assets import asset

if TYPE_CHECKING:
    from collections.abc import Callable

PROBE_SECONDS = 3.0
"""Time in which a display server must answer."""

CHILD_SECONDS = 20.0
"""Time in which a child process must have opened a window."""

_OPEN_A_WINDOW = (
    "from PySide6.QtWidgets import QApplication, QWidget\n"
    "app = QApplication([]); window = QWidget(); window.show(); app.processEvents()"
)

_WAYS_OUT = (
    "run it under a virtual one with `xvfb-run mvit-lens ...`, or write the heatmap to a file "
    "with `mvit-lens export`"
)


@dataclass(frozen=True)
class Platform:
    """A platform of Qt that can open a window, or the reason why none can."""

    name: str = ""
    """Value for QT_QPA_PLATFORM; empty leaves the choice to Qt."""
    note: str = ""
    """One line about a platform that was requested and does not work."""
    problem: str = ""
    """The reason why no window can open, in one line with the way out; empty where one can."""


def choose_platform() -> Platform:
    """Try the displays that the environment names, in the order in which Qt would use them."""
    missing = missing_qt_library()
    if missing is not None:
        return Platform(
            problem=f"Qt cannot start: {missing} is missing; install it with: {apt_line()}"
        )
    if not sys.platform.startswith("linux"):
        return Platform()
    asked = os.environ.get("QT_QPA_PLATFORM", "")
    return _asked_platform(asked) if asked else _session_platform()


def _session_platform() -> Platform:
    """The display of the session; where both X and Wayland respond, the choice is Qt's."""
    if not _names_wayland():
        return Platform() if _x_server_answers() else Platform(problem=_no_display())
    named = os.environ.get("WAYLAND_DISPLAY", "wayland-0")
    if not _opens("wayland"):
        if not _x_server_answers():
            return Platform(problem=f"the display {named} does not answer; {_WAYS_OUT}")
        return Platform("xcb", f"the display {named} does not answer; the window opens on X")
    return Platform() if _x_server_answers() else Platform("wayland")


def _asked_platform(asked: str) -> Platform:
    """The first platform of QT_QPA_PLATFORM that opens; X where none does."""
    entries = [entry for entry in asked.split(";") if entry]
    for entry in entries:
        if _opens(entry):
            return Platform(entry)
    if _x_server_answers():
        return Platform("xcb", f"{asked!r} of QT_QPA_PLATFORM opens no window here; X does")
    known = [entry for entry in entries if _plugin(entry).exists()]
    if not known:
        return Platform(
            problem=f"QT_QPA_PLATFORM is {asked!r}, which Qt does not have here; unset it, or use "
            f"xcb, wayland or offscreen, or write a file with `mvit-lens export`"
        )
    if all(_kind(entry) == "xcb" for entry in known):
        return Platform(problem=_no_display())
    return Platform(
        problem=f"QT_QPA_PLATFORM is {asked!r}, which opens no window here; unset it, or "
        f"{_WAYS_OUT}"
    )


def _no_display() -> str:
    named = os.environ.get("DISPLAY")
    found = f"the display {named} does not answer" if named else "there is no display"
    return f"{found}; {_WAYS_OUT}"


def _kind(entry: str) -> str:
    """Name of the plug-in in an entry such as ``xcb:option``."""
    return entry.split(":")[0].removesuffix("-egl")


def _plugin(entry: str) -> Path:
    return _qt_folder() / "plugins" / "platforms" / f"libq{_kind(entry)}.so"


def _opens(entry: str) -> bool:
    plugin = _plugin(entry)
    if not plugin.exists() or not loads(str(plugin)):
        return False
    probes: dict[str, Callable[[], bool]] = {
        "offscreen": lambda: True,
        "minimal": lambda: True,
        "vkkhrdisplay": lambda: False,  # opens, but draws no widgets
        "xcb": _x_server_answers,
        "wayland": _compositor_answers,
    }
    return probes.get(_kind(entry), partial(_child_opens, entry))()


def _child_opens(entry: str) -> bool:
    """True where a child process, which may abort, opens a window."""
    try:
        done = subprocess.run(
            [sys.executable, "-P", "-c", _OPEN_A_WINDOW],
            env={**os.environ, "QT_QPA_PLATFORM": entry},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=CHILD_SECONDS,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


def _x_server_answers() -> bool:
    """Connect to the X server that DISPLAY names; one that accepts and stays silent is dead.

    The connection stays open for the life of the process: a server without other clients starts
    anew when its last one leaves, and would refuse Qt meanwhile. The second try is for a server
    that does so now.
    """
    if not os.environ.get("DISPLAY"):
        return False
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the check of libraries reports it
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    answered = Event()

    def connect() -> None:
        for pause in (0.0, 0.5):
            sleep(pause)
            if xcb.xcb_connection_has_error(xcb.xcb_connect(None, None)) == 0:
                answered.set()
                return

    asker = Thread(target=connect, daemon=True)
    asker.start()
    asker.join(PROBE_SECONDS)
    return answered.is_set()


def _names_wayland() -> bool:
    """True where Qt would try Wayland by itself."""
    environment = os.environ
    return bool(environment.get("WAYLAND_DISPLAY") or environment.get("WAYLAND_SOCKET")) or (
        environment.get("XDG_SESSION_TYPE") == "wayland"
    )


def _compositor_answers() -> bool:
    """Send the compositor ``wl_display.sync`` and wait for any event in return."""
    if os.environ.get("WAYLAND_SOCKET"):
        return True  # a connection that was made for Qt, and can be used but once
    place = Path(
        os.environ.get("XDG_RUNTIME_DIR", "/"), os.environ.get("WAYLAND_DISPLAY") or "wayland-0"
    )
    object_id, opcode, new_id, size = 1, 0, 2, 12
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(PROBE_SECONDS)
        try:
            connection.connect(str(place))
            connection.sendall(struct.pack("=III", object_id, size << 16 | opcode, new_id))
            return bool(connection.recv(64))
        except (OSError, ValueError):
            return False


def missing_qt_library() -> str | None:
    """The first system library that Qt needs and the system lacks; None when all are there."""
    if not sys.platform.startswith("linux"):
        return None
    if find_spec("PySide6") is None:
        return "PySide6 (pip install -c constraints.txt PySide6-Essentials)"
    offscreen = os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal"))
    wanted = [_qt_folder() / "lib" / f"libQt6{name}.so.6" for name in ("Core", "Gui", "Widgets")]
    wanted += [] if offscreen else [_plugin("xcb")]
    for path in wanted:
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            return str(error).split(":")[0]
    return None


def apt_line() -> str:
    """The command that installs the missing libraries of Qt on Debian and Ubuntu."""
    rows = asset("setup", "debian.txt").read_text(encoding="utf-8").splitlines()
    needed = [row.split() for row in rows if row.startswith("lib")]
    missing = [package for library, package in needed if not loads(library)]
    return " ".join(["apt-get install -y", *missing])


def loads(library: str) -> bool:
    """True where the loader finds a library and its dependencies."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def _qt_folder() -> Path:
    spec = find_spec("PySide6")
    assert spec is not None, "asked for before its absence was"
    assert spec.origin is not None
    return Path(spec.origin).parent / "Qt"
