"""The clip window that a command is asked for."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mvit_core.video import ClipWindow


def chosen_window(windows: Sequence[ClipWindow], options: argparse.Namespace) -> ClipWindow:
    """The window of ``--window``, by default the first.

    Raises:
        ClipError: the clip has no such window.
    """
    from mvit_core.captured import window_at

    return window_at(windows, options.window or 0, options.clip.name)
