"""Capture files: runs kept for a window that has neither the model nor the clip."""

from mvit_core.capture_file.reading import (
    CapturedWindow,
    CaptureFile,
    find_run,
    read_capture,
    stored_windows,
)
from mvit_core.capture_file.writing import check_capture_target, write_capture
from mvit_core.video.decode.captured_clip import CAPTURE_ENDING, CapturedClip, is_capture

__all__ = [
    "CAPTURE_ENDING",
    "CaptureFile",
    "CapturedClip",
    "CapturedWindow",
    "check_capture_target",
    "find_run",
    "is_capture",
    "read_capture",
    "stored_windows",
    "write_capture",
]
