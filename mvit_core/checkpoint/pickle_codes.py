"""The opcodes of a pickle, one after the other, with their arguments; nothing is built.

Written after the table of the standard library's ``pickletools`` (protocols 0 to 5), with a bound
on every length. A pickle that this module reads to its end has no opcode that it does not know.
"""

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from mvit_core.checkpoint.limits import LIMITS, Check, Limits

__all__ = ["BadPickle", "Bytes", "Opcode", "Skipped", "TooMuch", "opcodes"]

_BETWEEN_CHECKS = 4096
"""Opcodes between two calls of the check."""


Bytes = bytes | bytearray | memoryview
"""Data that a pickle may lie in."""


class BadPickle(ValueError):  # noqa: N818 - named for what it tells of
    """The bytes are no pickle, are cut off, or go beyond a limit."""


class TooMuch(BadPickle):
    """The bytes may be whole, but ask for more than any checkpoint needs."""


class Skipped(NamedTuple):
    """Stands for a text that is too long to be kept."""

    size: int
    """Bytes it has in the file."""


class Opcode(NamedTuple):
    """One opcode."""

    code: int
    """Its byte."""
    argument: object
    """Argument that follows it in the file; None where there is none. Two texts for a global."""
    end: int
    """Offset of the next opcode, in bytes."""


@dataclass(frozen=True)
class _Source:
    """Bytes of a pickle, and what may be taken from them."""

    data: Bytes
    limits: Limits

    def take(self, start: int, count: int) -> bytes:
        if count < 0 or start + count > len(self.data):
            raise BadPickle("it is cut off")
        return bytes(self.data[start : start + count])

    def line(self, start: int) -> tuple[str, int]:
        longest = self.limits.text_bytes
        head = bytes(self.data[start : start + self.limits.name_characters])
        stop = head.find(b"\n")
        if stop < 0:  # a long text of an old protocol
            head = bytes(self.data[start : start + longest])
            stop = head.find(b"\n")
        if stop < 0:
            raise BadPickle("a line in it has no end")
        return head[:stop].decode("utf-8", "backslashreplace"), start + stop + 1


_Reader = Callable[[_Source, int], tuple[object, int]]
"""Reads the argument at a place; gives it and where the next opcode begins."""


def _packed(form: str) -> _Reader:
    fixed = struct.Struct(form)

    def read(source: _Source, start: int) -> tuple[object, int]:
        (value,) = fixed.unpack(source.take(start, fixed.size))
        return value, start + fixed.size

    return read


def _sized(form: str, *, text: bool) -> _Reader:
    """Bytes or a text, with their length before them."""
    fixed = struct.Struct(form)

    def read(source: _Source, start: int) -> tuple[object, int]:
        (count,) = fixed.unpack(source.take(start, fixed.size))
        begin = start + fixed.size
        if count < 0 or begin + count > len(source.data):
            raise BadPickle("it is cut off")
        if count > source.limits.text_bytes:
            return Skipped(count), begin + count
        content = source.take(begin, count)
        value = content.decode("utf-8", "surrogatepass") if text else content
        return value, begin + count

    return read


def _long(form: str) -> _Reader:
    """A whole number, with its length before it."""
    fixed = struct.Struct(form)

    def read(source: _Source, start: int) -> tuple[object, int]:
        (count,) = fixed.unpack(source.take(start, fixed.size))
        if not 0 <= count <= source.limits.number_bytes:
            raise TooMuch(f"it holds a number of {count} bytes")
        begin = start + fixed.size
        return int.from_bytes(source.take(begin, count), "little", signed=True), begin + count

    return read


def _line(source: _Source, start: int) -> tuple[object, int]:
    return source.line(start)


def _number_line(source: _Source, start: int) -> tuple[object, int]:
    text, end = source.line(start)
    if len(text) > source.limits.number_bytes:
        raise TooMuch(f"it holds a number of {len(text)} digits")
    if text in ("00", "01"):  # how protocol 0 writes False and True
        return text == "01", end
    return int(text.removesuffix("L")), end


def _float_line(source: _Source, start: int) -> tuple[object, int]:
    text, end = source.line(start)
    return float(text), end


def _quoted_line(source: _Source, start: int) -> tuple[object, int]:
    text, end = source.line(start)
    return text.strip("'\""), end


def _two_lines(source: _Source, start: int) -> tuple[object, int]:
    module, middle = source.line(start)
    name, end = source.line(middle)
    return (module, name), end


_ARGUMENTS: dict[int, _Reader] = {
    code[0]: reader
    for codes, reader in (
        (b"K\x80hq", _packed("<B")),
        (b"M", _packed("<H")),
        (b"J", _packed("<i")),
        (b"jr", _packed("<I")),
        (b"\x95", _packed("<Q")),
        (b"G", _packed(">d")),
        (b"UC", _sized("<B", text=False)),
        (b"T", _sized("<i", text=False)),
        (b"B", _sized("<I", text=False)),
        (b"\x8e\x96", _sized("<Q", text=False)),
        (b"\x8c", _sized("<B", text=True)),
        (b"X", _sized("<I", text=True)),
        (b"\x8d", _sized("<Q", text=True)),
        (b"\x8a", _long("<B")),
        (b"\x8b", _long("<i")),
        (b"IL", _number_line),
        (b"gp", _number_line),
        (b"F", _float_line),
        (b"S", _quoted_line),
        (b"VP", _line),
        (b"ci", _two_lines),
    )
    for code in struct.unpack(f"{len(codes)}c", codes)
}
_BARE = frozenset(b"(012.)NRQ}de]alotbsu\x81\x85\x86\x87\x88\x89\x8f\x90\x91\x92\x93\x94")
"""Opcodes without an argument. Registered extensions and out-of-band buffers are not read."""
_STOP = ord(".")


def opcodes(
    data: Bytes,
    start: int = 0,
    limits: Limits = LIMITS,
    check: Check = lambda: None,
    *,
    allowed: int | None = None,
) -> Iterator[Opcode]:
    """The opcodes of one pickle, up to and with its STOP.

    Args:
        data: bytes that hold the pickle.
        start: where it begins.
        limits: what it may ask for.
        check: called now and then; raising from it ends the reading.
        allowed: opcodes that it may have, where others of the file were read before.

    Raises:
        BadPickle: it is cut off, holds an unknown opcode, or goes beyond a limit.
    """
    source = _Source(data, limits)
    most = limits.opcodes if allowed is None else allowed
    place, count, length = start, 0, len(data)
    while place < length:
        code = data[place]
        count += 1
        if not count % _BETWEEN_CHECKS:
            check()
        if count > most:
            raise TooMuch(f"its pickle has more than {limits.opcodes} opcodes")
        place += 1
        argument: object = None
        reader = _ARGUMENTS.get(code)
        if reader is not None:
            argument, place = _argument(reader, source, place)
        elif code not in _BARE:
            raise BadPickle(f"its pickle has an unknown opcode 0x{code:02x} at {place - 1}")
        yield Opcode(code, argument, place)
        if code == _STOP:
            return
    raise BadPickle("it is cut off")


def _argument(reader: _Reader, source: _Source, place: int) -> tuple[object, int]:
    try:
        return reader(source, place)
    except BadPickle:
        raise
    except (ValueError, struct.error) as error:
        raise BadPickle("it holds a number or a text that cannot be read") from error
