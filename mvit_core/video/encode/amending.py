"""Puts a text into a video that is known only once the video is whole."""

from pathlib import Path

__all__ = ["amend"]

_PIECE = 1 << 20
_MOST_BYTES = 64 << 20
"""Of the beginning that is looked through: containers name their texts there."""


def amend(path: Path, old: bytes, new: bytes) -> int:
    """Write one text over another of the same length, wherever it stands in a file's beginning.

    Returns:
        how often it was found: QuickTime's files have a text twice.

    Raises:
        OSError: the file cannot be read or written.
        ValueError: the texts are of different lengths.
    """
    if len(old) != len(new):
        raise ValueError(f"{len(new)} bytes do not take the place of {len(old)}")
    count = 0
    with path.open("r+b") as file:
        before, place = b"", 0
        while place < _MOST_BYTES and (piece := file.read(_PIECE)):
            content, start = before + piece, place - len(before)
            found = content.find(old)
            while found >= 0:
                file.seek(start + found)
                file.write(new)
                count, found = count + 1, content.find(old, found + len(old))
            place += len(piece)
            file.seek(place)
            before = content[-len(old) + 1 :]
    return count
