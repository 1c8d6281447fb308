"""The status line: readout, jobs, device and memory."""

from app.panels.status.jobs import JobWidget
from app.panels.status.line import STATUS_PX, StatusLine

__all__ = ["STATUS_PX", "JobWidget", "StatusLine"]
