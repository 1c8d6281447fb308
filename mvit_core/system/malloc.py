"""Tunes how the C library keeps freed memory, and returns it to the system."""

import ctypes
import sys

_LARGEST_KEPT_BYTES = 31 * 2**20
"""Just under the most that glibc's threshold grows to, and more than an RGB picture in 4K."""


def recycle_large_blocks() -> None:
    """Let freed blocks of picture size be used again instead of going back to the kernel.

    glibc maps blocks above a threshold anew each time, and every page of them costs a fault: 1,500
    for an RGB picture at 1080p, three times as long as its conversion. The threshold rises to the
    largest mapped block that was ever freed, so one is freed here. Elsewhere this does nothing.
    """
    bytearray(_LARGEST_KEPT_BYTES)


def return_freed_blocks() -> None:
    """Give the kernel the pages of blocks that were freed and not used again.

    glibc alone returns what lies above the last block in use, and keeps all that lies between.
    Takes about 0.07 ms for each megabyte returned, without the interpreter's lock. Where the C
    library has no such call (musl, macOS, Windows) this does nothing.
    """
    if sys.platform == "linux" and hasattr(library := ctypes.CDLL(None), "malloc_trim"):
        library.malloc_trim(ctypes.c_size_t(0))
