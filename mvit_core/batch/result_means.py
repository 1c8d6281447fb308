"""Means of heads over a whole batch, read back from its table ``means``.

They are of one checkpoint, known by its digest and not by its name, and over every window of every
shard that is done; ``run.json``, ``done/`` and ``means/`` are all that is read.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from itertools import groupby
from operator import itemgetter
from typing import TYPE_CHECKING, Any

import numpy as np

from mvit_core.batch.database import locked
from mvit_core.batch.mean_rows import MEANS
from mvit_core.batch.result_files import check_reader, done_numbers, model_rows, parts_of, run_of
from mvit_core.errors import CheckpointReadError, ClipListError
from mvit_core.explaining.changes import BatchMean
from mvit_core.printable import brief
from mvit_core.system.json_codec import encode
from mvit_core.system.ordinary_file import is_folder, sha256_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping
    from pathlib import Path

    from numpy.typing import NDArray

    from mvit_core.checkpoint import LoadedModel
    from mvit_core.video.clip import ClipSpec

__all__ = ["MEANS_FILES", "ResultMeans", "UsedModel", "read_means", "used_model"]

MEANS_FILES = ("run.json", "done", MEANS)
"""What of the folder of a batch is read."""

Blocks = tuple["NDArray[np.float32]", ...]

_MOST_HEADS, _MOST_BLOCKS, _MOST_CHANNELS = 1024, 1024, 4096
_MOST_ROWS = 20_000_000
_MOST_WINDOWS = 2**53
_LARGEST = 1e30
"""Of the numbers of a mean; half precision ends at 65504."""


@dataclass(frozen=True)
class UsedModel:
    """The network that means are wanted for."""

    sha256: str
    """Of its file."""
    weights: str | None
    """Name of the network, of a file that holds several."""
    half: bool
    """In half precision."""
    clip_spec: ClipSpec
    """How it is fed."""


@dataclass(frozen=True, eq=False)
class ResultMeans:
    """Mean output of every head over a batch."""

    source: BatchMean
    blocks: Blocks
    """(h, d) of each block."""
    notes: tuple[str, ...] = ()
    """In what the network of the batch was run otherwise: sentences."""


def used_model(loaded: LoadedModel) -> UsedModel:
    """A model that is loaded, by what means are matched with.

    Raises:
        CheckpointReadError: its file cannot be read.
    """
    sha256 = sha256_of(loaded.path, CheckpointReadError)
    return UsedModel(sha256, loaded.choice.weights, loaded.half, loaded.clip_spec)


def read_means(
    folder: Path, model: UsedModel, check: Callable[[], None] = lambda: None
) -> ResultMeans:
    """The mean output of every head of a model over the windows of a batch.

    Args:
        folder: of the batch.
        model: the network that it is for.
        check: called again and again; raises to stop.

    Raises:
        ClipListError: it is no batch result, one of another checkpoint or of an earlier version,
            a part is damaged, or DuckDB is not installed.
    """
    check_reader()
    run = run_of(folder)
    name, notes = _matched(folder, run, model)
    parts = _parts(folder, check)
    tables = locked(parts)
    try:
        rows = _Rows(folder, tables, parts, name, check)
        windows, blocks = rows.joined()
    finally:
        tables.close()
    source = BatchMean(folder.absolute().name or "batch", _digest(windows, blocks), windows)
    return ResultMeans(source, blocks, notes)


def _matched(folder: Path, run: Mapping[str, Any], model: UsedModel) -> tuple[str, tuple[str, ...]]:
    """The name of the network in the tables, and in what it was run otherwise."""
    named = [each for each in model_rows(run) if each.get("sha256") == model.sha256]
    own = [each for each in named if each.get("weights") == model.weights]
    if not own:
        listed = ", ".join(brief(each.get("name")) for each in model_rows(run)) or "none"
        what = "with another network of this file" if named else "with another checkpoint"
        raise ClipListError(
            f"{folder} was made {what} ({listed}), so its means are of other heads; choose a "
            f"batch result of this one"
        )
    spec = encode(model.clip_spec)

    def differing(row: Mapping[str, Any]) -> tuple[str, ...]:
        return tuple(_differences(row, spec, half=model.half))

    best = min(own, key=lambda each: len(differing(each)))
    notes = tuple(f"{folder.name} was made otherwise: {words}" for words in differing(best))
    return str(best.get("name", "")), notes


def _differences(row: Mapping[str, Any], spec: Mapping[str, Any], *, half: bool) -> Iterable[str]:
    fed = row.get("clip_spec")
    fed = fed if isinstance(fed, dict) else {}
    for name, now in spec.items():
        if name in fed and fed[name] != now:
            words = name.replace("_", " ")
            yield f"{words} {brief(fed[name])} there, {brief(now)} here"
    if (row.get("half") is True) != half:
        yield "in half precision there" if row.get("half") is True else "in half precision here"


def _parts(folder: Path, check: Callable[[], None]) -> list[str]:
    """Parts of all shards that are done."""
    done = done_numbers(folder)
    there = {}
    if is_folder(folder / MEANS):
        there = dict(_numbered(parts_of(folder, MEANS, check)))
    missing = [number for number in done if number not in there]
    if not done:
        raise ClipListError(f"{folder} has no shard that is done; run the batch until one is")
    if missing:
        raise ClipListError(
            f"{folder} has no means of heads in {len(missing)} of its {len(done)} parts: it was "
            f"made by an earlier version; run the same batch into another folder"
        )
    return [there[number] for number in done]


def _numbered(parts: list[str]) -> Iterable[tuple[int, str]]:
    for part in parts:
        digits = part.rpartition("part-")[2].removesuffix(".parquet")
        if digits.isdecimal() and digits.isascii():
            yield int(digits), part


def _digest(windows: int, blocks: Blocks) -> str:
    found = hashlib.sha256(f"means of {windows} windows\n".encode())
    for block in blocks:
        found.update(f"{block.shape[0]}x{block.shape[1]}\n".encode())
        found.update(np.ascontiguousarray(block, "<f4").tobytes())
    return found.hexdigest()


@dataclass(frozen=True)
class _Rows:
    """The rows of one network in some parts."""

    folder: Path
    tables: Any
    parts: list[str]
    name: str
    check: Callable[[], None]

    def joined(self) -> tuple[int, Blocks]:
        """Windows in all, and the mean over them of every head."""
        import duckdb

        try:
            return self._joined()
        except (duckdb.Error, ValueError, TypeError, OverflowError, RuntimeError) as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise self._damaged(words) from error

    def _damaged(self, words: str) -> ClipListError:
        return ClipListError(
            f"the means of {self.folder} cannot be read: {words}; a part of the table is damaged, "
            f"so write the batch anew"
        )

    def _joined(self) -> tuple[int, Blocks]:
        given = {"parts": self.parts, "name": self.name}
        which = "FROM read_parquet($parts, filename = true) WHERE checkpoint = $name"
        self._check_sizes(which, given)
        cursor = self.tables.execute(
            "SELECT block::INTEGER, head::INTEGER, windows::BIGINT, mean::DOUBLE[]"
            f" {which} ORDER BY block, head, filename",
            given,
        )
        heads: dict[int, list[NDArray[np.float32]]] = {}
        counts = set()
        for (block, head), rows in groupby(_fetched(cursor, self.check), key=itemgetter(0, 1)):
            if head != len(heads.setdefault(block, [])):
                raise self._damaged(f"head {head} of block {block} is out of place")
            windows, mean = _mean(rows)
            counts.add(windows)
            heads[block].append(mean)
        if [*heads] != [*range(len(heads))] or len(counts) != 1:
            raise self._damaged("not every block and head has a mean over all windows")
        widths = {block: {len(each) for each in means} for block, means in heads.items()}
        if any(len(each) != 1 for each in widths.values()):
            raise self._damaged("heads of a block have means of several lengths")
        return counts.pop(), tuple(np.stack(means) for means in heads.values())

    def _check_sizes(self, which: str, given: Mapping[str, Any]) -> None:
        """Refuse what no batch writes, before anything of it is taken into memory."""
        ((rows, twice, most),) = self.tables.execute(
            "SELECT count(*), count(*) - count(DISTINCT (block, head, filename)), max(len(mean))"
            f" {which}",
            given,
        ).fetchall()
        if not rows:
            raise ClipListError(
                f"{self.folder} has no means of {brief(self.name)}: no clip of it could be run"
            )
        if rows > _MOST_ROWS or twice or not most or most > _MOST_CHANNELS:
            raise self._damaged(
                f"{rows} rows, {twice} of them twice, with up to {most or 0} numbers each"
            )
        ((bad,),) = self.tables.execute(
            "SELECT count(*) FILTER (block IS NULL OR head IS NULL OR windows IS NULL OR mean IS"
            f" NULL OR NOT block BETWEEN 0 AND {_MOST_BLOCKS} OR NOT head BETWEEN 0 AND"
            f" {_MOST_HEADS} OR NOT windows BETWEEN 1 AND {_MOST_WINDOWS}) {which}",
            given,
        ).fetchall()
        if bad:
            raise self._damaged(f"{bad} rows name no block, head or windows that can be")


def _fetched(cursor: Any, check: Callable[[], None]) -> Iterable[tuple[Any, ...]]:  # noqa: ANN401
    while rows := cursor.fetchmany(4096):
        check()
        yield from rows


def _mean(rows: Iterable[tuple[Any, ...]]) -> tuple[int, NDArray[np.float32]]:
    """Windows and mean of the rows of one head.

    Raises:
        ValueError: they cannot be.
    """
    windows, total = 0, np.zeros(0)
    for _, _, count, values in rows:
        mean = np.array(values, np.float64)
        if not (np.isfinite(mean).all() and (np.abs(mean) < _LARGEST).all()):
            raise ValueError("a mean holds numbers that are not finite")
        if windows and mean.shape != total.shape:
            raise ValueError("means of a head have several lengths")
        total = count * mean if not windows else total + count * mean
        windows += count
    if not 0 < windows <= _MOST_WINDOWS:
        raise ValueError(f"{windows} windows")
    return windows, (total / windows).astype(np.float32)
