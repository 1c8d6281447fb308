"""Loop and markers on the ruler: paints them, and finds the one under the pointer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from app.widgets import theme

if TYPE_CHECKING:
    from app.panels.timeline.scene import Scene
    from app.panels.timeline.span import Span
    from app.state.view_state import Loop, Marker

REACH_PX = 6
"""Distance within which the pointer grips a mark."""

HALF_PX = 4.5
"""Half a marker's diagonal."""


@dataclass(frozen=True)
class Grip:
    """A mark that the pointer can drag: an end of the loop, or a marker."""

    kind: Literal["first", "last", "marker"]
    frame: int


def grip_at(x: float, span: Span, loop: Loop, markers: tuple[Marker, ...]) -> Grip | None:
    """The nearest mark within reach of an x; markers lie above ends of the loop."""
    near = [(abs(_middle(span, m.frame) - x), Grip("marker", m.frame)) for m in markers]
    if not near or min(near, key=_distance)[0] > REACH_PX:
        near = []
        if loop.first is not None:
            near.append((abs(span.x_of(loop.first) - x), Grip("first", loop.first)))
        if loop.last is not None:
            near.append((abs(span.x_of(loop.last + 1) - x), Grip("last", loop.last)))
    found = min(near, key=_distance, default=None)
    return found[1] if found is not None and found[0] <= REACH_PX else None


def _distance(found: tuple[float, Grip]) -> float:
    return found[0]


def _middle(span: Span, frame: int) -> float:
    return (span.x_of(frame) + span.x_of(frame + 1)) / 2


def paint_marks(painter: QPainter, box: QRectF, scene: Scene) -> None:
    """Paint the loop as a band with ends to drag, and a diamond for each marker."""
    painter.save()
    painter.setClipRect(box.adjusted(-HALF_PX, 0, HALF_PX, 0))
    _paint_loop(painter, box, scene)
    colours = theme.current()
    painter.setPen(QPen(QColor(colours.panel), 1))
    painter.setBrush(QColor(colours.warning))
    for marker in scene.markers:
        x, y = _middle(scene.span, marker.frame), box.center().y()
        corners = ((-HALF_PX, 0.0), (0.0, -HALF_PX - 1), (HALF_PX, 0.0), (0.0, HALF_PX + 1))
        painter.drawPolygon(QPolygonF([QPointF(x + dx, y + dy) for dx, dy in corners]))
    painter.restore()


def _paint_loop(painter: QPainter, box: QRectF, scene: Scene) -> None:
    loop, colours = scene.loop, theme.current()
    if not loop.has_points:
        return
    first, last = loop.points(scene.video.frame_count)
    left, right = scene.span.x_of(first), scene.span.x_of(last + 1)
    band = QRectF(left, box.top() + 3, right - left, box.height() - 6)
    on = loop.mode == "range"
    colour = QColor(colours.accent)
    painter.setPen(Qt.PenStyle.NoPen if on else QPen(colour, 1))
    fill = QColor(colours.accent)
    fill.setAlphaF(0.45 if on else 0.08)
    painter.setBrush(fill)
    painter.drawRoundedRect(band, 2, 2)
    painter.setPen(QPen(colour, 3))
    for x, is_set in ((left, loop.first is not None), (right, loop.last is not None)):
        if is_set:
            painter.drawLine(QPointF(x, box.top() + 2), QPointF(x, box.bottom() - 2))


def grip_words(grip: Grip, markers: tuple[Marker, ...]) -> str:
    """Describe the mark under the pointer."""
    if grip.kind == "marker":
        return next((m.name for m in markers if m.frame == grip.frame), "")
    words = {
        "first": QCoreApplication.translate("timeline", "loop begins"),
        "last": QCoreApplication.translate("timeline", "loop ends"),
    }
    return words[grip.kind]
