"""What is asked of every clip of a batch, and of which part of its clips."""

import re
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal, Protocol, TypeAlias

from mvit_core.errors import ClipError, ClipListError

if TYPE_CHECKING:  # processes that run shards begin before anything large is imported
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.video.multi_view import ViewPlan

__all__ = ["BatchSpec", "ModelSource", "Stats", "Windows", "parse_part", "parse_windows"]

Stats = Literal["readout", "all"]
"""Statistics of heads: of the row that the prediction is read from, or of all queries too."""

Windows: TypeAlias = "Literal['first', 'all'] | ViewPlan"
"""Clip windows that are run: the first, all side by side, or views whose mean is one row."""


_NAMED: "dict[str, Literal['first', 'all']]" = {"first": "first", "all": "all"}


class ModelSource(Protocol):
    """Files and options that a model is loaded from; it goes to other processes by value."""

    @property
    def checkpoint(self) -> Path:
        """The file."""

    @property
    def config(self) -> Path | None:
        """Its configuration, where another file has it."""

    @property
    def labels(self) -> Path | None:
        """Names of its classes, where a file has them."""

    @property
    def preset(self) -> str | None:
        """The published architecture that it is, where that was told."""

    @property
    def weights(self) -> str | None:
        """Name of its network that is read; None for the usual one."""

    @property
    def head(self) -> str | None:
        """Name of its prediction head; None for the usual one."""

    @property
    def device(self) -> str:
        """What it runs on: ``auto``, ``cpu``, ``cuda``, ..."""

    def load(self) -> "LoadedModel":
        """Load the model.

        Raises:
            MvitError: it cannot be loaded.
        """


@dataclass(frozen=True)
class BatchSpec:
    """What is asked of every clip."""

    models: tuple[ModelSource, ...]
    windows: Windows = "first"
    stats: Stats = "readout"
    maps: tuple[str, ...] = ()
    """Names in ``METHODS`` whose maps are written."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the models in tables: of their files, whole paths where two are alike."""
        names = [source.checkpoint.name for source in self.models]
        counts = Counter(names)
        return tuple(
            name if counts[name] == 1 else str(source.checkpoint)
            for name, source in zip(names, self.models, strict=True)
        )


def parse_windows(text: str) -> Windows:
    """Windows from their command-line form: ``first``, ``all`` or ``5x1``.

    Raises:
        ClipError: the text is none of these.
    """
    from mvit_core.video.multi_view import parse_plan

    if text in _NAMED:
        return _NAMED[text]
    try:
        return parse_plan(text)
    except ClipError as error:
        raise ClipError(
            f"windows are {text!r}; allowed are first, all, and TxS: T windows spread over the "
            f"clip times S crops (1 or 3), averaged, as in 5x1"
        ) from error


def parse_part(text: str) -> tuple[int, int]:
    """A part from its command-line form, ``2/8``: the second of eight.

    Raises:
        ClipListError: the text is none, or there is no such part.
    """
    found = re.fullmatch(r"(\d{1,6})/(\d{1,6})", text.strip(), re.ASCII)
    part, parts = (int(found[1]), int(found[2])) if found else (0, 0)
    if not 1 <= part <= parts:
        raise ClipListError(
            f"the part is {text!r}; allowed is I/N, part I of N, from 1/N to N/N, as in 2/8"
        )
    return part, parts
