"""The logit as a sum of what the parts of the last stage add, a line for each."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.text.atlas import direct_words, part_words
from app.text.phrases import signed_words
from app.widgets import theme
from app.widgets.basic import set_spoken_name
from mvit_core.render import AGAINST, FOR

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.results.atlas import Place
    from mvit_core.explaining.direct_parts import DirectParts

ROW_PX, BAR_PX, NAME_PX, VALUE_PX = 20, 9, 106, 56


class Parts(QWidget):
    """The sum in bold, then every summand; those of the chosen heads are marked."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._found: DirectParts | None = None
        self._chosen: tuple[Place, ...] = ()

    def show_parts(self, found: DirectParts | None, chosen: tuple[Place, ...]) -> None:
        """Show the summands of a logit; nothing where there are none."""
        self.setVisible(found is not None)
        if (found, chosen) == (self._found, self._chosen):
            return
        self._found, self._chosen = found, chosen
        set_spoken_name(self, " · ".join(self.lines()))
        self.updateGeometry()
        self.update()

    def lines(self) -> tuple[str, ...]:
        """What is written, line by line."""
        if self._found is None:
            return ()
        rows = (f"{part_words(p)} {signed_words(p.value, 2)}" for p in self._found.parts)
        return direct_words(self._found), *rows

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, ROW_PX * (1 + len(self._found.parts)) if self._found else 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._found is None:
            return
        painter, colours = QPainter(self), theme.current()
        line = QRectF(0, 0, self.width(), ROW_PX)
        plain, strong = painter.font(), painter.font()
        theme.set_strong(strong)
        painter.setFont(strong)
        painter.setPen(QColor(colours.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        words = QFontMetricsF(strong).elidedText(
            direct_words(self._found), Qt.TextElideMode.ElideRight, line.width()
        )
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, words)
        painter.setFont(plain)
        most = max((abs(part.value) for part in self._found.parts), default=0.0)
        for part in self._found.parts:
            line.translate(0, ROW_PX)
            if (part.block, part.head) in self._chosen:
                painter.fillRect(line, QColor(colours.accent_soft))
            painter.setPen(QColor(colours.text_soft))
            name = QFontMetricsF(plain).elidedText(
                part_words(part), Qt.TextElideMode.ElideRight, NAME_PX - 4
            )
            painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
            room = line.width() - NAME_PX - VALUE_PX
            long = room * abs(part.value) / most if most else 0.0
            bar = QRectF(NAME_PX, line.center().y() - BAR_PX / 2, long, BAR_PX)
            painter.fillRect(bar, QColor(FOR if part.value > 0 else AGAINST))
            painter.setPen(QColor(theme.sign_ink(part.value)))
            value = signed_words(part.value, 2)
            painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, value)
        painter.end()
