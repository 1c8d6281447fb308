"""Sorts dropped files into videos, checkpoints, sessions and others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.state.session_file import SESSION_ENDINGS
from mvit_core.batch.result_files import holds_result
from mvit_core.clips import CLIP_ENDINGS, holds_clips, names_clips
from mvit_core.system.ordinary_file import is_folder
from mvit_core.video.decode.captured_clip import CAPTURE_ENDING

if TYPE_CHECKING:
    from pathlib import Path

PICTURE_ENDINGS = frozenset((".png", ".apng", ".jpg", ".jpeg", ".bmp", ".tif", ".tiff", ".webp"))
VIDEO_ENDINGS = CLIP_ENDINGS | PICTURE_ENDINGS | {CAPTURE_ENDING}
CHECKPOINT_ENDINGS = frozenset((".pyth", ".pth", ".pt", ".ckpt", ".safetensors", ".bin", ".tar"))
CONFIG_ENDINGS = frozenset((".yaml", ".yml"))


@dataclass(frozen=True)
class Dropped:
    """The files of a drop, by their use."""

    video: Path | None = None
    checkpoint: Path | None = None
    config: Path | None = None
    """Configuration that was dropped together with its checkpoint."""
    clips: Path | None = None
    """List or folder of clips, or a batch result."""
    is_batch: bool = False
    """They are a batch result."""
    session: Path | None = None
    """Session, or a report that holds one; it names video and model itself, so that other files of
    the drop are not opened."""
    reason: str = ""
    """Reason why some files cannot be used; empty when all can."""

    @property
    def is_good(self) -> bool:
        """True where there is something to open."""
        return any((self.video, self.checkpoint, self.session, self.clips))


def sort_drop(paths: tuple[Path, ...]) -> Dropped:
    """Sort files by their endings; a folder without videos counts as a folder of pictures."""

    def first(endings: frozenset[str]) -> Path | None:
        return next((path for path in paths if path.suffix.lower() in endings), None)

    session = first(frozenset(SESSION_ENDINGS))
    if session is not None:
        return Dropped(session=session)
    video, checkpoint, config = map(first, (VIDEO_ENDINGS, CHECKPOINT_ENDINGS, CONFIG_ENDINGS))
    folder = next((path for path in paths if is_folder(path)), None)
    clips = next((path for path in paths if lists_clips(path)), None)
    video = video or (folder if folder != clips else None)
    known = {video, clips, checkpoint, config if checkpoint is not None else None}
    rest = [path for path in paths if path not in known]
    reason = ""
    if rest:
        words = QCoreApplication.translate(
            "files",
            "{name} cannot be opened: drop a video ({videos}, …), a folder of pictures, "
            "a checkpoint ({models}, …), a session (.mvitlens), a report (.html), or a list "
            "({lists}, …) or folder of clips",
        )
        reason = words.format(
            name=rest[0].name or str(rest[0]),
            videos=".mp4, .mkv",
            models=".pyth, .pt",
            lists=".csv, .txt",
        )
    config = config if checkpoint is not None else None
    is_batch = clips is not None and holds_result(clips)
    return Dropped(video, checkpoint, config, clips, is_batch, reason=reason)


def lists_clips(path: Path) -> bool:
    """A file that reads like a list of clips, a folder with videos, or a batch result."""
    return holds_result(path) or holds_clips(path) if is_folder(path) else names_clips(path)
