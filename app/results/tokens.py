"""Finds tokens: within a grid, at the same place of another layer's grid, and on the frame."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.results import TokenMark
from mvit_core.attribution import METHODS

if TYPE_CHECKING:
    from app.results import LayerInfo, MapResult
    from app.results.snapshot import Snapshot
    from mvit_core.attribution import Query
    from mvit_core.geometry import GridGeometry, Triple
    from mvit_core.heatmap import Heatmap


def clamp(token: Triple, shape: Triple) -> Triple:
    """Clamp a token (t, y, x) to a grid of a shape."""
    t, y, x = (min(i, n - 1) for i, n in zip(token, shape, strict=True))
    return t, y, x


def centre(shape: Triple) -> Triple:
    """The token (t, y, x) in the middle of a grid."""
    t, y, x = (n // 2 for n in shape)
    return t, y, x


def picked_grid(layer: LayerInfo, method: str) -> tuple[GridGeometry | None, Triple]:
    """The grid that a token is picked from: keys for 'attended by', otherwise queries."""
    if METHODS[method].grid == "q":
        return layer.k_geometry, layer.k_shape
    return layer.q_geometry, layer.q_shape


def carried(query: Query, method: str, old: LayerInfo, new: LayerInfo) -> Query:
    """Move a query to another layer, at the same place of the model's input.

    An index means another place on another grid. Where the geometry is not known yet, the index is
    only clamped to the grid.
    """
    if isinstance(query, str):
        return query
    here, _ = picked_grid(old, method)
    there, shape = picked_grid(new, method)
    if here is None or there is None:
        return clamp(query, shape)
    return there.nearest_token(here.centre(query), shape)


def mark_of(snapshot: Snapshot) -> TokenMark | None:
    """The ring around the picked token on the canvas; None where nothing is picked or shown."""
    shown, picture = snapshot.results.shown, snapshot.results.picture
    if shown is None or picture is None:
        return None
    return mark_on(shown.result, shown.heatmap, picture.index)


def mark_on(result: MapResult, heatmap: Heatmap, frame_index: int) -> TokenMark | None:
    """The ring around the token whose map this is; None where the map belongs to no one token.

    Args:
        result: the map, and where its tokens lie.
        heatmap: any head of it, placed on the frame.
        frame_index: the frame below the ring.
    """
    request = result.request
    query = request.map.query
    geometry, shape = picked_grid(result.layer, request.map.method)
    if isinstance(query, str) or not METHODS[request.map.method].needs_query or geometry is None:
        return None
    _, row, column = geometry.centre(query)
    scale = result.pixel_map.scale
    place = heatmap.sampled_position(frame_index)
    return TokenMark(
        centre_px=result.pixel_map.to_source(column, row),
        cell_px=(geometry.scale[2] * scale[0], geometry.scale[1] * scale[1]),
        token=query,
        on_this_frame=geometry.nearest(0, place, shape[0]) == query[0],
    )
