"""Compares a result with the same one made again, in the way of its kind."""

import re
from collections.abc import Callable, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any
from zipfile import BadZipFile

import numpy as np

from mvit_core.errors import FrameDecodeError, ProvenanceError
from mvit_core.export import EXPORTERS
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.ordinary_file import read_bounded
from mvit_core.system.report_session import REPORT_ENDINGS
from mvit_core.video import Video, open_video

__all__ = ["COMPARISONS", "compared"]

_MOST_BYTES = 1 << 30
_METADATA = re.compile(rb"<metadata>.*?</metadata>", re.DOTALL)
_DATA = re.compile(rb'<script type="application/json" id="report-data">(.*?)</script>', re.DOTALL)
_PICTURE = re.compile(rb'data:image/[^"]+')
_STREAM = re.compile(rb"\bstream\r?\n(.*?)endstream", re.DOTALL)


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
    return read_bounded(path, _MOST_BYTES, ProvenanceError)


def _bytes(path: Path, again: Path) -> str:
    one, other = _read(path), _read(again)
    if one == other:
        return ""
    if len(one) != len(other):
        return f"{len(one)} bytes, and {len(other)} made again"
    first = next(place for place, (a, b) in enumerate(zip(one, other, strict=True)) if a != b)
    return f"bytes differ from place {first} on"


def _arrays(path: Path, again: Path) -> str:
    words = _bytes(path, again)
    if not words:
        return ""
    try:
        with np.load(path, allow_pickle=False) as one, np.load(again, allow_pickle=False) as other:
            named = sorted({*one.files, *other.files})
            differing = [name for name in named if not _is_same(one, other, name)]
            found = [_difference(one, other, name) for name in differing[:4]]
    except (OSError, ValueError, EOFError, KeyError, MemoryError, BadZipFile) as error:
        raise ProvenanceError(f"{path.name} is no whole NPZ file") from error
    return f"arrays differ: {', '.join(found)}" if found else f"values are the same, {words}"


def _is_same(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], name: str) -> bool:
    return name in one and name in other and np.array_equal(one[name], other[name])


def _difference(one: Mapping[str, np.ndarray], other: Mapping[str, np.ndarray], name: str) -> str:
    if name not in one or name not in other:
        return f"{name} is in one of them alone"
    a, b = one[name], other[name]
    if a.shape != b.shape or a.dtype.kind not in "fiu" or b.dtype.kind not in "fiu":
        return name
    return f"{name} by at most {np.abs(a.astype(float) - b.astype(float)).max():.3g}"


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
    one, other = (_METADATA.sub(b"", _read(each)) for each in (path, again))
    return "" if one == other else "what is drawn differs"


def _page(path: Path, again: Path) -> str:
    one, other = (_STREAM.findall(_read(each)) for each in (path, again))
    return "" if one and one == other else "what is drawn differs"


def _report(path: Path, again: Path) -> str:
    """Pictures and numbers of a page; its session, and what the runs took, may differ."""
    one, other = _shown(path), _shown(again)
    return "" if one == other else "what is shown differs"


def _shown(path: Path) -> tuple[Any, list[bytes]]:
    """The numbers of a page, without how long its explanation took, and its pictures."""
    content = _read(path)
    found = _DATA.search(content)
    try:
        document = load_json(found[1]) if found else None
    except BadJson as error:
        raise ProvenanceError(f"what {path.name} shows {error}") from error
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
