"""The status line: readout, running job, device and memory."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QWidget

from app.panels.status.jobs import JobWidget
from app.text.phrases import (
    device_words,
    gigabytes_words,
    signed_words,
    times_words,
    value_words,
)
from app.text.terms import term
from app.widgets import theme
from app.widgets.basic import ElidedLabel, icon_button, label, set_tip

if TYPE_CHECKING:
    from app.results import MemoryInfo, Readout
    from app.results.snapshot import Snapshot


STATUS_PX = 24
"""Height of the line."""


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
        self.setFixedHeight(STATUS_PX - 6)  # of the bar that it is in

    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        """Show the differences of two snapshots; None as ``old`` shows everything."""
        model, jobs = new.results.model, new.results.jobs
        if old is None or old.results.model is not model:
            self.show_device(device_words(model) if model else "")
        if old is None or old.results.jobs != jobs:
            self.job.show_jobs(jobs)

    def show_readout(self, readout: Readout | None) -> None:
        """Show the readout under the pointer."""
        if readout is None:
            self.readout.setText("")
            return
        words = self.tr("px ({x},{y})").format(x=readout.pixel[0], y=readout.pixel[1])
        if readout.token is not None:
            t, y, x = readout.token
            if readout.unit:
                said = self.tr("{value} {unit}").format(
                    value=signed_words(readout.value), unit=term(readout.unit)
                )
            else:
                said = self.tr("{value} = {times} mean").format(
                    value=value_words(readout.value), times=times_words(readout.times_mean)
                )
            words += self.tr(" · token t{t} y{y} x{x} · {said} · rank {rank} of {count}").format(
                t=t, y=y, x=x, said=said, rank=readout.rank, count=readout.count
            )
        if readout.row_sum is not None:
            words += self.tr(" · row sums to {sum}").format(sum=value_words(readout.row_sum))
        self.readout.setText(words)

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
