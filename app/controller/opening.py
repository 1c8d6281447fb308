"""Updates the state, and the windows of the clip, after a clip or a model was opened."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.view_state import Loop
from mvit_core.errors import ClipError
from mvit_core.video.clip import clip_windows

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import ModelInfo, Results
    from app.state.store import Store
    from mvit_core.video.clip import ClipSpec, ClipWindow


def tiled(results: Results, spec: ClipSpec | None) -> Results:
    """Replace the windows of the results by those of their video and model.

    Without a video or a model there are none; a video that cannot be tiled sets ``problem``.

    Args:
        results: the results now.
        spec: the user's sampling and preprocessing; None for the checkpoint's own.
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
    """Show a clip from its beginning; loop and markers stay where the same clip is opened again."""
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
    """Show a model's first map; the view stays where it is the same network as before."""
    if before is not None and before.is_same_network(model):
        store.update(model=model.source)  # on another device, or with less memory
        return
    store.update(
        model=model.source,
        clip_spec=None,
        block=None,
        head="mean",
        method="row",
        query="readout",
        picking=False,
        locked_range=None,
        pinned_classes=(),
    )
    store.forget()
