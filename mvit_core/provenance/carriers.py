"""Reads back what files carry of where they come from; a table by the ending of their names.

What is read comes from anywhere: sizes are checked before anything is taken into memory, no entity
of XML is resolved, nothing is unpickled, and only the file named and the one beside it are opened.
"""

import re
import struct
import zlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from xml.sax.saxutils import unescape

from mvit_core.errors import CaptureFileError, MvitError, ProvenanceError
from mvit_core.provenance.archive import opened_archive
from mvit_core.provenance.beside import side_of
from mvit_core.provenance.captures import capture_provenance
from mvit_core.provenance.digests import file_facts
from mvit_core.provenance.document import (
    MOST_BYTES,
    decoded,
    document_of,
    document_text,
    read_document,
)
from mvit_core.provenance.facts import FileFacts, Provenance
from mvit_core.system.ordinary_file import (
    check_ordinary,
    is_folder,
    is_there,
    open_ordinary,
    read_bounded,
)
from mvit_core.system.report_session import REPORT_ENDINGS
from mvit_core.video.decode.captured_clip import CAPTURE_ENDING

__all__ = ["CARRIERS", "Carried", "carried_text", "read_provenance"]

MOST_FILE_BYTES = 256 << 20
"""Bytes of the largest drawing, page or report that is looked through."""
_MOST_CHUNKS = 1_000_000
_PNG = b"\x89PNG\r\n\x1a\n"
_LITERAL = re.compile(rb"/Subject \(((?:[^\\()]++|\\.)*+)\)", re.DOTALL)
_ESCAPED = re.compile(rb"\\([0-7]{3}|.)", re.DOTALL)
_KEYWORD = b"Comment\0"
_MEMBER = "provenance.npy"
_LONGEST_HEADER = 1 << 12
_TEXT_HEADER = re.compile(
    rb"\x93NUMPY\x01\x00..\{'descr': '([<>])U\d{1,9}', 'fortran_order': False, 'shape': \(\), \}"
    rb" {0,99}\n",
    re.DOTALL,
)
_ORDERS = {b"<": "utf-32-le", b">": "utf-32-be"}
_TELLING = ("run.json", "zarr.json")
"""Files of a batch's folder, and of a Zarr group, that hold what is said of all of it."""
Read = Callable[[Path], str | bytes | None]
_HTML_BEGIN, _HTML_END = b'<script type="application/json" id="provenance">', b"</script>"


@dataclass(frozen=True)
class Carried:
    """A provenance as it was found."""

    provenance: Provenance
    notes: tuple[str, ...] = ()
    """What must be known of it."""


def read_provenance(path: Path) -> Carried:
    """The provenance that a file carries, or the one beside it.

    Args:
        path: a result, a side file, a request, or the folder of a batch or of its maps.

    Raises:
        ProvenanceError: there is none, it is damaged, or the file cannot be read.
    """
    path = _telling_file(path) if is_folder(path) else path
    check_ordinary(path, ProvenanceError)
    text = carried_text(path)
    if text is not None and text[:1] in ("{", b"{"):  # else it is a comment of somebody's own
        return Carried(read_document(text, path.name))
    side = side_of(path)
    if not is_there(side):
        raise ProvenanceError(
            f"{path.name} does not say where it comes from, and no {side.name} lies beside it; "
            f"known are {', '.join(CARRIERS)}, written by mvit-lens"
        )
    kept = read_bounded(side, MOST_BYTES, ProvenanceError)
    return Carried(read_document(kept, side.name), _misfit(kept, path, side))


def _telling_file(folder: Path) -> Path:
    """The file of a folder that says where all of it comes from."""
    for name in _TELLING:
        if is_there(folder / name):
            return folder / name
    raise ProvenanceError(
        f"{folder} is a folder without {' and '.join(_TELLING)}; give a file, the folder of a "
        "batch, or that of its maps"
    )


def _misfit(kept: bytes, path: Path, side: Path) -> tuple[str, ...]:
    """A note where a side file is of another content than lies beside it."""
    result = document_of(kept, side.name).get("result")
    if result is None:
        return ()
    told: FileFacts = decoded(result, FileFacts, "result")
    if not told.sha256 or told.sha256 == file_facts(path).sha256:
        return ()
    return (f"{path.name} is another file than {side.name} was written for: it has changed since",)


def carried_text(path: Path) -> str | bytes | None:
    """What a file itself carries; None where it has no room for it, or says nothing.

    Raises:
        ProvenanceError: the file cannot be read, or is not of the kind that its name says.
    """
    read = CARRIERS.get(path.suffix.lower())
    return None if read is None else read(path)


def _film(path: Path) -> str | None:
    from mvit_core.video.decode.container import open_container

    try:
        with open_container(path) as container:
            named = {name.lower(): text for name, text in container.metadata.items()}
    except MvitError as error:
        raise ProvenanceError(str(error)) from error
    return named.get("comment")


def _png(path: Path) -> bytes | None:
    """The text of the ``Comment`` chunk of a PNG, which lies behind its pixels."""
    with open_ordinary(path, ProvenanceError) as file:
        if file.read(len(_PNG)) != _PNG:
            raise ProvenanceError(f"{path.name} is no PNG file")
        for _ in range(_MOST_CHUNKS):
            head = file.read(8)
            if len(head) < 8:
                return None
            length, name = struct.unpack(">I4s", head)
            if name == b"iTXt" and length <= MOST_BYTES:
                body = file.read(length)
                if body.startswith(_KEYWORD):
                    return _itxt(body, file.read(4), path)
                file.seek(4, 1)
            else:
                file.seek(length + 4, 1)
    return None


def _itxt(body: bytes, checksum: bytes, path: Path) -> bytes:
    if checksum != struct.pack(">I", zlib.crc32(b"iTXt" + body)):
        raise ProvenanceError(f"{path.name} is damaged: its text and the checksum of it disagree")
    # compressed or not, by which method, language, translated keyword; then the text
    return body[len(_KEYWORD) + 2 :].split(b"\0", 2)[-1]


def _between(begin: bytes, end: bytes, decode: Callable[[bytes], bytes]) -> Read:
    """A reader of what stands between two marks in a text."""

    def read(path: Path) -> bytes | None:
        content = read_bounded(path, MOST_FILE_BYTES, ProvenanceError)
        start = content.find(begin)
        if start < 0:
            return None
        start += len(begin)
        stop = max(content.find(end, start), start)
        return decode(content[start : min(stop, start + MOST_BYTES + 1)])

    return read


def _unescaped(content: bytes) -> bytes:
    return unescape(content.decode("utf-8", "replace")).encode()


def _pdf(path: Path) -> bytes | None:
    """The subject of a PDF: a literal string, whose brackets and backslashes are escaped."""
    content = read_bounded(path, MOST_FILE_BYTES, ProvenanceError)
    start = content.rfind(b"/Subject (")
    if start < 0:
        return None
    found = _LITERAL.match(content, start, start + 2 * MOST_BYTES)
    if found is None:
        raise ProvenanceError(f"{path.name} is damaged: its subject does not end")
    return bytes(_meant(found[1]))


def _meant(literal: bytes) -> bytearray:
    """The bytes that a literal string of a PDF stands for; millions of escapes are no list."""
    text, place = bytearray(), 0
    for escape in _ESCAPED.finditer(literal):
        code = escape[1]
        text += literal[place : escape.start()]
        text += bytes([int(code, 8) & 255]) if len(code) == 3 else code
        place = escape.end()
    return text + literal[place:]


def _npz(path: Path) -> str | None:
    """The member of an NPZ file: an array of one text, whose header must be the one we write."""
    with opened_archive(path) as archive:
        if _MEMBER not in archive.sizes:
            return None
        content = archive.read(_MEMBER, 4 * MOST_BYTES + _LONGEST_HEADER)
    header = _TEXT_HEADER.match(content)
    try:
        if header is not None:
            return str(memoryview(content)[header.end() :], _ORDERS[bytes(header[1])]).rstrip("\0")
    except UnicodeDecodeError:
        pass
    raise ProvenanceError(f"{path.name} is damaged: its provenance is no text")


def _parquet(path: Path) -> bytes | None:
    """The schema's metadata of a table of a batch."""
    try:
        import pyarrow.parquet as parquet
    except ImportError as error:
        raise ProvenanceError(
            "a table of a batch is read by pyarrow, which is not installed: pip install "
            '"mvit-lens[batch]"'
        ) from error
    try:
        with open_ordinary(path, ProvenanceError) as file:
            told = parquet.read_schema(file).metadata or {}
    except (OSError, ValueError, RuntimeError) as error:  # of Arrow
        raise ProvenanceError(f"{path.name} is no whole Parquet file") from error
    found: bytes | None = told.get(b"provenance")
    return found


def _capture(path: Path) -> str:
    """What a capture file says of clip, model, windows and command, in the form of all others."""
    from mvit_core.capture_file import CaptureFile

    try:
        return document_text(capture_provenance(CaptureFile(path)))
    except CaptureFileError as error:
        raise ProvenanceError(str(error)) from error
    except ValueError as error:  # a name that is a path, a digest that is none
        raise ProvenanceError(f"{path.name} is damaged: {error}") from error


def _json(path: Path) -> bytes:
    return read_bounded(path, MOST_BYTES, ProvenanceError)


CARRIERS: Mapping[str, Read] = MappingProxyType(
    {
        **dict.fromkeys((".mp4", ".mov", ".mkv", ".webm"), _film),
        ".png": _png,
        ".svg": _between(b"<metadata>", b"</metadata>", _unescaped),
        ".pdf": _pdf,
        **dict.fromkeys(REPORT_ENDINGS, _between(_HTML_BEGIN, _HTML_END, bytes)),
        ".npz": _npz,
        ".parquet": _parquet,
        CAPTURE_ENDING: _capture,
        ".json": _json,
    }
)
"""What reads the text that a kind of file carries; others have a file beside them."""
