"""An open video, its frames, and its small pictures."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

import numpy as np

from mvit_core.video.decode.image_folder import even_times

if TYPE_CHECKING:
    from pathlib import Path

    from numpy.typing import NDArray
    from PySide6.QtGui import QImage

    from mvit_core.system.ordinary_file import FileIdentity
    from mvit_core.video.decode.streams import StreamInfo


@dataclass(frozen=True, eq=False)
class VideoInfo:
    """An open video."""

    path: Path
    frame_count: int
    fps: float
    size: tuple[int, int]
    """(width, height) in stored pixels."""
    display_size: tuple[int, int]
    """(width, height) after pixel aspect."""
    is_variable_rate: bool
    pts_seconds: NDArray[np.float64]
    """Time of each frame after frame 0."""
    damage: tuple[str, ...]
    """What is wrong with the file, a sentence each."""
    is_folder: bool = False
    """The frames are pictures of a folder, shown at a rate that the user says."""
    file: FileIdentity | None = None
    """Which file it was when it was opened, and which stream of it."""
    streams: tuple[StreamInfo, ...] = ()
    """Video streams of the file that can be chosen."""

    @property
    def pixel_aspect(self) -> float:
        """Width of a stored pixel over its height when shown."""
        return (self.display_size[0] / self.size[0]) / (self.display_size[1] / self.size[1])

    def at_rate(self, fps: float) -> VideoInfo:
        """The same with the rate for pictures; a file keeps its own."""
        if not self.is_folder:
            return self
        return replace(self, fps=fps, pts_seconds=even_times(self.frame_count, fps))

    def frame_at(self, seconds: float) -> int:
        """The frame on screen at a time, clamped to the video."""
        place = int(np.searchsorted(self.pts_seconds, seconds + 1e-6, side="right")) - 1
        return min(max(place, 0), self.frame_count - 1)


@dataclass(frozen=True, eq=False)
class FramePicture:
    """One decoded frame, or the reason why there is none."""

    path: Path
    index: int
    image: QImage | None
    pixels: NDArray[np.uint8] | None
    """(H, W, 3) as the model would see it."""
    problem: str = ""
    """Why there is no picture."""
    is_preview: bool = False
    """A proxy, small and soft, until the frame itself is decoded."""
    is_damaged: bool = False
    """It was painted from damaged data."""
    is_changed: bool = False
    """There is none because the file is another than the one that was opened."""
    file: FileIdentity | None = None
    """Which file it is of."""


@dataclass(frozen=True, eq=False)
class ProxyImage:
    """A small picture of a frame."""

    index: int
    """The frame that it shows, which may be a neighbour of the one asked for."""
    image: QImage


class FramePictures(Protocol):
    """Where small pictures of frames are looked up."""

    def nearest(self, frame: int) -> int | None:
        """The nearest frame that has one; nothing is decoded for the result."""

    def image(self, frame: int) -> ProxyImage | None:
        """The picture of the nearest frame that has one."""


@dataclass(frozen=True, eq=False)
class ProxyInfo:
    """The strip of small pictures, and how far it is; another value has more of them."""

    pictures: FramePictures
    done: int
    total: int
