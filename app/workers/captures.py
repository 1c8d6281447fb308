"""Capture files as workers use them: windows that are read, and not run."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.results import CaptureInfo
from mvit_core.system.ordinary_file import FileIdentity

if TYPE_CHECKING:
    from pathlib import Path

    from app.results.maps import Network
    from mvit_core.capture_file import CaptureFile
    from mvit_core.checkpoint import LoadedModel

MOST = 4
"""Capture files kept open: that of the clip, and those of panes."""


class CaptureFiles:
    """Capture files that one worker has open, and of which models they are."""

    def __init__(self) -> None:
        self._files: dict[FileIdentity, CaptureFile] = {}  # the longest unused first
        self._is_of: dict[tuple[Network, FileIdentity], bool] = {}

    def open(self, path: Path) -> CaptureFile:
        """A capture file as it lies there now.

        Raises:
            CaptureFileError: it is missing or damaged.
        """
        from mvit_core.capture_file import CaptureFile

        file = FileIdentity.of(path)
        found = self._files.pop(file, None) or CaptureFile(path)
        self._files[file] = found
        while len(self._files) > MOST:
            self._files.pop(next(iter(self._files)))
        return found

    def of(self, network: Network, loaded: LoadedModel, clip: Path) -> CaptureFile | None:
        """The windows of a clip that are those of a model; None where the model has to run.

        The digest of a checkpoint is taken once.

        Raises:
            CaptureFileError: the clip is a damaged capture file.
            CheckpointReadError: the model's file cannot be read.
        """
        from mvit_core.capture_file import is_capture

        if not is_capture(clip):
            return None
        found = self.open(clip)
        if not loaded.has_weights:
            return found if network[1][:1] == (FileIdentity.of(clip),) else None
        key = network, FileIdentity.of(clip)
        if key not in self._is_of:
            as_stated = replace(loaded, clip_spec=found.model.clip_spec)
            self._is_of[key] = found.is_of(as_stated)
        return found if self._is_of[key] else None


def capture_info(file: CaptureFile, *, is_of_model: bool) -> CaptureInfo:
    """Describe a capture file for the window."""
    windows = sorted((each.window for each in file.windows), key=lambda each: each.start)
    return CaptureInfo(file.path, file.model.name, tuple(windows), is_of_model)
