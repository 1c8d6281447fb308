"""Files of a batch that is looked at: ``run.json`` and the parts of its tables."""

from __future__ import annotations

from importlib.util import find_spec
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mvit_core.batch.result_query import ResultModel
from mvit_core.errors import ClipListError
from mvit_core.printable import brief
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import check_ordinary, is_file, is_folder, read_bounded

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

__all__ = [
    "INSTALL",
    "check_reader",
    "done_numbers",
    "has_reader",
    "holds_result",
    "model_rows",
    "models_of",
    "parts_of",
    "run_of",
]

INSTALL = 'pip install "mvit-lens[batch]"'
"""What brings the reader."""

_RUN_FILE = "run.json"
_MOST_BYTES = 4 << 20
_MOST_PARTS = 200_000
_CHECKED_AT_ONCE = 256
_FORM = 1


def holds_result(path: Path) -> bool:
    """A folder that a batch was written to: it has ``run.json`` and tables."""
    return is_folder(path) and is_file(path / _RUN_FILE) and is_folder(path / "clips")


def has_reader() -> bool:
    """DuckDB is installed."""
    return find_spec("duckdb") is not None


def check_reader() -> None:
    """See whether tables can be read.

    Raises:
        ClipListError: DuckDB is not installed.
    """
    if not has_reader():
        raise ClipListError(
            f"a batch result is read with DuckDB, which is not installed: {INSTALL}"
        )


def run_of(folder: Path) -> Mapping[str, Any]:
    """What a batch was begun with.

    Raises:
        ClipListError: ``run.json`` is not there, or none of a batch.
    """
    path = folder / _RUN_FILE
    try:
        found = load_json(read_bounded(path, _MOST_BYTES, ClipListError))
    except BadJson as error:
        raise ClipListError(
            f"{path} {error}; give the folder that a batch was written to"
        ) from error
    if not isinstance(found, dict) or not isinstance(found.get("models"), list):
        raise ClipListError(f"{path} is none of a batch; give the folder that one was written to")
    if found.get("form") != _FORM:
        raise ClipListError(
            f"{path} is of form {brief(found.get('form'))}; this version reads form {_FORM}"
        )
    return found


def models_of(run: Mapping[str, Any]) -> tuple[ResultModel, ...]:
    """The networks that ``run.json`` names, and where their files lay."""
    sources = run.get("sources")
    sources = sources if isinstance(sources, list) else []
    models = []
    for place, model in enumerate(run["models"]):
        source = sources[place] if place < len(sources) else {}
        if isinstance(model, dict):
            models.append(_model(model, source if isinstance(source, dict) else {}))
    return tuple(models)


def model_rows(run: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What ``run.json`` says of each network."""
    return [model for model in run["models"] if isinstance(model, dict)]


def _model(model: Mapping[str, Any], source: Mapping[str, Any]) -> ResultModel:
    def text(of: Mapping[str, Any], name: str) -> str | None:
        return of[name] if isinstance(of.get(name), str) else None

    def path(name: str) -> Path | None:
        found = text(source, name)
        return Path(found) if found else None

    return ResultModel(
        text(model, "name") or "",
        text(model, "sha256") or "",
        path("checkpoint"),
        path("config"),
        path("labels"),
        text(source, "preset"),
        text(model, "weights"),
        text(model, "head"),
        model.get("half") is True,
    )


def done_numbers(folder: Path) -> list[int]:
    """Numbers of the shards that are done, ascending.

    Raises:
        ClipListError: there are too many, or they cannot be listed.
    """
    try:
        named = [each.stem for each in islice((folder / "done").glob("*.json"), _MOST_PARTS + 1)]
    except OSError as error:
        raise ClipListError(f"{folder / 'done'} cannot be read ({error.strerror})") from error
    if len(named) > _MOST_PARTS:
        raise ClipListError(f"{folder / 'done'} has more than {_MOST_PARTS} notes")
    return sorted(int(name) for name in named if name.isascii() and name.isdecimal())


def parts_of(folder: Path, table: str, check: Callable[[], None]) -> list[str]:
    """The part files of a table, in the order of their numbers.

    Args:
        folder: of the batch.
        table: its name.
        check: called again and again; raises to stop.

    Raises:
        ClipListError: there are none, too many, or one is no ordinary file.
    """
    try:
        parts = sorted((folder / table).glob("part-*.parquet"))
    except OSError as error:
        raise ClipListError(f"{folder / table} cannot be read ({error.strerror})") from error
    if not parts:
        raise ClipListError(
            f"{folder} has no rows in {table} yet; run the batch until a first shard is done"
        )
    if len(parts) > _MOST_PARTS:
        raise ClipListError(
            f"{folder / table} has {len(parts)} parts; at most {_MOST_PARTS} are read"
        )
    for place, part in enumerate(parts):
        if not place % _CHECKED_AT_ONCE:
            check()
        check_ordinary(part, ClipListError)  # a pipe would be waited for
    return [str(part.absolute()) for part in parts]
