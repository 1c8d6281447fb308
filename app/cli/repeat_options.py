"""Options of the command line that say where the files of a result lie, and what made it again."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.model_options import (
    add_device_option,
    file_name,
)
from app.cli.printing import say_note

if TYPE_CHECKING:
    import argparse
    from pathlib import Path

    from mvit_core.provenance import Provenance
    from mvit_core.repeating import Inputs


def add_input_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options for the clip and the model of a result."""
    parser.add_argument(
        "--clip", metavar="F", type=file_name, help="the clip (of its name, beside the file)"
    )
    parser.add_argument(
        "--checkpoint", metavar="F", type=file_name, help="the model (of its name, beside the file)"
    )
    parser.add_argument(
        "--mean-of",
        metavar="OUT",
        type=file_name,
        help="the batch result that means of heads are over (of its name, beside the file)",
    )
    add_device_option(parser)


def add_crate_option(parser: argparse.ArgumentParser) -> None:
    """Give a command that writes a file the option for a crate of it."""
    parser.add_argument(
        "--crate",
        metavar="DIR",
        type=file_name,
        help="put the file and all that it was made of into a new folder, as an RO-Crate",
    )


def inputs_of(options: argparse.Namespace, *places: Path | None) -> Inputs:
    """Where the files of a result may lie: the folders of some files, and what options name."""
    from mvit_core.repeating import Inputs

    folders = tuple(dict.fromkeys(place.parent for place in places if place is not None))
    named = options.clip, options.checkpoint, options.device, options.mean_of
    return Inputs(folders, *named)


def save_crate(folder: Path, result: Path, inputs: Inputs) -> None:
    """Put a result, which is written, into a crate of its own.

    Raises:
        MvitError: a file of it is not there, or the folder cannot be written.
    """
    from mvit_core.provenance import read_provenance
    from mvit_core.repeating import write_crate

    carried = read_provenance(result)
    for note in carried.notes:
        say_note(note)
    before = inputs.notes
    write_crate(folder, result, carried.provenance, inputs)
    for note in inputs.notes:
        if note not in before:  # those were said when it was made
            say_note(note)


def free_name(provenance: Provenance, folder: Path) -> Path:
    """A name beside a result for the one made again: the first that is free."""
    from mvit_core.system.ordinary_file import is_there

    path = wanted = folder / provenance.output
    number = 2
    while is_there(path):
        path, number = wanted.with_stem(f"{wanted.stem}-{number}"), number + 1
    return path
