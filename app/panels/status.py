"""The status line: readout, running job, device and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QProgressBar, QSizePolicy, QWidget

from app.controller.jobs import foremost
from app.text.phrases import (
    clock_words,
    device_words,
    gigabytes_words,
    of_words,
    rate_words,
    times_words,
    value_words,
)
from app.widgets import theme
from app.widgets.basic import ElidedLabel, icon_button, label, set_tip

if TYPE_CHECKING:
    from app.results import JobInfo, MemoryInfo, Readout
    from app.results.snapshot import Snapshot


STATUS_PX = 24
"""Height of the line."""

APPEAR_MS = 150
"""Milliseconds before a job is shown; one that ends sooner would flicker."""


class JobWidget(QWidget):
    """The job that the user waits for most, with progress and a way to stop it."""

    cancel_asked = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._key = ""
        self.title = label("", "soft", small=True)
        self.bar = QProgressBar()
        self.bar.setTextVisible(False)
        self.bar.setFixedWidth(110)
        self.cancel = icon_button("cancel", self.tr("Cancel (Ctrl+.)"))
        self.cancel.clicked.connect(lambda: self.cancel_asked.emit(self._key))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(theme.GAP)
        row.addWidget(self.title)
        row.addWidget(self.bar)
        row.addWidget(self.cancel)
        self._appear = QTimer(self)
        self._appear.setSingleShot(True)
        self._appear.setInterval(APPEAR_MS)
        self._appear.timeout.connect(self.show)
        self.show_job(None)

    def show_job(self, job: JobInfo | None) -> None:
        """Show a running job, or nothing."""
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
            count = f"{job.done} %" if job.key == "open" else of_words(job.done, job.total)
            words = f"{job.title}  {count}"
            pace = self._pace(job)
            words += f" · {pace}" if pace else ""
        self.title.setText(words)
        self.bar.setRange(0, job.total)  # 0 to 0 shows that it is busy
        self.bar.setValue(job.done)
        self.cancel.setEnabled(job.state == "running")

    def _pace(self, job: JobInfo) -> str:
        """Rate, for an export whose steps are frames, and time left."""
        words = []
        if job.key == "export" and job.per_second is not None:
            words.append(self.tr("{n} fps").format(n=rate_words(job.per_second)))
        if job.seconds_left is not None and job.seconds_left >= 2:
            words.append(self.tr("{time} left").format(time=clock_words(job.seconds_left)))
        return ", ".join(words)


class StatusLine(QWidget):
    """Fills the window's status bar."""

    cancel_asked = Signal(str)
    log_asked = Signal()
    """Emitted when the user asks for the list of jobs and the log."""

    def __init__(self) -> None:
        super().__init__()
        self.readout = ElidedLabel()
        self.readout.setObjectName("soft")
        self.readout.setFont(theme.small_font(self))
        self.readout.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Preferred)
        self.job = JobWidget()
        self.job.cancel_asked.connect(self.cancel_asked)
        self.zoom = label("", "faint", small=True)
        self.device = label("", "faint", small=True)
        self.memory = label("", "faint", small=True)
        self.expand = icon_button("log", self.tr("Activity and log (F9)"))
        self.expand.clicked.connect(self.log_asked)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 0, 6, 0)
        row.setSpacing(14)
        row.addWidget(self.readout, 1)
        for widget in (self.job, self.zoom, self.device, self.memory, self.expand):
            row.addWidget(widget)
        self.setFixedHeight(STATUS_PX)

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show the differences of two snapshots; None as ``old`` shows everything."""
        model, jobs = new.results.model, new.results.jobs
        if old is None or old.results.model is not model:
            self.show_device(device_words(model) if model else "")
        if old is None or old.results.jobs != jobs:
            self.show_job(foremost(jobs))

    def show_readout(self, readout: Readout | None) -> None:
        """Show the readout under the pointer."""
        if readout is None:
            self.readout.setText("")
            return
        words = self.tr("px ({x},{y})").format(x=readout.pixel[0], y=readout.pixel[1])
        if readout.token is not None:
            t, y, x = readout.token
            words += self.tr(
                " · token t{t} y{y} x{x} · {value} = {times} mean · rank {rank} of {count}"
            ).format(
                t=t,
                y=y,
                x=x,
                value=value_words(readout.value),
                times=times_words(readout.times_mean),
                rank=readout.rank,
                count=readout.count,
            )
        if readout.row_sum is not None:
            words += self.tr(" · row sums to {sum}").format(sum=value_words(readout.row_sum))
        self.readout.setText(words)

    def show_job(self, job: JobInfo | None) -> None:
        """Show the job that the user waits for most."""
        self.job.show_job(job)

    def show_zoom(self, scale: float) -> None:
        """Show the zoom; 0 shows nothing."""
        self.zoom.setText(self.tr("zoom {n} %").format(n=round(100 * scale)) if scale else "")

    def show_device(self, device: str) -> None:
        """Show the device of the model."""
        self.device.setText(device)

    def show_memory(self, memory: MemoryInfo) -> None:
        """Show the bytes of all caches and their limit."""
        words = self.tr("memory {used} of {limit} GB").format(
            used=gigabytes_words(memory.cache_bytes), limit=gigabytes_words(memory.limit_bytes)
        )
        self.memory.setText(words)
        tip = self.tr(
            "Frames, previews, captured windows and coloured maps kept in memory, of the "
            "most they may take"
        )
        if memory.process_bytes:
            tip += "\n" + self.tr("The whole process: {n} GB").format(
                n=gigabytes_words(memory.process_bytes)
            )
        set_tip(self.memory, tip)
