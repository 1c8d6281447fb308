"""The welcome page: open a file, drop one, or choose a recent one or a sample."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QPainter, QPen
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QPushButton, QVBoxLayout, QWidget
from typing_extensions import override

from app.panels.welcome.gallery import Gallery, RecentTiles
from app.widgets import theme
from app.widgets.basic import PlainLabel, label
from app.widgets.icons import paint_icon, themed_icon

if TYPE_CHECKING:
    from PySide6.QtGui import QHideEvent, QImage, QPaintEvent, QResizeEvent, QShowEvent

    from app.results import Samples
    from app.results.snapshot import Snapshot
    from app.state.recent_files import Recent

PICTURES_AFTER_MS = 300
"""Milliseconds before pictures are requested; files of the command line open first."""

LEAST_SIZE = QSize(440, 360)
HEIGHT_FOR_GLYPH = 640
HEIGHT_FOR_KEYS = 560
HEIGHT_FOR_OWN = 420


class Glyph(QWidget):
    """A large icon in a quiet colour."""

    def __init__(self, name: str, side: int) -> None:
        super().__init__()
        self._name = name
        self.setFixedSize(QSize(side, side))

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        paint_icon(painter, self._name, QRectF(self.rect()), theme.current().text_faint)
        painter.end()


class KeyChip(PlainLabel):
    """A key, drawn as a key cap."""

    def __init__(self, keys: str) -> None:
        super().__init__(keys)
        self.setFont(theme.small_font(self))
        self.setContentsMargins(8, 3, 8, 3)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(colours.border), 1))
        painter.setBrush(QColor(colours.control))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 5, 5)
        painter.end()
        super().paintEvent(event)


class Welcome(QWidget):
    """The page that is shown until a video is open."""

    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""
    sample_chosen = Signal(int)
    recent_chosen = Signal(int)
    pictures_wanted = Signal()
    """Emitted once the page has been on screen for a moment, to request pictures of the samples."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._model_line = label("", "faint")
        self._glyph = Glyph("drop", 44)
        self.buttons: dict[str, QPushButton] = {}
        self._keys_part = self._keys()
        self.gallery = Gallery()
        self.gallery.chosen.connect(self.sample_chosen)
        self.recent = RecentTiles()
        self.recent.chosen.connect(self.recent_chosen)
        self._samples_title = label(self.tr("Samples"), "faint", small=True)
        self._recent_part = self._titled(self.tr("Recent"), self.recent)
        self.problem = label("", "warning")
        self._own = label(
            self.tr(
                "Your own files: open or drop a video and a checkpoint of PySlowFast, torchvision, "
                "pytorchvideo, timm or mmaction2. The model runs on the part of the video shown."
            ),
            "faint",
        )
        self._pictures = QTimer(self)
        self._pictures.setSingleShot(True)
        self._pictures.setInterval(PICTURES_AFTER_MS)
        self._pictures.timeout.connect(self._ask_pictures)
        self._lay_out()

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show the differences of two snapshots; None as ``old`` shows everything."""
        model = new.results.model
        if old is None:
            self.show_samples(new.results.samples)
        if old is None or old.results.model is not model:
            words = self.tr("{name} is loaded; now open a video")
            self.show_model(words.format(name=model.source.checkpoint.name) if model else "")

    def show_model(self, words: str) -> None:
        """Show the model that waits for a video."""
        self._model_line.setText(words)
        self._model_line.setVisible(bool(words))

    def show_samples(self, samples: Samples) -> None:
        """Show the shipped clips, or the reason why there are none."""
        there = bool(samples.clips)
        self.gallery.show_samples(samples.clips)
        self.gallery.setVisible(there)
        self._samples_title.setVisible(there)
        self.problem.setText(self.tr("No sample clips: {problem}").format(problem=samples.problem))
        self.problem.setVisible(not there)
        self.buttons["file.open_sample"].setVisible(there)
        self.setFocusProxy(self.buttons["file.open_sample" if there else "file.open_video"])
        kind = "" if there else "primary"  # the page always has one thing to do first
        self.buttons["file.open_video"].setObjectName(kind)

    def show_recent(self, entries: tuple[tuple[Recent, QImage | None], ...]) -> None:
        """Show recent files; without any the part is hidden."""
        self.recent.show_recent(entries)
        self._recent_part.setVisible(bool(entries))

    def show_picture(self, index: int, image: QImage) -> None:
        """Set the picture of a sample."""
        self.gallery.show_picture(index, image)

    @override
    def minimumSizeHint(self) -> QSize:
        """Size of a low page, which hides the glyph and the keys."""
        return LEAST_SIZE

    @override
    def showEvent(self, event: QShowEvent) -> None:
        self._pictures.start()

    @override
    def hideEvent(self, event: QHideEvent) -> None:
        self._pictures.stop()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        """Hide parts of a low page that cannot be clicked."""
        self._glyph.setVisible(self.height() >= HEIGHT_FOR_GLYPH)
        self._keys_part.setVisible(self.height() >= HEIGHT_FOR_KEYS)
        self._own.setVisible(self.height() >= HEIGHT_FOR_OWN)

    def _ask_pictures(self) -> None:
        self._pictures.timeout.disconnect(self._ask_pictures)  # once is enough
        self.pictures_wanted.emit()

    def _lay_out(self) -> None:
        title = label(self.tr("Drop a video or a checkpoint here"), "title")
        title.setFont(theme.sized_font(title, "page"))
        text = label(
            self.tr("See where each head of a Multiscale Vision Transformer looks."), "soft"
        )
        for line in (title, text, self._model_line, self.problem, self._own):
            line.setAlignment(Qt.AlignmentFlag.AlignCenter)
            line.setWordWrap(True)
        column = QVBoxLayout(self)
        column.setContentsMargins(28, 28, 28, 28)  # within the dashes
        column.setSpacing(theme.GAP)
        column.addStretch(1)
        column.addWidget(self._glyph, 0, Qt.AlignmentFlag.AlignHCenter)
        column.addWidget(title)
        column.addWidget(text)
        column.addSpacing(theme.GAP)
        column.addLayout(self._buttons())
        column.addWidget(self._model_line)
        column.addSpacing(theme.GAP)
        column.addWidget(self._recent_part)
        column.addWidget(self._samples_title)
        column.addWidget(self.gallery, 100)  # the rest of the room, and no more than it needs
        column.addWidget(self.problem)
        column.addSpacing(theme.GAP)
        column.addWidget(self._own)
        column.addSpacing(theme.GAP)
        column.addWidget(self._keys_part)
        column.addStretch(1)

    def _titled(self, title: str, tiles: QWidget) -> QWidget:
        part = QWidget()
        column = QVBoxLayout(part)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(4)
        column.addWidget(label(title, "faint", small=True))
        column.addWidget(tiles)
        return part

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(8)
        row.addStretch(1)
        for icon, words, command, kind in (
            ("", self.tr("Try the sample clip"), "file.open_sample", "primary"),
            ("video", self.tr("Open video…"), "file.open_video", ""),
            ("model", self.tr("Load model…"), "file.load_model", ""),
        ):
            button = QPushButton(words)
            button.setObjectName(kind)
            if icon:
                button.setIcon(themed_icon(icon))
            button.setMinimumHeight(36)
            button.setMinimumWidth(150 if kind else 116)
            button.clicked.connect(lambda _=False, command=command: self.command.emit(command))
            row.addWidget(button)
            self.buttons[command] = button
        row.addStretch(1)
        return row

    def _keys(self) -> QWidget:
        grid = QGridLayout()
        grid.setHorizontalSpacing(10)
        grid.setVerticalSpacing(10)
        for place, (keys, words) in enumerate(
            (
                ("Ctrl+O", self.tr("open a video")),
                ("Ctrl+Shift+O", self.tr("load a model")),
                (self.tr("Space"), self.tr("play or pause")),
                (self.tr("Up  Down"), self.tr("previous, next layer")),
                ("1 … 9", self.tr("one head alone")),
                (self.tr("Hold B"), self.tr("hide the heat")),
            )
        ):
            row, column = divmod(place, 2)
            grid.addWidget(KeyChip(keys), row, 3 * column)
            grid.addWidget(label(words, "faint"), row, 3 * column + 1)
        grid.setColumnMinimumWidth(2, 16)
        tour = QPushButton(self.tr("Take the tour"))
        tour.setObjectName("link")
        tour.clicked.connect(lambda: self.command.emit("help.tour"))
        self.buttons["help.tour"] = tour
        part = QWidget()
        line = QHBoxLayout(part)
        line.setContentsMargins(0, 0, 0, 0)
        line.setSpacing(3 * theme.GAP)
        line.addStretch(1)
        line.addLayout(grid)
        line.addWidget(tour)
        line.addStretch(1)
        return part

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        colours = theme.current()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), QColor(colours.stage))
        pen = QPen(QColor(colours.edge), 2)
        pen.setDashPattern([5, 5])
        painter.setPen(pen)
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(20, 20, -20, -20), 14, 14)
        painter.end()
