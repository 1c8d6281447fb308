"""The file beside a result that has no room to say where it comes from."""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from mvit_core.errors import ExportError, ProvenanceError
from mvit_core.provenance.command import SIDE_ENDING
from mvit_core.provenance.digests import file_facts
from mvit_core.provenance.document import KEY, MOST_BYTES, RESULT, document_of, document_text
from mvit_core.provenance.facts import Provenance
from mvit_core.provenance.making import Origin
from mvit_core.system.atomic_file import check_writable, whole_file
from mvit_core.system.json_codec import encode
from mvit_core.system.ordinary_file import is_there, read_bounded
from mvit_core.video import ClipWindow

__all__ = ["check_side", "side_of", "write_beside", "write_side"]


def side_of(path: Path) -> Path:
    """Where the provenance of a file lies: ``table.csv.provenance.json`` of ``table.csv``."""
    return path.with_name(path.name + SIDE_ENDING)


def check_side(path: Path) -> None:
    """See whether the file beside a result can be written, before any work is done for it.

    Nobody named it: only nothing, or the provenance of an earlier result, gives way to it.

    Args:
        path: the result.

    Raises:
        ExportError: something else lies there, or no file can be written there.
    """
    side = side_of(path)
    check_writable(side)
    if not is_there(side):
        return
    try:
        kept = document_of(read_bounded(side, MOST_BYTES, ProvenanceError), side.name)
    except ProvenanceError:
        kept = {}
    if KEY not in kept and "form" not in kept:
        raise ExportError(
            f"{side} would be written beside {path.name}, and is no provenance that could be "
            "replaced; move it, or give the export another name"
        )


def write_side(origin: Origin, windows: Sequence[ClipWindow], path: Path) -> str:
    """Write where a result comes from beside it; returns why that failed, empty where it did not.

    The result is there and whole: it is not given up for the file that tells of it. A side file of
    an older result is known by the digest that it holds.

    Args:
        origin: of the result.
        windows: that it is of.
        path: the result, which is written.
    """
    return write_beside(replace(origin.of(windows), run=origin.run()), path)


def write_beside(told: Provenance, path: Path) -> str:
    """Write a provenance beside its result; returns why that failed, as ``write_side`` does.

    Args:
        told: where it comes from.
        path: the result, which is written.
    """
    text = document_text(told, {RESULT: encode(file_facts(path))})
    try:
        with whole_file(side_of(path)) as partial:
            partial.write_text(text, encoding="ascii")
    except ExportError as error:
        return f"{path.name} is written, and not where it comes from: {error}"
    return ""
