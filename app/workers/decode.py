"""Work of the decode worker, which owns the container of the open video."""

from __future__ import annotations

from dataclasses import dataclass
from time import monotonic
from typing import TYPE_CHECKING

import numpy as np
from PySide6.QtGui import QImage

from app.results import FramePicture, VideoInfo
from mvit_core.errors import FileChangedError, VideoError
from mvit_core.video import Video, open_video

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray

    from app.workers.known_videos import KnownVideos
    from app.workers.worker import TaskHandle
    from mvit_core.system.cache import MemoryBudget
    from mvit_core.video import OpenedVideo


SHARE_OF_BUDGET = 2
"""Frames get at most this fraction (one over it) of all caches."""


FOLDER_SECONDS = 1.0
"""Seconds between two looks at the files of a folder."""


@dataclass(frozen=True, eq=False)
class Opened:
    """A video that was opened, with its first frame."""

    video: VideoInfo
    first: FramePicture
    opened_video: OpenedVideo
    """Index and streams of the file, from which the proxy worker opens its own container."""


class Decoder:
    """Decodes frames of the video that the window shows; lives on the decode worker.

    The worker cannot know whether the window uses a video that it opened: the window may have asked
    for another one meanwhile, which may fail. So each task names its video, and earlier ones are
    closed only then.

    Args:
        budget: limit that decoded frames count against.
        known: hears of each video that was opened.
    """

    def __init__(self, budget: MemoryBudget, known: KnownVideos) -> None:
        self._budget, self._known = budget, known
        self.videos: list[Video] = []
        """Open videos, in the order of their opening; mostly one."""
        self._looked: tuple[Video | None, float, str] = None, 0.0, ""
        """The file that was looked at last, when, and what had become of it."""

    def open(self, path: Path, stream: int | None, task: TaskHandle) -> Opened:
        """Open another video; the one before stays open until a frame of this one is requested.

        Args:
            path: a file, or a folder of pictures.
            stream: number of the video stream within the file; None for the film.
            task: is told how far it is.

        Raises:
            VideoError: the file cannot be used.
        """
        cache_bytes = self._budget.limit_bytes // SHARE_OF_BUDGET
        video = open_video(
            path,
            stream=stream,
            cache_bytes=cache_bytes,
            budget=self._budget,
            progress=lambda share: task.step(round(100 * share), 100),
        )
        try:
            task.check()
            first = picture_of(video, 0)
            info = info_of(video)
        except BaseException:
            video.close()
            raise
        self.videos.append(video)
        self._known.remember(video.identity, video.opened_video)
        return Opened(info, first, video.opened_video)

    def frame(self, path: Path, index: int, task: TaskHandle) -> FramePicture | None:
        """Decode a frame of the video that the window shows; None if that is closed."""
        task.check()
        video = self._shown(path)
        if video is None or not 0 <= index < video.frame_count:
            return None
        with video.checked_by(task.check):
            return picture_of(video, index, changed=self._change_of(video))

    def neighbours(self, path: Path, index: int, task: TaskHandle) -> tuple[FramePicture, ...]:
        """Paint the frames beside the one shown, as far as they are decoded; background work.

        Decoding ahead follows the frame shown, even where it was painted ahead and not requested.
        """
        video = self._shown(path)
        if video is None or not 0 <= index < video.frame_count:
            return ()
        if self._change_of(video):
            return ()
        with video.checked_by(task.check):
            picture_of(video, index)
            beside = [i for i in (index + 1, index - 1) if 0 <= i < video.frame_count]
            kept = [(i, video.kept_frame(i)) for i in beside]
        return tuple(_drawn(video, i, pixels) for i, pixels in kept if pixels is not None)

    def prefetch(self, path: Path, task: TaskHandle) -> None:
        """Decode frames that are likely to be requested next; background work."""
        video = self._shown(path)
        if video is not None and not self._change_of(video):
            with video.checked_by(task.check):
                video.prefetch()

    def _shown(self, path: Path) -> Video | None:
        """The last video opened from a path; closes those opened before it."""
        video = next((each for each in reversed(self.videos) if each.path == path), None)
        while video is not None and self.videos[0] is not video:
            self.videos.pop(0).close()
        return video

    def _change_of(self, video: Video) -> str:
        """A remark where the file of a video changed since it was opened; empty otherwise.

        A folder is checked at most once in ``FOLDER_SECONDS``, for that takes a moment.
        """
        now, (looked_at, when, words) = monotonic(), self._looked
        if video.is_folder and looked_at is video and now - when < FOLDER_SECONDS:
            return words
        words = ""
        try:
            video.check_unchanged()
        except VideoError as error:
            words = str(error)
        self._looked = video, now, words
        return words

    def release(self, _task: TaskHandle) -> None:
        """Close all videos, as a task."""
        self.close()

    def close(self) -> None:
        """Close all videos."""
        self._looked = None, 0.0, ""
        while self.videos:
            self.videos.pop().close()


def info_of(video: Video) -> VideoInfo:
    """Make the ``VideoInfo`` of an open video."""
    return VideoInfo(
        path=video.path,
        frame_count=video.frame_count,
        fps=video.fps,
        size=video.size,
        display_size=video.display_size,
        is_variable_rate=video.is_variable_rate,
        pts_seconds=video.pts_seconds,
        damage=video.damage,
        is_folder=video.is_folder,
        file=video.identity,
        streams=video.streams,
        held=video.opened_video.held,
    )


def picture_of(video: Video, index: int, *, changed: str = "") -> FramePicture:
    """A frame, or the reason why there is none.

    Args:
        video: the open video.
        index: of the frame.
        changed: what is said where its file is another by now, and nothing of it is shown.
    """
    if changed:
        return FramePicture(
            video.path, index, None, None, changed, is_changed=True, file=video.identity
        )
    try:
        pixels = video.frame(index)
    except VideoError as error:
        is_changed = isinstance(error, FileChangedError)
        return FramePicture(
            video.path, index, None, None, str(error), is_changed=is_changed, file=video.identity
        )
    return _drawn(video, index, pixels)


def _drawn(video: Video, index: int, pixels: NDArray[np.uint8]) -> FramePicture:
    is_damaged = index in video.damaged_frames
    return FramePicture(
        video.path, index, to_image(pixels), pixels, is_damaged=is_damaged, file=video.identity
    )


def to_image(pixels: NDArray[np.uint8]) -> QImage:
    """Copy (H, W, 3) uint8 RGB into the image format that Qt paints fastest."""
    height, width = pixels.shape[:2]
    rows = np.ascontiguousarray(pixels)
    view = QImage(rows.data, width, height, 3 * width, QImage.Format.Format_RGB888)
    return view.convertToFormat(QImage.Format.Format_RGB32)
