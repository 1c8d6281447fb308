"""What the export lane does: it has a model and a container of its own."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from app.inference import fed_as, prepare_torch
from app.painting import look_of
from mvit_core.video.encoders import Encoding

if TYPE_CHECKING:
    from app.facts import World
    from app.state import ModelSource, ViewState
    from app.workers import Ticket
    from mvit_core.attribution import HeadChoice, Query
    from mvit_core.pipeline import Explainer
    from mvit_core.render import Look
    from mvit_core.video.clip import ClipSpec


@dataclass(frozen=True)
class ExportWish:
    """What is to be written, drawn how, and where."""

    clip: Path
    model: ModelSource
    clip_spec: ClipSpec
    """How the model is fed."""
    target: Path
    """Its ending decides the kind of file."""
    block: int
    head: HeadChoice
    method: str
    query: Query
    look: Look
    frame: int
    """The frame of a still picture."""
    picture_fps: float | None = None
    """Frames per second of a folder of pictures; None for a file."""
    layout: str = "single"
    start: int = 0
    stop: int | None = None
    """One past the last frame; None is the end."""
    encoding: Encoding = field(default_factory=Encoding)
    """How a video is stored."""
    sound: bool = False
    """Keep the sound of the clip in a video."""


@dataclass(frozen=True)
class Exported:
    """A file that was written."""

    target: Path
    notes: tuple[str, ...]
    """What a reader must know of it."""


def wish_for(state: ViewState, world: World) -> ExportWish | None:
    """What an export of the present view would be; None without video or model."""
    layer = world.layer(state.block)
    if world.video is None or world.model is None or layer is None:
        return None
    clip = world.video.path
    return ExportWish(
        clip=clip,
        model=world.model.source,
        clip_spec=state.clip_spec or world.model.clip_spec,
        target=_writable_folder(clip) / f"{clip.stem}-b{layer.block}-{_short(state.head)}.mp4",
        block=layer.block,
        head=state.head,
        method=state.method,
        query=state.query,
        look=look_of(state),
        frame=state.frame,
        picture_fps=state.picture_fps if world.video.is_folder else None,
    )


def _short(head: HeadChoice) -> str:
    """A head or a reduction within the name of a file."""
    return head if isinstance(head, str) else f"h{head}"


def _writable_folder(path: Path) -> Path:
    """The folder of a file, or the user's own where that is read-only."""
    folder = path.absolute().parent
    return folder if os.access(folder, os.W_OK) else Path.home()


class ExportHost:
    """Keeps the model of the last export; lives on the export lane."""

    def __init__(self) -> None:
        self._explainer: Explainer | None = None
        self._source: ModelSource | None = None

    def run(self, wish: ExportWish, ticket: Ticket) -> Exported:
        """Write the file, whole or not at all.

        Raises:
            MvitError: the target cannot be written, or the wish does not fit the model.
        """
        prepare_torch()
        from mvit_core.export import ExportRequest, export
        from mvit_core.pipeline import MapSpec
        from mvit_core.video import open_video

        ticket.check()
        explainer = fed_as(self._explainer_for(wish.model), wish.clip_spec)
        request = ExportRequest(
            spec=MapSpec(wish.block, wish.head, wish.method, wish.query),
            look=wish.look,
            layout=wish.layout,
            frame_index=wish.frame,
            start=wish.start,
            stop=wish.stop,
            encoding=wish.encoding,
            sound=wish.sound,
        )
        with (
            open_video(wish.clip, fps=wish.picture_fps) as video,
            video.checked_by(ticket.check),
        ):
            summary = export(explainer, video, request, wish.target, ticket.step)
        return Exported(wish.target, summary.notes)

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
                half=source.half,
            )
            self._explainer, self._source = Explainer(loaded, remembered_windows=1), source
        return self._explainer
