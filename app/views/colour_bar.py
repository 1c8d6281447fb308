"""The colour bar below the picture: colours, numbers and range policy."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from app.state.view_state import ViewState
from app.text.phrases import component_words, range_words, share_words, signed_words, unit_names
from app.text.terms import term
from app.text.why import signed_ends
from app.views.range_menu import range_menu
from app.widgets import theme
from app.widgets.basic import set_spoken_name, set_tip
from app.widgets.icons import paint_icon
from app.widgets.ramp import ramp_image
from mvit_core.attribution import FEATURES
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.render import bar_number

if TYPE_CHECKING:
    from PySide6.QtGui import QContextMenuEvent, QImage, QPaintEvent, QResizeEvent

    from app.results import ShownMap

RAMP_WIDTH = (90.0, 200.0)
RAMP_HEIGHT = 10.0
PAD = 12.0
GAP = 8.0
LOCK_PX = 13.0


class ColourBar(QWidget):
    """Range, unit, policy and sink share of the map on screen, in one line or two.

    It stands below the picture, so that it never hides a part of it.
    """

    changed = Signal(str, object)
    """Emitted with the name of a setting of the heat and its new value."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._shown: ShownMap | None = None
        self._state = ViewState()
        self.hide()

    def show_map(self, shown: ShownMap | None) -> None:
        """Print the range of a map; None hides the bar."""
        self._shown = shown
        self.setVisible(shown is not None)
        self._changed()

    def show_state(self, state: ViewState) -> None:
        """Show the settings of another state."""
        old, self._state = self._state, state
        if old.heat != state.heat:
            self._changed()

    def ends(self) -> tuple[str, str]:
        """Numbers at the high end and the low end."""
        if self._shown is None:
            return "", ""
        ends, keys = self._shown.range.range, self._shown.result.maps.key_count
        method, colours = self._shown.result.maps.method, self._shown.result.maps.colours
        if colours is not None:
            return "", ""  # colours of three components, not of numbers
        if method in FEATURES:
            return signed_words(ends.high), signed_words(ends.low)
        if self._shown.result.evidence is not None:
            return signed_ends(ends, self._shown.result.maps.method)
        return (
            bar_number(ends.high, self._state.heat.units, keys),
            bar_number(ends.low, self._state.heat.units, keys),
        )

    def lines(self) -> tuple[str, ...]:
        """Words beside the bar, line by line."""
        if self._shown is None:
            return ()
        colours = self._shown.result.maps.colours
        if colours is not None:
            return component_words(colours)
        lines = [range_words(self._shown.range), self._unit()]
        sink = self._shown.heatmap.sink
        if sink is not None:
            lines.append(self.tr("sink (class key) {share}").format(share=share_words(sink)))
        return tuple(lines)

    def _unit(self) -> str:
        """What the numbers count, in words."""
        assert self._shown is not None
        if self._shown.result.evidence is not None:
            return term(EVIDENCE[self._shown.result.maps.method].unit)
        if self._shown.result.maps.method in FEATURES:
            return term(FEATURES[self._shown.result.maps.method].unit)
        return unit_names()[self._state.heat.units]

    @override
    def sizeHint(self) -> QSize:
        line = QFontMetricsF(theme.small_font(self)).height()
        return QSize(320, round(line + 10 if self._fits(self.width()) else 2 * line + 13))

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if event.size().height() != self.sizeHint().height():
            self.updateGeometry()  # the words need another number of lines now

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        range_menu(self, self._state, self.changed.emit).popup(event.globalPos())

    # -- painting ---------------------------------------------------------------------------

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._shown is None:
            return
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().stage))
        painter.setFont(theme.small_font(self))
        metrics = QFontMetricsF(painter.font())
        one_line = self._fits(self.width())
        box = QRectF(PAD, 2, self.width() - 2 * PAD, metrics.height() + 6)
        ramp = RAMP_WIDTH[1]
        if one_line:
            ramp = max(min(RAMP_WIDTH[1], self.width() - self._needed(0)), RAMP_WIDTH[0])
        right = self._paint_scale(painter, box, ramp)
        painter.setPen(QColor(theme.current().text_soft))
        rest = (
            QRectF(right + 2 * GAP, box.top(), box.right() - right - 2 * GAP, box.height())
            if one_line
            else box.translated(0, metrics.height() + 3)
        )
        words = metrics.elidedText(self._words(), Qt.TextElideMode.ElideRight, rest.width())
        painter.drawText(rest, Qt.AlignmentFlag.AlignVCenter, words)
        painter.end()

    def _paint_scale(self, painter: QPainter, box: QRectF, ramp: float) -> float:
        """Paint low number, ramp, high number and lock; returns the x where they end."""
        assert self._shown is not None
        colours, metrics = theme.current(), QFontMetricsF(painter.font())
        high, low = self.ends()
        x = box.left()
        painter.setPen(QColor(colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignVCenter, low)
        x += metrics.horizontalAdvance(low) + GAP
        strip = QRectF(x, box.center().y() - RAMP_HEIGHT / 2, ramp, RAMP_HEIGHT)
        painter.drawImage(strip, self._strip())
        painter.setPen(QColor(colours.text_faint))
        painter.drawRect(strip.adjusted(-0.5, -0.5, -0.5, -0.5))
        x = strip.right() + GAP
        painter.setPen(QColor(colours.text))
        painter.drawText(
            QRectF(x, box.top(), box.width(), box.height()), Qt.AlignmentFlag.AlignVCenter, high
        )
        x += metrics.horizontalAdvance(high)
        if self._shown.range.locked:
            x += GAP / 2
            top = box.center().y() - LOCK_PX / 2
            paint_icon(painter, "lock", QRectF(x, top, LOCK_PX, LOCK_PX), colours.accent)
            x += LOCK_PX
        return x

    def _strip(self) -> QImage:
        assert self._shown is not None
        method = self._shown.result.maps.method
        return ramp_image(self._state.heat.style_of(method, self._shown.range.range))

    def _words(self) -> str:
        return " · ".join(self.lines())

    def _needed(self, ramp: float) -> float:
        metrics = QFontMetricsF(theme.small_font(self))
        texts = sum(metrics.horizontalAdvance(text) for text in (*self.ends(), self._words()))
        return texts + ramp + 4 * GAP + LOCK_PX + GAP / 2 + 2 * PAD

    def _fits(self, width: float) -> bool:
        return self._needed(RAMP_WIDTH[0]) <= width

    def _changed(self) -> None:
        words = " · ".join((*reversed(self.ends()), *self.lines()))
        set_spoken_name(self, words)
        set_tip(
            self, self.tr("{words}\nRight-click for percentile tails and units").format(words=words)
        )
        self.updateGeometry()
        self.update()
