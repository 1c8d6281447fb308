"""Tensors that are too many for memory, in files of the cache folder that vanish with their use.

Each file is locked by the process that wrote it. The lock ends with the process however that
ended, so a file that nobody holds is left over from a crash and may be removed.
"""

import sys
import weakref
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO
from uuid import uuid4

import numpy as np
import platformdirs
import torch
from torch import Tensor

from mvit_core.errors import CaptureError

if sys.platform != "win32":
    import fcntl

__all__ = ["SpillFile", "remove_abandoned", "spill_folder"]

ALIGNMENT = 64


def spill_folder() -> Path:
    """Folder of the spill files."""
    return platformdirs.user_cache_path("mvit-lens", appauthor=False) / "captures"


class SpillFile:
    """One file of tensors, memory-mapped; removed when nobody refers to it any more, or at exit.

    Raises:
        CaptureError: the cache folder cannot be written.
    """

    def __init__(self) -> None:
        folder = spill_folder()
        self.path = folder / f"{uuid4().hex}.spill"
        try:
            folder.mkdir(parents=True, exist_ok=True)
            remove_abandoned()
            self._file = self.path.open("x+b")
        except OSError as error:
            raise CaptureError(
                f"the cache folder {folder} cannot be written ({error.strerror}); capture fewer "
                f"layers, or allow more memory"
            ) from error
        if sys.platform != "win32":
            fcntl.flock(self._file, fcntl.LOCK_EX)
        weakref.finalize(self, _discard, self._file, self.path)

    def store(self, tensor: Tensor) -> Tensor:
        """The same values, mapped from the file; keep this object as long as the result.

        Raises:
            CaptureError: the disk is full.
        """
        if not tensor.nbytes:
            return tensor
        plain = tensor.contiguous().flatten().view(torch.uint8)
        try:
            end = self._file.seek(0, 2)
            start = self._file.seek(-(-end // ALIGNMENT) * ALIGNMENT)
            self._file.write(plain.numpy().data)
            self._file.flush()
        except OSError as error:  # written, not mapped, so that a full disk is heard of here
            raise CaptureError(
                f"{tensor.nbytes >> 20} MiB of attention cannot be written to {self.path.parent} "
                f"({error.strerror}); free disk space, capture fewer layers, or allow more memory"
            ) from error
        # Copy on write: the file stays as it is whoever changes the tensor.
        mapped = np.memmap(self._file, np.uint8, "c", offset=start, shape=(tensor.nbytes,))
        return torch.from_numpy(mapped).view(tensor.dtype).view(tensor.shape)


def remove_abandoned() -> int:
    """Remove files that no living process holds; returns how many."""
    removed = 0
    for path in spill_folder().glob("*.spill"):
        with suppress(OSError):  # held, or just removed by its owner
            if not _is_held(path):
                path.unlink()
                removed += 1
    return removed


def _is_held(path: Path) -> bool:
    if sys.platform == "win32":
        return False  # a file that is open cannot be removed there
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False


def _discard(file: BinaryIO, path: Path) -> None:
    file.close()
    with suppress(OSError):  # on Windows, still mapped: the next start removes it
        path.unlink()
