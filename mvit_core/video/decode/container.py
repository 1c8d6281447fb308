"""Opening a file as a container: local files only, errors in one line, always closed."""

from contextlib import contextmanager
from dataclasses import dataclass
from stat import S_ISDIR, S_ISREG
from typing import TYPE_CHECKING

import av

from mvit_core.errors import FileChangedError, VideoOpenError
from mvit_core.system.ordinary_file import FileIdentity, check_ordinary
from mvit_core.video.decode.closing import Closing
from mvit_core.video.decode.streams import choose_stream

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from av.container import InputContainer
    from av.packet import Packet
    from av.video.stream import VideoStream

# FFmpeg's own messages go to no console; what matters is said in our errors.
av.logging.set_level(None)

LIBRARY_ERRORS = (av.error.FFmpegError, OSError, EOFError, ValueError)
"""Errors that FFmpeg and PyAV raise for a file at fault."""

_PLAYLISTS = {"hls", "dash", "concat", "imf", "webm_dash_manifest", "sdp", "rtsp", "rtp", "sap"}
_DEVICES = {"lavfi", "video4linux2,v4l2", "fbdev", "alsa", "oss", "x11grab", "kmsgrab"} | {
    *("pulse", "xcbgrab", "decklink", "dshow", "gdigrab", "vfwcap", "avfoundation", "jack"),
}
_TEXT = {"tty", "bin", "adf", "idf", "xbin", "vobsub", "ffmetadata"}
NOT_A_VIDEO_FILE = frozenset(_PLAYLISTS | _DEVICES | _TEXT)
"""Demuxers never used, whatever a file looks like."""

_OPTIONS = {
    "protocol_whitelist": "file",
    "format_whitelist": ",".join(sorted(av.formats_available - NOT_A_VIDEO_FILE)),
    # A name such as "clip_%d.png" is one file, not a pattern of many.
    "pattern_type": "none",
}
_STRICT = {"err_detect": "crccheck+bitstream+buffer+explode"}
"""Decoders end with an error where else they conceal; a sound file decodes the same."""
_HEAD_BYTES = 512
_MARKS = (
    (4, b"ftyp", "its table of frames (moov) is missing or damaged, as after a broken recording"),
    (0, b"\x1aE\xdf\xa3", "the header of this Matroska file is damaged"),
    (8, b"AVI ", "the header of this AVI file is damaged"),
    (0, b"PK\x03\x04", "it is an archive"),
    (0, b"%PDF", "it is a PDF document"),
)
"""Place, first bytes and meaning, for files that FFmpeg does not open."""


@dataclass(frozen=True, eq=False)
class OpenStream(Closing):
    """A container and the one video stream of it that is shown; a context manager."""

    path: "Path"
    container: "InputContainer"
    stream: "VideoStream"
    number: int
    """Number of the stream within the file; a closed stream cannot be asked."""
    identity: FileIdentity
    """Identity of the file when it was opened."""
    is_strict: bool = False
    """The decoder refuses whatever it finds damaged, instead of painting over it."""

    def close(self) -> None:
        """Release the file; a second call does nothing."""
        self.container.close()

    def again(self, *, strict: bool) -> "OpenStream":
        """The same stream of the same file, opened anew with a decoder of its own.

        Raises:
            FileChangedError: the file was written to, or another one took its place.
            VideoOpenError: the file is not there any more.
        """
        opened = open_stream(self.path, stream=self.number, strict=strict)
        if opened.identity != self.identity:
            opened.close()
            raise FileChangedError(changed_words(self.path))
        return opened


def changed_words(path: "Path") -> str:
    """Words for a file that is another than the one that was opened."""
    return f"{path.name} has changed on disk since it was opened; open it again"


def open_stream(path: "Path", *, stream: int | None = None, strict: bool = False) -> OpenStream:
    """Open ``path`` and choose its video stream.

    Args:
        path: a file.
        stream: number of the stream within the file, as ffprobe counts; None for the film.
        strict: the decoder refuses whatever it finds damaged.

    Raises:
        VideoOpenError: the path names no readable file, or a file without video.
    """
    identity = FileIdentity.of(path)
    container = open_container(path)
    try:
        with translated(path):
            chosen = choose_stream(container, path, stream)
            if strict:
                chosen.codec_context.options = {**chosen.codec_context.options, **_STRICT}
            return OpenStream(path, container, chosen, chosen.index, identity, strict)
    except BaseException:
        container.close()
        raise


def open_container(path: "Path") -> "InputContainer":
    """Open ``path``, whatever is in it; whoever asks closes it.

    Raises:
        VideoOpenError: the path names no file that FFmpeg can read.
    """
    _require_file(path)
    with translated(path):
        # The explicit protocol keeps "with:colon.mp4" and "-dash.mp4" plain file names.
        return av.open(f"file:{path.absolute()}", options=_OPTIONS, metadata_errors="replace")


def packets_of(opened: OpenStream) -> "Iterator[Packet[VideoStream]]":
    """The packets of the stream from where the container stands, without empty ones."""
    while True:
        try:
            yield from (packet for packet in opened.container.demux(opened.stream) if packet.size)
        except IndexError:
            # PyAV does not know a stream that begins in mid-file, as recordings of a broadcast
            # have them; the packet that it stumbled over was of that stream.
            continue
        return


@contextmanager
def translated(path: "Path") -> "Iterator[None]":
    """Turn library errors about ``path`` into a ``VideoOpenError`` of one line."""
    try:
        yield
    except LIBRARY_ERRORS as error:
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        message = f"{path.name} cannot be opened as a video ({reason}): {_guess(path)}"
        raise VideoOpenError(f"{message}; choose a video or picture file") from error


def _guess(path: "Path") -> str:
    """Guesses from its first bytes what a file is that is no video."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError:
        return "it may be damaged"
    for place, mark, words in _MARKS:
        if head[place:].startswith(mark):
            return words
    if head and not any(byte < 9 or 13 < byte < 32 for byte in head):
        return "it is text"
    return "it may be damaged or of another kind"


def _require_file(path: "Path") -> None:
    """Say plainly what is wrong with a path, before FFmpeg says it obscurely or waits for ever."""
    try:
        status = path.stat()
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        message = f"{path} cannot be read ({reason}); choose an existing local video file"
        raise VideoOpenError(message) from error
    if S_ISDIR(status.st_mode):
        raise VideoOpenError(f"{path} is a folder; choose one video or picture file in it")
    if not S_ISREG(status.st_mode):
        raise VideoOpenError(f"{path} is a pipe or device; choose a video file on disk")
    if status.st_size == 0:
        raise VideoOpenError(f"{path} is empty (0 bytes); choose a video file with content")
    check_ordinary(path, VideoOpenError)  # state of the kernel looks like an ordinary file
