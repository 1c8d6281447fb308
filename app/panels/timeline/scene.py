"""What the rows of the timeline are given to paint, and what a row is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtCore import QRectF
    from PySide6.QtGui import QPainter

    from app.panels.timeline.span import Span
    from app.results import ProxyInfo, SeriesInfo, VideoInfo
    from app.state.view_state import Loop, Marker
    from app.widgets.plots import Plot
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


class Row:
    """One line of the timeline.

    It paints what does not depend on the playhead, and is painted again only when the scene is
    another one.
    """

    height = 0
    """Pixels; 0 takes no room."""
    holds_marks = False
    """Loop and markers are painted here, so that the pointer takes hold of them."""

    def follow(self, scene: Scene | None) -> None:
        """Set the height that a scene asks for; None is without a video."""

    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        """Paint into a box that is as wide as the span."""
        raise NotImplementedError

    def words_at(self, scene: Scene, frame: int) -> str:  # noqa: ARG002 - for rows that speak
        """What the row says of the frame under the pointer; empty where it says nothing."""
        return ""

    def figure(self, scene: Scene) -> Callable[[], Plot] | None:  # noqa: ARG002 - for plots
        """What makes the row with axes that a reader needs, to be exported; None for no plot."""
        return None
