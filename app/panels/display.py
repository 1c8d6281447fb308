"""Which map, and how it is coloured."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QStandardItemModel
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QGridLayout,
    QHBoxLayout,
    QLineEdit,
    QSlider,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.icons import themed_icon
from app.widgets import icon_button, label, rule
from mvit_core.attribution import METHODS
from mvit_core.render import ValueRange, colormaps, colour_table

if TYPE_CHECKING:
    from app.state import ViewState
    from mvit_core.attribution import Query

SWATCH = QSize(56, 12)


@dataclass(frozen=True)
class QueryFacts:
    """Which queries can be chosen, and why others cannot."""

    has_class_token: bool = False
    dead_class: str = ""
    dead_patch: str = ""


class DisplayPanel(QWidget):
    """Controls for the map and its colours."""

    changed = Signal(str, object)
    """A field of ``ViewState`` and the value asked for."""
    query_chosen = Signal(object)
    pick_asked = Signal(bool)
    lock_asked = Signal(bool)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self._facts = QueryFacts()
        self._make_map_controls()
        self._make_colour_controls()
        for control in (
            self.method, self.query, self.colormap, self.opacity, self.policy, self.smooth,
            self.grid, self.overlay,
        ):  # fmt: skip
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # clicks leave the keys on the stage
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 2, 12, 4)
        column.setSpacing(theme.GAP)
        column.addLayout(self._map_form())
        column.addWidget(self.note)
        column.addWidget(rule())
        column.addLayout(self._colour_form())
        column.addLayout(self._ticks())
        column.addStretch(1)

    # -- building ---------------------------------------------------------------------------

    def _make_map_controls(self) -> None:
        self.method = QComboBox()
        self.method.setAccessibleName(self.tr("Map"))
        for name, method in METHODS.items():
            self.method.addItem(method.title, name)
            self.method.setItemData(
                self.method.count() - 1, method.description, Qt.ItemDataRole.ToolTipRole
            )
        self.method.activated.connect(
            lambda row: self.changed.emit("method", self.method.itemData(row))
        )
        self.query = QComboBox()
        self.query.setAccessibleName(self.tr("Query"))
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
        self.note = label("", "warning", small=True)
        self.note.setWordWrap(True)
        self.note.hide()

    def _make_colour_controls(self) -> None:
        self.colormap = QComboBox()
        self.colormap.setAccessibleName(self.tr("Colour map"))
        self.colormap.setToolTip(self.tr("Colour map (C, Shift+C)"))
        self.colormap.setIconSize(SWATCH)
        for name in colormaps("sequential"):
            self.colormap.addItem(_swatch(name), name, name)
        self.colormap.activated.connect(
            lambda row: self.changed.emit("colormap", self.colormap.itemData(row))
        )
        self.opacity = QSlider(Qt.Orientation.Horizontal)
        self.opacity.setRange(0, 100)
        self.opacity.setPageStep(5)
        self.opacity.setAccessibleName(self.tr("Opacity of the heat"))
        self.opacity.setToolTip(self.tr("Opacity (Ctrl+Up, Ctrl+Down)"))
        self.opacity.valueChanged.connect(lambda v: self.changed.emit("opacity", v / 100))
        self._percent = label("", "soft", small=True)
        self._percent.setMinimumWidth(self._percent.fontMetrics().horizontalAdvance("100 %") + 2)
        self._percent.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self.policy = QComboBox()
        self.policy.setAccessibleName(self.tr("Colour range"))
        for words, value, tip in (
            (self.tr("This layer"), "layer", self.tr("One range for all heads and all times")),
            (self.tr("This map"), "map", self.tr("A range of its own for what is shown")),
            (self.tr("Manual"), "manual", self.tr("The two numbers below")),
        ):
            self.policy.addItem(words, value)
            self.policy.setItemData(self.policy.count() - 1, tip, Qt.ItemDataRole.ToolTipRole)
        self.policy.activated.connect(
            lambda row: self.changed.emit("range_policy", self.policy.itemData(row))
        )
        self.lock = icon_button("unlock", self.tr("Lock the range (Y)"))
        self.lock.setCheckable(True)
        self.lock.clicked.connect(self.lock_asked)
        self.low, self.high = QLineEdit(), QLineEdit()
        for field, words in ((self.low, self.tr("Lowest")), (self.high, self.tr("Highest"))):
            field.setAccessibleName(words)
            field.setToolTip(words)
            field.setMinimumWidth(40)
            field.editingFinished.connect(self._range_entered)
        self.smooth = QCheckBox(self.tr("Smooth between tokens"))
        self.smooth.setToolTip(self.tr("Off: each pixel shows its nearest token (S)"))
        self.smooth.toggled.connect(lambda on: self.changed.emit("smooth", on))
        self.grid = QCheckBox(self.tr("Token grid"))
        self.grid.setToolTip(self.tr("Lines between tokens (D)"))
        self.grid.toggled.connect(lambda on: self.changed.emit("token_grid", on))
        self.overlay = QCheckBox(self.tr("Heat overlay"))
        self.overlay.setToolTip(self.tr("Show the heat (T); hold B to hide it for a moment"))
        self.overlay.toggled.connect(lambda on: self.changed.emit("overlay", on))

    def _map_form(self) -> QGridLayout:
        form = _form()
        form.addWidget(label(self.tr("Map"), "soft"), 0, 0)
        form.addWidget(self.method, 0, 1)
        form.addWidget(label(self.tr("Query"), "soft"), 1, 0)
        form.addLayout(_row(self.query, self.pick), 1, 1)
        return form

    def _colour_form(self) -> QGridLayout:
        form = _form()
        form.addWidget(label(self.tr("Colours"), "soft"), 0, 0)
        form.addWidget(self.colormap, 0, 1)
        form.addWidget(label(self.tr("Opacity"), "soft"), 1, 0)
        form.addLayout(_row(self.opacity, self._percent), 1, 1)
        form.addWidget(label(self.tr("Range"), "soft"), 2, 0)
        form.addLayout(_row(self.policy, self.lock), 2, 1)
        self._manual = QWidget()
        pair = QHBoxLayout(self._manual)
        pair.setContentsMargins(0, 0, 0, 0)
        pair.setSpacing(6)
        pair.addWidget(self.low, 1)
        pair.addWidget(label("–", "faint"))
        pair.addWidget(self.high, 1)
        form.addWidget(self._manual, 3, 1)
        return form

    def _ticks(self) -> QVBoxLayout:
        column = QVBoxLayout()
        column.setSpacing(2)
        for box in (self.overlay, self.smooth, self.grid):
            column.addWidget(box)
        return column

    # -- showing ----------------------------------------------------------------------------

    def show_state(self, state: ViewState) -> None:
        """Take over everything that the user has asked for."""
        blockers = [
            QSignalBlocker(widget)
            for widget in (self.opacity, self.smooth, self.grid, self.overlay)
        ]
        self.method.setCurrentIndex(self.method.findData(state.method))
        self.method.setToolTip(METHODS[state.method].description)
        self.colormap.setCurrentIndex(self.colormap.findData(state.colormap))
        self.opacity.setValue(round(100 * state.opacity))
        self._percent.setText(f"{round(100 * state.opacity)} %")
        self.policy.setCurrentIndex(self.policy.findData(state.range_policy))
        self._manual.setVisible(state.range_policy == "manual" and state.locked_range is None)
        self.policy.setEnabled(state.locked_range is None)
        self.lock.setChecked(state.locked_range is not None)
        self.lock.setIcon(themed_icon("lock" if state.locked_range else "unlock"))
        self.smooth.setChecked(state.smooth)
        self.grid.setChecked(state.token_grid)
        self.overlay.setChecked(state.overlay)
        self.pick.setChecked(state.picking)
        self._show_query(state.query, needs_query=METHODS[state.method].needs_query)
        del blockers

    def show_queries(self, facts: QueryFacts) -> None:
        """Enable the queries that mean something in this layer; say why others do not."""
        self._facts = facts
        no_class = "" if facts.has_class_token else self.tr("This model has no class token")
        self._set_enabled(1, no_class or facts.dead_class)
        self._set_enabled(2, facts.dead_patch)
        self.pick.setToolTip(facts.dead_patch or self.tr("Pick a token on the frame (Q)"))

    def show_range(self, ends: ValueRange | None) -> None:
        """Put the range in use into the manual fields, unless the user is typing there."""
        if ends is None or self.low.hasFocus() or self.high.hasFocus():
            return
        self.low.setText(f"{ends.low:.4g}")
        self.high.setText(f"{ends.high:.4g}")
        self.low.setCursorPosition(0)
        self.high.setCursorPosition(0)

    def show_note(self, note: str) -> None:
        """Print what a reader must know before trusting the map."""
        self.note.setText(note)
        self.note.setVisible(bool(note))

    # -- asking -----------------------------------------------------------------------------

    def _show_query(self, query: Query, *, needs_query: bool) -> None:
        row = 2 if isinstance(query, tuple) else self.query.findData(query)
        words = self.tr("Picked token")
        if isinstance(query, tuple):
            words = self.tr("t{} y{} x{}").format(*query)
        self.query.setItemText(2, words)
        self.query.setCurrentIndex(row)
        self.query.setEnabled(needs_query)
        tip = self.tr("Whose attention is shown")
        self.query.setToolTip(tip if needs_query else self.tr("This map has no query"))

    def _set_enabled(self, row: int, reason: str) -> None:
        model = self.query.model()
        assert isinstance(model, QStandardItemModel)
        item = model.item(row)
        item.setEnabled(not reason)
        item.setToolTip(reason)

    def _query_activated(self, row: int) -> None:
        value = self.query.itemData(row)
        if value == "token":
            self.pick_asked.emit(True)
        else:
            self.query_chosen.emit(value)

    def _range_entered(self) -> None:
        try:
            ends = ValueRange(float(self.low.text()), float(self.high.text()))
        except ValueError:
            self.show_note(self.tr("A range needs two numbers, such as 0.001 and 0.02"))
            return
        self.show_note("")
        self.changed.emit("manual_range", ends)


def _form() -> QGridLayout:
    form = QGridLayout()
    form.setHorizontalSpacing(10)
    form.setVerticalSpacing(theme.GAP)
    form.setColumnStretch(1, 1)
    form.setColumnMinimumWidth(0, 56)
    return form


def _row(wide: QWidget, narrow: QWidget) -> QHBoxLayout:
    row = QHBoxLayout()
    row.setSpacing(6)
    row.addWidget(wide, 1)
    row.addWidget(narrow)
    return row


def _swatch(name: str) -> QIcon:
    table = colour_table(name)
    image = QImage(table.tobytes(), len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image.scaled(SWATCH)))
