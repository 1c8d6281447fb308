"""Sorts dropped files into videos, checkpoints, sessions and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.state.session_file import ENDING
from mvit_core.system.ordinary_file import is_folder

if TYPE_CHECKING:
    from pathlib import Path

VIDEO_ENDINGS = frozenset(
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
        ".png",
        ".apng",
        ".jpg",
        ".jpeg",
        ".bmp",
        ".tif",
        ".tiff",
        ".webp",
    )
)
CHECKPOINT_ENDINGS = frozenset((".pyth", ".pth", ".pt", ".ckpt", ".safetensors", ".bin", ".tar"))
CONFIG_ENDINGS = frozenset((".yaml", ".yml"))


@dataclass(frozen=True)
class Dropped:
    """The files of a drop, by their use."""

    video: Path | None = None
    checkpoint: Path | None = None
    config: Path | None = None
    """Configuration that was dropped together with its checkpoint."""
    session: Path | None = None
    """Session; it names video and model itself, so that other files of the drop are not opened."""
    reason: str = ""
    """Reason why some files cannot be used; empty when all can."""

    @property
    def is_good(self) -> bool:
        """True where there is something to open."""
        return any((self.video, self.checkpoint, self.session))


def sort_drop(paths: tuple[Path, ...]) -> Dropped:
    """Sort files by their endings; a folder counts as a folder of pictures."""

    def first(endings: frozenset[str]) -> Path | None:
        return next((path for path in paths if path.suffix.lower() in endings), None)

    session = first(frozenset((ENDING,)))
    if session is not None:
        return Dropped(session=session)
    video, checkpoint, config = map(first, (VIDEO_ENDINGS, CHECKPOINT_ENDINGS, CONFIG_ENDINGS))
    video = video or next((path for path in paths if is_folder(path)), None)
    known = {video, checkpoint, config if checkpoint is not None else None}
    rest = [path for path in paths if path not in known]
    reason = ""
    if rest:
        words = QCoreApplication.translate(
            "files",
            "{name} cannot be opened: drop a video ({videos}, …), a folder of pictures, "
            "a checkpoint ({models}, …) or a session (.mvitlens)",
        )
        reason = words.format(
            name=rest[0].name or str(rest[0]), videos=".mp4, .mkv", models=".pyth, .pt"
        )
    return Dropped(video, checkpoint, config if checkpoint is not None else None, reason=reason)
