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
    "torch", "PySide6_Essentials", "pyqtgraph", "numpy", "opencv-python-headless", "av",
    "safetensors", "PyYAML", "platformdirs", "superqt", "cmap",
)  # fmt: skip

ENCODERS = ("libx264", "libx265", "libvpx-vp9", "libsvtav1", "prores_ks", "gif")


@dataclass(frozen=True)
class Check:
    """One line of the answer."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    """What to do; empty when all is well."""


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
    """Why no window can open here, in one line with the way out; None when one can."""
    missing = missing_qt_library()
    if missing is not None:
        return f"Qt cannot start: {missing} is missing; install it with: {APT_LINE}"
    if not sys.platform.startswith("linux"):
        return None
    if any(os.environ.get(name) for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")):
        return None
    return (
        "there is no display; run it under a virtual one with `xvfb-run mvit-lens ...`, or write "
        "the heatmap to a file with `mvit-lens export`"
    )


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
