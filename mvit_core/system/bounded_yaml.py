"""YAML from outside, within bounds: text, depth, values, and what aliases would make of them.

The text is first read as a row of events, which takes no more memory than one of them; only then
is anything built. The loader knows plain values alone, and reads Python's tuples as lists.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import yaml
from yaml.events import (
    AliasEvent,
    CollectionEndEvent,
    CollectionStartEvent,
    Event,
    NodeEvent,
    ScalarEvent,
)

__all__ = ["YAML_LIMITS", "BadYaml", "YamlLimits", "load_yaml"]

_Check = Callable[[], None]
_BETWEEN_CHECKS = 512
"""Events between two calls of the check."""


class BadYaml(ValueError):  # noqa: N818 - named for what it tells of
    """The text is no YAML, or goes beyond a limit; the message begins with a verb."""


@dataclass(frozen=True)
class YamlLimits:
    """Limits of a YAML text."""

    characters: int = 128 << 10
    """Characters of the text. Configurations of trainers have 2,000 to 20,000."""
    depth: int = 40
    """Collections inside each other."""
    aliases: int = 200
    """References to what stands elsewhere in the text."""
    values: int = 50_000
    """Scalars and collections, with aliases written out."""
    scalar_characters: int = 64 << 10
    """Characters of one value."""
    digits: int = 1_000
    """Characters of what begins like a number."""


YAML_LIMITS = YamlLimits()
"""The limits of every reader."""

_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _PlainLoader(_Loader):  # type: ignore[misc]
    """PyYAML's safe loader; a Python tuple, as yacs writes it, becomes a list."""


_PlainLoader.add_constructor(
    "tag:yaml.org,2002:python/tuple",
    lambda loader, node: loader.construct_sequence(node, deep=True),
)


def load_yaml(text: str, limits: YamlLimits = YAML_LIMITS, check: _Check = lambda: None) -> Any:  # noqa: ANN401
    """The value of a YAML text, of plain values alone.

    Args:
        text: one document.
        limits: what it may ask for.
        check: called every few milliseconds; raising from it ends the reading.

    Raises:
        BadYaml: it is no YAML, holds other than plain values, or goes beyond a limit. The message
            goes on after the name of the text, and says the line where it is known.
    """
    if len(text) > limits.characters:
        raise BadYaml(f"has {len(text)} characters; at most {limits.characters} are read")
    try:
        look = _Look(limits)
        for count, event in enumerate(yaml.parse(text, Loader=_Loader)):
            if not count % _BETWEEN_CHECKS:
                check()
            look.take(event)
        check()
        return yaml.load(text, Loader=_PlainLoader)
    except BadYaml:
        raise
    except (yaml.YAMLError, ValueError, TypeError, RecursionError, AttributeError) as error:
        mark = getattr(error, "problem_mark", None)
        raise BadYaml(f"is not YAML{f' (line {mark.line + 1})' if mark else ''}") from error


@dataclass
class _Look:
    """Counts what the events would build."""

    limits: YamlLimits
    total: int = 0
    aliases: int = 0
    open: list[tuple[str | None, int]] = field(default_factory=list)
    """Collections that have not ended: their anchor, and the total where they began."""
    sizes: dict[str, int] = field(default_factory=dict)
    """Values behind each anchor, written out."""

    def take(self, event: Event) -> None:
        """Count one event."""
        if isinstance(event, AliasEvent):
            self._alias(event)
        elif isinstance(event, CollectionStartEvent):
            self.open.append((event.anchor, self.total))
            self._add(1)
            if len(self.open) > self.limits.depth:
                raise BadYaml(
                    f"is not YAML of a sensible depth: nested more than {self.limits.depth} deep"
                )
        elif isinstance(event, CollectionEndEvent):
            anchor, begin = self.open.pop()
            if anchor is not None:
                self.sizes[anchor] = self.total - begin
        elif isinstance(event, ScalarEvent):
            self._scalar(event)

    def _scalar(self, event: ScalarEvent) -> None:
        self._add(1)
        if len(event.value) > self.limits.scalar_characters:
            raise BadYaml(f"has a value of {len(event.value)} characters")
        if event.value[:1] in "+-.0123456789" and len(event.value) > self.limits.digits:
            raise BadYaml(f"has a number of {len(event.value)} digits")
        if event.anchor is not None:
            self.sizes[event.anchor] = 1

    def _alias(self, event: NodeEvent) -> None:
        self.aliases += 1
        if self.aliases > self.limits.aliases:
            raise BadYaml(f"has more than {self.limits.aliases} aliases")
        if any(anchor == event.anchor for anchor, _ in self.open):
            raise BadYaml("has a value that holds itself")
        self._add(self.sizes.get(event.anchor or "", 1))

    def _add(self, values: int) -> None:
        self.total += values
        if self.total > self.limits.values:
            raise BadYaml(f"would have more than {self.limits.values} values when written out")
