"""``open_video``: every frame of a video by its number, exact and upright."""

from pathlib import Path
from typing import TYPE_CHECKING, Self

from mvit_core.errors import FrameDecodeError, VideoError
from mvit_core.video.cache import FrameCache
from mvit_core.video.container import LIBRARY_ERRORS
from mvit_core.video.learn import learn
from mvit_core.video.pictures import learn_folder

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import TracebackType

    import numpy as np
    from numpy.typing import NDArray

DEFAULT_CACHE_BYTES = 256 * 2**20
"""Decoded frames kept by a ``Video`` unless told otherwise."""
_BACKWARD_WINDOW = 24
"""Frames kept before the one asked for when someone steps backwards."""


def open_video(
    path: "str | os.PathLike[str]",
    *,
    fps: float | None = None,
    cache_bytes: int = DEFAULT_CACHE_BYTES,
) -> "Video":
    """Open a local video or picture file, or a folder of numbered pictures.

    Args:
        path: a file or folder name; never an address or a playlist.
        fps: frames per second of a folder of pictures, 25 unless said; files have their own.
        cache_bytes: decoded frames kept, in bytes.

    Raises:
        VideoOpenError: there is no such file, or no video in it that can be decoded.
        VideoError: a rate for a file, or one that pictures cannot have.
    """
    return Video(path, fps=fps, cache_bytes=cache_bytes)


class Video:
    """The frames of one video, by rank in presentation order; a context manager.

    All pictures are upright (the file's rotation is applied here and nowhere else) and in stored
    pixels (pixel aspect is not applied). An instance belongs to one thread.
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        fps: float | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
    ) -> None:
        self._path = Path(path)
        self._is_folder = self._path.is_dir()
        if fps is not None and not self._is_folder:
            message = f"{self._path.name} is a file, which has its own frame rate"
            raise VideoError(f"{message}; fps is for folders of pictures: leave it out")
        learnt = learn_folder(self._path, fps) if self._is_folder else learn(self._path)
        self._times, self._painter = learnt.times, learnt.painter
        self._codec, self._damage = learnt.codec, learnt.damage
        self._cache = FrameCache(cache_bytes)
        self._unreadable: set[int] = set()
        self._last_asked: int | None = None
        self._is_closed = False
        self._walker = learnt.walker

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Video {self._path.name}: {self.frame_count} frames {width}x{height}>"

    def close(self) -> None:
        """Release the file and all frames; a second call does nothing."""
        self._is_closed = True
        self._cache.clear()
        self._walker.close()

    @property
    def path(self) -> Path:
        """The file as it was named."""
        return self._path

    @property
    def is_folder(self) -> bool:
        """The frames are the pictures of a folder, and their rate is what the user says."""
        return self._is_folder

    @property
    def codec(self) -> str:
        """FFmpeg's name of the format of the pictures, such as "h264"."""
        return self._codec

    @property
    def frame_count(self) -> int:
        """Frames shown; valid numbers are 0 to ``frame_count - 1``."""
        return self._times.frame_count

    @property
    def fps(self) -> float:
        """Mean frames per second."""
        return self._times.fps

    @property
    def is_variable_rate(self) -> bool:
        """The frames do not follow at one even distance."""
        return self._times.is_variable_rate

    @property
    def pts_seconds(self) -> "NDArray[np.float64]":
        """Time of each frame in seconds after frame 0, (frame_count,), read-only."""
        return self._times.pts_seconds

    @property
    def start_seconds(self) -> float:
        """Time of frame 0 as the file states it; add it for the file's own clock."""
        return self._times.start_seconds

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) of every frame: upright, in stored pixels."""
        return self._painter.size

    @property
    def display_size(self) -> tuple[int, int]:
        """(width, height) upright after pixel aspect: how large it should look."""
        return self._painter.display_size

    @property
    def rotation(self) -> int:
        """Degrees counterclockwise by which the stored picture was turned: 0, 90, 180 or 270."""
        return self._painter.rotation

    @property
    def damage(self) -> tuple[str, ...]:
        """What is wrong with the file, a sentence each; empty for a sound one."""
        if not self._unreadable:
            return self._damage
        numbers = sorted(self._unreadable)
        listed = ", ".join(map(str, numbers[:8])) + (", ..." if len(numbers) > 8 else "")
        return (*self._damage, f"frames that cannot be decoded, as far as seen: {listed}")

    def frame(self, index: int) -> "NDArray[np.uint8]":
        """Frame ``index`` as uint8 (H, W, 3) RGB; read-only, copy it before drawing into it.

        Raises:
            IndexError: there is no such frame.
            FrameDecodeError: this frame is damaged; others may be readable.
        """
        self._check(index)
        picture = self._cache.get(index)
        if picture is None:
            picture = self._read(index, self._first_kept(index))
        self._last_asked = index
        return picture

    def frames(self, start: int = 0, stop: int | None = None) -> "Iterator[NDArray[np.uint8]]":
        """Frames ``start`` to ``stop - 1`` in order, decoded as fast as the decoder can.

        Raises:
            IndexError: there is no such frame.
            FrameDecodeError: the next frame is damaged; go on with ``frames(that + 1, stop)``.
        """
        for index in range(start, self.frame_count if stop is None else stop):
            self._check(index)
            picture = self._cache.get(index)
            # What streams past is not kept: it would push out what the user looks at.
            yield self._read(index, index, keep=False) if picture is None else picture

    def _check(self, index: int) -> None:
        if self._is_closed:
            raise VideoError(f"{self._path.name} is closed; open it again")
        if not 0 <= index < self.frame_count:
            message = f"frame {index} outside 0..{self.frame_count - 1} of {self._path.name}"
            raise IndexError(message)

    def _first_kept(self, index: int) -> int:
        """Where to begin keeping frames: earlier than ``index`` when the user steps back."""
        last = self._last_asked
        if last is None or not 0 < last - index <= _BACKWARD_WINDOW:
            return index
        frame_bytes = 3 * self.size[0] * self.size[1]
        room = self._cache.capacity_bytes // (2 * frame_bytes)
        return max(0, index - min(_BACKWARD_WINDOW, room))

    def _read(self, index: int, first_kept: int, *, keep: bool = True) -> "NDArray[np.uint8]":
        """Decode ``index``, and keep the frames from ``first_kept`` on."""
        cause: Exception | None = None
        if index not in self._unreadable:
            try:
                for rank, frame in self._walker.walk(first_kept, index + 1):
                    picture = self._painter.paint(frame)
                    if keep:
                        self._cache.put(rank, picture)
                    if rank == index:
                        return picture
            except LIBRARY_ERRORS as error:
                cause = error
        self._unreadable.add(index)
        message = f"frame {index} of {self._path.name} is damaged and cannot be decoded"
        raise FrameDecodeError(f"{message}; go to another frame") from cause
