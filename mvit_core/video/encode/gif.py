"""A text beside the pictures of a GIF, which FFmpeg does not write."""

import os
from pathlib import Path

from mvit_core.errors import ExportError

_TRAILER = b";"
_COMMENT = b"\x21\xfe"
"""The label of a comment extension (GIF89a, 24)."""
_BLOCK_BYTES = 255


def add_comment(path: Path, comment: str) -> None:
    """Put a comment behind the last picture of a GIF file, in blocks of at most 255 bytes.

    Raises:
        ExportError: the file does not end as a GIF does.
    """
    text = comment.encode()
    with path.open("r+b") as file:
        end = file.seek(-len(_TRAILER), os.SEEK_END)
        if file.read() != _TRAILER:
            raise ExportError(f"{path.name} does not end like a GIF; its comment was not written")
        file.seek(end)
        file.write(_COMMENT)
        for start in range(0, len(text), _BLOCK_BYTES):
            block = text[start : start + _BLOCK_BYTES]
            file.write(bytes([len(block)]) + block)
        file.write(b"\0" + _TRAILER)
