"""An open video, its frames and its proxies."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Protocol

from mvit_core.video.clip import frame_at
from mvit_core.video.decode.image_folder import even_times

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
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
    """(frame_count,): seconds of each frame after frame 0."""
    damage: tuple[str, ...]
    """Faults of the file, a sentence each."""
    is_folder: bool = False
    """The frames are the picture files of a folder, shown at a rate that the user sets."""
    file: FileIdentity | None = None
    """Identity of file and stream when it was opened."""
    streams: tuple[StreamInfo, ...] = ()
    """Video streams of the file that can be chosen."""
    held: frozenset[int] | None = None
    """Frames that a capture file without its clip has a picture of; None where all have one."""

    @property
    def pixel_aspect(self) -> float:
        """Width of a stored pixel over its height when shown."""
        return (self.display_size[0] / self.size[0]) / (self.display_size[1] / self.size[1])

    def has_picture(self, frame: int) -> bool:
        """False for a frame that a capture file does not hold; another stands for it."""
        return self.held is None or frame in self.held

    def at_rate(self, fps: float) -> VideoInfo:
        """The same video at another rate where it is a folder of pictures; a file keeps its own."""
        if not self.is_folder:
            return self
        return replace(self, fps=fps, pts_seconds=even_times(self.frame_count, fps))

    def frame_at(self, seconds: float) -> int:
        """Index of the frame on screen at a time, clamped to the video."""
        return frame_at(self.pts_seconds, seconds)


@dataclass(frozen=True, eq=False)
class FramePicture:
    """A decoded frame or its proxy, or the reason why there is none."""

    path: Path
    index: int
    image: QImage | None
    pixels: NDArray[np.uint8] | None
    """(H, W, 3) uint8 RGB, upright, as the model's transform receives it."""
    problem: str = ""
    """Reason why there is no picture."""
    is_preview: bool = False
    """The image is a proxy, small and soft, until the frame itself is decoded."""
    is_damaged: bool = False
    """It was painted from damaged data."""
    is_changed: bool = False
    """There is none because the file is another than the one that was opened."""
    file: FileIdentity | None = None
    """Identity of the file that it was decoded from."""


@dataclass(frozen=True, eq=False)
class ProxyImage:
    """A proxy: a small picture of a frame."""

    index: int
    """The frame that it shows, which may be a neighbour of the one asked for."""
    image: QImage


class FramePictures(Protocol):
    """Looks up proxies by frame index."""

    def nearest(self, frame: int) -> int | None:
        """Index of the nearest frame that has a proxy; None without any. Decodes nothing."""

    def image(self, frame: int) -> ProxyImage | None:
        """The proxy of the nearest frame that has one; None without any."""


@dataclass(frozen=True, eq=False)
class ProxyInfo:
    """The strip of proxies and its progress; another value holds more of them."""

    pictures: FramePictures
    done: int
    total: int
