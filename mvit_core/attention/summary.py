"""What is noted of a map while its tiles pass, and of the values that it weights."""

from dataclasses import dataclass

import torch
from torch import Tensor, nn

from mvit_core.attention.statistics import LayerStatistics
from mvit_core.model.attention import MultiScaleAttention
from mvit_core.model.multi_head import MultiHeadedAttention

__all__ = ["MapSummary", "norms_through", "value_norms"]


@dataclass(frozen=True)
class MapSummary:
    """Sums noted while the tiles of a map were computed, float32 at least."""

    first_row: Tensor
    """(B, h, Nk): the class token's row where there is one, else the first patch's."""
    column_sums: Tensor
    """(B, h, Nk): over all queries."""
    log_sum_exp: Tensor
    """(B, h, Nq): logarithm of what each row of exp(logits) was divided by."""
    maps: Tensor | None = None
    """(B, h, Nq, Nk): the whole map, where it was asked for."""
    statistics: LayerStatistics | None = None
    """Of all heads, where they were asked for."""
    value_norms: Tensor | None = None
    """(B, h, Nk): length of what each value gives through the output projection; None where the
    layer has none that is known."""

    @property
    def nbytes(self) -> int:
        """Memory of everything but the whole map."""
        sums = (self.first_row, self.column_sums, self.log_sum_exp, self.value_norms)
        parts = (*sums, self.statistics)
        return sum(part.nbytes for part in parts if part is not None)


def value_norms(layer: nn.Module, values: Tensor) -> Tensor | None:
    """Length of v W_o of each head and key, (B, h, Nk), in float32 at least.

    Args:
        layer: an attention layer.
        values: (B, h, Nk, d).
    """
    if isinstance(layer, MultiScaleAttention):
        projection: nn.Module = layer.proj
    elif isinstance(layer, MultiHeadedAttention):
        projection = layer.linears[3]
    else:
        return None
    weight = projection.weight
    assert isinstance(weight, Tensor)
    return norms_through(weight, values)


@torch.no_grad()
def norms_through(weight: Tensor, values: Tensor) -> Tensor:
    """Length of each value (B, h, Nk, d) behind an output projection of (C, h*d): (B, h, Nk)."""
    dtype = torch.promote_types(values.dtype, torch.float32)
    by_head = weight.detach().to(dtype).unflatten(1, (values.shape[1], -1)).transpose(0, 1)
    squares = by_head.transpose(1, 2) @ by_head  # (h, d, d): the lengths need no wider product
    promoted = values.detach().to(dtype)
    norms: Tensor = ((promoted @ squares) * promoted).sum(dim=3).clamp(min=0).sqrt()
    return norms
