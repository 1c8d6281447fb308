"""The page of the atlas: what is compared above, two plots, and a table of all heads."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtWidgets import (
    QBoxLayout,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QSplitter,
    QStackedLayout,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.results.atlas import times_of
from app.text.atlas import AXES, NUMBERS, QUERIES, SCOPES, chosen_words, scope_words
from app.text.atlas import tr as atlas_tr
from app.text.empty import atlas_words, comparing_words, run_words
from app.views.atlas.matrix import TimesMatrix
from app.views.atlas.scatter import Scatter
from app.views.atlas.table import HeadTableView
from app.widgets import theme
from app.widgets.basic import Choice, ElidedLabel, label, set_spoken_name, set_tip
from app.widgets.choice_row import ChoiceRow
from app.widgets.empty import EmptyState
from app.widgets.help_mark import HelpMark
from app.widgets.kept_keys import ENTER, KeepsKeys
from mvit_core.attribution import head_indices

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QResizeEvent

    from app.results.atlas import AtlasInfo, Place, TimesInfo
    from app.results.snapshot import Snapshot

LEAST_PX = 420
"""Least width of the page in a window whose docks stand at both sides for a moment."""
WIDE_PX = 820
"""Least width of the page at which both plots stand side by side."""


class AtlasPage(KeepsKeys):
    """All heads compared, or why none are."""

    compared = Signal(str, object)
    """Emitted with the name of a field of ``AtlasChoices`` and its new value."""
    opened = Signal()
    """Emitted where the chosen head is to be shown on the frame."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setObjectName("body")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Atlas of heads"))
        self.empty = EmptyState(run_words(), centred=True)
        self.scatter, self.matrix, self.table = Scatter(), TimesMatrix(), HeadTableView()
        self.scope = ChoiceRow(
            self.tr("Windows"), ((v, atlas_tr(t), atlas_tr(tip)) for v, (t, tip) in SCOPES.items())
        )
        self.queries = ChoiceRow(
            self.tr("Queries"), ((v, atlas_tr(t), atlas_tr(tip)) for v, (t, tip) in QUERIES.items())
        )
        self.remark = ElidedLabel()
        self.remark.setObjectName("soft")
        self.remark.setFont(theme.small_font(self))
        self.axes = {name: self._axis(words, name) for name, words in self._axis_words().items()}
        self.times_title, self.times_words = label("", "title"), label("", "faint", small=True)
        self._info: AtlasInfo | None = None
        self._times: tuple[object, TimesInfo | None] = (None, None)
        self._lay_out()
        self.scope.chosen.connect(partial(self.compared.emit, "scope"))
        self.queries.chosen.connect(partial(self.compared.emit, "queries"))
        self.scatter.opened.connect(self.opened)
        self.table.opened.connect(self.opened)
        self.table.save_asked.connect(self.save_table)

    # -- building -----------------------------------------------------------------------------

    def _axis_words(self) -> dict[str, str]:
        return {"up": self.tr("Up"), "across": self.tr("Across"), "size": self.tr("Size")}

    def _axis(self, words: str, name: str) -> QComboBox:
        """The choice of what an axis, or the size of the points, stands for."""
        made = Choice()
        set_spoken_name(made, words)
        made.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        made.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        made.setMinimumContentsLength(6)
        for number in AXES:
            made.addItem(atlas_tr(NUMBERS[number].axis), number)
        made.activated.connect(lambda at: self.compared.emit(name, made.itemData(at)))
        return made

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setContentsMargins(theme.GUTTER, theme.GAP, theme.GUTTER, 0)
        head.setSpacing(theme.GAP)
        head.addWidget(label(self.tr("Head atlas"), "title"))
        head.addWidget(self.scope)
        head.addWidget(self.queries)
        head.addWidget(self.remark, 1, Qt.AlignmentFlag.AlignRight)
        self._plots = QTabWidget()
        self._plots.setDocumentMode(True)
        self._side_by_side = QWidget()
        self._beside = QHBoxLayout(self._side_by_side)
        self._beside.setContentsMargins(0, 0, 0, 0)
        self._beside.setSpacing(2 * theme.GAP)
        self._points, self._times_page = self._points_page(), self._matrix_page()
        for page in (self._points, self._times_page):
            page.setObjectName("body")
            page.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        above = QWidget()
        self._above = QVBoxLayout(above)
        self._above.setContentsMargins(0, 0, 0, 0)
        self._above.addWidget(self._side_by_side)
        self._above.addWidget(self._plots)
        self.split = QSplitter(Qt.Orientation.Vertical)
        self.split.setChildrenCollapsible(False)
        self.split.addWidget(above)
        self.split.addWidget(self.table)
        self.split.setStretchFactor(0, 1)
        self.split.setStretchFactor(1, 1)
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GUTTER, theme.GAP, theme.GUTTER, theme.GAP)
        column.addWidget(self.split, 1)
        self._pages = QStackedLayout()
        self._pages.addWidget(self.empty)
        self._pages.addWidget(body)
        whole = QVBoxLayout(self)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(0)
        whole.addLayout(head)
        whole.addLayout(self._pages, 1)
        self._is_wide: bool | None = None
        self._arrange()

    def _points_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setSpacing(4)
        for name, words in self._axis_words().items():
            row.addWidget(label(words, "soft", small=True, of=self.axes[name]))
            row.addWidget(self.axes[name], 1)
        column.addLayout(row)
        column.addWidget(self.scatter, 1)
        return page

    def _matrix_page(self) -> QWidget:
        page = QWidget()
        column = QVBoxLayout(page)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        row = QHBoxLayout()
        row.setDirection(QBoxLayout.Direction.LeftToRight)
        row.addWidget(self.times_title)
        row.addWidget(HelpMark("time_to_time"))
        row.addStretch(1)
        column.addLayout(row)
        column.addWidget(self.matrix, 1)
        column.addWidget(self.times_words)
        return page

    def _arrange(self) -> None:
        """Put both plots side by side, or one behind the other where there is no room."""
        is_wide = self.width() >= WIDE_PX
        if is_wide == self._is_wide:
            return
        self._is_wide = is_wide
        if is_wide:
            self._plots.clear()
            for page, share in ((self._points, 5), (self._times_page, 3)):
                self._beside.addWidget(page, share)
                page.show()
        else:
            self._plots.addTab(self._points, self.tr("Heads"))
            self._plots.addTab(self._times_page, self.tr("Time to time"))
        self._side_by_side.setVisible(is_wide)
        self._plots.setVisible(not is_wide)

    # -- showing ------------------------------------------------------------------------------

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show what a snapshot says about the heads."""
        words, info = atlas_words(new), new.results.atlas
        self._pages.setCurrentIndex(1 if info is not None and words is None else 0)
        self.scope.show_choice(new.state.atlas.scope)
        self.queries.show_choice(new.state.atlas.queries)
        self.remark.setText("" if words else scope_words(new))
        if words is not None or info is None:
            told = words or comparing_words()
            self.empty.show_words(told.sentence, with_button=told.can_run)
            return
        if old is not None and not _differs(old, new):
            return
        self._info = info
        state, choices = new.state, new.state.atlas
        chosen = chosen_places(new)
        for name, box in self.axes.items():
            box.setCurrentIndex(box.findData(getattr(choices, name)))
            set_tip(box, self._axis_words()[name])
        off = frozenset((place.block, place.head) for place in state.changes.heads_off)
        self.scatter.show_heads(info, choices, chosen, off)
        self.table.show_heads(info, choices, chosen, off)
        self.times_title.setText(self.tr("Time to time · {head}").format(head=chosen_words(new)))
        below = self.tr("key time → (rows: query time; a row and its sink are 1)")
        if choices.scope == "batch":
            below = self.tr("A batch result has no attention from time to time.")
        self.times_words.setText(below)
        self.matrix.show_times(self._times_now(new), chosen_words(new), state.frame)

    def _times_now(self, new: Snapshot) -> TimesInfo | None:
        """Time to time of the chosen heads; the same object while nothing it is of changed."""
        results, state = new.results, new.state
        layer, shown, info = results.layer(state.map.block), results.shown, results.atlas
        if layer is None or shown is None or info is None:
            return None
        key = info, layer, state.map.head, shown.result.frame_indices
        if self._times[0] != key:
            rows = info.chosen(layer.block, state.map.head)
            rows = tuple(row for row in rows if row.profile.size)  # a batch keeps none of them
            frames = shown.result.frame_indices
            self._times = key, times_of(rows, layer, frames) if rows else None
        return self._times[1]

    def save_table(self) -> None:
        """Ask for a file and write the table as CSV, in the order that is shown."""
        title, filters = self.tr("Save the table"), self.tr("Tables (*.csv)")
        name, _ = QFileDialog.getSaveFileName(self, title, "heads.csv", filters)
        if name:
            path = Path(name)
            path = path if path.suffix else path.with_suffix(".csv")
            self.scatter.export.write(path, self._write_table, "head-table")

    def _write_table(self, path: Path) -> None:
        from mvit_core.export.heads_table import write_heads  # imports torch

        info, rows = self._info, self.table.heads.rows
        assert info is not None
        effects: list[float | None] = [info.effects.get((row.block, row.head)) for row in rows]
        write_heads(path, rows, {"effect": effects} if info.effects else None)

    # -- events -------------------------------------------------------------------------------

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in ENTER and self._info is not None:
            self.opened.emit()
        else:
            super().keyPressEvent(event)

    @override
    def minimumSizeHint(self) -> QSize:
        """Never more than the first page needs: pages behind others would widen the window too."""
        hint = super().minimumSizeHint()
        return QSize(min(hint.width(), LEAST_PX), hint.height())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        self._arrange()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange:
            self.table.viewport().update()


def chosen_places(snapshot: Snapshot) -> tuple[Place, ...]:
    """The heads that are chosen by their numbers; none for a reduction over all."""
    state, layer = snapshot.state, snapshot.results.layer(snapshot.state.map.block)
    if layer is None:
        return ()
    return tuple((layer.block, head) for head in head_indices(state.map.head))


def _differs(old: Snapshot, new: Snapshot) -> bool:
    states = (
        (
            each.state.atlas,
            each.state.map.block,
            each.state.map.head,
            each.state.frame,
            each.state.changes,
        )
        for each in (old, new)
    )
    was, now = states
    return (
        was != now
        or old.results.atlas is not new.results.atlas
        or old.results.shown is not new.results.shown
    )
