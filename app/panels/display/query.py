"""Controls of the map: method and query."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtGui import QStandardItemModel
from PySide6.QtWidgets import QWidget

from app.panels.display.forms import combo, form, row
from app.text.terms import term
from app.text.why import method_words
from app.widgets.basic import icon_button, label, set_choice_tip, set_spoken_name, set_tip
from app.widgets.help_mark import marked
from mvit_core.attribution import FEATURES, LAYER_MAPS, METHODS
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.results.snapshot import Snapshot
    from app.state.view_state import ViewState
    from mvit_core.attribution import Query


@dataclass(frozen=True)
class QueryInfo:
    """The queries that can be chosen, and reasons why others cannot."""

    has_class_token: bool = False
    dead_class: str = ""
    dead_patch: str = ""


def query_info(snapshot: Snapshot) -> QueryInfo:
    """Find the queries that the layer of the map on screen has."""
    shown, model = snapshot.results.shown, snapshot.results.model
    if shown is None or snapshot.results.video is None:
        return QueryInfo()
    layer = shown.result.layer
    method = shown.result.request.map.method
    of_queries = method in LAYER_MAPS and LAYER_MAPS[method].picks_query
    return QueryInfo(
        has_class_token=bool(model and model.has_class_token),
        dead_class=layer.dead_class if of_queries else "",
        dead_patch=layer.dead_patch if of_queries else "",
    )


class QueryControls(QWidget):
    """The method, the query, and a button to pick a token."""

    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    query_chosen = Signal(object)
    pick_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.method = combo(self.tr("Map"))
        for name, method in METHODS.items():
            self.method.addItem(term(method.title), name)
            set_choice_tip(self.method, self.method.count() - 1, term(method.description))
        self.method.insertSeparator(self.method.count())
        for name, row_of in EVIDENCE.items():
            self.method.addItem(method_words(name), name)
            set_choice_tip(self.method, self.method.count() - 1, term(row_of.description))
        self.method.insertSeparator(self.method.count())
        for name, feature in FEATURES.items():
            self.method.addItem(term(feature.title), name)
            set_choice_tip(self.method, self.method.count() - 1, term(feature.description))
        self.method.activated.connect(
            lambda at: self.changed.emit("method", self.method.itemData(at))
        )
        self.query = combo(self.tr("Query"))
        for words, value in (
            (self.tr("Readout"), "readout"),
            (self.tr("Class token"), "class"),
            (self.tr("Picked token"), "token"),
        ):
            self.query.addItem(words, value)
        self.query.activated.connect(self._query_activated)
        self.pick = icon_button("target", self.tr("Pick a token on the frame (Q)"))
        self.pick.setCheckable(True)
        self.pick.clicked.connect(self.pick_asked)
        lines = form(self)
        lines.addWidget(marked(label(self.tr("Map"), "soft", of=self.method), "received"), 0, 0)
        lines.addWidget(self.method, 0, 1)
        self.query_label = label(self.tr("Query"), "soft", of=self.query)
        lines.addWidget(marked(self.query_label, "readout"), 1, 0)
        lines.addLayout(row(self.query, self.pick), 1, 1)

    def show_state(self, state: ViewState) -> None:
        """Show method and query of a state."""
        self.method.setCurrentIndex(self.method.findData(state.map.method))
        method = state.map.method
        is_evidence = method in EVIDENCE
        row_of = EVIDENCE[method] if is_evidence else LAYER_MAPS[method]
        set_tip(self.method, term(row_of.description))
        self.pick.setChecked(state.picking)
        is_of_keys = not is_evidence and LAYER_MAPS[method].query_is_key
        name = self.tr("Key") if is_of_keys else self.tr("Query")
        self.query_label.setText(name)
        set_spoken_name(self.query, name)
        needs_query = not is_evidence and LAYER_MAPS[method].needs_query
        self._show_query(state.map.query, needs_query=needs_query)

    def show_queries(self, info: QueryInfo) -> None:
        """Enable the queries that this layer has; show why others are off."""
        no_class = "" if info.has_class_token else self.tr("This model has no class token")
        dead_patch = term(info.dead_patch)
        self._set_enabled(1, no_class or term(info.dead_class))
        self._set_enabled(2, dead_patch)
        set_tip(self.pick, dead_patch or self.tr("Pick a token on the frame (Q)"))

    def _show_query(self, query: Query, *, needs_query: bool) -> None:
        at = 2 if isinstance(query, tuple) else self.query.findData(query)
        words = self.tr("Picked token")
        if isinstance(query, tuple):
            words = self.tr("t{} y{} x{}").format(*query)
        self.query.setItemText(2, words)
        self.query.setCurrentIndex(at)
        self.query.setEnabled(needs_query)
        tip = self.tr("Whose attention is shown")
        set_tip(self.query, tip if needs_query else self.tr("This map has no query"))

    def _set_enabled(self, at: int, reason: str) -> None:
        model = self.query.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(at)
        item.setEnabled(not reason)
        set_tip(item, reason)

    def _query_activated(self, at: int) -> None:
        value = self.query.itemData(at)
        if value == "token":
            self.pick_asked.emit(True)
        else:
            self.query_chosen.emit(value)
