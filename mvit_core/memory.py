"""How the process asks its C library for memory."""

_LARGEST_KEPT_BYTES = 31 * 2**20
"""Just under the most that glibc's threshold grows to, and more than an RGB picture in 4K."""


def recycle_large_blocks() -> None:
    """Let freed blocks of picture size be used again instead of going back to the kernel.

    glibc maps blocks above a threshold anew each time, and every page of them costs a fault: 1,500
    for an RGB picture at 1080p, three times as long as its conversion. The threshold rises to the
    largest mapped block that was ever freed, so one is freed here. Elsewhere this does nothing.
    """
    bytearray(_LARGEST_KEPT_BYTES)
