"""What a map adds up to: the sum first; what makes it cancels, and never stands by itself."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.text.phrases import signed_words
from app.text.terms import term
from app.text.why import sum_words, token_share
from app.widgets import theme
from app.widgets.basic import set_spoken_name
from mvit_core.explaining.methods import is_signed
from mvit_core.render import AGAINST, FOR

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from mvit_core.explaining import Evidence

ROW_PX = 20
BAR_PX = 9
RULE_PX = 5
"""Height of the line above, with the room below it."""
NAME_PX = 72
VALUE_PX = 60


@dataclass(frozen=True)
class Summand:
    """One line below the sum."""

    name: str
    value: float
    """In logits."""
    has_bar: bool = False


class Sums(QWidget):
    """The sum in bold, then what speaks for the class, what against it, and what lies elsewhere."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._total = ""
        self._rows: tuple[Summand, ...] = ()

    def show_evidence(self, evidence: Evidence | None) -> None:
        """Show what a map adds up to; nothing where it sums to nothing."""
        self._total = "" if evidence is None else sum_words(evidence)
        self._rows = () if evidence is None or not self._total else self._summands(evidence)
        self.setVisible(bool(self._total))
        set_spoken_name(self, " · ".join(self.lines()))
        self.updateGeometry()
        self.update()

    def lines(self) -> tuple[str, ...]:
        """What is written, line by line."""
        if not self._total:
            return ()
        rows = (f"{row.name} {signed_words(row.value, 2)}" for row in self._rows)
        return self.tr("sum {words}").format(words=self._total), *rows

    def _summands(self, evidence: Evidence) -> tuple[Summand, ...]:
        values = evidence.saliency.values.astype("float64")
        rows = []
        if is_signed(evidence.method):
            rows.append(Summand(self.tr("for"), float(values[values > 0].sum()), has_bar=True))
            rows.append(Summand(self.tr("against"), float(values[values < 0].sum()), has_bar=True))
        own = token_share(evidence)
        if own is not None:
            rows.append(Summand(self.tr("class token"), own))
        rows += [Summand(term(part.name), part.value) for part in evidence.parts]
        return tuple(rows)

    @override
    def sizeHint(self) -> QSize:
        rows = 1 + len(self._rows)
        return QSize(200, RULE_PX + ROW_PX * rows if self._total else 0)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, colours = QPainter(self), theme.current()
        painter.fillRect(QRectF(0, 0, self.width(), 1), QColor(colours.border))
        line = QRectF(0, RULE_PX, self.width(), ROW_PX)
        strong = painter.font()
        theme.set_strong(strong)
        painter.setPen(QColor(colours.text))
        middle = Qt.AlignmentFlag.AlignVCenter
        plain = painter.font()
        painter.setFont(strong)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, self.tr("sum"))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, self._total)
        painter.setFont(plain)
        most = max((abs(row.value) for row in self._rows if row.has_bar), default=0.0)
        for row in self._rows:
            line.translate(0, ROW_PX)
            self._paint_row(painter, line, row, most)
        painter.end()

    def _paint_row(self, painter: QPainter, line: QRectF, row: Summand, most: float) -> None:
        colours, middle = theme.current(), Qt.AlignmentFlag.AlignVCenter
        painter.setPen(QColor(colours.text_soft))
        room = line.width() - VALUE_PX if not row.has_bar else NAME_PX
        name = QFontMetricsF(painter.font()).elidedText(row.name, Qt.TextElideMode.ElideRight, room)
        painter.drawText(line, Qt.AlignmentFlag.AlignLeft | middle, name)
        if row.has_bar:
            long = (line.width() - NAME_PX - VALUE_PX) * abs(row.value) / most if most else 0.0
            bar = QRectF(NAME_PX, line.center().y() - BAR_PX / 2, long, BAR_PX)
            painter.fillRect(bar, QColor(FOR if row.value > 0 else AGAINST))
            painter.setPen(QColor(theme.sign_ink(row.value)))
        else:
            painter.setPen(QColor(colours.text))
        painter.drawText(line, Qt.AlignmentFlag.AlignRight | middle, signed_words(row.value, 2))
