"""Which classes and functions a pickle names, read off its opcodes: nothing is built or called."""

import pickletools
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import IO, Any
from zipfile import ZipFile

__all__ = ["is_dangerous", "is_known_object", "names_in_pickles", "names_in_zip"]

_DANGEROUS_MODULES = frozenset(
    {"os", "posix", "nt", "sys", "subprocess", "shutil", "socket", "runpy", "importlib", "pty",
     "ctypes", "code", "pickle", "webbrowser", "io", "urllib", "http"}
)  # fmt: skip
"""A file that names one of these asks to run something; it is refused although nothing would."""

_HARMLESS_BUILTINS = frozenset(
    {"getattr", "set", "frozenset", "slice", "complex", "dict", "list", "tuple", "object",
     "range", "bytearray", "int", "float", "str", "bool"}
)  # fmt: skip

_OF_TENSORS = re.compile(
    r"torch\.(?:storage\.)?\w*Storage|torch\._utils\._rebuild_\w+|torch\.(?:Size|device)"
    r"|torch\.(?:float|double|half|bfloat|int|long|uint|bool)\w*|torch\.nn\.parameter\.Parameter"
    r"|torch\.serialization\._get_layout|collections\.(?:OrderedDict|Counter)|_codecs\.encode"
    r"|__builtin__\.set|builtins\.set"
)
"""What files of tensors and plain containers name."""

_KNOWN_OBJECTS = re.compile(
    r"argparse\.Namespace|collections\.(?:defaultdict|deque)|pathlib\.\w*Path|datetime\.\w+"
    r"|numpy\.(?:dtype|ndarray)|numpy\.dtypes\.\w+|numpy\._?core\.multiarray\.(?:scalar|_reconstruct)"
    r"|(?:yacs|fvcore\.common)\.config\.CfgNode|easydict\.EasyDict"
    r"|omegaconf\.\w+\.\w+|mmengine\.\w+(?:\.\w+)*\.(?:HistoryBuffer|ConfigDict|Config)"
    r"|torch\.optim\.\w+\.\w+"
)
"""Objects that trainers are known to keep beside weights."""

_PICKLES_OF_AN_OLD_FILE = 5  # magic number, protocol, system, content, keys of storages


def names_in_pickles(path: Path) -> tuple[str, ...]:
    """Names in a file of pickles in a row, as PyTorch wrote it before 1.6, sorted."""
    names: set[str] = set()
    with path.open("rb") as file:
        try:
            for _ in range(_PICKLES_OF_AN_OLD_FILE):
                names.update(_names(file))
        except Exception:  # damaged opcodes may break the analysis in any way, and end it
            return _foreign(names)
    return _foreign(names)


def _foreign(names: Iterable[str]) -> tuple[str, ...]:
    foreign = (name for name in names if not _OF_TENSORS.fullmatch(name))
    return tuple(sorted({re.sub(r"[^\w.<>-]", "?", name)[:80] for name in foreign}))


def names_in_zip(path: Path) -> tuple[str, ...]:
    """Names in the pickle of a zip checkpoint, sorted.

    Raises:
        Exception: of any kind, where archive or pickle are damaged.
    """
    with ZipFile(path) as archive:
        record = next(n for n in archive.namelist() if n.endswith("data.pkl"))
        with archive.open(record) as file:
            return _foreign(_names(file))


def _names(file: IO[bytes]) -> Iterator[str]:
    """The globals of one pickle; a name that was put together counts as unknown."""
    texts: list[str] = []
    memo: dict[Any, str] = {}
    last = ""
    for code, argument, _ in pickletools.genops(file):
        if code.name in ("GLOBAL", "INST"):
            yield str(argument).replace(" ", ".", 1)
        elif code.name == "STACK_GLOBAL":
            yield ".".join(texts[-2:]) or "unknown"
        if code.name == "MEMOIZE" or "PUT" in code.name:
            memo[len(memo) if argument is None else argument] = last
            continue
        pushed = memo.get(argument, "") if "GET" in code.name else argument
        last = pushed if isinstance(pushed, str) else ""
        if last or "UNICODE" in code.name:
            texts.append(last)


def is_dangerous(name: str) -> bool:
    """Does this name ask to run something?"""
    module, _, attribute = name.rpartition(".")
    if module in ("", "builtins", "__builtin__"):  # torch names builtins without their module
        return attribute not in _HARMLESS_BUILTINS
    if module == "pathlib":
        return not attribute.endswith("Path")
    return module.split(".")[0] in _DANGEROUS_MODULES


def is_known_object(name: str) -> bool:
    """Is this a plain object of a known trainer or library?"""
    return _KNOWN_OBJECTS.fullmatch(name) is not None
