"""Options of the command line that change the network before it runs."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from mvit_core.explaining import Changes


def add_change_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options that switch heads off."""
    parser.add_argument(
        "--off",
        metavar="B/H,...",
        help="run without these heads, by block and head from 0: 2/1,3/0 (all are on)",
    )
    parser.add_argument(
        "--off-by",
        choices=("mean", "zero"),
        default="mean",
        help="what they give instead: their mean over the clip's windows, or zero (mean)",
    )


def changes_from(options: argparse.Namespace) -> Changes:
    """What the options change.

    Raises:
        CaptureError: the heads are not written so.
    """
    from mvit_core.explaining.changes import UNCHANGED, Changes, parse_heads

    return UNCHANGED if options.off is None else Changes(parse_heads(options.off), options.off_by)
