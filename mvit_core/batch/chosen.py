"""Which windows of a batch get files of their own: the first N, or those that meet a condition.

A condition is SQL over the columns of ``windows``, answered by DuckDB. It can only read, and only
that table: files, the network, settings and extensions are shut off before it is looked at, and it
is one expression without a query inside.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from mvit_core.batch.database import locked
from mvit_core.batch.result_files import INSTALL, has_reader
from mvit_core.errors import ExportError
from mvit_core.printable import brief, printable
from mvit_core.system.bounded_json import load_json

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from mvit_core.batch.shards import Shard

__all__ = ["Choice", "ChosenWindow", "check_choice", "chosen_windows", "parse_choice"]

Choice = int | str
"""The first N windows, or the condition that is true of a window."""

_TABLE = "windows"
_MOST_LETTERS = 10_000
_MOST_BRACKETS = 200
"""DuckDB looks at thousands that are not closed for minutes."""


@dataclass(frozen=True, order=True)
class ChosenWindow:
    """A row of ``windows``."""

    clip_id: int
    window_index: int
    checkpoint: str


def parse_choice(text: str) -> Choice:
    """A choice from its command-line form: a number, or else a condition."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else text


def check_choice(choice: Choice) -> None:
    """Try a choice on a table without rows, before any work is done.

    Raises:
        ExportError: it is no condition over columns of ``windows``, or DuckDB is not installed.
    """
    if isinstance(choice, str):
        from mvit_core.batch.tables import schemas

        _answered(schemas()[_TABLE].empty_table(), choice)


def chosen_windows(
    folder: Path, shards: Sequence[Shard], choice: Choice
) -> tuple[ChosenWindow, ...]:
    """The windows of these shards that are chosen, in the order of the list.

    Args:
        folder: of the batch, where the shards are done.
        shards: whose rows are looked at.
        choice: what ``check_choice`` let pass.

    Raises:
        ExportError: the condition fails on what is there, for example a division by text.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    from mvit_core.batch.tables import schemas

    files = [folder / _TABLE / f"part-{shard.number:06}.parquet" for shard in shards]
    parts = [pq.read_table(file) for file in files]
    rows = pa.concat_tables([schemas()[_TABLE].empty_table(), *parts])
    if isinstance(choice, str):
        return _answered(rows, choice)
    names = ("clip_id", "window_index", "checkpoint")
    columns = [rows.column(name).to_pylist() for name in names]
    return tuple(sorted(map(ChosenWindow, *columns))[:choice])


def _answered(rows: Any, condition: str) -> tuple[ChosenWindow, ...]:  # noqa: ANN401 - a pyarrow.Table
    if not has_reader():
        raise ExportError(
            "a condition needs DuckDB, which is not installed: give a number of windows, or "
            f"{INSTALL}"
        )
    import duckdb

    if len(condition) > _MOST_LETTERS:
        raise _refused(condition, f"it has more than {_MOST_LETTERS} letters")
    if sum(map(condition.count, "([{")) > _MOST_BRACKETS:
        raise _refused(condition, f"it has more than {_MOST_BRACKETS} brackets")
    query = f"SELECT clip_id, window_index, checkpoint FROM {_TABLE} WHERE (\n{condition}\n)"
    with locked(tables={_TABLE: rows}) as connection:
        try:
            _check_condition(connection, query, condition)
            found = connection.execute(query).fetchall()
        except duckdb.Error as error:
            words = str(error).partition("\n")[0]
            raise _refused(condition, words) from error
    return tuple(sorted(ChosenWindow(*row) for row in found))


def _check_condition(connection: Any, query: str, condition: str) -> None:  # noqa: ANN401
    """One expression, which neither ends the query before its time nor holds another one.

    Raises:
        ExportError: it is more than that.
    """
    if not condition.strip():
        raise _refused(condition, "it is empty")
    (text,) = connection.execute("SELECT json_serialize_sql(?)", [query]).fetchone()
    tree = load_json(text)
    if tree["error"]:
        raise _refused(condition, tree["error_message"].partition("\n")[0])
    nodes = [each["node"] for each in tree["statements"]]
    plain = _nodes_of(nodes) == ["SELECT_NODE"] and nodes[0]["where_clause"] is not None
    if not plain or _holds_query(nodes[0]["where_clause"]):
        raise _refused(condition, "it holds a query of its own")
    (column,) = connection.execute(f"DESCRIBE SELECT (\n{condition}\n) FROM {_TABLE}").fetchall()
    if column[1] != "BOOLEAN":
        raise _refused(condition, f"it is of type {column[1]}, neither true nor false")


def _nodes_of(nodes: Sequence[Any]) -> list[str]:
    return [node["type"] for node in nodes]


def _holds_query(part: Any) -> bool:  # noqa: ANN401 - JSON
    if isinstance(part, dict):
        return part.get("class") == "SUBQUERY" or any(map(_holds_query, part.values()))
    return isinstance(part, list) and any(map(_holds_query, part))


def _refused(condition: str, why: str) -> ExportError:
    from mvit_core.batch.tables import COLUMNS

    return ExportError(
        f"{brief(condition)} is no condition over windows ({printable(why, 300)}); give a number, "
        f'or a condition over {", ".join(COLUMNS[_TABLE])}, as in "not correct"'
    )
