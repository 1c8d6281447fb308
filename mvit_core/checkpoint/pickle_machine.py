"""The machine that builds plain values. Nothing that a file names is imported or called.

A machine with a stack, as Python's own, but one that knows numbers, texts, lists, tuples, sets and
dictionaries alone. A class or function that a file names is a ``Named`` value; calling it looks
into a table of functions of ours, and where it has none the result is ``Inert``.

Containers are kept from growing beyond what hashing, comparing, printing and freeing them can
bear: each knows how deep it is and how many values it would have if written out, and is closed as
soon as it is put into another. Keys are numbers and texts, or short tuples of those.
"""

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mvit_core.checkpoint.inert import Inert
from mvit_core.checkpoint.limits import Limits
from mvit_core.checkpoint.pickle_codes import BadPickle, TooMuch

__all__ = ["MARK", "UNDERSTOOD", "Built", "Machine", "Named", "Reader", "Settings"]

Built = Any
"""A tree of plain values, of whatever shape the file has."""


@dataclass(frozen=True)
class Named:
    """A class or function that the file names."""

    name: str
    """Module and name, with a dot between."""


Reader = Callable[[Sequence[Built]], Built]
"""Value made of the arguments that a file calls a name with."""

MARK = object()
"""Stands on the stack where a row of values begins."""
_KEY_ITEMS = 16
_KEY_MAGNITUDE = 1 << 60
"""Larger whole numbers are no keys: their hashes can be made to collide."""


_DEPTH = 1 << 32
"""A measure is one whole number: containers inside each other, times this, and values in all.

Hundreds of thousands of pairs would cost more than all else.
"""


@dataclass
class Machine:
    """The stack, the memo and what is known of each container.

    Methods raise ``BadPickle`` where a pickle asks for what makes no sense.
    """

    calls: Mapping[str, Reader]
    persistent: Callable[[Built], Built]
    limits: Limits
    names: Collection[str] | None
    kept: re.Pattern[str] | None = None
    """Further classes of which the attributes are kept, as ``Settings``."""
    stack: list[Built] = field(default_factory=list)
    memo: dict[object, Built] = field(default_factory=dict)
    measures: dict[int, int] = field(default_factory=dict)
    """Depth of each container, by its identity."""
    open: dict[int, Built] = field(default_factory=dict)
    """Containers that may still be filled."""
    places: dict[int, int] = field(default_factory=dict)
    """Places of them on the stack."""
    marks: list[int] = field(default_factory=list)
    """Places on the stack where rows of values begin."""
    alive: list[Built] = field(default_factory=list)
    """Every container, so that no identity is used twice."""
    tuple_keys: int = 0

    # The stack.

    def pop(self) -> Built:
        """Take the value on top."""
        if not self.stack or self.stack[-1] is MARK:
            raise BadPickle("it takes from an empty stack")
        return self.stack.pop()

    def pop_to_mark(self) -> list[Built]:
        """Take the values above the last mark, and the mark."""
        place = len(self.stack) - 1
        while place >= 0 and self.stack[place] is not MARK:
            place -= 1
        if place < 0:
            raise BadPickle("it ends what was not begun")
        items = self.stack[place + 1 :]
        del self.stack[place:]
        return items

    def top(self) -> Built:
        """Give the value on top."""
        if not self.stack or self.stack[-1] is MARK:
            raise BadPickle("it fills nothing")
        return self.stack[-1]

    def put(self, index: object) -> None:
        """Keep the value on top under a number."""
        self.memo[len(self.memo) if index is None else index] = self.top()

    def get(self, index: object) -> None:
        """Push what was kept under a number."""
        if index not in self.memo:
            raise BadPickle("it refers to what is not there")
        value = self.memo[index]
        # What is still being filled would hold itself; it is left out there. What lies beside,
        # in the same row of values, is complete and may stand in two places.
        ancestor = id(value) in self.open and self.places.get(id(value), -1) <= self._last_mark()
        self.stack.append(Inert() if ancestor else value)

    def _last_mark(self) -> int:
        """Place on the stack where the topmost row of values begins."""
        while self.marks and not self._is_mark(self.marks[-1]):
            self.marks.pop()  # it was taken by other means
        return self.marks[-1] if self.marks else -1

    def _is_mark(self, place: int) -> bool:
        return place < len(self.stack) and self.stack[place] is MARK

    def mark(self) -> None:
        """Begin a row of values."""
        self.marks.append(len(self.stack))
        self.stack.append(MARK)

    # Containers.

    def made(self, value: Built, items: Iterable[Built], *, is_open: bool = False) -> Built:
        """A new container: measured, and closed unless it may be filled."""
        self.alive.append(value)
        if is_open:
            self.open[id(value)] = value
            self.places[id(value)] = len(self.stack)
        self._grown(value, items, 1)
        return value

    def _grown(self, value: Built, items: Iterable[Built], before: int) -> None:
        """Measure a container that had a measure before, and now holds these too."""
        depth, values, known = before // _DEPTH, before % _DEPTH, self.measures
        for item in items:
            inner = known.get(id(item))
            if inner is None:
                values += 1
                continue
            self.open.pop(id(item), None)
            values += inner % _DEPTH
            if depth <= inner // _DEPTH:
                depth = inner // _DEPTH + 1
        if depth > self.limits.depth:
            raise TooMuch(f"its containers are nested more than {self.limits.depth} deep")
        if values > self.limits.values:
            raise TooMuch(f"written out it would have more than {self.limits.values} values")
        known[id(value)] = depth * _DEPTH + values

    def fill_list(self, target: Built, items: list[Built]) -> None:
        """Append to a list."""
        if isinstance(target, Inert):
            self.close(items)
            return
        self._may_fill(target, list)
        items = [Inert() if item is target else item for item in items]
        self._grown(target, items, self.measures[id(target)])
        target.extend(items)

    def fill_dict(self, target: Built, items: list[Built]) -> None:
        """Put keys and values, in turn, into a dictionary."""
        if isinstance(target, Inert):
            self.close(items)
            return
        if len(items) % 2:
            raise BadPickle("a key in it has no value")
        self._may_fill(target, dict)
        items = [Inert() if item is target else item for item in items]
        self._grown(target, items, self.measures[id(target)])
        for key, value in zip(items[::2], items[1::2], strict=True):
            if self._is_key(key):
                target[key] = value

    def fill_set(self, target: Built, items: list[Built]) -> None:
        """Add to a set."""
        if isinstance(target, Inert):
            self.close(items)
            return
        self._may_fill(target, set)
        self._grown(target, items, self.measures[id(target)])
        target.update(item for item in items if self._is_key(item))

    def close(self, items: Iterable[Built]) -> None:
        """These are complete: they have left the stack."""
        for item in items:
            self.open.pop(id(item), None)

    def _may_fill(self, target: Built, kind: type) -> None:
        if not isinstance(target, kind):
            raise BadPickle(f"it fills what is no {kind.__name__}")
        if id(target) not in self.open:
            raise BadPickle("it fills a container that is inside another already")

    def _is_key(self, key: Built) -> bool:
        """May it be hashed? What is neither that nor harmless is refused, the rest left out."""
        if isinstance(key, tuple):
            self.tuple_keys += 1
            few = len(key) <= _KEY_ITEMS and self.tuple_keys <= self.limits.tuple_keys
            if not (few and all(_is_plain_key(item) for item in key)):
                raise TooMuch("a key in it is a tuple of other things than numbers and texts")
            return True
        return _is_plain_key(key)

    # Names and objects.

    def call(self, function: Built, arguments: Built) -> Built:
        """Give what our own table makes of a call."""
        if not isinstance(function, Named) or not isinstance(arguments, tuple):
            return Inert()
        if function.name in _DICTIONARIES:
            return self._dictionary(arguments)
        if function.name in _SETS:
            return self._set(arguments)
        if function.name in _RECONSTRUCTORS and arguments:
            return self._reconstructed(arguments)
        reader = self.calls.get(function.name)
        if reader is None:
            return Inert()
        try:
            value = reader(arguments)
        except (TypeError, ValueError, LookupError, AttributeError) as error:
            if isinstance(error, BadPickle):
                raise
            raise BadPickle(f"{function.name} is given what it does not take") from error
        # What a reader passes through keeps its measure; what it makes is a leaf.
        return value

    def new(self, kind: Built, arguments: Built) -> Built:
        """An object of a class: settings where it is of a known kind of them."""
        if isinstance(kind, Named) and self._is_kept(kind.name):
            return self.settings({})
        return self.call(kind, arguments)

    def _is_kept(self, name: str) -> bool:
        further = self.kept is not None and self.kept.fullmatch(name) is not None
        return name in _SETTINGS or further

    def _dictionary(self, arguments: tuple[Built, ...]) -> Built:
        value: dict[Built, Built] = {}
        self.made(value, (), is_open=True)
        pairs = next((a for a in arguments if isinstance(a, list | tuple | dict)), ())
        flat: list[Built] = []
        for pair in pairs.items() if isinstance(pairs, dict) else pairs:
            if not isinstance(pair, list | tuple) or len(pair) != 2:
                raise BadPickle("a dictionary in it is made of other things than pairs")
            flat.extend(pair)
        self.fill_dict(value, flat)
        return value

    def _set(self, arguments: tuple[Built, ...]) -> Built:
        value: set[Built] = set()
        self.made(value, (), is_open=True)
        items = arguments[0] if arguments else ()
        self.fill_set(value, list(items) if isinstance(items, list | tuple | set) else [])
        return value

    def _reconstructed(self, arguments: tuple[Built, ...]) -> Built:
        """An object as protocols 0 and 1 write it: its class, a base, the state of the base."""
        kind, state = arguments[0], arguments[-1]
        if not isinstance(kind, Named) or kind.name not in _SETTINGS:
            return Inert()
        return self.settings(state if isinstance(state, dict) else {})

    def settings(self, entries: Mapping[Built, Built]) -> Built:
        """Make an object of settings, with entries."""
        value = self.made(Settings(), (), is_open=True)
        self.fill_dict(value, [part for pair in entries.items() for part in pair])
        return value

    def build(self, state: Built) -> None:
        """The state of an object: kept where the object is a plain holder of settings."""
        target = self.top()
        self.close((state,))
        if isinstance(target, Settings) and isinstance(state, dict):
            plain = {k: v for k, v in state.items() if not str(k).startswith("__")}
            self.fill_dict(target, [part for pair in plain.items() for part in pair])

    def stack_global(self) -> None:
        """Push the class that the two texts on top name."""
        name, module = self.pop(), self.pop()
        if not isinstance(name, str) or not isinstance(module, str):
            raise BadPickle("it names a class by what is no text")
        self.push_name(f"{module}.{name}")

    def push_name(self, name: str) -> None:
        """Push a class or function by its name."""
        self.stack.append(self.named(name))

    def named(self, name: str) -> Named:
        """A class or function that the look over the pickle has found."""
        if self.names is not None and name not in self.names:
            raise BadPickle("it puts the name of a class together")
        return Named(name)


class Settings(dict[Built, Built]):
    """Entries or attributes of an object of a known kind."""


def _is_plain_key(key: Built) -> bool:
    if isinstance(key, int):
        return -_KEY_MAGNITUDE < key < _KEY_MAGNITUDE
    return key is None or isinstance(key, str | bytes | float)


_DICTIONARIES = frozenset(
    {"collections.OrderedDict", "collections.defaultdict", "collections.Counter"}
)
_SETS = frozenset(
    {"builtins.set", "builtins.frozenset", "__builtin__.set", "__builtin__.frozenset"}
)
_RECONSTRUCTORS = frozenset({"copyreg._reconstructor", "copy_reg._reconstructor"})
_SETTINGS = frozenset(
    {
        "argparse.Namespace",
        "types.SimpleNamespace",
        "yacs.config.CfgNode",
        "fvcore.common.config.CfgNode",
        "easydict.EasyDict",
        "mmengine.config.config.ConfigDict",
        "addict.addict.Dict",
        "lightning_fabric.utilities.data.AttributeDict",
        "lightning.fabric.utilities.data.AttributeDict",
        "pytorch_lightning.utilities.parsing.AttributeDict",
    }
)
"""Objects of which the entries are kept: they hold configurations."""

UNDERSTOOD = _DICTIONARIES | _SETS | _RECONSTRUCTORS | _SETTINGS
"""Names of which the values are read, beside those of tensors."""
