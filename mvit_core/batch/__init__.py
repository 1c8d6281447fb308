"""Runs many clips through networks and writes tidy tables of what they said and looked at."""

from mvit_core.batch.chosen import Choice, parse_choice
from mvit_core.batch.files import KINDS
from mvit_core.batch.maps import parse_maps
from mvit_core.batch.request import BatchSpec, parse_part, parse_windows
from mvit_core.batch.running import Batch, BatchResult, Progress, rooted, run_batch

__all__ = [
    "KINDS",
    "Batch",
    "BatchResult",
    "BatchSpec",
    "Choice",
    "Progress",
    "parse_choice",
    "parse_maps",
    "parse_part",
    "parse_windows",
    "rooted",
    "run_batch",
]
