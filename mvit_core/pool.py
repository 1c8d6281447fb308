"""Values of more than one map: what the range policies ``clip`` and ``model`` look at."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from mvit_core.attribution.maps import FloatArray
from mvit_core.pipeline import Explainer, Explanation, MapSpec, same_place
from mvit_core.render import RangePolicy
from mvit_core.video import ClipWindow, Video


def pooled_values(
    explainer: Explainer,
    video: Video,
    chosen: Explanation,
    policy: RangePolicy,
    on_piece: Callable[[], None] | None = None,
) -> FloatArray | None:
    """All values that a policy looks at, one after the other; None where the layer is enough.

    Args:
        explainer: windows that it does not remember are run again.
        video: the clip.
        chosen: the map whose layer, method and query count.
        policy: how far to look.
        on_piece: called before each window or layer; raising from it ends the work.

    Raises:
        MvitError: a window cannot be read or run.
    """
    pieces = []
    for window, spec in _pieces(explainer, video, chosen, policy):
        if on_piece is not None:
            on_piece()
        captured = explainer.glance(video, window)
        pieces.append(explainer.head_maps(video, captured, spec).values.ravel())
    return np.concatenate(pieces) if pieces else None


def _pieces(
    explainer: Explainer, video: Video, chosen: Explanation, policy: RangePolicy
) -> list[tuple[ClipWindow, MapSpec]]:
    captured, spec = chosen.capture, chosen.spec
    if policy == "clip":
        return [(window, spec) for window in explainer.windows(video)]
    if policy != "model":
        return []
    here = captured.layer(spec.block)
    return [
        (captured.window, replace(spec, block=each.block, query=same_place(spec, here, each)))
        for each in captured.record.layers
    ]
