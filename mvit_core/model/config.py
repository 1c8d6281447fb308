"""The architecture as data: frozen configurations and the grids that follow from them.

Sources: Fan et al., Multiscale Vision Transformers, ICCV 2021 (MViTv1), tables 1-2; Li et al.,
MViTv2, CVPR 2022, tables 1 and 10; hyper-parameters as PySlowFast's model zoo states them.
"""

from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from math import isfinite, prod
from types import MappingProxyType
from typing import ClassVar, Literal, get_args

from mvit_core.errors import ArchitectureError
from mvit_core.geometry import GridGeometry, SlidingWindow, Triple
from mvit_core.model.head_config import HeadConfig
from mvit_core.printable import brief

PoolMode = Literal["conv", "avg", "max", "conv_unshared"]
Readout = Literal["class", "mean", "mean_before_norm", "classification_head", "boxes", "none"]
HeadActivation = Literal["softmax", "sigmoid"]
AttentionKind = Literal["pooling", "multi_head"]
NormKind = Literal["layernorm", "batchnorm"]

MAX_DEPTH = 512
"""Blocks of a network; the deepest published one has 80."""
MAX_SIDE = 4096
"""Frames, pixels of a side, and sizes of a kernel or stride."""
_MAX_CHANNELS = 1 << 20
_MAX_MLP_RATIO = 1024.0
_MAX_TABLE_BYTES = 256 << 20

Kernel = tuple[int, ...]
"""Three sizes along (t, y, x), or () for no pooling."""


def check_depth(depth: int) -> None:
    """Refuse a number of blocks that nothing could be built from.

    Raises:
        ArchitectureError: it is no whole number from 1 to ``MAX_DEPTH``.
    """
    if not _is_whole(depth, 1, MAX_DEPTH):
        raise ArchitectureError(f"the depth must be 1 to {MAX_DEPTH} blocks, got {brief(depth)}")


def _is_whole(value: object, low: int, high: int) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and low <= value <= high


def _check_kernel(name: str, value: Kernel) -> None:
    if len(value) not in (0, 3) or not all(_is_whole(v, 1, MAX_SIDE) for v in value):
        raise ArchitectureError(
            f"{name} must be () or three sizes from 1 to {MAX_SIDE}, got {brief(value)}"
        )


def pool_window(kernel: Kernel, stride: Kernel) -> SlidingWindow | None:
    """The footprint of a q, k or v pooling, or None where the reference pools nothing.

    A pool of kernel (1, 1, 1) and stride (1, 1, 1) is skipped, and padding is ``kernel // 2``.
    """
    if not kernel or prod(kernel) == prod(stride) == 1:
        return None
    kt, ky, kx = kernel
    st, sy, sx = stride
    return SlidingWindow((kt, ky, kx), (st, sy, sx), (kt // 2, ky // 2, kx // 2))


@dataclass(frozen=True)
class BlockConfig:
    """One multiscale block."""

    dim: int
    """Channels that enter."""
    dim_out: int
    """Channels that leave."""
    num_heads: int
    kernel_q: Kernel = ()
    kernel_kv: Kernel = ()
    stride_q: Kernel = ()
    stride_kv: Kernel = ()

    def __post_init__(self) -> None:
        for name in ("kernel_q", "kernel_kv", "stride_q", "stride_kv"):
            _check_kernel(name, getattr(self, name))
        for kernel, stride in (("kernel_q", "stride_q"), ("kernel_kv", "stride_kv")):
            if getattr(self, kernel) and not getattr(self, stride):
                raise ArchitectureError(f"{kernel} is {getattr(self, kernel)}, but {stride} is ()")
        sizes = (self.dim, self.dim_out, self.num_heads)
        if not all(_is_whole(size, 1, _MAX_CHANNELS) for size in sizes):
            raise ArchitectureError(
                f"a block needs positive dims and heads, at most {_MAX_CHANNELS}, "
                f"got {brief(sizes)}"
            )

    @property
    def q_window(self) -> SlidingWindow | None:
        """Footprint of the query pooling."""
        return pool_window(self.kernel_q, self.stride_q)

    @property
    def kv_window(self) -> SlidingWindow | None:
        """Footprint of the key and value pooling."""
        return pool_window(self.kernel_kv, self.stride_kv)


@dataclass(frozen=True)
class MViTConfig:
    """Everything the network is built from, and nothing about how videos are fed to it.

    A further family of networks is a subclass with its own options (``ReversibleConfig``,
    ``PretrainingConfig``, ``DetectionConfig``).
    """

    family: ClassVar[str] = "classifier"
    """Name of the family, a key of ``FAMILIES``."""
    fewest_classes: ClassVar[int] = 1
    """0 where the family predicts no classes."""

    blocks: tuple[BlockConfig, ...]
    input_shape: Triple = (16, 224, 224)
    """(frames, height, width) that position tables are built for; others run too."""
    num_classes: int = 400
    in_channels: int = 3
    patch_kernel: Triple = (3, 7, 7)
    patch_stride: Triple = (2, 4, 4)
    patch_padding: Triple = (1, 3, 3)
    patch_2d: bool = False
    """The patch embedding is a Conv2d with 4-D weights; the input has one frame."""
    attention: AttentionKind = "pooling"
    """``multi_head`` builds plain ViT blocks of the unpooled baseline."""
    mode: PoolMode = "conv"
    pool_first: bool = False
    separate_qkv: bool = False
    qkv_bias: bool = True
    mlp_ratio: float = 4.0
    has_cls_embed: bool = True
    use_abs_pos: bool = True
    sep_pos_embed: bool = True
    use_fixed_sincos_pos: bool = False
    """PySlowFast adds the joint table a second time where ``use_abs_pos`` is set as well."""
    rel_pos_spatial: bool = False
    rel_pos_temporal: bool = False
    rel_pos_zero_init: bool = False
    residual_pooling: bool = False
    residual_on_cls: bool = False
    """Residual pooling reaches the class row too (timm, pytorchvideo)."""
    residual_conv: bool = False
    """Residual pooling adds the queries after a depthwise convolution (MeMViT's CONV_Q above 1)."""
    dim_mul_in_att: bool = False
    depthwise_pool: bool = True
    """Pooling convolutions keep channels apart; False mixes those of a head (pytorchvideo)."""
    norm: NormKind = "layernorm"
    """``batchnorm`` norms before each pooling convolution and has no final norm (pytorchvideo)."""
    norm_after: tuple[int, ...] = ()
    """Blocks whose output is normed on its way to the next (mmaction2 with more out_scales)."""
    norm_stem: bool = False
    norm_eps: float = 1e-6
    pool_norm_eps: float = 1e-6
    """1e-5 in PySlowFast before June 2022."""
    readout: Readout = "class"
    """What the head sees: the normed class token, the mean of normed tokens, the norm of the
    patch tokens' mean, ``ClassificationHead`` on the patch tokens, the patch tokens inside boxes,
    or nothing where there is no head."""
    head_act: HeadActivation = "softmax"
    """Makes probabilities of logits; sigmoid where several classes may be present at once."""
    heads: tuple[HeadConfig, ...] = ()
    """The heads of a network that has several, or one of several layers; () is one linear layer."""
    head_name: str = ""
    """Name of the head that gives the logits; the first of ``heads`` by default."""
    drop_rate: float = 0.0
    drop_path_rate: float = 0.0
    head_dropout_rate: float = 0.0

    def __post_init__(self) -> None:
        if not self.blocks:
            raise ArchitectureError("an MViT needs at least one block, got none")
        check_depth(self.depth)
        self._check_choices()
        self._check_numbers()
        self._check_blocks()
        if self.readout == "class" and not self.has_cls_embed:
            raise ArchitectureError(
                "the readout is the class token, but has_cls_embed is False; use readout='mean'"
            )
        if self.sep_pos_embed and self.use_fixed_sincos_pos:
            raise ArchitectureError("sincos positions are one joint table: set sep_pos_embed=False")
        if min(self.patch_grid) < 1:
            raise ArchitectureError(
                f"an input of {self.input_shape} leaves no patches with kernel "
                f"{self.patch_kernel} and stride {self.patch_stride}; use a larger one"
            )
        self._check_tables()

    def _check_choices(self) -> None:
        choices = {
            "mode": PoolMode,
            "readout": Readout,
            "attention": AttentionKind,
            "norm": NormKind,
            "head_act": HeadActivation,
        }
        for name, allowed in choices.items():
            if getattr(self, name) not in get_args(allowed):
                words = ", ".join(get_args(allowed))
                raise ArchitectureError(
                    f"{name} is {brief(getattr(self, name))}; allowed are {words}"
                )
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(field.default, bool) and not isinstance(value, bool):
                raise ArchitectureError(f"{field.name} must be True or False, got {brief(value)}")
        if self.mode == "conv_unshared" and not self.pool_first:
            raise ArchitectureError("mode 'conv_unshared' needs pool_first=True")

    def _check_numbers(self) -> None:
        sizes = {"input_shape": 1, "patch_kernel": 1, "patch_stride": 1, "patch_padding": 0}
        for name, low in sizes.items():
            value = getattr(self, name)
            if len(value) != 3 or not all(_is_whole(v, low, MAX_SIDE) for v in value):
                raise ArchitectureError(
                    f"{name} must be three whole numbers from {low} to {MAX_SIDE}, "
                    f"got {brief(value)}"
                )
        lowest = {"num_classes": self.fewest_classes, "in_channels": 1}
        for name, low in lowest.items():
            if not _is_whole(getattr(self, name), low, _MAX_CHANNELS):
                raise ArchitectureError(
                    f"{name} must be a whole number from {low} to {_MAX_CHANNELS}, "
                    f"got {brief(getattr(self, name))}"
                )
        if not (isfinite(self.mlp_ratio) and 0 < self.mlp_ratio <= _MAX_MLP_RATIO):
            raise ArchitectureError(
                f"mlp_ratio must lie above 0 and be at most {_MAX_MLP_RATIO:g}, "
                f"got {brief(self.mlp_ratio)}"
            )

    def _check_tables(self) -> None:
        """Positions are allocated before a checkpoint can contradict them."""
        t, y, x = self.patch_grid
        rows = t * y * x if self.use_fixed_sincos_pos or not self.sep_pos_embed else t + y * x
        size = 4 * rows * self.embed_dim
        if (self.use_abs_pos or self.use_fixed_sincos_pos) and size > _MAX_TABLE_BYTES:
            raise ArchitectureError(
                f"positions for an input of {self.input_shape} would take {size >> 20} MiB, "
                f"allowed are {_MAX_TABLE_BYTES >> 20}; use a smaller input"
            )

    def _check_blocks(self) -> None:
        if not all(_is_whole(place, 0, self.depth - 1) for place in self.norm_after):
            raise ArchitectureError(
                f"norm_after names blocks 0 to {self.depth - 1}, got {brief(self.norm_after)}"
            )
        for index, block in enumerate(self.blocks):
            inner = block.dim_out if self.dim_mul_in_att else block.dim
            if inner % block.num_heads:
                raise ArchitectureError(
                    f"block {index}: {inner} channels do not divide into {block.num_heads} heads"
                )
            if index and self.blocks[index - 1].dim_out != block.dim:
                raise ArchitectureError(
                    f"block {index} takes {block.dim} channels, but block {index - 1} "
                    f"gives {self.blocks[index - 1].dim_out}"
                )
            if self.attention == "multi_head" and (block.q_window or block.kv_window):
                raise ArchitectureError(f"block {index}: multi-head attention does not pool")

    @property
    def depth(self) -> int:
        """Number of blocks."""
        return len(self.blocks)

    @property
    def head_dim(self) -> int:
        """Channels of the vector that the head reads."""
        return self.blocks[-1].dim_out

    @property
    def embed_dim(self) -> int:
        """Channels of a patch token before the first block."""
        return self.blocks[0].dim

    @property
    def patch_window(self) -> SlidingWindow:
        """Footprint of the patch embedding on the input."""
        return SlidingWindow(self.patch_kernel, self.patch_stride, self.patch_padding)

    @property
    def patch_geometry(self) -> GridGeometry:
        """Geometry of the patch tokens on the input."""
        return GridGeometry().through(self.patch_window)

    @property
    def patch_grid(self) -> Triple:
        """Token grid that the position tables are built for, as the reference counts it.

        The reference divides the input by the stride. That equals the embedding's own output
        for its kernels and paddings; where it does not, the embedding's output is right.
        """
        return self.patch_window.output_shape(self.input_shape)

    def table_grids(self) -> tuple[Triple, ...]:
        """The grid each block's relative tables are sized for: floor division at each q stride."""
        grids = []
        grid = self.patch_grid
        for block in self.blocks:
            grids.append(grid)
            if block.stride_q:
                t, y, x = (max(n // s, 1) for n, s in zip(grid, block.stride_q, strict=True))
                grid = t, y, x
        return tuple(grids)

    def block_grids(self, input_shape: Triple | None = None) -> tuple[tuple[Triple, Triple], ...]:
        """(q_shape, k_shape) of each block for an input of (frames, height, width)."""
        grid = self.patch_window.output_shape(input_shape or self.input_shape)
        grids = []
        for block in self.blocks:
            q_shape = block.q_window.output_shape(grid) if block.q_window else grid
            k_shape = block.kv_window.output_shape(grid) if block.kv_window else grid
            grids.append((q_shape, k_shape))
            grid = q_shape
        return tuple(grids)

    def resized(self, input_shape: Triple) -> "MViTConfig":
        """The same network with position tables for another (frames, height, width)."""
        return replace(self, input_shape=input_shape)


def rounded_width(width: int, multiplier: float, divisor: int = 1) -> int:
    """PySlowFast's ``round_width``: the multiple of ``divisor`` nearest to the product."""
    wanted = width * multiplier
    rounded = max(1, int(wanted + divisor / 2) // divisor * divisor)
    return int(rounded + divisor if rounded < 0.9 * wanted else rounded)


def multiscale_blocks(  # the reference's options, one argument each
    *,
    depth: int,
    embed_dim: int,
    num_heads: int,
    dim_mul: Mapping[int, float] = MappingProxyType({}),
    head_mul: Mapping[int, float] = MappingProxyType({}),
    dim_mul_in_att: bool = False,
    q_strides: Mapping[int, Kernel] = MappingProxyType({}),
    kv_strides: Mapping[int, Kernel] | None = None,
    kv_stride_adaptive: Kernel | None = None,
    kernel: Kernel | None = None,
) -> tuple[BlockConfig, ...]:
    """Blocks from the reference's declarative form (``MVIT.DIM_MUL``, ``POOL_Q_STRIDE``, ...).

    Args:
        depth: number of blocks.
        embed_dim: channels of the first block.
        num_heads: heads of the first block.
        dim_mul: block index to channel factor. With ``dim_mul_in_att`` the block itself widens,
            otherwise the block before it does, in its MLP.
        head_mul: block index to head factor.
        dim_mul_in_att: channels change inside attention.
        q_strides: block index to query stride; blocks not listed have no query pool.
        kv_strides: block index to key and value stride; ignored with ``kv_stride_adaptive``.
        kv_stride_adaptive: stride of block 0, divided by each query stride that follows.
        kernel: pooling kernel of every listed block; None takes ``stride + 1`` where it strides.
    """
    check_depth(depth)
    for stride in (*q_strides.values(), kv_stride_adaptive or ()):
        _check_kernel("a pooling stride", stride)
    kv_of = dict(kv_strides or {})
    if kv_stride_adaptive is not None:
        kv_of = _adaptive_strides(depth, q_strides, kv_stride_adaptive)
    blocks, dim, heads = [], embed_dim, num_heads
    for i in range(depth):
        heads = rounded_width(heads, head_mul.get(i, 1.0))
        widening = i if dim_mul_in_att else i + 1
        divisor = rounded_width(heads, head_mul.get(widening, 1.0))
        dim_out = rounded_width(dim, dim_mul.get(widening, 1.0), divisor)
        stride_q, stride_kv = tuple(q_strides.get(i, ())), tuple(kv_of.get(i, ()))
        kernel_q, kernel_kv = _kernel_of(stride_q, kernel), _kernel_of(stride_kv, kernel)
        blocks.append(BlockConfig(dim, dim_out, heads, kernel_q, kernel_kv, stride_q, stride_kv))
        dim = dim_out
    return tuple(blocks)


def _kernel_of(stride: Kernel, stated: Kernel | None) -> Kernel:
    """The pooling kernel that goes with a stride; none where nothing is pooled."""
    if not stride:
        return ()
    return stated if stated is not None else tuple(s + 1 if s > 1 else s for s in stride)


def _adaptive_strides(
    depth: int, q_strides: Mapping[int, Kernel], first: Kernel
) -> dict[int, Kernel]:
    strides = {}
    stride = tuple(first)
    for i in range(depth):
        if q_strides.get(i):
            stride = tuple(max(kv // q, 1) for kv, q in zip(stride, q_strides[i], strict=True))
        strides[i] = stride
    return strides
