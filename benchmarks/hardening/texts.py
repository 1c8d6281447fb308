"""Configurations and class names made by hand or changed, to freeze, fill or fool a reader."""

import copy
import json
from collections.abc import Iterator
from itertools import pairwise
from random import Random
from typing import Any

import yaml

from tests.toys import toy_cfg

__all__ = ["changed_configurations", "configurations", "label_files"]

_VALUES: tuple[Any, ...] = (
    0,
    -1,
    1,
    3,
    7,
    513,
    10**6,
    10**9,
    10**18,
    10**400,
    1e308,
    float("nan"),
    float("inf"),
    True,
    None,
    "",
    "x",
    "x" * 100_000,
    [],
    {},
    [[]],
    [[0]],
    [[10**9, 2.0]],
    [1] * 5_000,
    {"a": {"b": {}}},
    "(3, 7, 7)",
    "\x1b[2J",
    "<img src='/dev/zero'>",
)


def configurations() -> Iterator[tuple[str, str]]:
    """YAML and Python texts, each with a name."""
    letters = "abcdefghijklmnopqrstuvwxyz"
    for width in (2, 9):
        rows = [f"a: &a [{', '.join(['lol'] * width)}]"]
        for before, name in pairwise(letters):
            rows.append(f"{name}: &{name} [{', '.join([f'*{before}'] * width)}]")
        yield f"laughs {width}", "\n".join(rows)
        rows = ["a: &a {x: 1}"]
        for before, name in pairwise(letters):
            rows.append(f"{name}: &{name} {{<<: [{', '.join([f'*{before}'] * width)}]}}")
        yield f"merges {width}", "\n".join(rows)
    for count in (100, 100_000):
        for unit, name in (
            ("[", "lists"),
            ("{a: ", "maps"),
            ("- ", "dashes"),
            ("? ", "keys"),
            ("a:\n", "rows"),
            ("!!set {", "sets"),
            ("&a ", "anchors"),
        ):
            yield f"{count} {name}", unit * count
    yield "itself", "MVIT: &a {DEPTH: *a}"
    yield "aliases", "a: &a 1\nb: [" + "*a, " * 50_000 + "1]"
    yield "object", "MVIT: !!python/object/apply:os.system ['true']"
    yield "module", "MVIT: !!python/name:os.system"
    yield "sexagesimal", "MVIT: {DEPTH: " + "59:" * 30_000 + "1}"
    yield "digits", "MVIT: {DEPTH: " + "9" * 100_000 + "}"
    yield "binary", "MVIT: !!binary " + "A" * 100_000
    for size in (1 << 20, 50 << 20):
        yield f"{size} characters", "a: " + "x" * size
        yield f"{size} of comment", "#" * size + "\nMVIT: {}"
    yield "brackets of Python", "x = " + "(" * 100_000
    yield "minuses of Python", "x = " + "-" * 100_000 + "1"
    yield "sums of Python", "x = 1" + "+1" * 60_000
    yield "powers of Python", "model = dict(backbone=dict(depth=10**10**10))"
    yield "calls of Python", "import os\nmodel = os.system('true')"
    yield "no text", "\0\x01\x02"


def changed_configurations(count: int, random: Random) -> Iterator[tuple[str, str]]:
    """A good configuration with one or two values changed, and texts with characters changed."""
    good = yaml.safe_dump(toy_cfg())
    for number in range(count):
        if number % 3 == 2:
            characters = list(good)
            for _ in range(random.randint(1, 8)):
                place = random.randrange(len(characters))
                characters[place] = random.choice(
                    ["", ":", "\n", "[", "{", "&a ", "*a", "!", "\t", "9"]
                )
            yield f"typed {number}", "".join(characters)
            continue
        changed = copy.deepcopy(toy_cfg())
        for _ in range(random.randint(1, 2)):
            section = random.choice([s for s in changed.values() if isinstance(s, dict) and s])
            section[random.choice(list(section))] = random.choice(_VALUES)
        yield f"value {number}", _dumped(changed)


def _dumped(content: Any) -> str:
    try:
        return yaml.safe_dump(content)
    except ValueError:  # a number of more digits than Python writes
        return "MVIT: {DEPTH: 1" + "0" * 400 + "}"


def label_files(count: int, random: Random) -> Iterator[tuple[str, bytes]]:
    """Files of class names, each with its ending in its name."""
    good = [f"class {n}" for n in range(7)]
    forms = {
        "txt": "\n".join(good),
        "csv": "id,name\n" + "\n".join(f"{n},{name}" for n, name in enumerate(good)),
        "json": json.dumps({name: n for n, name in enumerate(good)}),
    }
    yield "markup.txt", "\n".join(["<img src='/dev/zero'>"] * 7).encode()
    yield "escapes.txt", "\n".join(["\x1b]0;x\x07"] * 7).encode()
    yield "long.txt", b"x" * (50 << 20)
    yield "many.txt", b"a\n" * (20 << 20)
    yield "some.txt", b"a\n" * (1 << 20)
    yield "wide.csv", b"id,name\n0," + b"x" * (3 << 20)
    yield "quotes.csv", b'id,name\n0,"' + b'""' * (1 << 20)
    yield "brackets.json", b"[" * 1_000_000
    yield "template brackets.txt", b"[true," + b"[" * 500_000
    yield "template digits.txt", b"[null," + b"9" * 5_000 + b"]"
    yield "objects.json", b"[" + b"{}," * 1_000_000 + b"{}]"
    yield "digits.json", b'{"a": ' + b"9" * 1_000_000 + b"}"
    yield "numbers.json", json.dumps({str(10**n): n for n in range(300)}).encode()
    for number in range(count):
        ending = random.choice(list(forms))
        content = bytearray(forms[ending].encode())
        for _ in range(random.randint(1, 6)):
            content[random.randrange(len(content))] = random.randrange(256)
        yield f"typed {number}.{ending}", bytes(content)
