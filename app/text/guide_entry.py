"""The form of an entry of the guide."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class GuideEntry:
    """An entry of the guide, in English; ``tr`` translates its texts."""

    name: str
    """Name by which a question mark asks for it."""
    title: str
    short: str
    """Two sentences: what it is, and how to read it."""
    more: str
    """What else there is to know; paragraphs are lines."""
