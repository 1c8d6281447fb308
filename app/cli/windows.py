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
    index = options.window or 0
    if not 0 <= index < len(windows):
        raise ClipError(
            f"window {index} does not exist; {options.clip.name} has windows 0 to "
            f"{len(windows) - 1}"
        )
    return windows[index]
