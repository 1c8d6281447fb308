"""The place of a frame on a widget: zoom, pan, and conversion of points.

*Corner points* count stored pixels from the frame's corner; *view points* are the widget's.
A stored pixel may be shown wider than high.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QPointF, QRectF

MAX_ZOOM = 64.0
MARGIN_PX = 16
WHOLE_WITHIN = 1e-6
"""Tolerance, in device pixels, within which the side of a stored pixel counts as whole."""


@dataclass(frozen=True)
class Viewport:
    """Zoom and pan of a frame on a widget."""

    room: tuple[int, int]
    """(width, height) of the widget."""
    frame: tuple[int, int] | None = None
    """(width, height) in stored pixels; None without a video."""
    aspect: float = 1.0
    """Width of a stored pixel over its height."""
    zoom: float = 0.0
    """View points per stored row; 0 fits the frame to the widget."""
    centre: tuple[float, float] = (0.0, 0.0)
    """Corner point at the widget's centre, while zoomed."""
    margin: int = MARGIN_PX
    """View points kept free around a frame that fits."""
    ratio: float = 1.0
    """Device pixels per view point."""

    @property
    def fit_scale(self) -> float:
        """View points per stored row that show the whole frame."""
        if self.frame is None:
            return 1.0
        width, height = self.frame
        room_x, room_y = (side - 2 * self.margin for side in self.room)
        return max(min(room_x / (width * self.aspect), room_y / height), 0.01)

    @property
    def scale(self) -> float:
        """View points per stored row."""
        return self.zoom or self.fit_scale

    @property
    def actual_scale(self) -> float:
        """View points per stored row where a row is one device pixel high."""
        return 1.0 / self.ratio

    @property
    def looking_at(self) -> tuple[float, float]:
        """The corner point at the widget's centre."""
        if self.zoom or self.frame is None:
            return self.centre
        return self.frame[0] / 2, self.frame[1] / 2

    @property
    def corner(self) -> tuple[float, float]:
        """The view point of the frame's corner.

        Where stored pixels are whole device pixels it lies on one: between two of them a frame at
        its actual size would be blurred.
        """
        at, steps = self.looking_at, (self.scale * self.aspect, self.scale)
        x, y = (room / 2 - by * step for room, by, step in zip(self.room, at, steps, strict=True))
        device = [step * self.ratio for step in steps]
        if any(abs(side - round(side)) > WHOLE_WITHIN for side in device):
            return x, y
        return round(x * self.ratio) / self.ratio, round(y * self.ratio) / self.ratio

    @property
    def frame_box(self) -> QRectF:
        """The frame's box in view points; empty without a video."""
        if self.frame is None:
            return QRectF()
        return self.box(0, 0, *self.frame)

    def box(self, left: float, top: float, right: float, bottom: float) -> QRectF:
        """Convert a box of corner points to view points."""
        return QRectF(self.to_view(left, top), self.to_view(right, bottom))

    def to_view(self, x: float, y: float) -> QPointF:
        """Convert a corner point to view points."""
        left, top = self.corner
        return QPointF(left + x * self.scale * self.aspect, top + y * self.scale)

    def from_view(self, point: QPointF) -> tuple[float, float]:
        """Convert a view point to corner points."""
        left, top = self.corner
        return (point.x() - left) / (self.scale * self.aspect), (point.y() - top) / self.scale

    def pixel_view(self, x: float, y: float) -> QPointF:
        """The view point of a source pixel's centre."""
        return self.to_view(x + 0.5, y + 0.5)

    def cell(self, centre: tuple[float, float], size: tuple[float, float]) -> QRectF:
        """The box, in view points, of a cell around a source pixel's centre."""
        half_x, half_y = size[0] / 2, size[1] / 2
        return QRectF(
            self.pixel_view(centre[0] - half_x, centre[1] - half_y),
            self.pixel_view(centre[0] + half_x, centre[1] + half_y),
        )

    def zoomed(self, scale: float, about: QPointF) -> Viewport:
        """Zoom to a scale; the point under ``about`` stays where it is."""
        held = self.from_view(about)
        least = min(self.fit_scale * 0.25, self.actual_scale)  # of a small frame, too
        zoom = min(max(scale, least), MAX_ZOOM)
        centre = (
            held[0] - (about.x() - self.room[0] / 2) / (zoom * self.aspect),
            held[1] - (about.y() - self.room[1] / 2) / zoom,
        )
        return replace(self, zoom=zoom, centre=centre)

    def moved(self, by: QPointF) -> Viewport:
        """Move the frame along with the pointer; the zoom no longer fits by itself."""
        at, scale = self.looking_at, self.scale
        centre = (at[0] - by.x() / (scale * self.aspect), at[1] - by.y() / scale)
        return replace(self, zoom=scale, centre=centre)
