"""The pane of the preview: a picture in its true size or the rows of a table, and words below."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QMouseEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import (
    QCheckBox,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.text.phrases import bytes_words, clock_words
from app.widgets import theme
from app.widgets.basic import label, set_spoken_name

if TYPE_CHECKING:
    from app.workers.export_preview import Preview
    from mvit_core.export.estimate import Estimate

SMALLEST = QSize(300, 240)
USUAL = QSize(380, 380)


class PreviewPane(QWidget):
    """Shows the preview of an export at the playhead, and what the file will cost.

    Args:
        run_seconds: seconds that the model takes for a window; None while it was not timed.
    """

    def __init__(self, run_seconds: float | None = None) -> None:
        super().__init__()
        self._run_seconds, self._said, self._cost = run_seconds, "", ""
        self.picture = _Picture()
        self.area = _PictureArea(self.picture)
        set_spoken_name(self.area, self.tr("Preview"))
        self.table = QTableWidget(0, 1)
        self.table.setHorizontalHeaderLabels([""])
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().hide()
        set_spoken_name(self.table, self.tr("First rows"))
        self.stack = QStackedWidget()
        for each in (self.area, self.table):
            self.stack.addWidget(each)
        self.whole = QCheckBox(self.tr("Show the whole picture"))
        self.whole.toggled.connect(self.area.show_whole)
        self.words = label("", "soft", small=True)
        self.words.setWordWrap(True)
        self.words.setAlignment(Qt.AlignmentFlag.AlignTop)
        self.words.setMinimumHeight(2 * self.words.fontMetrics().lineSpacing())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(theme.GAP)
        column.addWidget(self.stack, 1)
        column.addWidget(self.words)
        column.addWidget(self.whole)
        self.wait()

    def wait(self) -> None:
        """Mark the picture as out of date until the next one is drawn."""
        self._cost = ""
        self._say(self.tr("Drawing the preview…"))

    def show_preview(self, preview: Preview) -> None:
        """Show a picture and its size, or rows of a table, or the reason why there is neither."""
        image = preview.image
        if preview.problem:
            self.show_problem(preview.problem)
            return
        self._show_image(image)
        if preview.rows:
            self.stack.setCurrentWidget(self.table)
            self._show_rows(preview.rows)
            self._say(self.tr("The numbers of the window at the play head"))
        elif image is None:
            self._say(self.tr("This kind of file holds numbers, no pictures"))
        else:
            words = self.tr("Frame at the play head, {w} × {h} pixels")
            if preview.is_rough:
                words = self.tr(
                    "Frame at the play head, {w} × {h} pixels; the colours of the whole clip "
                    "are being found…"
                )
            self._say(words.format(w=image.width(), h=image.height()))

    def show_page(self, image: QImage, words: str) -> None:
        """Show a picture that is no frame, and words of its own below it."""
        self._show_image(image)
        self._say(words)

    def show_problem(self, why: str) -> None:
        """Say why there is no picture."""
        self._show_image(None)
        self._say(self.tr("No preview: {why}").format(why=why))

    def _show_image(self, image: QImage | None) -> None:
        self.picture.show_image(image)
        self.whole.setVisible(image is not None)
        self.stack.setCurrentWidget(self.area)

    def show_estimate(self, estimate: Estimate | None) -> None:
        """Say how large the file will be and how long it takes; nothing where that is not known."""
        if estimate is None:
            return
        parts = [self.tr("about {size}").format(size=bytes_words(estimate.nbytes))]
        if self._run_seconds is not None:
            seconds = estimate.seconds + estimate.runs * self._run_seconds
            parts.append(clock_words(max(seconds, 1.0)))
        self._cost = " · ".join(parts)
        self._say(self._said)

    def _say(self, words: str) -> None:
        self._said = words
        self.words.setText(" · ".join(filter(None, (words, self._cost))))

    def _show_rows(self, rows: tuple[tuple[str, ...], ...]) -> None:
        heads, *cells = rows
        self.table.setColumnCount(len(heads))
        self.table.setRowCount(len(cells))
        self.table.setHorizontalHeaderLabels(heads)
        for place, row in enumerate(cells):
            for column, text in enumerate(row):
                self.table.setItem(place, column, QTableWidgetItem(text))
        self.table.resizeColumnsToContents()


class _PictureArea(QScrollArea):
    """Room for a picture in its true size: one image pixel is one pixel of the screen."""

    def __init__(self, picture: _Picture) -> None:
        super().__init__()
        self.setObjectName("exportPreview")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setMinimumSize(SMALLEST)
        self.setWidget(picture)
        picture.dragged.connect(self._drag)

    def show_whole(self, on: bool) -> None:
        """Show the picture so small that it fits, or in its true size."""
        picture = self.widget()
        assert isinstance(picture, _Picture)
        picture.show_whole(on)
        self.setWidgetResizable(on)
        picture.fit()

    def _drag(self, by: QPoint) -> None:
        bars = (self.horizontalScrollBar(), by.x()), (self.verticalScrollBar(), by.y())
        for bar, pixels in bars:
            bar.setValue(bar.value() - pixels)

    @override
    def sizeHint(self) -> QSize:
        return USUAL


class _Picture(QWidget):
    """A picture in its true size, or shrunk into its room; none is enlarged."""

    dragged = Signal(QPoint)
    """Emitted with the way that the pointer has moved with a button down."""

    def __init__(self) -> None:
        super().__init__()
        self.image: QImage | None = None
        self._is_whole, self._from = False, QPoint()

    def show_image(self, image: QImage | None) -> None:
        self.image = image
        self.fit()

    def show_whole(self, on: bool) -> None:
        self._is_whole = on
        self.fit()

    def fit(self) -> None:
        """Take the size of the image, or leave the size to the room."""
        size = QSize(0, 0) if self.image is None else self.image.size() / self.devicePixelRatioF()
        self.setMinimumSize(QSize(0, 0) if self._is_whole else size)
        if not self._is_whole:
            self.resize(size)
        self.update()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.fillRect(self.rect(), QColor(theme.current().stage))
        if self.image is None:
            return
        scale = self.devicePixelRatioF()
        room = self.size() * scale
        size = self.image.size()
        if size.width() > room.width() or size.height() > room.height():
            size = size.scaled(room, Qt.AspectRatioMode.KeepAspectRatio)
        shown = self.image.scaled(
            size, Qt.AspectRatioMode.IgnoreAspectRatio, Qt.TransformationMode.SmoothTransformation
        )
        place = QRect(0, 0, round(size.width() / scale), round(size.height() / scale))
        place.moveCenter(self.rect().center())
        painter.drawImage(place, shown)

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        self._from = event.globalPosition().toPoint()

    @override
    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        now = event.globalPosition().toPoint()
        self.dragged.emit(now - self._from)
        self._from = now
