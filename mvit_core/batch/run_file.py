"""``run.json``: what a batch was begun with, so that it never goes on with anything else."""

import hashlib
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mvit_core.batch.head_rows import STATISTICS_VERSION
from mvit_core.batch.kept_provenance import MOST_BYTES, RUN_NAME
from mvit_core.batch.origin import batch_provenance
from mvit_core.batch.request import BatchSpec, ModelSource, Windows
from mvit_core.capture_file.description import architecture_json
from mvit_core.checkpoint import LoadedModel
from mvit_core.clips import ClipList
from mvit_core.errors import CheckpointReadError, ExportError
from mvit_core.printable import brief
from mvit_core.provenance import FileFacts, ListFacts
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.json_codec import encode
from mvit_core.system.ordinary_file import is_there, read_bounded, sha256_of

__all__ = ["Facts", "begin", "facts_of", "make_folder"]

Facts = dict[str, Any]
"""JSON values by name."""

_FORM = 1

_MUST_EQUAL = {
    "form": "another form of tables",
    "list_sha256": "another list of clips",
    "shard": "other clips in a shard",
    "windows": "other windows",
    "stats": "other statistics",
    "maps": "other maps",
    "statistics_version": "other definitions of statistics",
    "models": "another model",
}
"""What may not differ, and its name in an error."""


def facts_of(clips: ClipList, spec: BatchSpec, shard: int, output: str) -> Facts:
    """Everything on which the rows of a batch depend; loads each model once.

    Args:
        clips: the list.
        spec: what is asked of every clip.
        shard: clips of a part file.
        output: name of the batch's folder.

    Raises:
        MvitError: a model cannot be loaded.
    """
    models = [source.load() for source in spec.models]
    digest = _hash_of_list(clips)
    listed = ListFacts(FileFacts(clips.origin.name or "clips", 0, digest), len(clips.clips))
    return {
        "form": _FORM,
        "list": clips.origin.name,
        "list_sha256": digest,
        "clips": len(clips.clips),
        "root": str(clips.clips[0].folder.absolute()),
        "shard": shard,
        "windows": _words(spec.windows),
        "stats": spec.stats,
        "maps": list(spec.maps),
        "statistics_version": STATISTICS_VERSION,
        "models": [
            _model(name, loaded, source.weights, source.head)
            for name, source, loaded in zip(spec.names, spec.models, models, strict=True)
        ],
        "sources": [_source(source) for source in spec.models],  # may lie elsewhere next time
        "provenance": batch_provenance(spec, models, listed, output, shard),
    }


def make_folder(folder: Path) -> None:
    """Make the folder of a batch, where it is not there.

    Raises:
        ExportError: it cannot be made, or holds something else.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        # In this order: another part may begin the batch meanwhile, and its run.json comes first.
        files = [each.name for each in folder.iterdir() if not each.name.startswith(".")]
        others = bool(files) and not is_there(folder / RUN_NAME)
    except OSError as error:
        raise _cannot_be_made(folder, error) from error
    if others:
        raise ExportError(
            f"{folder} holds other files and no {RUN_NAME}; give a new or an empty folder"
        )


def begin(folder: Path, facts: Facts, tables: Sequence[str]) -> None:
    """Note what a batch is begun with, or see that it was begun with the same.

    Args:
        folder: of the batch.
        facts: what its rows depend on.
        tables: whose folders are made.

    Raises:
        ExportError: it was begun with another list, another model or in another way, or nothing
            can be written there.
    """
    if is_there(folder / RUN_NAME):
        _compare(folder, facts)
    else:
        with whole_file(folder / RUN_NAME) as path:
            path.write_text(json.dumps(facts, indent=1), "utf-8")
    try:
        for name in (*tables, "done"):
            (folder / name).mkdir(exist_ok=True)
    except OSError as error:
        raise _cannot_be_made(folder, error) from error


def _cannot_be_made(folder: Path, error: OSError) -> ExportError:
    return ExportError(f"the folder {folder} cannot be made ({error.strerror}); choose another one")


def _compare(folder: Path, facts: Facts) -> None:
    try:
        kept = load_json(read_bounded(folder / RUN_NAME, MOST_BYTES, ExportError))
    except BadJson as error:
        raise ExportError(f"{folder / RUN_NAME} {error}; choose another folder") from error
    kept = kept if isinstance(kept, dict) else {}
    for name, words in _MUST_EQUAL.items():
        if kept.get(name) != facts[name]:
            before, now = _difference(kept.get(name), facts[name])
            raise ExportError(
                f"{folder} was begun with {words}: {brief(before)} there, {brief(now)} now; "
                f"give what it was begun with, or another folder"
            )


def _difference(before: Any, now: Any) -> tuple[Any, Any]:  # noqa: ANN401 - JSON values
    """The first values that differ within two JSON values of the same form."""
    if isinstance(before, list) and isinstance(now, list) and len(before) == len(now):
        for pair in zip(before, now, strict=True):
            if pair[0] != pair[1]:
                return _difference(*pair)
    if isinstance(before, dict) and isinstance(now, dict):
        for name in now:
            if before.get(name) != now[name]:
                one, other = _difference(before.get(name), now[name])
                return f"{name} {one}", f"{name} {other}"
    return before, now


def _words(windows: Windows) -> str:
    return windows if isinstance(windows, str) else f"{windows.clips}x{windows.crops}"


def _hash_of_list(clips: ClipList) -> str:
    digest = hashlib.sha256()
    for clip in clips.clips:
        words = json.dumps([clip.name, *clip.labels])
        digest.update(f"{words}\n".encode())
    return digest.hexdigest()


def _source(source: ModelSource) -> Facts:
    """Where the files of a model lie, for whoever looks at the rows."""
    paths = {name: getattr(source, name) for name in ("checkpoint", "config", "labels")}
    found = {name: None if path is None else str(path.absolute()) for name, path in paths.items()}
    return {**found, "preset": source.preset}


def _model(name: str, loaded: LoadedModel, weights: str | None, head: str | None) -> Facts:
    architecture = json.dumps(architecture_json(loaded.config), sort_keys=True, default=str)
    classes = json.dumps(loaded.classes)
    return {
        "name": name,
        "sha256": sha256_of(loaded.path, CheckpointReadError),
        "weights": weights,
        "head": head,
        "architecture_sha256": hashlib.sha256(architecture.encode()).hexdigest(),
        "classes_sha256": hashlib.sha256(classes.encode()).hexdigest(),
        "clip_spec": encode(loaded.clip_spec),
        "half": loaded.half,
    }
