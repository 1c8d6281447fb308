"""Means of heads over a batch result: of which they are asked for, and what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from mvit_core.printable import printable

if TYPE_CHECKING:
    from pathlib import Path

    from app.state.view_state import ModelSource, ViewState
    from mvit_core.explaining.changes import BatchMean
    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.clip import ClipSpec


_MOST_LETTERS = 24
"""Of a name in a dock of 260 pixels."""


@dataclass(frozen=True)
class BatchMeansRequest:
    """A batch result, and the network that its means are wanted for."""

    folder: Path
    model: ModelSource
    files: tuple[FileIdentity, ...]
    """Of the model, as they were read."""
    clip_spec: ClipSpec
    """How it is fed."""


@dataclass(frozen=True, eq=False)
class BatchMeansInfo:
    """What is known of the means over a batch result."""

    asked: BatchMeansRequest
    source: BatchMean | None = None
    """What they are of; None while they are read, and where they cannot be used."""
    notes: tuple[str, ...] = ()
    """In what the network of the batch was run otherwise: sentences."""
    problem: str = ""
    """Why they cannot be used; empty while they can, and while they are read."""

    @property
    def is_coming(self) -> bool:
        """They are being read."""
        return self.source is None and not self.problem

    @property
    def name(self) -> str:
        """Of the folder, in a length that can be shown."""
        return shown_name(self.asked.folder.name)


def shown_name(name: str) -> str:
    """The name of a batch result, in a length that can be shown."""
    return printable(name, _MOST_LETTERS)


def is_of_batch(state: ViewState) -> bool:
    """Heads that are off are to give their mean over a batch result."""
    return state.changes.by == "mean" and state.mean_batch is not None


def mean_over(state: ViewState, found: BatchMeansInfo | None) -> BatchMean | None:
    """What they give where those means are there; None where the clip's stand for them."""
    if found is None or not is_of_batch(state) or found.asked.folder != state.mean_batch:
        return None
    return found.source


def waits_for_mean(state: ViewState, found: BatchMeansInfo | None) -> bool:
    """Those means are being read, so nobody knows yet what heads give."""
    return is_of_batch(state) and found is not None and found.is_coming
