"""The whole multiscale model.

Axis legend: B batch, N tokens (class token first where there is one), C channels.
Sources: Fan et al., ICCV 2021, section 3; Li et al., CVPR 2022, section 4.
"""

from collections.abc import Sequence

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError, ClipError
from mvit_core.geometry import GridGeometry, Triple
from mvit_core.model.blocks import (
    ClassificationHead,
    LinearHead,
    MultiScaleBlock,
    PatchEmbed,
    build_block,
    norm_layers,
)
from mvit_core.model.config import MViTConfig
from mvit_core.model.heads import PredictionHeads
from mvit_core.model.kernels import recorded
from mvit_core.model.pooling import triple
from mvit_core.model.positions import resize_joint


class MViT(nn.Module):
    """A Multiscale Vision Transformer; state-dict keys are PySlowFast's.

    Args:
        config: the architecture. Weights start as the reference initialises them. Networks of
            other families are made by ``mvit_core.model.families.build_network``.

    Raises:
        TypeError: the configuration is that of another family.
    """

    pos_embed: nn.Parameter | None
    pos_embed_spatial: nn.Parameter | None
    pos_embed_temporal: nn.Parameter | None
    pos_embed_class: nn.Parameter | None

    def __init__(self, config: MViTConfig) -> None:
        if type(self) is MViT and config.family != MViTConfig.family:
            raise TypeError(f"{config.family = } is another family; make it by build_network")
        super().__init__()
        self.config = config
        dim = config.embed_dim
        self.patch_embed = PatchEmbed(config.in_channels, dim, config.patch_window, config.patch_2d)
        self.cls_token: nn.Parameter | None = None
        if config.has_cls_embed:
            self.cls_token = nn.Parameter(torch.zeros(1, 1, dim))
        self._build_positions(dim)
        self.pos_drop = nn.Dropout(config.drop_rate)
        norm_layer, _ = norm_layers(config)
        self.norm_stem = norm_layer(dim) if config.norm_stem else None
        self._build_trunk()
        self._build_head()
        self._initialise()

    def _build_trunk(self) -> None:
        """The layers between patch embedding and head; a family may have others."""
        config = self.config
        norm_layer, _ = norm_layers(config)
        self.blocks = nn.ModuleList(
            build_block(config, index, grid) for index, grid in enumerate(config.table_grids())
        )
        self.stage_norms = nn.ModuleDict(
            {str(index): norm_layer(config.blocks[index].dim_out) for index in config.norm_after}
        )

    def _build_head(self) -> None:
        """The last norm, the head, and how tokens become what it reads."""
        config, dim = self.config, self.config.head_dim
        norm_layer, _ = norm_layers(config)
        self.norm: nn.Module | None
        self.head: nn.Module
        if config.readout == "classification_head":
            self.norm, self.head = None, ClassificationHead(dim, config.num_classes)
        else:
            self.norm = nn.Identity() if config.norm == "batchnorm" else norm_layer(dim)
            self.head = self._prediction_head()
        self._read_out = {
            "class": self._read_class,
            "mean": self._read_mean,
            "mean_before_norm": self._read_mean_before_norm,
            "classification_head": self._patches,
        }.get(config.readout, self._patches)

    def _prediction_head(self) -> nn.Module:
        config = self.config
        if config.heads:
            return PredictionHeads(config.heads, config.head_name)
        return LinearHead(config.head_dim, config.num_classes, config.head_dropout_rate)

    def _build_positions(self, dim: int) -> None:
        config = self.config
        t, y, x = config.patch_grid
        cls = int(config.has_cls_embed)
        joint = config.use_fixed_sincos_pos or (config.use_abs_pos and not config.sep_pos_embed)
        separable = config.use_abs_pos and config.sep_pos_embed
        rows = {
            "pos_embed": cls + t * y * x if joint else 0,
            "pos_embed_spatial": y * x if separable else 0,
            "pos_embed_temporal": t if separable else 0,
            "pos_embed_class": cls if separable else 0,
        }
        for name, count in rows.items():
            table = nn.Parameter(torch.zeros(1, count, dim)) if count else None
            self.register_parameter(name, table)
        if config.use_fixed_sincos_pos and self.pos_embed is not None:
            self.pos_embed.requires_grad_(False)
            if not self.pos_embed.is_meta:  # else a checkpoint fills it
                self.pos_embed.data.copy_(sincos_positions(dim, config.patch_grid, cls))

    def _initialise(self) -> None:
        for name, parameter in self.named_parameters():
            if name.startswith(("pos_embed", "cls_token")) and parameter.requires_grad:
                nn.init.trunc_normal_(parameter, std=0.02)
        for module in self.modules():
            if isinstance(module, nn.Linear):
                nn.init.trunc_normal_(module.weight, std=0.02)
                if module.bias is not None:
                    nn.init.constant_(module.bias, 0.02)
            elif isinstance(module, nn.LayerNorm):
                nn.init.constant_(module.weight, 1.0)
                nn.init.constant_(module.bias, 0.02)

    @property
    def patch_geometry(self) -> GridGeometry:
        """Geometry of the patch tokens on the input."""
        return self.config.patch_geometry

    @property
    def layers(self) -> nn.ModuleList:
        """The layers between patch embedding and head, in the order of execution."""
        return self.blocks

    def forward(self, x: Tensor) -> Tensor:
        """Class scores of a clip.

        Args:
            x: (B, channels, frames, height, width), normalised; a 4-D batch of images has one
                frame. Another size than the configuration's runs with positions resized as the
                reference resizes them.

        Returns:
            Logits (B, classes).

        Raises:
            ClipError: the input has another rank or other channels, or is too small.
        """
        return self.resume(*self.embed(x))

    def resume(self, tokens: Tensor, grid: Sequence[int], block: int = 0) -> Tensor:
        """Class scores of the tokens that enter a block: the end of ``forward``.

        Args:
            tokens: (B, N, C) as they enter the block, class token first where there is one.
            grid: (T, Y, X) of the patch tokens.
            block: from 0.

        Returns:
            Logits (B, classes), bit for bit those of ``forward``. Where a gradient is wanted and
            the class token alone is read of the last block, that holds from block 0 alone: from a
            later one the pass that rounds alike is saved, and the last digits differ.

        Raises:
            CaptureError: there is no such block.
        """
        return self.scores(*self._trunk(tokens, self._at(block, grid), block))

    def _at(self, block: int, grid: Sequence[int]) -> Triple:
        """The grid of tokens that enter a block which exists."""
        last = self.config.depth - 1
        if not 0 <= block <= last:
            raise CaptureError(f"block {block} does not exist; the model has blocks 0 to {last}")
        return triple(grid)

    def scores(self, tokens: Tensor, grid: Triple) -> Tensor:
        """Logits (B, classes) of the tokens (B, N, C) that leave the last block, on their grid."""
        del grid
        return self.head(self._read_out(tokens))

    def embed(self, x: Tensor) -> tuple[Tensor, Triple]:
        """Tokens (B, N, C) that enter the first block, and their grid; ``forward`` begins so.

        Raises:
            ClipError: the input has another rank or other channels, or is too small.
        """
        tokens, grid = self.patch_embed(self._checked(x))  # (B, T*Y*X, C)
        tokens = self.pos_drop(self._add_positions(tokens, grid))
        if self.norm_stem is not None:
            tokens = self.norm_stem(tokens)
        return tokens, grid

    def _trunk(self, tokens: Tensor, grid: Triple, first: int = 0) -> tuple[Tensor, Triple]:
        """Tokens (B, N', C') that leave the last block, and their grid."""
        shape = list(grid)
        for index in range(first, len(self.blocks)):
            tokens, shape = self._through(index, tokens, shape, exact=first == 0)
            if index in self.config.norm_after:
                tokens = self.stage_norms[str(index)](tokens)
        return tokens, triple(shape)

    def _through(
        self, index: int, tokens: Tensor, shape: Sequence[int], *, exact: bool
    ) -> tuple[Tensor, list[int]]:
        """One block; where a gradient is wanted, the last computes only what is read of it."""
        block = self.blocks[index]
        is_last, reads_class = index == len(self.blocks) - 1, self.config.readout == "class"
        if is_last and reads_class and isinstance(block, MultiScaleBlock) and recorded(tokens):
            return block(tokens, shape, class_alone=True, exact=exact)
        return block(tokens, shape)

    def _checked(self, x: Tensor) -> Tensor:
        config = self.config
        clip = x.unsqueeze(2) if x.ndim == 4 else x
        if clip.ndim != 5 or clip.shape[1] != config.in_channels:
            raise ClipError(
                f"the model takes (batch, {config.in_channels}, frames, height, width), "
                f"got {tuple(x.shape)}"
            )
        if config.patch_2d and clip.shape[2] != 1:
            raise ClipError(f"an image model takes 1 frame, got {clip.shape[2]}")
        frames, height, width = clip.shape[2:]
        if min(config.patch_window.output_shape((frames, height, width))) < 1:
            raise ClipError(
                f"{frames} frames of {width}x{height} are too small for patches of "
                f"{config.patch_kernel}; the model was built for {config.input_shape}"
            )
        return clip

    def _with_class_token(self, tokens: Tensor) -> Tensor:
        if self.cls_token is None:
            return tokens
        return torch.cat((self.cls_token.expand(tokens.shape[0], -1, -1), tokens), dim=1)

    def _add_positions(self, tokens: Tensor, grid: Triple) -> Tensor:
        tokens = self._with_class_token(tokens)
        if self.config.use_fixed_sincos_pos and self.pos_embed is not None:
            tokens = tokens + self._resized(self.pos_embed, grid)
        if self.config.use_abs_pos:
            tokens = tokens + self._resized(self._absolute_positions(), grid)
        return tokens

    def _absolute_positions(self) -> Tensor:
        if self.pos_embed_spatial is None or self.pos_embed_temporal is None:
            assert self.pos_embed is not None  # use_abs_pos builds one kind or the other
            return self.pos_embed
        t, y, x = self.config.patch_grid
        table = self.pos_embed_spatial.repeat(1, t, 1)
        table = table + self.pos_embed_temporal.repeat_interleave(y * x, dim=1)
        if self.pos_embed_class is not None:
            table = torch.cat((self.pos_embed_class, table), dim=1)
        return table  # (1, N, C)

    def _resized(self, table: Tensor, grid: Triple) -> Tensor:
        cls = int(self.config.has_cls_embed)
        patches = resize_joint(table[:, cls:], self.config.patch_grid, grid)
        return torch.cat((table[:, :cls], patches), dim=1)

    def _patches(self, tokens: Tensor) -> Tensor:
        return tokens[:, int(self.config.has_cls_embed) :]

    def _read_class(self, tokens: Tensor) -> Tensor:
        assert self.norm is not None
        return self.norm(tokens)[:, 0]

    def _read_mean(self, tokens: Tensor) -> Tensor:
        assert self.norm is not None
        return self._patches(self.norm(tokens)).mean(dim=1)

    def _read_mean_before_norm(self, tokens: Tensor) -> Tensor:
        assert self.norm is not None
        return self.norm(self._patches(tokens).mean(dim=1))


def sincos_positions(dim: int, grid: Triple, class_tokens: int) -> Tensor:
    """Fixed sine-cosine positions (1, class_tokens + T*Y*X, dim); the class row is zero.

    A quarter of the channels codes time and three eighths each row and column, as in the masked
    autoencoders that PySlowFast trains (He et al., CVPR 2022; Feichtenhofer et al., 2022).
    """
    t, y, x = grid
    time_dim, side_dim = dim // 4, dim // 8 * 3
    rest = dim - time_dim - 2 * side_dim
    rows, columns = torch.meshgrid(torch.arange(y), torch.arange(x), indexing="ij")
    space = torch.cat(
        (_waves(columns.flatten(), side_dim), _waves(rows.flatten(), side_dim)), dim=1
    )
    table = torch.cat(
        (
            _waves(torch.arange(t), time_dim).repeat_interleave(y * x, dim=0),
            space.repeat(t, 1),
            torch.zeros(t * y * x, rest),
        ),
        dim=1,
    )
    return torch.cat((torch.zeros(class_tokens, dim), table))[None]


def _waves(positions: Tensor, dim: int) -> Tensor:
    half = dim // 2
    frequency = 10000.0 ** -(torch.arange(half, dtype=torch.float64) / max(half, 1))
    angle = positions.double()[:, None] * frequency
    waves = torch.cat((angle.sin(), angle.cos(), angle.new_zeros(len(positions), dim % 2)), dim=1)
    return waves.float()
