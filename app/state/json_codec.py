"""Turns frozen values into JSON and back, by the types of their fields.

A field added to ``ViewState`` is kept without a line here, as long as its type is found in its own
module or in one of ``MODULES``.
"""

from __future__ import annotations

import math
import sys
from dataclasses import fields, is_dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType, NoneType, UnionType
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from mvit_core import attribution, explaining, geometry, render
from mvit_core.errors import SessionError
from mvit_core.printable import brief
from mvit_core.video import boxes, clip

MODULES = (attribution, explaining, geometry, render, boxes, clip)
"""Modules whose types ``app`` imports for type checking only, so that fields name them there."""

LARGEST_WHOLE = 2**31 - 1
"""Whole numbers count frames, pixels, blocks, classes; Qt takes none that is larger."""

Json = Any  # what the json module reads: None, bool, int, float, str, list, dict


def encode(value: object) -> Json:
    """Turn a value into JSON: frozen dataclasses become objects, tuples become lists."""
    if is_dataclass(value):
        return {field.name: encode(getattr(value, field.name)) for field in fields(value)}
    if isinstance(value, tuple):
        return [encode(each) for each in value]
    return str(value) if isinstance(value, Path) else value


def decode(kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401 - of the type ``kind``
    """Turn JSON that ``encode`` made back into a value of a type.

    Args:
        kept: the JSON value from the file.
        kind: the type, as a field declares it.
        where: the name of the value in an error message.

    Raises:
        SessionError: the JSON is no value of this type.
    """
    origin, parts = get_origin(kind), get_args(kind)
    if origin in (Union, UnionType):
        return _decode_union(kept, parts, where)
    if origin is Literal:
        fine = any(kept == part and type(kept) is type(part) for part in parts)
        return kept if fine else _refuse(kept, kind, where)
    if origin is tuple:
        return _decode_tuple(kept, parts, where)
    if is_dataclass(kind) and isinstance(kind, type):
        return _decode_dataclass(kept, kind, where)
    return _decode_plain(kept, kind, where)


@cache
def field_types(kind: type) -> MappingProxyType[str, Any]:
    """The type of each field of a dataclass."""
    names = {name: value for module in MODULES for name, value in vars(module).items()}
    hints = get_type_hints(kind, localns={"Path": Path, **names})
    return MappingProxyType({field.name: hints[field.name] for field in fields(kind)})


def _decode_plain(kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401
    if kind is NoneType and kept is None:
        return None
    if kind is Path and isinstance(kept, str):
        return Path(kept)
    if kind is float and _is_number(kept):
        return float(kept)
    if kind in (bool, str) and type(kept) is kind:
        return kept
    if kind is int and type(kept) is int:
        if abs(kept) > LARGEST_WHOLE:
            raise SessionError(f"{where} is {brief(kept)}; at most {LARGEST_WHOLE} is allowed")
        return kept
    return _refuse(kept, kind, where)


def _is_number(kept: Json) -> bool:
    """A number that a float holds; whole numbers in JSON may be larger than any."""
    if isinstance(kept, bool) or not isinstance(kept, int | float):
        return False
    return math.isfinite(kept) if isinstance(kept, float) else abs(kept) <= sys.float_info.max


def _decode_union(kept: Json, parts: tuple[Any, ...], where: str) -> Any:  # noqa: ANN401
    problem = ""
    for part in parts:
        try:
            return decode(kept, part, where)
        except SessionError as error:
            # The message of a part that has the right form says most. Its words alone are kept:
            # the error would hold this frame, and all frames that lead here, in a circle.
            problem = str(error) if not problem or isinstance(kept, dict | list) else problem
    raise SessionError(problem)


def _decode_tuple(kept: Json, parts: tuple[Any, ...], where: str) -> tuple[Any, ...]:
    if not isinstance(kept, list):
        _refuse(kept, tuple, where)
    kinds = (parts[0],) * len(kept) if parts[-1] is Ellipsis else parts
    if len(kinds) != len(kept):
        _refuse(kept, tuple, where)
    return tuple(decode(each, kind, where) for each, kind in zip(kept, kinds, strict=True))


def _decode_dataclass(kept: Json, kind: type, where: str) -> Any:  # noqa: ANN401
    if not isinstance(kept, dict):
        _refuse(kept, kind, where)
    known = {
        name: decode(kept[name], hint, f"{where}.{name}")
        for name, hint in field_types(kind).items()
        if name in kept
    }
    try:
        return kind(**known)
    except Exception as error:  # whatever its own checks raise
        raise SessionError(f"{where} cannot be used: {error}") from error


def _refuse(kept: Json, kind: Any, where: str) -> Any:  # noqa: ANN401
    words = getattr(kind, "__name__", str(kind)) if get_origin(kind) is None else str(kind)
    raise SessionError(f"{where} is {brief(kept)}, which is no {words}")
