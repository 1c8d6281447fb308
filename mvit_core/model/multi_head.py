"""Unpooled multi-head attention, the baseline.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid.
Source: Vaswani et al. 2017, section 3.2.
"""

from collections.abc import Sequence

from torch import Tensor, nn

from mvit_core.geometry import Triple
from mvit_core.model.kernels import Linear
from mvit_core.model.pooling import triple
from mvit_core.model.positions import RelativePositions
from mvit_core.model.tap import AttentionInputs, AttentionTap


class MultiHeadedAttention(nn.Module):
    """Unpooled multi-head attention (Vaswani et al. 2017, section 3.2.2), the baseline.

    Args:
        h: heads; must divide ``d_model``.
        d_model: channels that enter and leave.
        dropout: of the attention probabilities, in training.

    Raises:
        ValueError: the heads do not divide the channels.
    """

    def __init__(self, h: int, d_model: int, dropout: float = 0.1) -> None:
        super().__init__()
        if d_model % h:
            raise ValueError(f"{h = } heads do not divide {d_model = } channels")
        self.h = h
        self.d_k = d_model // h
        self.linears = nn.ModuleList(Linear(d_model, d_model) for _ in range(4))
        self.dropout = nn.Dropout(dropout)
        self.tap = AttentionTap()
        self.has_cls_embed = False

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        mask: Tensor | None = None,
        *,
        thw_shape: Sequence[int] | None = None,
    ) -> Tensor:
        """Attend from ``query`` to ``key``.

        Args:
            query: (B, Nq, d_model).
            key: (B, Nk, d_model).
            value: (B, Nk, d_model).
            mask: (Nq, Nk), (B, Nq, Nk) or (B, 1, Nk); 0 forbids a pair.
            thw_shape: the grid of the tokens, for the recorder; a sequence has (1, 1, N).

        Returns:
            (B, Nq, d_model).
        """
        q, k, v = (
            linear(x).unflatten(-1, (self.h, self.d_k)).transpose(1, 2)  # (B, h, N, d)
            for linear, x in zip(self.linears, (query, key, value), strict=False)
        )
        if mask is not None:
            mask = mask.unsqueeze(-3)  # the same for every head
        q_shape, k_shape = self._grids(thw_shape, q.shape[2], k.shape[2])
        inputs = AttentionInputs(
            q,
            k,
            v,
            scale=self.d_k**-0.5,
            positions=RelativePositions(None, None, None),
            input_shape=q_shape,
            q_shape=q_shape,
            k_shape=k_shape,
            has_class_token=self.has_cls_embed,
            q_window=None,
            k_window=None,
            mask=mask,
            drop_rate=self.dropout.p if self.training else 0.0,
        )
        out = self.tap(inputs)  # (B, h, Nq, d_k)
        return self.linears[3](out.transpose(1, 2).flatten(2))  # (B, Nq, d_model)

    def _grids(
        self, thw_shape: Sequence[int] | None, queries: int, keys: int
    ) -> tuple[Triple, Triple]:
        if thw_shape is not None:
            return triple(thw_shape), triple(thw_shape)
        cls = int(self.has_cls_embed)
        return (1, 1, queries - cls), (1, 1, keys - cls)
