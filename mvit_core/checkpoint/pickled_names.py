"""Names of classes and functions in pickles: those of tensors, of known objects, of danger."""

import re
from collections.abc import Iterable

__all__ = ["foreign_names", "is_dangerous", "is_known_object"]

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
    r"torch\.(?:storage\.|cuda\.)?\w*Storage|torch\._utils\._rebuild_\w+|torch\.(?:Size|device)"
    r"|torch\.(?:float|double|half|bfloat|int|long|uint|bool)\w*|torch\.nn\.parameter\.Parameter"
    r"|torch\.per_\w+_affine|torch\.complex\w+|torch\._tensor\._rebuild_from_type_v2"
    r"|torch\.serialization\._get_layout|collections\.(?:OrderedDict|Counter)|_codecs\.encode"
    r"|__builtin__\.set|builtins\.set"
)
"""Names in files of tensors and plain containers."""

_KNOWN_OBJECTS = re.compile(
    r"argparse\.Namespace|collections\.(?:defaultdict|deque)|pathlib\.\w*Path|datetime\.\w+"
    r"|numpy\.(?:dtype|ndarray)|numpy\.dtypes\.\w+|numpy\._?core\.multiarray\.(?:scalar|_reconstruct)"
    r"|(?:yacs|fvcore\.common)\.config\.CfgNode|easydict\.EasyDict"
    r"|omegaconf\.\w+\.\w+|mmengine\.\w+(?:\.\w+)*\.(?:HistoryBuffer|ConfigDict|Config)"
    r"|torch\.optim\.\w+\.\w+"
)
"""Objects that trainers are known to keep beside weights."""


def foreign_names(names: Iterable[str]) -> tuple[str, ...]:
    """Those that no file of tensors and plain containers needs, sorted and fit to be printed."""
    foreign = (name for name in names if not _OF_TENSORS.fullmatch(name))
    return tuple(sorted({re.sub(r"[^\w.<>-]", "?", name)[:80] for name in foreign}))


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
