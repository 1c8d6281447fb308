"""Digests of the files behind a result: each is read once, and known by its identity."""

import hashlib
from collections.abc import Callable
from itertools import islice
from pathlib import Path

from mvit_core.errors import ProvenanceError
from mvit_core.provenance.facts import FileFacts
from mvit_core.system.ordinary_file import FileIdentity, is_file, is_folder, sha256_of
from mvit_core.video.decode.image_folder import PICTURE_ENDINGS

__all__ = ["file_facts"]

_MOST_KNOWN = 4096
_MOST_PICTURES = 20_000

_known: dict[FileIdentity, str] = {}
"""Digests by identity, the oldest first."""


def file_facts(path: Path, on_piece: Callable[[], None] = lambda: None) -> FileFacts:
    """Name, size and digest of a file or of a folder of pictures.

    What cannot be read has no digest: a result is not refused because its clip was removed while
    it was shown.

    Args:
        path: the file; only its name is kept.
        on_piece: called after each MiB; what it raises ends the reading.
    """
    before = FileIdentity.of(path)
    digest = _known.get(before)
    if digest is None:
        try:
            digest = _digest(path, on_piece)
        except (ProvenanceError, OSError):
            digest = ""
        if FileIdentity.of(path) != before:
            digest = ""  # written to meanwhile: nobody knows which of both was shown
        if digest:
            _known[before] = digest
            while len(_known) > _MOST_KNOWN:
                _known.pop(next(iter(_known)), None)
    name = before.path.name or "unnamed"  # that of ``.`` is its folder's
    return FileFacts(name, max(before.size, 0) if is_file(path) else 0, digest)


def _digest(path: Path, on_piece: Callable[[], None]) -> str:
    if not is_folder(path):
        return sha256_of(path, ProvenanceError, on_piece)
    named = (each for each in path.iterdir() if each.suffix.lower() in PICTURE_ENDINGS)
    listed = hashlib.sha256()
    for each in sorted(islice(named, _MOST_PICTURES)):
        one = sha256_of(each, ProvenanceError, on_piece)
        listed.update(f"{one}  {each.name}\n".encode(errors="surrogateescape"))
    return listed.hexdigest()
