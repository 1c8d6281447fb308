"""The model of a command: a checkpoint's, or what a capture file says of one."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.model_options import load_and_report, names_model
from app.cli.printing import say_note

if TYPE_CHECKING:
    import argparse

    from mvit_core.pipeline import Explainer

_OF_THE_MODEL = ("config", "preset", "labels", "weights", "head_name")
"""Options that say how a checkpoint is read."""


def explainer_of(options: argparse.Namespace) -> Explainer:
    """The model that options name, or the windows that a capture file holds in its place.

    Raises:
        MvitError: a file is missing or damaged.
    """
    from mvit_core.capture_file import CaptureFile, is_capture
    from mvit_core.pipeline import Explainer

    stored = CaptureFile(options.clip) if is_capture(options.clip) else None
    if names_model(options):
        loaded = load_and_report(options)
        if stored is not None and (another := stored.other_than(loaded)):
            say_note(another)
            stored = None
        return Explainer(loaded, remembered_windows=1, stored=stored)
    assert stored is not None  # as ``check_model`` saw to
    return Explainer(stored.loaded(), remembered_windows=1, stored=stored)


def check_model(options: argparse.Namespace) -> None:
    """See whether a command has a model, before any work is done.

    Raises:
        SystemExit: no checkpoint was given and the clip is no capture file, or options of one were.
    """
    from mvit_core.capture_file import is_capture

    if names_model(options):
        return
    if not is_capture(options.clip):
        ways = ", or --module" if "module" in options else ""
        options.usage(
            f"the following arguments are required: --checkpoint (but for a .mvitcap){ways}"
        )
    given = [name for name in _OF_THE_MODEL if getattr(options, name) is not None]
    if given:
        option = given[0].replace("_", "-")
        options.usage(f"--{option} says how a checkpoint is read: give --checkpoint too")
