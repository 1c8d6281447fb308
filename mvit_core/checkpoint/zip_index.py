"""The files inside a zip archive, from its directory, with a bound on everything.

Only what checkpoints need: files stored as they are or deflated, with 64-bit sizes. Written after
the format's description (APPNOTE 6.3, sections 4.3 and 4.5.3).
"""

import struct
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import BinaryIO

from mvit_core.checkpoint.limits import LIMITS, Check, Limits

__all__ = ["BadArchive", "Member", "TooMuchInside", "ZipIndex"]

_STORED, _DEFLATED = 0, 8
_PIECE = 16 << 20
"""Bytes read between two calls of the check."""
_END = struct.Struct("<4s4H2LH")
_END_64 = struct.Struct("<4sQ2H2L4Q")
_LOCATOR_64 = struct.Struct("<4sLQL")
_ENTRY = struct.Struct("<4s6H3L5H2L")
_LOCAL = struct.Struct("<4s5H3L2H")
_LONGEST_COMMENT = 1 << 16
_IN_64 = 0xFFFFFFFF


class BadArchive(ValueError):  # noqa: N818 - named for what it tells of
    """The archive is damaged, cut off, or goes beyond a limit."""


class TooMuchInside(BadArchive):
    """The archive may be whole, but asks for more than any checkpoint needs."""


@dataclass(frozen=True)
class Member:
    """One file of an archive."""

    name: str
    method: int
    """Packing: 0 stored, 8 deflated."""
    packed_size: int
    """Bytes in the archive."""
    size: int
    """Bytes when unpacked, as the directory states them."""
    header_offset: int
    """Offset of its own header, in bytes."""
    checksum: int
    """CRC-32 of its bytes when unpacked, as the directory states it."""

    @property
    def is_packed(self) -> bool:
        """Does it have to be unpacked?"""
        return self.method != _STORED


class ZipIndex:
    """The directory of an archive, and its files read piece by piece.

    Args:
        file: the archive, open for reading; it is left open.
        size: its length in bytes.
        limits: what it may ask for.

    Raises:
        BadArchive: it has no directory, a damaged or a too large one.
    """

    def __init__(self, file: BinaryIO, size: int, limits: Limits = LIMITS) -> None:
        self._file, self._size, self._limits = file, size, limits
        self.members: Mapping[str, Member] = {m.name: m for m in self._entries()}

    def read(self, member: Member, most: int, check: Check = lambda: None) -> bytearray:
        """All bytes of one file.

        Args:
            member: of ``members``.
            most: bytes that it may have when unpacked.
            check: called between pieces; raising from it ends the reading.

        Raises:
            BadArchive: it is larger, or the archive is damaged or was changed meanwhile.
        """
        if member.size > most:
            raise TooMuchInside(f"{member.name[-80:]} would have {member.size} bytes")
        if member.method == _STORED:
            if member.size > self._size:
                raise BadArchive("it is cut off")
            content = bytearray(member.size)
            self.read_stored_into(member, memoryview(content), check)
            return content
        if member.method != _DEFLATED:
            raise BadArchive(f"{member.name[-80:]} is packed by a method that is not read")
        return self._inflated(member, check)

    def read_stored_into(
        self, member: Member, memory: memoryview, check: Check = lambda: None
    ) -> None:
        """The first bytes of a file that is stored as it is, as many as the memory takes.

        Args:
            member: of ``members``, not packed.
            memory: is filled.
            check: called between pieces.

        Raises:
            BadArchive: the archive is damaged or was changed meanwhile.
        """
        if len(memory) > min(member.size, member.packed_size):
            raise BadArchive(f"{member.name[-80:]} is too short")
        begin = self._content_offset(member)
        if begin + len(memory) > self._size:
            raise BadArchive("it is cut off")
        self._file.seek(begin)
        for place in range(0, len(memory), _PIECE):
            check()
            piece = memory[place : place + _PIECE]
            if self._file.readinto(piece) != len(piece):  # type: ignore[attr-defined]
                raise BadArchive("it became shorter while it was read")

    def _inflated(self, member: Member, check: Check) -> bytearray:
        self._file.seek(self._content_offset(member))
        machine = zlib.decompressobj(-zlib.MAX_WBITS)
        content, left = bytearray(), member.packed_size
        while left and not machine.eof and len(content) < member.size:
            check()
            packed = self._file.read(min(left, _PIECE >> 4))
            if not packed:
                raise BadArchive("it is cut off")
            left -= len(packed)
            while packed and len(content) < member.size:
                check()
                content += self._piece(machine, packed, member.size - len(content))
                packed = machine.unconsumed_tail
        if len(content) != member.size:
            raise BadArchive(f"{member.name[-80:]} is cut off")
        return content

    @staticmethod
    def _piece(machine: "zlib._Decompress", packed: bytes, most: int) -> bytes:
        try:
            return machine.decompress(packed, min(most, _PIECE))
        except zlib.error as error:
            raise BadArchive("a file in it is damaged") from error

    def _content_offset(self, member: Member) -> int:
        # The local header repeats name and extra field, the latter with its own length.
        header = self._bytes(member.header_offset, _LOCAL.size)
        mark, *_, name, extra = _LOCAL.unpack(header)
        if mark != b"PK\x03\x04":
            raise BadArchive(f"{member.name[-80:]} is not where the directory says")
        return member.header_offset + _LOCAL.size + int(name) + int(extra)

    def _bytes(self, start: int, count: int) -> bytes:
        if start < 0 or start + count > self._size:
            raise BadArchive("it is cut off")
        self._file.seek(start)
        content = self._file.read(count)
        if len(content) != count:
            raise BadArchive("it became shorter while it was read")
        return content

    def _directory(self) -> tuple[bytes, int]:
        """The bytes of the directory, and how many entries it has."""
        begin = max(0, self._size - _LONGEST_COMMENT - _END.size)
        tail = self._bytes(begin, self._size - begin)
        place = tail.rfind(b"PK\x05\x06")
        if place < 0 or place + _END.size > len(tail):
            raise BadArchive("it has no directory at its end")
        _, _, _, _, count, size, offset, _ = _END.unpack_from(tail, place)
        locator = begin + place - _LOCATOR_64.size
        if locator >= 0 and (count == 0xFFFF or _IN_64 in (size, offset)):
            mark, _, at, _ = _LOCATOR_64.unpack(self._bytes(locator, _LOCATOR_64.size))
            if mark == b"PK\x06\x07":
                *_, count, size, offset = _END_64.unpack(self._bytes(at, _END_64.size))
        if count > self._limits.members or size > self._limits.directory_bytes:
            raise TooMuchInside(
                f"it has {count} files inside, and at most {self._limits.members} are read"
            )
        return self._bytes(offset, size), int(count)

    def _entries(self) -> Iterator[Member]:
        directory, count = self._directory()
        place = 0
        for _ in range(count):
            if place + _ENTRY.size > len(directory):
                raise BadArchive("its directory is cut off")
            entry = _ENTRY.unpack_from(directory, place)
            mark, method, checksum, packed, size = entry[0], entry[4], *entry[7:10]
            lengths, offset = entry[10:13], entry[16]
            if mark != b"PK\x01\x02":
                raise BadArchive("its directory is damaged")
            begin = place + _ENTRY.size
            name = directory[begin : begin + lengths[0]]
            extra = directory[begin + lengths[0] : begin + lengths[0] + lengths[1]]
            size, packed, offset = _in_64_bits(extra, size, packed, offset)
            called = name.decode("utf-8", "replace")
            yield Member(called, method, packed, size, offset, checksum)
            place = begin + sum(lengths)


def _in_64_bits(extra: bytes, *values: int) -> list[int]:
    """Sizes and offset, those that need more than 32 bits from the extra field."""
    found = list(values)
    place = 0
    while place + 4 <= len(extra):
        kind, length = struct.unpack_from("<HH", extra, place)
        if kind == 1:
            wide = extra[place + 4 : place + 4 + length]
            for index, value in enumerate(found):
                if value == _IN_64 and len(wide) >= 8:
                    found[index] = int.from_bytes(wide[:8], "little")
                    wide = wide[8:]
        place += 4 + length
    return found
