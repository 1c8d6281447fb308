"""Runs results again in a folder that passes, and compares."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

from mvit_core.errors import MvitError
from mvit_core.export.request import OnProgress
from mvit_core.provenance import SIDE_ENDING, Carried, read_provenance
from mvit_core.repeating.compare import compared
from mvit_core.repeating.crate import read_crate
from mvit_core.repeating.inputs import Inputs
from mvit_core.repeating.kinds import repeat
from mvit_core.system.ordinary_file import is_folder
from mvit_core.system.temporary_folder import passing_folder

__all__ = ["Outcome", "Verdict", "verify"]

Outcome = Literal["same", "differs", "not made"]


@dataclass(frozen=True)
class Verdict:
    """What became of one result that was made again."""

    name: str
    outcome: Outcome
    words: str = ""
    """How it differs, or what is missing; notes where it is the same."""


def verify(
    path: Path, inputs: Inputs, on_progress: OnProgress | None = None
) -> tuple[Verdict, ...]:
    """What comes of making a result, or all those of a crate, again, and comparing each.

    Args:
        path: a result, the file beside one, or the folder of a crate.
        inputs: where clips and models lie, beside the folder of the result.
        on_progress: called with (done, in all) of each; what it raises ends the work.

    Returns:
        A verdict for each result.

    Raises:
        ProvenanceError: the folder is no crate, or the file says nothing of where it comes from.
    """
    if not is_folder(path):
        path = path.with_name(path.name.removesuffix(SIDE_ENDING))
        return (_verdict(path, read_provenance(path), inputs, on_progress),)
    return tuple(_verdict(each, None, inputs, on_progress) for each in read_crate(path))


def _verdict(
    path: Path, known: Carried | None, inputs: Inputs, on_progress: OnProgress | None
) -> Verdict:
    inputs = replace(inputs, folders=(path.parent, *inputs.folders), _notes={})
    try:
        carried = known or read_provenance(path)
        with passing_folder("verify") as folder:
            again = folder / path.name
            repeat(carried.provenance, inputs, again, on_progress)
            difference = compared(path, again)
    except (MvitError, OSError) as error:  # no place for temporary files, a disk that fails
        return Verdict(path.name, "not made", str(error))
    notes = (*carried.notes, *inputs.notes)
    if difference:
        return Verdict(path.name, "differs", "; ".join((difference, *notes)))
    return Verdict(path.name, "same", "; ".join(notes))
