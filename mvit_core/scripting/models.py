"""A script's model as the path takes it: a checkpoint, a loaded model, or a module in memory."""

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import torch
from torch import nn

from mvit_core.checkpoint import LoadedModel, load_model
from mvit_core.errors import CaptureError
from mvit_core.model import MViT
from mvit_core.own_model import captured_module
from mvit_core.printable import brief
from mvit_core.video import ClipSpec

__all__ = ["ModelArgument", "loaded_from", "model_in_memory"]

ModelArgument: TypeAlias = str | Path | LoadedModel | nn.Module
"""The path of a checkpoint, what ``load_model`` gave, or a module in memory."""


def loaded_from(
    model: ModelArgument, device: str | torch.device, clip_spec: ClipSpec | None
) -> LoadedModel:
    """The model with all that goes with it.

    Args:
        model: see ``ModelArgument``.
        device: auto, cpu, cuda, ...; auto leaves a model in memory where it is.
        clip_spec: preprocessing in place of the model's own.

    Raises:
        CheckpointError: the checkpoint cannot be loaded, or there is no such device.
        CaptureError: the module cannot be captured as it is.
        DeviceMemoryError: the weights do not fit into the device's memory.
    """
    if isinstance(model, str | Path):
        loaded = load_model(model, device=device)
    else:
        held = model if isinstance(model, LoadedModel) else model_in_memory(model, clip_spec)
        loaded = held if str(device) == "auto" else held.moved(device)
    return loaded if clip_spec is None else replace(loaded, clip_spec=clip_spec)


def model_in_memory(module: nn.Module, clip_spec: ClipSpec | None) -> LoadedModel:
    """A module that is in memory already, as a loaded model; it is not copied and not changed.

    Args:
        module: a network of ours, or of a code base in ``ADAPTERS``; see ``captured_module``.
        clip_spec: how it is fed; None for what its code base publishes.

    Raises:
        CaptureError: it is no module, is a network of ours in training mode, or has no attention
            that is known.
    """
    if not isinstance(module, nn.Module):
        raise CaptureError(
            f"the model is {brief(type(module).__name__)}, which cannot be captured; give the path "
            "of a checkpoint, what load_model gave, or a module of torch"
        )
    if module.training and isinstance(module, MViT):
        raise CaptureError(
            "the model is in training mode, in which dropout changes every run; call .eval() first"
        )
    return captured_module(module, clip_spec)
