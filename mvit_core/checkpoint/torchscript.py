"""The weights of a TorchScript archive, read as data; the code inside is never run.

The archive's pickle is a tree of modules: each an object of a class of its own code, whose
attributes are further modules, tensors, and switches.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from torch import Tensor

from mvit_core.checkpoint.limits import Check
from mvit_core.checkpoint.pickle_codes import BadPickle
from mvit_core.checkpoint.pickle_machine import Settings
from mvit_core.checkpoint.pickle_scan import scan
from mvit_core.checkpoint.pickle_values import plain_values
from mvit_core.checkpoint.stored_tensors import CALLS, Storage

__all__ = ["ForeignNames", "script_weights"]

_MODULES = re.compile(r"__torch__\.[\w.]+")
"""Classes of the archive's own code: modules, of which the attributes are kept."""

_ALLOWED = re.compile(
    rf"{_MODULES.pattern}|collections\.OrderedDict|torch\.\w+Storage|torch\._utils\._rebuild_tensor_v2"
    r"|torch\.jit\._pickle\.\w+|torch\.device"
)
"""All that the pickle of such an archive may name."""

_DEEPEST = 64


class ForeignNames(BadPickle):
    """The pickle of an archive names what none that was exported by PyTorch names."""

    def __init__(self, names: tuple[str, ...]) -> None:
        super().__init__(names)
        self.names = names


def script_weights(
    content: bytearray, persistent: Callable[[Any], Storage], check: Check
) -> dict[str, Tensor]:
    """Parameters and buffers by their dotted names, as ``state_dict()`` would give them.

    Args:
        content: the archive's pickle.
        persistent: gives the storage of a persistent identity.
        check: called from time to time; raising from it ends the reading.

    Raises:
        ForeignNames: it names other classes than its own modules and those of tensors.
        BadPickle: it is no tree of modules, or its weights are constants of its code.
    """
    outline = scan(content, check=check)
    if not outline.all_names_match(_ALLOWED):
        raise ForeignNames(tuple(n for n in outline.foreign if not _ALLOWED.fullmatch(n)))
    top = plain_values(
        content, calls=CALLS, persistent=persistent, names=outline.names, kept=_MODULES, check=check
    )
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
