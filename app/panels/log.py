"""The log panel: every job with its progress, and the lines of the log."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.spec import Panel
from app.text.phrases import of_words
from app.widgets import theme
from app.widgets.basic import PlainLines, bounded, icon_button, label

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results import JobInfo
    from app.results.snapshot import Snapshot

KEPT_LINES = 500


class LogPanel(Panel):
    """A list of jobs at the top, the log below it."""

    cancel_asked = Signal(str)
    """Emitted with the key of a job to be stopped."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._jobs: tuple[JobInfo, ...] = ()
        self.cancel_buttons: dict[str, QToolButton] = {}
        self.tree = self._tree()
        self.lines = PlainLines()
        self.lines.setMinimumHeight(76)
        self.lines.setMaximumBlockCount(KEPT_LINES)
        self.lines.setTabChangesFocus(True)
        self.lines.setFont(theme.number_font())
        self.lines.setAccessibleName(self.tr("Log"))
        self.copy = QPushButton(self.tr("Copy log"))
        self.copy.clicked.connect(self._copy)
        self._empty = label(self.tr("Nothing is being done."), "faint")
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 4, 12, 8)
        column.setSpacing(theme.GAP)
        column.addWidget(self._empty)
        column.addWidget(self.tree, 2)
        column.addWidget(self.lines, 3)
        column.addWidget(self.copy, 0, Qt.AlignmentFlag.AlignLeft)
        self.show_jobs(())

    def _tree(self) -> QTreeWidget:
        tree = QTreeWidget()
        tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        tree.setColumnCount(3)
        tree.setMinimumHeight(76)
        tree.setHeaderHidden(True)
        tree.setRootIsDecorated(False)
        tree.setAccessibleName(self.tr("Activity"))
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for section in (1, 2):
            header.setSectionResizeMode(section, QHeaderView.ResizeMode.ResizeToContents)
        return tree

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.cancel_asked.connect(context.cancel)
        context.logged.connect(self.add_line)

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or old.results.jobs != new.results.jobs:
            self.show_jobs(new.results.jobs)

    def show_jobs(self, jobs: tuple[JobInfo, ...]) -> None:
        """Show the list of jobs."""
        self._empty.setVisible(not jobs)
        self.tree.setVisible(bool(jobs))
        if [job.key for job in jobs] != [job.key for job in self._jobs]:
            self._build(jobs)
        self._jobs = jobs
        for place, job in enumerate(jobs):
            row = self.tree.topLevelItem(place)
            assert row is not None
            row.setText(0, bounded(job.title))
            row.setText(1, self._state_words(job))
            self.cancel_buttons[job.key].setVisible(job.state == "running")

    def show_lines(self, lines: tuple[str, ...]) -> None:
        """Replace the log by these lines."""
        self.lines.setPlainText("\n".join(lines))

    def add_line(self, line: str) -> None:
        """Append a line; a log that is scrolled up stays where it is."""
        self.lines.appendPlainText(line)

    def _build(self, jobs: tuple[JobInfo, ...]) -> None:
        self.tree.clear()
        self.cancel_buttons = {}
        for job in jobs:
            row = QTreeWidgetItem([bounded(job.title), "", ""])
            self.tree.addTopLevelItem(row)
            button = icon_button("cancel", self.tr("Cancel: {job}").format(job=job.title))
            button.clicked.connect(lambda _=False, key=job.key: self.cancel_asked.emit(key))
            box = QWidget()  # the tree shows and hides its own widgets as it likes
            inside = QHBoxLayout(box)
            inside.setContentsMargins(0, 0, 0, 0)
            inside.addWidget(button)
            self.tree.setItemWidget(row, 2, box)
            self.cancel_buttons[job.key] = button

    def _state_words(self, job: JobInfo) -> str:
        if job.state == "running" and job.total:
            return of_words(job.done, job.total)
        return {
            "running": self.tr("running"),
            "stopping": self.tr("stopping"),
            "done": self.tr("done"),
            "failed": self.tr("failed"),
            "cancelled": self.tr("cancelled"),
        }[job.state]

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.lines.toPlainText())
