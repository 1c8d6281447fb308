"""The formats that are understood, in one explicit table."""

from types import MappingProxyType

from mvit_core.checkpoint.entry import CheckpointFormat
from mvit_core.checkpoint.pyslowfast import PYSLOWFAST

__all__ = ["FORMATS"]

FORMATS = MappingProxyType[str, CheckpointFormat]({entry.name: entry for entry in (PYSLOWFAST,)})
"""By name. The first whose keys match is taken, so the more particular stand first."""
