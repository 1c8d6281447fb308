"""Housekeeping on the window's thread: garbage, the memory display, and freed memory."""

from __future__ import annotations

import gc
import sys
from pathlib import Path
from threading import Thread
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer

from mvit_core.system.malloc import return_freed_blocks

if TYPE_CHECKING:
    from collections.abc import Callable

COLLECT_MS = 2000
FULL_EVERY = 15
MIDDLE, OLD = 1, 2
PAGE_BYTES = 4096
MANY_MODULES = 50
"""Modules imported since the last look after which everything is kept for good: torch, say."""
WORTH_RETURNING_BYTES = 32 << 20
"""Growth of the process after which freed memory is returned; a run frees hundreds of MB."""


class Upkeep(QObject):
    """Collects garbage here and only here, and returns freed memory to the system.

    The cyclic collector runs on whatever thread allocates; on a worker it would destroy widgets
    outside their thread. So it is switched off while the window lives. Objects of modules live as
    long as the process; they are set apart, or a full collection would walk through all of torch
    and the window stand still for half a second.

    Workers allocate in turn, so that freed memory lies between blocks in use and the C library
    keeps it; once the process has grown, the library is asked to return it, on a thread of its own.

    Args:
        show_memory: called with the bytes of this process, 0 where they are not known.
        parent: the owner.
    """

    _modules = 0
    """Modules of this process when their objects were last set apart."""

    def __init__(self, show_memory: Callable[[int], None], parent: QObject) -> None:
        super().__init__(parent)
        self._show_memory = show_memory
        self._ticks = 0
        self._least_bytes: int | None = None
        self._was_enabled = gc.isenabled()
        gc.disable()
        self._set_modules_apart()
        self._timer = QTimer(self)
        self._timer.setInterval(COLLECT_MS)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def stop(self) -> None:
        """Switch Python's own garbage collection on again."""
        self._timer.stop()
        if self._was_enabled:
            gc.enable()

    def _set_modules_apart(self) -> None:
        """Look no more at the objects that exist, where many modules were imported lately."""
        if len(sys.modules) - Upkeep._modules >= MANY_MODULES:
            Upkeep._modules = len(sys.modules)
            gc.freeze()

    def _tick(self) -> None:
        self._ticks += 1
        self._set_modules_apart()
        gc.collect(MIDDLE if self._ticks % FULL_EVERY else OLD)
        resident = resident_bytes()
        self._show_memory(resident)
        if self._least_bytes is not None and resident - self._least_bytes >= WORTH_RETURNING_BYTES:
            Thread(target=return_freed_blocks, name="return memory", daemon=True).start()
            self._least_bytes = None  # measured again once that is done
        else:
            self._least_bytes = min(self._least_bytes or resident, resident)


def resident_bytes() -> int:
    """Bytes of this process in memory; 0 where the system does not say."""
    try:
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    except OSError:
        return 0
    return pages * PAGE_BYTES
