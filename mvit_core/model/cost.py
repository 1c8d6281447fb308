"""Costs of each attention layer, beside unpooled attention on the same grid.

Counts are multiply-adds of the two attention products and of the pooling windows, for one clip.
Projections are left out: they are the same with and without pooling.
"""

from dataclasses import dataclass
from math import prod

from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.config import MViTConfig


@dataclass(frozen=True)
class LayerCost:
    """One attention layer in numbers."""

    block: int
    stage: int
    heads: int
    head_dim: int
    tokens: int
    """That enter the block, class token included."""
    q_shape: Triple
    k_shape: Triple
    attention_bytes: int
    """The full map of all heads in float32."""
    macs: int
    """Multiply-adds of the pooled attention: both products, and the pooling itself."""
    unpooled_macs: int
    """Multiply-adds of both products, were q, k and v not pooled."""


def layer_costs(config: MViTConfig, input_shape: Triple | None = None) -> tuple[LayerCost, ...]:
    """The cost of every layer for an input of (frames, height, width)."""
    cls = int(config.has_cls_embed)
    grid = config.patch_window.output_shape(input_shape or config.input_shape)
    costs, stage = [], 1
    shapes = config.block_grids(input_shape)
    for index, (block, (q_shape, k_shape)) in enumerate(zip(config.blocks, shapes, strict=True)):
        stage += index > 0 and q_shape != grid
        dim = block.dim_out if config.dim_mul_in_att else block.dim
        tokens, queries, keys = (prod(shape) + cls for shape in (grid, q_shape, k_shape))
        pools = _pool_macs(block.q_window, q_shape, dim)
        pools += 2 * _pool_macs(block.kv_window, k_shape, dim)
        costs.append(
            LayerCost(
                block=index,
                stage=stage,
                heads=block.num_heads,
                head_dim=dim // block.num_heads,
                tokens=tokens,
                q_shape=q_shape,
                k_shape=k_shape,
                attention_bytes=block.num_heads * queries * keys * 4,
                macs=2 * queries * keys * dim + pools,
                unpooled_macs=2 * tokens * tokens * dim,
            )
        )
        grid = q_shape
    return tuple(costs)


def _pool_macs(window: SlidingWindow | None, output: Triple, dim: int) -> int:
    return prod(window.kernel) * prod(output) * dim if window else 0
