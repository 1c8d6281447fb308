"""Options of the command line that name the class to explain, and the one instead of which."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import argparse

    from mvit_core.checkpoint import LoadedModel


def add_class_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options for classes."""
    parser.add_argument(
        "--class",
        dest="target",
        metavar="C",
        help="class that evidence is for, by name or number (the most probable)",
    )
    parser.add_argument(
        "--against", metavar="C", help="class instead of which, by name or number (none)"
    )


def classes_from(options: argparse.Namespace, loaded: LoadedModel) -> tuple[int | None, int | None]:
    """The classes of the options by their indices; None for one that is not given.

    Raises:
        CaptureError: the model has no such class.
    """
    from mvit_core.captured import class_index

    names, count = loaded.classes, loaded.config.num_classes
    given = (("--class", options.target), ("--against", options.against))
    target, against = (
        None if text is None else class_index(text, names, count, option) for option, text in given
    )
    return target, against
