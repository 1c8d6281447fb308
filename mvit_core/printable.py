"""Texts from outside, made safe to print: names of files, weights, classes.

A name may hold terminal escapes, line breaks, marks that turn the reading direction, bytes that
are no UTF-8, or a million characters. Whatever is printed or shown goes through ``printable``
once; errors of the core do so by themselves.
"""

import re
import reprlib
import unicodedata

__all__ = [
    "LINES_LIMIT",
    "MESSAGE_LIMIT",
    "brief",
    "legible",
    "printable",
    "printable_lines",
    "word",
]

MESSAGE_LIMIT = 2000
"""Characters of the longest message."""

LINES_LIMIT = 400
"""Lines of the longest text of several."""

_NAME_LIMIT = 200
"""Characters of the longest name inside a message."""

_KINDS_ESCAPED = frozenset({"Cc", "Cf", "Cs", "Co", "Zl", "Zp"})
"""Unicode categories: controls, formats (reading direction), surrogates, private use, breaks."""

_MISLEADING = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ud800-\udfff]"
)
"""Controls but line breaks and tabs, marks of the reading direction, halves of characters."""

_JOINERS = frozenset("\u200c\u200d")
"""Formats that scripts and emoji need, and that only join."""


def printable(text: str, limit: int = MESSAGE_LIMIT) -> str:
    """One line that a terminal, a log and a window can show as it is.

    Control characters, line breaks, reading-direction marks and bytes that are no UTF-8 are
    escaped as Python writes them. What is longer than ``limit`` is cut in its middle, and says so.

    Args:
        text: from anywhere.
        limit: characters at most.
    """
    if len(text) > limit:
        text = _cut(text, limit)
    if text.isascii() and text.isprintable():
        return text
    shown = "".join(_escaped(character) for character in text)
    return shown if len(shown) <= limit else _cut(shown, limit)


def printable_lines(text: str) -> str:
    """Several lines, such as a report or a traceback, each of them ``printable``.

    Of more than ``LINES_LIMIT`` those in the middle are left out, and their number is said.
    """
    lines = text.split("\n")
    if len(lines) > LINES_LIMIT:
        end = LINES_LIMIT // 3
        left_out = len(lines) - LINES_LIMIT + 1
        lines[LINES_LIMIT - 1 - end : -end] = [f"... ({left_out} lines) ..."]
    return "\n".join(printable(line) for line in lines)


def legible(text: str) -> str:
    """Text for a window: what would lead its readers astray is escaped.

    Controls, reading-direction marks and bytes that are no UTF-8 are; line breaks and tabs stay,
    and so do marks that join words or say where a line may break.
    """
    return _MISLEADING.sub(lambda found: _escaped(found[0]), text)


def brief(value: object, limit: int = _NAME_LIMIT) -> str:
    """Shortens what ``repr`` says of a value from outside, without walking all of it.

    Nested values, long texts and long numbers are shortened.

    Args:
        value: anything.
        limit: characters at most.

    Returns:
        One line.
    """
    return printable(_SHORT.repr(value), limit)


def word(value: object, limit: int = _NAME_LIMIT) -> str:
    """A text as it is, another value as ``brief`` says it; for lists of keys.

    Args:
        value: anything.
        limit: characters at most.
    """
    return printable(value, limit) if isinstance(value, str) else brief(value, limit)


def _cut(text: str, limit: int) -> str:
    """The beginning and the end of a text, ``limit`` characters at most."""
    words = f" ...({len(text)} characters)... "
    room = max(limit - len(words), 0)
    end = room // 3
    return f"{text[: room - end]}{words}{text[len(text) - end :]}"[:limit]


def _escaped(character: str) -> str:
    if unicodedata.category(character) not in _KINDS_ESCAPED or character in _JOINERS:
        return character
    code = ord(character)
    if 0xDC80 <= code <= 0xDCFF:  # a byte of a file name that is no UTF-8
        return f"\\x{code - 0xDC00:02x}"
    return character.encode("unicode_escape").decode("ascii")


class _Short(reprlib.Repr):
    """``reprlib`` with limits of our own; whatever is no plain value is named by its type."""

    def __init__(self) -> None:
        super().__init__()
        self.maxlevel = 3
        self.maxstring = self.maxother = _NAME_LIMIT
        self.maxlong = 40

    def repr_int(self, x: int, level: int) -> str:
        """Numbers too long for Python to write in decimals are told by their size."""
        if x.bit_length() > 1000:
            return f"<a whole number of {x.bit_length()} bits>"
        return super().repr_int(x, level)

    def repr_instance(self, x: object, level: int) -> str:
        """Other objects are never asked to describe themselves."""
        del level
        plain = isinstance(x, float | complex | bool | bytes | type(None))
        return repr(x[:60] if isinstance(x, bytes) else x) if plain else f"<{type(x).__name__}>"


_SHORT = _Short()
