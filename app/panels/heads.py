"""The heads panel: small pictures of all heads of a block, on one scale."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPen
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.spec import Panel
from app.text.phrases import heads_list, share_words
from app.widgets import theme
from app.widgets.basic import label, set_spoken_name, set_tip, show_tip
from app.widgets.kept_keys import ALONG, PRESS, SIDEWAYS
from app.widgets.overlays import HeatLook, draw_heat
from mvit_core.attribution import head_indices

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent, QPaintEvent

    from app.panels.spec import PanelContext
    from app.results import StripPicture
    from app.results.snapshot import Snapshot
    from mvit_core.attribution import HeadChoice

GAP = 8
SIDE_PX = theme.GUTTER
CAPTION_PX = 18
LEAST_THUMB_PX = 72


class HeadGrid(QWidget):
    """One painted picture per head: a click shows the head alone, a click with Ctrl averages it.

    By keys: arrows move from head to head and show each alone; with Ctrl they only move the cursor,
    and Ctrl+Space adds the head at the cursor to the averaged ones, or removes it.
    """

    chosen = Signal(int)
    toggled = Signal(int)
    """Emitted with a head to be added to the averaged ones, or removed."""

    kept_keys = ALONG | SIDEWAYS | PRESS
    """Keys that it uses itself."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        self.setAccessibleName(self.tr("Heads of the block"))
        self._strip: StripPicture | None = None
        self._look = HeatLook(1.0)
        self._heads = 0
        self._chosen: tuple[int, ...] = ()
        self._cursor: int | None = None
        """Head that arrows with Ctrl moved to; None is the last chosen one."""
        self._aspect = 4 / 3

    def show_heads(self, heads: int, aspect: float) -> None:
        """Lay out a number of pictures with an aspect (width over height)."""
        if (heads, aspect) == (self._heads, self._aspect):
            return
        self._heads, self._aspect, self._strip = heads, max(aspect, 0.2), None
        self._cursor = None
        self._reflow()

    def show_strip(self, strip: StripPicture | None) -> None:
        """Show the pictures of all heads."""
        self._strip = strip
        self.update()

    def show_age(self, *, is_old: bool) -> None:
        """Fade pictures once another map than theirs has been requested for some time."""
        self._look = HeatLook(1.0, is_old)
        self.update()

    def show_chosen(self, heads: tuple[int, ...]) -> None:
        """Frame the chosen heads: one alone, or several averaged."""
        self._chosen = heads
        words = self.tr("Heads of the block")
        if heads:
            words += ": " + self.tr("{names} chosen").format(names=heads_list(heads))
        set_spoken_name(self, words)
        self.update()

    @property
    def meant(self) -> int | None:
        """The head that Ctrl+Space toggles; None before any was chosen."""
        at = self._chosen[-1] if self._cursor is None and self._chosen else self._cursor
        return at if at is not None and at < self._heads else None

    def thumb_box(self, head: int) -> QRect:
        """Box of a head's picture."""
        columns, width, height = self._layout()
        row, column = divmod(head, columns)
        return QRect(
            SIDE_PX + column * (width + GAP),
            2 + row * (height + CAPTION_PX + GAP),
            width,
            height,
        )

    def head_at(self, point: QPoint) -> int | None:
        """The head under a point."""
        for head in range(self._heads):
            if self.thumb_box(head).adjusted(0, 0, 0, CAPTION_PX).contains(point):
                return head
        return None

    @override
    def resizeEvent(self, event: object) -> None:
        self._reflow()

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        head = self.head_at(event.position().toPoint())
        if head is not None:
            self._choose(head, together=_with_ctrl(event))

    def _choose(self, head: int, *, together: bool) -> None:
        self._cursor = head
        (self.toggled if together else self.chosen).emit(head)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        columns = self._layout()[0]
        by = {
            Qt.Key.Key_Left: -1,
            Qt.Key.Key_Right: 1,
            Qt.Key.Key_Up: -columns,
            Qt.Key.Key_Down: columns,
        }.get(Qt.Key(event.key()))
        at = self.meant
        if event.key() == Qt.Key.Key_Space and at is not None:
            self._choose(at, together=_with_ctrl(event))
            return
        if by is None or not self._heads:
            super().keyPressEvent(event)
            return
        start = at if at is not None else -by if by > 0 else self._heads
        there = min(max(start + by, 0), self._heads - 1)
        if _with_ctrl(event):
            self._cursor = there
            self.update()
        else:
            self._choose(there, together=False)

    @override
    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            head = self.head_at(event.pos())
            show_tip(event.globalPos(), "" if head is None else self._tip(head), self)
            return True
        return super().event(event)

    def _tip(self, head: int) -> str:
        words = self.tr("Head {n}: click to show it alone, Ctrl+click to average it").format(n=head)
        if self._strip is not None and self._strip.sinks is not None:
            sink = share_words(self._strip.sinks[head])
            words += "\n" + self.tr("{share} of its attention is on the class key").format(
                share=sink
            )
        return words

    def _layout(self) -> tuple[int, int, int]:
        """(columns, width, height) of the thumbnails."""
        room = max(self.width() - 2 * SIDE_PX, LEAST_THUMB_PX)
        columns = max(1, min(self._heads or 1, (room + GAP) // (LEAST_THUMB_PX + GAP)))
        columns = max(columns, 2) if room >= 2 * LEAST_THUMB_PX else 1
        width = (room - (columns - 1) * GAP) // columns
        return columns, width, round(width / self._aspect)

    def _reflow(self) -> None:
        columns, _, height = self._layout()
        rows = -(-self._heads // columns) if self._heads else 0
        self.setMinimumHeight(rows * (height + CAPTION_PX + GAP) + 4)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        colours = theme.current()
        painter.setFont(theme.small_font(self))
        for head in range(self._heads):
            box = self.thumb_box(head)
            painter.fillRect(box, QColor(colours.stage))
            if self._strip is not None and head < len(self._strip.images):
                draw_heat(painter, QRectF(box), self._strip.images[head], self._look)
            here = head in self._chosen
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.setPen(
                QPen(QColor(colours.accent if here else colours.border), 2 if here else 1)
            )
            painter.drawRoundedRect(box, 3, 3)
            self._paint_caption(painter, head, box, here=here)
        if self.hasFocus():
            painter.setPen(QPen(QColor(colours.accent), 1, Qt.PenStyle.DotLine))
            painter.drawRect(self.rect().adjusted(6, 0, -7, -1))
            if self.meant is not None:
                painter.setPen(QPen(QColor(colours.text), 1, Qt.PenStyle.DotLine))
                painter.drawRect(self.thumb_box(self.meant).adjusted(-3, -3, 2, 2))
        painter.end()

    def _paint_caption(self, painter: QPainter, head: int, box: QRect, *, here: bool) -> None:
        colours = theme.current()
        line = QRect(box.left(), box.bottom() + 2, box.width(), CAPTION_PX)
        painter.setPen(QColor(colours.text if here else colours.text_soft))
        painter.drawText(
            line, Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter, f"h{head}"
        )
        if self._strip is not None and self._strip.sinks is not None:
            painter.setPen(QColor(colours.text_faint))
            words = share_words(self._strip.sinks[head]).replace(" ", "")
            if painter.fontMetrics().horizontalAdvance(f"h00 {words}") < box.width():
                painter.drawText(
                    line, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, words
                )


class HeadsPanel(Panel):
    """Buttons for mean, maximum and minimum, and a picture of each head."""

    head_chosen = Signal(object)
    """Emitted with a ``HeadChoice``."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.grid = HeadGrid()
        self.grid.setObjectName("body")
        self.grid.chosen.connect(self.head_chosen.emit)
        self.buttons: dict[str, QPushButton] = {}
        self._group = QButtonGroup(self)
        self._group.setExclusive(True)
        row = QHBoxLayout()
        row.setContentsMargins(12, 2, 12, 6)
        row.setSpacing(6)
        for name, words, tip in (
            ("mean", self.tr("Mean"), self.tr("Mean over all heads (A)")),
            ("max", self.tr("Max"), self.tr("Maximum over all heads (A again)")),
            ("min", self.tr("Min"), self.tr("Minimum over all heads: what every head sees")),
        ):
            button = QPushButton(words)
            button.setObjectName("segment")
            button.setCheckable(True)
            button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
            set_tip(button, tip)
            set_spoken_name(button, tip)
            button.clicked.connect(lambda _=False, name=name: self.head_chosen.emit(name))
            self._group.addButton(button)
            self.buttons[name] = button
            row.addWidget(button, 1)
        self._area = QScrollArea()
        self._area.setWidgetResizable(True)
        self._area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self._area.setWidget(self.grid)
        self._note = label(self.tr("Heads appear once a window has been run."), "faint")
        self._note.setWordWrap(True)
        self._note.setContentsMargins(12, 0, 12, 8)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2, 0, 0)
        column.setSpacing(2)
        column.addLayout(row)
        column.addWidget(self._note)
        column.addWidget(self._area, 1)
        self.show_heads(0, 4 / 3)

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.head_chosen.connect(context.intents.choose_head)
        self.grid.toggled.connect(context.intents.toggle_head)
        self.remarked.connect(context.show_remark)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.grid

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or old.results.shown is not new.results.shown:
            self._show_shown(new)  # other heads have no pictures at first
        strip = _strip_of(new)
        if old is None or _strip_of(old) is not strip or old.results.shown is not new.results.shown:
            self.show_strip(strip)
        if old is None or old.results.is_heat_old != new.results.is_heat_old:
            self.grid.show_age(is_old=new.results.is_heat_old)
        if old is None or old.settings != new.settings:
            self.show_head(new.state.map.head)

    def _show_shown(self, new: Snapshot) -> None:
        shown, video = new.results.shown, new.results.video
        if shown is None or video is None:
            self.show_heads(0, 4 / 3)
            self.remarked.emit("", "")
            return
        maps, block = shown.result.maps, shown.result.request.block
        self.show_heads(maps.heads, video.display_size[0] / video.display_size[1])
        words = self.tr("block {b}") if maps.sinks is None else self.tr("block {b} · sink share")
        self.remarked.emit(words.format(b=block), "")

    def show_heads(self, heads: int, aspect: float) -> None:
        """Lay out the heads of a block, with an aspect (width over height)."""
        self.grid.show_heads(heads, aspect)
        self._note.setVisible(not heads)
        for button in self.buttons.values():
            button.setEnabled(heads > 0)

    def show_strip(self, strip: StripPicture | None) -> None:
        """Show the pictures of all heads."""
        self.grid.show_strip(strip)

    def show_head(self, head: HeadChoice) -> None:
        """Mark the head or reduction that the canvas shows."""
        self._group.setExclusive(False)
        for name, button in self.buttons.items():
            button.setChecked(name == head)
        self._group.setExclusive(True)
        self.grid.show_chosen(head_indices(head))


def _strip_of(snapshot: Snapshot) -> StripPicture | None:
    """The pictures of the heads, unless they are still another block's or method's."""
    strip, shown = snapshot.results.strip, snapshot.results.shown
    if strip is None or shown is None or len(strip.images) != shown.result.maps.heads:
        return None
    return strip


def _with_ctrl(event: QMouseEvent | QKeyEvent) -> bool:
    return bool(event.modifiers() & Qt.KeyboardModifier.ControlModifier)
