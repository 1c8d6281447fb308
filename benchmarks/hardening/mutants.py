"""Good files with something changed: bytes, lengths, opcodes, whole stretches."""

from collections.abc import Callable, Iterator
from io import BytesIO
from random import Random
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

__all__ = ["mutants"]

_TELLING = (0x00, 0x01, 0x7F, 0x80, 0xFF)
_OPCODES = b"(.012)NRQ}de]alotbsuKMJGXcqhrj\x81\x85\x86\x87\x88\x89\x8a\x8c\x8f\x90\x91\x93\x94\x95"


def _bytes_changed(content: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 16)):
        value = random.choice(_TELLING) if random.random() < 0.5 else random.randrange(256)
        content[random.randrange(len(content))] = value


def _beginning_changed(content: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 6)):
        content[random.randrange(min(len(content), 600))] = random.randrange(256)


def _end_changed(content: bytearray, random: Random) -> None:
    for _ in range(random.randint(1, 6)):
        content[-random.randrange(1, min(len(content), 4_000))] = random.choice(_TELLING)


def _cut(content: bytearray, random: Random) -> None:
    del content[random.randrange(len(content)) :]


def _left_out(content: bytearray, random: Random) -> None:
    place = random.randrange(len(content))
    del content[place : place + random.randint(1, 2_000)]


def _doubled(content: bytearray, random: Random) -> None:
    place = random.randrange(len(content))
    stretch = content[place : place + random.randint(1, 2_000)]
    content[place:place] = stretch * random.randint(1, 20)


_CHANGES: tuple[Callable[[bytearray, Random], None], ...] = (
    _bytes_changed,
    _beginning_changed,
    _end_changed,
    _cut,
    _left_out,
    _doubled,
)


def mutants(good: dict[str, bytes], count: int, random: Random) -> Iterator[tuple[str, bytes]]:
    """Changed files.

    Args:
        good: whole files by their ending.
        count: how many are made.
        random: decides what is changed.
    """
    endings = sorted(good)
    for number in range(count):
        ending = endings[number % len(endings)]
        original = good[ending]
        if original.startswith(b"PK") and number % 2:
            yield f"pickle {number}.{ending}", _pickle_changed(original, random)
            continue
        content = bytearray(original)
        random.choice(_CHANGES)(content, random)
        yield f"bytes {number}.{ending}", bytes(content)


def _pickle_changed(original: bytes, random: Random) -> bytes:
    """The archive whole again around a pickle with opcodes changed."""
    out = BytesIO()
    packing = random.choice((ZIP_STORED, ZIP_DEFLATED))
    with ZipFile(BytesIO(original)) as old, ZipFile(out, "w", packing) as new:
        for name in old.namelist():
            content = bytearray(old.read(name))
            if name.endswith("data.pkl"):
                for _ in range(random.randint(1, 12)):
                    place = random.randrange(len(content))
                    if random.random() < 0.3:
                        content[place:place] = bytes(
                            random.choices(_OPCODES, k=random.randint(1, 9))
                        )
                    else:
                        content[place] = random.choice(_OPCODES)
            new.writestr(name, bytes(content))
    return out.getvalue()
