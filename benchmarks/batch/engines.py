"""Which engines can be measured here, and why one cannot."""

from mvit_core.batch.engines import ENGINES
from mvit_core.errors import EngineError

__all__ = ["missing_engines"]


def missing_engines() -> dict[str, str]:
    """Why each engine cannot be used, by its name; empty where it can."""
    return {name: _reason(name) for name in ENGINES}


def _reason(name: str) -> str:
    try:
        ENGINES[name].check(None)
    except EngineError as error:
        return f"not measured: {error}"
    return ""
