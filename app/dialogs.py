"""Export, help and about; none of them blocks the window's work."""

from __future__ import annotations

from dataclasses import replace
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QDialog,
    QFileDialog,
    QGridLayout,
    QHBoxLayout,
    QInputDialog,
    QLineEdit,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app import theme
from app.encoding_fields import EncodingFields
from app.terms import layout_words, term
from app.text import frame_number, head_words, map_words
from app.widgets import Choice, label
from mvit_core.video.encoders import CONTAINERS
from mvit_core.video.pictures import FPS_RANGE

if TYPE_CHECKING:
    from app.exporting import ExportWish, Span


class ExportDialog(QDialog):
    """What to write, where, and how it looks; the work itself goes on without the dialog."""

    export_asked = Signal(object)
    """An ``ExportWish``."""

    def __init__(
        self,
        wish: ExportWish,
        spans: dict[Span, tuple[int, int]],
        heads: int,
        parent: QWidget,
    ) -> None:
        super().__init__(parent)
        # The model is loaded, so torch is there, and the table costs nothing to import.
        from mvit_core.export import EXPORTERS, LAYOUTS

        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Export"))
        self.setMinimumWidth(520)
        self._wish, self._spans, self._heads = wish, spans, heads
        self.kind = Choice()
        for ending, exporter in EXPORTERS.items():
            self.kind.addItem(term(exporter.title), ending)
        self.kind.currentIndexChanged.connect(self._kind_changed)
        self.fields = EncodingFields(self)
        self.layouts = Choice()
        for name in LAYOUTS:
            self.layouts.addItem(layout_words(name), name)
        self.layouts.setCurrentIndex(self.layouts.findData(wish.layout))
        self.content = label("", "soft")
        self.content.setWordWrap(True)
        self.layouts.currentIndexChanged.connect(self._show_content)
        self.caption = QCheckBox(self.tr("Map, class, probability and colour bar below"))
        self.caption.setChecked(True)
        self.span = Choice()
        for span, words in self._span_words().items():
            self.span.addItem(words, span)
        self.target = QLineEdit(str(wish.target))
        self.target.setAccessibleName(self.tr("File"))
        self.target.textChanged.connect(self._check)
        browse = QPushButton(self.tr("Browse…"))
        browse.clicked.connect(self._browse)
        self.problem = label("", "warning", small=True)
        self.problem.setWordWrap(True)
        self.accept_button = QPushButton(self.tr("Export"))
        self.accept_button.setObjectName("primary")
        self.accept_button.setDefault(True)
        self.accept_button.clicked.connect(self._accept)
        cancel = QPushButton(self.tr("Cancel"))
        cancel.clicked.connect(self.reject)
        self._lay_out(browse, cancel)
        self._show_ending(self.kind.currentData())
        self._show_content()
        self._check()

    def wish(self) -> ExportWish:
        """What the fields say."""
        span = self.span.currentData()
        start, stop = self._spans[span]
        return replace(
            self._wish,
            target=Path(self.target.text()).expanduser(),
            layout=self.layouts.currentData(),
            span=span,
            start=start,
            stop=stop,
            encoding=self.fields.encoding(),
            sound=self.fields.keeps_sound(),
            caption=self.caption.isChecked(),
        )

    def _lay_out(self, browse: QPushButton, cancel: QPushButton) -> None:
        form = QGridLayout()
        form.setHorizontalSpacing(14)
        form.setVerticalSpacing(10)
        form.setColumnStretch(1, 1)
        for row, (words, field) in enumerate(
            (
                (self.tr("Shows"), self.content),
                (self.tr("Kind"), self.kind),
                (self.tr("Codec"), self.fields.codec),
                (self.tr("Quality"), self.fields.quality),
                (self.tr("Sound"), self.fields.sound),
                (self.tr("Layout"), self.layouts),
                (self.tr("Caption"), self.caption),
                (self.tr("Frames"), self.span),
            )
        ):
            form.addWidget(label(words, "soft", of=field), row, 0)
            form.addWidget(field, row, 1, 1, 2)
        row = form.rowCount()
        form.addWidget(label(self.tr("File"), "soft", of=self.target), row, 0)
        form.addWidget(self.target, row, 1)
        form.addWidget(browse, row, 2)
        form.addWidget(self.problem, row + 1, 1, 1, 2)
        buttons = QHBoxLayout()
        buttons.addStretch(1)
        buttons.addWidget(cancel)
        buttons.addWidget(self.accept_button)
        column = QVBoxLayout(self)
        column.setContentsMargins(20, 20, 20, 16)
        column.setSpacing(2 * theme.GAP)
        column.addLayout(form)
        column.addLayout(buttons)

    def _span_words(self) -> dict[Span, str]:
        """The ranges of frames that can be chosen."""
        titles = {
            "all": self.tr("Whole video ({n} frames)"),
            "window": self.tr("This window (frames {a}–{b})"),
            "loop": self.tr("Loop (frames {a}–{b})"),
        }
        return {
            span: titles[span].format(
                n=stop - start, a=frame_number(start), b=frame_number(stop - 1)
            )
            for span, (start, stop) in self._spans.items()
        }

    def _show_content(self) -> None:
        """Say which maps the layout shows."""
        wish, layout = self._wish, self.layouts.currentData()
        head = head_words(wish.head, self._heads)
        words = self.tr("Block {b}, {head}, {map}; colours as on screen")
        if layout == "heads":
            head = self.tr("each head alone")
        elif layout == "stages":
            words = self.tr("Last block of each stage, {head}, {map}; colours as on screen")
            head = head if isinstance(wish.head, str) else self.tr("mean of heads")
        self.content.setText(
            words.format(b=wish.block, head=head, map=map_words(wish.method, wish.query))
        )

    def _kind_changed(self) -> None:
        ending = self.kind.currentData()
        self.target.setText(str(Path(self.target.text()).with_suffix(ending)))
        self._show_ending(ending)

    def _show_ending(self, ending: str) -> None:
        self.fields.show_ending(ending)
        self.span.setEnabled(ending in CONTAINERS)
        shows = ending in CONTAINERS or ending == ".png"
        for field in (self.caption, self.layouts):
            field.setEnabled(shows)
            field.setToolTip("" if shows else self.tr("Only pictures and videos have one"))

    def _check(self) -> None:
        target = Path(self.target.text()).expanduser()
        problem = ""
        if not target.name or target.suffix.lower() != self.kind.currentData():
            row = self.kind.findData(target.suffix.lower())
            if row >= 0:
                self.kind.blockSignals(True)
                self.kind.setCurrentIndex(row)
                self.kind.blockSignals(False)
                self._show_ending(self.kind.currentData())
            else:
                problem = self.tr("The name should end in {ending}").format(
                    ending=self.kind.currentData()
                )
        if not problem and not target.parent.is_dir():
            problem = self.tr("The folder {folder} does not exist").format(folder=target.parent)
        if not problem and target.exists():
            self.problem.setText(self.tr("The file exists and will be replaced"))
        else:
            self.problem.setText(problem)
        self.accept_button.setEnabled(not problem)

    def _browse(self) -> None:
        ending = self.kind.currentData()
        name, _ = QFileDialog.getSaveFileName(
            self, self.tr("Export to"), self.target.text(), f"{self.kind.currentText()} (*{ending})"
        )
        if name:
            self.target.setText(name)

    def _accept(self) -> None:
        self.export_asked.emit(self.wish())
        self.accept()


class HelpDialog(QDialog):
    """How to work with this program, on one page."""

    tour_asked = Signal()
    shortcuts_asked = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Help"))
        self.setMinimumWidth(540)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 20, 24, 16)
        column.setSpacing(4)
        for title, text in self._parts():
            column.addWidget(label(title, "title"))
            words = label(text, "soft")
            words.setWordWrap(True)
            column.addWidget(words)
            column.addSpacing(theme.GAP)
        column.addLayout(self._buttons())

    def _parts(self) -> tuple[tuple[str, str], ...]:
        return (
            (self.tr("Open"), self.tr(
                "Drop a video and a checkpoint on the window, or use Ctrl+O and Ctrl+Shift+O. The "
                "model runs on the part of the video that is shown: its window.")),
            (self.tr("Look"), self.tr(
                "Up and Down go through the layers, 1 to 0 show one head, A their mean or maximum. "
                "Q and a click ask where a token looks; with Shift, who looks at it. Hold B to "
                "see the frame alone.")),
            (self.tr("Move"), self.tr(
                "Left and Right step by frames, Alt+Left and Alt+Right by frames that the model "
                "saw, Page Up and Page Down by windows. Space plays.")),
            (self.tr("Trust"), self.tr(
                "The colour bar says what its ends are and how the range was found. A badge says "
                "where the map on screen is not the one asked for, or not of this frame.")),
            (self.tr("Keep"), self.tr(
                "Ctrl+E exports pictures, videos and numbers; Ctrl+S saves the session, which "
                "opens the same view again.")),
        )  # fmt: skip

    def _buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        for words, signal in (
            (self.tr("Take the tour"), self.tour_asked),
            (self.tr("Keyboard shortcuts"), self.shortcuts_asked),
        ):
            button = QPushButton(words)
            button.setAutoDefault(False)
            button.clicked.connect(self.accept)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.addStretch(1)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("primary")
        close.setDefault(True)
        close.clicked.connect(self.accept)
        row.addWidget(close)
        return row


class AboutDialog(QDialog):
    """What this program is."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("About MViT Lens"))
        try:
            number = version("mvit-lens")
        except PackageNotFoundError:
            number = ""
        title = label(f"MViT Lens {number}".strip(), "title")
        text = label(
            self.tr(
                "The attention microscope for Multiscale Vision Transformers on video.\n"
                "Apache License 2.0"
            ),
            "soft",
        )
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.accept)
        column = QVBoxLayout(self)
        column.setContentsMargins(24, 24, 24, 16)
        column.setSpacing(12)
        column.addWidget(title)
        column.addWidget(text)
        column.addWidget(close, 0, Qt.AlignmentFlag.AlignRight)


def rate_dialog(fps: float, parent: QWidget) -> QInputDialog:
    """Asks how fast pictures follow each other; ``doubleValueSelected`` says it."""
    dialog = QInputDialog(parent)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.setWindowTitle(QCoreApplication.translate("dialogs", "Frame rate of pictures"))
    dialog.setLabelText(
        QCoreApplication.translate("dialogs", "Pictures shown and sampled per second")
    )
    dialog.setInputMode(QInputDialog.InputMode.DoubleInput)
    dialog.setDoubleRange(*FPS_RANGE)
    dialog.setDoubleDecimals(3)
    dialog.setDoubleValue(fps)
    return dialog
