"""Shards of a batch: which clips are done together, and which shards are done.

A shard is written part file by part file, and its note in ``done/`` last; each takes its place in
one step. A shard without a note is done anew, over whatever a killed process left of it.
"""

from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mvit_core.clips import ListedClip
from mvit_core.errors import MvitError
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import is_there, read_bounded

__all__ = ["Shard", "ShardDone", "forget_done", "note_done", "read_done", "shards_of"]

_MOST_BYTES = 4096


@dataclass(frozen=True)
class Shard:
    """Clips that are done together."""

    number: int
    """From 0."""
    first: int
    """Place of its first clip in the list."""
    clips: tuple[ListedClip, ...]


@dataclass(frozen=True)
class ShardDone:
    """What a shard that is done holds."""

    clips: int
    errors: int
    """Clips that could not be run, each with a sentence in ``clips``."""


def shards_of(
    clips: Sequence[ListedClip], size: int, part: tuple[int, int] = (1, 1)
) -> tuple[Shard, ...]:
    """The shards of a list, or every N-th of them.

    Args:
        clips: all clips of the list.
        size: clips of a shard.
        part: (I, N), I from 1: the shards of part I of N.
    """
    place, parts = part
    starts = range(0, len(clips), size)
    return tuple(
        Shard(number, first, tuple(clips[first : first + size]))
        for number, first in enumerate(starts)
        if number % parts == place - 1
    )


def note_done(folder: Path, number: int, done: ShardDone) -> None:
    """Note that all part files of a shard are in place.

    Raises:
        ExportError: the note cannot be written.
    """
    import json

    with whole_file(_note(folder, number)) as path:
        path.write_text(json.dumps({"clips": done.clips, "errors": done.errors}), "utf-8")


def read_done(folder: Path, number: int) -> ShardDone | None:
    """What a shard holds; None where it is not done."""
    path = _note(folder, number)
    if not is_there(path):
        return None
    with suppress(MvitError, BadJson, KeyError, TypeError, ValueError):
        kept: Any = load_json(read_bounded(path, _MOST_BYTES, MvitError))
        return ShardDone(int(kept["clips"]), int(kept["errors"]))
    return None


def forget_done(folder: Path, number: int) -> None:
    """Have a shard done anew."""
    _note(folder, number).unlink(missing_ok=True)


def _note(folder: Path, number: int) -> Path:
    return folder / "done" / f"{number:06}.json"
