"""The forms of lists: text with a path and labels in each line, tables with heads, and JSON.

A line is split from the right, for paths hold spaces: ``some dir/a b.mp4 12``. PySlowFast and
mmaction2 write numbers of classes behind the path, of frame folders a count of frames before them.
"""

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any, NamedTuple

from mvit_core.clips.listed import CLIP_ENDINGS
from mvit_core.errors import ClipListError
from mvit_core.printable import brief
from mvit_core.system.bounded_json import BadJson, load_json

PATH_HEADS = ("path", "video_path", "video", "clip", "file", "filename", "file_name", "video_id")
LABEL_HEADS = ("label", "labels", "class", "class_name", "category", "target", "action")
"""Heads of the columns that are looked for, in this order and in any case."""

MOST_CLIPS = 1_000_000
_MOST_LABELS = 64
"""Numbers behind a path; more are no labels."""

_ENDING = re.compile(
    rf"(?P<path>.*(?:{'|'.join(re.escape(each) for each in sorted(CLIP_ENDINGS))}))"
    r"(?:[\s,;]+(?P<rest>.*))?$",
    re.IGNORECASE,
)
"""A path to its last known ending, and what stands behind it."""

_DIGITS = re.compile(r"-?\d{1,9}")


class Row(NamedTuple):
    """One clip as its list writes it."""

    path: str
    labels: tuple[str, ...] = ()
    cells: tuple[str, ...] = ()


class Rows(NamedTuple):
    """All clips of a list, and the heads of its further columns."""

    rows: list[Row]
    columns: tuple[str, ...] = ()


def rows_of(text: str, name: str) -> Rows:
    """Read the rows of a list of any form.

    Args:
        text: the content of its file.
        name: of the file, for messages.

    Raises:
        ClipListError: it has no rows, too many, or a form that is not known.
    """
    if text.lstrip()[:1] in ("[", "{"):
        rows = _of_json(text, name)
    else:
        lines = [line for line in text.splitlines() if line.strip()]
        rows = _of_table(lines, name) or Rows([_of_line(line) for line in lines])
    if len(rows.rows) > MOST_CLIPS:
        raise ClipListError(f"{name} has {len(rows.rows)} rows; at most {MOST_CLIPS} are read")
    if not rows.rows:
        raise ClipListError(
            f"{name} lists no clips; one is read of each line, as path and label, of CSV with a "
            f"column {', '.join(PATH_HEADS[:4])}, and of JSON as Something-Something has it"
        )
    return rows


def _of_table(lines: Sequence[str], name: str) -> Rows | None:
    """Rows of a table with heads; None where the first line has none."""
    if not lines:
        return None
    separator = max(",;\t", key=lines[0].count)
    if separator not in lines[0]:
        heads = [lines[0].strip().lower()]
        if heads[0] not in PATH_HEADS:
            return None
    table: Iterator[list[str]] = csv.reader(lines, delimiter=separator)
    try:
        heads = [head.strip() for head in next(table)]
        path, label = _column(heads, PATH_HEADS), _column(heads, LABEL_HEADS)
        if path is None:
            if _is_head(heads):
                raise ClipListError(
                    f"{name} has columns {brief(heads)}; one of them must be called "
                    f"{', '.join(PATH_HEADS)}"
                )
            return None
        others = [place for place in range(len(heads)) if place not in (path, label)]
        rows = [_of_cells(cells, path, label, others) for cells in table if len(cells) > path]
    except csv.Error as error:
        raise ClipListError(f"{name} is no table that can be read: {error}") from error
    return Rows(rows, tuple(heads[place] for place in others))


def _column(heads: Sequence[str], wanted: Sequence[str]) -> int | None:
    folded = [head.casefold() for head in heads]
    return next((folded.index(name) for name in wanted if name in folded), None)


def _is_head(cells: Sequence[str]) -> bool:
    """The first line names columns: one is called as labels are, and none is a path."""
    return _column(cells, LABEL_HEADS) is not None and not any(map(_ENDING.match, cells))


def _of_cells(cells: Sequence[str], path: int, label: int | None, others: Iterable[int]) -> Row:
    labels = (cells[label].strip(),) if label is not None and label < len(cells) else ()
    rest = tuple(cells[place] if place < len(cells) else "" for place in others)
    return Row(cells[path].strip(), tuple(filter(None, labels)), rest)


def _of_line(line: str) -> Row:
    """A path and its labels, split from the right."""
    line = line.strip()
    found = _ENDING.match(line)
    if found is not None:
        rest = (found["rest"] or "").strip()
        numbers = re.split(r"[\s,;]+", rest) if rest else []
        are_numbers = all(map(_DIGITS.fullmatch, numbers)) and len(numbers) <= _MOST_LABELS
        return Row(found["path"], tuple(numbers) if are_numbers else (rest,))
    # No known ending: a folder of frames, then the count of its frames, then labels.
    words = line.replace("\t", " ").replace(",", " ").split(" ")
    behind = 0
    while behind < len(words) - 1 and _DIGITS.fullmatch(words[-1 - behind]):
        behind += 1
    path = " ".join(words[: len(words) - behind])
    numbers = words[len(words) - behind :]
    return Row(path, tuple(numbers[1:] if len(numbers) > 1 else numbers))


def _of_json(text: str, name: str) -> Rows:
    """Clips of Something-Something: an object each, with an id and a label or a template."""
    try:
        content = load_json(text)
    except BadJson as error:
        raise ClipListError(f"{name} is damaged or no JSON: {error}") from error
    if not isinstance(content, list) or not all(isinstance(each, dict) for each in content):
        raise ClipListError(
            f"{name} is no list of clips; an object each is read, with id, path or video, and label"
        )
    rows = []
    for each in islice(content, MOST_CLIPS + 1):
        path = _text(each, ("id", *PATH_HEADS))
        if path:
            label = _text(each, ("template", *LABEL_HEADS)).replace("[", "").replace("]", "")
            rows.append(Row(path, (label,) if label else ()))
    return Rows(rows)


def _text(content: dict[str, Any], names: Sequence[str]) -> str:
    """The first of some fields that is a text or a number."""
    for name in names:
        if isinstance(content.get(name), str | int):
            return str(content[name]).strip()
    return ""
