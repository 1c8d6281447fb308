"""Class names from the files people have, in the order of the classifier's rows."""

import csv
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

from mvit_core.checkpoint.files import read_text
from mvit_core.errors import CheckpointReadError, LabelsError
from mvit_core.printable import brief
from mvit_core.system.assets import asset
from mvit_core.system.bounded_json import BadJson, load_json
from mvit_core.system.bounded_yaml import BadYaml, load_yaml

__all__ = ["from_mapping", "read_labels", "shipped_labels"]

_SHIPPED = {400: "kinetics400.txt", 1000: "imagenet1k.txt"}
"""Names that are known by the number of classes alone."""

_NAME_COLUMNS = ("name", "label", "class", "template", "display_name", "key")
_ID_COLUMNS = ("id", "index", "class_id", "label_id")

_TEMPLATE = re.compile(r"\s*\[[^\W\d_]")
"""Beginning of a name such as ``[Something] falling``; of JSON, true, false and null alone."""


_MAX_BYTES = 4 << 20
_MAX_CLASSES = 100_000
_MAX_CHARACTERS = 1_000
"""Characters of one class name; the longest template of Something-Something has 80."""

_MAX_DIGITS = 9
"""Digits of a class id; longer numbers are something else."""


_ITEM = re.compile(r"\s{0,200}(?<!\w)\w{1,40}\s{0,200}\{(?P<body>[^{}]{0,2000})\}")
_ITEM_NAME = re.compile(r"\bname\s*:\s*(['\"])(.*?)\1")
_ITEM_ID = re.compile(r"\b(?:label_)?id\s*:\s*(\d{1,9})\b")
"""A label map of TensorFlow: items with a name and an id."""

_NAME_AND_ID = re.compile(r"(['\"]?)(?P<name>.+?)\1\s*[:=]\s*(['\"]?)(?P<id>\d{1,9})\3\s*,?\s*$")
"""A line such as ``"playing chess": 3``."""

_INNER = ("classes", "class_names", "names", "labels", "categories", "CLASSES")
"""Keys under which JSON and YAML keep the names beside other things."""


def shipped_labels(count: int) -> tuple[str, ...] | None:
    """The names that come with the program for a head of ``count`` classes, or None."""
    if count not in _SHIPPED:
        return None
    return tuple(asset("labels", _SHIPPED[count]).read_text(encoding="utf-8").splitlines())


def read_labels(source: "str | Path | Sequence[str]") -> tuple[str, ...]:
    """Class names in the order of their ids.

    Args:
        source: the names, or a file: one name per line, with ids or without; JSON or YAML as a
            list, ``{name: id}``, ``{id: name}``, ``{"classes": ...}`` or a Hugging Face
            ``config.json``; CSV with names and ids; a label map of TensorFlow (``.pbtxt``).

    Raises:
        LabelsError: the file cannot be read or understood, or its ids are not 0 to n-1.
    """
    if not isinstance(source, str | Path):
        return _from_argument(source)
    try:
        path = Path(source).expanduser()
        text = read_text(path, _MAX_BYTES)
    except (CheckpointReadError, RuntimeError) as error:  # RuntimeError: ~ of nobody
        raise LabelsError(str(error)) from error
    _check_count(text.count("\n"), path.name)
    names = _from_text(text, path)
    if not names:
        raise LabelsError(f"{path.name} holds no class names; one per line, JSON or CSV are read")
    _check_sizes(names, path.name)
    return names


def _check_count(count: int, origin: str) -> None:
    """Refuse a file before its rows are looked at several times."""
    if count > _MAX_CLASSES:
        raise LabelsError(
            f"{origin} has {count} rows; at most {_MAX_CLASSES} class names are read, so check "
            "that it is the right file"
        )


def _from_text(text: str, path: Path) -> tuple[str, ...]:
    if _is_json(text, path):
        return _from_json(text, path.name)
    if path.suffix.lower() == ".pbtxt" or _ITEM.match(text):
        return _from_label_map(text, path.name)
    lines = [line for line in text.splitlines() if line.strip()]
    listed = bool(lines) and all(line.startswith("- ") for line in lines)
    if listed or path.suffix.lower() in (".yaml", ".yml"):
        return _from_yaml(text, path.name)
    return _from_rows(text, path)


def _from_yaml(text: str, name: str) -> tuple[str, ...]:
    try:
        content = load_yaml(text)
    except BadYaml as error:
        raise LabelsError(f"{name} {error}") from error
    if isinstance(content, list):
        content = [item if isinstance(item, dict) else str(item) for item in content]
    return _from_content(content, name)


def _from_label_map(text: str, name: str) -> tuple[str, ...]:
    """Names of AVA's label maps, by ids from 1; an id without a name is called after its number."""
    by_id: dict[int, str] = {}
    for item in _ITEM.finditer(text):
        label, index = (pattern.search(item["body"]) for pattern in (_ITEM_NAME, _ITEM_ID))
        if label is None or index is None:
            raise LabelsError(f"{name}: an item has no name or no id")
        by_id[int(index[1])] = label[2]
    if not by_id or max(by_id) > _MAX_CLASSES:
        raise LabelsError(f"{name} holds no items with ids up to {_MAX_CLASSES}")
    first = min(1, *by_id)
    return tuple(_clean(by_id.get(i, f"id {i}")) for i in range(first, max(by_id) + 1))


def _check_sizes(names: Sequence[str], origin: str) -> None:
    longest = max(map(len, names))
    if len(names) > _MAX_CLASSES or longest > _MAX_CHARACTERS:
        raise LabelsError(
            f"{origin} holds {len(names)} names of up to {longest} characters; at most "
            f"{_MAX_CLASSES} of {_MAX_CHARACTERS} are read, so check that it is the right file"
        )


def _from_argument(source: object) -> tuple[str, ...]:
    if not isinstance(source, Sequence) or isinstance(source, bytes):
        raise LabelsError(
            f"labels are of type {type(source).__name__}; give a file or a list of names"
        )
    for name in source:
        if not isinstance(name, str):
            raise LabelsError(f"labels hold {brief(name)}, which is no text; give a list of names")
    return tuple(_clean(name) for name in source)


def _is_json(text: str, path: Path) -> bool:
    """By name or first bracket, except lines of which the first begins with a [placeholder]."""
    if path.suffix.lower() == ".json":
        return bool(text.strip())
    if not _TEMPLATE.match(text):
        return text.lstrip().startswith(("{", "["))
    try:
        load_json(text)
    except BadJson:
        return False
    return True


def from_mapping(content: Mapping[str, Any]) -> tuple[str, ...] | None:
    """Names inside a Hugging Face or timm ``config.json``, or None.

    Raises:
        LabelsError: they are there, but their ids are not 0 to n-1.
    """
    places = (content, content.get("pretrained_cfg"))
    for place in places:
        for key in ("label_names", "id2label", "label2id"):
            if isinstance(place, Mapping) and place.get(key):
                return _from_content(place[key], key)
    return None


def _clean(name: object) -> str:
    """Without the quotes and the [brackets] of templates that some files keep."""
    return re.sub(r"[\[\]]", "", str(name).strip().strip('"').strip())


def _from_json(text: str, name: str) -> tuple[str, ...]:
    try:
        content = load_json(text)
    except BadJson as error:
        raise LabelsError(f"{name} {error}") from error
    if isinstance(content, dict) and (found := from_mapping(content)) is not None:
        return found
    return _from_content(content, name)


def _from_content(content: object, name: str) -> tuple[str, ...]:
    _check_count(len(content) if isinstance(content, dict | list | tuple) else 0, name)
    if isinstance(content, dict) and content:
        inner = next((content[k] for k in _INNER if isinstance(content.get(k), list | dict)), None)
        return _from_pairs(content.items(), name) if inner is None else _from_content(inner, name)
    if isinstance(content, list | tuple) and not content:
        return ()
    if isinstance(content, list | tuple) and all(isinstance(item, dict) for item in content):
        return _from_records(content, name)
    if isinstance(content, list | tuple) and all(isinstance(item, str) for item in content):
        return tuple(_clean(item) for item in content)
    raise LabelsError(
        f"{name} holds no class names; JSON may be a list of names, {{name: id}} or {{id: name}}"
    )


def _from_records(records: Iterable[Mapping[str, Any]], name: str) -> tuple[str, ...]:
    pairs: list[tuple[Any, Any]] = []
    for record in records:
        label = next((record[key] for key in _NAME_COLUMNS if key in record), None)
        index = next((record[key] for key in _ID_COLUMNS if key in record), len(pairs))
        if label is None:
            raise LabelsError(f"{name}: a record has none of {', '.join(_NAME_COLUMNS)}")
        pairs.append((label, index))
    return _from_pairs(pairs, name)


def _is_id(value: object) -> bool:
    text = str(value).strip()
    return text.isdecimal() and len(text) <= _MAX_DIGITS


def _from_pairs(pairs: Iterable[tuple[Any, Any]], name: str) -> tuple[str, ...]:
    """Names by id, whichever of the two comes first."""
    pairs = list(pairs)
    if pairs and all(_is_id(second) for _, second in pairs):
        by_id = [(int(second), first) for first, second in pairs]
    elif pairs and all(_is_id(first) for first, _ in pairs):
        by_id = [(int(first), second) for first, second in pairs]
    else:
        raise LabelsError(f"{name} has no column of whole numbers that could be class ids")
    for index, label in by_id:
        if isinstance(label, bool) or not isinstance(label, str | int | float):
            raise LabelsError(f"{name}: class {index} is named {brief(label)}; names must be text")
    by_id.sort(key=lambda pair: pair[0])
    start = by_id[0][0]
    if start not in (0, 1) or [i for i, _ in by_id] != list(range(start, start + len(by_id))):
        raise LabelsError(
            f"{name}: ids must run from 0 to {len(by_id) - 1} without gap or repeat, "
            f"they run from {start} to {by_id[-1][0]}"
        )
    return tuple(_clean(label) for _, label in by_id)


def _from_rows(text: str, path: Path) -> tuple[str, ...]:
    lines = [line for line in text.splitlines() if line.strip()]
    try:
        found = _from_header(lines, path.name)
        rows = _rows(lines, _delimiter(lines, path))
    except csv.Error as error:
        raise LabelsError(f"{path.name} has a line that is no class name: {error}") from error
    if found is not None:
        return found
    if lines and all(len(row) == 2 for row in rows):
        body = rows if any(map(_is_id, rows[0])) else rows[1:]
        if body and any(all(_is_id(row[column]) for row in body) for column in (0, 1)):
            return _from_pairs([(row[0], row[1]) for row in body], path.name)
    if path.suffix.lower() == ".csv" and rows and all(len(row) == 1 for row in rows):
        first = rows[0][0].strip().lower() in _NAME_COLUMNS
        return tuple(_clean(row[0]) for row in rows[first:])
    numbered = [re.match(r"(\d{1,9})[:\s]\s*(\S.*)", line) for line in lines]
    for start in (0, 1):  # UCF101 counts from 1
        if lines and all(m and int(m[1]) == i for i, m in enumerate(numbered, start)):
            return tuple(_clean(m[2]) for m in numbered if m)
    short = all(len(line) <= _MAX_CHARACTERS for line in lines)
    paired = [_NAME_AND_ID.match(line.strip()) for line in lines] if short else []
    if paired and all(paired):
        return _from_pairs([(m["name"], m["id"]) for m in paired if m], path.name)
    return tuple(_clean(line) for line in lines)


def _rows(lines: Sequence[str], delimiter: str) -> list[list[str]]:
    return [row for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True) if row]


def _delimiter(lines: Sequence[str], path: Path) -> str:
    if all("\t" in line for line in lines):
        return "\t"
    semicolons = path.suffix.lower() == ".csv" and all(";" in line for line in lines)
    return ";" if semicolons else ","


def _from_header(lines: Sequence[str], name: str) -> tuple[str, ...] | None:
    """Names by the columns that a first line declares, or None without such a line."""
    for delimiter in ",;\t":
        header = [cell.strip().lower() for row in _rows(lines[:1], delimiter) for cell in row]
        label = next((header.index(c) for c in _NAME_COLUMNS if c in header), None)
        index = next((header.index(c) for c in _ID_COLUMNS if c in header), None)
        if label is None or index is None:
            continue
        rows = _rows(lines, delimiter)[1:]
        short = next((row for row in rows if len(row) <= max(label, index)), None)
        if short is not None:
            raise LabelsError(
                f"{name}: {brief(delimiter.join(short))} has fewer columns than line 1"
            )
        return _from_pairs([(row[label], row[index]) for row in rows], name) if rows else ()
    return None
