"""Turns frozen values into JSON and back, by the types of their fields.

Whatever a file from outside holds becomes a value of the type asked for, or an error in words.
"""

from __future__ import annotations

import math
import sys
from dataclasses import dataclass, fields, is_dataclass
from functools import cache
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
    from types import ModuleType

    from mvit_core.errors import MvitError

__all__ = ["Codec", "Json", "encode"]

Json = Any  # what the json module reads: None, bool, int, float, str, list, dict


def encode(value: object) -> Json:
    """Turn a value into JSON: frozen dataclasses become objects, tuples become lists."""
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    return str(value) if isinstance(value, Path) else value


@dataclass(frozen=True)
class Codec:
    """Reads back what ``encode`` made, for one kind of file."""

    error: type[MvitError]
    """What is raised."""
    modules: tuple[ModuleType, ...] = ()
    """Modules whose types are imported for type checking only where fields name them."""
    largest_whole: int = 2**31 - 1
    """Largest whole number, of either sign."""

    def decode(self, kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401 - of type ``kind``
        """Turn JSON that ``encode`` made back into a value of a type.

        Args:
            kept: the JSON value from the file.
            kind: the type, as a field declares it.
            where: the name of the value in an error message.

        Raises:
            MvitError: of the type of ``error``; the JSON is no value of this type.
        """
        origin, parts = get_origin(kind), get_args(kind)
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
        problem = ""
        for part in parts:
            try:
                return self.decode(kept, part, where)
            except self.error as error:
                # The message of a part that has the right form says most. Its words alone are
                # kept: the error would hold this frame, and all that lead here, in a circle.
                problem = str(error) if not problem or isinstance(kept, dict | list) else problem
        raise self.error(problem)

    def _decode_tuple(self, kept: Json, parts: tuple[Any, ...], where: str) -> tuple[Any, ...]:
        if not isinstance(kept, list):
            self._refuse(kept, tuple, where)
        kinds = (parts[0],) * len(kept) if parts[-1] is Ellipsis else parts
        if len(kinds) != len(kept):
            self._refuse(kept, tuple, where)
        return tuple(self.decode(each, kind, where) for each, kind in zip(kept, kinds, strict=True))

    def _decode_dataclass(self, kept: Json, kind: type, where: str) -> Any:  # noqa: ANN401
        if not isinstance(kept, dict):
            self._refuse(kept, kind, where)
        known = {
            name: self.decode(kept[name], hint, f"{where}.{name}")
            for name, hint in self.field_types(kind).items()
            if name in kept
        }
        try:
            return kind(**known)
        except Exception as error:  # whatever its own checks raise
            raise self.error(f"{where} cannot be used: {error}") from error

    def _refuse(self, kept: Json, kind: Any, where: str) -> NoReturn:  # noqa: ANN401
        words = getattr(kind, "__name__", str(kind)) if get_origin(kind) is None else str(kind)
        raise self.error(f"{where} is {brief(kept)}, which is no {words}")


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
