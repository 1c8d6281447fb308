"""What if: tubes that are painted on the clip, and patches from others, in lists."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.panels.effects.patch_list import PatchList
from app.panels.effects.rows import ChangeRow, ChangeRows
from app.results.tubes import chosen_tube, span_of
from app.state.view_state import TUBE_SPANS
from app.text.phrases import frame_index, frame_number
from app.text.terms import term
from app.text.tubes import SPANS, row_words
from app.text.tubes import tr as tube_tr
from app.widgets import theme
from app.widgets.basic import (
    Choice,
    label,
    rule,
    set_choice_tip,
    set_spoken_name,
    set_tip,
)
from app.widgets.help_mark import HelpMark
from app.widgets.number_field import NumberField
from mvit_core.explaining import TUBE_KINDS

if TYPE_CHECKING:
    from app.intents.intents import Intents
    from app.results.snapshot import Snapshot
    from mvit_core.explaining import Tube

ROWS_SEEN = 5
"""Tubes that the list shows without scrolling."""


class WhatIf(QWidget):
    """Kind and frames of the chosen tube, or of the next one, above lists of tubes and patches."""

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
        self.list, self.patches = ChangeRows(ROWS_SEEN), PatchList()
        self.list.chosen.connect(self.tube_chosen)
        self.list.removed.connect(self.tube_removed)
        self.patches.command.connect(self.command)
        self._fill_choices()
        self._frames = QWidget()
        self._lay_out()
        for part in (self.off, self._frames):
            part.hide()  # until there is a tube; the dock keeps the width that it first needs

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
        column.addWidget(self.list)
        column.addWidget(self.patches)

    def _link(self, words: str) -> QPushButton:
        button = QPushButton(words)
        button.setObjectName("link")
        button.setFont(theme.small_font(self))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        return button

    @property
    def rows(self) -> tuple[ChangeRow, ...]:
        """The rows of the tubes."""
        return self.list.rows

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
        remove = self.tr("Remove tube {n}")
        crosses = tuple(remove.format(n=place + 1) for place in range(len(tubes)))
        self.list.show_rows(words, crosses, chosen)
        self.patches.show_outcomes(results.patches)
        self.off.setVisible(bool(tubes))
        self._show_choices(new, None if chosen is None else tubes[chosen])

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
