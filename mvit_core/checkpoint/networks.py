"""The networks inside a checkpoint file, under whatever names its trainer gave them.

A network is a mapping that holds the weights of blocks and of a patch embedding. Several may lie
beside each other (a network and its moving average, student and teacher), as entries of the file
or as prefixes within one state dict.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from torch import Tensor

from mvit_core.checkpoint.report import listed
from mvit_core.errors import CheckpointReadError, SeveralNetworksError
from mvit_core.printable import brief, printable, word

__all__ = ["STATE_KEYS", "StoredNetwork", "choose_network", "stored_networks", "tensors_of"]

STATE_KEYS = ("model_state", "state_dict", "model_state_dict", "model", "module", "net", "weights")
"""Entries where savers put the weights; of several networks the first of these is meant."""

_SKIPPED = re.compile(r"optim|scaler|scheduler|message_hub|rng|loops|callbacks", re.IGNORECASE)
"""Entries that hold what a trainer needs, never a network."""

_BLOCK = re.compile(r"^(?P<wrapper>(?:.*?\.)??)(?:backbone\.)?(?:blocks|stages|rev_backbone)\.")
_PATCHES = re.compile(
    r"(?:patch_embed\.(?:proj|projection|patch_model)|conv_proj)\.weight$",
)
_DEEPEST = 3
_MOST_ENTRIES = 2_000


@dataclass(frozen=True)
class StoredNetwork:
    """One network of a file."""

    name: str
    """The entry, with dots between entries of entries; "" for the file itself."""
    tensors: Mapping[str, Tensor]
    """Its weights, under the names of the file."""


def stored_networks(top: Mapping[Any, Any]) -> tuple[StoredNetwork, ...]:
    """All networks of a file that may be an MViT, those under usual names first."""
    found = [network for name, entry in _entries(top, "", 0) for network in _inside(name, entry)]
    found.sort(key=lambda network: _rank(network.name))
    return tuple(found)


def choose_network(
    networks: Sequence[StoredNetwork], wanted: str | None, origin: str
) -> StoredNetwork | None:
    """The network that was asked for, or the one that is meant where none was.

    Args:
        networks: of a file.
        wanted: name of an entry, or its end where that is unique.
        origin: the file, for messages.

    Returns:
        None where there is none and none was asked for.

    Raises:
        CheckpointReadError: there is no such network.
        SeveralNetworksError: there are several without a usual name.
    """
    names = listed(
        [f"{n.name or 'the file itself'} ({len(n.tensors)} weights)" for n in networks], 8
    )
    if wanted is not None:
        fitting = [n for n in networks if n.name == wanted] or [
            n for n in networks if f".{n.name}".endswith(f".{wanted}")
        ]
        if len(fitting) != 1:
            raise CheckpointReadError(
                f"{origin} holds no network {brief(wanted, 60)}; it holds {names or 'none'}"
            )
        return fitting[0]
    usual = [n for n in networks if _rank(n.name) < len(STATE_KEYS)]
    if len(networks) > 1 and not usual:
        raise SeveralNetworksError(
            f"{origin} holds several networks: {names}; choose one by its name",
            tuple(network.name for network in networks),
        )
    return next(iter(usual or networks), None)


def tensors_of(entry: Mapping[Any, Any]) -> dict[str, Tensor]:
    """The tensors of a mapping by name."""
    found = ((key, value) for key, value in entry.items() if isinstance(value, Tensor))
    return {key if isinstance(key, str) else brief(key): value for key, value in found}


def _entries(
    entry: Mapping[Any, Any], name: str, depth: int
) -> Iterator[tuple[str, Mapping[str, Tensor]]]:
    """Mappings of tensors, each with its name."""
    tensors = tensors_of(entry)
    if tensors:
        yield name, tensors
    if depth == _DEEPEST or len(entry) > _MOST_ENTRIES:
        return
    for key, value in entry.items():
        if isinstance(value, Mapping) and not _SKIPPED.search(word(key, 60)):
            inner = word(key, 60) if not name else f"{name}.{word(key, 60)}"
            yield from _entries(value, inner, depth + 1)


def _inside(name: str, tensors: Mapping[str, Tensor]) -> Iterator[StoredNetwork]:
    """The networks of one mapping: one, or one for each prefix that stands before a whole one."""
    wrappers = dict.fromkeys(m["wrapper"] for key in tensors if (m := _BLOCK.match(key)))
    whole = [w for w in wrappers if any(_PATCHES.match(_behind(key, w)) for key in tensors)]
    if not whole:
        return
    if len(whole) == 1:
        yield StoredNetwork(name, tensors)
        return
    for wrapper in whole:
        others = tuple(w for w in whole if w != wrapper and not wrapper.startswith(w) and w)
        own = {
            key: value
            for key, value in tensors.items()
            if not key.startswith(others) and (not wrapper or key.startswith(wrapper))
        }
        path = ".".join(filter(None, (name, wrapper.rstrip("."))))
        yield StoredNetwork(printable(path, 120), own)


def _behind(key: str, wrapper: str) -> str:
    rest = key[len(wrapper) :] if key.startswith(wrapper) else ""
    return rest.removeprefix("backbone.")


def _rank(name: str) -> int:
    """Usual names first, in their order; then all others as they come."""
    parts = name.split(".") if name else []
    averaged = any(re.search(r"ema|teacher|momentum|target|averag|shadow", part) for part in parts)
    if not parts:
        return 0
    return (
        STATE_KEYS.index(parts[0]) if parts[0] in STATE_KEYS and not averaged else len(STATE_KEYS)
    )
