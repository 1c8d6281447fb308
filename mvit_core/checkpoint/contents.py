"""What a checkpoint file holds, whoever wrote it: weights, a configuration, class names."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from mvit_core.checkpoint.files import read_file, read_json_beside
from mvit_core.errors import CheckpointReadError, WeightsError

StateDict = dict[str, Tensor]

_STATE_KEYS = ("model_state", "state_dict", "model_state_dict", "model", "module", "net", "weights")
"""Where savers put the weights; the first that holds tensors is taken."""

_INNER_WRAPPERS = ("_orig_mod.", "_checkpoint_wrapped_module.", "_fsdp_wrapped_module.")

_LANDMARK = re.compile(
    r"^(?P<wrapper>(?:.*?\.)??)(?:backbone\.)?"
    r"(?:blocks\.\d+\.|stages\.\d+\.blocks\.\d+\.|rev_backbone\.)"
)
"""What stands before the first block is a wrapper, except mmaction2's ``backbone.``."""


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


def read_contents(path: Path) -> Contents:
    """Read a checkpoint file.

    Raises:
        CheckpointReadError: the file cannot be read, or holds no weights.
        WeightsError: weights are sparse, quantised, without values, or no real numbers.
    """
    top, ignored = read_file(path)
    if not isinstance(top, Mapping):
        raise CheckpointReadError(
            f"{path.name} holds a {type(top).__name__}, not a dictionary of weights; "
            "save the model's state_dict()"
        )
    tensors = _tensors(top)
    if not tensors:
        raise CheckpointReadError(
            f"{path.name} holds no weights; its entries are {', '.join(map(str, list(top)[:6]))}"
        )
    for name, value in tensors.items():
        if kind := _foreign_kind(value):
            raise WeightsError(
                f"{name} in {path.name} is {kind}; dense floating-point weights are needed: save "
                "the state_dict() of the model in float32 or half precision"
            )
    tensors, wrapper = _unwrapped(tensors)
    return Contents(
        path=path,
        tensors=tensors,
        wrapper=wrapper,
        configuration=_configuration(top),
        beside=read_json_beside(path),
        class_names=_class_names(top),
        ignored_classes=ignored,
    )


def _tensors(top: Mapping[Any, Any]) -> StateDict:
    for candidate in (*(top.get(key) for key in _STATE_KEYS), top):
        if isinstance(candidate, Mapping):
            found = {str(k): v for k, v in candidate.items() if isinstance(v, Tensor)}
            if found:
                return found
    return {}


def _foreign_kind(value: Tensor) -> str:
    """What keeps a tensor from being used as it is; empty if nothing does."""
    if value.is_meta:
        return "a meta tensor without values"
    if value.is_quantized:
        return f"quantised ({value.dtype})"
    if value.layout != torch.strided:
        return f"sparse ({value.layout})"
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


def _configuration(top: Mapping[Any, Any]) -> str | Mapping[str, Any] | None:
    for found in (top.get("cfg"), _meta(top).get("cfg"), _meta(top).get("config")):
        if isinstance(found, str | Mapping) and found:
            return found
    return None


def _class_names(top: Mapping[Any, Any]) -> tuple[str, ...] | None:
    dataset = _meta(top).get("dataset_meta")
    names = dataset.get("classes") if isinstance(dataset, Mapping) else None
    names = names or _meta(top).get("CLASSES")
    if isinstance(names, list | tuple) and names and all(isinstance(n, str) for n in names):
        return tuple(names)
    return None
