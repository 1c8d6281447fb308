"""What the rows of the timeline are given to paint, and what a row is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from app.panels.timeline.span import Span
    from app.results import ProxyInfo, SeriesInfo, VideoInfo
    from app.state.view_state import Loop, Marker
    from mvit_core.video.clip import ClipWindow


@dataclass(frozen=True)
class Scene:
    """All that the rows show; equal scenes are painted the same."""

    video: VideoInfo
    span: Span
    windows: tuple[ClipWindow, ...]
    window: ClipWindow | None
    """The one that speaks for the frame shown."""
    proxies: ProxyInfo | None
    loop: Loop
    markers: tuple[Marker, ...]
    series: SeriesInfo | None
    pixel_ratio: float
    later: Callable[[], None]
    """Called by a row that could not show everything yet: it is painted once more soon."""


class Row(Protocol):
    """One line of the timeline."""

    height: int

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint into a box that is as wide as the span."""
