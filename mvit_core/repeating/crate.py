"""Folders that hold a result, its inputs and what was run: RO-Crate 1.1, Process Run Crate 0.5.

Addresses in the metadata are names of terms; nothing is fetched from them.
"""

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from typing import Any
from urllib.parse import quote, unquote

from mvit_core.batch.result_means import MEANS_FILES
from mvit_core.errors import ExportError, ProvenanceError
from mvit_core.explaining.changes import BatchMean
from mvit_core.printable import brief
from mvit_core.provenance import FileFacts, Provenance, document_text, methods_paragraph, side_of
from mvit_core.provenance.digests import file_facts
from mvit_core.repeating.inputs import Inputs, named_files
from mvit_core.repeating.kinds import KINDS, means_named, request_of
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import (
    is_file,
    is_folder,
    is_there,
    open_ordinary,
    read_bounded,
)

__all__ = ["CRATE_NAME", "check_crate", "read_crate", "write_crate"]

CRATE_NAME = "ro-crate-metadata.json"
_MOST_BYTES = 16 << 20
_MOST_RESULTS = 1000
_PIECE = 1 << 20
_CONTEXT = ["https://w3id.org/ro/crate/1.1/context", {"sha256": "https://schema.org/sha256"}]
_PROFILE = "https://w3id.org/ro/wfrun/process/0.5"

OnPiece = Callable[[], None]


def check_crate(folder: Path) -> None:
    """See whether a crate can be made there, before any work is done for it.

    Raises:
        ExportError: something lies there that is no empty folder.
    """
    if not is_there(folder):
        if not is_folder(folder.absolute().parent):
            raise ExportError(f"{folder} cannot be made: there is no folder {folder.parent}")
        return
    try:
        is_empty = is_folder(folder) and next(folder.iterdir(), None) is None
    except OSError as error:
        raise ExportError(f"{folder} cannot be made: {error.strerror or error}") from error
    if not is_empty:
        raise ExportError(
            f"{folder} cannot be made: something lies there; name a new or an empty folder"
        )


def write_crate(
    folder: Path,
    result: Path,
    provenance: Provenance,
    inputs: Inputs,
    on_piece: OnPiece = lambda: None,
) -> None:
    """Copy a result and all that it was made of into a folder, and describe them.

    The description is written last: a folder without it is no crate.

    Args:
        folder: new or empty.
        result: the file, which is written.
        provenance: of it.
        inputs: where its clips and models lie.
        on_piece: called after each MiB; what it raises ends the work.

    Raises:
        ProvenanceError: a file is not there.
        ExportError: the folder holds something, or cannot be written.
    """
    check_crate(folder)
    files = named_files(provenance.sources)
    found = {name: _placed(inputs, provenance, facts) for name, facts in files.items()}
    means = _means_of(provenance)
    results = {name: inputs.batch_of(each) for name, each in means.items()}
    _check_names(result, (*files, *means))
    with _made_or_emptied(folder):
        for name, path in found.items():
            _copy(path, folder / name, on_piece)
        for name, path in results.items():
            _copy_means(path, folder / name, on_piece)
        _copy(result, folder / result.name, on_piece)
        side = _write_side(folder, result, provenance)
        entities = [_entity(folder / name) for name in found]
        entities += [
            _folder_entity(FileFacts(name, 0, each.sha256)) for name, each in means.items()
        ]
        described = _described(provenance, entities, [_entity(folder / result.name), _entity(side)])
        with whole_file(folder / CRATE_NAME) as partial:
            partial.write_text(json.dumps(described, indent=1), encoding="ascii")


@contextmanager
def _made_or_emptied(folder: Path) -> Iterator[None]:
    """A folder that is new or empty; what went wrong in between leaves it as it was."""
    is_new = not is_there(folder)
    try:
        folder.mkdir(exist_ok=True)
    except OSError as error:
        raise ExportError(f"{folder} cannot be made: {error.strerror or error}") from error
    try:
        yield
    except BaseException:
        for each in list(folder.iterdir()):
            rmtree(each, ignore_errors=True) if is_folder(each) else each.unlink(missing_ok=True)
        if is_new:
            folder.rmdir()
        raise


def _write_side(folder: Path, result: Path, provenance: Provenance) -> Path:
    """The provenance beside the result of a crate."""
    side = folder / side_of(result).name
    told = {"result": {"name": result.name, "sha256": file_facts(result).sha256}}
    with whole_file(side) as partial:
        partial.write_text(document_text(provenance, told), encoding="ascii")
    return side


def _means_of(provenance: Provenance) -> dict[str, BatchMean]:
    """Means over batch results that a request names, by the name of the folder."""
    request = request_of(provenance) if provenance.kind in KINDS else None
    return {each.name: each for each in means_named(request)}


def _check_names(result: Path, names: Sequence[str]) -> None:
    taken = {result.name, side_of(result).name, CRATE_NAME} & {*names}
    if taken or len({*names}) < len(names):
        raise ExportError(f"{result.name} has the name of a file that it was made of; rename it")


def read_crate(folder: Path) -> tuple[Path, ...]:
    """The results of a crate, by what its actions say; only names within the folder are taken.

    Raises:
        ProvenanceError: the description is missing, damaged, or names no result.
    """
    content = read_bounded(folder / CRATE_NAME, _MOST_BYTES, ProvenanceError)
    try:
        graph = load_json(content)["@graph"]
        actions = [each for each in graph if each.get("@type") == "CreateAction"]
        named = [each["@id"] for action in actions for each in _listed(action["result"])]
        names = list(dict.fromkeys(unquote(name) for name in named))
    except BadJson as error:
        raise ProvenanceError(f"{CRATE_NAME} {error}") from error
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise ProvenanceError(f"{folder / CRATE_NAME} describes no run; make it again") from error
    if not 0 < len(names) <= _MOST_RESULTS:
        raise ProvenanceError(
            f"{folder / CRATE_NAME} names {len(names)} results; allowed are 1 to {_MOST_RESULTS}"
        )
    for name in names:
        try:
            FileFacts(name)
        except ValueError as error:
            raise ProvenanceError(f"{CRATE_NAME} names {brief(name)}: {error}") from error
    return tuple(folder / name for name in names)


def _listed(value: Any) -> list[Any]:  # noqa: ANN401 - JSON
    return value if isinstance(value, list) else [value]


def _placed(inputs: Inputs, provenance: Provenance, facts: FileFacts) -> Path:
    own = provenance.source
    if facts == own.clip.file:
        return inputs.clip_of(own.clip)
    return inputs.model_of(own.model) if facts == own.model.file else inputs.find(facts)


def _copy(path: Path, target: Path, on_piece: OnPiece) -> None:
    """A file, or the files of a folder of pictures."""
    if is_folder(path):
        try:
            target.mkdir()
            inside = sorted(each for each in path.iterdir() if is_file(each))
        except OSError as error:
            raise ExportError(f"{path} cannot be copied: {error.strerror or error}") from error
        for each in inside:
            _copy(each, target / each.name, on_piece)
        return
    with (
        open_ordinary(path, ProvenanceError) as read,
        whole_file(target) as partial,
        partial.open("wb") as written,
    ):
        while piece := read.read(_PIECE):
            written.write(piece)
            on_piece()


def _copy_means(path: Path, target: Path, on_piece: OnPiece) -> None:
    """What of a batch result its means are read from."""
    try:
        target.mkdir()
    except OSError as error:
        raise ExportError(f"{target} cannot be made: {error.strerror or error}") from error
    for name in MEANS_FILES:
        _copy(path / name, target / name, on_piece)


@dataclass(frozen=True)
class _Entity:
    """One file of the crate."""

    id: str
    facts: FileFacts
    is_folder: bool

    @property
    def json(self) -> dict[str, Any]:
        """As the metadata have it."""
        told = {"@id": self.id, "@type": "Dataset" if self.is_folder else "File"}
        size = {} if self.is_folder else {"contentSize": str(self.facts.size)}
        return {**told, "name": self.facts.name, **size, "sha256": self.facts.sha256}

    @property
    def reference(self) -> dict[str, str]:
        """As others name it."""
        return {"@id": self.id}


def _entity(path: Path) -> _Entity:
    if is_folder(path):
        return _folder_entity(file_facts(path))
    return _Entity(quote(path.name, errors="surrogateescape"), file_facts(path), False)


def _folder_entity(facts: FileFacts) -> _Entity:
    return _Entity(quote(facts.name, errors="surrogateescape") + "/", facts, True)


def _described(
    provenance: Provenance, read: list[_Entity], written: list[_Entity]
) -> dict[str, Any]:
    now = datetime.now(UTC).isoformat(timespec="seconds")
    versions = dict(provenance.versions)
    others = ", ".join(f"{name} {number}" for name, number in versions.items())
    graph = [
        {
            "@id": CRATE_NAME,
            "@type": "CreativeWork",
            "conformsTo": {"@id": "https://w3id.org/ro/crate/1.1"},
            "about": {"@id": "./"},
        },
        {
            "@id": "./",
            "@type": "Dataset",
            "conformsTo": {"@id": _PROFILE},
            "name": f"{provenance.output}, made by MViT Lens",
            "description": methods_paragraph(provenance),
            "datePublished": now,
            "hasPart": [each.reference for each in (*read, *written)],
            "mentions": {"@id": "#run"},
        },
        {"@id": _PROFILE, "@type": "CreativeWork", "name": "Process Run Crate", "version": "0.5"},
        {
            "@id": "#mvit-lens",
            "@type": "SoftwareApplication",
            "name": "MViT Lens",
            "softwareVersion": versions.get("mvit-lens", "not known"),
            "softwareRequirements": others,
        },
        {
            "@id": "#run",
            "@type": "CreateAction",
            "name": f"Making of {provenance.output}",
            "description": provenance.command,
            "endTime": now,
            "instrument": {"@id": "#mvit-lens"},
            "object": [each.reference for each in read],
            "result": [written[0].reference],
        },
        *(each.json for each in (*read, *written)),
    ]
    return {"@context": _CONTEXT, "@graph": graph}
