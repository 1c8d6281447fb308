"""Python configurations of mmengine, read as data from their syntax tree; nothing is run.

Understood are literals, ``dict(...)``, names set before, ``**`` of a dictionary, numbers added and
multiplied, ``_base_.name``, ``{{_base_.name}}`` and ``_delete_``. Whatever else stands there
becomes None: it is a class or a function, and never about the architecture.
"""

import ast
import operator
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mvit_core.checkpoint.files import read_text
from mvit_core.errors import ArchitectureError, CheckpointReadError
from mvit_core.system.ordinary_file import is_file

__all__ = ["merge_over", "read_python", "read_python_file"]

_Values = dict[str, Any]

_DEEPEST = 8
"""Files that name each other as their base."""
_NOT_OF_THE_MODEL = re.compile(r"(?:^|[/:])(?:datasets|schedules)/|default_runtime\.py$")
"""Bases that say nothing of a network, so that they may be missing."""
_REFERENCE = re.compile(r"\{\{\s*_base_\.([\w.]+)\s*\}\}")

_OPERATORS: Mapping[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
}


def read_python(text: str) -> _Values | None:
    """Top-level assignments of a configuration without bases, or None if it is no such text."""
    try:
        return _assignments(text, {}) or None
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None


def read_python_file(path: Path) -> _Values:
    """A configuration with all of its bases merged, which lie where the file says.

    Raises:
        ArchitectureError: a file is no Python configuration, or a base of the model is missing.
    """
    return _with_bases(path, 0)


def _with_bases(path: Path, depth: int) -> _Values:
    if depth > _DEEPEST:
        raise ArchitectureError(
            f"{path.name}: more than {_DEEPEST} configurations name each other as _base_"
        )
    try:
        text = read_text(path)
    except CheckpointReadError as error:
        raise ArchitectureError(f"the configuration cannot be used: {error}") from error
    base: _Values = {}
    for name in _base_names(text, path):
        _merge_apart(base, _base(path, name, depth))
    try:
        own = _assignments(text, base)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArchitectureError(f"{path.name} is not a Python configuration") from error
    own.pop("_base_", None)
    return merge_over(base, own)


def _base_names(text: str, path: Path) -> list[str]:
    try:
        names = _assignments(text, {}).get("_base_") or []
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ArchitectureError(f"{path.name} is not a Python configuration") from error
    names = [names] if isinstance(names, str) else names
    if not isinstance(names, Sequence) or not all(isinstance(name, str) for name in names):
        raise ArchitectureError(f"{path.name}: _base_ must be file names, as text")
    return list(names)


def _base(path: Path, name: str, depth: int) -> _Values:
    place = path.parent / name
    if place.suffix == ".py" and "::" not in name and is_file(place):
        return _with_bases(place, depth + 1)
    if _NOT_OF_THE_MODEL.search(name):
        return {}
    raise ArchitectureError(
        f"{path.name} begins with {name}, which is not there; put that file where the "
        "configuration says, or give the whole configuration (Config.dump of mmengine)"
    )


def _merge_apart(into: _Values, other: _Values) -> None:
    for key, value in other.items():
        into[key] = merge_over(into[key], value) if _both_mappings(into.get(key), value) else value


def _both_mappings(one: object, other: object) -> bool:
    return isinstance(one, dict) and isinstance(other, dict)


def merge_over(base: _Values, own: _Values) -> _Values:
    """One configuration over another, section by section; ``_delete_`` replaces a whole section."""
    if own.get("_delete_") is True:
        return {key: value for key, value in own.items() if key != "_delete_"}
    merged = dict(base)
    for key, value in own.items():
        below = merged.get(key)
        if isinstance(value, dict):
            value = merge_over(below if isinstance(below, dict) else {}, value)
        merged[key] = value
    return merged


def _assignments(text: str, base: _Values) -> _Values:
    """Values that a text sets, in order; later lines may use earlier names."""
    quoted = _REFERENCE.sub(lambda found: f"_base_.{found[1]}", text)
    values: _Values = {}
    scope = _Scope(values, base)
    for node in ast.parse(quoted).body:
        if isinstance(node, ast.Assign) and len(node.targets) == 1:
            scope.assign(node.targets[0], node.value)
        elif isinstance(node, ast.AnnAssign) and node.value is not None:
            scope.assign(node.target, node.value)
    return values


class _Scope:
    """Values of expressions where some names are known.

    Args:
        values: what was set before, to which assignments add.
        base: what ``_base_`` stands for.
    """

    def __init__(self, values: _Values, base: _Values) -> None:
        self._values, self._base = values, base

    def assign(self, target: ast.expr, value: ast.expr) -> None:
        """Set a name, or the entry of a dictionary that was set before."""
        if isinstance(target, ast.Name):
            self._values[target.id] = self.value(value)
        elif isinstance(target, ast.Subscript | ast.Attribute):
            holder = self.value(target.value)
            key = self.value(target.slice) if isinstance(target, ast.Subscript) else target.attr
            if isinstance(holder, dict) and isinstance(key, str):
                holder[key] = self.value(value)

    def value(self, node: ast.expr) -> Any:  # noqa: ANN401 - a tree of unknown shape
        """The value of an expression; None for what is not understood."""
        if isinstance(node, ast.Call):
            return self._call(node)
        if isinstance(node, ast.Dict):
            return self._dict(node)
        if isinstance(node, ast.List | ast.Tuple):
            return [self.value(item) for item in node.elts]
        if isinstance(node, ast.Name):
            return self._values.get(node.id)
        if isinstance(node, ast.Attribute | ast.Subscript):
            return self._part(node)
        if isinstance(node, ast.BinOp):
            return self._arithmetic(node)
        if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
            number = self.value(node.operand)
            return -number if isinstance(number, int | float) else None
        try:
            return ast.literal_eval(node)
        except (ValueError, TypeError, RecursionError, MemoryError):
            return None

    def _call(self, node: ast.Call) -> Any:  # noqa: ANN401
        if not (isinstance(node.func, ast.Name) and node.func.id == "dict"):
            return None
        made: _Values = {}
        for word in node.keywords:
            value = self.value(word.value)
            made |= {word.arg: value} if word.arg is not None else _mapping(value)
        return made

    def _dict(self, node: ast.Dict) -> _Values:
        made: _Values = {}
        for key, value in zip(node.keys, node.values, strict=True):
            item = self.value(value)
            made |= _mapping(item) if key is None else {_hashable(self.value(key)): item}
        return made

    def _part(self, node: ast.Attribute | ast.Subscript) -> Any:  # noqa: ANN401
        if isinstance(node.value, ast.Name) and node.value.id == "_base_":
            holder: Any = self._base
        else:
            holder = self.value(node.value)
        key = node.attr if isinstance(node, ast.Attribute) else self.value(node.slice)
        try:
            return holder[key]
        except (LookupError, TypeError):
            return None

    def _arithmetic(self, node: ast.BinOp) -> Any:  # noqa: ANN401
        run = _OPERATORS.get(type(node.op))
        left, right = self.value(node.left), self.value(node.right)
        numbers = all(isinstance(v, int | float) and abs(v) < 1e15 for v in (left, right))
        lists = isinstance(left, list) and isinstance(right, list) and isinstance(node.op, ast.Add)
        try:
            return run(left, right) if run is not None and (numbers or lists) else None
        except (ArithmeticError, ValueError):
            return None


def _mapping(value: object) -> _Values:
    return value if isinstance(value, dict) else {}


def _hashable(key: Any) -> Any:  # noqa: ANN401
    return key if isinstance(key, str | int | float | bool) or key is None else str(key)
