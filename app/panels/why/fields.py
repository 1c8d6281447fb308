"""Fields of the panel: a class that is found by typing, and a method with how far it is trusted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import (
    QModelIndex,
    QPersistentModelIndex,
    QRect,
    QSignalBlocker,
    QSize,
    Qt,
    Signal,
)
from PySide6.QtGui import QColor, QFontMetrics, QPainter, QStandardItemModel
from PySide6.QtWidgets import (
    QComboBox,
    QCompleter,
    QLineEdit,
    QStyle,
    QStyledItemDelegate,
    QStyleOptionViewItem,
)
from typing_extensions import override

from app.text.phrases import share_words
from app.text.terms import sentence, term
from app.text.why import CHECK
from app.widgets import theme
from app.widgets.basic import bounded, set_choice_tip, set_spoken_name, set_tip
from mvit_core.explaining.methods import CROSS, EVIDENCE

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from app.results import PredictionInfo
    from mvit_core.explaining import EvidenceMethod

Index = QModelIndex | QPersistentModelIndex

LETTERS = 6
POPUP_PX = 380
"""Width of the list of methods, in which their words have two lines."""
PAD_PX = 8
LONGEST_NAME = 80
SHARE_BEGINS = " · "
"""Between the name of a class and its probability."""
LINE_PAD_PX = 2
"""Pixels on each side of a field's text, as the style sheet has them."""


class ClassLine(QLineEdit):
    """The line of a class field: a name too long for it gives way to the share behind it.

    While it is typed in, it is an ordinary line.

    Args:
        hint: what it says while it is empty; Qt's own hint would be too faint in a combo box.
    """

    def __init__(self, hint: str) -> None:
        super().__init__()
        self._hint = hint

    def shown_text(self) -> str:
        """What is painted while it has not the keys."""
        if not self.text():
            return self._hint
        room, metrics = self.width() - 2 * LINE_PAD_PX, self.fontMetrics()
        name, dot, share = self.text().rpartition(SHARE_BEGINS)
        if not dot or metrics.horizontalAdvance(self.text()) <= room:
            return self.text()
        left = room - metrics.horizontalAdvance(dot + share)
        return metrics.elidedText(name, Qt.TextElideMode.ElideRight, left) + dot + share

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        shown = self.shown_text()
        if self.hasFocus() or shown == self.text():
            super().paintEvent(event)
            return
        painter, colours = QPainter(self), theme.current()
        painter.setPen(
            QColor(colours.text if self.text() and self.isEnabled() else colours.text_faint)
        )
        box = self.rect().adjusted(LINE_PAD_PX, 0, -LINE_PAD_PX, 0)
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()


class ClassField(QComboBox):
    """One of all classes, found by typing a part of its name.

    Args:
        name: accessible name.
        none: words for no class; empty where one must be chosen.
    """

    chosen = Signal(object)
    """Emitted with the index of the class that the user chose, or None."""
    left = Signal()
    """Emitted when the user is done with it, by Enter or by a click in the list."""

    def __init__(self, name: str, none: str = "") -> None:
        super().__init__()
        set_spoken_name(self, name)
        self._none = none
        self._known: object = None
        self.setEditable(True)
        self.setInsertPolicy(QComboBox.InsertPolicy.NoInsert)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LETTERS)
        completer = QCompleter(self.model(), self)
        completer.setFilterMode(Qt.MatchFlag.MatchContains)
        completer.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        completer.setCompletionMode(QCompleter.CompletionMode.PopupCompletion)
        self.setCompleter(completer)
        self._field = ClassLine("" if none else self.tr("choose a class"))
        self.setLineEdit(self._field)
        set_spoken_name(self._field, name)
        self.activated.connect(self._activated)
        self._field.returnPressed.connect(self.left)
        self._field.editingFinished.connect(self._entered)

    @override
    def hidePopup(self) -> None:
        super().hidePopup()
        self.left.emit()

    def show_classes(
        self,
        predictions: tuple[PredictionInfo, ...],
        index: int | None,
        without: int | None = None,
    ) -> None:
        """Show all classes but one, the most probable first, and which one is chosen."""
        known = (predictions, without)
        with QSignalBlocker(self):
            if known != self._known:
                self._known = known
                self.clear()
                if self._none:
                    self.addItem(self._none, None)
                for each in predictions:
                    if each.index != without:
                        name = bounded(each.name, LONGEST_NAME)
                        self.addItem(
                            f"{name}{SHARE_BEGINS}{share_words(each.probability)}", each.index
                        )
            if not self._field.hasFocus() or self.currentData() != index:
                self.setCurrentIndex(-1 if index is None and not self._none else self._row(index))
                self._field.setCursorPosition(0)
        set_tip(self, self.currentText())

    def _row(self, index: int | None) -> int:
        rows = (row for row in range(self.count()) if self.itemData(row) == index)
        return next(rows, -1)

    def _activated(self, row: int) -> None:
        self.chosen.emit(self.itemData(row))

    def _entered(self) -> None:
        """Take the class that was typed; what is no class gives way to the one chosen."""
        typed = self._field.text().casefold().strip()
        if typed == self.itemText(self.currentIndex()).casefold():
            return
        found = (row for row in range(self.count()) if typed in self.itemText(row).casefold())
        row = next(found, -1) if typed else -1
        if row < 0:
            self._field.setText(self.itemText(self.currentIndex()))
        elif row != self.currentIndex():
            self.setCurrentIndex(row)
            self.chosen.emit(self.itemData(row))


class MethodField(QComboBox):
    """The methods of evidence, the most trusted first."""

    chosen = Signal(str)
    """Emitted with the name of the method that the user chose."""

    def __init__(self, name: str, head: str) -> None:
        super().__init__()
        set_spoken_name(self, name)
        self.setSizeAdjustPolicy(QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon)
        self.setMinimumContentsLength(LETTERS)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.addItem(head, None)
        model = self.model()
        assert isinstance(model, QStandardItemModel)
        model.item(0).setEnabled(False)
        for key, row in EVIDENCE.items():
            self.addItem(method_title(row), key)
            words = f"{term(row.description)}\n{sentence(row.trust_words)}"
            set_choice_tip(self, self.count() - 1, words)
        self.setItemDelegate(_Rows(self))
        self.view().setMinimumWidth(POPUP_PX)
        self.activated.connect(lambda at: self.chosen.emit(self.itemData(at)))

    def show_method(self, method: str) -> None:
        """Show the method in use."""
        self.setCurrentIndex(self.findData(method))
        row = EVIDENCE[method]
        set_tip(self, f"{term(row.description)}\n{sentence(row.trust_words)}")


def method_title(row: EvidenceMethod) -> str:
    """A method's title with its mark: a cross where it misleads, a tick where it is trusted."""
    mark = {"trusted": f"{CHECK} "}.get(row.trust, "")
    if row.misleads:
        mark = f"{CROSS} "
    return f"{mark}{term(row.title)}"


class _Rows(QStyledItemDelegate):
    """A method in two lines: its title, and how far it is trusted.

    Args:
        field: whose list it paints.
    """

    def __init__(self, field: QComboBox) -> None:
        super().__init__(field)
        self._field = field

    @override
    def sizeHint(self, option: QStyleOptionViewItem, index: Index) -> QSize:
        line = QFontMetrics(option.font).height()
        has_words = index.data(Qt.ItemDataRole.UserRole) is not None
        return QSize(POPUP_PX, (3 * line if has_words else line) + PAD_PX)

    @override
    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: Index) -> None:
        colours, name = theme.current(), index.data(Qt.ItemDataRole.UserRole)
        is_chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        painter.save()
        painter.fillRect(option.rect, QColor(colours.accent_soft if is_chosen else colours.control))
        box = option.rect.adjusted(PAD_PX, PAD_PX // 2, -PAD_PX, -PAD_PX // 2)
        top = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop
        painter.setFont(option.font)
        if name is None:
            painter.setPen(QColor(colours.text_faint))
            painter.drawText(box, top, index.data())
        else:
            self._paint_method(painter, box, name, is_chosen=is_chosen)
        painter.restore()

    def _paint_method(self, painter: QPainter, box: QRect, name: str, *, is_chosen: bool) -> None:
        colours, row = theme.current(), EVIDENCE[name]
        line = painter.fontMetrics().height()
        misleads = row.misleads
        top = Qt.AlignmentFlag.AlignTop
        painter.setPen(QColor(colours.error if misleads else colours.text))
        painter.drawText(box, Qt.AlignmentFlag.AlignLeft | top, method_title(row))
        painter.setPen(QColor(colours.text_soft if is_chosen else colours.text_faint))
        painter.drawText(box, Qt.AlignmentFlag.AlignRight | top, term(row.trust))
        small = theme.small_font(self._field)
        painter.setFont(small)
        words = QFontMetrics(small).elidedText(
            sentence(row.trust_words), Qt.TextElideMode.ElideRight, 2 * box.width() - 60
        )
        flags = Qt.AlignmentFlag.AlignLeft | top | Qt.TextFlag.TextWordWrap
        painter.drawText(box.adjusted(0, line, 0, 0), flags, words)
