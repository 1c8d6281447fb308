"""Tunes how the C library keeps freed memory, and returns it to the system."""

import ctypes
import sys

_LARGEST_KEPT_BYTES = 31 * 2**20
"""Just under the most that glibc's threshold grows to, and more than an RGB picture in 4K."""


def _found_libc() -> ctypes.CDLL | None:
    """The C library of Linux, with the calls below."""
    if sys.platform != "linux":
        return None
    found = ctypes.CDLL(None)
    found.malloc.argtypes, found.malloc.restype = [ctypes.c_size_t], ctypes.c_void_p
    found.free.argtypes, found.free.restype = [ctypes.c_void_p], None
    if hasattr(found, "malloc_trim"):
        found.malloc_trim.argtypes = [ctypes.c_size_t]
    return found


_libc = _found_libc()


def recycle_large_blocks() -> None:
    """Let freed blocks of picture size be used again instead of going back to the kernel.

    glibc maps blocks above a threshold anew each time, and every page of them costs a fault: 1,500
    for an RGB picture at 1080p, three times as long as its conversion. The threshold rises to the
    largest mapped block that was ever freed, so one is freed here, without touching its pages.
    Elsewhere this does nothing.
    """
    if _libc is not None:
        _libc.free(_libc.malloc(_LARGEST_KEPT_BYTES))


def return_freed_blocks() -> None:
    """Give the kernel the pages of blocks that were freed and not used again.

    glibc alone returns what lies above the last block in use, and keeps all that lies between.
    Takes about 0.07 ms for each megabyte returned, without the interpreter's lock. Where the C
    library has no such call (musl, macOS, Windows) this does nothing.
    """
    if _libc is not None and hasattr(_libc, "malloc_trim"):
        _libc.malloc_trim(0)
