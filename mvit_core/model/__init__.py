"""The network: multiscale and plain video transformers, and the tap that a recorder hears."""

from mvit_core.model.attention import MultiScaleAttention
from mvit_core.model.blocks import ClassificationHead, Mlp, MultiScaleBlock
from mvit_core.model.config import BlockConfig, MViTConfig, multiscale_blocks
from mvit_core.model.multi_head import MultiHeadedAttention
from mvit_core.model.mvit import MViT
from mvit_core.model.pooling import attention_pool
from mvit_core.model.presets import PRESETS, plain_vit

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
