"""What the export lane does: it has a model and a container of its own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.inference import prepare_torch

if TYPE_CHECKING:
    from pathlib import Path

    from app.state import ModelSource
    from app.workers import Ticket
    from mvit_core.attribution import HeadChoice, Query
    from mvit_core.pipeline import Explainer
    from mvit_core.render import Look


@dataclass(frozen=True)
class ExportWish:
    """What is to be written, drawn how, and where."""

    clip: Path
    model: ModelSource
    target: Path
    """Its ending decides the kind of file."""
    block: int
    head: HeadChoice
    method: str
    query: Query
    look: Look
    frame: int
    """The frame of a still picture."""
    layout: str = "single"
    start: int = 0
    stop: int | None = None
    """One past the last frame; None is the end."""


class ExportHost:
    """Keeps the model of the last export; lives on the export lane."""

    def __init__(self) -> None:
        self._explainer: Explainer | None = None
        self._source: ModelSource | None = None

    def run(self, wish: ExportWish, ticket: Ticket) -> str:
        """Write the file, whole or not at all; returns where it is.

        Raises:
            MvitError: the target cannot be written, or the wish does not fit the model.
        """
        prepare_torch()
        from mvit_core.export import ExportRequest, export
        from mvit_core.pipeline import MapSpec
        from mvit_core.video import open_video

        ticket.check()
        explainer = self._explainer_for(wish.model)
        request = ExportRequest(
            spec=MapSpec(wish.block, wish.head, wish.method, wish.query),
            look=wish.look,
            layout=wish.layout,
            frame_index=wish.frame,
            start=wish.start,
            stop=wish.stop,
        )
        with open_video(wish.clip) as video:
            export(explainer, video, request, wish.target, ticket.step)
        return str(wish.target)

    def close(self) -> None:
        """Release the model."""
        self._explainer = None

    def _explainer_for(self, source: ModelSource) -> Explainer:
        from mvit_core.checkpoint import load_model
        from mvit_core.pipeline import Explainer

        if self._explainer is None or self._source != source:
            self._explainer = None
            loaded = load_model(
                source.checkpoint,
                config=source.config,
                preset=source.preset,
                labels=source.labels,
                device=source.device,
            )
            self._explainer, self._source = Explainer(loaded, remembered_windows=1), source
        return self._explainer
