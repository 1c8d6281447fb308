"""What if: the tubes that are painted on the clip, in a list, each with a way to remove it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.results.tubes import chosen_tube, span_of
from app.state.view_state import TUBE_SPANS
from app.text.phrases import frame_index, frame_number
from app.text.terms import term
from app.text.tubes import SPANS, row_words
from app.text.tubes import tr as tube_tr
from app.widgets import theme
from app.widgets.basic import (
    Choice,
    NumberField,
    icon_button,
    label,
    rule,
    set_choice_tip,
    set_spoken_name,
    set_tip,
)
from app.widgets.help_mark import HelpMark
from mvit_core.explaining import TUBE_KINDS

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from app.intents.intents import Intents
    from app.results.snapshot import Snapshot
    from mvit_core.explaining import Tube

ROW_PX = 24
ROWS_SEEN = 5
"""Tubes that the list shows without scrolling."""


class TubeWords(QPushButton):
    """The words of a tube, shortened at their end where there is no room."""

    def __init__(self, words: str) -> None:
        super().__init__()
        self.setObjectName("tube")
        self.setCheckable(True)
        self.setFont(theme.small_font(self))
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self.full_text = words
        set_tip(self, words)
        set_spoken_name(self, words)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        room = self.width() - 2 * theme.GAP
        self.setText(
            self.fontMetrics().elidedText(self.full_text, Qt.TextElideMode.ElideRight, room)
        )


class TubeRow(QWidget):
    """A tube: a click on its words chooses it, a cross removes it."""

    chosen = Signal(int)
    """Emitted with its place among all tubes."""
    removed = Signal(int)
    """Emitted with its place among all tubes."""

    def __init__(self, place: int, words: str, *, is_chosen: bool) -> None:
        super().__init__()
        self.words = TubeWords(words)
        self.words.setChecked(is_chosen)
        self.cross = icon_button("cancel", self.tr("Remove tube {n}").format(n=place + 1))
        self.words.clicked.connect(lambda: self.chosen.emit(place))
        self.cross.clicked.connect(lambda: self.removed.emit(place))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(0)
        row.addWidget(self.words, 1)
        row.addWidget(self.cross)
        self.setFixedHeight(ROW_PX)


class WhatIf(QWidget):
    """Kind and frames of the chosen tube, or of the next one, above a list of all."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    what_chosen = Signal(str)
    span_chosen = Signal(str)
    frames_chosen = Signal(int, int)
    """Emitted with the first and the last frame of the chosen tube."""
    tube_chosen = Signal(int)
    """Emitted with the place of a tube among all."""
    tube_removed = Signal(int)
    """Emitted with the place of a tube among all."""

    def __init__(self) -> None:
        super().__init__()
        self.paint = self._link(self.tr("Paint a tube"))
        self.paint.clicked.connect(lambda: self.command.emit("explain.paint"))
        self.off = self._link(self.tr("All off"))
        set_tip(self.off, self.tr("Remove all tubes"))
        self.what, self.span = Choice(), Choice()
        self.first, self.last = NumberField(), NumberField()
        self.rows: tuple[TubeRow, ...] = ()
        self._list, self._area = QWidget(), QScrollArea()
        self._column = QVBoxLayout(self._list)
        self._column.setSpacing(0)
        self._fill_choices()
        self._frames = QWidget()
        self._lay_out()
        self._lay_out_list()

    def _fill_choices(self) -> None:
        names = self.tr("What becomes of the tube"), self.tr("Frames of the tube")
        for field, name in zip((self.what, self.span), names, strict=True):
            set_spoken_name(field, name)
            field.setFont(theme.small_font(self))
            field.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            field.setSizeAdjustPolicy(Choice.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
            field.setMinimumContentsLength(3)
        for row, (what, kind) in enumerate(TUBE_KINDS.items()):
            self.what.addItem(term(kind.title), what)
            set_choice_tip(self.what, row, term(kind.description))
        for span in TUBE_SPANS:
            self.span.addItem(tube_tr(SPANS[span]), span)
        self.what.activated.connect(lambda row: self.what_chosen.emit(self.what.itemData(row)))
        self.span.activated.connect(lambda row: self.span_chosen.emit(self.span.itemData(row)))
        ends = self.tr("First frame of the tube"), self.tr("Last frame of the tube")
        for end, name in zip((self.first, self.last), ends, strict=True):
            set_spoken_name(end, name)
            end.setFont(theme.small_font(self))
            end.setKeyboardTracking(False)  # a run is begun by a whole number alone
        self.first.valueChanged.connect(lambda at: self._frames_set(at, max(at, self.last.value())))
        self.last.valueChanged.connect(lambda at: self._frames_set(min(at, self.first.value()), at))

    def _lay_out(self) -> None:
        head, choices, frames = QHBoxLayout(), QHBoxLayout(), QHBoxLayout(self._frames)
        self.title = label(self.tr("What if"), "title", small=True)
        head.addWidget(self.title)
        head.addWidget(HelpMark("what_if"))
        head.addStretch(1)
        head.addWidget(self.off)
        head.addWidget(self.paint)
        head.setSpacing(theme.GAP)
        choices.setSpacing(theme.GAP // 2)
        choices.addWidget(self.what, 2)
        choices.addWidget(self.span, 3)
        frames.setContentsMargins(0, 0, 0, 0)
        frames.setSpacing(theme.GAP // 2)
        frames.addWidget(label(self.tr("frames"), "soft", small=True))
        frames.addWidget(self.first, 1)
        frames.addWidget(label("–", "soft", small=True))
        frames.addWidget(self.last, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        column.addWidget(rule())
        column.addLayout(head)
        column.addLayout(choices)
        column.addWidget(self._frames)
        column.addWidget(self._area)

    def _lay_out_list(self) -> None:
        self._list.setObjectName("body")
        self._column.setContentsMargins(0, 0, 0, 0)
        self._area.setWidget(self._list)
        self._area.setWidgetResizable(True)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.hide()

    def _link(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName("link")
        button.setFont(theme.small_font(self))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    def connect_to(self, intents: Intents) -> None:
        """Connect the fields with the intents for tubes."""
        tubes = intents.tubes
        self.what_chosen.connect(tubes.choose_what)
        self.span_chosen.connect(tubes.choose_span)
        self.frames_chosen.connect(tubes.choose_frames)
        self.tube_chosen.connect(tubes.pick)
        self.tube_removed.connect(tubes.remove)
        self.off.clicked.connect(tubes.all_off)

    def show_snapshot(self, new: Snapshot) -> None:
        """Show the tubes of a snapshot; hidden until a clip and a model that runs are there."""
        results, model = new.results, new.results.model
        is_there = results.video is not None and model is not None and model.has_weights
        self.setVisible(is_there)
        if not is_there:
            return
        tubes, chosen = new.state.changes.tubes, chosen_tube(new.state)
        words = tuple(row_words(place, tube, results) for place, tube in enumerate(tubes))
        self._show_rows(words, chosen)
        self.off.setVisible(bool(tubes))
        self._show_choices(new, None if chosen is None else tubes[chosen])

    def _show_rows(self, words: tuple[str, ...], chosen: int | None) -> None:
        if tuple(row.words.full_text for row in self.rows) == words:
            for place, row in enumerate(self.rows):
                row.words.setChecked(place == chosen)
            return
        for row in self.rows:
            self._column.removeWidget(row)
            row.hide()  # a click on its cross still runs
            row.deleteLater()
        self.rows = tuple(
            TubeRow(place, each, is_chosen=place == chosen) for place, each in enumerate(words)
        )
        for row in self.rows:
            row.chosen.connect(self.tube_chosen)
            row.removed.connect(self.tube_removed)
            self._column.addWidget(row)
        self._area.setFixedHeight(ROW_PX * min(len(words), ROWS_SEEN))
        self._area.setVisible(bool(words))

    def _show_choices(self, new: Snapshot, tube: Tube | None) -> None:
        state, video = new.state, new.results.video
        what = state.tube_what if tube is None else tube.what
        span = state.tube_span if tube is None else span_of(tube, state, new.results)
        self.what.setCurrentIndex(self.what.findData(what))
        self.span.setPlaceholderText(self.tr("frames below"))
        self.span.setCurrentIndex(-1 if span is None else self.span.findData(span))
        self._frames.setVisible(tube is not None)
        if tube is None or video is None:
            return
        for field, at in ((self.first, tube.first), (self.last, tube.last)):
            with QSignalBlocker(field):
                field.setRange(frame_number(0), frame_number(video.frame_count - 1))
                field.setValue(frame_number(at))

    def _frames_set(self, first: int, last: int) -> None:
        self.frames_chosen.emit(frame_index(first), frame_index(last))
