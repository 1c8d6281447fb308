"""Fits what a session asks for to the clip and the model that are open."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.state.view_state import MOST_PINNED, MOST_TUBES, TOP_CHOICES, Loop, views_of
from app.state.window_patch import MOST_PATCHES
from mvit_core.attribution import (
    ATTENDS_TO,
    LAYER_MAPS,
    METHODS,
    head_within,
    needs_token,
    query_grid,
)
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.painting import tubes_within
from mvit_core.render import HeatSettings, colormaps

if TYPE_CHECKING:
    from app.results import Results
    from app.state.store import Values
    from app.state.view_state import LeftWorkspace
    from app.state.window_patch import WindowPatch
    from mvit_core.attribution import MapSpec
    from mvit_core.explaining import Changes


def fitted(view: Values, results: Results) -> Values:
    """Fit a session's view to the clip and the model that are open.

    A file that was edited by hand, or relinked to another clip or model, may ask for frames,
    layers, heads or tokens that do not exist.
    """
    view = dict(view)
    count = results.video.frame_count if results.video is not None else 1
    view["frame"] = min(max(view.get("frame", 0), 0), count - 1)
    view |= _fitted_marks(view, count) | _fitted_classes(view, results)
    if "map" in view:
        view["map"] = _fitted_map(view["map"], results)
    if "map" in view and view["map"].method not in METHODS:
        seen = view.get("view")
        view["view"] = seen if seen in views_of(view["map"].method) else "single"
    if "changes" in view:
        view["changes"] = _fitted_changes(view["changes"], results)
    if "patches" in view:
        view["patches"] = _fitted_patches(view["patches"], results)
    if "left" in view:
        view["left"] = tuple(each for each in view["left"] if _is_at_hand(each))
    heat = view.get("heat")
    if heat is not None and heat.colormap not in colormaps("sequential"):
        view["heat"] = replace(heat, colormap=HeatSettings().colormap)
    return view


def _is_at_hand(left: LeftWorkspace) -> bool:
    """True where a workspace can be as it was left: by a known method, of no single token."""
    is_known = left.method in (*LAYER_MAPS, *EVIDENCE)
    return is_known and isinstance(left.query, str) and not needs_token(left.method)


def _fitted_changes(wanted: Changes, results: Results) -> Changes:
    """Switch on heads that the model lacks, and drop tubes that the clip has no room for.

    Which windows the mean is of is found anew.
    """
    heads = {layer.block: layer.heads for layer in results.layers}
    there = [place for place in wanted.heads_off if place.head < heads.get(place.block, 0)]
    video, tubes = results.video, wanted.tubes[:MOST_TUBES]
    tubes = () if video is None else tubes_within(tubes, video.size, video.frame_count)
    return replace(wanted.without(there), mean_of=(), batch=None, tubes=tubes)


def _fitted_patches(wanted: tuple[WindowPatch, ...], results: Results) -> tuple[WindowPatch, ...]:
    """Drop patches of parts and classes that the model lacks."""
    heads = {layer.block: layer.heads for layer in results.layers}
    count = results.model.class_count if results.model is not None else 0
    return tuple(
        each
        for each in wanted[-MOST_PATCHES:]
        if 0 <= (each.patch.head or 0) < heads.get(each.patch.block, 0)
        and all(index is None or 0 <= index < count for index in (each.target, each.against))
    )


def _fitted_map(wanted: MapSpec, results: Results) -> MapSpec:
    """Replace layer, head, method or token of a map that do not exist."""
    if wanted.block is not None and not 0 <= wanted.block < len(results.layers):
        wanted = replace(wanted, block=None)
    count = results.model.class_count if results.model is not None else 0
    if wanted.method not in (*LAYER_MAPS, *(EVIDENCE if count else ())):
        wanted = replace(wanted, method=ATTENDS_TO)
    target, against = (
        each if each is not None and 0 <= each < count else None
        for each in (wanted.target, wanted.against)
    )
    wanted = replace(wanted, target=target, against=None if against == target else against)
    if wanted.method in EVIDENCE:
        wanted = replace(wanted, query="readout")
    layer = results.layer(wanted.block)
    wanted = replace(wanted, head=head_within(wanted.head, layer.heads if layer is not None else 0))
    if isinstance(wanted.query, tuple):
        grid = None if layer is None else query_grid(wanted.method, layer)
        if grid is None or grid.clamp(wanted.query) != wanted.query:
            wanted = replace(wanted, query="readout", method=ATTENDS_TO)
    elif needs_token(wanted.method):
        wanted = replace(wanted, query="readout", method=ATTENDS_TO)
    return wanted


def _fitted_marks(view: Values, count: int) -> Values:
    """Drop markers and loop points outside a video of ``count`` frames, and sort markers."""
    kept = {m.frame: m for m in view.get("markers", ()) if 0 <= m.frame < count}
    loop = view.get("loop", Loop())
    inside = all(point is None or 0 <= point < count for point in (loop.first, loop.last))
    markers = tuple(kept[frame] for frame in sorted(kept))
    return {"markers": markers, "loop": loop if inside else Loop()}


def _fitted_classes(view: Values, results: Results) -> Values:
    """Drop pinned classes that the model lacks, and a list length that is not offered."""
    count = results.model.class_count if results.model is not None else 0
    pinned = dict.fromkeys(i for i in view.get("pinned_classes", ()) if 0 <= i < count)
    top = view.get("top_k")
    return {
        "pinned_classes": tuple(pinned)[:MOST_PINNED],
        "top_k": top if top in TOP_CHOICES else TOP_CHOICES[0],
    }
