"""The line above the series: its title, its progress, and a button that runs the rest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtGui import QActionGroup, QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QHBoxLayout, QMenu, QSizePolicy, QToolButton, QWidget
from typing_extensions import override

from app.controller.series import series_titles
from app.text.phrases import duration_words
from app.widgets import theme
from app.widgets.basic import PlainLabel, bounded, set_spoken_name, set_tip
from app.widgets.class_colours import slot_colour
from app.widgets.help_mark import HelpMark

if TYPE_CHECKING:
    from app.results import SeriesInfo
    from app.state.view_state import SeriesKind


SQUARE = "■"
GAP = "   "

Part = tuple[QColor | None, str]
"""The colour of a line's square, None without one, and the words after it."""


class SeriesWords(PlainLabel):
    """Words one after the other, some behind a square in the colour of a line."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("faint")
        self.setFont(theme.small_font(self))
        self._parts: tuple[Part, ...] = ()

    def show_parts(self, parts: tuple[Part, ...]) -> None:
        """Take the words."""
        self._parts = tuple((colour, bounded(words, LONGEST)) for colour, words in parts)
        self.setText(GAP.join(f"{SQUARE} {w}" if c else w for c, w in self._parts))
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter, ink, metrics = QPainter(self), self.palette().windowText(), self.fontMetrics()
        room = self.contentsRect()
        for place, (colour, words) in enumerate(self._parts):
            room.setLeft(room.left() + (metrics.horizontalAdvance(GAP) if place else 0))
            if colour is not None:
                painter.setPen(colour)
                painter.drawText(room, _FLAGS, SQUARE)
                room.setLeft(room.left() + metrics.horizontalAdvance(f"{SQUARE} "))
            painter.setPen(ink.color())
            shown = metrics.elidedText(words, Qt.TextElideMode.ElideRight, room.width())
            painter.drawText(room, _FLAGS, shown)
            room.setLeft(room.left() + metrics.horizontalAdvance(shown))
        painter.end()


_FLAGS = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter

MASS: SeriesKind = "kept"
"""The series of the mass on patches, which the guide explains."""

LONGEST = 120
"""Letters of a class name."""


class SeriesHead(QWidget):
    """Title and state of the series.

    Args:
        side_px: points kept free at both ends, as on the track below.
    """

    chosen = Signal(str)
    """Emitted with the name of a series to plot."""
    run_asked = Signal()

    def __init__(self, side_px: int) -> None:
        super().__init__()
        self._series: SeriesInfo | None = None
        self.title = QToolButton()
        self.title.setObjectName("seriesTitle")
        self.title.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self.title.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.title.setFont(theme.small_font(self))
        self.title.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.title, self.tr("What is plotted over the clip"))
        self.title.setMenu(self._menu())
        self.words = SeriesWords()
        self.words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        self.run = QToolButton()
        self.run.setObjectName("seriesRun")
        self.run.setFont(theme.small_font(self))
        self.run.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        set_tip(self.run, self.tr("Run every window in the background, for the values missing"))
        self.run.clicked.connect(self.run_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(side_px, 0, side_px, 0)
        row.setSpacing(theme.GAP)
        self.mark = HelpMark("mass_on_patches")
        row.addWidget(self.title)
        row.addWidget(self.mark)
        row.addWidget(self.words, 1)
        row.addWidget(self.run)
        self.setMaximumHeight(self.title.sizeHint().height())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setToolTipsVisible(True)
        self._group = QActionGroup(menu)
        for kind, (title, what) in series_titles().items():
            action = menu.addAction(title)
            set_tip(action, what)
            action.setCheckable(True)
            action.setData(kind)
            action.triggered.connect(lambda _=False, kind=kind: self.chosen.emit(kind))
            self._group.addAction(action)
        menu.addSeparator()
        off = menu.addAction(self.tr("No series"))
        off.triggered.connect(lambda: self.chosen.emit("off"))
        return menu

    def show_series(self, kind: SeriesKind, series: SeriesInfo | None) -> None:
        """Show title, legend and progress of a series."""
        for action in self._group.actions():
            action.setChecked(action.data() == kind)
        title, what = series_titles().get(kind, ("", ""))
        self._series = series
        self.title.setText(f"{title} ▾")
        self.mark.setVisible(kind == MASS)
        set_spoken_name(self.title, self.tr("Series over the clip: {name}").format(name=title))
        if series is None:
            return
        missing = series.total - series.known
        self.run.setVisible(missing > 0 and not series.problem)
        self.run.setEnabled(not series.running)
        self.run.setText(self._run_words(series))
        self._show_words()
        set_tip(self.words, what)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self._show_words()  # their colours are those of the theme

    def _show_words(self) -> None:
        if self._series is not None:
            problem = self._series.problem
            self.words.show_parts(((None, problem),) if problem else self._parts(self._series))

    def _run_words(self, series: SeriesInfo) -> str:
        if series.running:
            return self.tr("{k} of {n} windows").format(k=series.known, n=series.total)
        if series.seconds is None:
            return self.tr("Run the whole clip")
        time = duration_words(series.seconds)
        return self.tr("Run the whole clip, about {time}").format(time=time)

    def _parts(self, series: SeriesInfo) -> tuple[Part, ...]:
        """Ends of the axis, and the pinned classes in their colours."""
        words = self.tr("{low:g} to {high:g}").format(low=series.low, high=series.high)
        names = ((slot_colour(line.slot), line.name) for line in series.lines if line.slot >= 0)
        return (None, words), *names
