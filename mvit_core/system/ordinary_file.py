"""Ordinary files, or a refusal: nothing else is read, waited for or mapped.

Opening a pipe waits for its writer, reading a device may never end, and files below ``/proc`` and
``/sys`` answer with the machine's own state. All that reads a file from outside asks here first.
"""

import codecs
import hashlib
import os
import stat
from collections.abc import Callable
from dataclasses import dataclass, replace
from itertools import islice
from pathlib import Path
from typing import BinaryIO

from mvit_core.errors import MvitError
from mvit_core.printable import printable

__all__ = [
    "FileIdentity",
    "check_ordinary",
    "is_file",
    "is_folder",
    "is_there",
    "open_ordinary",
    "read_ahead",
    "read_bounded",
    "read_text",
    "sha256_of",
    "user_path",
]

_NAME_LIMIT = 100
_PATH_LIMIT = 600
_PIECE = 1 << 20
_MOST_LOOKED_AT = 20_000
"""Pictures of a folder whose size and time are looked at."""
_STATE_FOLDERS = ("/proc/", "/sys/")
"""Folders whose files look empty and are the kernel's own state."""


def user_path(text: str) -> Path:
    """A path as a user writes it; ``~`` of a user whom nobody knows stays as it is."""
    try:
        return Path(text).expanduser()
    except RuntimeError:
        return Path(text)


def is_there(path: Path) -> bool:
    """Something lies there; False where nobody can say: a name too long, a loop, a zero byte.

    ``Path.exists`` and its like raise for some of these.
    """
    return _holds(path, lambda _: True)


def is_folder(path: Path) -> bool:
    """A folder lies there, or is led to by a link; False where nobody can say."""
    return _holds(path, stat.S_ISDIR)


def is_file(path: Path) -> bool:
    """An ordinary file lies there, or is led to by a link; False where nobody can say."""
    return _holds(path, stat.S_ISREG)


def is_kernel_state(path: Path) -> bool:
    """What lies there is no file on a disk, though it looks like one.

    Raises:
        OSError, ValueError, RuntimeError: nobody can say: a name too long, a loop, a zero byte.
    """
    return str(path.resolve()).startswith(_STATE_FOLDERS)


def _holds(path: Path, test: Callable[[int], bool]) -> bool:
    try:
        return test(path.stat().st_mode)
    except (OSError, ValueError):
        return False


@dataclass(frozen=True)
class FileIdentity:
    """Identity of a file and its state: differs as soon as the file was replaced or written to."""

    path: Path
    """Absolute."""
    size: int
    """Bytes."""
    mtime_ns: int
    """Time of the last write, in nanoseconds."""
    inode: int
    """Its number in the file system; a file that took its place has another."""
    stream: int = 0
    """Number of the stream of a video that is meant."""

    @classmethod
    def of(cls, path: Path) -> "FileIdentity":
        """The identity of what lies at ``path`` now; size -1 where nothing lies there.

        A folder of pictures is known by those in it: their bytes together, the newest time.
        """
        where = Path(os.path.abspath(path))  # noqa: PTH100 - resolve() would follow links
        try:
            status = where.stat()
            inside = _inside(where) if stat.S_ISDIR(status.st_mode) else []
        except (OSError, ValueError):
            return cls(where, -1, 0, 0)
        size = sum((one.st_size for one in inside), start=status.st_size)
        newest = max(one.st_mtime_ns for one in (*inside, status))
        return cls(where, size, newest, status.st_ino)

    def is_current(self) -> bool:
        """The file is still there, and still in this state."""
        return FileIdentity.of(self.path) == replace(self, stream=0)

    def was_replaced(self) -> bool:
        """Another file lies there, or this one was written to; one that is gone was not."""
        now = FileIdentity.of(self.path)
        return now.size >= 0 and now != replace(self, stream=0)


def _inside(folder: Path) -> list[os.stat_result]:
    with os.scandir(folder) as entries:
        return [entry.stat() for entry in islice(entries, _MOST_LOOKED_AT) if entry.is_file()]


def check_ordinary(path: Path, error: type[MvitError]) -> os.stat_result:
    """The status of an ordinary file, without opening it.

    Args:
        path: the file, or a link to it.
        error: what is raised.

    Raises:
        MvitError: of the type asked for, where there is no such file, or it is a folder, a pipe,
            a device, a socket, or state of the kernel.
    """
    try:
        status = path.stat()
        if is_kernel_state(path):
            raise error(f"{_short(path)} is no file on a disk; only ordinary files are read")
    except (FileNotFoundError, NotADirectoryError) as failure:
        raise error(f"{_short(path)} does not exist; check the path") from failure
    except (OSError, ValueError, RuntimeError) as failure:  # a zero byte inside; a loop of links
        raise error(f"{_short(path)} cannot be opened: {_reason(failure)}") from failure
    _check_mode(path, status, error)
    return status


def open_ordinary(path: Path, error: type[MvitError]) -> BinaryIO:
    """Open an ordinary file for reading, never waiting for anything.

    Args:
        path: the file, or a link to it.
        error: what is raised.

    Raises:
        MvitError: of the type asked for, where ``path`` is no ordinary file or cannot be opened.
    """
    check_ordinary(path, error)
    flags = os.O_RDONLY
    for name in ("O_NONBLOCK", "O_NOCTTY", "O_CLOEXEC", "O_BINARY"):
        flags |= getattr(os, name, 0)
    try:
        handle = os.open(path, flags)
    except (OSError, ValueError) as failure:
        raise error(f"{_short(path)} cannot be opened: {_reason(failure)}") from failure
    try:
        _check_mode(path, os.fstat(handle), error)  # what was opened, not what lay there before
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_bounded(path: Path, limit: int, error: type[MvitError]) -> bytes:
    """All of a small file.

    Args:
        path: an ordinary file.
        limit: bytes that it may have.
        error: what is raised.

    Raises:
        MvitError: of the type asked for, where it is larger, no ordinary file, or unreadable.
    """
    with open_ordinary(path, error) as file:
        try:
            content = file.read(limit + 1)
        except OSError as failure:
            raise error(f"{_short(path)} cannot be read: {_reason(failure)}") from failure
        if len(content) > limit:
            size = os.fstat(file.fileno()).st_size
            raise error(
                f"{_short(path)} has {size} bytes; at most {limit} are read as a text of this "
                "kind, so check that it is the right file"
            )
    return content


def read_text(path: Path, limit: int, error: type[MvitError]) -> str:
    """The text of a small file, in UTF-8 or, with its mark, in UTF-16.

    Args:
        path: an ordinary file.
        limit: bytes that it may have.
        error: what is raised.

    Raises:
        MvitError: of the type asked for, where it cannot be read, is too long, or is no text.
    """
    content = read_bounded(path, limit, error)
    wide = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    try:
        return content.decode("utf-16" if wide else "utf-8-sig")
    except UnicodeDecodeError as failure:
        raise error(f"{_short(path)} cannot be read as text: {_reason(failure)}") from failure


def sha256_of(
    path: Path, error: type[MvitError], on_piece: Callable[[], None] = lambda: None
) -> str:
    """SHA-256 of a file's content, in hexadecimal.

    Args:
        path: an ordinary file.
        error: what is raised.
        on_piece: called after each MiB; what it raises ends the reading.

    Raises:
        MvitError: of the type asked for, where it is no ordinary file, or unreadable.
    """
    digest = hashlib.sha256()
    with open_ordinary(path, error) as file:
        try:
            while piece := file.read(_PIECE):
                digest.update(piece)
                on_piece()
            return digest.hexdigest()
        except OSError as failure:
            raise error(f"{_short(path)} cannot be read: {_reason(failure)}") from failure


def _check_mode(path: Path, status: os.stat_result, error: type[MvitError]) -> None:
    if stat.S_ISDIR(status.st_mode):
        raise error(f"{_short(path)} is a folder; give the file inside it")
    if not stat.S_ISREG(status.st_mode):
        raise error(f"{_short(path)} is a pipe or a device; only ordinary files are read")


def _reason(failure: Exception) -> str:
    return printable(getattr(failure, "strerror", None) or str(failure), _NAME_LIMIT)


def _short(path: Path) -> str:
    """A path for a message: cut at its end where it is beyond reading."""
    text = str(path).replace("\0", "\\0")
    if len(text) <= _NAME_LIMIT or len(path.name) < _NAME_LIMIT:
        return text if len(text) <= _PATH_LIMIT else _cut(text)
    return _cut(text)


def _cut(text: str) -> str:
    return f"{text[:_NAME_LIMIT]}... ({len(text)} characters)"


def read_ahead(path: Path) -> None:
    """Ask the system to fetch a file from the disk, without waiting for it or reading it.

    Nothing happens where that cannot be asked, or the file cannot be read: who reads it will hear.
    """
    if not hasattr(os, "posix_fadvise"):  # not on macOS and Windows
        return
    try:
        with open_ordinary(path, MvitError) as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_WILLNEED)
    except (MvitError, OSError):
        return
