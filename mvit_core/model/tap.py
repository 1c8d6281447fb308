"""The one place in an attention layer where a recorder may listen."""

from dataclasses import dataclass

from torch import Tensor, nn

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.positions import RelativePositions


@dataclass(frozen=True)
class AttentionInputs:
    """What one attention layer multiplied: all that is needed to rebuild its map."""

    q: Tensor
    """(B, heads, Nq, d): pooled and normed, before scaling; class token first if there is one."""
    k: Tensor
    """(B, heads, Nk, d), likewise."""
    v: Tensor
    """(B, heads, Nk, d_v)."""
    scale: float
    """Factor of q k^T."""
    positions: RelativePositions
    """Relative embeddings of the two grids; empty where the layer has none."""
    input_shape: Triple
    """Grid that entered the layer."""
    q_shape: Triple
    k_shape: Triple
    has_class_token: bool
    q_window: SlidingWindow | None
    """Footprint of the query pooling on the input grid."""
    k_window: SlidingWindow | None
    mask: Tensor | None = None
    """Broadcasts to (B, heads, Nq, Nk); 0 forbids a pair."""


class AttentionTap(nn.Module):
    """Hands on the weighted values unchanged; forward hooks hear the inputs beside them."""

    def forward(self, weighted: Tensor, inputs: AttentionInputs) -> Tensor:
        """Return ``weighted`` (B, heads, Nq, d_v) itself."""
        del inputs  # for the hooks
        return weighted
