"""The header above a grid or panes: title, remark and scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget
from typing_extensions import override

from app.widgets import theme
from app.widgets.basic import ElidedLabel, set_spoken_name
from app.widgets.ramp import BAR, paint_ramp

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.results import Scale


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


class ViewHeader(QWidget):
    """Title, range, and a remark where there is one, a line for each."""

    def __init__(self) -> None:
        super().__init__()
        self.title = ElidedLabel()
        self.title.setObjectName("title")
        self.title.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.range = RangeStrip()
        self.policy = ElidedLabel()
        self.policy.setObjectName("faint")
        self.policy.setFont(theme.small_font(self))
        self.policy.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.policy.hide()
        self.remark = ElidedLabel()
        self.remark.setObjectName("warning")
        self.remark.setFont(theme.small_font(self))
        self.remark.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        grid = QGridLayout(self)
        grid.setContentsMargins(12, 8, 12, 4)
        grid.setHorizontalSpacing(12)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.policy, 1, 0)
        grid.addWidget(self.range, 1, 1)
        grid.addWidget(self.remark, 2, 0, 1, 2)
        grid.setColumnStretch(0, 1)

    def show_title(self, words: str) -> None:
        """Show a title."""
        if words != self.title.full_text():
            self.title.setText(words)

    def show_remark(self, words: str) -> None:
        """Show a remark; its line keeps its room, so that nothing jumps."""
        if words != self.remark.full_text():
            self.remark.setText(words)

    def show_scale(self, policy: str, scale: Scale | None) -> None:
        """Show the range policy, and a scale where one holds for all maps."""
        words = f"{policy} · {scale.unit}" if scale is not None and any(scale.ends) else policy
        self.policy.setText(words)
        self.policy.setVisible(bool(words))
        self.range.show_scale(scale)
