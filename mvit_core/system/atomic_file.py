"""Files that are written whole or not at all."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mvit_core.errors import ExportError

__all__ = ["whole_file"]


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """A temporary path beside ``target`` that takes its place when the block ends well.

    On any exception, Ctrl-C among them, the temporary file is removed and the target stays as
    it was.

    Raises:
        ExportError: the folder is missing or cannot be written, or the disk is full.
    """
    if target.is_symlink():
        target = target.resolve()  # what the link names is written, and the link stays
    if target.is_dir():
        raise ExportError(f"{target} is a folder; give the name of a file")
    if not target.parent.is_dir():
        raise ExportError(f"the folder {target.parent} does not exist; create it first")
    try:
        handle, name = tempfile.mkstemp(
            prefix=f".{target.stem[:40]}-", suffix=target.suffix, dir=target.parent
        )
        os.close(handle)
    except OSError as error:
        raise ExportError(f"cannot write in {target.parent}: {error.strerror}") from error
    partial = Path(name)
    try:
        yield partial
        partial.chmod(0o666 & ~_umask())  # mkstemp makes files that only their owner can read
        partial.replace(target)
    except OSError as error:
        raise ExportError(f"cannot write {target}: {error.strerror or error}") from error
    finally:
        partial.unlink(missing_ok=True)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask
