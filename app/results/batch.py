"""A batch result: what it holds, and the rows of it that were looked up."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from mvit_core.batch.result_query import PAGE_ROWS

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from mvit_core.attribution import HeadStatistics, Queries
    from mvit_core.batch.result_query import (
        ResultFacts,
        ResultHistogram,
        ResultQuery,
        ResultRow,
    )


@dataclass(frozen=True)
class BatchRequest:
    """What the worker is asked to look up."""

    folder: Path
    query: ResultQuery
    pages: tuple[int, ...] = ()
    """Numbers of the pages that are wanted, from 0."""
    row: int | None = None
    """A row whose place is wanted."""


@dataclass(frozen=True, eq=False)
class BatchAnswer:
    """What it found."""

    request: BatchRequest
    found: int
    """Rows that the query lists."""
    pages: Mapping[int, tuple[ResultRow, ...]]
    histogram: ResultHistogram | None
    place: int | None
    """Where the row asked for stands; None where it is not listed."""


@dataclass(frozen=True)
class MeansRequest:
    """Numbers of heads that are asked for, over the rows of a query."""

    folder: Path
    query: ResultQuery
    checkpoint: str
    queries: Queries


@dataclass(frozen=True, eq=False)
class BatchInfo:
    """A batch result, and what is known of the rows that the user asks for."""

    facts: ResultFacts
    query: ResultQuery | None = None
    """What the rows were asked by; None before the first are there."""
    found: int = 0
    """Rows that it lists."""
    pages: Mapping[int, tuple[ResultRow, ...]] = field(default_factory=dict)
    """Those that were looked up, a hundred a page."""
    histogram: ResultHistogram | None = None
    """Of the chosen statistic."""
    row: int | None = None
    """The row whose place is known."""
    place: int | None = None
    """Where it stands among the rows listed; None where it is not."""
    is_old: bool = False
    """Other rows were asked for, and are being looked up."""
    errors: Mapping[int, str] = field(default_factory=dict)
    """What went wrong where a row was opened."""
    means: tuple[HeadStatistics, ...] | None = None
    """Mean numbers of all heads over the rows listed, while the atlas asks for them."""
    means_of: MeansRequest | None = None
    """What those are of."""

    def row_at(self, place: int) -> ResultRow | None:
        """The row at a place among those listed; None where it was not looked up."""
        page = self.pages.get(place // PAGE_ROWS, ())
        inside = place % PAGE_ROWS
        return page[inside] if place >= 0 and inside < len(page) else None

    def row_numbered(self, number: int | None) -> ResultRow | None:
        """A row by its number, if it is among those looked up."""
        rows = (row for page in self.pages.values() for row in page)
        return next((row for row in rows if row.row == number), None)

    def place_of(self, number: int | None) -> int | None:
        """Where a row stands among those listed, as far as that is known."""
        if number is None:
            return None
        if number == self.row:
            return self.place
        places = (
            PAGE_ROWS * page + inside
            for page, rows in self.pages.items()
            for inside, row in enumerate(rows)
            if row.row == number
        )
        return next(places, None)

    def knows_place(self, number: int | None) -> bool:
        """It is known where a row stands, or that it is not listed."""
        return number is None or number == self.row or self.place_of(number) is not None
