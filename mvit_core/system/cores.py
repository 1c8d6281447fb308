"""Processor cores that this process may use."""

import os

__all__ = ["core_count"]


def core_count() -> int:
    """How many; fewer than the machine has where somebody set a limit."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1
