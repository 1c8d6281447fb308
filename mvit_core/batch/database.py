"""The one way to DuckDB: a database in memory that sees what it is given, and no more.

DuckDB comes with an extra of the package and is imported by the first database that is opened.
"""

from __future__ import annotations

from types import MappingProxyType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from duckdb import DuckDBPyConnection

_SETTINGS: dict[str, str | bool | int | float | list[str]] = {
    "allow_community_extensions": "false",
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "memory_limit": "2GB",
    "python_enable_replacements": "false",  # a name in a query is no variable of this program
    "temp_directory": "",  # nothing is written
    "threads": "2",
}


def locked(
    paths: Sequence[str] = (),
    tables: Mapping[str, Any] = MappingProxyType({}),
) -> DuckDBPyConnection:
    """A database that opens some files and nothing else, and loads no extension.

    No query can change that: the settings are locked, and the network is shut off.

    Args:
        paths: files that queries may read, absolute.
        tables: ``pyarrow`` tables that it holds, by name.

    Raises:
        ImportError: DuckDB is not installed; see ``result_files.has_reader``.
    """
    import duckdb

    made = duckdb.connect(":memory:", config=_SETTINGS)
    for name, rows in tables.items():
        made.register("given", rows)
        made.execute(f"CREATE TABLE {name} AS SELECT * FROM given")
        made.unregister("given")
    made.execute("SET parquet_metadata_cache = true")  # or each question reads all of it again
    allowed = ", ".join(f"'{path.replace(chr(39), 2 * chr(39))}'" for path in paths)
    made.execute(f"SET allowed_paths = [{allowed}]")
    made.execute("SET enable_external_access = false")
    made.execute("SET lock_configuration = true")
    return made
