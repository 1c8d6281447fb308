"""Writes a safetensors file with a document, as ``tensor_file`` reads it."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from zlib import crc32

from mvit_core.system.tensor_file import FORM, LENGTH, METADATA, TensorRow, checksum_seed

__all__ = ["TensorFileWriter"]

_ALIGNMENT = 64
_PIECE = 16 << 20


class TensorFileWriter:
    """Writes tensors one by one, and the header before them at the end.

    Args:
        path: a file that is there and empty, of nobody else.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._rows: dict[str, TensorRow] = {}
        self._end = 0

    @property
    def nbytes(self) -> int:
        """Bytes of the tensors so far."""
        return self._end

    def __contains__(self, name: str) -> bool:
        return name in self._rows

    def add(self, name: str, kind: str, shape: tuple[int, ...], values: memoryview) -> None:
        """Append a tensor: its bytes, row by row."""
        row = TensorRow(kind, shape, self._end, crc32(values, checksum_seed(name, kind, shape)))
        assert row.nbytes == values.nbytes
        assert name not in self._rows
        with self._path.open("r+b") as file:
            file.seek(self._end)
            file.write(values)
        self._rows[name] = row
        self._end += row.nbytes

    def finish(self, document: Mapping[str, Any]) -> None:
        """Move the tensors back and write the header before them."""
        checksums = {name: row.checksum for name, row in self._rows.items()}
        text = json.dumps({**document, "checksums": checksums}, allow_nan=False)
        metadata = {"format": FORM, "document": text, "crc32": str(crc32(text.encode()))}
        rows = {name: _row_json(row) for name, row in self._rows.items()}
        header = json.dumps({METADATA: metadata, **rows}).encode()
        header += b" " * (-(len(header) + LENGTH.size) % _ALIGNMENT)
        room = LENGTH.size + len(header)
        with self._path.open("r+b") as file:
            for place in reversed(range(0, self._end, _PIECE)):
                file.seek(place)
                piece = file.read(min(_PIECE, self._end - place))
                file.seek(place + room)
                file.write(piece)
            file.seek(0)
            file.write(LENGTH.pack(len(header)) + header)


def _row_json(row: TensorRow) -> dict[str, Any]:
    ends = [row.begin, row.begin + row.nbytes]
    return {"dtype": row.kind, "shape": list(row.shape), "data_offsets": ends}
