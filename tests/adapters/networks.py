"""Whole stand-ins: patches, blocks of ``standins.py`` and heads, under their code bases' names."""

from functools import partial

import torch
from torch import Tensor, nn

from mvit_core.model import MViTConfig
from tests.adapters.standins import (
    Block,
    OpenMMLabAttention,
    SlowFastAttention,
    VideoAttention,
)


class _Patches(nn.Module):
    """Patches under the name that a code base has for their convolution."""

    def __init__(self, config: MViTConfig, name: str, flat: bool) -> None:
        super().__init__()
        kind, first = (nn.Conv2d, 1) if flat else (nn.Conv3d, 0)
        window = config.patch_window
        sizes = (size[first:] for size in (window.kernel, window.stride, window.padding))
        self.add_module(name, kind(config.in_channels, config.embed_dim, *sizes))
        self._name = name

    def forward(self, x):
        """Tokens (B, N, C) and their size."""
        patches = getattr(self, self._name)(x)
        return patches.flatten(2).transpose(1, 2), list(patches.shape[2:])


class _Trunk(nn.Module):
    """Everything but the head; ``positions`` holds whatever absolute positions there are."""

    def __init__(self, config: MViTConfig, attention, patch: str, *, flat: bool = False) -> None:
        super().__init__()
        self.config = config
        self.patch_embed = _Patches(config, patch, flat)
        self.blocks = nn.ModuleList(
            Block(config, block, attention(config, block), flat) for block in config.blocks
        )

    def add_class_token(self, owner: nn.Module) -> None:
        """Give the module that holds positions a class token, where there is one."""
        if self.config.has_cls_embed:
            owner.cls_token = nn.Parameter(torch.randn(1, 1, self.config.embed_dim))

    def tokens(self, x, positions: nn.Module):
        """(B, N, C) that leave the last block, and their size."""
        x, size = self.patch_embed(x)
        if getattr(positions, "cls_token", None) is not None and self.config.has_cls_embed:
            x = torch.cat((positions.cls_token.expand(len(x), -1, -1), x), dim=1)
        x = x + _absolute(positions, size)
        for block in self.blocks:
            x, size = block(x, size)
        return x, size


def _absolute(positions: nn.Module, size) -> Tensor | float:
    joint = getattr(positions, "pos_embed", None)
    if joint is not None:
        return joint
    space = getattr(positions, "pos_embed_spatial", None)
    if space is None:
        return 0.0
    time = positions.pos_embed_temporal
    table = space.repeat(1, size[0], 1) + time.repeat_interleave(size[1] * size[2], dim=1)
    head = getattr(positions, "pos_embed_class", None)
    return table if head is None else torch.cat((head, table), dim=1)


class SlowFastMViT(_Trunk):
    """PySlowFast's ``MViT``: takes a list, and gives probabilities in evaluation."""

    def __init__(self, config: MViTConfig, flat: bool = False) -> None:
        attention = partial(SlowFastAttention, flat=flat)
        super().__init__(config, attention, "proj", flat=flat)
        self.add_class_token(self)
        self.cls_embed_on = config.has_cls_embed
        self.use_mean_pooling = config.readout == "mean_before_norm"
        self.norm = nn.LayerNorm(config.head_dim, eps=config.norm_eps)
        self.head = nn.Module()
        self.head.projection = nn.Linear(config.head_dim, config.num_classes)
        self.head.act = nn.Sigmoid() if config.head_act == "sigmoid" else nn.Softmax(dim=1)

    def forward(self, x):
        """(B, classes)."""
        x, _ = self.tokens(x[0] if isinstance(x, list) else x, self)
        if self.use_mean_pooling:
            x = self.norm(x[:, int(self.cls_embed_on) :].mean(1))
        elif self.cls_embed_on:
            x = self.norm(x)[:, 0]
        else:
            x = self.norm(x).mean(1)
        x = self.head.projection(x)
        return x if self.training else self.head.act(x)


class VideoMViT(_Trunk):
    """pytorchvideo's ``MultiscaleVisionTransformers``."""

    def __init__(self, config: MViTConfig) -> None:
        super().__init__(config, VideoAttention, "patch_model")
        self.cls_positional_encoding = nn.Module()
        self.add_class_token(self.cls_positional_encoding)
        self.cls_positional_encoding.cls_embed_on = config.has_cls_embed
        self.norm_embed = nn.LayerNorm(config.head_dim, eps=config.norm_eps)
        self.head = nn.Module()
        self.head.sequence_pool = nn.Module()
        self.head.sequence_pool.mode = "cls" if config.has_cls_embed else "mean"
        self.head.proj = nn.Linear(config.head_dim, config.num_classes)

    def forward(self, x):
        """(B, classes)."""
        x, _ = self.tokens(x, self.cls_positional_encoding)
        x = self.norm_embed(x)
        return self.head.proj(x[:, 0] if self.head.sequence_pool.mode == "cls" else x.mean(1))


class _OpenMMLabBackbone(_Trunk):
    def __init__(self, config: MViTConfig) -> None:
        super().__init__(config, OpenMMLabAttention, "projection")
        self.add_class_token(self)
        self.with_cls_token = self.output_cls_token = config.has_cls_embed
        self.norm2 = nn.LayerNorm(config.head_dim, eps=config.norm_eps)

    def forward(self, x):
        """Patch map and class token of the last stage."""
        x, _ = self.tokens(x, self)
        x = self.norm2(x)
        return x[:, int(self.with_cls_token) :], x[:, 0]


class Recognizer(nn.Module):
    """mmaction2's ``Recognizer3D``: views (B, V, C, T, H, W) come side by side."""

    def __init__(self, config: MViTConfig) -> None:
        super().__init__()
        self.backbone = _OpenMMLabBackbone(config)
        self.cls_head = _OpenMMLabHead(config)

    def extract_feat(self, inputs, stage: str = "neck"):
        """Features of views side by side, or the scores of the head; no options for losses."""
        features = self.backbone(inputs.flatten(0, 1))
        return (features if stage == "neck" else self.cls_head(features)), {}

    def forward(self, inputs, data_samples=None, mode: str = "tensor"):
        """Features, or what the head gives in ``predict``."""
        inputs = inputs if inputs.ndim == 6 else inputs[:, None]
        return self.extract_feat(inputs, "neck" if mode == "tensor" else "head")[0]


class _OpenMMLabHead(nn.Module):
    def __init__(self, config: MViTConfig) -> None:
        super().__init__()
        self.with_cls_token = config.has_cls_embed
        self.fc_cls = nn.Linear(config.head_dim, config.num_classes)

    def forward(self, features):
        """(B, classes)."""
        patches, token = features
        return self.fc_cls(token if self.with_cls_token else patches.mean(1))


def loaded(network: nn.Module, state: dict[str, Tensor]) -> nn.Module:
    """A stand-in with the weights of a golden case; tables become parameters where they belong.

    Raises:
        AssertionError: the state dict has other keys than the stand-in.
    """
    for name, value in state.items():
        owner, _, attribute = name.rpartition(".")
        module = network.get_submodule(owner)
        if attribute.startswith(("rel_pos", "pos_embed", "cls_token")):
            module.register_parameter(attribute, nn.Parameter(value.clone()))
    network.load_state_dict(state)
    return network.eval()
