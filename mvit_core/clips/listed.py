"""The values that a list of clips is read into."""

from dataclasses import dataclass
from pathlib import Path

CLIP_ENDINGS = frozenset(
    (
        ".mp4",
        ".m4v",
        ".mov",
        ".mkv",
        ".webm",
        ".avi",
        ".mpg",
        ".mpeg",
        ".ts",
        ".mts",
        ".m2ts",
        ".wmv",
        ".flv",
        ".3gp",
        ".ogv",
        ".gif",
        ".mxf",
        ".h264",
        ".hevc",
        ".y4m",
        ".vob",
    )
)
"""Endings of files that are films, in lower case."""


@dataclass(frozen=True)
class ListedClip:
    """One clip of a list."""

    name: str
    """As the list names it: a path from ``folder``, or a whole one."""
    folder: Path
    """The folder that the names of its list count from."""
    labels: tuple[str, ...] = ()
    """Names of its classes, or their numbers in digits; empty where the list has none."""
    cells: tuple[str, ...] = ()
    """Further cells of its row, in the order of the list's columns."""

    @property
    def path(self) -> Path:
        """Where it lies, if it does: a list may name what is not there."""
        return self.folder / self.name


@dataclass(frozen=True)
class ClipList:
    """A list or a folder of clips."""

    origin: Path
    """The file or folder that it was read from."""
    clips: tuple[ListedClip, ...]
    columns: tuple[str, ...] = ()
    """Heads of the further columns, those of the cells of each clip."""
