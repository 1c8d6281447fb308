"""Tokens of a grid, and the ring around one on the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results import TokenMark
from mvit_core.attribution import ATTENDED_BY, ATTENDS_TO, LAYER_MAPS, query_grid

if TYPE_CHECKING:
    from app.results import MapResult
    from app.results.snapshot import Snapshot
    from mvit_core.geometry import GridGeometry, Triple
    from mvit_core.heatmap import Heatmap


def centre(shape: Triple) -> Triple:
    """The token (t, y, x) in the middle of a grid."""
    t, y, x = (n // 2 for n in shape)
    return t, y, x


def mark_of(snapshot: Snapshot) -> TokenMark | None:
    """The ring around the picked token on the canvas; None where nothing is picked or shown."""
    shown, picture = snapshot.results.shown, snapshot.results.picture
    if shown is None or picture is None:
        return None
    return mark_on(shown.result, shown.heatmap, picture.index)


def pickable_at(
    result: MapResult, heatmap: Heatmap, place: tuple[float, float], frame_index: int, *, key: bool
) -> TokenMark | None:
    """The token that a click picks, which may lie on another grid than the map's own.

    Args:
        result: the map, and where its tokens lie.
        heatmap: any head of it, placed on the frame.
        place: source pixel (x, y).
        frame_index: the frame shown.
        key: a key is picked, whatever the map is of.
    """
    shown = LAYER_MAPS.get(result.request.map.method)  # none for evidence, which has no query
    is_key = key or (shown is not None and shown.query_is_key)
    method = ATTENDED_BY if is_key else ATTENDS_TO
    grid = query_grid(method, result.layer)
    if grid.geometry is None or heatmap.token_at(*place, frame_index) is None:
        return None
    column_px, row_px = result.pixel_map.to_model(*place)
    at = (heatmap.sampled_position(frame_index), row_px, column_px)
    token = grid.geometry.nearest_token(at, grid.shape)
    return _mark(result, grid.geometry, token, on_this_frame=True)


def mark_on(result: MapResult, heatmap: Heatmap, frame_index: int) -> TokenMark | None:
    """The ring around the token whose map this is; None where the map belongs to no one token.

    Args:
        result: the map, and where its tokens lie.
        heatmap: any head of it, placed on the frame.
        frame_index: the frame below the ring.
    """
    query, method = result.request.map.query, result.request.map.method
    if isinstance(query, str) or method not in LAYER_MAPS or not LAYER_MAPS[method].needs_query:
        return None
    grid = query_grid(method, result.layer)
    geometry = grid.geometry
    if geometry is None:
        return None
    place = heatmap.sampled_position(frame_index)
    here = geometry.nearest(0, place, grid.shape[0]) == query[0]
    return _mark(result, geometry, query, on_this_frame=here)


def _mark(
    result: MapResult, geometry: GridGeometry, token: Triple, *, on_this_frame: bool
) -> TokenMark:
    _, row, column = geometry.centre(token)
    scale = result.pixel_map.scale
    return TokenMark(
        centre_px=result.pixel_map.to_source(column, row),
        cell_px=(geometry.scale[2] * scale[0], geometry.scale[1] * scale[1]),
        token=token,
        on_this_frame=on_this_frame,
    )
