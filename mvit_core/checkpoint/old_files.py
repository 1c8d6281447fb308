"""Files of pickles in a row, as PyTorch wrote them before 1.6, and plain pickles of other programs.

A magic number, a protocol, facts of the system, the content, the keys of the storages, and then
each storage: its number of values in eight bytes, and the values.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from mvit_core.checkpoint.limits import LIMITS, Check
from mvit_core.checkpoint.pickle_codes import BadPickle
from mvit_core.checkpoint.pickle_machine import Built
from mvit_core.checkpoint.pickle_scan import Outline, scan, scan_row
from mvit_core.checkpoint.pickle_values import plain_values
from mvit_core.checkpoint.stored_tensors import CALLS, Storage, read_storage_identity

__all__ = ["OldFile", "outline_old_file"]

_MAGIC = 0x1950A86A20F9469CFC6C
_PICKLES = 5
_CONTENT, _KEYS = 3, 4


@dataclass(frozen=True)
class OldFile:
    """The pickles at the beginning of a file, looked over but not built."""

    pickles: bytes
    """The beginning of the file, with all its pickles."""
    outlines: tuple[Outline, ...]
    """Bytes of each pickle."""
    is_torch: bool
    """Does it begin with PyTorch's magic number?"""

    @property
    def foreign(self) -> tuple[str, ...]:
        """Names that no file of tensors and plain containers needs."""
        return tuple(sorted({name for outline in self.outlines for name in outline.foreign}))

    @property
    def texts(self) -> tuple[str, ...]:
        """Its first short texts."""
        return tuple(text for outline in self.outlines for text in outline.texts)

    def value(self, read: Callable[[int, memoryview], None], size: int, check: Check) -> Built:
        """Its content, with tensors whose values are read when they are asked for.

        Args:
            read: reads bytes of the file, from a place, into memory.
            size: length of the file in bytes.
            check: called now and then.

        Raises:
            BadPickle: it is damaged, cut off, or goes beyond a limit.
        """
        if not self.is_torch:
            return plain_values(self.pickles, calls=CALLS, persistent=_none_outside, check=check)
        if len(self.outlines) < _PICKLES:
            raise BadPickle("it is cut off")
        storages = _Storages(read, size)
        value = plain_values(
            self.pickles,
            self.outlines[_CONTENT - 1].end,
            calls=CALLS,
            persistent=storages.of_identity,
            names=self.outlines[_CONTENT].names,
            check=check,
        )
        keys = plain_values(
            self.pickles, self.outlines[_KEYS - 1].end, calls={}, persistent=_none_outside
        )
        storages.place(keys, self.outlines[_KEYS].end)
        return value


def outline_old_file(head: bytes, check: Check) -> OldFile:
    """Look over the pickles at the beginning of a file.

    Raises:
        BadPickle: there are none, they are cut off, or go beyond a limit.
    """
    first = scan(head, 0, LIMITS, check)
    is_torch = not first.names and _is_magic(head)
    outlines = scan_row(head, _PICKLES, LIMITS, check) if is_torch else (first,)
    return OldFile(head, outlines, is_torch)


def _is_magic(head: bytes) -> bool:
    value = plain_values(head, calls={}, persistent=_none_outside)
    return isinstance(value, int) and value == _MAGIC


def _none_outside(identity: Built) -> Built:
    del identity
    raise BadPickle("it refers to something outside, and there is nothing")


class _Storages:
    """The storages behind the pickles; their places are known once the keys are read."""

    def __init__(self, read: Callable[[int, memoryview], None], size: int) -> None:
        self._read_bytes, self._size = read, size
        self._storages: dict[str, Storage] = {}
        self._begins: Mapping[str, int] = {}

    def of_identity(self, identity: Built) -> Storage:
        known = identity[2] if isinstance(identity, tuple) and len(identity) > 2 else None
        if isinstance(known, str) and known in self._storages:
            return self._storages[known]
        if isinstance(identity, tuple) and len(identity) > 5 and identity[5] is not None:
            raise BadPickle("it holds views of storages, which only PyTorch before 0.4 wrote")
        made = read_storage_identity(identity, self._read, lambda _: self._size)
        self._storages[made.key] = made
        return made

    def place(self, keys: Built, begin: int) -> None:
        """Find each storage behind the other, in the order of the keys."""
        begins: dict[str, int] = {}
        for key in keys if isinstance(keys, list) else []:
            storage = self._storages.get(key) if isinstance(key, str) else None
            if storage is None:
                raise BadPickle("it has numbers that nothing in it refers to")
            begins[storage.key] = begin + 8
            begin += 8 + storage.nbytes
        if begin > self._size or set(begins) != set(self._storages):
            raise BadPickle("it is cut off")
        self._begins = begins

    def _read(self, storage: Storage, memory: memoryview) -> None:
        begin = self._begins[storage.key]
        count = bytearray(8)
        self._read_bytes(begin - 8, memoryview(count))
        if int.from_bytes(count, "little") != storage.count:
            raise BadPickle("its numbers are not where they should be")
        self._read_bytes(begin, memory)
