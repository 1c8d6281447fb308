"""``mvit-lens checks``: what this machine has, and what to install where something is missing."""

import os
import platform
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.window.display import apt_line, choose_platform, missing_qt_library
from mvit_core.system.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Callable

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
    """The result of one check."""

    name: str
    ok: bool
    found: str
    advice: str = ""
    """Advice to the user; empty when all is well."""


def run_checks() -> list[Check]:
    """Run all checks, in the order in which they are printed."""
    checks = [Check("python", sys.version_info >= (3, 11), platform.python_version())]
    checks += [_package(name) for name in PACKAGES]
    probes: list[Callable[[], Check]] = [_devices, _products, _encoders, _qt_libraries, _display]
    return checks + [probe() for probe in probes]


def _package(name: str) -> Check:
    number = version_of(name)
    if number is None:
        return Check(name, False, "not installed", f"pip install -c constraints.txt {name}")
    return Check(name, True, number)


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


def _products() -> Check:
    try:
        from mvit_core.model.kernels import choice
    except (ImportError, OSError) as error:
        return Check("products", False, _first_line(error), "pip install -c constraints.txt torch")
    return Check("products", True, choice().reason)


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
    return Check("Qt libraries", False, f"{missing} is missing", apt_line())


def _display() -> Check:
    platform_of_qt = choose_platform()
    named = platform_of_qt.name or os.environ.get("WAYLAND_DISPLAY") or os.environ.get("DISPLAY")
    found = "none" if platform_of_qt.problem else named or sys.platform
    # A missing screen is no fault of the installation: exports work without one.
    return Check("display", True, found, platform_of_qt.problem or platform_of_qt.note)


def _first_line(error: BaseException) -> str:
    return str(error).splitlines()[0] if str(error) else type(error).__name__


def main(question: str = "libraries") -> int:
    """Run one check without opening a window, for the Makefile.

    Args:
        question: ``libraries`` checks that Qt can load, ``display`` that a window can open.

    Returns:
        The exit code; 1 where it fails, and the reason was printed.
    """
    if question == "display":
        problem: str | None = choose_platform().problem
    else:
        missing = missing_qt_library()
        problem = missing and (
            f"{missing} is missing, which Qt needs; install it with:\n  {apt_line()}"
        )
    if problem:
        print(problem)  # noqa: T201 - asked by the Makefile, not by the command line
    return 1 if problem else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
