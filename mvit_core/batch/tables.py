"""The tables of a batch as Parquet: their schemas, written out, and one part file of each.

A part without errors would otherwise give ``error`` no type, and readers of the folder would fail.
pyarrow comes with an extra of the package and is imported by the first part that is written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any

from mvit_core.errors import ExportError
from mvit_core.system.atomic_file import whole_file

if TYPE_CHECKING:
    from pathlib import Path

__all__ = ["COLUMNS", "Rows", "check_parquet", "schemas", "tables_of", "write_part"]

Rows = Mapping[str, Sequence[Mapping[str, Any]]]
"""Rows by the name of their table."""


_RUN = {"clip_id": "int64", "window_index": "int32", "checkpoint": "string"}
_HEAD = {**_RUN, "block": "int16", "stage": "int16", "head": "int16"}

COLUMNS: Mapping[str, Mapping[str, str]] = {
    "clips": {
        "clip_id": "int64",  # its place in the list, from 0
        "path": "string",
        "label": "string",
        "frames": "int64",
        "fps": "float64",
        "width": "int32",
        "height": "int32",
        "seconds": "float64",
        "damage": "string",
        "error": "string",
    },
    "windows": {
        **_RUN,
        "frames": "int32s",  # sampled, of the source
        "predicted": "string",
        "predicted_index": "int32",
        "probability": "float32",
        "label": "string",  # as the network names it; null where it has no such class
        "correct": "bool",
        "top": "top",
        "note": "string",
    },
    "heads": {
        **_HEAD,
        "entropy": "float32",  # this and the next three are over all queries
        "distance_px": "float32",
        "distance_frames": "float32",
        "sink": "float32",
        "readout_entropy": "float32",  # this and those below are of the readout
        "readout_sink": "float32",
        "temporal_spread": "float32",  # in sampled frames
        "peak_t": "int16",
        "peak_y": "int16",
        "peak_x": "int16",
    },
    "means": {  # of a shard, over all of its windows
        "checkpoint": "string",
        "block": "int16",
        "head": "int16",
        "windows": "int64",
        "mean": "floats",  # output of the head, over windows and tokens
    },
    "profiles": {
        **_HEAD,
        "query_times": "int16",
        "key_times": "int16",
        "profile": "floats",  # row by row
    },
}
"""Columns of each table, and the type of each by its name."""


def check_parquet() -> None:
    """See whether Parquet can be written.

    Raises:
        ExportError: pyarrow is not installed.
    """
    if find_spec("pyarrow") is None:
        raise ExportError(
            'a batch writes Parquet, and pyarrow is not installed: pip install "mvit-lens[batch]"'
        )


def tables_of(stats: str) -> tuple[str, ...]:
    """Names of the tables that a batch has; ``profiles`` come with statistics of all queries."""
    return ("clips", "windows", "heads", "means", *(("profiles",) if stats == "all" else ()))


def schemas() -> dict[str, Any]:
    """The ``pyarrow.Schema`` of each table."""
    import pyarrow as pa

    top = pa.struct([("index", pa.int32()), ("class", pa.string()), ("probability", pa.float32())])
    types = {"int32s": pa.list_(pa.int32()), "floats": pa.list_(pa.float32()), "top": pa.list_(top)}
    return {
        table: pa.schema(
            [(name, types.get(kind) or pa.type_for_alias(kind)) for name, kind in columns.items()]
        )
        for table, columns in COLUMNS.items()
    }


def write_part(
    folder: Path, table: str, number: int, rows: Sequence[Mapping[str, Any]], told: str = ""
) -> None:
    """Write the rows of one shard, whole or not at all.

    Args:
        folder: of the batch; the table's own folder is in it.
        table: its name.
        number: of the shard.
        rows: a value for each column of the schema; None where there is none.
        told: where they come from, as JSON: ``provenance`` of the schema's metadata.

    Raises:
        ExportError: the part cannot be written.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema = schemas()[table].with_metadata({"provenance": told} if told else None)
    made = pa.Table.from_pylist(list(rows), schema=schema)
    with whole_file(folder / table / f"part-{number:06}.parquet") as path:
        pq.write_table(made, path, compression="zstd")
