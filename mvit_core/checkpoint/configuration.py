"""Configurations, whoever wrote them: found, parsed and handed to the format that reads them."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path
from typing import Any

from mvit_core.checkpoint.entry import CheckpointFormat, Configuration, Setup
from mvit_core.checkpoint.files import first_line, read_text
from mvit_core.checkpoint.formats import FORMATS
from mvit_core.checkpoint.python_config import merge_over, read_python, read_python_file
from mvit_core.checkpoint.yacs import decoded
from mvit_core.errors import ArchitectureError, CheckpointReadError, ClipError
from mvit_core.printable import brief, word
from mvit_core.system.bounded_yaml import YAML_LIMITS, BadYaml, load_yaml

__all__ = ["configure", "parse", "parse_text"]

_SECTIONS = ("MVIT", "MODEL", "DATA", "TEST", "DETECTION", "MASK", "MEMVIT")
_DEEPEST_BASE = 8


def parse(configuration: "str | Path | Mapping[str, Any]") -> Configuration:
    """A configuration as a mapping.

    Args:
        configuration: a mapping, the path of a YAML file or of a Python configuration of mmengine
            (read as data, with its ``_base_``), or the text of either.

    Raises:
        ArchitectureError: it is neither.
    """
    if isinstance(configuration, Mapping):
        return _settled(decoded(configuration))
    if not isinstance(configuration, str | Path):
        raise ArchitectureError(
            f"the configuration is of type {type(configuration).__name__}; give the path or text "
            "of a YAML file, a mapping or an MViTConfig"
        )
    if _is_text(configuration):
        return parse_text(str(configuration))
    path = _path(configuration)
    if path.suffix.lower() == ".py":
        return _settled(read_python_file(path))
    return _settled(_with_base_files(path, 0))


def parse_text(text: str) -> Configuration:
    """A configuration from its text, never from a file that the text may name.

    Raises:
        ArchitectureError: it is no YAML, no Python literals, or has no sections.
    """
    parsed = _sections_of(text)
    for key in ("_BASE_", "_base_"):
        if parsed.get(key):
            raise ArchitectureError(
                f"the configuration begins with another file ({key}: {brief(parsed[key], 80)}), "
                "which is not at hand; give the path of the file that names it"
            )
    return _settled(parsed)


def _sections_of(text: str, name: str = "the configuration") -> dict[str, Any]:
    if len(text) > YAML_LIMITS.characters:
        raise ArchitectureError(
            f"{name} has {len(text)} characters; at most {YAML_LIMITS.characters} are "
            "read, so check that it is the right text"
        )
    content: Any = read_python(text)
    if content is None:
        try:
            content = load_yaml(text)
        except BadYaml as error:
            raise ArchitectureError(f"{name} {error}") from error
    if not isinstance(content, Mapping):
        raise ArchitectureError(
            f"{name} has no sections; give a PySlowFast YAML (MVIT: ..., DATA: ...) or the "
            "upstream's own arguments"
        )
    return dict(decoded(content))


def _with_base_files(path: Path, depth: int) -> dict[str, Any]:
    """A YAML file over the files of its folder that it names as ``_BASE_``, as fvcore does.

    Raises:
        ArchitectureError: a base lies elsewhere, or bases name each other without end.
    """
    own = _sections_of(_text(path), f"the configuration {path.name}")
    name = own.pop("_BASE_", None)
    if not name:
        return own
    base = (path.parent / str(name)).resolve()
    if not isinstance(name, str) or not base.is_relative_to(path.parent.resolve()):
        raise ArchitectureError(
            f"{path.name} names {brief(name, 80)} as _BASE_; only files in its own folder are read"
        )
    if depth >= _DEEPEST_BASE:
        raise ArchitectureError(
            f"{path.name}: more than {_DEEPEST_BASE} files are each other's base"
        )
    return merge_over(_with_base_files(base, depth + 1), own)


def _settled(parsed: Configuration) -> Configuration:
    """The configuration, its sections checked."""
    for name in _SECTIONS if "MVIT" in parsed else ():
        section = parsed.get(name)
        if section is not None and not isinstance(section, Mapping):
            raise ArchitectureError(
                f"the configuration's {name} is of type {type(section).__name__}; it must be a "
                "section of settings, such as MVIT: {DEPTH: 16}"
            )
    return parsed


def _is_text(source: str | Path) -> bool:
    return isinstance(source, str) and ("\n" in source or ": " in source or source[:1] == "{")


def _path(source: str | Path) -> Path:
    try:
        return Path(source).expanduser()
    except RuntimeError as error:
        raise ArchitectureError(f"{source} names no user's folder; give the whole path") from error


def _text(path: Path) -> str:
    try:
        return read_text(path)
    except CheckpointReadError as error:
        raise ArchitectureError(f"the configuration cannot be used: {error}") from error


def _keys(configuration: Configuration) -> str:
    return ", ".join(word(key, 40) for key in islice(configuration, 5)) or "nothing"


def configure(configuration: Configuration, preferred: CheckpointFormat) -> Setup:
    """Reads a configuration with the meanings of the weights' own format.

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
