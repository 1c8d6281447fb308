"""Configurations, whoever wrote them: found, parsed and handed to the format that reads them."""

import ast
from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup
from mvit_core.checkpoint.files import first_line, read_text
from mvit_core.checkpoint.formats import FORMATS
from mvit_core.errors import ArchitectureError, CheckpointReadError, ClipError
from mvit_core.printable import word
from mvit_core.system.bounded_yaml import YAML_LIMITS, BadYaml, load_yaml

__all__ = ["configure", "parse", "parse_text"]

_SECTIONS = ("MVIT", "MODEL", "DATA", "TEST", "DETECTION")


def parse(configuration: "str | Path | Mapping[str, Any]") -> Configuration:
    """A configuration as a mapping.

    Args:
        configuration: a mapping, the path of a YAML file, or text: YAML, or a Python
            configuration of mmengine (literals and ``dict(...)`` only; nothing is run).

    Raises:
        ArchitectureError: it is neither.
    """
    if isinstance(configuration, Mapping):
        return _with_sections(configuration)
    if not isinstance(configuration, str | Path):
        raise ArchitectureError(
            f"the configuration is of type {type(configuration).__name__}; give the path or text "
            "of a YAML file, a mapping or an MViTConfig"
        )
    return parse_text(_text(configuration))


def parse_text(text: str) -> Configuration:
    """A configuration from its text, never from a file that the text may name.

    Raises:
        ArchitectureError: it is no YAML, no Python literals, or has no sections.
    """
    if len(text) > YAML_LIMITS.characters:
        raise ArchitectureError(
            f"the configuration has {len(text)} characters; at most {YAML_LIMITS.characters} are "
            "read, so check that it is the right text"
        )
    parsed = _python_literals(text)
    if parsed is None:
        try:
            parsed = load_yaml(text)
        except BadYaml as error:
            raise ArchitectureError(f"the configuration {error}") from error
    if not isinstance(parsed, Mapping):
        raise ArchitectureError(
            "the configuration has no sections; give a PySlowFast YAML (MVIT: ..., DATA: ...) or "
            "the upstream's own arguments"
        )
    return _with_sections(parsed)


def _with_sections(parsed: Configuration) -> Configuration:
    for name in _SECTIONS if "MVIT" in parsed else ():
        section = parsed.get(name)
        if section is not None and not isinstance(section, Mapping):
            raise ArchitectureError(
                f"the configuration's {name} is of type {type(section).__name__}; it must be a "
                "section of settings, such as MVIT: {DEPTH: 16}"
            )
    return parsed


def _text(source: str | Path) -> str:
    if isinstance(source, str) and ("\n" in source or ": " in source or source[:1] == "{"):
        return source
    try:
        return read_text(Path(source))
    except CheckpointReadError as error:
        raise ArchitectureError(f"the configuration cannot be used: {error}") from error


def _python_literals(text: str) -> dict[str, Any] | None:
    """Top-level assignments of an mmengine configuration, or None if it is no such text."""
    try:
        body = ast.parse(text).body
        pairs = [
            (node.targets[0].id, _literal(node.value))
            for node in body
            if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name)
        ]
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return None
    return dict(pairs) or None


def _literal(node: ast.expr) -> Any:  # noqa: ANN401 - a tree of unknown shape
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "dict":
        return {str(word.arg): _literal(word.value) for word in node.keywords}
    if isinstance(node, ast.Dict):
        keys = [_literal(key) if key is not None else None for key in node.keys]
        return dict(zip(keys, map(_literal, node.values), strict=True))
    if isinstance(node, ast.List | ast.Tuple):
        return [_literal(item) for item in node.elts]
    try:
        return ast.literal_eval(node)
    except (ValueError, TypeError):
        return None  # a name or a call: never about the architecture


def _keys(configuration: Configuration) -> str:
    return ", ".join(word(key, 40) for key in islice(configuration, 5)) or "nothing"


def configure(configuration: Configuration, preferred: CheckpointFormat) -> Setup:
    """What a configuration says, in the semantics of the weights' own format.

    Args:
        configuration: in any upstream's words.
        preferred: the format of the weights, asked first.

    Raises:
        ArchitectureError: nobody reads it, or it makes no sense.
    """
    others = (entry for entry in FORMATS.values() if entry is not preferred)
    reader = next((e for e in (preferred, *others) if e.reads(configuration)), None)
    if reader is None:
        raise ArchitectureError(
            f"a configuration with {_keys(configuration)} in it is not understood; give a "
            "PySlowFast YAML or the arguments of the model's upstream"
        )
    try:
        setup = reader.configure(configuration)
    except (
        TypeError, ValueError, LookupError, AttributeError, ArithmeticError, RuntimeError,
        ClipError,
    ) as error:  # fmt: skip
        raise ArchitectureError(
            f"the {reader.title} configuration makes no sense ({type(error).__name__}: "
            f"{first_line(error)})"
        ) from error
    if reader is preferred:
        return setup
    return Setup(preferred.adapt(setup.architecture), setup.clip, setup.notes)
