"""The weights of a TorchScript archive, read as data; the code inside is never run.

The archive's pickle is a tree of modules: each an object of a class of its own code, whose
attributes are further modules, tensors, and switches.
"""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from mvit_core.checkpoint.pickle_codes import BadPickle
from mvit_core.checkpoint.pickle_machine import Settings

__all__ = ["ALLOWED", "MODULES", "module_weights"]

MODULES = re.compile(r"__torch__\.[\w.]+")
"""Classes of the archive's own code: modules, of which the attributes are kept."""

ALLOWED = re.compile(
    rf"{MODULES.pattern}|collections\.OrderedDict|torch\.\w+Storage|torch\._utils\._rebuild_tensor_v2"
    r"|torch\.jit\._pickle\.\w+|torch\.device"
)
"""All that the pickle of such an archive may name."""

_DEEPEST = 64


def module_weights(top: Any) -> dict[str, Tensor]:  # noqa: ANN401 - a tree of unknown shape
    """Parameters and buffers by their dotted names, as ``state_dict()`` would give them.

    Raises:
        BadPickle: it is no tree of modules, or its weights are constants of its code.
    """
    if not isinstance(top, Settings):
        raise BadPickle("it is no TorchScript module")
    found = dict(_weights(top, "", 0))
    if not found:
        raise BadPickle("it is a frozen TorchScript module, whose weights are part of its code")
    return found


def _weights(module: Mapping[Any, Any], prefix: str, depth: int) -> Iterator[tuple[str, Tensor]]:
    if depth > _DEEPEST:
        raise BadPickle(f"modules in it lie more than {_DEEPEST} deep")
    for name, value in module.items():
        if isinstance(value, Tensor):
            yield f"{prefix}{name}", value
        elif isinstance(value, Settings):
            yield from _weights(value, f"{prefix}{name}.", depth + 1)
