"""Where a result comes from, as frozen values: files, windows, request, versions, and the run."""

import re
from dataclasses import dataclass
from math import isfinite

from mvit_core.attribution import MapSpec
from mvit_core.explaining.changes import UNCHANGED, Changes
from mvit_core.printable import brief
from mvit_core.system.named_file import check_digest, check_name
from mvit_core.video.clip import PLAIN, ClipSpec, Tiling

__all__ = [
    "ClipFacts",
    "FileFacts",
    "ListFacts",
    "ModelFacts",
    "Provenance",
    "RunFacts",
    "SourceFacts",
    "WindowFacts",
]

_KIND = re.compile(r"[a-z][a-z-]{0,31}")
_MOST_SOURCES = 64
_MOST_WINDOWS = 100_000
_MOST_VERSIONS = 100


@dataclass(frozen=True)
class FileFacts:
    """A file by its name and content; never by its folder.

    Raises:
        ValueError: the name is a path, or the digest is none.
    """

    name: str
    """Without its folder."""
    size: int = 0
    """Bytes; 0 where it was no file."""
    sha256: str = ""
    """Digest in hexadecimal, of a folder of pictures that of the list of their names and digests;
    empty where it could not be read."""

    def __post_init__(self) -> None:
        check_name(self.name)
        check_digest(self.size, self.sha256)

    @property
    def is_nowhere(self) -> bool:
        """It was no file: frames or a module that a script held in memory, or gone by then."""
        return not (self.size or self.sha256)

    @property
    def words(self) -> str:
        """Name and digest."""
        return f"{self.name} (sha256 {self.sha256 or 'not known'})"


@dataclass(frozen=True)
class ClipFacts:
    """A clip."""

    file: FileFacts
    """The file that was opened, which may be a capture file."""
    frame_count: int
    fps: float
    """Mean frames per second."""
    size: tuple[int, int]
    """(width, height) upright, in stored pixels."""
    stream: int = 0
    """Number of the video stream that was shown."""
    is_folder: bool = False
    """A folder of pictures or a stack of them, whose rate was chosen."""
    captured: FileFacts | None = None
    """The clip that a capture file was made of."""

    def __post_init__(self) -> None:
        if self.frame_count < 1 or min(self.size) < 1 or self.stream < 0 or not self.fps > 0:
            raise ValueError("a clip has frames, a size, a stream from 0 and a rate above 0")


@dataclass(frozen=True)
class ListFacts:
    """Many clips, of a batch."""

    file: FileFacts
    """The list, or the folder that was listed; the digest is of the names of its clips."""
    clips: int

    @property
    def captured(self) -> None:
        """A list is of no capture file."""


@dataclass(frozen=True)
class ModelFacts:
    """A model, and what was said beside its file when it was loaded."""

    file: FileFacts
    """The checkpoint; of a capture file without it, the one that it was made of."""
    format: str
    """A key of ``FORMATS``."""
    family: str
    """A key of ``FAMILIES``."""
    blocks: int
    classes: int
    """0 of an encoder."""
    decided_from: str = ""
    """Where the architecture comes from, in words."""
    config: FileFacts | None = None
    preset: str | None = None
    labels: FileFacts | None = None
    weights: str | None = None
    """Which network of a file with several."""
    head: str | None = None
    """Which prediction head of a file with several."""
    half: bool = False
    """Arithmetic in half precision."""
    has_weights: bool = True
    """False where windows were read from a capture file, and none was run."""
    module: str | None = None
    """``package.file:function`` of the code that built it, in place of a checkpoint."""
    code: FileFacts | None = None
    """The file of that code."""
    is_named: bool = True
    """False where a script gave module, configuration or class names by value, so that no option
    names them."""
    stated_preprocessing: ClipSpec | None = None
    """Preprocessing as the checkpoint states it; None where it is the one used."""


@dataclass(frozen=True)
class SourceFacts:
    """A clip or a list of clips, the model that looked at it, and how it was fed."""

    clip: ClipFacts | ListFacts
    model: ModelFacts
    preprocessing: ClipSpec


@dataclass(frozen=True)
class WindowFacts:
    """A clip window that the result is of."""

    index: int
    """From 0."""
    frames: tuple[int, ...]
    """Source frames that the model saw."""


@dataclass(frozen=True)
class RunFacts:
    """What the computation took; another run takes another time."""

    device: str
    """Such as cpu, or cuda and the name of the device."""
    seconds: float | None = None
    """From the beginning of the export to its end."""
    peak_bytes: int | None = None
    """Most memory that the process had so far; of a GPU, most of the device's."""

    def __post_init__(self) -> None:
        if self.seconds is not None and not (isfinite(self.seconds) and self.seconds >= 0):
            raise ValueError(f"seconds are {self.seconds}; allowed are 0 and more")


@dataclass(frozen=True)
class Provenance:
    """Where a result comes from, with all that it takes to make it again.

    Raises:
        ValueError: a value is none of those allowed.
    """

    kind: str
    """The command that makes it: export, figure, report, capture or batch; ``window`` of what the
    window alone writes."""
    output: str
    """Name of the file as it was first written."""
    sources: tuple[SourceFacts, ...]
    """Clips and models; the result's own first, then those of panes."""
    request: str
    """The whole request as JSON text: all that is no file and no preprocessing."""
    map: MapSpec | None
    """The map, its block, head and class as they were settled; None of tables of a batch."""
    shows: str = ""
    """What it holds beyond one map: all stages, all heads, statistics."""
    command: str = ""
    """The line that makes it again in the folder of its files."""
    no_command: str = ""
    """Why there is no such line, and what comes nearest; empty where there is one."""
    class_name: str = ""
    """Of the class that evidence is for; empty of attention."""
    against_name: str = ""
    """Of the class instead of which."""
    changes: Changes = UNCHANGED
    """What was changed in the network and on the clip."""
    tiling: Tiling = PLAIN
    """How windows lay over the clip."""
    boxes: int = 0
    """Boxes that were given."""
    windows: tuple[WindowFacts, ...] = ()
    """Windows that the result is of."""
    versions: tuple[tuple[str, str], ...] = ()
    """Names and versions of what made it."""
    run: RunFacts | None = None
    """Compute facts; None in files that must be the same when they are made again."""

    def __post_init__(self) -> None:
        check_name(self.output)
        if not _KIND.fullmatch(self.kind):
            raise ValueError(f"kind is {brief(self.kind)}; allowed are small letters")
        _check_count("sources", self.sources, 1, _MOST_SOURCES)
        _check_count("windows", self.windows, 0, _MOST_WINDOWS)
        _check_count("versions", self.versions, 0, _MOST_VERSIONS)

    @property
    def source(self) -> SourceFacts:
        """The result's own clip and model."""
        return self.sources[0]


def _check_count(name: str, values: tuple[object, ...], low: int, high: int) -> None:
    if not low <= len(values) <= high:
        raise ValueError(f"there are {len(values)} {name}; allowed are {low} to {high}")
