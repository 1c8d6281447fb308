"""Runs many clips through networks, writes tidy tables of what they said, and reads them back.

The names below are imported on first use: the window knows what can be asked of tables before it
opens any.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvit_core.batch.chosen import parse_choice
    from mvit_core.batch.files import KINDS
    from mvit_core.batch.maps import parse_maps
    from mvit_core.batch.request import BatchSpec, parse_part, parse_windows
    from mvit_core.batch.result import ResultTables
    from mvit_core.batch.running import Batch, BatchResult, Progress, rooted, run_batch

__all__ = [
    "KINDS",
    "Batch",
    "BatchResult",
    "BatchSpec",
    "Progress",
    "ResultTables",
    "parse_choice",
    "parse_maps",
    "parse_part",
    "parse_windows",
    "rooted",
    "run_batch",
]

_HOMES = {
    "KINDS": "files",
    "Batch": "running",
    "BatchResult": "running",
    "BatchSpec": "request",
    "Progress": "running",
    "ResultTables": "result",
    "parse_choice": "chosen",
    "parse_maps": "maps",
    "parse_part": "request",
    "parse_windows": "request",
    "rooted": "running",
    "run_batch": "running",
}


def __getattr__(name: str) -> Any:  # noqa: ANN401 - whatever the module holds
    if name not in _HOMES:
        raise AttributeError(f"module 'mvit_core.batch' has no attribute {name!r}")
    return getattr(import_module(f"mvit_core.batch.{_HOMES[name]}"), name)
