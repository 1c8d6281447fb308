"""Files that are written whole or not at all, and what a killed process left of them.

A file is written under a name of its own beside its target, brought to the disk, and then takes the
target's place in one step. Mode, owner and hard links of the file that was there stay.

Each unfinished file is locked by the process that writes it, and noted in the cache folder. The
lock ends with the process however that ended (docs/adr/0007), so the next start knows which files
are left over, and where.
"""

import errno
import os
import stat
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from uuid import uuid4

import platformdirs

from mvit_core.errors import ExportError
from mvit_core.system.ordinary_file import is_folder, is_kernel_state

if sys.platform != "win32":
    import fcntl

__all__ = ["check_writable", "remove_leftovers", "remove_leftovers_in", "whole_file"]

_PREFIX = ".mvit-lens-"
_OLD = "~"
"""Behind it stands the name of the target, in the name of a copy of its old content."""
_LONGEST_NAME = 255
_LONGEST_ENDING = 20
_PIECE = 1 << 20
_ATTEMPTS = 5
_RESTORED_WITHIN_NS = 600 * 10**9
"""Seconds after which nobody else can have written to the target of a copy."""
_looked_at: set[Path] = set()
"""Folders in which this process has looked for leftovers."""


def check_writable(target: Path) -> None:
    """See whether ``whole_file`` could write to a target, before any work is done for it.

    Raises:
        ExportError: the target is a folder, a device or a pipe, its folder is missing, or no file
            can have its name.
    """
    _checked(target)


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target`` that takes its place when the block ends well.

    On any exception, Ctrl-C among them, the temporary file is removed and the target stays as
    it was.

    Args:
        target: a file, a link to one, or a name where nothing lies yet.

    Raises:
        ExportError: the target is a folder, a device or a pipe, its folder is missing or cannot
            be written, or the disk is full.
    """
    target, before = _checked(target)
    _remove_leftovers_once(target.parent)
    partial = _name_beside(target)
    with ExitStack() as stack:
        try:
            _create(partial, before, stack)
        except OSError as error:
            raise ExportError(f"cannot write in {target.parent}: {error.strerror}") from error
        try:
            yield partial
            _put_in_place(partial, target, before)
        except OSError as error:
            raise ExportError(f"cannot write {target}: {error.strerror or error}") from error


def remove_leftovers() -> int:
    """Remove what killed processes left, wherever they wrote; returns how many files.

    A target whose old content was being overwritten gets it back.
    """
    removed = 0
    with suppress(OSError):
        for note in list(_notes_folder().iterdir()):
            with suppress(OSError, ValueError):
                partial = Path(os.fsdecode(note.read_bytes()))
                count = _remove_abandoned(partial) if partial.name.startswith(_PREFIX) else 0
                if count is not None:
                    removed += count
                    note.unlink(missing_ok=True)
    return removed


def remove_leftovers_in(folder: Path) -> None:
    """Remove what killed processes left in a folder, those of other machines among them."""
    with suppress(OSError):
        with os.scandir(folder) as entries:
            names = [entry.name for entry in entries if entry.name.startswith(_PREFIX)]
        for name in names:
            with suppress(OSError):
                _remove_abandoned(folder / name.partition(_OLD)[0])


@dataclass(frozen=True)
class _Before:
    """The file that is replaced."""

    mode: int
    owner: int
    group: int
    has_links: bool
    """Other names lead to the same file, and would be left behind by one that takes its place."""


def _checked(target: Path) -> tuple[Path, _Before | None]:
    """The file that is meant, and what is there now."""
    try:
        if target.is_symlink():
            target = target.resolve()  # what the link names is written, and the link stays
        if is_kernel_state(target):
            raise ExportError(f"{target} is no file on a disk; only ordinary files are replaced")
        status = target.stat()
    except FileNotFoundError:
        status = None
    except (OSError, ValueError, RuntimeError) as error:  # a zero byte inside; a loop of links
        reason = getattr(error, "strerror", None) or str(error)
        raise ExportError(f"cannot write {target}: {reason}; choose another name") from error
    if status is not None and stat.S_ISDIR(status.st_mode):
        raise ExportError(f"{target} is a folder; give the name of a file")
    if status is not None and not stat.S_ISREG(status.st_mode):
        raise ExportError(f"{target} is a pipe or a device; only ordinary files are replaced")
    if not is_folder(target.parent):
        raise ExportError(f"the folder {target.parent} does not exist; create it first")
    if status is None:
        return target, None
    mode = stat.S_IMODE(status.st_mode)
    return target, _Before(mode, status.st_uid, status.st_gid, status.st_nlink > 1)


def _name_beside(target: Path) -> Path:
    is_plain = target.suffix[1:].isalnum() and len(target.suffix) <= _LONGEST_ENDING
    ending = target.suffix if is_plain else ""
    return target.with_name(f"{_PREFIX}{uuid4().hex}{ending}")


def _create(partial: Path, before: _Before | None, stack: ExitStack) -> None:
    """Note the file, make it and lock it; the stack undoes all three."""
    with suppress(OSError):  # no cache folder: leftovers are found in the folder itself
        note = _notes_folder() / partial.name
        note.parent.mkdir(parents=True, exist_ok=True)
        stack.callback(_unlink, note)
        note.write_bytes(os.fsencode(partial.absolute()))
    stack.callback(_unlink, partial)
    # Nobody reads a file to come whom its target does not let; a new one follows the umask.
    mode = 0o600 if before is not None else 0o666
    handle = _locked(partial, mode)
    if handle is not None:
        stack.callback(_close, handle)


def _locked(partial: Path, mode: int) -> int | None:
    """Make a file and lock it; another process that cleans up may be faster once or twice."""
    flags = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_CLOEXEC", 0)
    for _ in range(_ATTEMPTS):
        handle = os.open(partial, flags, mode)
        if sys.platform == "win32":  # an open file could not be replaced there
            os.close(handle)
            return None
        with suppress(OSError):  # a file system without locks
            fcntl.flock(handle, fcntl.LOCK_EX)
        if os.fstat(handle).st_nlink:
            return handle
        os.close(handle)
    raise OSError(errno.EAGAIN, "another process removes what is written")


def _notes_folder() -> Path:
    try:
        cache = platformdirs.user_cache_path("mvit-lens", appauthor=False)
    except (RuntimeError, KeyError) as error:  # nobody knows where home is
        raise OSError("no cache folder") from error
    return cache / "unfinished"


def _put_in_place(partial: Path, target: Path, before: _Before | None) -> None:
    in_place = before is not None and not _dressed(partial, before)
    _to_disk(partial)
    if in_place:
        _overwrite(target, partial)
        return
    partial.replace(target)
    with suppress(OSError):  # done already; some file systems cannot do it for folders
        _to_disk(target.parent)


def _dressed(partial: Path, before: _Before) -> bool:
    """Give a file owner and mode of the one it replaces; can it take that one's place?"""
    if before.has_links:
        return False
    status = partial.stat()
    if sys.platform != "win32" and (status.st_uid, status.st_gid) != (before.owner, before.group):
        try:
            os.chown(partial, before.owner, before.group)
        except OSError:
            return False
    partial.chmod(before.mode)
    return True


def _overwrite(target: Path, partial: Path) -> None:
    """Write into a file that must stay the same file; its old content comes back on failure."""
    name = f"{partial.name}{_OLD}{target.name}"
    if len(os.fsencode(name)) > _LONGEST_NAME:
        raise OSError("other names lead to the same file, and its own name is too long to keep it")
    old = target.with_name(name)
    try:
        with old.open("xb") as file:
            old.chmod(0o600)
            _copy(target, file.fileno())
    except BaseException:
        _unlink(old)
        raise
    try:
        _copy_into(partial, target)
    except BaseException:
        _copy_into(old, target)  # where this fails too, the next start tries again
        _unlink(old)
        raise
    _unlink(old)


def _copy_into(source: Path, target: Path) -> None:
    handle = os.open(target, os.O_RDWR | getattr(os, "O_BINARY", 0))
    try:
        os.ftruncate(handle, _copy(source, handle))
        os.fsync(handle)
    finally:
        os.close(handle)


def _copy(source: Path, handle: int) -> int:
    """Copy a file's bytes to an open one, from its beginning; returns how many."""
    count = 0
    with source.open("rb") as file:
        while piece := file.read(_PIECE):
            left = memoryview(piece)
            while left:
                left = left[os.write(handle, left) :]
            count += len(piece)
    os.fsync(handle)
    return count


def _to_disk(path: Path) -> None:
    if sys.platform == "win32":
        return  # the flag for it needs a handle that may write
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


# What killed processes left.


def _remove_leftovers_once(folder: Path) -> None:
    """Clean a folder the first time that this process writes into it."""
    if folder in _looked_at:
        return
    _looked_at.add(folder)
    remove_leftovers_in(folder)


def _remove_abandoned(partial: Path) -> int | None:
    """Remove an unfinished file that nobody writes to, and give its target the old content.

    Returns:
        how many files were removed; None where a living process writes to it.
    """
    handle = None
    if sys.platform != "win32" and _is_ours(partial):
        handle = os.open(partial, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        if handle is not None and not _can_lock(handle):
            return None
        removed = sum(map(_restore, list(partial.parent.glob(f"{partial.name}{_OLD}*"))))
        if _is_ours(partial):
            partial.unlink()  # on Windows, a file that is open cannot be removed
            removed += 1
        return removed
    finally:
        if handle is not None:
            os.close(handle)


def _restore(old: Path) -> int:
    """Put old content back into the file that was being overwritten; returns 1 if it was."""
    target = old.with_name(old.name.partition(_OLD)[2])
    if not _is_ours(old) or not target.is_file() or target.is_symlink():
        return 0
    if target.stat().st_mtime_ns - old.stat().st_mtime_ns > _RESTORED_WITHIN_NS:
        return 0
    _copy_into(old, target)
    old.unlink()
    return 1


def _can_lock(handle: int) -> bool:
    """Does nobody else lock an open file? False where the file system has no locks."""
    if sys.platform != "win32":
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
    return True


def _is_ours(path: Path) -> bool:
    try:
        status = path.lstat()
    except OSError:
        return False
    mine = sys.platform == "win32" or status.st_uid == os.geteuid()
    return stat.S_ISREG(status.st_mode) and mine


def _unlink(path: Path) -> None:
    with suppress(OSError):
        path.unlink(missing_ok=True)


def _close(handle: int) -> None:
    with suppress(OSError):
        os.close(handle)
