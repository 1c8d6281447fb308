"""Bytes of pickles and archives put together by hand, as no library would write them."""

import struct
import zlib
from collections.abc import Iterable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

__all__ = ["archive", "dictionary", "mebibytes", "reduced", "tensor", "text", "tuple_of", "whole"]

MARK, STOP, EMPTY_TUPLE, EMPTY_LIST, EMPTY_DICT = b"(", b".", b")", b"]", b"}"


def whole(value: bytes) -> bytes:
    """A pickle of protocol 2 of one value."""
    return b"\x80\x02" + value + STOP


def text(value: str) -> bytes:
    """A text."""
    content = _encoded(value)
    return b"X" + struct.pack("<I", len(content)) + content


def _encoded(value: str) -> bytes:
    return value.encode("utf-8", "surrogatepass")


def number(value: int) -> bytes:
    """A whole number."""
    if -(1 << 31) <= value < 1 << 31:
        return b"J" + struct.pack("<i", value)
    content = value.to_bytes(value.bit_length() // 8 + 1, "little", signed=True)
    if len(content) < 256:
        return b"\x8a" + bytes([len(content)]) + content
    return b"\x8b" + struct.pack("<i", len(content)) + content


def tuple_of(*items: bytes) -> bytes:
    """A tuple."""
    return MARK + b"".join(items) + b"t"


def dictionary(pairs: Iterable[tuple[bytes, bytes]]) -> bytes:
    """A dictionary of keys and values."""
    return EMPTY_DICT + MARK + b"".join(key + value for key, value in pairs) + b"u"


def named(module: str, name: str) -> bytes:
    """A class or function."""
    return b"c" + _encoded(module) + b"\n" + _encoded(name) + b"\n"


def reduced(module: str, name: str, *arguments: bytes) -> bytes:
    """A call."""
    return named(module, name) + tuple_of(*arguments) + b"R"


def tensor(
    key: str,
    count: int,
    size: Iterable[int],
    stride: Iterable[int],
    offset: int = 0,
    storage: str = "FloatStorage",
) -> bytes:
    """A tensor as PyTorch's files name it."""
    identity = tuple_of(
        text("storage"), named("torch", storage), text(key), text("cpu"), number(count)
    )
    return reduced(
        "torch._utils",
        "_rebuild_tensor_v2",
        identity + b"Q",
        number(offset),
        tuple_of(*map(number, size)),
        tuple_of(*map(number, stride)),
        b"\x89",
        reduced("collections", "OrderedDict"),
    )


def archive(
    pickled: bytes, storages: Mapping[str, bytes] | None = None, *, packed: bool = False
) -> bytes:
    """A checkpoint of the form of PyTorch 1.6 and later."""
    content = BytesIO()
    with ZipFile(content, "w", ZIP_DEFLATED if packed else ZIP_STORED) as out:
        out.writestr("a/data.pkl", pickled)
        out.writestr("a/byteorder", b"little")
        for key, values in (storages or {}).items():
            out.writestr(f"a/data/{key}", values)
        out.writestr("a/version", b"3\n")
    return content.getvalue()


def mebibytes(unit: bytes, count: int, begin: bytes = b"", end: bytes = b"") -> bytes:
    """An archive whose pickle repeats ``unit`` for so many MiB, packed piece by piece."""
    machine = zlib.compressobj(9, zlib.DEFLATED, -15)
    piece = unit * ((1 << 20) // len(unit))
    crc, size, packed = 0, 0, []
    for part in (begin, *([piece] * count), end):
        crc, size = zlib.crc32(part, crc), size + len(part)
        packed.append(machine.compress(part))
    packed.append(machine.flush())
    body = b"".join(packed)
    name = b"a/data.pkl"
    fields = struct.pack("<3L", crc, len(body), size)
    local = b"PK\x03\x04" + struct.pack("<5H", 20, 0, 8, 0, 33) + fields
    local += struct.pack("<2H", len(name), 0) + name + body
    entry = b"PK\x01\x02" + struct.pack("<6H", 20, 20, 0, 8, 0, 33) + fields
    entry += struct.pack("<5H2L", len(name), 0, 0, 0, 0, 0, 0) + name
    end_of = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry), len(local), 0)
    return local + entry + end_of
