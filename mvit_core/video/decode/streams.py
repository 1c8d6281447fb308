"""Chooses which video stream of a file is shown: the film, not its covers and previews."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from av.stream import Disposition

from mvit_core.errors import VideoOpenError

if TYPE_CHECKING:
    from pathlib import Path

    from av.container import InputContainer
    from av.video.stream import VideoStream

_PREVIEW_SHARE = 0.5
"""A stream of less than this share of the largest picture's pixels is a preview."""
_SHORT_SHARE = 0.5
"""A stream of less than this share of the longest is no film beside it."""
_DECODER_THREADS = 2


@dataclass(frozen=True)
class StreamInfo:
    """One video stream of a file that can be chosen."""

    index: int
    """Number within the file, as ffprobe counts."""
    size: tuple[int, int]
    """(width, height) in stored pixels, before rotation."""
    codec: str
    """FFmpeg's name of the format of the pictures."""

    def __str__(self) -> str:
        width, height = self.size
        return f"stream {self.index} ({width}x{height}, {self.codec})"


def stream_infos(container: "InputContainer") -> tuple[StreamInfo, ...]:
    """The video streams that can be chosen, in the order of the file; no cover pictures."""
    return tuple(
        StreamInfo(stream.index, (stream.width, stream.height), stream.codec_context.name)
        for stream in _films(container)
        if getattr(stream, "codec_context", None) is not None
    )


def choose_stream(
    container: "InputContainer", path: "Path", wanted: int | None = None
) -> "VideoStream":
    """The stream of a number, else the film: no cover, no preview, and of several the default.

    Raises:
        VideoOpenError: there is no such stream, or none that can be decoded.
    """
    stream = _best(container, path) if wanted is None else _of_number(container, path, wanted)
    # The stubs promise a decoder, but a stream of an unknown format has none.
    if getattr(stream, "codec_context", None) is None:
        message = f"{path.name} uses a video codec that this FFmpeg cannot decode; convert it"
        raise VideoOpenError(message)
    # Frame threads beside torch can wait for ever once a decoder is left mid-stream.
    stream.thread_type = "SLICE"
    stream.thread_count = _DECODER_THREADS
    return stream


def left_out(container: "InputContainer", shown: "VideoStream") -> list[str]:
    """A sentence that names the video streams beside the one that is shown."""
    others = [info for info in stream_infos(container) if info.index != shown.index]
    if not others:
        return []
    me = StreamInfo(shown.index, (shown.width, shown.height), shown.codec_context.name)
    words = ", ".join(map(str, others))
    return [f"the file has several video streams: {me} is shown, left out is {words}"]


def _films(container: "InputContainer") -> "list[VideoStream]":
    covers = Disposition.attached_pic | Disposition.timed_thumbnails
    moving = [s for s in container.streams.video if not s.disposition & covers]
    # An animated AVIF holds its first frame once more, as a picture that has no time.
    return [s for s in moving if s.frames != 1 or s.duration is not None] or moving


def _best(container: "InputContainer", path: "Path") -> "VideoStream":
    if not container.streams.video:
        raise VideoOpenError(f"{path.name} has no video stream; choose a file with pictures in it")
    films = _films(container)
    if not films:
        message = f"{path.name} has only a cover picture, no video; choose a file with video"
        raise VideoOpenError(message)
    if len(films) > 1 and all(film.disposition & Disposition.dependent for film in films):
        message = f"{path.name} is a photo made of {len(films)} tiles, which are not joined here"
        raise VideoOpenError(f"{message}; convert it to PNG or JPEG")
    largest = max(map(_pixels, films))
    films = [film for film in films if _pixels(film) >= _PREVIEW_SHARE * largest]
    longest = max(_seconds(film) for film in films)
    films = [film for film in films if _seconds(film) >= _SHORT_SHARE * longest]
    return next((film for film in films if film.disposition & Disposition.default), films[0])


def _pixels(stream: "VideoStream") -> int:
    """Pixels of a picture; 0 where no decoder is there to tell."""
    has_decoder = getattr(stream, "codec_context", None) is not None
    return stream.width * stream.height if has_decoder else 0


def _seconds(stream: "VideoStream") -> float:
    """Length as the container states it, 0 where it does not."""
    return float((stream.duration or 0) * (stream.time_base or 0))


def _of_number(container: "InputContainer", path: "Path", wanted: int) -> "VideoStream":
    found = next((s for s in container.streams.video if s.index == wanted), None)
    if found is None:
        there = ", ".join(map(str, stream_infos(container))) or "none"
        message = f"{path.name} has no video stream of number {wanted}"
        raise VideoOpenError(f"{message}; its video streams are: {there}")
    return found
