"""Encoders of masked pre-training, run on the whole clip: attention, and no classes.

Axis legend: B batch, N tokens, C channels.
Sources: Wei et al., Masked Feature Prediction (MaskFeat), CVPR 2022; Feichtenhofer et al., Masked
Autoencoders As Spatiotemporal Learners, NeurIPS 2022.
"""

from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from mvit_core.geometry import Triple
from mvit_core.model.blocks import norm_layers
from mvit_core.model.config import MViTConfig
from mvit_core.model.mvit import MViT

__all__ = ["MaskedEncoder", "PretrainingConfig"]


@dataclass(frozen=True)
class PretrainingConfig(MViTConfig):
    """The encoder alone; what predicts the masked parts is left out."""

    family: ClassVar[str] = "pretraining"
    fewest_classes: ClassVar[int] = 0

    autoencoder: bool = False
    """MAE: tokens are normed at the end. MaskFeat predicts from the last block's own output."""


class MaskedEncoder(MViT):
    """The encoder of MaskFeat or MAE without masking; keys are PySlowFast's ``MaskMViT``'s."""

    config: PretrainingConfig

    def _build_head(self) -> None:
        norm_layer, _ = norm_layers(self.config)
        self.norm = norm_layer(self.config.head_dim) if self.config.autoencoder else None

    def scores(self, tokens: Tensor, grid: Triple) -> Tensor:
        """Logits of no classes, (B, 0)."""
        del grid
        return tokens.new_zeros(tokens.shape[0], 0)

    def encode(self, x: Tensor) -> Tensor:
        """The tokens (B, N, C) that the prediction head of pre-training would read."""
        tokens, _ = self._trunk(*self.embed(x))
        return tokens if self.norm is None else self.norm(tokens)

    def _add_positions(self, tokens: Tensor, grid: Triple) -> Tensor:
        """Fixed positions once, where a classifier of the same code adds them twice."""
        tokens = self._with_class_token(tokens)
        fixed = self.config.use_fixed_sincos_pos and self.config.autoencoder
        if fixed or self.config.use_abs_pos:
            tokens = tokens + self._resized(self._absolute_positions(), grid)
        return tokens
