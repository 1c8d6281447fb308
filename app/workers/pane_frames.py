"""Decodes frames of clips that only pinned panes show, on the decode worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.workers.decode import info_of, picture_of
from mvit_core.errors import VideoError
from mvit_core.video import Video, open_video

if TYPE_CHECKING:
    from pathlib import Path

    from app.results import FramePicture, VideoInfo
    from app.workers.worker import TaskHandle

CACHE_BYTES = 48 << 20


@dataclass(frozen=True, eq=False)
class PaneFrame:
    """The frame of another clip at the playhead's time."""

    path: Path
    video: VideoInfo | None
    """None where it cannot be opened."""
    picture: FramePicture | None
    problem: str = ""


class PaneFrames:
    """Keeps the clips of pinned panes open and decodes their frames."""

    def __init__(self) -> None:
        self._videos: dict[Path, Video] = {}

    def at(
        self, paths: tuple[Path, ...], seconds: float, task: TaskHandle
    ) -> tuple[PaneFrame, ...]:
        """Decode the frames of some clips at a time in seconds; clips not named are closed."""
        for path in [path for path in self._videos if path not in paths]:
            self._videos.pop(path).close()
        return tuple(self._frame(path, seconds, task) for path in paths)

    def close(self) -> None:
        """Close all clips."""
        while self._videos:
            self._videos.popitem()[1].close()

    def _frame(self, path: Path, seconds: float, task: TaskHandle) -> PaneFrame:
        task.check()
        try:
            if path not in self._videos:
                self._videos[path] = open_video(path, cache_bytes=CACHE_BYTES)
        except VideoError as error:
            return PaneFrame(path, None, None, str(error))
        video = self._videos[path]
        info = info_of(video)
        return PaneFrame(path, info, picture_of(video, info.frame_at(seconds)))
