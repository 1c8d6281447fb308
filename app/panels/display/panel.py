"""The display panel: map, colours, range and other layers of the picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Signal
from PySide6.QtWidgets import QCheckBox, QGridLayout, QVBoxLayout, QWidget
from typing_extensions import override

from app.panels.display.colours import ColourControls
from app.panels.display.ends import RangeControls
from app.panels.display.forms import LINE_GAP, leave_keys
from app.panels.display.query import QueryControls, QueryInfo, query_info
from app.panels.spec import Panel
from app.state.view_state import setting
from app.text.guide import BY_NAME
from app.text.terms import sentence
from app.widgets import theme
from app.widgets.basic import label, rule, set_tip
from app.widgets.help_mark import marked

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results import ShownMap
    from app.results.snapshot import Snapshot
    from app.state.view_state import ViewState


class DisplayPanel(Panel):
    """Controls for the map and its colours."""

    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    query_chosen = Signal(object)
    pick_asked = Signal(bool)
    lock_asked = Signal(bool)
    held = Signal(bool)
    """Emitted with True when a drag on a control begins, False when it ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.queries, self.colours, self.range = QueryControls(), ColourControls(), RangeControls()
        self.method, self.query, self.pick = (
            self.queries.method,
            self.queries.query,
            self.queries.pick,
        )
        self.note = label("", "warning", small=True)
        self.note.setWordWrap(True)
        self.note.hide()
        self.ticks = self._make_ticks()
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 12, 6)
        column.setSpacing(LINE_GAP + 1)
        for part in (self.queries, self.note, rule(), self.colours, rule(), self.range):
            column.addWidget(part)
        column.addLayout(self._tick_grid())
        column.addStretch(1)
        for part in (self.queries, self.colours, self.range):
            part.changed.connect(self.changed)
        self.colours.held.connect(self.held)
        self.range.held.connect(self.held)
        self.range.lock_asked.connect(self.lock_asked)
        self.range.refused.connect(self.show_note)
        self.queries.query_chosen.connect(self.query_chosen)
        self.queries.pick_asked.connect(self.pick_asked)

    def _make_ticks(self) -> dict[str, QCheckBox]:
        made = {}
        for field, words, tip in (
            (
                "overlay",
                self.tr("Overlay"),
                self.tr("Show the heat (T); hold B to hide it for a moment"),
            ),
            ("smooth", self.tr("Smooth"), self.tr("Off: each pixel shows its nearest token (S)")),
            ("token_grid", self.tr("Token grid"), self.tr("Lines between tokens (D)")),
            ("coverage", self.tr("Coverage"), ""),
            (
                "outline",
                self.tr("Outline"),
                self.tr("Line around values of at least half the range (Shift+T)"),
            ),
        ):
            box = QCheckBox(words)
            set_tip(box, tip)
            box.toggled.connect(lambda on, field=field: self.changed.emit(field, on))
            leave_keys(box)
            made[field] = box
        return made

    def _tick_grid(self) -> QGridLayout:
        grid = QGridLayout()
        grid.setVerticalSpacing(2)
        grid.setHorizontalSpacing(theme.GAP)
        for place, (field, box) in enumerate(self.ticks.items()):
            cell = marked(box, field) if field in BY_NAME else box
            grid.addWidget(cell, *divmod(place, 2))
        grid.setColumnStretch(0, 1)
        grid.setColumnStretch(1, 1)
        return grid

    @override
    def connect_to(self, context: PanelContext) -> None:
        intents = context.intents
        self.changed.connect(intents.set_field)
        self.query_chosen.connect(intents.choose_query)
        self.pick_asked.connect(intents.picking)
        self.lock_asked.connect(lambda _: intents.lock())
        self.held.connect(context.store.hold)
        self.range.export.reported.connect(context.notify)
        self.range.export.wrote.connect(context.wrote)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.method

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or old.settings != new.settings:
            self.show_state(new.state)
        if old is None or old.results.shown is not new.results.shown:
            shown = new.results.shown if new.results.video is not None else None
            self.show_map(new.results.shown)
            self.show_note(sentence(shown.result.maps.note) if shown else "")
            self.show_queries(query_info(new))

    def show_state(self, state: ViewState) -> None:
        """Show the settings of a state."""
        for part in (self.queries, self.colours, self.range):
            part.show_state(state)
        for field, box in self.ticks.items():
            blocker = QSignalBlocker(box)
            box.setChecked(setting(state, field))
            del blocker

    def show_queries(self, info: QueryInfo) -> None:
        """Enable the queries that this layer has; show why others are off."""
        self.queries.show_queries(info)

    def show_map(self, shown: ShownMap | None) -> None:
        """Show values and range of the map on screen, and its coverage."""
        self.range.show_map(shown)
        whole = shown is None or shown.heatmap.covers_frame
        self.ticks["coverage"].setEnabled(not whole)
        set_tip(
            self.ticks["coverage"],
            self.tr("The model sees the whole frame")
            if shown is not None and whole
            else self.tr("Outline of the part of the frame that the model saw"),
        )

    def show_note(self, note: str) -> None:
        """Show a remark that a reader must know before trusting the map."""
        self.note.setText(note)
        self.note.setVisible(bool(note))
