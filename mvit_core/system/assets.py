"""Finds data files; the only place that knows where ``resources/`` lies."""

from pathlib import Path

__all__ = ["asset"]

ROOT = Path(__file__).resolve().parents[2] / "resources"
"""Beside the packages, found by path: a module of the user's own may be called ``resources``."""


def asset(*parts: str) -> Path:
    """Path of a file or folder below ``resources/``, for example ``asset("icons", "open.svg")``.

    Raises:
        FileNotFoundError: there is no such resource; the installation is damaged.
    """
    found = ROOT.joinpath(*parts)
    if not found.exists():
        raise FileNotFoundError(
            f"resource {'/'.join(parts)} is missing; reinstall mvit-lens to restore it"
        )
    return found
