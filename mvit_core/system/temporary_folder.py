"""Folders for temporary files that vanish with their process, however that ends.

Each folder is locked by the process that made it. The lock ends with the process, so a folder that
nobody holds was left by one that was killed, and the next process removes it.
"""

import atexit
import os
import shutil
import stat
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import gettempdir, mkdtemp

if sys.platform != "win32":
    import fcntl

__all__ = ["passing_folder", "remove_abandoned_folders", "remove_own_folders", "temporary_folder"]

_PREFIX = "mvit-lens.tmp-"
_YOUNG_SECONDS = 60.0
"""A folder so young may be about to be locked."""

_own: dict[Path, tuple[int, int | None]] = {}
"""Folders, the process that made each, and the open file that holds its lock. A fork has the
table, too, and leaves alone what is not its own."""


def temporary_folder(kind: str, place: Path | None = None) -> Path:
    """Make a folder that is removed at the end of this process.

    Args:
        kind: a word of its name.
        place: the folder that it is made in; None for the usual one.

    Raises:
        OSError: there is no place for temporary files.
    """
    remove_abandoned_folders(place)
    folder = Path(mkdtemp(prefix=f"{_PREFIX}{kind}-", dir=place))
    if not _own:
        atexit.register(remove_own_folders)
    _own[folder] = os.getpid(), _lock(folder)
    return folder


def remove_own_folders() -> None:
    """Remove the folders of this process; for one that ends without Python's own clean-up."""
    for folder in [*_own]:
        _remove(folder)


@contextmanager
def passing_folder(kind: str, place: Path | None = None) -> Iterator[Path]:
    """A temporary folder that is removed at the end of the block.

    Args:
        kind: a word of its name.
        place: the folder that it is made in; None for the usual one.

    Raises:
        OSError: there is no place for temporary files.
    """
    folder = temporary_folder(kind, place)
    try:
        yield folder
    finally:
        _remove(folder)


def _remove(folder: Path) -> None:
    owner, handle = _own.pop(folder)
    if owner == os.getpid():
        shutil.rmtree(folder, ignore_errors=True)
    if handle is not None:
        os.close(handle)


def remove_abandoned_folders(place: Path | None = None) -> None:
    """Remove the folders of processes that were killed.

    Args:
        place: the folder that they were made in; None for the usual one.
    """
    if sys.platform == "win32":
        return  # no locks on folders there; Windows has a clean-up of its own
    with suppress(OSError):
        for folder in (place or Path(gettempdir())).glob(f"{_PREFIX}*"):
            if folder not in _own and _is_old_and_ours(folder):
                handle = _lock(folder)
                if handle is not None:
                    shutil.rmtree(folder, ignore_errors=True)
                    os.close(handle)


def _is_old_and_ours(folder: Path) -> bool:
    try:
        status = folder.lstat()
    except OSError:
        return False
    ours = stat.S_ISDIR(status.st_mode) and status.st_uid == os.geteuid()
    return ours and time.time() - status.st_mtime > _YOUNG_SECONDS


def _lock(folder: Path) -> int | None:
    """Hold a folder's lock; None where another process does, or there are no locks."""
    if sys.platform == "win32":
        return None
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_NOFOLLOW)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(handle)
        return None
    return handle
