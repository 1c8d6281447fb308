"""Reads what ``run.json`` says of where a batch comes from, for the tables that carry it."""

import json
from pathlib import Path

from mvit_core.errors import ExportError
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import is_there, read_bounded

__all__ = ["MOST_BYTES", "RUN_NAME", "kept_provenance"]

RUN_NAME = "run.json"
MOST_BYTES = 4 << 20


def kept_provenance(folder: Path) -> str:
    """The provenance of a batch as JSON text; empty where its folder says nothing of it.

    Raises:
        ExportError: the file cannot be read.
    """
    if not is_there(folder / RUN_NAME):
        return ""
    try:
        kept = load_json(read_bounded(folder / RUN_NAME, MOST_BYTES, ExportError))
    except BadJson:
        return ""
    told = kept.get("provenance") if isinstance(kept, dict) else None
    return json.dumps(told) if isinstance(told, dict) else ""
