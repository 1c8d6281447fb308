"""``open_video``: every frame of a video by its number, exact and upright."""

from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from mvit_core.errors import FileChangedError, FrameDecodeError, VideoError
from mvit_core.system.cache import Cache, MemoryBudget
from mvit_core.system.ordinary_file import FileIdentity, is_folder
from mvit_core.video.decode.animations import is_tiff_stack
from mvit_core.video.decode.closing import Closing
from mvit_core.video.decode.container import LIBRARY_ERRORS, changed_words
from mvit_core.video.decode.damage import frame_runs
from mvit_core.video.decode.image_folder import checked_fps
from mvit_core.video.decode.inspect_path import inspect_path
from mvit_core.video.decode.matrices import Matrix
from mvit_core.video.decode.packet_reader import go_on
from mvit_core.video.decode.planes import PlanePainter, Planes
from mvit_core.video.decode.prefetch import Place, cell_size, next_run

if TYPE_CHECKING:
    import os
    from collections.abc import Callable, Iterator

    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from mvit_core.video.decode.inspect_video import FrameSource, OpenedVideo
    from mvit_core.video.decode.packets import Progress
    from mvit_core.video.decode.prefetch import Direction
    from mvit_core.video.decode.streams import StreamInfo

DEFAULT_CACHE_BYTES = 256 * 2**20
"""Decoded frames kept by a ``Video`` unless told otherwise."""
_SECONDS_TO_REMAKE = 0.01
"""A decoded frame, with its share of the walk that leads to it."""
_NEARBY = 16
"""Frames: a longer way is a jump, which says nothing about the next one."""


def open_video(
    path: "str | os.PathLike[str]",
    *,
    fps: float | None = None,
    stream: int | None = None,
    cache_bytes: int = DEFAULT_CACHE_BYTES,
    budget: MemoryBudget | None = None,
    progress: "Progress | None" = None,
    known: "OpenedVideo | None" = None,
) -> "Video":
    """Open a local video or picture file, or a folder of numbered pictures; returns its frames.

    Args:
        path: a file or folder name; never an address or a playlist.
        fps: frames per second of a folder of pictures, 25 unless said; files have their own.
        stream: number of the video stream within a file, as ffprobe counts; None for the film,
            which is no cover picture and no preview.
        cache_bytes: decoded frames kept at most, in bytes.
        budget: counts these frames together with other caches; None counts them alone.
        progress: told the share of the file that was listed so far; may raise to stop.
        known: result of opening the same file before, which spares listing it again.

    Raises:
        FileChangedError: the file is another than the known one.
        VideoOpenError: there is no such file, or no video in it that can be decoded.
        VideoError: a rate for a file, or one that pictures cannot have.
    """
    return Video(
        path,
        fps=fps,
        stream=stream,
        cache_bytes=cache_bytes,
        budget=budget,
        progress=progress,
        known=known,
    )


class Video(Closing):
    """The frames of one video, by rank in presentation order; a context manager.

    All pictures are upright (the file's rotation is applied here and nowhere else) and in stored
    pixels (pixel aspect is not applied). An instance belongs to one thread.
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        fps: float | None = None,
        stream: int | None = None,
        cache_bytes: int = DEFAULT_CACHE_BYTES,
        budget: MemoryBudget | None = None,
        progress: "Progress | None" = None,
        known: "OpenedVideo | None" = None,
    ) -> None:
        self._path = Path(path)
        self._identity = (known and known.identity) or FileIdentity.of(self._path)
        self._is_folder = is_folder(self._path) or is_tiff_stack(self._path)
        if fps is not None and not self._is_folder:
            checked_fps(fps, self._path)
        opened_video = known.twin() if known else inspect_path(self._path, fps, stream, progress)
        self._opened = opened_video
        self._times, self._painter = opened_video.times, opened_video.painter
        self._plane_painter = PlanePainter(opened_video.painter)
        # Frames are kept as they were decoded: half the bytes of RGB, and painted in no time.
        self._cache: Cache[int, VideoFrame] = Cache(
            budget or MemoryBudget(cache_bytes),
            "frames",
            seconds_to_remake=_SECONDS_TO_REMAKE,
            most_bytes=cache_bytes,
        )
        self._frame_bytes = 3 * self.size[0] * self.size[1]
        self._unreadable: set[int] = set()
        self._painted: tuple[int, NDArray[np.uint8]] | None = None
        self._place: Place | None = None
        self._is_closed = False
        self._source = opened_video.source
        self._back_source: FrameSource | None = None

    def __repr__(self) -> str:
        width, height = self.size
        return f"<Video {self._path.name}: {self.frame_count} frames {width}x{height}>"

    def close(self) -> None:
        """Release the file and all frames; a second call does nothing."""
        self._is_closed = True
        self._cache.clear()
        self._painted = None
        self._source.close()
        if self._back_source is not None:
            self._back_source.close()

    @property
    def path(self) -> Path:
        """The file as it was named."""
        return self._path

    @property
    def identity(self) -> FileIdentity:
        """Identity of the file when it was opened; the key of whatever is remembered of it."""
        return replace(self._identity, stream=self.stream)

    def check_unchanged(self) -> None:
        """See whether the file is still the one that was opened; asks the file system each time.

        Raises:
            FileChangedError: it was written to, or another one took its place. A file that is
                gone has not changed: what is open of it stays readable.
        """
        if self._identity.was_replaced():
            raise FileChangedError(changed_words(self._path))

    @property
    def is_folder(self) -> bool:
        """Pictures of a folder, or pages of a TIFF: their rate is what the user says."""
        return self._is_folder

    @property
    def codec(self) -> str:
        """FFmpeg's name of the format of the pictures, such as "h264"."""
        return self._opened.codec

    @property
    def opened_video(self) -> "OpenedVideo":
        """Result of opening the file, for a second reader of it."""
        return self._opened

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
        """Time of each frame in seconds after frame 0, float64 (frame_count,), read-only."""
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
        """Sentences on what is wrong or unusual with the file, and on what was left out of it."""
        notes = list(self._opened.damage)
        if self._unreadable:
            frames = frame_runs(self._unreadable)
            notes.append(f"frames that cannot be decoded, as far as seen: {frames}")
        if damaged := self.damaged_frames:
            notes.append(f"frames that are damaged, as far as seen: {frame_runs(damaged)}")
        return tuple(notes)

    @property
    def damaged_frames(self) -> frozenset[int]:
        """Frames painted from damaged data, as far as they were decoded."""
        behind = self._back_source.damaged if self._back_source is not None else set()
        return frozenset(self._source.damaged | behind)

    @property
    def streams(self) -> "tuple[StreamInfo, ...]":
        """Video streams of the file that can be chosen; empty for pictures."""
        return self._opened.streams

    @property
    def stream(self) -> int:
        """Number within the file of the stream that is shown."""
        return self._opened.stream

    def frame(self, index: int) -> "NDArray[np.uint8]":
        """Frame ``index`` as uint8 (H, W, 3) RGB; read-only, copy it before drawing into it.

        Raises:
            IndexError: there is no such frame.
            FrameDecodeError: this frame is damaged; others may be readable.
        """
        self._check(index)
        if self._painted is None or self._painted[0] != index:
            frame = self._cache.get(index)
            if frame is None:
                frame = self._read(index, self._first_kept(index))
            self._painted = index, self._paint(index, frame)
        self._place = Place(index, self._direction(index))
        return self._painted[1]

    def kept_frame(self, index: int) -> "NDArray[np.uint8] | None":
        """Frame ``index`` (H, W, 3) as ``frame`` gives it, if it is decoded already; else None.

        It counts as no step: what is decoded ahead still follows the last ``frame``.

        Raises:
            IndexError: there is no such frame.
        """
        self._check(index)
        frame = self._cache.get(index)
        return None if frame is None else self._paint(index, frame)

    def frames(self, start: int = 0, stop: int | None = None) -> "Iterator[NDArray[np.uint8]]":
        """Frames ``start`` to ``stop - 1`` in order, decoded as fast as the decoder can.

        Raises:
            IndexError: there is no such frame.
            FrameDecodeError: the next frame is damaged; go on with ``frames(that + 1, stop)``.
        """
        for index in range(start, self.frame_count if stop is None else stop):
            self._check(index)
            # What streams past is not kept: it would push out what the user looks at.
            frame = self._cache.get(index) or self._read(index, index, keep=False)
            yield self._paint(index, frame)

    @property
    def matrix(self) -> Matrix:
        """Matrix that the planes of every frame are made with."""
        return self._painter.matrix

    def planes(self, index: int) -> Planes:
        """Frame ``index`` as luma and chroma of ``display_size``, upright, for an encoder.

        Not kept; fastest in order. Views of the decoder's own memory: never write to them.

        Raises:
            IndexError: there is no such frame.
            FrameDecodeError: this frame is damaged; others may be readable.
        """
        self._check(index)
        frame = self._cache.get(index) or self._read(index, index, keep=False)
        try:
            return self._plane_painter.paint(frame)
        except LIBRARY_ERRORS as error:
            raise self._damaged(index) from error

    def prefetch(self) -> None:
        """Decode what is likely to be asked for after the last frame, and keep it.

        Returns once all of it is kept. Meant to be interrupted: see ``checked_by``.
        """
        if self._place is None or self._is_closed:
            return
        tried: set[int] = set()  # under a tight budget frames may go as fast as they come

        def is_done(index: int) -> bool:
            return index in self._cache or index in self._unreadable or index in tried

        room = self._cache.room_bytes // self._frame_bytes
        while run := next_run(self._place, self.frame_count, room, is_done):
            try:
                for rank, frame in self._source_for(run).walk(run.start, run.stop):
                    self._keep(rank, frame)
                    tried.add(rank)
            except LIBRARY_ERRORS:
                return  # whoever asks for that frame is told
            self._unreadable.update(rank for rank in run if not is_done(rank))

    @contextmanager
    def checked_by(self, check: "Callable[[], None]") -> "Iterator[None]":
        """A block that calls ``check`` before each packet; what it raises ends the decoding.

        Nothing is lost by that: decoding later goes on from where it stood.
        """
        self._be_checked_by(check)
        try:
            yield
        finally:
            self._be_checked_by(go_on)

    def _be_checked_by(self, check: "Callable[[], None]") -> None:
        self._source.check = check
        if self._back_source is not None:
            self._back_source.check = check

    def _source_for(self, run: range) -> "FrameSource":
        """Return the source for a run: frames behind have their own, the other stays ahead."""
        if self._place is None or run.stop > self._place.frame + 1:
            return self._source
        if self._back_source is None:
            self._back_source = self._source.twin()
            self._back_source.check = self._source.check
        return self._back_source

    def _check(self, index: int) -> None:
        if self._is_closed:
            raise VideoError(f"{self._path.name} is closed; open it again")
        if not 0 <= index < self.frame_count:
            message = f"frame {index} outside 0..{self.frame_count - 1} of {self._path.name}"
            raise IndexError(message)

    def _direction(self, index: int) -> "Direction":
        """Direction of travel of a user who now asks for ``index``."""
        if self._place is None:
            return 0
        way = index - self._place.frame
        if way == 0:
            return self._place.direction
        if abs(way) > _NEARBY:
            return 0
        return 1 if way > 0 else -1

    def _first_kept(self, index: int) -> int:
        """First frame to keep: earlier than ``index`` when the user steps back."""
        cell = cell_size(self._cache.room_bytes // self._frame_bytes)
        if cell == 0 or self._direction(index) >= 0:
            return index
        return index // cell * cell

    def _keep(self, rank: int, frame: "VideoFrame") -> None:
        self._frame_bytes = max(sum(plane.buffer_size for plane in frame.planes), 1)
        self._cache.put(rank, frame, self._frame_bytes)

    def _read(self, index: int, first_kept: int, *, keep: bool = True) -> "VideoFrame":
        """Decode ``index``, and keep the frames from ``first_kept`` on."""
        cause: Exception | None = None
        if index not in self._unreadable:
            try:
                for rank, frame in self._source.walk(first_kept, index + 1):
                    if keep:
                        self._keep(rank, frame)
                    if rank == index:
                        return frame
            except LIBRARY_ERRORS as error:
                cause = error
        raise self._damaged(index) from cause

    def _paint(self, index: int, frame: "VideoFrame") -> "NDArray[np.uint8]":
        try:
            return self._painter.paint(frame)
        except LIBRARY_ERRORS as error:
            raise self._damaged(index) from error

    def _damaged(self, index: int) -> FrameDecodeError:
        self._unreadable.add(index)
        message = f"frame {index} of {self._path.name} is damaged and cannot be decoded"
        return FrameDecodeError(f"{message}; go to another frame")
