"""Writing a video: H.264 that plays everywhere, or an animated GIF; whole or not at all."""

from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from fractions import Fraction
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Self, cast

import av
import numpy as np
from av.video.reformatter import ColorPrimaries, ColorRange, Colorspace, ColorTrc, VideoReformatter

from mvit_core.errors import ExportError
from mvit_core.targets import whole_file
from mvit_core.video.palette import Palettes

if TYPE_CHECKING:
    import os
    from collections.abc import Iterator
    from types import TracebackType

    from av.container import OutputContainer
    from av.video.frame import VideoFrame
    from av.video.stream import VideoStream
    from numpy.typing import NDArray

LIBRARY_ERRORS = (av.error.FFmpegError, OSError, EOFError, ValueError)
_FINE_CLOCK = Fraction(1, 90_000)
"""Time base for frames with their own times: fine enough for any camera."""
_GIF_CLOCK = Fraction(1, 100)
_GIF_MAX_FPS = 50
"""Players slow shorter delays than 2/100 s down to 1/10 s."""


@dataclass(frozen=True)
class Encoder:
    """One way to store pictures."""

    name: str
    """FFmpeg's encoder."""
    pixel_format: str
    """How the encoder wants its pixels."""
    formats: dict[str, str]
    """File name endings and the container for each."""
    options: dict[str, str] = field(default_factory=dict)
    """Options of the encoder."""


ENCODERS = {
    "h264": Encoder(
        "libx264",
        "yuv420p",
        {".mp4": "mp4", ".mov": "mov", ".mkv": "matroska"},
        {"crf": "18", "preset": "medium"},
    ),
    "gif": Encoder("gif", "pal8", {".gif": "gif"}),
}
"""What ``VideoWriter`` can write, by the name of ``codec``."""


class VideoWriter:
    """Writes frames to a file; a context manager.

    The file appears under its name only when the block ends well. After an error or Ctrl-C nothing
    is left behind, and a file that was there before is untouched.

    Args:
        path: the file to write; its ending chooses the container.
        size: (width, height) of the frames. H.264 needs even sides: an odd one grows by repeating
            the last column or row.
        fps: frames per second, best as a Fraction; used unless frames bring their own times.
        codec: a name in ``ENCODERS``.
        comment: kept in the file's metadata.

    Raises:
        ExportError: the target cannot be written, or not in this form.
    """

    def __init__(
        self,
        path: "str | os.PathLike[str]",
        *,
        size: tuple[int, int],
        fps: "Fraction | float",
        codec: str = "h264",
        comment: str = "",
    ) -> None:
        self._path = Path(path).absolute()
        self._encoder = _encoder_for(self._path, codec)
        if min(size) < 1:
            raise ExportError(f"frames need at least 1x1 pixels, got {size = }")
        if not (isfinite(fps) and fps > 0):
            raise ExportError(f"fps must be a number above 0, got {fps!r}")
        if codec == "gif" and fps > _GIF_MAX_FPS:
            message = f"a GIF shows at most {_GIF_MAX_FPS} frames per second, got {float(fps):g}"
            raise ExportError(f"{message}; choose a lower rate or H.264")
        self._size = size
        self._fps = Fraction(fps).limit_denominator(100_000)
        self._comment = comment
        self._output: _Output | None = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            part = stack.enter_context(whole_file(self._path))
            try:
                output = _Output(part, self._path.suffix.lower(), self._encoder)
                stack.callback(output.close)
                output.prepare(self._size, self._fps, self._comment)
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
                output.finish()
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
        try:
            self._output.add(rgb, pts_seconds)
        except LIBRARY_ERRORS as error:
            raise self._failure(error) from error

    def _failure(self, error: Exception) -> ExportError:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"{self._path} cannot be written ({reason}); check free space and permissions"
        return ExportError(f"{message}, or choose another place")


class _Output:
    """The open container and its one stream."""

    def __init__(self, part: Path, suffix: str, encoder: Encoder) -> None:
        self._encoder = encoder
        self._container: OutputContainer = av.open(
            f"file:{part}",
            "w",
            format=encoder.formats[suffix],
            container_options={"movflags": "+faststart"} if suffix in (".mp4", ".mov") else {},
        )
        self._reformatter = VideoReformatter()
        self._palettes: Palettes | None = None
        self._own_times: bool | None = None
        self._last_pts = -1
        self._last_seconds: Fraction | float = 0.0
        self._is_closed = False
        self.count = 0

    def prepare(self, size: tuple[int, int], fps: Fraction, comment: str) -> None:
        """Describe the stream; the encoder opens with the first frame."""
        self._fps = fps
        self._padding = (size[1] % 2, size[0] % 2) if self._is_yuv else (0, 0)
        stream = cast(
            "VideoStream",
            self._container.add_stream(
                self._encoder.name, rate=fps, options=dict(self._encoder.options)
            ),
        )
        stream.width, stream.height = size[0] + self._padding[1], size[1] + self._padding[0]
        stream.pix_fmt = self._encoder.pixel_format
        if self._is_yuv:
            context = stream.codec_context
            context.colorspace = 1  # BT.709 in the numbering of the standard, as the next two
            context.color_primaries, context.color_trc = ColorPrimaries.BT709, ColorTrc.BT709
            context.color_range = ColorRange.MPEG
        if comment:
            self._container.metadata["comment"] = comment
        self._stream = stream

    def add(self, rgb: "NDArray[np.uint8]", pts_seconds: float | None) -> None:
        """Encode one frame."""
        if self._own_times is None:
            self._start_clock(own_times=pts_seconds is not None)
        bottom, right = self._padding
        if bottom or right:
            rgb = np.pad(rgb, ((0, bottom), (0, right), (0, 0)), mode="edge")
        frame = av.VideoFrame.from_ndarray(np.ascontiguousarray(rgb), format="rgb24")
        frame.pts, frame.time_base = self._pts(pts_seconds), self._clock
        for ready in self._converted(frame):
            self._container.mux(self._stream.encode(ready))
        self.count += 1

    def finish(self) -> None:
        """Write what the encoder still holds, and the end of the file."""
        if self._palettes is not None:
            for ready in self._palettes.reduce(None):
                self._container.mux(self._stream.encode(ready))
        self._container.mux(self._stream.encode(None))
        self._is_closed = True
        self._container.close()

    def close(self) -> None:
        """Release the file, whose content is thrown away unless ``finish`` came first."""
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

    def _converted(self, frame: "VideoFrame") -> "Iterator[VideoFrame]":
        if self._palettes is not None:
            return self._palettes.reduce(frame)
        yuv = self._reformatter.reformat(
            frame,
            format=self._encoder.pixel_format,
            src_color_range=ColorRange.JPEG,
            dst_colorspace=Colorspace.ITU709,
            dst_color_range=ColorRange.MPEG,
        )
        return iter((yuv,))


def _encoder_for(path: Path, codec: str) -> Encoder:
    """The encoder, if it fits the file's ending."""
    if codec not in ENCODERS:
        raise ExportError(f"codec must be one of {', '.join(ENCODERS)}, got {codec!r}")
    encoder = ENCODERS[codec]
    if path.suffix.lower() not in encoder.formats:
        endings = ", ".join(encoder.formats)
        raise ExportError(f"a {codec} file must end in {endings}, got {path.name!r}")
    return encoder
