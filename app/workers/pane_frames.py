"""Decodes frames of clips that only pinned panes show, on the decode worker."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeAlias

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
    stream: int | None
    video: VideoInfo | None
    """None where it cannot be opened."""
    picture: FramePicture | None
    problem: str = ""


ClipKey: TypeAlias = "tuple[Path, int | None]"
"""The path of a clip, and the number of its stream where one was chosen."""


class PaneFrames:
    """Keeps the clips of pinned panes open and decodes their frames."""

    def __init__(self) -> None:
        self._videos: dict[ClipKey, Video] = {}

    def at(
        self, clips: tuple[ClipKey, ...], seconds: float, task: TaskHandle
    ) -> tuple[PaneFrame, ...]:
        """Decode the frames of some clips at a time in seconds; clips not named are closed."""
        for clip in [clip for clip in self._videos if clip not in clips]:
            self._videos.pop(clip).close()
        return tuple(self._frame(clip, seconds, task) for clip in clips)

    def close(self) -> None:
        """Close all clips."""
        while self._videos:
            self._videos.popitem()[1].close()

    def _frame(self, clip: ClipKey, seconds: float, task: TaskHandle) -> PaneFrame:
        task.check()
        path, stream = clip
        try:
            video = self._video(path, stream)
        except VideoError as error:
            return PaneFrame(path, stream, None, None, str(error))
        info = info_of(video)
        return PaneFrame(path, stream, info, picture_of(video, info.frame_at(seconds)))

    def _video(self, path: Path, stream: int | None) -> Video:
        """The open video of a clip; opened anew where its file is another by now."""
        video = self._videos.get((path, stream))
        if video is not None and video.identity.was_replaced():
            self._videos.pop((path, stream)).close()
            video = None
        if video is None:
            video = open_video(path, stream=stream, cache_bytes=CACHE_BYTES)
            self._videos[path, stream] = video
        return video
