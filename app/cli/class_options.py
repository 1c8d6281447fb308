"""Options of the command line that name the class to explain, and the one instead of which."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.errors import CaptureError

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
    return _index(options.target, "--class", loaded), _index(options.against, "--against", loaded)


def _index(text: str | None, option: str, loaded: LoadedModel) -> int | None:
    if text is None:
        return None
    count = loaded.config.num_classes
    names = loaded.classes or [f"class {index}" for index in range(count)]
    if text in names:
        return names.index(text)
    if text.isascii() and text.isdecimal() and len(text) < 10 and int(text) < count:
        return int(text)
    if not count:
        raise CaptureError("this network predicts no classes, so there is none to explain")
    raise CaptureError(
        f"{option} {text!r} is no class of the model; allowed are names such as "
        f"{', '.join(names[:3])}, and numbers 0 to {count - 1}"
    )
