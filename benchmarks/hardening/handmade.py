"""Checkpoints made by hand to kill, freeze, fill or fool a careless reader; none runs anything.

Each function yields the content of files of one kind, with a name for each.
"""

import json
import struct
from collections.abc import Callable, Iterator
from functools import partial

from benchmarks.hardening import assembler as a

__all__ = ["KINDS"]

Named = tuple[str, bytes | Callable[[], bytes]]
"""A name, and the content of a file or what makes it."""


def deep_values() -> Iterator[Named]:
    """Containers inside each other, as value, as key, as state and as argument."""
    for depth in (90, 1_000, 100_000, 2_000_000):
        for name, made in _DEEP.items():
            yield f"deep {name} {depth}", partial(_deep, made, depth)


def _deep(made: Callable[[int], bytes], depth: int) -> bytes:
    return a.archive(a.whole(made(depth)), packed=True)


def _tuples(depth: int) -> bytes:
    return a.number(1) + b"\x85" * depth


_DEEP: dict[str, Callable[[int], bytes]] = {
    "tuples": _tuples,
    "lists": lambda n: a.EMPTY_LIST * n + b"a" * (n - 1),
    "dicts": lambda n: b"}K\x01" * n + a.number(1) + b"s" * n,
    "entry": lambda n: a.dictionary([(a.text("model_state"), _tuples(n))]),
    "key": lambda n: a.dictionary([(_tuples(n), a.number(1))]),
    "ordered": lambda n: a.reduced(
        "collections", "OrderedDict", a.EMPTY_LIST + a.tuple_of(_tuples(n), a.number(1)) + b"a"
    ),
    "state": lambda n: a.reduced("argparse", "Namespace") + _tuples(n) + b"b",
    "set": lambda n: b"\x8f(" + _tuples(n) + b"\x90",
    "frozen": lambda n: b"(" + _tuples(n) + b"\x91",
}


def doubled_values() -> Iterator[Named]:
    """Values of two references to one value, again and again."""
    for depth in (20, 40, 60, 90):
        tuples = a.number(1) + b"".join(b"q%cK\x000h%ch%c\x86" % (n, n, n) for n in range(depth))
        yield f"doubled {depth}", a.archive(a.whole(tuples))
        yield f"doubled key {depth}", a.archive(a.whole(a.dictionary([(tuples, a.number(1))])))
        pair = a.dictionary([(a.text("cfg"), tuples), (a.text("model_state"), a.EMPTY_DICT)])
        yield f"doubled cfg {depth}", a.archive(a.whole(pair))
        lists = b"]q\x00" + b"".join(b"](h%ch%ceq%c" % (n, n, n + 1) for n in range(depth))
        yield f"doubled lists {depth}", a.archive(a.whole(a.tuple_of(lists)))
        yield f"doubled frozen {depth}", a.archive(a.whole(b"(" + tuples + b"\x91"))


def floods() -> Iterator[Named]:
    """Very many opcodes, values, names and marks in few bytes."""
    for unit, name in (
        (b"(", "marks"),
        (b"]", "lists"),
        (b"}", "dicts"),
        (b"N", "nones"),
        (b"N\x94", "memo"),
        (b"\x8f", "sets"),
        (b"K\x01\x85", "tuples"),
        (b"ca\nb\n", "names"),
        (b"2", "copies"),
        (b"\x80\x02", "protocols"),
        (b"X\x00\x00\x00\x00", "texts"),
        (b"I1\n", "digits"),
        (b"ccollections\nOrderedDict\n)R", "ordered"),
        (b"cargparse\nNamespace\n)R", "spaces"),
    ):
        for count in (1, 40, 300):
            yield f"flood of {name} {count}", partial(a.mebibytes, unit, count, b"\x80\x02N", b".")
    for count in (1, 100, 300):
        begin = b"\x80\x02X" + struct.pack("<I", count << 20)
        yield f"long text {count}", partial(a.mebibytes, b"a", count, begin, b".")
        begin = b"\x80\x02X" + struct.pack("<I", (count << 20) + 4)
        yield f"wide text {count}", partial(a.mebibytes, b"a", count, begin + "𝄞".encode(), b".")
        begin = b"\x80\x02\x8b" + struct.pack("<i", count << 20)
        yield f"long number {count}", partial(a.mebibytes, b"\x7f", count, begin, b".")
        yield f"digits {count}", partial(a.mebibytes, b"9", count, b"\x80\x02L", b"L\n.")
        yield f"line {count}", partial(a.mebibytes, b"a", count, b"\x80\x02c", b"\nb\n.")


def collisions() -> Iterator[Named]:
    """Keys whose hashes are equal."""
    modulus = (1 << 61) - 1
    whole = [(a.number(modulus * n), b"N") for n in range(1, 100_000)]
    yield "equal hashes of numbers", a.archive(a.whole(a.dictionary(whole)), packed=True)
    for count in (1_000, 100_000):
        pairs = [(a.tuple_of(a.number(n), a.number(-n)), b"N") for n in range(count)]
        yield f"tuple keys {count}", a.archive(a.whole(a.dictionary(pairs)), packed=True)


def tensors() -> Iterator[Named]:
    """Shapes, strides, offsets and counts beyond what the file holds."""
    huge = (10**12, 1 << 47, 1 << 62, 1 << 70, -1)
    shapes = [((n,), (s,), 0) for n in (*huge, 3) for s in (0, 1, 1 << 62, -1)]
    shapes += [((n, n), (1, 1), 0) for n in (10**6, 10**9)]
    shapes += [((1,), (1,), offset) for offset in (*huge, 2)]
    shapes += [
        ((1,) * 5_000, (1,) * 5_000, 0),
        ((2,) * 60, (0,) * 60, 0),
        ((), (), 5),
        ((2,), (), 0),
    ]
    for number, (size, stride, offset) in enumerate(shapes):
        value = a.tensor("0", 1, size, stride, offset)
        for key in ("blocks.0.norm1.weight", "extra"):
            yield f"tensor {number} {key}", _state({key: value}, {"0": b"\0" * 4})
    for count in (10**12, 1 << 62, 1 << 90, -5, 0):
        value = a.tensor("0", count, (1,), (1,))
        yield f"storage of {count}", _state({"blocks.0.norm1.weight": value}, {"0": b"\0" * 4})
    for kind in ("QInt8Storage", "NoStorage", "ComplexFloatStorage", "BoolStorage"):
        value = a.tensor("0", 1, (1,), (1,), storage=kind)
        yield f"a {kind}", _state({"blocks.0.norm1.weight": value}, {"0": b"\0" * 16})
    shared = {f"blocks.0.w{n}": a.tensor("0", 1 << 20, (1 << 20,), (1,)) for n in range(5_000)}
    yield "many views of one", _state(shared, {"0": b"\0" * (4 << 20)})
    yield "a missing storage", _state({"x": a.tensor("no", 1, (1,), (1,))}, {})
    yield "a storage of bombs", _packed_storage(1 << 28)
    yield "a storage of zeros", _packed_storage(1 << 24)


def _packed_storage(count: int) -> bytes:
    value = a.tensor("0", count // 4, (count // 4,), (1,))
    pairs = a.dictionary([(a.text("blocks.0.norm1.weight"), value)])
    return a.archive(a.whole(pairs), {"0": b"\0" * count}, packed=True)


def names() -> Iterator[Named]:
    """Names of weights that count, shout, hide or never end."""
    value = a.tensor("0", 4, (4,), (1,))
    parts = ("norm1.weight", "norm1.bias", "mlp.fc1.weight", "attn.qkv.weight")
    forms = ("blocks.{}.", "backbone.blocks.{}.", "stages.{}.blocks.0.", "rev_backbone.layers.{}.")
    for zeros in (4, 9, 30, 5_000):
        for form in forms:
            state = {form.format("1" + "0" * zeros) + part: value for part in parts}
            state["patch_embed.proj.weight"] = value
            yield f"index of {zeros} zeros, {form}", _state(state, {"0": b"\0" * 16})
    for name in (
        "<img src='/dev/zero'>",
        "\x1b]0;owned\x07\x1b[2J",
        "a\nb\rc",
        "\u202eevil",
        "x" * 15_000_000,
        "\ud800",
        "\0",
        "../../etc/passwd",
        "%s%n{0}{x!r}",
        "=cmd|' /C calc'!A0",
    ):
        yield f"name {name[:8]!r}", _state({f"{name}.weight": value}, {"0": b"\0" * 16})
        pairs = [(a.text(name), a.number(1)), (a.text("cfg"), a.text(name))]
        yield f"key {name[:8]!r}", a.archive(a.whole(a.dictionary(pairs)))
        called = a.reduced("os", name.replace("\n", "")[:100_000] or "x")
        yield f"class {name[:8]!r}", a.archive(a.whole(called))


def _state(state: dict[str, bytes], storages: dict[str, bytes]) -> bytes:
    pairs = a.dictionary((a.text(name), value) for name, value in state.items())
    top = a.dictionary([(a.text("model_state"), pairs)])
    return a.archive(a.whole(top), storages)


def calls() -> Iterator[Named]:
    """Pickles that ask to run something, in every way that the opcodes know."""
    word = a.text("true")
    asked = {
        "reduce": a.reduced("os", "system", word),
        "inst": b"(" + word + b"ios\nsystem\n",
        "obj": b"(" + a.named("os", "system") + word + b"o",
        "newobj": a.named("builtins", "eval") + a.tuple_of(word) + b"\x81",
        "newobj_ex": a.named("builtins", "eval") + a.tuple_of(word) + b"}\x92",
        "stack": a.text("os") + a.text("system") + b"\x93" + a.tuple_of(word) + b"R",
        "hidden": a.text("os")
        + a.text("system")
        + a.text("x")
        + b"0\x93"
        + a.tuple_of(word)
        + b"R",
        "getattr": a.reduced("builtins", "getattr", a.named("os", "path"), a.text("join")),
        "build": a.named("os", "path") + b"}b",
        "extension": b"\x82\x01",
        "persistent": b"Pos.system\n",
        "buffer": b"\x97",
    }
    for name, value in asked.items():
        yield f"call by {name}", a.archive(a.whole(value))
        yield f"call by {name}, bare", a.whole(value)


def archives() -> Iterator[Named]:
    """Directories of archives that say what is not so."""
    good = a.archive(a.whole(a.EMPTY_DICT))
    place = good.rfind(b"PK\x05\x06")
    for offset, form in ((8, "<H"), (10, "<H"), (12, "<L"), (16, "<L")):
        for value in (0, 1, 0xFFFF, 0xFFFFFFFF, 0x7FFFFFFF):
            changed = bytearray(good)
            struct.pack_into(
                form, changed, place + offset, value & (0xFFFF if form == "<H" else -1)
            )
            yield f"directory {offset} {value}", bytes(changed)
    entry = good.find(b"PK\x01\x02")
    for offset, form in ((10, "<H"), (20, "<L"), (24, "<L"), (28, "<H"), (30, "<H"), (42, "<L")):
        for value in (1, 8, 0xFFFF, 0x7FFFFFFF):
            changed = bytearray(good)
            struct.pack_into(
                form, changed, entry + offset, value & (0xFFFF if form == "<H" else -1)
            )
            yield f"entry {offset} {value}", bytes(changed)
    yield "only an end", b"PK\x03\x04" + b"\0" * 30 + good[place:]
    yield "many entries", _many_entries(200_000)


def _many_entries(count: int) -> bytes:
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", *[0] * 6, *[0] * 3, 1, *[0] * 4, 0, 0) + b"a"
    directory = entry * count
    few = min(count, 0xFFFF)
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, few, few, len(directory), 30, 0)
    return b"PK\x03\x04" + b"\0" * 26 + directory + end


def headers() -> Iterator[Named]:
    """Headers of safetensors files."""
    row = {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}
    rows: list[object] = [
        {},
        [],
        {"a": 1},
        {"a": {}},
        {"a": {**row, "shape": [10**12]}},
        {"a": {**row, "shape": [-1]}},
        {"a": {**row, "data_offsets": [0, 1 << 60]}},
        {"a": {**row, "data_offsets": [8, 4]}},
        {"a": {**row, "dtype": "X" * 10_000}},
        {"a": {**row, "shape": [1] * 5_000}},
        {"x" * 1_000_000: row},
        {f"blocks.{10**9}.norm1.weight": row},
        {"a": {**row, "shape": "1"}},
        {"a": {**row, "data_offsets": [[0], 4]}},
    ]
    for number, content in enumerate(rows):
        header = json.dumps(content).encode()
        yield f"header {number}", struct.pack("<Q", len(header)) + header + b"\0" * 4
    for size in (1, 1 << 20, 1 << 27):
        yield f"header says {size}", struct.pack("<Q", size) + b'{"a":'
    nested = b'{"a":' + b"[" * 200_000
    yield "header of brackets", struct.pack("<Q", len(nested)) + nested
    flat = b'{"a":[' + b"{}," * 5_000_000 + b"{}]}"
    yield "header of objects", struct.pack("<Q", len(flat)) + flat


KINDS: tuple[Callable[[], Iterator[Named]], ...] = (
    deep_values,
    doubled_values,
    floods,
    collisions,
    tensors,
    names,
    calls,
    archives,
    headers,
)
"""Every kind of file."""
