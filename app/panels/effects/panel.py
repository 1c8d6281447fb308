"""The panel of head effects: what each head does for a class, with a box that switches it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRect, Qt, Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QMenu,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.effects.lists import EffectList, EffectTable
from app.panels.effects.switches import HeadRow
from app.panels.effects.what_if import WhatIf
from app.panels.spec import Panel
from app.results.batch_means import is_of_batch
from app.text.effects import (
    batch_choice_words,
    class_words,
    coming_words,
    effects_note,
    fallback_words,
    mean_words,
)
from app.text.empty import effects_words, run_words
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label, set_spoken_name, set_tip
from app.widgets.empty import EmptyState
from app.widgets.segment_button import segment_button
from mvit_core.attribution import METHODS, head_indices
from mvit_core.explaining import HeadPlace

if TYPE_CHECKING:
    from app.panels.effects.switches import HeadSwitches
    from app.panels.spec import PanelContext
    from app.results import EffectsInfo
    from app.results.snapshot import Snapshot


class EffectsPanel(Panel):
    """Heads with their effects: by effect in a list, by block in a table."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    by_chosen = Signal(str)
    """Emitted with what heads are to give that are off: mean, batch or zero."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        """Rows to be shown once somebody sees them."""
        self.empty = EmptyState(run_words())
        self._way_out = "attention.run"
        self.empty.asked.connect(lambda: self.command.emit(self._way_out))
        self.list, self.table = EffectList(), EffectTable()
        self.pages = QStackedWidget()
        self._areas = tuple(self._area(part) for part in (self.list, self.table))
        for area in self._areas:
            self.pages.addWidget(area)
        self.of = ElidedLabel()
        self.of.setObjectName("soft")
        self.of.setFont(theme.small_font(self))
        self.of.setContentsMargins(theme.GUTTER, 0, theme.GUTTER, 0)
        self.coming, self.again = label("", "soft", small=True), self._link("explain.effects")
        self.note, self.mean = label("", "faint", small=True), label("", "soft", small=True)
        self.better = self._link("explain.mean")
        self.what_if = WhatIf()
        self.what_if.command.connect(self.command)
        for words in (self.coming, self.note):
            words.setWordWrap(True)
        self._body = self._laid_out()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)
        column.addWidget(self.what_if)

    def _laid_out(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 2, 0, theme.GAP)
        column.setSpacing(theme.GAP // 2)
        column.addLayout(self._head())
        column.addWidget(self.of)
        column.addWidget(self.pages, 1)
        below = QVBoxLayout()
        below.setContentsMargins(theme.GUTTER, theme.GAP // 2, theme.GUTTER, 0)
        below.setSpacing(2)
        # Below each other: the dock has 260 pixels, and words of other languages are longer.
        left = Qt.AlignmentFlag.AlignLeft
        below.addWidget(self.coming)
        below.addWidget(self.again, 0, left)
        below.addWidget(self.note)
        below.addWidget(self.mean)
        below.addWidget(self.better, 0, left)
        column.addLayout(below)
        return body

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setContentsMargins(theme.GUTTER, 2, theme.GUTTER, 2)
        row.setSpacing(2)
        self.orders = QButtonGroup(self)
        tips = self.tr("The largest effect first"), self.tr("Blocks below each other, heads beside")
        for page, words in enumerate((self.tr("By effect"), self.tr("By block"))):
            button = segment_button(words, self)
            set_tip(button, tips[page])
            self.orders.addButton(button, page)
            row.addWidget(button)
        self.orders.idClicked.connect(lambda page: self.changed.emit("heads_by_block", bool(page)))
        row.addStretch(1)
        row.addWidget(self._by())
        return row

    def _by(self) -> QToolButton:
        """The button that says what heads give that are off, with a menu of all there is."""
        self.by = QToolButton()
        self.by.setFont(theme.small_font(self))
        self.by.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.by.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        set_tip(self.by, self.tr("What a head gives that is off"))
        menu, group = QMenu(self.by), QActionGroup(self)
        menu.setToolTipsVisible(True)  # they say why one cannot be chosen
        self.choices: dict[str, QAction] = {}
        self._names = {
            "mean": self.tr("Its mean"),
            "batch": self.tr("Batch mean"),
            "zero": self.tr("Zero"),
        }
        for by, words in self._names.items():
            action = QAction(words, menu)
            action.setCheckable(True)
            action.triggered.connect(lambda _=False, by=by: self.by_chosen.emit(by))
            group.addAction(action)
            menu.addAction(action)
            self.choices[by] = action
        menu.addSeparator()
        self.choose = menu.addAction(self.tr("Mean over a batch result…"))
        self.choose.triggered.connect(lambda: self.command.emit("explain.mean_of_batch"))
        self.by.setMenu(menu)
        return self.by

    def _area(self, part: HeadSwitches) -> QScrollArea:
        area = QScrollArea()
        area.setWidgetResizable(True)
        area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        holder = QWidget()
        holder.setObjectName("body")
        column = QVBoxLayout(holder)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(part)
        column.addStretch(1)
        area.setWidget(holder)

        def reveal(box: QRect) -> None:
            area.ensureVisible(box.center().x(), box.center().y(), 0, box.height())

        part.moved.connect(reveal)
        return area

    def _link(self, command: str) -> QPushButton:
        button = QPushButton()
        button.setObjectName("slimLink")
        button.setFont(theme.small_font(self))
        button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        button.clicked.connect(lambda: self.command.emit(command))
        return button

    @override
    def connect_to(self, context: PanelContext) -> None:
        switch = context.intents.heads_off
        for part in (self.list, self.table):
            part.toggled.connect(switch.toggle)
            part.alone_asked.connect(switch.alone)
            part.show_asked.connect(
                lambda place: context.intents.show_head(place.block, place.head)
            )
        self.by_chosen.connect(switch.choose_by)
        self.what_if.connect_to(context.intents)
        self.what_if.patches.removed.connect(context.drop_patch)
        self.what_if.patches.reported.connect(context.notify)
        self.changed.connect(context.intents.set_field)
        self.command.connect(context.run)
        self.remarked.connect(context.show_remark)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.table if self.pages.currentIndex() else self.list

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        self._show_what_if(old, new)
        words, info = effects_words(new), new.results.effects
        self._way_out = words.command
        self.empty.show_words(words.sentence, with_button=words.has_button, button=words.button)
        is_empty = bool(words.sentence) or info is None
        self.empty.setVisible(is_empty)
        self._body.setVisible(not is_empty)
        now, then = (
            None
            if each is None
            else (
                each.settings,
                each.results.effects,
                each.results.model,
                each.results.batch_means,
            )
            for each in (new, old)
        )
        if now == then:
            return
        if is_empty or info is None:
            self.remarked.emit("", "")
            return
        self._show_heads(new, info)
        self._show_choices(new)
        self._show_words(new, info)

    def _show_what_if(self, old: Snapshot | None, new: Snapshot) -> None:
        now, then = (
            None
            if x is None
            else (
                x.settings,
                x.results.window(x.state.frame),
                x.results.shown,
                x.results.model,
                x.results.patches,
            )
            for x in (new, old)
        )
        if now != then:
            self.what_if.show_snapshot(new)

    def _show_heads(self, new: Snapshot, info: EffectsInfo) -> None:
        off, on_frame = set(new.state.changes.heads_off), _on_frame(new)
        model = new.results.model
        layers = () if model is None else model.layers
        places = [HeadPlace(x.block, head) for x in layers for head in range(x.heads)]
        rows = tuple(
            HeadRow(place, info.values.get(place), place in off, place in on_frame)
            for place in places
        )
        self.list.show_rows(rows)
        self.table.show_rows(rows)
        words = self.tr("{n} of {all}").format(n=len(info.values), all=len(places))
        self.remarked.emit(words, self.tr("Heads whose effect is found"))

    def _show_choices(self, new: Snapshot) -> None:
        page = int(new.state.heads_by_block)
        self.orders.button(page).setChecked(True)
        self.pages.setCurrentIndex(page)
        by = "batch" if is_of_batch(new.state) else new.state.changes.by
        self.choices[by].setChecked(True)
        given = self._names["mean" if fallback_words(new) else by]
        self.by.setText(given)
        what = self.tr("What a head gives that is off: {by}")
        set_spoken_name(self.by, what.format(by=given))
        words, reason = batch_choice_words(new)
        batch = self.choices["batch"]
        batch.setText(words or self.tr("Its mean over a batch"))
        batch.setEnabled(not reason)
        set_tip(batch, reason or words)

    def _show_words(self, new: Snapshot, info: EffectsInfo) -> None:
        self.of.setText(class_words(info))
        self.note.setText(" ".join(filter(None, (effects_note(info), fallback_words(new)))))
        for (words, way), said, link in (
            (coming_words(info), self.coming, self.again),
            (mean_words(info), self.mean, self.better),
        ):
            said.setText(words)
            said.setVisible(bool(words))
            link.setText(way)
            link.setVisible(bool(way))


def _on_frame(snapshot: Snapshot) -> set[HeadPlace]:
    """Heads whose map is on the frame: of attention, chosen one by one."""
    state, layer = snapshot.state, snapshot.results.layer(snapshot.state.map.block)
    if layer is None or state.map.method not in METHODS:
        return set()
    return {HeadPlace(layer.block, head) for head in head_indices(state.map.head)}
