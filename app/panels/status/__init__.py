"""The status line: readout, jobs, device and memory."""

from app.panels.status.jobs import JobWidget
from app.panels.status.line import StatusLine

__all__ = ["JobWidget", "StatusLine"]
