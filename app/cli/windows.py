"""The clip window that a command is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.errors import ClipError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mvit_core.video import ClipWindow


def chosen_window(windows: Sequence[ClipWindow], options: argparse.Namespace) -> ClipWindow:
    """The window of ``--window``, by default the first.

    Raises:
        ClipError: the clip has no such window.
    """
    return window_at(windows, options.window or 0, options.clip.name)


def window_at(windows: Sequence[ClipWindow], index: int, clip: str) -> ClipWindow:
    """A window of a clip.

    Args:
        windows: of the clip.
        index: from 0.
        clip: its name, for the error.

    Raises:
        ClipError: the clip has no such window.
    """
    if not 0 <= index < len(windows):
        raise ClipError(
            f"window {index} does not exist; {clip} has windows 0 to {len(windows) - 1}"
        )
    return windows[index]
