"""Reads what a checkpoint file holds, whoever wrote it: weights, a configuration, class names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from torch import Tensor

from mvit_core.checkpoint.advice import about_weights
from mvit_core.checkpoint.files import fill, opened_file, read_json_beside
from mvit_core.checkpoint.limits import LIMITS, Check
from mvit_core.checkpoint.networks import (
    STATE_KEYS,
    choose_network,
    stored_networks,
    tensors_of,
)
from mvit_core.checkpoint.report import listed
from mvit_core.checkpoint.stored_tensors import kind_of
from mvit_core.errors import CheckpointReadError, WeightsError
from mvit_core.printable import printable, word

StateDict = dict[str, Tensor]

_INNER_WRAPPERS = ("_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module.")

_LANDMARK = re.compile(
    r"^(?P<wrapper>(?:.*?\.)??)(?:backbone\.)?"
    r"(?:blocks\.\d+\.|stages\.\d+\.blocks\.\d+\.|rev_backbone\.)"
)
"""Prefix before the first block: a wrapper, except mmaction2's ``backbone.``."""


@dataclass(frozen=True)
class Contents:
    """A checkpoint file, read but not yet understood."""

    path: Path
    tensors: StateDict
    """Weights under the names of the model that was saved, wrappers removed."""
    wrapper: str
    """The prefix that was removed, for example ``module.``; empty for none."""
    configuration: str | Mapping[str, Any] | None
    """The text or mapping found inside, not yet parsed."""
    beside: Mapping[str, Any] | None
    """``config.json`` of the same folder, as Hugging Face keeps it."""
    class_names: tuple[str, ...] | None
    """Names stored with the weights."""
    ignored_classes: tuple[str, ...]
    """Python classes in the file that were not understood, and not needed."""
    weights: str = ""
    """The entry that the weights were read from; "" for the file itself."""
    note: str = ""
    """Note for readers of the result, on the file itself."""
    networks: tuple[str, ...] = ()
    """All entries that hold a network, the one that was read among them."""


def read_contents(
    path: Path, check: Check = lambda: None, *, weights: str | None = None
) -> Contents:
    """Read a checkpoint file.

    Args:
        path: the file.
        check: called every few milliseconds; raising from it ends the reading.
        weights: which network of a file that holds several, by the name of its entry.

    Raises:
        CheckpointReadError: the file cannot be read, or holds no weights.
        WeightsError: weights are sparse, quantised, without values, or no real numbers.
    """
    with opened_file(path, check) as tree:
        top, ignored = tree.top, tree.ignored_classes
        if not isinstance(top, Mapping):
            raise CheckpointReadError(
                f"{path.name} holds a {type(top).__name__}, not a dictionary of weights; "
                "save the model's state_dict()"
            )
        networks = stored_networks(top)
        network = choose_network(networks, weights, path.name)
        tensors = _tensors(top) if network is None else dict(network.tensors)
        _check_weights(tensors, top, path)
        tensors, wrapper = _unwrapped(fill(path, tensors))
    return Contents(
        path=path,
        tensors=tensors,
        wrapper=wrapper,
        configuration=_configuration(top),
        beside=read_json_beside(path),
        class_names=_class_names(top),
        ignored_classes=ignored,
        note=tree.note,
        weights="" if network is None else network.name,
        networks=tuple(network.name for network in networks),
    )


def _check_weights(tensors: StateDict, top: Mapping[Any, Any], path: Path) -> None:
    """Refuse weights that cannot be used, before any of them is read."""
    keys = [word(key, 60) for key in top]
    if about := about_weights(tensors, keys, path):
        raise CheckpointReadError(f"{path.name} is {about}")
    if not tensors:
        raise CheckpointReadError(
            f"{path.name} holds no weights; its entries are {listed(keys, 6) or 'none'}"
        )
    if len(tensors) > LIMITS.weights:
        raise CheckpointReadError(
            f"{path.name} holds {len(tensors)} weights; at most {LIMITS.weights} are read"
        )
    for name, value in tensors.items():
        if len(name) > LIMITS.name_characters or _has_large_index(name):
            raise WeightsError(
                f"a weight in {path.name} is called {printable(name, 80)}; names have at most "
                f"{LIMITS.name_characters} characters, and numbers in them lie below "
                f"{LIMITS.weight_index}"
            )
        if kind := _foreign_kind(value):
            raise WeightsError(
                f"{printable(name, 120)} in {path.name} is {kind}; dense floating-point weights "
                "are needed: save the state_dict() of the model in float32 or half precision"
            )


def _has_large_index(name: str) -> bool:
    """Does a name count blocks beyond all sense? Loops over them would never end."""
    numbers = (part for part in name.split(".") if part.isdecimal())
    return any(len(part) > 9 or int(part) >= LIMITS.weight_index for part in numbers)


def _tensors(top: Mapping[Any, Any]) -> StateDict:
    """Weights of a file that holds no network, for what can be said about them."""
    for candidate in (*(top.get(key) for key in STATE_KEYS), top):
        if isinstance(candidate, Mapping) and (found := tensors_of(candidate)):
            return found
    return {}


def _foreign_kind(value: Tensor) -> str:
    """Reason why a tensor cannot be used as it is; empty if it can."""
    if kind := kind_of(value):
        return kind
    if value.is_complex() or (value.is_floating_point() and value.dtype.itemsize < 2):
        return f"of type {value.dtype}"
    return ""


def _unwrapped(tensors: StateDict) -> tuple[StateDict, str]:
    inner = [w for w in _INNER_WRAPPERS if any(w in name for name in tensors)]
    for wrapper in inner:
        tensors = {name.replace(wrapper, ""): value for name, value in tensors.items()}
    landmarks = (_LANDMARK.match(name) for name in tensors)
    outer = next((m["wrapper"] for m in landmarks if m), "")
    stripped = {name.removeprefix(outer): value for name, value in tensors.items()}
    return stripped, outer + "".join(inner)


def _meta(top: Mapping[Any, Any]) -> Mapping[Any, Any]:
    meta = top.get("meta")
    return meta if isinstance(meta, Mapping) else {}


_CONFIGURATION_KEYS = ("cfg", "config", "CFG", "opt", "args")


def _configuration(top: Mapping[Any, Any]) -> str | Mapping[str, Any] | None:
    """Candidates for a configuration: of PySlowFast, of mmengine, or one that Lightning keeps."""
    hidden = top.get("hyper_parameters")
    places = [top, _meta(top), *([hidden] if isinstance(hidden, Mapping) else [])]
    for place in places:
        for key in _CONFIGURATION_KEYS:
            found = place.get(key)
            if isinstance(found, str | Mapping) and _may_configure(found, key):
                return found
    return hidden if isinstance(hidden, Mapping) and "MVIT" in hidden else None


def _may_configure(found: str | Mapping[Any, Any], key: str) -> bool:
    """A text that is no path, or sections; a trainer's own arguments have none of a network."""
    if isinstance(found, str):
        return bool(found) and (key == "cfg" or "\n" in found)
    return bool(found) and any(key in found for key in ("MVIT", "MODEL", "model", "backbone"))


def _class_names(top: Mapping[Any, Any]) -> tuple[str, ...] | None:
    dataset = _meta(top).get("dataset_meta")
    names = dataset.get("classes") if isinstance(dataset, Mapping) else None
    names = names or _meta(top).get("CLASSES")
    if isinstance(names, list | tuple) and names and all(isinstance(n, str) for n in names):
        return tuple(names)
    return None
