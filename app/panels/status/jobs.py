"""The jobs that run: one item of the status line, and the list that it opens."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QProgressBar,
    QWidget,
)
from typing_extensions import override

from app.controller.jobs import foremost
from app.text.jobs import progress_words
from app.widgets import theme
from app.widgets.basic import ElidedLabel, icon_button, label, set_spoken_name, set_tip
from app.widgets.popup import Popup

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent, QMouseEvent

    from app.results import JobInfo

APPEAR_MS = 150
"""Milliseconds before a job is shown; one that ends sooner would flicker."""
BAR_PX = 110
LIST_PX = 380
"""Width of the list."""


def _bar() -> QProgressBar:
    bar = QProgressBar()
    bar.setTextVisible(False)
    bar.setFixedWidth(BAR_PX)
    return bar


def alive(jobs: tuple[JobInfo, ...]) -> tuple[JobInfo, ...]:
    """Jobs that have not ended."""
    return tuple(job for job in jobs if job.state in ("running", "stopping"))


class JobWidget(QWidget):
    """The job that the user waits for most, with a way to stop it, and to a list of all."""

    cancel_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._key = ""
        self._jobs: tuple[JobInfo, ...] = ()
        self.title = label("", "soft", small=True)
        self.bar = _bar()
        self.more = icon_button("chevron_up", self.tr("All jobs, with a way to stop each"))
        self.more.setFont(theme.small_font(self))
        self.more.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.more.setIconSize(QSize(12, 12))
        self.more.clicked.connect(self.open_list)
        self.cancel = icon_button("cancel", self.tr("Cancel (Ctrl+.)"))
        self.cancel.clicked.connect(lambda: self.cancel_asked.emit(self._key))
        self.list: JobList | None = None
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        for widget in (self.title, self.bar, self.more, self.cancel):
            row.addWidget(widget)
        self._appear = QTimer(self)
        self._appear.setSingleShot(True)
        self._appear.setInterval(APPEAR_MS)
        self._appear.timeout.connect(self.show)
        self.show_jobs(())

    def show_jobs(self, jobs: tuple[JobInfo, ...]) -> None:
        """Show the jobs that run, or nothing; the list follows while it is open."""
        self._jobs = alive(jobs)
        self._show_foremost(foremost(jobs))
        others = len(self._jobs) - 1
        self.more.setText(f"+{others}" if others > 0 else "")
        if self.list is not None:
            self.list.show_jobs(self._jobs)

    def open_list(self) -> None:
        """Open the list of all jobs above the status line; it closes at a click beside it."""
        self.list = JobList(self)
        self.list.cancel_asked.connect(self.cancel_asked)
        self.list.closed.connect(self._list_closed)
        self.list.show_jobs(self._jobs)
        self.list.show_above(self)

    def _list_closed(self) -> None:
        self.list = None

    @override
    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self.open_list()

    def _show_foremost(self, job: JobInfo | None) -> None:
        if job is None:
            self._appear.stop()
            self.hide()
            return
        if not self.isVisible() and not self._appear.isActive():
            self._appear.start()
        self._key = job.key
        words = job.title
        if job.state == "stopping":
            words = self.tr("Stopping: {job}").format(job=job.title)
        elif job.total:
            words = f"{job.title}  {progress_words(job)}"
        self.title.setText(words)
        self.bar.setRange(0, job.total)  # 0 to 0 shows that it is busy
        self.bar.setValue(job.done)
        self.cancel.setEnabled(job.state == "running")


class JobList(Popup):
    """Every job that runs: title, progress, time left, and a button that stops it."""

    cancel_asked = Signal(str)
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Jobs"))
        self.setFixedWidth(LIST_PX)
        self.rows: dict[str, JobRow] = {}
        self._empty = label(self.tr("Nothing is being done."), "faint")
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(12, 10, 8, 10)
        self._grid.setSpacing(theme.GAP)
        self._grid.setColumnStretch(0, 1)
        self._grid.addWidget(self._empty, 0, 0)

    def show_jobs(self, jobs: tuple[JobInfo, ...]) -> None:
        """Show these jobs; a row stays where it is while its job runs."""
        for key in [key for key in self.rows if key not in {job.key for job in jobs}]:
            self.rows.pop(key).deleteLater()
        for job in jobs:
            if job.key not in self.rows:
                row = self.rows[job.key] = JobRow(job.key)
                row.cancel_asked.connect(self.cancel_asked)
                self._grid.addWidget(row, self._grid.rowCount(), 0)
            self.rows[job.key].show_job(job)
        self._empty.setVisible(not jobs)

    def show_above(self, item: QWidget) -> None:
        """Open above an item, its right side on that of the item; the first button has the keys."""
        self.adjustSize()
        corner = item.mapToGlobal(QPoint(item.width(), 0))
        self.move(corner.x() - self.width(), corner.y() - self.height() - theme.GAP)
        self.show()
        for row in tuple(self.rows.values())[:1]:
            row.cancel.setFocus(Qt.FocusReason.PopupFocusReason)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        steps = {Qt.Key.Key_Down: 1, Qt.Key.Key_Up: -1}
        buttons = [row.cancel for row in self.rows.values()]
        owner = self.focusWidget()
        if event.key() in steps and owner in buttons:
            place = buttons.index(owner) + steps[Qt.Key(event.key())]
            buttons[place % len(buttons)].setFocus(Qt.FocusReason.OtherFocusReason)
            return
        super().keyPressEvent(event)

    @override
    def closeEvent(self, event: object) -> None:
        self.closed.emit()


class JobRow(QWidget):
    """One job of the list."""

    cancel_asked = Signal(str)

    def __init__(self, key: str) -> None:
        super().__init__()
        self.title, self.words = ElidedLabel(), label("", "soft", small=True)
        self.bar = _bar()
        self.cancel = icon_button("cancel", "")
        self.cancel.setFocusPolicy(Qt.FocusPolicy.StrongFocus)  # the list has the keys anyway
        self.cancel.clicked.connect(lambda: self.cancel_asked.emit(key))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setVerticalSpacing(2)
        grid.addWidget(self.title, 0, 0, 1, 2)
        grid.addWidget(self.bar, 1, 0)
        grid.addWidget(self.words, 1, 1)
        grid.addWidget(self.cancel, 0, 2, 2, 1)
        grid.setColumnStretch(1, 1)

    def show_job(self, job: JobInfo) -> None:
        """Show the job as it is now."""
        self.title.setText(job.title)
        self.words.setText(progress_words(job))
        self.bar.setRange(0, job.total)
        self.bar.setValue(job.done)
        self.cancel.setEnabled(job.state == "running")
        words = self.tr("Cancel: {job}").format(job=job.title)
        set_spoken_name(self.cancel, words)
        set_tip(self.cancel, words)
