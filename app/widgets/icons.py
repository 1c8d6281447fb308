"""Our own icons: one-colour drawings that take the colour of the theme."""

from __future__ import annotations

from functools import cache
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QRectF, QSize, Qt
from PySide6.QtGui import QIcon, QIconEngine, QPainter, QPixmap, QPixmapCache
from PySide6.QtSvg import QSvgRenderer
from typing_extensions import override

from app.widgets.theme import current
from mvit_core.system.assets import asset
from mvit_core.system.temporary_folder import temporary_folder

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from PySide6.QtCore import QRect


@cache
def _source(name: str) -> str:
    return asset("icons", f"{name}.svg").read_text(encoding="utf-8")


def paint_icon(painter: QPainter, name: str, box: QRectF, colour: str) -> None:
    """Draw an icon into a box, at whatever resolution the painter has."""
    svg = _source(name).replace("currentColor", colour)
    QSvgRenderer(QByteArray(svg.encode())).render(painter, box)


class _Engine(QIconEngine):
    """Draws at the size asked for, so that every screen gets its own sharp icon."""

    def __init__(self, name: str, colour: Callable[[QIcon.Mode], str], share: float) -> None:
        super().__init__()
        self._name = name
        self._colour = colour
        self._share = share

    @override
    def paint(self, painter: QPainter, rect: QRect, mode: QIcon.Mode, state: QIcon.State) -> None:
        box = QRectF(rect)
        rim_x, rim_y = ((1 - self._share) * side / 2 for side in (box.width(), box.height()))
        paint_icon(
            painter, self._name, box.adjusted(rim_x, rim_y, -rim_x, -rim_y), self._colour(mode)
        )

    @override
    def pixmap(self, size: QSize, mode: QIcon.Mode, state: QIcon.State) -> QPixmap:
        key = f"icon {self._name} {self._share} {size.toTuple()} {self._colour(mode)}"
        pixmap = QPixmap()
        if not QPixmapCache.find(key, pixmap):
            pixmap = QPixmap(size)
            pixmap.fill(Qt.GlobalColor.transparent)
            painter = QPainter(pixmap)
            self.paint(painter, pixmap.rect(), mode, state)
            painter.end()
            QPixmapCache.insert(key, pixmap)
        return pixmap

    @override
    def clone(self) -> QIconEngine:
        return _Engine(self._name, self._colour, self._share)


def themed_icon(name: str, share: float = 1.0) -> QIcon:
    """An icon that follows the theme, without being made anew.

    Args:
        name: file name of the drawing.
        share: part of the icon's side that the drawing fills, above 0 up to 1.
    """

    def colour(mode: QIcon.Mode) -> str:
        theme = current()
        return theme.text_faint if mode == QIcon.Mode.Disabled else theme.text

    return QIcon(_Engine(name, colour, share))


def app_icon() -> QIcon:
    """The icon of the application."""
    icon = QIcon()
    for side in (16, 24, 32, 48, 64, 128, 256):
        pixmap = QPixmap(side, side)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        paint_icon(painter, "logo", QRectF(0, 0, side, side), "#000")
        painter.end()
        icon.addPixmap(pixmap)
    return icon


@cache
def _folder() -> Path:
    # Style sheets take pictures by file name only.
    return temporary_folder("icons")


@cache
def icon_url(name: str, colour: str) -> str:
    """Path of a file with the icon in a colour, for style sheets."""
    path = _folder() / f"{name}-{colour.lstrip('#')}.svg"
    path.write_text(_source(name).replace("currentColor", colour), encoding="utf-8")
    return path.as_posix()
