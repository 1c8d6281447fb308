"""Values of more than one map: what the range policies ``clip`` and ``model`` look at."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.video.clip import PLAIN

if TYPE_CHECKING:  # the window imports this module before torch is there
    from collections.abc import Callable, Sequence

    from mvit_core.attribution import LayerGrids, MapSpec
    from mvit_core.attribution.maps import FloatArray
    from mvit_core.pipeline import Explainer, Explanation
    from mvit_core.render import RangePolicy
    from mvit_core.video import ClipWindow, Tiling, Video


@dataclass(frozen=True)
class Piece:
    """The maps of all heads of one layer in one window."""

    window: ClipWindow
    spec: MapSpec
    """Its block is a number."""


def pieces_of(
    policy: RangePolicy,
    chosen: Piece,
    windows: Sequence[ClipWindow],
    layers: Sequence[LayerGrids],
) -> tuple[Piece, ...]:
    """The maps that a policy looks at; none where the chosen layer alone is enough.

    Args:
        policy: how far to look.
        chosen: the layer whose map is shown.
        windows: all of the clip.
        layers: all of the model; a picked token is that at the same place in each.
    """
    if policy == "clip":
        return tuple(replace(chosen, window=window) for window in windows)
    if policy != "model":
        return ()
    here = next(layer for layer in layers if layer.block == chosen.spec.block)
    return tuple(replace(chosen, spec=chosen.spec.on_layer(here, layer)) for layer in layers)


def pooled_values(
    explainer: Explainer,
    video: Video,
    chosen: Explanation,
    policy: RangePolicy,
    on_piece: Callable[[], None] | None = None,
    tiling: Tiling = PLAIN,
) -> FloatArray | None:
    """All values that a policy looks at, one after the other; None where the layer is enough.

    Args:
        explainer: windows that it does not remember are run again.
        video: the clip.
        chosen: the map whose layer, method and query count.
        policy: how far to look.
        on_piece: called before each window or layer; raising from it ends the work.
        tiling: how windows lie over the clip.

    Returns:
        (N,), in the unit of the map.

    Raises:
        MvitError: a window cannot be read or run.
    """
    captured = chosen.capture
    explainer = explainer.with_changes(captured.changes)
    here = Piece(captured.window, replace(chosen.spec, block=chosen.maps.block))
    values = []
    for piece in pieces_of(policy, here, explainer.windows(video, tiling), captured.record.layers):
        if on_piece is not None:
            on_piece()
        # Attention is the same for all boxes: those that the window was run for cost no run.
        boxes = captured.boxes if piece.window == captured.window else ()
        seen = explainer.glance(video, piece.window, boxes=boxes)
        values.append(explainer.head_maps(video, seen, piece.spec).values.ravel())
    return np.concatenate(values) if values else None
