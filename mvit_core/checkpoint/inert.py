"""Placeholder for anything in a file that is no plain value.

Every class or function that a file names, except the few of tensors and settings, becomes
``Inert``: it takes any arguments, keeps none, and does nothing. mmengine's training files need it:
their logs hold ``HistoryBuffer`` objects and a reference to ``getattr`` (formats.md 1).
"""

from typing import Self

__all__ = ["Inert"]


class Inert:
    """Stands for anything unknown; survives whatever a pickle does to an object."""

    def __new__(cls, *args: object, **kwargs: object) -> Self:
        """Ignore the arguments."""
        del args, kwargs
        return super().__new__(cls)

    def __init__(self, *args: object, **kwargs: object) -> None:
        del args, kwargs

    def __setstate__(self, state: object) -> None:
        del state

    def __setitem__(self, key: object, value: object) -> None:
        del key, value

    def append(self, item: object) -> None:
        """Forget the item."""

    def extend(self, items: object) -> None:
        """Forget the items."""

    def add(self, item: object) -> None:
        """Forget the item."""
