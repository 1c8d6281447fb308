"""Runs many clips through networks and writes tidy tables of what they said and looked at."""

from mvit_core.batch.request import BatchSpec, parse_part, parse_windows
from mvit_core.batch.running import Batch, BatchResult, Progress, rooted, run_batch

__all__ = [
    "Batch",
    "BatchResult",
    "BatchSpec",
    "Progress",
    "parse_part",
    "parse_windows",
    "rooted",
    "run_batch",
]
