"""What may be asked of the tables of a batch, and what they answer, as frozen values."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, get_args

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

__all__ = [
    "NUMBER_NAMES",
    "OF_ALL_QUERIES",
    "PAGE_ROWS",
    "RESULT_FIELDS",
    "ROW_KINDS",
    "HeadNumber",
    "NumberName",
    "ResultFacts",
    "ResultField",
    "ResultHistogram",
    "ResultModel",
    "ResultQuery",
    "ResultRow",
    "RowKind",
]

PAGE_ROWS = 100
"""Rows that are fetched at a time."""

RowKind = Literal["all", "wrong", "right", "error"]
ROW_KINDS: tuple[RowKind, ...] = get_args(RowKind)
"""Rows that are listed: all, those whose class is wrong or right, or clips that were not run."""

ResultField = Literal["clip", "window", "label", "predicted", "probability", "number", "error"]
RESULT_FIELDS: tuple[ResultField, ...] = get_args(ResultField)
"""What a row says, and may be sorted by."""

NumberName = Literal[
    "temporal_spread",
    "readout_entropy",
    "readout_sink",
    "entropy",
    "distance_px",
    "distance_frames",
    "sink",
]
NUMBER_NAMES: tuple[NumberName, ...] = get_args(NumberName)
"""Columns of ``heads`` that are statistics of a head."""

OF_ALL_QUERIES = frozenset(NUMBER_NAMES[3:])
"""Those over all queries, which a batch has with ``--stats all`` alone."""


@dataclass(frozen=True)
class HeadNumber:
    """One statistic of one head."""

    name: NumberName = "temporal_spread"
    block: int | None = None
    """From 0; None is the last."""
    head: int = 0
    """From 0."""


@dataclass(frozen=True)
class ResultQuery:
    """Which rows of a batch are listed, in which order, and the statistic beside each."""

    kind: RowKind = "all"
    label: str = ""
    """Class of the clips that are listed; empty for any."""
    text: str = ""
    """Words that a row has in path, label, class predicted or error, in any case."""
    number: HeadNumber = HeadNumber()
    least: float | None = None
    """Least value of the statistic; None for any, and for none."""
    most: float | None = None
    sorted_by: ResultField = "clip"
    is_falling: bool = False
    """The largest come first; rows without a value come last either way."""


@dataclass(frozen=True)
class ResultModel:
    """A network of a batch, as ``run.json`` names it."""

    name: str
    """As the tables name it."""
    sha256: str
    """Of its file; empty where that is not said."""
    checkpoint: Path | None = None
    """Where the file lay, if that is said; so with the next two."""
    config: Path | None = None
    labels: Path | None = None
    preset: str | None = None
    weights: str | None = None
    head: str | None = None
    half: bool = False
    """It was run in half precision."""


@dataclass(frozen=True)
class ResultFacts:
    """What a batch holds."""

    folder: Path
    list_name: str
    """Name of the list or folder that its clips were of."""
    root: Path
    """Folder that paths of clips count from."""
    clips: int
    """Clips of the list; those done may be fewer."""
    rows: int
    """Windows that were run, and clips that could not be."""
    errors: int
    """Clips that could not be run."""
    windows: str
    """``first``, ``all``, or ``5x1``: the mean of 5 windows in one crop is one row."""
    models: tuple[ResultModel, ...]
    heads: Mapping[int, int]
    """Heads of each block, of the model that has most."""
    numbers: tuple[NumberName, ...]
    """Statistics that it has."""
    labels: tuple[str, ...]
    """Classes of its clips, sorted, those of a thousand at most."""

    @property
    def means_views(self) -> bool:
        """A row is the mean of several windows."""
        return self.windows not in ("first", "all")

    @property
    def places(self) -> tuple[tuple[int, int], ...]:
        """Block and head of every head."""
        return tuple((block, head) for block, heads in self.heads.items() for head in range(heads))

    def nearest(self, number: HeadNumber) -> HeadNumber:
        """The statistic, or the one nearest to it that there is."""
        name = number.name if number.name in self.numbers else self.numbers[0]
        last = max(self.heads, default=0)
        block = last if number.block not in self.heads else number.block
        assert block is not None
        return HeadNumber(name, block, min(number.head, self.heads.get(block, 1) - 1))


@dataclass(frozen=True)
class ResultRow:
    """A window of a clip as a model saw it, or a clip that could not be run."""

    row: int
    """Its place among all rows by clip, window and model; names it while tables stay."""
    path: str
    """As the list names the clip."""
    label: str
    window: int | None
    """From 0; None where the clip was not run."""
    frame: int | None
    """A sampled frame in its middle."""
    checkpoint: str
    """Name of the model; empty where the clip was not run."""
    predicted: str
    probability: float | None
    is_correct: bool | None
    """None where the clip has no label that the model knows."""
    number: float | None
    """The chosen statistic."""
    error: str
    """Why the clip was not run; empty where it was."""


@dataclass(frozen=True)
class ResultHistogram:
    """How often values of the chosen statistic occur in the rows listed, whatever their range."""

    low: float
    high: float
    counts: tuple[int, ...]
    """Of equal steps from ``low`` to ``high``."""
