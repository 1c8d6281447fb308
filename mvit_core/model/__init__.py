"""The network: multiscale and plain video transformers, and the tap that a recorder hears."""

from mvit_core.model.attention import MultiHeadedAttention, MultiScaleAttention, attention_pool
from mvit_core.model.blocks import ClassificationHead, Mlp, MultiScaleBlock
from mvit_core.model.config import PRESETS, BlockConfig, MViTConfig, multiscale_blocks, plain_vit
from mvit_core.model.mvit import MViT

__all__ = [
    "PRESETS",
    "BlockConfig",
    "ClassificationHead",
    "MViT",
    "MViTConfig",
    "Mlp",
    "MultiHeadedAttention",
    "MultiScaleAttention",
    "MultiScaleBlock",
    "attention_pool",
    "multiscale_blocks",
    "plain_vit",
]
