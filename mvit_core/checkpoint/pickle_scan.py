"""A look over a pickle before anything in it is built: what it names, and whether it keeps limits.

The look is a single pass over the opcodes, so its time and memory are bounded by the limits
alone. Whoever builds values afterwards reads the same bytes through the same ``opcodes``.
"""

import re
from dataclasses import dataclass, field

from mvit_core.checkpoint.limits import LIMITS, Check, Limits
from mvit_core.checkpoint.pickle_codes import Bytes, Opcode, TooMuch, opcodes
from mvit_core.checkpoint.pickled_names import foreign_names

__all__ = ["Outline", "scan", "scan_row"]

_TEXTS_KEPT = 2_000
_TELLING = frozenset(b"ciqrphjgSUTVX\x8c\x8d\x93\x94")
"""Opcodes that bring texts, name classes or keep values. What others push is no text."""


@dataclass(frozen=True)
class Outline:
    """Opcodes and names of a pickle."""

    end: int
    """End of its last opcode, in bytes."""
    opcodes: int
    """Number of opcodes."""
    names: tuple[str, ...]
    """Classes and functions that it names, sorted."""
    texts: tuple[str, ...]
    """Its first short texts, among them the keys of its dictionaries."""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Names that no file of tensors and plain containers needs."""
        return foreign_names(self.names)

    def all_names_match(self, allowed: re.Pattern[str]) -> bool:
        """Does it name nothing but what is allowed? For readers with a list of their own."""
        return all(allowed.fullmatch(name) for name in self.names)


@dataclass
class _Seen:
    limits: Limits
    names: set[str] = field(default_factory=set)
    texts: list[str] = field(default_factory=list)
    recent: list[str] = field(default_factory=list)
    """The last two texts that were pushed: a global may be made of them."""
    memo: dict[object, str] = field(default_factory=dict)
    last: str = ""
    kept_bytes: int = 0

    def push(self, text: str) -> None:
        self.recent = [*self.recent[-1:], text]

    def name(self, name: str) -> None:
        if len(name) > self.limits.name_characters:
            raise TooMuch(f"it names a class by {len(name)} characters")
        self.names.add(name)
        if len(self.names) > self.limits.names:
            raise TooMuch(f"it names more than {self.limits.names} classes")

    def note(self, opcode: Opcode) -> None:
        code, argument = chr(opcode.code), opcode.argument
        if code in "ci" and isinstance(argument, tuple):
            self.name(".".join(argument))
            self.last = ""
        elif code == "\x93":  # STACK_GLOBAL
            complete = len(self.recent) == 2 and all(self.recent)
            self.name(".".join(self.recent) if complete else "unknown")
            self.last = ""
        elif code in "qrp\x94":  # PUT and MEMOIZE
            self._keep(len(self.memo) if argument is None else argument)
            return
        pushed = self.memo.get(argument, "") if code in "hjg" else argument
        self.last = pushed if isinstance(pushed, str) else ""
        if isinstance(pushed, str):
            self._text(pushed, is_new=code not in "hjg")

    def _keep(self, index: object) -> None:
        self.memo[index] = self.last
        if len(self.memo) > self.limits.memo:
            raise TooMuch(f"it refers to more than {self.limits.memo} values")

    def _text(self, text: str, *, is_new: bool) -> None:
        self.push(text)
        if not is_new:
            return
        self.kept_bytes += len(text)
        if self.kept_bytes > self.limits.all_texts_bytes:
            raise TooMuch(f"it holds more than {self.limits.all_texts_bytes >> 20} MiB of texts")
        if len(self.texts) < _TEXTS_KEPT and len(text) <= self.limits.name_characters:
            self.texts.append(text)


def scan(
    data: Bytes,
    start: int = 0,
    limits: Limits = LIMITS,
    check: Check = lambda: None,
    *,
    allowed: int | None = None,
) -> Outline:
    """Look over one pickle.

    Args:
        data: bytes that hold the pickle.
        start: where it begins.
        limits: what it may ask for.
        check: called now and then; raising from it ends the look.
        allowed: opcodes that it may have, where others of the file were read before.

    Raises:
        BadPickle: it is cut off, is none, or goes beyond a limit.
    """
    seen, count, end = _Seen(limits), 0, start
    for opcode in opcodes(data, start, limits, check, allowed=allowed):
        if opcode.code in _TELLING:
            seen.note(opcode)
        count, end = count + 1, opcode.end
    return Outline(end, count, tuple(sorted(seen.names)), tuple(seen.texts))


def scan_row(
    data: Bytes, most: int, limits: Limits = LIMITS, check: Check = lambda: None
) -> tuple[Outline, ...]:
    """Look over pickles that stand in a row, as PyTorch wrote them before 1.6.

    Args:
        data: bytes that begin with the first of them.
        most: how many are looked for; fewer are given where the bytes end.
        limits: what they may ask for together.
        check: called now and then.

    Raises:
        BadPickle: the first is no pickle, or they go beyond a limit.
    """
    outlines: list[Outline] = []
    place, left = 0, limits.opcodes
    while len(outlines) < most and place < len(data):
        outlines.append(scan(data, place, limits, check, allowed=left))
        place, left = outlines[-1].end, left - outlines[-1].opcodes
    return tuple(outlines)
