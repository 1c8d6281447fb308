"""The card of the chosen head: a small picture, its numbers, how far it looks, what it adds."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.head.distances import Distances
from app.panels.head.parts import Parts
from app.panels.spec import Panel
from app.text.atlas import (
    AXES,
    NUMBERS,
    UNKNOWN,
    card_title,
    chosen_words,
    number_words,
    position_words,
    target_words,
)
from app.text.atlas import tr as atlas_tr
from app.text.empty import comparing_words, head_card_words, run_words
from app.text.guide import BY_NAME
from app.text.phrases import frame_number, map_words
from app.widgets import theme
from app.widgets.basic import label
from app.widgets.empty import EmptyState
from app.widgets.help_mark import marked
from app.widgets.overlays import HeatLook, draw_heat
from mvit_core.attribution import head_indices

if TYPE_CHECKING:
    from PySide6.QtGui import QImage, QPaintEvent

    from app.panels.spec import PanelContext
    from app.results.snapshot import Snapshot
    from mvit_core.attribution import HeadStatistics

PICTURE_PX = 170
"""Largest height of the picture."""


class HeadPicture(QWidget):
    """The frame on screen with the heat of one head."""

    def __init__(self) -> None:
        super().__init__()
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        self._frame: QImage | None = None
        self._heat: QImage | None = None
        self._look = HeatLook(1.0)

    def show_images(self, frame: QImage | None, heat: QImage | None, look: HeatLook) -> None:
        """Show a frame and what lies on it; nothing without both."""
        self.setVisible(frame is not None and heat is not None)
        if (frame, heat, look) != (self._frame, self._heat, self._look):
            self._frame, self._heat, self._look = frame, heat, look
            self.updateGeometry()
            self.update()

    @override
    def sizeHint(self) -> QSize:
        return QSize(200, PICTURE_PX)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._frame is None or self._heat is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        size = self._frame.size().scaled(self.size(), Qt.AspectRatioMode.KeepAspectRatio)
        box = QRectF(0, 0, size.width(), size.height())
        painter.fillRect(box, QColor(theme.current().stage))
        painter.drawImage(box, self._frame)
        draw_heat(painter, box, self._heat, self._look)
        painter.end()


class HeadCard(Panel):
    """Numbers of one head, or the mean of those that are averaged."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.empty = EmptyState(run_words())
        self.picture, self.under = HeadPicture(), label("", "faint", small=True)
        self.under.setWordWrap(True)
        self.values: dict[str, QLabel] = {}
        self.distances, self.parts = Distances(), Parts()
        self.distances_title = label(self.tr("Attention by distance, pixels"), "soft", small=True)
        self.parts_title, self.problem = label("", "title"), label("", "faint", small=True)
        self.which = label("", "title")
        self.hint = label(self.tr("Choose one head for its numbers."), "faint", small=True)
        for words in (self.which, self.hint, self.parts_title, self.problem):
            words.setWordWrap(True)
        self.show_button = QPushButton(self.tr("Show on frame"))
        self.pin_button = QPushButton(self.tr("Pin"))
        self.show_button.setObjectName("primary")
        for button, name in ((self.show_button, "atlas.show"), (self.pin_button, "view.pin")):
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)
            button.clicked.connect(lambda _=False, name=name: self.command.emit(name))
        self._body = self._laid_out()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.addWidget(self.empty)
        column.addWidget(self._body, 1)

    def _laid_out(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(theme.GUTTER, theme.GAP // 2, theme.GUTTER, theme.GAP)
        column.setSpacing(theme.GAP)
        lines = QGridLayout()
        lines.setVerticalSpacing(2)
        lines.setColumnStretch(1, 1)
        rows: list[tuple[str, str, str]] = [
            (name, atlas_tr(NUMBERS[name].axis), NUMBERS[name].guide) for name in AXES[1:]
        ]
        rows.append(("position", self.tr("content / position"), "content_position"))
        for at, (name, words, entry) in enumerate(rows):
            title = label(words, "soft")
            self.values[name] = value = label(UNKNOWN)
            value.setAlignment(Qt.AlignmentFlag.AlignRight)
            lines.addWidget(marked(title, entry) if entry in BY_NAME else title, at, 0)
            lines.addWidget(value, at, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(theme.GAP)
        buttons.addWidget(self.show_button, 1)
        buttons.addWidget(self.pin_button, 1)
        for above in (self.which, self.picture, self.under, self.hint):
            column.addWidget(above)
        column.addLayout(lines)
        column.addLayout(buttons)
        for part in (self.distances, self.parts_title, self.parts, self.problem):
            column.addWidget(part)
        column.insertWidget(column.indexOf(self.distances), self.distances_title)
        column.addStretch(1)
        return body

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.empty.asked.connect(lambda: context.run("attention.run"))
        self.command.connect(context.run)
        self.remarked.connect(context.show_remark)
        self.distances.export.reported.connect(context.notify)
        self.distances.export.wrote.connect(context.wrote)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.show_button

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        words, info = head_card_words(new), new.results.atlas
        is_there = words is None and info is not None
        told = words or comparing_words()
        self.empty.show_words(told.sentence, with_button=told.can_run)
        self.empty.setVisible(not is_there)
        self._body.setVisible(is_there)
        if not is_there:
            self.remarked.emit("", "")
            return
        self._show_picture(new)
        if old is None or _told(old) != _told(new):
            self._show_numbers(new)

    def _show_picture(self, new: Snapshot) -> None:
        results, picture = new.results, new.results.picture
        heat = None if results.heat is None else results.heat.image
        frame = None if picture is None else picture.image
        look = HeatLook(new.state.heat.opacity, results.is_heat_old)
        self.picture.show_images(frame, heat, look)
        self.under.setVisible(heat is not None)
        words = self.tr("{map} · frame {n}").format(
            map=map_words(new.state.map.method, new.state.map.query),
            n=frame_number(new.state.frame),
        )
        if self.under.text() != words:
            self.under.setText(words)

    def _show_numbers(self, new: Snapshot) -> None:
        results, state, info = new.results, new.state, new.results.atlas
        layer = results.layer(state.map.block)
        assert info is not None
        assert layer is not None
        rows = info.chosen(layer.block, state.map.head)
        self.remarked.emit(chosen_words(new), card_title(new))
        self.which.setText(card_title(new))
        one = rows[0] if len(rows) == 1 else None
        self.hint.setVisible(one is None)
        for name in AXES[1:]:
            self.values[name].setText(UNKNOWN if one is None else number_words(info, one, name))
        card = results.card
        heads = tuple(row.head for row in rows)
        details = None if card is None else card.details
        if details is not None and details.block != layer.block:
            details = None
        self.values["position"].setText(position_words(details, heads))
        self.distances.show_heads(details, heads)
        self.distances_title.setVisible(self.distances.isVisibleTo(self))
        self._show_parts(new, rows)

    def _show_parts(self, new: Snapshot, rows: tuple[HeadStatistics, ...]) -> None:
        card = new.results.card
        direct = None if card is None else card.direct
        self.parts_title.setVisible(direct is not None)
        if card is not None and direct is not None:
            self.parts_title.setText(target_words(card))
        named = head_indices(new.state.map.head)
        chosen = tuple((row.block, row.head) for row in rows if row.head in named)
        self.parts.show_parts(direct, chosen)
        problem = "" if card is None else card.problem
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))


def _told(snapshot: Snapshot) -> tuple[object, ...]:
    results, state = snapshot.results, snapshot.state
    return results.atlas, results.card, state.map.block, state.map.head, results.model
