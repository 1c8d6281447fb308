"""Numbers of heads as tables: of all heads, and of one from time to time."""

from __future__ import annotations

import csv
from typing import TYPE_CHECKING

from mvit_core.attribution import HEAD_FIELDS
from mvit_core.spreadsheet import text_cell
from mvit_core.system.atomic_file import whole_file

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence
    from pathlib import Path

    from mvit_core.attribution import HeadStatistics
    from mvit_core.attribution.maps import FloatArray

__all__ = ["head_row", "write_heads", "write_profile"]


def head_row(row: HeadStatistics) -> dict[str, float | None]:
    """The numbers of one head by their names, as tables and JSON have them."""
    return {name: getattr(row, name) for name in HEAD_FIELDS}


def write_heads(
    path: Path,
    rows: Sequence[HeadStatistics],
    more: Mapping[str, Sequence[float | None]] | None = None,
) -> None:
    """Write the numbers of heads as CSV, a line for each; what is not known is left empty.

    Args:
        path: the file.
        rows: of the heads, in the order of the lines.
        more: further columns by their heads, a number for each row.

    Raises:
        ExportError: the file cannot be written.
    """
    more = more or {}
    lines = (
        [*head_row(row).values(), *(column[place] for column in more.values())]
        for place, row in enumerate(rows)
    )
    _write(path, (*HEAD_FIELDS, *more), lines)


def write_profile(path: Path, profile: FloatArray, sink: FloatArray | None) -> None:
    """Write attention from time to time as CSV: a line for each query time, a column for each key.

    Args:
        path: the file.
        profile: (Tq, Tk).
        sink: (Tq,): share on the class key; None without one.

    Raises:
        ExportError: the file cannot be written.
    """
    heads = ["query_time", *(f"key_{t}" for t in range(profile.shape[1]))]
    lines = [[float(t), *map(float, row)] for t, row in enumerate(profile)]
    if sink is not None:
        heads.append("sink")
        lines = [[*line, float(share)] for line, share in zip(lines, sink, strict=True)]
    _write(path, heads, lines)


def _write(path: Path, heads: Iterable[str], lines: Iterable[Sequence[float | None]]) -> None:
    with whole_file(path) as partial, partial.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(text_cell(head) for head in heads)
        table.writerows(
            ["" if value is None else f"{value:.9g}" for value in line] for line in lines
        )
