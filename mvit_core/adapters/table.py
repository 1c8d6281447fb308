"""The code bases whose attention layers are recorded, in one explicit table.

A row says by which attributes its layers are told and where their parts lie; nothing of the code
bases is imported. All of them project, pool and norm in one of two orders, which hooks tell
(``layer.py``), so a row holds names and no steps.
Sources: facebookresearch/SlowFast and facebookresearch/mvit, pytorch/vision 0.28 (``mvit.py``),
huggingface/pytorch-image-models 1.0 (``mvitv2.py``), facebookresearch/pytorchvideo,
open-mmlab/mmaction2 and mmpretrain.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Literal

import torch
from torch import Tensor, nn

from mvit_core.adapters.finding import attribute_at, module_at
from mvit_core.model.config import HeadActivation
from mvit_core.model.positions import relative_offsets

__all__ = ["ADAPTERS", "Adapter", "adapter_of", "known_titles"]

Offsets = Callable[[int, int], Tensor]
"""Rows of a relative table for (queries, keys) along one axis, int64 (queries, keys)."""


@dataclass(frozen=True)
class Adapter:
    """Names of one code base; a path has dots between attributes, {} stands for q, k or v."""

    name: str
    title: str
    """Its name for people."""
    marks: tuple[str, ...]
    """Attributes that all of its attention layers have, and those of earlier rows lack."""
    patch: str
    """The convolution that makes patches, from the network."""
    classifier: tuple[str, ...]
    """The layer that gives the logits, from the network or from the module around it; the first
    that is there."""
    readout: Callable[[nn.Module], Literal["class", "mean"]]
    """Tokens that a network's prediction is read from."""
    activation: tuple[str, ...] = ()
    """The layer that makes probabilities of logits, where the network does so itself."""
    pool: str = "pool_{}"
    norm: str = "norm_{}"
    out: str = "proj"
    """The projection behind the weighted values."""
    class_token: str = ""
    """Attribute that says whether token 0 is a class token; "" where it always is."""
    residual: tuple[str, ...] = ("residual_pooling",)
    """Attributes of which one says whether the pooled queries are added to the weighted values."""
    scale: str = "scale"
    """Factor of q k^T."""
    call: Callable[[nn.Module, Tensor], object] = lambda module, clips: module(clips)
    """Runs a network of the code base on (B, 3, T, H, W), or on (B, 3, H, W) for images."""
    offsets: Offsets = relative_offsets
    interpolates: bool = True
    """Relative tables of another length are resized; False looks up rows as they are."""

    def is_of(self, layer: nn.Module) -> bool:
        """The layer is an attention layer of this code base."""
        projects = any(isinstance(getattr(layer, name, None), nn.Linear) for name in ("qkv", "q"))
        return projects and all(hasattr(layer, name) for name in self.marks)

    def has_class_token(self, layer: nn.Module) -> bool:
        """Token 0 of an attention layer is a class token."""
        return bool(getattr(layer, self.class_token, False)) if self.class_token else True

    def activation_of(self, network: nn.Module) -> HeadActivation:
        """What makes probabilities of the network's logits."""
        found = (module_at(network, path) for path in self.activation)
        return "sigmoid" if any(isinstance(act, nn.Sigmoid) for act in found) else "softmax"


@lru_cache(maxsize=256)
@torch.inference_mode(False)  # a tensor born in inference mode could not meet autograd later
def _regrouped_offsets(q_size: int, k_size: int) -> Tensor:
    """Order of torchvision's operations, which truncates to other rows at some odd sizes."""
    q_ratio, k_ratio = max(k_size / q_size, 1.0), max(q_size / k_size, 1.0)
    keys = torch.arange(k_size)[None, :] + (1.0 - k_size)
    return (torch.arange(q_size)[:, None] * q_ratio - keys * k_ratio).long()


def _openmmlab_readout(network: nn.Module) -> Literal["class", "mean"]:
    has_class = getattr(network, "with_cls_token", False)
    return "class" if has_class and getattr(network, "output_cls_token", True) else "mean"


def _pytorchvideo_readout(network: nn.Module) -> Literal["class", "mean"]:
    has_class = attribute_at(network, "cls_positional_encoding.cls_embed_on")
    reads_mean = attribute_at(network, "head.sequence_pool.mode") == "mean"
    return "class" if has_class and not reads_mean else "mean"


def _slowfast_readout(network: nn.Module) -> Literal["class", "mean"]:
    reads_mean = getattr(network, "use_mean_pooling", False)
    has_class = getattr(network, "cls_embed_on", getattr(network, "cls_token", None) is not None)
    return "class" if has_class and not reads_mean else "mean"


def _call_slowfast(module: nn.Module, clips: Tensor) -> object:
    """PySlowFast takes a list of pathways; facebookresearch/mvit takes images as they are."""
    return (
        module(clips)
        if clips.ndim == 4 and not hasattr(module, "cls_embed_on")
        else module([clips])
    )


def _call_openmmlab(module: nn.Module, clips: Tensor) -> object:
    """Run a recognizer to its scores; its forward alone ends at the features."""
    extract = getattr(module, "extract_feat", None)
    if extract is None or not hasattr(module, "cls_head"):
        return module(clips)
    return extract(clips[:, None], stage="head")


def _timm_readout(network: nn.Module) -> Literal["class", "mean"]:
    return "class" if getattr(network, "global_pool", None) == "token" else "mean"


_ENTRIES = (
    Adapter(
        name="torchvision",
        title="torchvision",
        marks=("project", "scaler", "pool_q"),
        patch="conv_proj",
        classifier=("head.1", "head"),
        readout=lambda _: "class",
        pool="pool_{}.pool",
        norm="pool_{}.norm_act",
        out="project.0",
        residual=("residual_pool",),
        scale="scaler",
        offsets=_regrouped_offsets,
    ),
    Adapter(
        name="timm",
        title="timm",
        marks=("has_cls_token", "rel_pos_type", "pool_q"),
        patch="patch_embed.proj",
        classifier=("head.fc", "head"),
        readout=_timm_readout,
        class_token="has_cls_token",
        interpolates=False,
    ),
    Adapter(
        name="mmaction2",
        title="mmaction2 and mmpretrain",
        marks=("out_dims", "pool_q"),
        patch="patch_embed.projection",
        classifier=("cls_head.fc_cls", "head.fc"),
        readout=_openmmlab_readout,
        call=_call_openmmlab,
        class_token="with_cls_token",
    ),
    Adapter(
        name="pytorchvideo",
        title="pytorchvideo",
        marks=("has_cls_embed", "_attention_pool_q"),
        patch="patch_embed.patch_model",
        classifier=("head.proj",),
        readout=_pytorchvideo_readout,
        activation=("head.activation",),
        class_token="has_cls_embed",
        residual=("residual_pool",),
    ),
    Adapter(
        name="pyslowfast",
        title="PySlowFast",
        marks=("has_cls_embed", "pool_q"),
        patch="patch_embed.proj",
        classifier=("head.projection",),
        readout=_slowfast_readout,
        call=_call_slowfast,
        activation=("head.act",),
        class_token="has_cls_embed",
    ),
)

ADAPTERS: Mapping[str, Adapter] = MappingProxyType({e.name: e for e in _ENTRIES})
"""By name. The first that a layer is of is taken, so the more particular stand first."""


def adapter_of(layer: nn.Module) -> Adapter | None:
    """The row of an attention layer; None where it is of none."""
    if "num_heads" not in vars(layer):  # asked first, as most modules of a network are none
        return None
    return next((adapter for adapter in ADAPTERS.values() if adapter.is_of(layer)), None)


def known_titles() -> str:
    """All code bases, for a message."""
    return ", ".join(adapter.title for adapter in ADAPTERS.values())
