"""Compares a result with the same one made again, in the way of its kind."""

import os
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
from numpy.lib import format as npy

from mvit_core.errors import FrameDecodeError, ProvenanceError
from mvit_core.export import EXPORTERS
from mvit_core.printable import word
from mvit_core.provenance.archive import Archive, opened_archive
from mvit_core.provenance.carriers import MOST_FILE_BYTES
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import open_ordinary, read_bounded
from mvit_core.system.report_session import REPORT_ENDINGS, SESSION_BEGINS, SESSION_ENDS
from mvit_core.video import Video, open_video

__all__ = ["COMPARISONS", "compared"]

_PIECE = 1 << 20
# What ends at a sign that it cannot hold is found in one pass: a pattern that looks for its end
# from every beginning takes for ever on a file of beginnings.
_METADATA = re.compile(rb"<metadata>[^<]*</metadata>")
_SUBJECT = re.compile(rb"/Subject \((?:[^\\()]++|\\.)*+\)", re.DOTALL)
_PLACES = re.compile(rb"(?m)^(\d+)(?= \d{5} [nf]|\n%%EOF)")
_IDENTITY = re.compile(rb"\n\[<[0-9a-f]{32}><[0-9a-f]{32}>\]\n")
_DATA = re.compile(rb'<script type="application/json" id="report-data">([^<]*)</script>')
_HOLES = re.compile(
    rb'<script type="application/json" id="(?:report-data|provenance)">[^<]*</script>'
    rb"|<dt>Computed on</dt><dd>[^<]{0,200}</dd>"
)
_SESSION = re.compile(f"{re.escape(SESSION_BEGINS)}[^<]*{re.escape(SESSION_ENDS)}".encode())
_PICTURE = re.compile(rb'data:image/[^"]+')


def compared(path: Path, again: Path) -> str:
    """How two files of one kind differ, in words; empty where they are the same.

    Pictures and films are compared by their pixels, drawings and pages by what is drawn, all others
    byte by byte. How long a run took is never compared.

    Args:
        path: the result.
        again: the same, made again; of the same ending.

    Raises:
        MvitError: one of them cannot be read.
    """
    return COMPARISONS.get(path.suffix.lower(), _bytes)(path, again)


def _read(path: Path) -> bytes:
    return read_bounded(path, MOST_FILE_BYTES, ProvenanceError)


def _bytes(path: Path, again: Path) -> str:
    """Byte by byte, a piece of each in memory."""
    with (
        open_ordinary(path, ProvenanceError) as one,
        open_ordinary(again, ProvenanceError) as other,
    ):
        sizes = tuple(os.fstat(each.fileno()).st_size for each in (one, other))
        if sizes[0] != sizes[1]:
            return f"{sizes[0]} bytes, and {sizes[1]} made again"
        place = 0
        while a := one.read(_PIECE):
            b = other.read(len(a))
            if a != b:
                pairs = enumerate(zip(a, b, strict=False))
                first = next((at for at, (x, y) in pairs if x != y), len(b))
                return f"bytes differ from place {place + first} on"
            place += len(a)
    return ""


def _arrays(path: Path, again: Path) -> str:
    words = _bytes(path, again)
    if not words:
        return ""
    with opened_archive(path) as one, opened_archive(again) as other:
        named = sorted({*one.sizes, *other.sizes})
        found = [told for name in named if (told := _difference(one, other, name))]
    return f"arrays differ: {', '.join(found[:4])}" if found else f"values are the same, {words}"


def _difference(one: Archive, other: Archive, name: str) -> str:
    """How an array differs; empty where it does not. What was made again says what may be read."""
    told, size = word(name.removesuffix(".npy")), other.sizes.get(name)
    if size is None or name not in one.sizes:
        return f"{told} is in one of them alone"
    if one.sizes[name] != size:
        return told
    kept, made = one.read(name, size), other.read(name, size)
    if kept == made:
        return ""
    array = npy.read_array(BytesIO(made), allow_pickle=False)
    begin = size - array.nbytes
    if array.dtype.kind not in "fiu" or kept[:begin] != made[:begin]:
        return told
    a, b = (np.frombuffer(each, array.dtype, offset=begin).astype(float) for each in (kept, made))
    return f"{told} by at most {np.abs(a - b).max():.3g}"


def _pixels(path: Path, again: Path) -> str:
    with open_video(path) as one, open_video(again) as other:
        if (one.frame_count, one.size) != (other.frame_count, other.size):
            ours, theirs = (f"{v.frame_count} frames of {v.size}" for v in (one, other))
            return f"{ours}, and {theirs} made again"
        differing, most = [], 0
        for index in range(one.frame_count):
            a, b = _frame(one, index), _frame(other, index)
            if a is None or b is None or not np.array_equal(a, b):
                differing.append(index)
                if a is not None and b is not None:
                    most = max(most, int(np.abs(a.astype(int) - b.astype(int)).max()))
    if not differing:
        return ""
    return f"{len(differing)} frames differ, from {differing[0]} on, by at most {most} of 255"


def _frame(video: Video, index: int) -> "np.ndarray | None":
    try:
        return video.frame(index)
    except FrameDecodeError:
        return None


def _drawing(path: Path, again: Path) -> str:
    """A drawing, but for the one text that says where it comes from; it holds no sign of XML."""
    one, other = _read(path), _read(again)
    hole = _METADATA.search(other)
    same = hole is not None and _filled(one, other, hole, _METADATA) == one
    return "" if same or one == other else "what is drawn differs"


def _page(path: Path, again: Path) -> str:
    """A page, but for its subject, the places of objects behind it, and the digest of all."""
    one, other = _read(path), _read(again)
    hole = _SUBJECT.search(other)
    if hole is not None:
        filled = _filled(one, other, hole, _SUBJECT)
        count, table = len(filled) - len(other), max(filled.rfind(b"\nxref\n"), 0)
        moved = _PLACES.sub(lambda found: _moved(found[0], hole.start(), count), filled[table:])
        expected = filled[:table] + moved
        one, other = _IDENTITY.sub(b"", one, count=1), _IDENTITY.sub(b"", expected, count=1)
    return "" if one == other else "what is drawn differs"


def _filled(one: bytes, other: bytes, hole: re.Match[bytes], pattern: re.Pattern[bytes]) -> bytes:
    """What was made again, with the text that the result has in its place, if it has one there."""
    kept = pattern.match(one, hole.start())
    text = hole[0] if kept is None else kept[0]
    return other[: hole.start()] + text + other[hole.end() :]


def _moved(digits: bytes, behind: int, count: int) -> bytes:
    """A place in a PDF, after something before it became longer."""
    place = int(digits[:20])
    return b"%0*d" % (len(digits), place + count * (place > behind))


def _report(path: Path, again: Path) -> str:
    """All of a page, but for its session and what the runs took."""
    one, other = _read(path), _read(again)
    if _shown(one, path.name) != _shown(other, again.name):
        return "what is shown differs"
    around = (_HOLES.split(_SESSION.sub(b"", each)) for each in (one, other))
    if next(around) != next(around):
        return "pictures and numbers are the same, the page around them differs"
    return ""


def _shown(content: bytes, name: str) -> tuple[Any, list[bytes]]:
    """The numbers of a page, without how long its explanation took, and its pictures."""
    found = _DATA.search(content)
    try:
        document = load_json(found[1]) if found else None
    except BadJson as error:
        raise ProvenanceError(f"what {name} shows {error}") from error
    why = document.get("why") if isinstance(document, dict) else None
    if isinstance(why, dict):
        why.pop("cost", None)
    return document, _PICTURE.findall(content)


COMPARISONS: Mapping[str, Callable[[Path, Path], str]] = MappingProxyType(
    {
        **{ending: _pixels for ending, each in EXPORTERS.items() if each.holds != "numbers"},
        ".npz": _arrays,
        ".svg": _drawing,
        ".pdf": _page,
        **dict.fromkeys(REPORT_ENDINGS, _report),
    }
)
"""By ending; others are compared byte by byte."""
