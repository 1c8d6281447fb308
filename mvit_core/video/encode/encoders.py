"""Tables of encoders and containers that videos can be written as, and which go together."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from mvit_core.errors import ExportError

THREADS = "4"
"""Of an encoder whose pictures depend on them: the same file is made whatever the machine has.

For the same reason x264 plans no bits ahead by its tree of macroblocks (``mbtree``): with pictures
of some sizes it reads memory that nobody wrote, and two runs differ in a few pixels.
"""

QUALITIES: Mapping[str, str] = MappingProxyType(
    {
        "small": "Small file",
        "good": "Good",
        "best": "Best",
    }
)
"""Quality in words."""


def _rates(small: int, good: int, best: int, **others: str) -> Mapping[str, Mapping[str, str]]:
    """Options of an encoder of constant quality, where a smaller number keeps more."""
    numbers = {"small": small, "good": good, "best": best}
    return {name: {"crf": str(number), **others} for name, number in numbers.items()}


@dataclass(frozen=True)
class Encoder:
    """One way to store pictures."""

    title: str
    """Title in dialogs."""
    name: str
    """FFmpeg's encoder."""
    pixel_format: str
    """Pixel format of the encoder."""
    endings: tuple[str, ...]
    """Files that may hold it."""
    options: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Options of the encoder by quality; empty where there is no choice."""
    tag: str = ""
    """Codec tag in MP4 and MOV files, where FFmpeg's own choice does not play everywhere."""


ENCODERS: Mapping[str, Encoder] = MappingProxyType(
    {
        "h264": Encoder(
            "H.264, plays everywhere",
            "libx264",
            "yuv420p",
            (".mp4", ".mov", ".mkv"),
            _rates(26, 18, 12, preset="medium", threads=THREADS, mbtree="0"),
        ),
        "h265": Encoder(
            "H.265 (HEVC)",
            "libx265",
            "yuv420p",
            (".mp4", ".mov", ".mkv"),
            _rates(
                28, 21, 15, preset="medium", **{"x265-params": "log-level=none:frame-threads=2"}
            ),
            tag="hvc1",
        ),
        "vp9": Encoder(
            "VP9, for the web",
            "libvpx-vp9",
            "yuv420p",
            (".webm", ".mp4", ".mkv"),
            _rates(
                40,
                30,
                18,
                b="0",
                deadline="good",
                threads=THREADS,
                **{"cpu-used": "4", "row-mt": "1"},
            ),
        ),
        "av1": Encoder(
            "AV1, for the web",
            "libsvtav1",
            "yuv420p",
            (".mp4", ".webm", ".mkv"),
            _rates(45, 30, 18, preset="8"),
        ),
        "prores": Encoder(
            "ProRes 422, for editing",
            "prores_ks",
            "yuv422p10le",
            (".mov", ".mkv"),
            {
                name: {"profile": profile, "vendor": "apl0"}
                for name, profile in (("small", "lt"), ("good", "standard"), ("best", "hq"))
            },
        ),
        "gif": Encoder("GIF, 256 colours per frame", "gif", "pal8", (".gif",)),
    }
)
"""Encoders of ``VideoWriter``, by the name of ``codec``."""


@dataclass(frozen=True)
class Encoding:
    """Choices of how a video is stored."""

    codec: str | None = None
    """A name in ``ENCODERS``; None is the usual one of the file's ending."""
    quality: str = "good"
    """A name in ``QUALITIES``."""


@dataclass(frozen=True)
class Container:
    """One kind of video file."""

    format: str
    """FFmpeg's name."""
    codec: str
    """The usual choice, a name in ``ENCODERS``."""
    sounds: frozenset[str]
    """Codecs of sound that it takes as they are."""
    sound_encoder: str
    """FFmpeg's name of the codec for other sound; empty where the file holds no sound."""


_AAC_FAMILY = frozenset({"aac", "mp3", "alac", "ac3"})
CONTAINERS: Mapping[str, Container] = MappingProxyType(
    {
        ".mp4": Container("mp4", "h264", _AAC_FAMILY | {"opus", "flac"}, "aac"),
        ".mov": Container("mov", "h264", _AAC_FAMILY | {"pcm_s16le", "pcm_s24le"}, "aac"),
        ".mkv": Container(
            "matroska",
            "h264",
            _AAC_FAMILY | {"opus", "vorbis", "flac", "eac3", "pcm_s16le", "pcm_s24le"},
            "aac",
        ),
        ".webm": Container("webm", "vp9", frozenset({"opus", "vorbis"}), "libopus"),
        ".gif": Container("gif", "gif", frozenset(), ""),
    }
)
"""Kinds of video files by their ending."""


def codecs_for(ending: str) -> tuple[str, ...]:
    """The codecs that a kind of file can hold, the usual one first."""
    usual = CONTAINERS[ending].codec
    others = (name for name, e in ENCODERS.items() if ending in e.endings and name != usual)
    return (usual, *others)


def misfit(codec: str, ending: str) -> str:
    """Why a codec does not go into a kind of file, in one sentence; empty where it does."""
    encoder = ENCODERS[codec]
    if ending in encoder.endings:
        return ""
    fits = f"a {codec} file must end in {', '.join(encoder.endings)}"
    if ending not in CONTAINERS:
        return fits
    return f"{fits}; {ending} holds {', '.join(codecs_for(ending))}"


def encoder_for(path: Path, encoding: Encoding) -> Encoder:
    """The encoder for a file.

    Raises:
        ExportError: there is no such codec or quality, or the file's ending does not hold it.
    """
    ending, codec, quality = path.suffix.lower(), encoding.codec, encoding.quality
    if codec is None and ending in CONTAINERS:
        codec = CONTAINERS[ending].codec
    if codec is None:
        raise ExportError(f"a video must end in {', '.join(CONTAINERS)}, got {path.name!r}")
    if codec not in ENCODERS:
        raise ExportError(f"codec must be one of {', '.join(ENCODERS)}, got {codec!r}")
    if quality not in QUALITIES:
        raise ExportError(f"quality must be one of {', '.join(QUALITIES)}, got {quality!r}")
    problem = misfit(codec, ending)
    if problem:
        raise ExportError(f"{path.name!r} does not fit: {problem}")
    return ENCODERS[codec]
