"""The scene that the rows of the timeline paint, and the base class of rows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from app.panels.timeline.span import Span
    from app.results import ProxyInfo, SeriesInfo, VideoInfo, WhenInfo, WindowStates
    from app.state.view_state import Loop, Marker
    from app.widgets.plots import Plot
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class Scene:
    """Everything that the rows show; equal scenes are painted the same."""

    video: VideoInfo
    span: Span
    windows: tuple[ClipWindow, ...]
    window: ClipWindow | None
    """Clip window of the frame shown."""
    proxies: ProxyInfo | None
    loop: Loop
    markers: tuple[Marker, ...]
    series: SeriesInfo | None
    states: WindowStates
    """What is known of each window."""
    pixel_ratio: float
    later: Callable[[], None]
    """Called by a row that could not paint everything yet; the rows are painted again soon."""
    when: WhenInfo | None = None
    """What each sampled frame of the window shown adds to the class that is explained."""


class Row:
    """A row of the timeline.

    A row is independent of the playhead, and is painted again only when the scene changes.
    """

    height = 0
    """Height in pixels; 0 hides the row."""
    grows = 0
    """Share of the room beyond what all rows need, among the rows that grow."""
    least = 0
    """Height in pixels down to which a row that grows may shrink."""
    holds_marks = False
    """The row paints loop and markers, so that the pointer can drag them there."""

    def follow(self, scene: Scene | None) -> None:
        """Set the height for a scene; None is without a video."""

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint into a box that is as wide as the span."""
        raise NotImplementedError

    def words_at(self, scene: Scene, frame: int) -> str:  # noqa: ARG002 - for rows that speak
        """Words about the frame under the pointer; empty where the row has none."""
        return ""

    def figure(self, scene: Scene) -> Callable[[], Plot] | None:  # noqa: ARG002 - for plots
        """A function that makes the row's plot with axes, to be exported; None for no plot."""
        return None


def row_at(rows: Iterable[Row], y: float) -> Row | None:
    """The row at a height from the top, in pixels; None below all."""
    bottom = 0
    for row in rows:
        bottom += row.height
        if y < bottom:
            return row
    return None


def share_room(rows: Iterable[Row], height: int) -> None:
    """Share the room beyond what rows need, or what is lacking, among those that grow.

    Args:
        rows: each as high as it needs to be.
        height: of all together, in pixels.
    """
    rows = tuple(rows)
    spare = height - sum(row.height for row in rows)
    growing = [row for row in rows if row.grows and row.height]
    whole = sum(row.grows for row in growing)
    for row in growing:
        part = round(spare * row.grows / whole)
        row.height = max(row.height + part, row.least)
        spare, whole = spare - part, whole - row.grows
