"""Reads lists and folders of clips, and finds where their files lie."""

import os
import re
from collections.abc import Callable, Iterator
from itertools import islice
from pathlib import Path

from mvit_core.clips.listed import CLIP_ENDINGS, ClipList, ListedClip
from mvit_core.clips.rows import MOST_CLIPS, PATH_HEADS, Row, rows_of
from mvit_core.errors import ClipListError
from mvit_core.system.ordinary_file import is_folder, is_there, open_ordinary, read_text

LIST_ENDINGS = (".csv", ".txt", ".tsv", ".json", ".lst", ".list")
"""Endings of files that are lists."""

_ENDINGS = tuple(sorted(CLIP_ENDINGS))
_MAX_BYTES = 256 << 20
_TRIED = 8
"""Rows of a list by which the folder of its clips is found."""

_GLANCED_AT = 400
"""Entries of a folder that tell whether it holds clips."""

_FRAMES = re.compile(r"\S[\s,]\d+$")
"""A line that names a folder of frames, and numbers behind it."""

_IDS_ARE = (".webm", ".mp4")
"""Endings of files that a list names by a bare id."""

_FOLDERS = ("", "videos", "clips", "20bn-something-something-v2")
"""Folders beside a list, and beside its own, in which clips are looked for."""


def read_clips(path: Path, check: Callable[[], None] = lambda: None) -> ClipList:
    """A list of clips, or all clips below a folder.

    A folder gives each clip that lies in one of its folders the name of that as its label. Clips
    of a list lie beside it, or in a folder beside it; whether each is there is not looked at.

    Args:
        path: the list or the folder.
        check: called again and again; raises to stop.

    Raises:
        ClipListError: it cannot be read, or holds no clips.
    """
    if is_folder(path):
        return _of_folder(path, check)
    rows = rows_of(read_text(path, _MAX_BYTES, ClipListError), path.name)
    check()
    place = _place_of(path, rows.rows)
    clips = tuple(
        ListedClip(_named(row.path, place), place, row.labels, row.cells) for row in rows.rows
    )
    return ClipList(path, clips, rows.columns)


def holds_clips(folder: Path) -> bool:
    """A folder, or one of the folders in it, has films rather than pictures.

    Looks at some entries only, for it is asked while a folder is dragged over the window.
    """
    folders: list[Path] = []
    for entry in _entries(folder):
        if _is_clip(entry.name):
            return True
        if len(folders) < _TRIED and is_folder(Path(entry.path)):
            folders.append(Path(entry.path))
    return any(_is_clip(entry.name) for each in folders for entry in _entries(each))


def names_clips(path: Path) -> bool:
    """The beginning of a file reads like a list of clips; False where it cannot be read."""
    if not path.name.lower().endswith(LIST_ENDINGS):
        return False
    try:
        with open_ordinary(path, ClipListError) as file:
            begin = file.read(_GLANCED_AT * 100)
    except (ClipListError, OSError):
        return False
    text = begin.replace(b"\0", b"").decode("latin-1").lower()
    first = text.lstrip("\ufeffÿþ\xef\xbb\xbf \r\n\t").partition("\n")[0].strip()
    heads = re.split(r"[,;\t]", first)
    return (
        any(ending in text for ending in _ENDINGS)
        or any(head.strip(' "') in PATH_HEADS for head in heads)
        or bool(_FRAMES.search(first))
        or (first[:1] == "[" and '"id"' in text)
    )


def _entries(folder: Path) -> "list[os.DirEntry[str]]":
    try:
        with os.scandir(folder) as entries:
            return list(islice(entries, _GLANCED_AT))
    except (OSError, ValueError):
        return []


def _is_clip(name: str) -> bool:
    return name.lower().endswith(_ENDINGS) and not name.startswith(".")


def _of_folder(folder: Path, check: Callable[[], None]) -> ClipList:
    clips = tuple(islice(_below(folder, check), MOST_CLIPS))
    if not clips:
        raise ClipListError(
            f"{folder.name or folder} holds no clips; drop a folder with videos, or a list of them"
        )
    return ClipList(folder, clips)


def _below(folder: Path, check: Callable[[], None]) -> Iterator[ListedClip]:
    """All clips below a folder, in the order of their names; links to folders are not followed."""
    for where, folders, files in os.walk(folder):
        check()
        folders.sort()
        inside = Path(where).relative_to(folder)
        labels = (inside.name,) if inside.parts else ()
        for name in sorted(filter(_is_clip, files)):
            yield ListedClip(str(inside / name), folder, labels)


def _place_of(path: Path, rows: list[Row]) -> Path:
    """The folder that the paths of a list count from: where the first that exists lies."""
    folder = path.absolute().parent
    places = [base / name for base in (folder, folder.parent) for name in _FOLDERS]
    for row in rows[:_TRIED]:
        for place in places:
            if is_there(place / _named(row.path, place)):
                return place
    return folder


def _named(name: str, place: Path) -> str:
    """The file of a clip that a list names, of a bare id with its ending."""
    if not name.isdecimal():
        return name
    return next((name + each for each in _IDS_ARE if is_there(place / (name + each))), name)
