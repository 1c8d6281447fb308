"""Turns frozen values into JSON and back, by the types of their fields.

Whatever a file from outside holds becomes a value of the type asked for, or an error in words.
"""

from __future__ import annotations

import math
import sys
from dataclasses import MISSING, dataclass, fields, is_dataclass
from functools import cache
from itertools import repeat
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import (
    TYPE_CHECKING,
    Any,
    Literal,
    NoReturn,
    Union,
    get_args,
    get_origin,
    get_type_hints,
)

from mvit_core.printable import brief

if TYPE_CHECKING:
    from collections.abc import Sequence
    from types import ModuleType

    from mvit_core.errors import MvitError

__all__ = ["Codec", "Json", "encode", "is_plain"]

Json = Any  # what the json module reads: None, bool, int, float, str, list, dict

_PLAIN = frozenset((bool, int, float, str, NoneType))


def encode(value: object) -> Json:
    """Turn a value into JSON: frozen dataclasses become objects, tuples become lists."""
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return list(value) if is_plain(value) else [encode(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def is_plain(values: Sequence[object]) -> bool:
    """Only numbers, texts and nothing: millions of them are not looked at one by one."""
    return set(map(type, values)) <= _PLAIN


@dataclass(frozen=True)
class Codec:
    """Reads back what ``encode`` made, for one kind of file."""

    error: type[MvitError]
    """What is raised."""
    modules: tuple[ModuleType, ...] = ()
    """Modules whose types are imported for type checking only where fields name them."""
    largest_whole: int = 2**31 - 1
    """Largest whole number, of either sign."""
    most_values: int = 100_000
    """Values of a list, unless all are numbers or texts of one type."""

    def decode(self, kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401 - of type ``kind``
        """Turn JSON that ``encode`` made back into a value of a type.

        Args:
            kept: the JSON value from the file.
            kind: the type, as a field declares it.
            where: the name of the value in an error message.

        Raises:
            MvitError: of the type of ``error``; the JSON is no value of this type.
        """
        origin, parts = _taken_apart(kind)
        if origin in (Union, UnionType):
            return self._decode_union(kept, parts, where)
        if origin is Literal:
            fine = any(kept == part and type(kept) is type(part) for part in parts)
            return kept if fine else self._refuse(kept, kind, where)
        if origin is tuple:
            return self._decode_tuple(kept, parts, where)
        if is_dataclass(kind) and isinstance(kind, type):
            return self._decode_dataclass(kept, kind, where)
        return self._decode_plain(kept, kind, where)

    def field_types(self, kind: type) -> MappingProxyType[str, Any]:
        """The type of each field of a dataclass."""
        return _field_types(kind, self.modules)

    def _decode_plain(self, kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401
        if kind is NoneType and kept is None:
            return None
        if kind is Path and isinstance(kept, str):
            return Path(kept)
        if kind is float and _is_number(kept):
            return float(kept)
        if kind in (bool, str) and type(kept) is kind:
            return kept
        if kind is int and type(kept) is int:
            if abs(kept) > self.largest_whole:
                most = self.largest_whole
                raise self.error(f"{where} is {brief(kept)}; at most {most} is allowed")
            return kept
        return self._refuse(kept, kind, where)

    def _decode_union(self, kept: Json, parts: tuple[Any, ...], where: str) -> Any:  # noqa: ANN401
        problems = dict[Any, str]()
        for part in parts:
            try:
                return self.decode(kept, part, where)
            except self.error as error:
                # Its words alone are kept: the error would hold this frame, and all that lead
                # here, in a circle.
                problems[part] = str(error)
        meant = self._meant(kept, parts)
        if meant is None:
            self._refuse(kept, Union[parts], where)  # noqa: UP007 - parts are known when it runs
        raise self.error(problems[meant])

    def _meant(self, kept: Json, parts: tuple[Any, ...]) -> Any:  # noqa: ANN401 - a part
        """The part whose form a value has, so that its words are of use; None where none has it."""
        if isinstance(kept, dict):
            kinds = [part for part in parts if is_dataclass(part) and isinstance(part, type)]
            return max(
                kinds, key=lambda kind: len(kept.keys() & self.field_types(kind)), default=None
            )
        if isinstance(kept, list):
            return next((part for part in parts if get_origin(part) is tuple), None)
        scalar = type(kept)
        return next((part for part in parts if part is scalar), None)

    def _decode_tuple(self, kept: Json, parts: tuple[Any, ...], where: str) -> tuple[Any, ...]:
        if not isinstance(kept, list):
            self._refuse(kept, tuple, where)
        if parts[-1] is not Ellipsis and len(parts) != len(kept):
            raise self.error(f"{where} is {brief(kept)}; allowed are {len(parts)} values in a list")
        if parts[-1] is Ellipsis and self._are_of(kept, parts[0]):
            return tuple(map(parts[0], kept))
        if len(kept) > self.most_values:
            most = self.most_values
            raise self.error(f"{where} is a list of {len(kept)} values; at most {most} are read")
        kinds = repeat(parts[0]) if parts[-1] is Ellipsis else parts
        return tuple(
            self.decode(each, kind, where) for each, kind in zip(kept, kinds, strict=False)
        )

    def _are_of(self, kept: list[Json], kind: Any) -> bool:  # noqa: ANN401 - a type
        """Numbers or texts of one type, all that are allowed: there may be millions of them."""
        kinds, most = set(map(type, kept)), self.largest_whole
        if kind is int:
            return kinds == {int} and -most <= min(kept) and max(kept) <= most
        return kinds == {kind} and (
            kind is str or (kind is float and all(map(math.isfinite, kept)))
        )

    def _decode_dataclass(self, kept: Json, kind: type, where: str) -> Any:  # noqa: ANN401
        if not isinstance(kept, dict):
            self._refuse(kept, kind, where)
        known = {
            name: self.decode(kept[name], hint, f"{where}.{name}")
            for name, hint in self.field_types(kind).items()
            if name in kept
        }
        lacking = [name for name in _required(kind) if name not in known]
        if lacking:
            raise self.error(f"{where} lacks {', '.join(lacking)}")
        try:
            return kind(**known)
        except Exception as error:  # whatever its own checks raise
            raise self.error(f"{where} cannot be used: {error}") from error

    def _refuse(self, kept: Json, kind: Any, where: str) -> NoReturn:  # noqa: ANN401
        origin, parts = _taken_apart(kind)
        kinds = parts if origin in (Union, UnionType) else (kind,)
        named = dict.fromkeys(_words(each) for each in kinds)
        raise self.error(f"{where} is {brief(kept)}, which is no {' or '.join(named)}")


def _taken_apart(kind: Any) -> tuple[Any, tuple[Any, ...]]:  # noqa: ANN401 - a type
    """As ``get_origin`` and ``get_args`` say it, in a tenth of the time."""
    if isinstance(kind, UnionType):
        return UnionType, kind.__args__
    return getattr(kind, "__origin__", None), getattr(kind, "__args__", ())


@cache
def _required(kind: type) -> tuple[str, ...]:
    """Fields without a default."""
    plain = (field for field in fields(kind) if field.init and field.default is MISSING)
    return tuple(field.name for field in plain if field.default_factory is MISSING)


def _words(kind: Any) -> str:  # noqa: ANN401 - a type
    """A type as messages name it."""
    if get_origin(kind) is Literal:
        return " or ".join(map(repr, get_args(kind)))
    if get_origin(kind) is tuple:
        return "list"
    return "null" if kind is NoneType else getattr(kind, "__name__", str(kind))


@cache
def _field_types(kind: type, modules: tuple[ModuleType, ...]) -> MappingProxyType[str, Any]:
    names = {name: value for module in modules for name, value in vars(module).items()}
    hints = get_type_hints(kind, localns={"Path": Path, **names})
    return MappingProxyType({field.name: hints[field.name] for field in fields(kind)})


def _is_number(kept: Json) -> bool:
    """A number that a float holds; whole numbers in JSON may be larger than any."""
    if isinstance(kept, bool) or not isinstance(kept, int | float):
        return False
    return math.isfinite(kept) if isinstance(kept, float) else abs(kept) <= sys.float_info.max
