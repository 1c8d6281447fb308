"""The list of clips that is open, and what is known of its rows."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from mvit_core.clips import ListedClip


@dataclass(frozen=True)
class Verdict:
    """What a model said of a clip."""

    predicted: str
    """Most probable class."""
    probability: float | None = None
    is_correct: bool | None = None
    """Whether that is the clip's label; None where it has none."""


@dataclass(frozen=True, eq=False)
class ClipsInfo:
    """A list or a folder of clips."""

    origin: Path
    rows: tuple[ListedClip, ...] = ()
    """All of them, in the order of the list."""
    columns: tuple[str, ...] = ()
    """Heads of the further columns."""
    texts: tuple[str, ...] = ()
    """What is searched of each row, in the letters of a search."""
    found: Sequence[int] = ()
    """Places of the rows that the search finds."""
    verdicts: Mapping[int, Verdict] = field(default_factory=dict)
    """What a model said of rows, by their place; a batch result has them."""
    errors: Mapping[int, str] = field(default_factory=dict)
    """What went wrong where a row was opened, by its place."""
    problem: str = ""
    """Reason why the list cannot be read; empty while it can."""
    is_read: bool = True
    """False while it is being read."""


def label_words(labels: tuple[str, ...], names: Mapping[int, str]) -> str:
    """Labels of a clip in words; a number is followed by the class of that number.

    Args:
        labels: as the list has them.
        names: class names by number, as far as they are known.
    """
    return ", ".join(_with_name(label, names) for label in labels)


def _with_name(label: str, names: Mapping[int, str]) -> str:
    if not label.isdecimal() or int(label) not in names:
        return label
    return f"{label} · {names[int(label)]}"
