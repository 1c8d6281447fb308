"""The form of a session: what its JSON object is called, and how it names files.

``app/state`` makes sessions of a whole view, ``report/`` of what a report shows first.
"""

from __future__ import annotations

import errno
import hashlib
import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from mvit_core.system.json_codec import encode
from mvit_core.system.ordinary_file import is_file, is_folder, is_there
from mvit_core.system.versions import version_of

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from mvit_core.system.json_codec import Json

__all__ = [
    "EDGE_BYTES",
    "KIND",
    "VERSION",
    "FileRef",
    "digest_of",
    "file_ref",
    "no_check",
    "session_json",
]

KIND = "MViT Lens session"
VERSION = 3
"""Version of the form; increased only when an older reader would misunderstand the file.

Forms 1 and 2 held the fields of the map and of the heat beside the others; form 2 added averaged
heads. Both are read as form 3 (``session_forms.py``).
"""

MOST_PICTURES = 100_000
"""Entries of a folder that its digest is of."""

EDGE_BYTES = 1 << 16
"""Bytes hashed at each end of a file; checkpoints are too large to read whole."""


@dataclass(frozen=True)
class FileRef:
    """A file that a session needs, as it was when the session was saved."""

    relative: str
    """Path from the session's folder; empty where there is none (another drive)."""
    absolute: str
    """Whole path; empty in a session that is given away."""
    digest: str
    """Hash of size, first and last bytes."""

    @property
    def name(self) -> str:
        """Name without folder."""
        return Path(self.absolute or self.relative).name


def session_json(
    files: Mapping[str, FileRef],
    model: Mapping[str, object],
    view: Mapping[str, object],
    place: object,
) -> dict[str, Json]:
    """The JSON object that a session is written as; what it leaves out is as in a new window.

    Args:
        files: by role: clip, checkpoint, config, labels.
        model: fields of the app's ``ModelSource`` that are no files.
        view: fields of the app's ``ViewState``.
        place: layout and zoom of the window, a frozen value or an empty mapping.
    """
    return {
        "kind": KIND,
        "version": VERSION,
        "written_by": version_of("mvit-lens") or "?",
        "files": {role: encode(ref) for role, ref in files.items()},
        "model": {name: encode(value) for name, value in model.items()},
        "view": {name: encode(value) for name, value in view.items()},
        "place": encode(place),
    }


def no_check() -> None:
    """Goes on."""


def digest_of(path: Path, check: Callable[[], None] = no_check) -> str:
    """Hash a file or a folder of pictures by size and both ends, without reading all of it.

    Args:
        path: the file or the folder.
        check: called before each look at the drive; raises to stop.

    Raises:
        OSError: it cannot be read, or is a pipe, a device or a socket.
    """
    digest = hashlib.sha256()
    check()
    if is_folder(path):
        for each in sorted(islice(path.iterdir(), MOST_PICTURES)):
            check()
            digest.update(f"{each.name} {each.stat().st_size}\n".encode())
        return digest.hexdigest()
    if is_there(path) and not is_file(path):
        raise OSError(errno.EINVAL, "no ordinary file")  # opening a pipe would wait for ever
    with path.open("rb") as file:
        size = file.seek(0, os.SEEK_END)
        digest.update(str(size).encode())
        for start in (0, max(size - EDGE_BYTES, 0)):
            file.seek(start)
            digest.update(file.read(EDGE_BYTES))
    return digest.hexdigest()


def file_ref(path: Path, folder: Path, with_paths: bool) -> FileRef:
    """A file as a session in a folder names it.

    Args:
        path: the file, or a folder of pictures.
        folder: where the session will lie.
        with_paths: False names it without its folder, as if it lay beside the session.

    Raises:
        OSError: it cannot be read.
    """
    try:
        digest = digest_of(path)
    except OSError as error:
        raise OSError(error.errno, error.strerror or str(error), str(path)) from error
    if not with_paths:
        return FileRef(path.name, "", digest)
    try:
        relative = Path(os.path.relpath(path, folder)).as_posix()
    except ValueError:  # on another drive
        relative = ""
    return FileRef(relative, str(path.absolute()), digest)
