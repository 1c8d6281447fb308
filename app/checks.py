"""``mvit-lens checks``: what this machine has, and what to install where something is missing."""

import ctypes
import os
import platform
import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

APT_LINE = (
    "apt-get install -y libegl1 libgl1 libglib2.0-0 libdbus-1-3 libfontconfig1 libxkbcommon-x11-0 "
    "libxcb-cursor0 libxcb-icccm4 libxcb-image0 libxcb-keysyms1 libxcb-randr0 "
    "libxcb-render-util0 libxcb-shape0 libxcb-xinerama0 libxcb-xkb1"
)
"""Debian and Ubuntu packages with every library that Qt opens a window through."""

PACKAGES = (
    "torch",
    "PySide6_Essentials",
    "pyqtgraph",
    "numpy",
    "opencv-python-headless",
    "av",
    "safetensors",
    "PyYAML",
    "platformdirs",
    "cmap",
)

ENCODERS = ("libx264", "libx265", "libvpx-vp9", "libsvtav1", "prores_ks", "gif")


@dataclass(frozen=True)
class Check:
    """One line of the result."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    """Advice to the user; empty when all is well."""


def run_checks() -> list[Check]:
    """All checks, in the order they are printed."""
    checks = [Check("python", sys.version_info >= (3, 11), platform.python_version())]
    checks += [_package(name) for name in PACKAGES]
    probes: list[Callable[[], Check]] = [_devices, _encoders, _qt_libraries, _display]
    return checks + [probe() for probe in probes]


def _package(name: str) -> Check:
    try:
        return Check(name, True, version(name))
    except PackageNotFoundError:
        return Check(name, False, "not installed", f"pip install -c constraints.txt {name}")


def _devices() -> Check:
    try:
        import torch
    except (ImportError, OSError) as error:
        return Check("devices", False, _first_line(error), "pip install -c constraints.txt torch")
    found = [f"cpu ({torch.get_num_threads()} threads)"]
    if torch.cuda.is_available():
        found += [f"cuda ({torch.cuda.get_device_name(i)})" for i in range(_cuda_count())]
    if torch.backends.mps.is_available():
        found.append("mps")
    return Check("devices", True, ", ".join(found))


def _cuda_count() -> int:
    import torch

    return int(torch.cuda.device_count())


def _encoders() -> Check:
    try:
        import av.codec
    except (ImportError, OSError) as error:
        return Check("encoders", False, _first_line(error), "pip install -c constraints.txt av")
    there = [name for name in ENCODERS if name in av.codec.codecs_available]
    ok = "libx264" in there
    advice = "" if ok else "pip install --force-reinstall av  (its wheel brings libx264)"
    return Check("encoders", ok, ", ".join(there) or "none", advice)


def _qt_libraries() -> Check:
    missing = missing_qt_library()
    if missing is None:
        return Check("Qt libraries", True, "complete")
    return Check("Qt libraries", False, f"{missing} is missing", APT_LINE)


def _display() -> Check:
    problem = display_problem()
    named = os.environ.get("QT_QPA_PLATFORM") or os.environ.get("WAYLAND_DISPLAY")
    found = named or os.environ.get("DISPLAY") or sys.platform
    # Not having a screen is no fault of the installation: exports work without one.
    return Check("display", True, "none" if problem else found, problem or "")


def display_problem() -> str | None:
    """The reason why no window can open here, in one line with the way out; None when one can."""
    missing = missing_qt_library()
    if missing is not None:
        return f"Qt cannot start: {missing} is missing; install it with: {APT_LINE}"
    if not sys.platform.startswith("linux"):
        return None
    platform_name = os.environ.get("QT_QPA_PLATFORM", "").split(":")[0].split(";")[0]
    if platform_name and not _platform_plugin(platform_name).exists():
        return (
            f"QT_QPA_PLATFORM is {platform_name!r}, which Qt does not have here; unset it, or use "
            f"xcb, wayland or offscreen, or write a file with `mvit-lens export`"
        )
    if platform_name not in ("", "xcb") or os.environ.get("WAYLAND_DISPLAY"):
        return None
    named = os.environ.get("DISPLAY")
    if named and _x_server_answers():
        return None
    found = f"the display {named} does not answer" if named else "there is no display"
    return (
        f"{found}; run it under a virtual one with `xvfb-run mvit-lens ...`, or write "
        f"the heatmap to a file with `mvit-lens export`"
    )


def _x_server_answers() -> bool:
    """Ask the X server that DISPLAY names; Qt itself would abort the process."""
    try:
        xcb = ctypes.CDLL("libxcb.so.1")
    except OSError:
        return True  # the check of libraries says so in its own words
    xcb.xcb_connect.restype = ctypes.c_void_p
    xcb.xcb_connection_has_error.argtypes = [ctypes.c_void_p]
    xcb.xcb_disconnect.argtypes = [ctypes.c_void_p]
    connection = xcb.xcb_connect(None, None)
    map_cache = bool(xcb.xcb_connection_has_error(connection) == 0)
    xcb.xcb_disconnect(connection)
    return map_cache


def _platform_plugin(name: str) -> Path:
    spec = find_spec("PySide6")
    assert spec is not None and spec.origin is not None  # noqa: PT018 - checked before
    return Path(spec.origin).parent / "Qt" / "plugins" / "platforms" / f"libq{name}.so"


def missing_qt_library() -> str | None:
    """The first system library that Qt needs and the system lacks; None when all are there."""
    if not sys.platform.startswith("linux"):
        return None
    spec = find_spec("PySide6")
    if spec is None or spec.origin is None:
        return "PySide6 (pip install -c constraints.txt PySide6-Essentials)"
    library = Path(spec.origin).parent / "Qt" / "lib"
    plugins = Path(spec.origin).parent / "Qt" / "plugins" / "platforms"
    offscreen = os.environ.get("QT_QPA_PLATFORM", "").startswith(("offscreen", "minimal"))
    wanted = [library / "libQt6Core.so.6", library / "libQt6Gui.so.6"]
    wanted += [library / "libQt6Widgets.so.6"]
    wanted += [] if offscreen else [plugins / "libqxcb.so"]
    for path in wanted:
        try:
            ctypes.CDLL(str(path))
        except OSError as error:
            return str(error).split(":")[0]
    return None


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def main() -> int:
    """Say whether Qt can load, without opening a window: the tests' first question."""
    missing = missing_qt_library()
    if missing is not None:
        print(f"{missing} is missing, which Qt needs; install it with:\n  {APT_LINE}")
    return 0 if missing is None else 1


if __name__ == "__main__":
    sys.exit(main())
