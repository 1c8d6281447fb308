"""Names and digests of files, as files from outside tell them of others."""

import re
from pathlib import Path

from mvit_core.printable import brief

__all__ = ["check_digest", "check_name", "name_alone"]

_SHA256 = re.compile(r"[0-9a-f]{64}|")
_MOST_NAME = 1024


def check_name(name: str) -> None:
    """See whether a name is one, and leads to no other folder.

    Raises:
        ValueError: it is a path, empty, or too long.
    """
    is_one = len(name) <= _MOST_NAME and "\0" not in name and name not in ("", ".", "..")
    if not is_one or Path(name).name != name or "/" in name:
        raise ValueError(f"name is {brief(name)}; allowed are names of files without a folder")


def name_alone(told: str) -> str:
    """A name that ``check_name`` accepts, of what a file from outside calls another."""
    name = Path(told.replace("\0", "")).name[:_MOST_NAME]
    return name if name not in ("", ".", "..") else "unnamed"


def check_digest(size: int, sha256: str) -> None:
    """See whether a size is one, and a digest is one or empty.

    Raises:
        ValueError: one of them is not.
    """
    if size < 0:
        raise ValueError(f"a file has {size} bytes; allowed are 0 and more")
    if not _SHA256.fullmatch(sha256):
        raise ValueError(f"sha256 is {brief(sha256)}; allowed are 64 hexadecimal digits")
