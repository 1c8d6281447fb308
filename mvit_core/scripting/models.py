"""A script's model as the path takes it: a checkpoint, a loaded model, or a module in memory."""

from dataclasses import replace
from pathlib import Path
from typing import TypeAlias

import torch
from torch import nn

from mvit_core.checkpoint import LoadedModel, LoadReport, load_model
from mvit_core.errors import CaptureError
from mvit_core.model import MViT
from mvit_core.printable import brief
from mvit_core.video import ClipSpec

__all__ = ["IN_MEMORY", "ModelArgument", "loaded_from", "model_in_memory"]

ModelArgument: TypeAlias = str | Path | LoadedModel | nn.Module
"""The path of a checkpoint, what ``load_model`` gave, or a module in memory."""

IN_MEMORY = "in memory"
"""Format of a model that came from no file."""


def loaded_from(
    model: ModelArgument, device: str | torch.device, clip_spec: ClipSpec | None
) -> LoadedModel:
    """The model with all that goes with it.

    Args:
        model: see ``ModelArgument``.
        device: auto, cpu, cuda, ...; auto leaves a model in memory where it is.
        clip_spec: preprocessing in place of the model's own; a module in memory has none.

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
        module: an ``MViT`` of ``mvit_core.model``.
        clip_spec: how it is fed, which no module says.

    Raises:
        CaptureError: it is another module, in training mode, or nothing says how it is fed.
    """
    kind = type(module).__name__
    if not isinstance(module, MViT):
        raise CaptureError(
            f"the model is {brief(kind)}, which cannot be captured; give the path of a checkpoint, "
            "what load_model gave, or an MViT of mvit_core.model"
        )
    if module.training:
        raise CaptureError(
            "the model is in training mode, in which dropout changes every run; call .eval() first"
        )
    if clip_spec is None:
        raise CaptureError(
            "a model in memory does not say how clips are fed to it; give clip_spec, such as "
            "mvit_core.video.ClipSpec(frames=16, rate=4)"
        )
    weights = next(module.parameters())
    return LoadedModel(
        model=module,
        config=module.config,
        clip_spec=clip_spec,
        classes=None,
        format=IN_MEMORY,
        report=LoadReport(IN_MEMORY, "the module"),
        path=Path(f"<{kind} in memory>"),
        device=weights.device,
        half=weights.dtype != torch.float32,
    )
