"""A safetensors file that holds a document too, read tensor by tensor.

The header names every tensor; its metadata holds the document, JSON that says what the tensors are,
and checksums of everything. Files are read, never mapped: one that changes meanwhile is an error.
"""

import os
import struct
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import pairwise
from math import prod
from pathlib import Path
from types import MappingProxyType
from typing import Any, BinaryIO
from zlib import crc32

from mvit_core.errors import MvitError
from mvit_core.printable import printable
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import FileIdentity, open_ordinary

__all__ = ["FORM", "KIND_BYTES", "LENGTH", "METADATA", "TensorFile", "TensorRow", "checksum_seed"]

KIND_BYTES: Mapping[str, int] = MappingProxyType(
    {"F64": 8, "F32": 4, "F16": 2, "BF16": 2, "U8": 1, "BOOL": 1}
)
"""Bytes of one value, by the format's names of types."""

LENGTH = struct.Struct("<Q")
"""Bytes of the header, at the beginning of the file."""
_MOST_HEADER = 64 << 20
_MOST_TENSORS = 1 << 20
_MOST_SIZE = 1 << 40
_MOST_AXES = 8
_PIECE = 16 << 20
METADATA = "__metadata__"
"""The entry of the header that is no tensor."""
FORM = "mvitcap"
"""What the metadata says the file is."""


@dataclass(frozen=True)
class TensorRow:
    """Place of one tensor in a file."""

    kind: str
    """Its type, a key of ``KIND_BYTES``."""
    shape: tuple[int, ...]
    begin: int
    """First byte, counted behind the header."""
    checksum: int
    """CRC-32 of its name, type and shape, then of its bytes."""

    @property
    def nbytes(self) -> int:
        """Bytes of all values."""
        return prod(self.shape) * KIND_BYTES[self.kind]


class TensorFile:
    """The tensors of a file, read one by one; the document is there at once.

    Args:
        path: an ordinary file.
        error: what is raised.

    Raises:
        MvitError: of the type asked for; the file is missing, damaged, or another kind of file.
    """

    def __init__(self, path: Path, error: type[MvitError]) -> None:
        self.path, self._error = path, error
        self.identity = FileIdentity.of(path)
        with open_ordinary(path, error) as file:
            try:
                header, self._start = self._header(file)
            except OSError as failure:
                raise error(f"{path.name} cannot be read: {failure.strerror}") from failure
            self._content = os.fstat(file.fileno()).st_size - self._start
        metadata = header.pop(METADATA, None)
        self.document = self._document(metadata)
        """The value of the document, as JSON has it."""
        self.rows = self._checked(header, self.document.get("checksums"))

    def damaged(self, what: str) -> MvitError:
        """The error that tells what is wrong with the file."""
        return self._error(
            f"{self.path.name} is a damaged capture file ({printable(what, 300)}); get another "
            "copy, or capture again"
        )

    def row(self, name: str, kinds: Iterable[str], shape: tuple[int, ...]) -> TensorRow:
        """The row of a tensor, if it is of one of these types and of this shape.

        Raises:
            MvitError: it is not there, or another one.
        """
        row = self.rows.get(name)
        if row is None:
            raise self.damaged(f"tensor {name} is missing")
        if row.kind not in kinds or row.shape != shape:
            raise self.damaged(f"tensor {name} has another type or shape than it should")
        return row

    def read_into(self, name: str, memory: memoryview) -> None:
        """Read a tensor into memory of its size.

        Raises:
            MvitError: the file changed since it was opened, or the tensor is damaged.
        """
        self._read(name, lambda place: memory[place : place + _PIECE])

    def check(self, name: str) -> None:
        """Compare a tensor with its checksum, and keep nothing of it.

        Raises:
            MvitError: the file changed since it was opened, or the tensor is damaged.
        """
        nbytes = self.rows[name].nbytes
        memory = memoryview(bytearray(min(nbytes, _PIECE)))
        self._read(name, lambda place: memory[: nbytes - place])

    def _read(self, name: str, piece_at: Callable[[int], memoryview]) -> None:
        row = self.rows[name]
        found = checksum_seed(name, row.kind, row.shape)
        with open_ordinary(self.path, self._error) as file:
            self._check_same(file)
            try:
                file.seek(self._start + row.begin)
                for place in range(0, row.nbytes, _PIECE):
                    piece = piece_at(place)
                    if file.readinto(piece) != len(piece):  # type: ignore[attr-defined]
                        raise self.damaged(f"tensor {name} is cut off")
                    found = crc32(piece, found)
            except OSError as failure:
                reason = failure.strerror
                raise self._error(f"{self.path.name} cannot be read: {reason}") from failure
        if found != row.checksum:
            raise self.damaged(f"tensor {name} differs from its checksum")

    def _check_same(self, file: BinaryIO) -> None:
        status, known = os.fstat(file.fileno()), self.identity
        same = (status.st_size, status.st_mtime_ns, status.st_ino)
        if same != (known.size, known.mtime_ns, known.inode):
            raise self._error(
                f"{self.path.name} has changed on disk since it was opened; open it again"
            )

    def _header(self, file: BinaryIO) -> tuple[dict[str, Any], int]:
        size = os.fstat(file.fileno()).st_size
        head = file.read(LENGTH.size)
        length = LENGTH.unpack(head)[0] if len(head) == LENGTH.size else 0
        if not 2 <= length <= size - LENGTH.size:
            raise self.damaged("it does not begin as such a file does")
        if length > _MOST_HEADER:
            raise self.damaged(f"its header has {length} bytes, allowed are {_MOST_HEADER}")
        try:
            header = load_json(file.read(length))
        except BadJson as failure:
            raise self.damaged(f"its header {failure}") from failure
        if not isinstance(header, dict) or len(header) > _MOST_TENSORS:
            raise self.damaged("its header is no table of tensors")
        return header, LENGTH.size + length

    def _document(self, metadata: Any) -> dict[str, Any]:  # noqa: ANN401 - JSON
        if not isinstance(metadata, dict) or metadata.get("format") != FORM:
            raise self._error(
                f"{self.path.name} is no capture file; mvit-lens capture writes those"
            )
        text = metadata.get("document")
        if not isinstance(text, str):
            raise self.damaged("its header holds no document")
        if str(crc32(text.encode("utf-8", "surrogatepass"))) != metadata.get("crc32"):
            raise self.damaged("its header differs from its checksum")
        try:
            document = load_json(text)
        except BadJson as failure:
            raise self.damaged(f"its document {failure}") from failure
        if not isinstance(document, dict):
            raise self.damaged("its document is no table")
        return document

    def _checked(self, header: dict[str, Any], checksums: Any) -> Mapping[str, TensorRow]:  # noqa: ANN401
        """The rows of all tensors, which lie one behind another and fill the file."""
        if not isinstance(checksums, dict):
            raise self.damaged("its document has no checksums")
        found: dict[str, TensorRow] = {}
        ends: list[tuple[int, int]] = [(0, 0)]
        for name, row in header.items():
            try:
                kind, shape, (begin, end) = row["dtype"], row["shape"], row["data_offsets"]
                found[name] = TensorRow(kind, tuple(shape), begin, checksums[name])
                whole = (begin, end, found[name].checksum, *found[name].shape)
                is_sound = len(whole) <= _MOST_AXES + 3
                is_sound = is_sound and all(type(n) is int and 0 <= n < _MOST_SIZE for n in whole)
                is_sound = is_sound and found[name].nbytes == end - begin
            except (TypeError, KeyError, ValueError) as failure:
                raise self.damaged("its header does not say where a tensor lies") from failure
            if not is_sound:
                raise self.damaged(f"tensor {printable(name, 60)} lies nowhere in it")
            ends.append((begin, end))
        ends.sort()
        gaps = any(before[1] != after[0] for before, after in pairwise(ends))
        if gaps or ends[-1][1] != self._content:
            raise self.damaged("its length is not that of its tensors")
        return MappingProxyType(found)


def checksum_seed(name: str, kind: str, shape: tuple[int, ...]) -> int:
    """The CRC-32 that the bytes of a tensor go on from."""
    return crc32(f"{name} {kind} {list(shape)}".encode("utf-8", "surrogatepass"))
