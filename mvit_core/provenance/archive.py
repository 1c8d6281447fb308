"""The members of NPZ files from anywhere, with a bound on everything.

The readers of Python and NumPy make a value of each entry and unpack what a member claims: a file
of some megabytes fills the memory by either.
"""

import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from mvit_core.checkpoint.limits import Limits
from mvit_core.checkpoint.zip_index import BadArchive, ZipIndex
from mvit_core.errors import ProvenanceError
from mvit_core.system.ordinary_file import open_ordinary

__all__ = ["Archive", "opened_archive"]

_LIMITS = Limits(members=1000, directory_bytes=1 << 20)
"""Far above the arrays of any export."""


@dataclass(frozen=True)
class Archive:
    """An NPZ file that is open."""

    path: Path
    index: ZipIndex

    @property
    def sizes(self) -> dict[str, int]:
        """Bytes of each member when unpacked, as the file claims."""
        return {name: member.size for name, member in self.index.members.items()}

    def read(self, name: str, most: int) -> bytearray:
        """All bytes of a member.

        Args:
            name: of ``sizes``.
            most: bytes that it may have.

        Raises:
            ProvenanceError: it is larger, or damaged.
        """
        member = self.index.members[name]
        try:
            content = self.index.read(member, most)
        except (BadArchive, OSError) as error:
            raise _damaged(self.path, error) from error
        if zlib.crc32(content) != member.checksum:
            raise ProvenanceError(f"{self.path.name} is damaged: {name} and its checksum disagree")
        return content


@contextmanager
def opened_archive(path: Path) -> Iterator[Archive]:
    """An NPZ file, closed in the end.

    Args:
        path: the file.

    Raises:
        ProvenanceError: it is no archive, a damaged or a too large one.
    """
    with open_ordinary(path, ProvenanceError) as file:
        try:
            index = ZipIndex(file, path.stat().st_size, _LIMITS)
        except (BadArchive, OSError) as error:
            raise _damaged(path, error) from error
        yield Archive(path, index)


def _damaged(path: Path, error: Exception) -> ProvenanceError:
    return ProvenanceError(f"{path.name} is no whole NPZ file: {error}")
