"""The tables of a batch, opened: a page of rows in any order, how many there are, a histogram.

Rows of clips and windows are taken into memory once; of the many rows of heads those of one head
are, and stay until another is chosen. What a query lists is kept too, so that a page is looked up.
"""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from mvit_core.attribution.statistics import HeadStatistics
from mvit_core.batch.database import locked
from mvit_core.batch.result_files import check_reader, models_of, parts_of, run_of
from mvit_core.batch.result_query import (
    NUMBER_NAMES,
    OF_ALL_QUERIES,
    PAGE_ROWS,
    HeadNumber,
    ResultFacts,
    ResultHistogram,
    ResultQuery,
    ResultRow,
)
from mvit_core.errors import ClipListError
from mvit_core.printable import brief

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

    from mvit_core.attribution.statistics import Queries

__all__ = ["ResultTables"]

_MOST_ROWS = 10_000_000
_MOST_LABELS = 1000
_MOST_LETTERS = 4096
_FIRST_PARTS = 4
"""Parts of ``heads`` that tell which heads there are."""
_BINS = 48

_ROWS = f"""
CREATE TABLE rows AS
SELECT row_number() OVER (ORDER BY clip_id, window_index, checkpoint) - 1 AS row,
    clip_id::BIGINT AS clip_id,
    left(c.path::VARCHAR, {_MOST_LETTERS}) AS path,
    left(coalesce(w.label::VARCHAR, c.label::VARCHAR, ''), {_MOST_LETTERS}) AS label,
    w.window_index::INTEGER AS window_index,
    (w.frames::INTEGER[])[(len(w.frames) + 1) // 2] AS frame,
    w.checkpoint::VARCHAR AS checkpoint,
    left(coalesce(w.predicted::VARCHAR, ''), {_MOST_LETTERS}) AS predicted,
    w.probability::DOUBLE AS probability,
    w.correct::BOOLEAN AS correct,
    left(coalesce(c.error::VARCHAR, ''), {_MOST_LETTERS}) AS error,
    lower(concat_ws(' ', c.path, c.label, w.label, w.predicted, c.error)) AS texts
FROM read_parquet($clips) c LEFT JOIN read_parquet($windows) w USING (clip_id)
"""

_ORDER = {
    "clip": "path",
    "window": "window_index",
    "label": "nullif(label, '')",
    "predicted": "nullif(predicted, '')",
    "probability": "probability",
    "number": "value",
    "error": "nullif(error, '')",
}
"""What each field of a row is sorted by."""

_KINDS = {"all": "true", "wrong": "NOT correct", "right": "correct", "error": "error <> ''"}


class ResultTables:
    """A batch that was written, and what its rows say; closed by ``close``.

    Args:
        folder: that it was written to.
        check: called again and again while it is opened; raises to stop.

    Raises:
        ClipListError: it is none, a file of it is damaged, or DuckDB is not installed.
    """

    def __init__(self, folder: Path, check: Callable[[], None] = lambda: None) -> None:
        check_reader()
        run = run_of(folder)
        parts = {table: parts_of(folder, table, check) for table in ("clips", "windows", "heads")}
        self._folder, self._parts = folder, parts
        self._number: HeadNumber | None = None
        self._query: ResultQuery | None = None
        self._found = 0
        self._tables = locked([path for paths in parts.values() for path in paths])
        try:
            with self._translated():
                self._check_size()
                check()
                self._tables.execute(_ROWS, {name: parts[name] for name in ("clips", "windows")})
                check()
                self.facts = self._facts(run)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """Let go of the files and the rows."""
        self._tables.close()

    def find(self, query: ResultQuery) -> int:
        """How many rows a query lists; pages are of the query that was asked last.

        Raises:
            ClipListError: a part is damaged.
        """
        if query != self._query:
            self._query = None
            with self._translated():
                self._choose(self.facts.nearest(query.number))
                self._list(query)
            self._query = query
        return self._found

    def page(self, number: int) -> tuple[ResultRow, ...]:
        """A hundred of the rows that are listed.

        Args:
            number: of the page, from 0.
        """
        first = number * PAGE_ROWS
        with self._translated():
            rows = self._all(
                "SELECT row, path, label, window_index, frame, coalesce(checkpoint, ''), predicted,"
                " probability, correct, value, error FROM found JOIN rows USING (row)"
                " LEFT JOIN numbers USING (row)"
                " WHERE place >= $first AND place < $stop ORDER BY place",
                {"first": first, "stop": first + PAGE_ROWS},
            )
        return tuple(ResultRow(*row) for row in rows)

    def place_of(self, row: int) -> int | None:
        """Where a row stands among those listed, from 0; None where it is not."""
        with self._translated():
            found = self._all("SELECT place FROM found WHERE row = $row", {"row": row})
        return found[0][0] if found else None

    def histogram(self) -> ResultHistogram | None:
        """How often values of the statistic occur; None where no row has one."""
        if self._query is None:
            return None
        where, given = _conditions(self._query)
        listed = f"SELECT value FROM rows JOIN numbers USING (row) WHERE {where}"
        with self._translated():
            ((low, high),) = self._all(f"SELECT min(value), max(value) FROM ({listed})", given)
            if low is None:
                return None
            step = (high - low) / _BINS or 1.0
            given |= {"low": low, "step": step, "last": _BINS - 1}
            rows = self._all(
                "SELECT least(floor((value - $low) / $step), $last)::INTEGER AS bin, count(*)"
                f" FROM ({listed}) GROUP BY bin",
                given,
            )
        counts = dict(rows)
        return ResultHistogram(low, high, tuple(counts.get(each, 0) for each in range(_BINS)))

    def head_means(self, checkpoint: str, queries: Queries) -> tuple[HeadStatistics, ...]:
        """Mean statistics of every head over the windows listed, of one model.

        Attention from time to time, and the share in the centre, are not kept by heads: a profile
        is (0, 0).

        Args:
            checkpoint: name of the model.
            queries: whose attention; of all where the batch has those.

        Raises:
            ClipListError: a part is damaged.
        """
        names = ("readout_entropy", "readout_sink") if queries == "readout" else _ALL_NAMES
        means = ", ".join(f"avg({name}) FILTER (isfinite({name}))" for name in names)
        with self._translated():
            rows = self._all(
                f"SELECT block, stage, head, {means} FROM read_parquet($heads) h"
                " WHERE checkpoint = $checkpoint AND EXISTS (FROM rows r JOIN found USING (row)"
                " WHERE r.clip_id = h.clip_id AND r.window_index = h.window_index"
                " AND r.checkpoint = h.checkpoint)"
                " GROUP BY ALL ORDER BY block, head",
                {"heads": self._parts["heads"], "checkpoint": checkpoint},
            )
        return tuple(_mean(row, names) for row in rows if row[3] is not None)

    # -- within -------------------------------------------------------------------------------

    def _all(self, sql: str, given: Mapping[str, Any] | None = None) -> list[Any]:
        return self._tables.execute(sql, dict(given or {})).fetchall()

    @contextmanager
    def _translated(self) -> Iterator[None]:
        """Whatever DuckDB says of a damaged part is one sentence."""
        import duckdb

        try:
            yield
        except (duckdb.Error, ValueError, OverflowError, RuntimeError) as error:
            words = str(error).splitlines()[0] if str(error) else type(error).__name__
            raise ClipListError(
                f"{self._folder} cannot be read as a batch result: {words}; a part of it is "
                f"damaged, so write the batch anew"
            ) from error

    def _check_size(self) -> None:
        for table in ("clips", "windows"):
            sql = "SELECT count(*) FROM read_parquet($parts)"
            ((rows,),) = self._all(sql, {"parts": self._parts[table]})
            if rows > _MOST_ROWS:
                raise ClipListError(
                    f"{self._folder / table} has {rows} rows; at most {_MOST_ROWS} are listed"
                )

    def _facts(self, run: Mapping[str, Any]) -> ResultFacts:
        ((rows, errors),) = self._all(
            "SELECT count(*), count(DISTINCT clip_id) FILTER (error <> '') FROM rows"
        )
        heads = self._heads_in(self._parts["heads"][:_FIRST_PARTS])
        heads = heads or self._heads_in(self._parts["heads"])  # where all clips there are errors
        labels = self._all(
            "SELECT DISTINCT label FROM rows WHERE label <> '' ORDER BY label LIMIT $most",
            {"most": _MOST_LABELS},
        )
        has_all = run.get("stats") == "all"
        clips, root = run.get("clips"), run.get("root")
        return ResultFacts(
            folder=self._folder,
            list_name=str(run.get("list", "")),
            root=Path(root) if isinstance(root, str) else self._folder.absolute().parent,
            clips=clips if isinstance(clips, int) else rows,
            rows=rows,
            errors=errors,
            windows=str(run.get("windows", "first")),
            models=models_of(run),
            heads=heads,
            numbers=tuple(n for n in NUMBER_NAMES if has_all or n not in OF_ALL_QUERIES),
            labels=tuple(label for (label,) in labels),
        )

    def _heads_in(self, parts: list[str]) -> dict[int, int]:
        """Heads of each block that some parts have rows of."""
        rows = self._all(
            "SELECT block::INTEGER, max(head)::INTEGER + 1 FROM read_parquet($parts)"
            " WHERE block >= 0 AND head >= 0 GROUP BY block ORDER BY block",
            {"parts": parts},
        )
        return dict(rows)

    def _choose(self, number: HeadNumber) -> None:
        """Take the values of one statistic of one head, where they are not there."""
        if number == self._number:
            return
        self._number = None
        if number.name not in NUMBER_NAMES:  # it becomes part of a question
            raise ClipListError(f"there is no statistic {brief(number.name)}")
        self._tables.execute(
            "CREATE OR REPLACE TABLE numbers AS SELECT row,"
            f" CASE WHEN isfinite({number.name}::DOUBLE) THEN {number.name}::DOUBLE END AS value"
            " FROM read_parquet($heads) JOIN rows USING (clip_id, window_index, checkpoint)"
            " WHERE block = $block AND head = $head",
            {"heads": self._parts["heads"], "block": number.block, "head": number.head},
        )
        self._number = number

    def _list(self, query: ResultQuery) -> None:
        where, given = _conditions(query)
        for name, sign in (("least", ">="), ("most", "<=")):
            if (end := getattr(query, name)) is not None:
                where, given = f"{where} AND value {sign} ${name}", {**given, name: end}
        falling = "DESC" if query.is_falling else "ASC"
        order = f"{_ORDER[query.sorted_by]} {falling} NULLS LAST, row"
        self._tables.execute(
            "CREATE OR REPLACE TABLE found AS"
            f" SELECT row, row_number() OVER (ORDER BY {order}) - 1 AS place"
            f" FROM rows LEFT JOIN numbers USING (row) WHERE {where}",
            given,
        )
        ((self._found,),) = self._all("SELECT count(*) FROM found")


_ALL_NAMES = ("entropy", "sink", "distance_px", "distance_frames")


def _conditions(query: ResultQuery) -> tuple[str, dict[str, Any]]:
    """What rows of a query have, but for the range of the statistic, and the values in it."""
    parts, given = [_KINDS[query.kind]], {}
    if query.label:
        parts.append("label = $label")
        given["label"] = query.label
    for place, word in enumerate(query.text.lower().split()):
        parts.append(f"contains(texts, $word{place})")
        given[f"word{place}"] = word
    return " AND ".join(parts), given


def _mean(row: tuple[Any, ...], names: tuple[str, ...]) -> HeadStatistics:
    block, stage, head, *means = row
    known = dict(zip(names, means, strict=True))
    return HeadStatistics(
        block=block,
        stage=stage,
        head=head,
        entropy=means[0],
        distance_px=known.get("distance_px"),
        distance_frames=known.get("distance_frames"),
        sink=means[1],
        centre=None,
        profile=np.zeros((0, 0), np.float32),
        profile_sink=None,
    )
