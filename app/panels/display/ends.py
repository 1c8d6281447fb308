"""Controls of the range: policy, lock, histogram, and the two numbers at its ends."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtWidgets import QComboBox, QHBoxLayout, QLineEdit, QVBoxLayout, QWidget

from app.panels.display.forms import LINE_GAP, combo, form, row
from app.panels.display.histogram import Histogram
from app.state.view_state import ViewState
from app.text.phrases import policy_names, value_words
from app.views.range_menu import range_menu
from app.widgets.basic import icon_button, label, set_choice_tip, set_spoken_name, set_tip
from app.widgets.icons import themed_icon
from app.widgets.plot_menu import PlotMenu
from mvit_core.render import RANGE_POLICIES, RenderStyle, ValueRange, value_of

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint

    from app.results import ShownMap


LATER_MS = 30
"""Milliseconds without another map after which its values are shown as bars."""


class RangeControls(QWidget):
    """Controls of the colour range."""

    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    lock_asked = Signal(bool)
    held = Signal(bool)
    """Emitted with True when a drag on a handle begins, False when it ends."""
    refused = Signal(str)
    """Emitted with the reason why the numbers typed are no range; empty once they are."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._state = ViewState()
        self._shown: ShownMap | None = None
        # The picture is painted first: bars take as long as all else that another layer changes.
        self._later = QTimer(self, singleShot=True, interval=LATER_MS)
        self._later.timeout.connect(self._show_all)
        self.policy = self._make_policies()
        self.lock = icon_button("unlock", self.tr("Lock the range (Y)"))
        self.lock.setCheckable(True)
        self.lock.clicked.connect(self.lock_asked)
        self.histogram = Histogram()
        self.histogram.range_asked.connect(lambda ends: self.changed.emit("manual_range", ends))
        self.histogram.held.connect(self.held)
        self.export = PlotMenu(self.histogram.figure, "histogram", self)
        numbers = self._make_numbers()
        top = QWidget()
        lines = form(top)
        lines.addWidget(label(self.tr("Range"), "soft", of=self.policy), 0, 0)
        lines.addLayout(row(self.policy, self.lock), 0, 1)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(LINE_GAP)
        column.addWidget(top)
        column.addWidget(self.histogram)
        column.addLayout(numbers)
        for widget in (self.histogram, self.policy):
            widget.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
            widget.customContextMenuRequested.connect(
                lambda at, widget=widget: self._show_menu(widget.mapToGlobal(at))
            )

    def show_state(self, state: ViewState) -> None:
        """Show the settings of a state."""
        before, self._state = self._state, state
        locked = state.heat.locked_range is not None
        self.policy.setCurrentIndex(self.policy.findData(state.heat.range_policy))
        self.policy.setEnabled(not locked)
        reason = self.tr("The range is locked; unlock it with Y")
        set_tip(
            self.policy,
            reason if locked else self.tr("What the ends are taken from; right-click for more"),
        )
        self.lock.setIcon(themed_icon("lock" if locked else "unlock"))
        self.lock.setChecked(locked)
        if state.heat == before.heat:
            self._later.start()
        else:
            self._show_all()  # at once: perhaps a handle is being dragged

    def show_map(self, shown: ShownMap | None) -> None:
        """Show values and range of the map on screen."""
        has_numbers = shown is not None and shown.result.maps.colours is None
        self._shown = shown if has_numbers else None  # components have colours instead
        if self._shown is None:
            self._show_all()
        else:
            self._later.start()

    @property
    def waits(self) -> bool:
        """The bars are still those of the map before."""
        return self._later.isActive()

    def _show_all(self) -> None:
        self._later.stop()
        shown, state, locked = self._shown, self._state, self._state.heat.locked_range is not None
        heat = state.heat
        self.lock.setEnabled(shown is not None)
        for field, words in ((self.low, self.tr("Lowest")), (self.high, self.tr("Highest"))):
            field.setEnabled(shown is not None and not locked)
            set_tip(field, self.tr("The range is locked; unlock it with Y") if locked else words)
        if shown is None:
            style = RenderStyle(ValueRange(0, 1))
            self.histogram.show_values(None, style, locked=locked)
            self.low.clear()
            self.high.clear()
            self.unit.hide()
            return
        style = heat.style_of(shown.result.maps.method, shown.range.range)
        factor = self._factor()
        self.histogram.show_values(shown.range.histogram, style, locked=locked, factor=factor)
        self.unit.setVisible(state.heat.units == "uniform" and shown.result.request.is_of_attention)
        if not (self.low.hasFocus() or self.high.hasFocus()):  # the user is not typing there
            ends = shown.range.range
            for field, value in ((self.low, ends.low), (self.high, ends.high)):
                field.setText(value_words(value * self._factor()))
                field.setCursorPosition(0)

    def _factor(self) -> float:
        """Factor from probabilities to the numbers shown."""
        is_attention = self._shown is not None and self._shown.result.request.is_of_attention
        if self._shown is None or not is_attention or self._state.heat.units == "probability":
            return 1.0
        return float(self._shown.result.maps.key_count)

    def _entered(self) -> None:
        if self._shown is None:
            return
        now, factor = self._shown.range.range, self._factor()
        typed = (self.low.text(), self.high.text())
        if typed == tuple(value_words(value * factor) for value in (now.low, now.high)):
            return  # the numbers are unchanged, so the policy stays
        try:
            ends = ValueRange(*(value_of(text) / factor for text in typed))
        except ValueError:
            self.refused.emit(self.tr("A range needs two numbers, such as 0.001 and 0.02"))
            return
        if ends.low >= ends.high:
            self.refused.emit(self.tr("The lowest number must be below the highest"))
            return
        self.refused.emit("")
        self.changed.emit("manual_range", ends)

    def _make_numbers(self) -> QHBoxLayout:
        """The numbers at both ends, and their unit between them."""
        self.low, self.high = QLineEdit(), QLineEdit()
        self.unit = label(self.tr("× uniform"), "faint", small=True)
        self.unit.setAlignment(Qt.AlignmentFlag.AlignCenter)
        numbers = QHBoxLayout()
        numbers.setSpacing(6)
        for field, words, side in (
            (self.low, self.tr("Lowest"), Qt.AlignmentFlag.AlignLeft),
            (self.high, self.tr("Highest"), Qt.AlignmentFlag.AlignRight),
        ):
            set_spoken_name(field, words)
            field.setAlignment(side)
            field.setMinimumWidth(48)
            field.editingFinished.connect(self._entered)
        numbers.addWidget(self.low, 1)
        numbers.addWidget(self.unit)
        numbers.addWidget(self.high, 1)
        return numbers

    def _make_policies(self) -> QComboBox:
        made = combo(self.tr("Colour range"))
        names = policy_names()
        for policy in RANGE_POLICIES:
            words, tip = names[policy]
            made.addItem(words, policy)
            set_choice_tip(made, made.count() - 1, tip)
        made.activated.connect(lambda at: self.changed.emit("range_policy", made.itemData(at)))
        return made

    def _show_menu(self, at: QPoint) -> None:
        menu = range_menu(self, self._state, self.changed.emit)
        if self._shown is not None:
            self.export.add_to(menu)
        menu.popup(at)
