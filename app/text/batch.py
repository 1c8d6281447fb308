"""Words about batch results: their rows, their statistics, and what went wrong with a row."""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.state.language import N
from app.text.phrases import rows_words, share_words, value_words

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from app.results.batch import BatchInfo
    from mvit_core.batch.result_query import (
        HeadNumber,
        NumberName,
        ResultField,
        ResultModel,
        ResultQuery,
        RowKind,
    )

SHARES = ("sink", "readout_sink")
"""Statistics that are shares of 1."""

NUMBER_TITLES: Mapping[NumberName, str] = MappingProxyType(
    {
        "temporal_spread": N("batch", "temporal spread"),
        "readout_entropy": N("batch", "entropy of the readout"),
        "readout_sink": N("batch", "sink of the readout"),
        "entropy": N("batch", "entropy"),
        "distance_px": N("batch", "distance, pixels"),
        "distance_frames": N("batch", "distance, frames"),
        "sink": N("batch", "sink"),
    }
)
"""Title of each statistic of a head."""

NUMBER_HEADS: Mapping[NumberName, str] = MappingProxyType(
    {
        "temporal_spread": N("batch", "spread"),
        "readout_entropy": N("batch", "entropy"),
        "readout_sink": N("batch", "sink"),
        "entropy": N("batch", "entropy"),
        "distance_px": N("batch", "dist. px"),
        "distance_frames": N("batch", "dist. fr."),
        "sink": N("batch", "sink"),
    }
)
"""The same, as short as the head of a column."""

FIELD_TITLES: Mapping[ResultField, str] = MappingProxyType(
    {
        "clip": N("batch", "Clip"),
        "window": N("batch", "Win."),
        "label": N("batch", "Label"),
        "predicted": N("batch", "Predicted"),
        "probability": N("batch", "Prob."),
        "number": N("batch", "Statistic"),
        "error": N("batch", "Error"),
    }
)
"""Head of each column."""

FIELD_TIPS: Mapping[ResultField, str] = MappingProxyType(
    {
        "clip": N("batch", "Path of the clip; sort by it"),
        "window": N("batch", "Window of the clip, from 1; sort by it"),
        "label": N("batch", "Class that the list says; sort by it"),
        "predicted": N("batch", "Class that the model says; sort by it"),
        "probability": N("batch", "Probability of the class predicted; sort by it"),
        "number": N("batch", "Statistic of the chosen head; sort by it"),
        "error": N("batch", "Why the clip was not run; sort by it"),
    }
)
"""Tooltip of each head."""

KINDS: Mapping[RowKind, tuple[str, str]] = MappingProxyType(
    {
        "all": (N("batch", "All"), N("batch", "All rows")),
        "wrong": (N("batch", "Wrong"), N("batch", "Rows whose class is not the label")),
        "right": (N("batch", "Right"), N("batch", "Rows whose class is the label")),
        "error": (N("batch", "Errors"), N("batch", "Clips that could not be run")),
    }
)
"""Title and tooltip of the rows that may be listed."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("batch", text)


def number_words(value: float | None, name: NumberName) -> str:
    """A value of a statistic; empty where there is none."""
    if value is None:
        return ""
    return share_words(value) if name in SHARES else value_words(value)


def number_title(number: HeadNumber) -> str:
    """A statistic of a head: temporal spread 4/3."""
    return f"{tr(NUMBER_TITLES[number.name])} {number.block}/{number.head}"


def head_of_column(field: ResultField, query: ResultQuery | None) -> str:
    """The head of a column, with a sign of the order if rows are sorted by it."""
    title = tr(FIELD_TITLES[field])
    if query is None:
        return title
    if field == "number":
        title = f"{tr(NUMBER_HEADS[query.number.name])} {query.number.block}/{query.number.head}"
    sign = "▾" if query.is_falling else "▴"
    return f"{title} {sign}" if query.sorted_by == field else title


def range_words(query: ResultQuery) -> str:
    """The range of the statistic that rows are listed of; empty for any."""
    if query.least is None and query.most is None:
        return ""
    name = query.number.name
    least, most = (number_words(end, name) or "…" for end in (query.least, query.most))
    return f"{least} – {most}"


def listed_words(info: BatchInfo) -> str:
    """How many rows are listed, and of how many."""
    return rows_words(info.found, info.facts.rows)


def missing_checkpoint_words(model: ResultModel, other: Path | None) -> str:
    """What is told where the checkpoint of a batch is not found."""
    if other is not None:
        words = tr(
            "{file} is not the checkpoint that this batch was run with: its SHA-256 is another "
            "than run.json says. Load the right one to see the maps of these rows"
        )
        return words.format(file=other)
    words = tr(
        "{name}, which this batch was run with, is not found where it lay or beside the batch. "
        "Load it to see the maps of these rows"
    )
    return words.format(name=model.name)


def moved_words(problem: str) -> str:
    """What is told where a clip of a batch cannot be opened."""
    words = tr("{problem}. If the clips of this batch lie elsewhere now, choose their folder")
    return words.format(problem=problem.rstrip("."))
