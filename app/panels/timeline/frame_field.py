"""The field for the frame shown; accepts a number, a time or a percentage."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from PySide6.QtGui import QValidator
from typing_extensions import override

from app.text.phrases import frame_index, frame_number
from app.widgets.number_field import NumberField

if TYPE_CHECKING:
    from app.results import VideoInfo

_CLOCK = re.compile(r"(?:(?:(\d+):)?(\d+):)?(\d+(?:\.\d*)?)")


def frame_of(text: str, video: VideoInfo) -> int | None:
    """Parse words to a frame index, clamped to the video; None where they are none.

    ``120`` is a frame, counted as the user prefers; ``0:04.2``, ``4.2`` and ``4s`` are times,
    ``50%`` is a fraction of the video.
    """
    words = text.strip()
    last = video.frame_count - 1
    if words.isdecimal():
        return min(max(frame_index(int(words)), 0), last)
    if words.endswith("%"):
        share = _number(words[:-1])
        return None if share is None else min(round(last * share / 100), last)
    found = _CLOCK.fullmatch(words.removesuffix("s"))
    if found is None:
        return None
    hours, minutes, seconds = (float(part or 0) for part in found.groups())
    return video.frame_at(hours * 3600 + minutes * 60 + seconds)


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(\.\d*)?", text.strip()) else None


class FrameField(NumberField):
    """A number field that accepts times and percentages as well."""

    def __init__(self) -> None:
        super().__init__()
        self._video: VideoInfo | None = None

    def show_video(self, video: VideoInfo | None) -> None:
        """Set the video whose frames are counted."""
        self._video = video
        self.setEnabled(video is not None)
        self.setRange(0, max(video.frame_count - 1, 0) if video else 0)
        self.lineEdit().setText(self.textFromValue(self.value()))  # frames may count anew

    @override
    def textFromValue(self, frame: int) -> str:
        return str(frame_number(frame))

    @override
    def validate(self, text: str, place: int) -> tuple[QValidator.State, str, int]:
        if self._video is not None and frame_of(text, self._video) is not None:
            return QValidator.State.Acceptable, text, place
        fine = re.fullmatch(r"[\d:.%s ]*", text) is not None
        state = QValidator.State.Intermediate if fine else QValidator.State.Invalid
        return state, text, place

    @override
    def valueFromText(self, text: str) -> int:
        frame = frame_of(text, self._video) if self._video is not None else None
        return self.value() if frame is None else frame
