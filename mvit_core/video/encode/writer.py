"""Writing a video, with sound or without; whole or not at all."""

import os
from collections.abc import Callable
from contextlib import ExitStack, suppress
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, ColorTrc, VideoReformatter

from mvit_core.errors import ExportError
from mvit_core.system.atomic_file import whole_file
from mvit_core.video.decode.container import LIBRARY_ERRORS
from mvit_core.video.decode.matrices import BT709, Matrix
from mvit_core.video.decode.planes import FORMAT, PlaneCanvas
from mvit_core.video.encode.amending import amend
from mvit_core.video.encode.encoders import CONTAINERS, Encoder, Encoding, encoder_for
from mvit_core.video.encode.gif import add_comment
from mvit_core.video.encode.palette import Palettes
from mvit_core.video.encode.sound import SoundSpan, SoundTrack

if TYPE_CHECKING:
    from types import TracebackType

    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

# SVT-AV1 tells its settings on the console unless its environment says otherwise: errors only.
os.environ.setdefault("SVT_LOG", "1")
_FINE_CLOCK = Fraction(1, 90_000)
"""Time base for frames with their own times: fine enough for any camera."""
_FEWEST_REORDERED = 3
"""Frames: fewer come in order, and x265 leaves their decoding times unset, whatever memory held."""
_LONGEST_TEXT = 65_000
"""Characters of a comment that QuickTime's own tag, of 16 bits, holds; longer ones are tagged by
name."""
_GIF_CLOCK = Fraction(1, 100)
_GIF_MAX_FPS = 50
"""Players slow shorter delays than 2/100 s down to 1/10 s."""


class VideoWriter:
    """Writes frames to a file; a context manager.

    The file appears under its name only when the block ends well. After an error or Ctrl-C nothing
    is left behind, and a file that was there before is untouched.

    Args:
        path: the file to write; its ending chooses the container.
        size: (width, height) of the frames. All but GIF need even sides: an odd one grows by
            repeating the last column or row.
        fps: frames per second, best as a Fraction; used unless frames bring their own times.
        encoding: how it is stored; the usual way of the file's ending unless told.
        comment: kept in the file's metadata.
        at_the_end: asked once all frames are written: a part of the comment, and what takes its
            place, of the same length. MKV keeps the first, for it has checksums.
        sound: what is to be heard, from time 0 on.
        on_piece: called between the pieces of work at the end, when encoders give what they still
            hold; what it raises leaves no file.

    Raises:
        ExportError: the target cannot be written, or not in this form.
    """

    def __init__(  # noqa: PLR0913 - each is a choice of its own
        self,
        path: "str | os.PathLike[str]",
        *,
        size: tuple[int, int],
        fps: "Fraction | float",
        encoding: Encoding | None = None,
        comment: str = "",
        sound: SoundSpan | None = None,
        on_piece: Callable[[], None] = lambda: None,
        at_the_end: Callable[[], tuple[str, str]] | None = None,
    ) -> None:
        self._at_the_end = at_the_end
        self._path = Path(path).absolute()
        self._encoding = encoding or Encoding()
        self._encoder = encoder_for(self._path, self._encoding)
        if min(size) < 1:
            raise ExportError(f"frames need at least 1x1 pixels, got {size = }")
        if not (isfinite(fps) and fps > 0):
            raise ExportError(f"fps must be a number above 0, got {fps!r}")
        if self._encoder.name == "gif" and fps > _GIF_MAX_FPS:
            message = f"a GIF shows at most {_GIF_MAX_FPS} frames per second, got {float(fps):g}"
            raise ExportError(f"{message}; choose a lower rate or H.264")
        self._size = size
        self._fps = Fraction(fps).limit_denominator(100_000)
        self._comment, self._sound, self._on_piece = comment, sound, on_piece
        self._output: _Output | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            part = stack.enter_context(whole_file(self._path))
            try:
                ending = self._path.suffix.lower()
                output = _Output(part, ending, self._encoder, len(self._comment))
                stack.callback(output.close)
                options = self._encoder.options.get(self._encoding.quality, {})
                output.prepare(self._size, self._fps, dict(options))
                output.set_comment(self._comment)
                if self._sound is not None:
                    output.sing(self._sound)
            except LIBRARY_ERRORS as error:
                raise self._failure(error) from error
            self._output, self._stack = output, stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        output, self._output = self._output, None
        if kind is not None or output is None:
            self._stack.__exit__(kind, error, trace)
            return
        with self._stack:
            if not output.count:
                raise ExportError(f"no frame was written; {self._path.name} was not made")
            try:
                output.finish(self._on_piece)
                if self._at_the_end is not None:
                    output.amend(*self._at_the_end())
            except LIBRARY_ERRORS as failure:
                raise self._failure(failure) from failure

    def write(self, rgb: "NDArray[np.uint8]", pts_seconds: float | None = None) -> None:
        """Append one frame.

        Args:
            rgb: uint8 (H, W, 3) of the writer's size.
            pts_seconds: when it shows, for a video of variable rate; for all frames or for none.

        Raises:
            ExportError: another size or type, times that do not grow, or a disk that is full.
        """
        if self._output is None:
            raise ExportError("the video is not open; write inside `with VideoWriter(...)`")
        width, height = self._size
        if rgb.shape != (height, width, 3) or rgb.dtype != np.uint8:
            message = f"frame must be uint8 ({height}, {width}, 3), got {rgb.dtype} {rgb.shape}"
            raise ExportError(message)
        self._add(self._output.frame_of(rgb), pts_seconds)

    def write_canvas(self, canvas: PlaneCanvas, pts_seconds: float | None = None) -> None:
        """Append what is drawn on a canvas, at no cost but the encoder's own.

        Args:
            canvas: of the writer's size, rounded up to even; its matrix is told to the file, so
                all frames of a file should come in one.
            pts_seconds: as for ``write``.

        Raises:
            ExportError: another size or an encoder that wants other pixels, times that do not
                grow, or a disk that is full.
        """
        if self._output is None:
            raise ExportError("the video is not open; write inside `with VideoWriter(...)`")
        if self._encoder.pixel_format != FORMAT:
            raise ExportError(f"{self._encoder.name} takes no planes; write RGB")
        if canvas.size != self._output.size:
            raise ExportError(f"canvas must be of {self._output.size = }, got {canvas.size}")
        self._output.tag(canvas.matrix)
        self._add(canvas.frame, pts_seconds)

    def _add(self, frame: "VideoFrame", pts_seconds: float | None) -> None:
        assert self._output is not None
        try:
            self._output.add(frame, pts_seconds)
        except LIBRARY_ERRORS as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> ExportError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"{self._path} cannot be written ({reason}); check free space and permissions"
        return ExportError(f"{message}, or choose another place")


class _Output:
    """The open container and its streams."""

    def __init__(self, part: Path, suffix: str, encoder: Encoder, comment: int) -> None:
        self._part, self._encoder, self._kind = part, encoder, CONTAINERS[suffix]
        self._in_boxes = suffix in (".mp4", ".mov")
        is_long = suffix == ".mov" and comment > _LONGEST_TEXT
        flags = "+faststart+use_metadata_tags" if is_long else "+faststart"
        self._container: OutputContainer = av.open(
            f"file:{part}",
            "w",
            format=self._kind.format,
            container_options={"movflags": flags} if self._in_boxes else {},
        )
        self._reformatter = VideoReformatter()
        self._palettes: Palettes | None = None
        self._track: SoundTrack | None = None
        self._matrix: Matrix | None = None
        self._own_times: bool | None = None
        self._last_pts = -1
        self._last_seconds: Fraction | float = 0.0
        self._is_closed = False
        self.count = 0

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) as the encoder has it."""
        return self._stream.width, self._stream.height

    def prepare(self, size: tuple[int, int], fps: Fraction, options: dict[str, str]) -> None:
        """Describe the pictures; the encoder opens with the first frame."""
        self._fps = fps
        self._padding = (size[1] % 2, size[0] % 2) if self._is_yuv else (0, 0)
        stream = cast(
            "VideoStream",
            self._container.add_stream(self._encoder.name, rate=fps, options=options),
        )
        stream.width, stream.height = size[0] + self._padding[1], size[1] + self._padding[0]
        stream.pix_fmt = self._encoder.pixel_format
        if self._encoder.tag and self._in_boxes:
            stream.codec_context.codec_tag = self._encoder.tag
        self._stream = stream

    def set_comment(self, comment: str) -> None:
        """Keep a text beside the pictures."""
        self._comment = comment
        if comment:
            self._container.metadata["comment"] = comment

    def sing(self, span: SoundSpan) -> None:
        """Add sound, which is written as the pictures come."""
        self._track = SoundTrack(self._container, self._kind, span)

    def tag(self, matrix: Matrix) -> None:
        """State what the colours mean, before the encoder opens."""
        if self._is_yuv and self._matrix is None:
            self._matrix = matrix
            context = self._stream.codec_context
            context.colorspace = matrix.code
            context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
            context.color_range = ColorRange.MPEG

    def frame_of(self, rgb: "NDArray[np.uint8]") -> "VideoFrame":
        """A picture as a frame in the encoder's form; GIF takes RGB."""
        self.tag(BT709)
        bottom, right = self._padding
        if bottom or right:
            rgb = np.pad(rgb, ((0, bottom), (0, right), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        if not self._is_yuv or self._matrix is None:
            return frame
        return self._reformatter.reformat(
            frame,
            format=self._encoder.pixel_format,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=self._matrix.colorspace,
            dst_color_range=ColorRange.MPEG,
        )

    def add(self, frame: "VideoFrame", pts_seconds: float | None) -> None:
        """Encode one frame, and the sound before it."""
        if self._own_times is None:
            self._start_clock(own_times=pts_seconds is not None)
        frame.pts, frame.time_base = self._pts(pts_seconds), self._clock
        for ready in (frame,) if self._palettes is None else self._palettes.reduce(frame):
            self._container.mux(self._stream.encode(ready))
        self.count += 1
        if self._track is not None:
            self._track.advance(float(self._last_pts * self._clock))

    def finish(self, on_piece: Callable[[], None]) -> None:
        """Write what the encoder still holds, and the end of the file.

        Args:
            on_piece: called between two pieces of it, and once all is written: a large file takes
                seconds to end.
        """
        if self._track is not None:
            self._track.advance(None)
        if self._palettes is not None:
            for ready in self._palettes.reduce(None):
                on_piece()
                self._container.mux(self._stream.encode(ready))
        for packet in self._stream.encode_lazy(None):
            on_piece()
            if self.count < _FEWEST_REORDERED:
                packet.dts = packet.pts
            self._container.mux(packet)
        on_piece()
        self._is_closed = True
        self._container.close()
        if self._comment and self._encoder.name == "gif":
            add_comment(self._part, self._comment)
        on_piece()

    def amend(self, old: str, new: str) -> None:
        """Change a part of the comment in the file, which is whole."""
        if self._kind.format != "matroska":
            amend(self._part, old.encode(), new.encode())

    def close(self) -> None:
        """Release the files; what was written is thrown away unless ``finish`` came first."""
        if self._track is not None:
            self._track.close()
        if not self._is_closed:
            self._is_closed = True
            with suppress(*LIBRARY_ERRORS):  # that it could not be completed no longer matters
                self._container.close()

    @property
    def _is_yuv(self) -> bool:
        return self._encoder.pixel_format.startswith("yuv")

    def _start_clock(self, *, own_times: bool) -> None:
        """Choose the unit of time, which must be known before the encoder opens."""
        self._own_times = own_times
        if self._encoder.name == "gif":
            self._clock = _GIF_CLOCK
            size = (self._stream.width, self._stream.height)
            self._palettes = Palettes(size, self._clock)
        else:
            self._clock = _FINE_CLOCK if own_times else 1 / self._fps
        self._stream.codec_context.time_base = self._clock

    def _pts(self, pts_seconds: float | None) -> int:
        """The time of the next frame in units of the clock."""
        if (pts_seconds is not None) != self._own_times:
            raise ExportError("give a time with every frame or with none")
        seconds = self.count / self._fps if pts_seconds is None else pts_seconds
        pts = round(seconds / self._clock)
        if pts < 0 or seconds < self._last_seconds:
            message = f"frame {self.count} at {float(seconds):.4f} s does not follow the one before"
            raise ExportError(f"{message}; times must start at 0 or later and grow")
        # Files exist in which two frames share a time: the second is shown one tick later.
        self._last_pts, self._last_seconds = max(pts, self._last_pts + 1), seconds
        return self._last_pts
