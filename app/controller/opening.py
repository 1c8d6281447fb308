"""What a clip or a model changes once it is there: the state, and the windows of the clip."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.view_state import Loop
from mvit_core.attribution import MapSpec
from mvit_core.errors import ClipError
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import ModelInfo, Results
    from app.state.store import Store
    from mvit_core.video.clip import ClipSpec, ClipWindow


def tiled(results: Results, spec: ClipSpec | None) -> Results:
    """The results with the windows of its video, once both video and model are there.

    Args:
        results: what is known now.
        spec: how the user wants the model to be fed; None for what the checkpoint states.
    """
    windows: tuple[ClipWindow, ...] = ()
    problem = ""
    if results.video is not None and results.model is not None:
        try:
            windows = clip_windows(
                results.video.frame_count, results.video.fps, spec or results.model.clip_spec
            )
        except ClipError as error:
            problem = str(error)
    return replace(results, windows=windows, problem=problem)


def begin_clip(store: Store, path: Path) -> None:
    """Show a clip from its beginning; loop and markers stay where it is opened anew."""
    query = store.state.map.query
    if store.state.clip != path:
        store.update(loop=Loop(), markers=())
    store.update(
        clip=path,
        frame=0,
        playing=False,
        scrubbing=False,
        picking=False,
        query="readout" if isinstance(query, tuple) else query,
    )
    store.forget()


def begin_model(store: Store, model: ModelInfo, before: ModelInfo | None) -> None:
    """Show the map that a model begins with; the view stays where it is the same network."""
    if before is not None and before.is_same_network(model):
        store.update(model=model.source)  # elsewhere or more sparing
        return
    store.update(
        model=model.source,
        clip_spec=None,
        map=MapSpec(),
        picking=False,
        locked_range=None,
        pinned_classes=(),
    )
    store.forget()
