"""Which engines this build has, and why one cannot be measured."""

from importlib import import_module
from importlib.util import find_spec

__all__ = ["missing_engines"]

_MODULES = {"local": "multiprocessing", "ray": "ray"}
_TABLE = "mvit_core.batch.engines"


def missing_engines() -> dict[str, str]:
    """Why each engine is missing, by its name; empty where it is there."""
    known = {"local"}
    if find_spec(_TABLE) is not None:
        known = set(import_module(_TABLE).ENGINES)
    return {name: _reason(name, name in known, module) for name, module in _MODULES.items()}


def _reason(name: str, is_known: bool, module: str) -> str:
    if not is_known:
        return f"this build has no engine {name}"
    return "" if find_spec(module) is not None else "not installed"
