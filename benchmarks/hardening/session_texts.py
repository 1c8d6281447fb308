"""Session files made by hand or changed, to freeze, fill or fool the window."""

import base64
import copy
import json
from collections.abc import Iterator
from random import Random
from typing import Any

__all__ = ["changed_pages", "pages", "texts"]

Named = tuple[str, bytes]

_VALUES: tuple[Any, ...] = (
    None,
    True,
    -1,
    0,
    1,
    10**9,
    10**400,
    -(10**18),
    1e308,
    float("nan"),
    float("inf"),
    "",
    "x" * 100_000,
    "<img src='/dev/zero'>",
    "\x1b[2J\u202e",
    "\ud800",
    "\0",
    [],
    {},
    [[]],
    [1] * 5_000,
    {"a": {"b": {}}},
    {"x" * 1_000: 1},
)

_PATHS = (
    "/dev/zero",
    "/dev/stdin",
    "/proc/self/mem",
    "/proc/kmsg",
    "/",
    "..",
    "case.mvitlens",
    "toy.pyth",
    "none.mp4",
    "\0",
    "x" * 5_000,
    "a/" * 2_000,
    "http://127.0.0.1:9/x.mp4",
    "concat:a|b",
    "<img src='/dev/zero'>.mp4",
)

_WORDS = ("row", "column", "rollout", "mean", "max", "compare", "heads", "viridis", "range", "clip")

_MEMBERS = ("block", "head", "query", "method", "gamma", "colormap", "manual_range", "opacity")


def texts() -> Iterator[Named]:
    """Texts that are no session at all, or hardly one."""
    for count in (100, 200_000):
        yield f"{count} brackets", b"[" * count
        yield f"{count} objects", b'{"a":' * count
    yield "digits", b'{"kind": "MViT Lens session", "version": ' + b"9" * 100_000 + b"}"
    yield "empty", b""
    yield "zeros", bytes(4_096)
    yield "no UTF-8", b"\xff\xfe" * 100
    yield "17 MB", b" " * (17 << 20)
    yield (
        "a later form",
        b'{"kind": "MViT Lens session", "version": 99, "written_by": "\\u001b[2J"}',
    )
    yield "not an object", b"[1, 2]"
    yield "another kind", b'{"kind": "<img src=/dev/zero>"}'


def pages(page: dict[str, Any], folder: str) -> Iterator[Named]:
    """The page with one hostile thing in it."""
    for path in _PATHS:
        for role in ("clip", "checkpoint"):
            yield f"{role} is {path[:30]!r}", _with(page, ("files", role), _ref(path, folder))
    for number, layout in enumerate(_layouts()):
        yield f"layout {number}", _with(page, ("place", "layout"), layout)
    for name in _MEMBERS:
        group = "map" if name in ("block", "head", "query", "method") else "heat"
        for value in _VALUES[:14]:
            yield f"{name} is {str(value)[:20]!r}", _with(page, ("view", group, name), value)
    marker = {"frame": 3, "name": "<img src='/dev/zero'>" * 50}
    yield "markers", _with(page, ("view", "markers"), [{"frame": i} for i in range(50_000)])
    yield "names of markers", _with(page, ("view", "markers"), [marker] * 100)
    yield "pinned", _with(page, ("view", "pinned_classes"), list(range(100_000)))
    yield "panes", _with(page, ("view", "panes"), _panes(folder, 1_000))
    yield "three panes", _with(page, ("view", "panes"), _panes(folder, 3))
    yield "views", _with(page, ("view", "views"), {"windows": 10**9, "crops": 10**6})
    yield "clip_spec", _with(page, ("view", "clip_spec"), {"frames": 10**9, "rate": 1, "size": 1})
    yield "zoom", _with(page, ("place", "zoom"), 1e300)
    yield "centre", _with(page, ("place", "centre"), [1e300, -1e300])
    yield "roles", _with(page, ("files",), {f"role {i}": _ref("a", folder) for i in range(5_000)})
    yield "unknown", json.dumps({**page, **{f"key {i}": i for i in range(5_000)}}).encode()


def changed_pages(page: dict[str, Any], count: int, random: Random) -> Iterator[Named]:
    """The page with one to three of its values replaced, by likely or hostile ones, or removed."""
    for number in range(count):
        changed = copy.deepcopy(page)
        for _ in range(random.randint(1, 3)):
            holder, key = random.choice(list(_places(changed)))
            if random.random() < 0.15:
                del holder[key]
            else:
                holder[key] = _other(holder[key], random)
        yield f"value {number}", _dumped(changed)


def _other(value: Any, random: Random) -> Any:
    """Another value; every other time of the same type, so that more than its type is looked at."""
    if random.random() < 0.5:
        return copy.deepcopy(random.choice(_VALUES))
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return random.choice((0, 1, 2, 3, 7, 23, 24, 1_000, 0.5, -0.5, 1e9, -1))
    if isinstance(value, str):
        return random.choice((*_WORDS, value[::-1], value * 50))
    return [3, 4, 5] if value is None else value


def _places(value: Any) -> Iterator[tuple[Any, Any]]:
    """Every place of the page, as the object that holds it and its key there."""
    keys = list(value) if isinstance(value, dict) else range(len(value))
    for key in keys:
        yield value, key
        if isinstance(value[key], dict | list):
            yield from _places(value[key])


def _with(page: dict[str, Any], place: tuple[str, ...], value: Any) -> bytes:
    changed = copy.deepcopy(page)
    holder: Any = changed
    for name in place[:-1]:
        holder = holder.setdefault(name, {})
    holder[place[-1]] = value
    return _dumped(changed)


def _dumped(page: dict[str, Any]) -> bytes:
    try:
        return json.dumps(page).encode("utf-8", "surrogatepass")
    except ValueError:  # a number of more digits than Python writes
        return b'{"kind": "MViT Lens session", "version": 1' + b"0" * 5_000 + b"}"


def _ref(path: str, folder: str) -> dict[str, str]:
    absolute = path if path.startswith("/") else f"{folder}/{path}"
    return {"relative": path, "absolute": absolute, "digest": "0" * 64}


def _layouts() -> Iterator[str]:
    random = Random(0)
    yield "x" * 1_000_000
    yield "="
    for size in (1, 16, 400, 60_000):
        yield base64.b64encode(random.randbytes(size)).decode()
    beginning = b"\0\0\0\xff\0\0\0\0\xfd"  # as Qt begins a layout; then numbers beyond sense
    for size in (4, 40, 400):
        yield base64.b64encode(beginning + b"\xff" * size).decode()
        yield base64.b64encode(beginning + random.randbytes(size)).decode()


def _panes(folder: str, count: int) -> list[dict[str, Any]]:
    spec = {"block": 1, "head": "mean", "query": "readout", "method": "row"}
    source = {"checkpoint": f"{folder}/toy.pyth"}
    fed = {"frames": 4, "rate": 4, "size": 32}
    clip = f"{folder}/none.mp4"
    return [{"clip": clip, "model": source, "clip_spec": fed, "map": spec}] * count
