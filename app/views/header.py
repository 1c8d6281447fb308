"""The line above every view, and the scale below a grid."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import ElidedLabel, set_spoken_name, set_tip
from app.widgets.ramp import BAR, paint_ramp

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.results import Scale


HEIGHT_PX = 28
BETWEEN = " · "
"""Between two remarks."""
MORE, LEAST_PX = "…", 60
"""Stands for remarks where there is less room than these pixels; their tip says them."""


class RangeStrip(QWidget):
    """A colour bar on one line: low number, ramp, high number."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self.setFont(theme.small_font(self))
        self._scale: Scale | None = None
        self.hide()

    @property
    def ends(self) -> tuple[str, str]:
        """Numbers at the left and the right; empty where each map has its own."""
        return ("", "") if self._scale is None else self._scale.ends

    @property
    def scale(self) -> Scale | None:
        """The scale on screen."""
        return self._scale

    def show_scale(self, scale: Scale | None) -> None:
        """Show a scale; None hides the bar."""
        if scale == self._scale:
            return
        self._scale = scale
        self.setVisible(scale is not None)
        if scale is not None:
            words = self.tr("Colours from {} to {}").format(*self.ends)
            set_spoken_name(self, f"{words}, {scale.unit}" if any(self.ends) else words)
        self.updateGeometry()
        self.update()

    @override
    def sizeHint(self) -> QSize:
        metrics = self.fontMetrics()
        words = sum(metrics.horizontalAdvance(end) + 6 for end in self.ends if end)
        return QSize(words + BAR.width() + 2, max(metrics.height(), BAR.height()) + 4)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._scale is None:
            return
        painter = QPainter(self)
        painter.setPen(QColor(theme.current().text_soft))
        low, high = self.ends
        x = self.fontMetrics().horizontalAdvance(low) + 6 if low else 0
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        painter.drawText(self.rect(), left, low)
        painter.drawText(
            self.rect(), Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, high
        )
        top = (self.height() - BAR.height()) / 2
        paint_ramp(painter, QRectF(x, top, BAR.width(), BAR.height()), self._scale)
        painter.end()


class Remarks(ElidedLabel):
    """As many remarks as there is room for, whole; the first alone is shortened."""

    @override
    def shortened(self, width: int) -> str:
        remarks = self.full_text().split(BETWEEN)
        for count in range(len(remarks), 0, -1):
            words = BETWEEN.join(remarks[:count])
            if self.fontMetrics().horizontalAdvance(words) <= width:
                return words
        return MORE if width < LEAST_PX else super().shortened(width)


class StageHeader(QWidget):
    """One line above every view: what is shown at the left, remarks on it at the right."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFixedHeight(HEIGHT_PX)
        self.title = ElidedLabel()
        self.title.setObjectName("title")
        self.title.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Preferred)
        self.remark = Remarks()
        self.remark.setObjectName("warning")
        self.remark.setFont(theme.small_font(self))
        self.remark.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.remark.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._remarks: tuple[str, ...] = ()
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, 0)
        row.setSpacing(2 * theme.GAP)
        row.addWidget(self.title, 0)
        row.addWidget(self.remark, 1)

    @property
    def remarks(self) -> tuple[str, ...]:
        """All remarks, the most important last."""
        return self._remarks

    def show_title(self, words: str) -> None:
        """Show a title."""
        if words != self.title.full_text():
            self.title.setText(words)

    def show_remarks(self, remarks: tuple[str, ...]) -> None:
        """Show remarks, the most important last: it stands first, and all are in the tip."""
        if remarks == self._remarks:
            return
        self._remarks = remarks
        self.remark.setText(BETWEEN.join(reversed(remarks)))
        set_tip(self.remark, "\n".join(reversed(remarks)))


class ScaleLine(QWidget):
    """The range policy of a grid and the colours that hold for all of its maps, below it."""

    def __init__(self) -> None:
        super().__init__()
        self.range = RangeStrip()
        self.policy = ElidedLabel()
        self.policy.setObjectName("faint")
        self.policy.setFont(theme.small_font(self))
        self.policy.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        row = QHBoxLayout(self)
        row.setContentsMargins(theme.GUTTER, 2, theme.GUTTER, 4)
        row.setSpacing(theme.GAP)
        row.addWidget(self.range)
        row.addWidget(self.policy, 1)

    def show_scale(self, policy: str, scale: Scale | None) -> None:
        """Show the range policy, and a scale where one holds for all maps."""
        words = f"{policy} · {scale.unit}" if scale is not None and any(scale.ends) else policy
        self.policy.setText(words)
        self.range.show_scale(scale)
