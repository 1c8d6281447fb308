"""The architecture of a module as data, read off its parts.

It says what the window and capture files ask of a model before it runs: blocks, heads, grids,
classes. A run is compared with it (``running.py``), so a part that lies elsewhere is not guessed.
"""

from dataclasses import dataclass
from typing import Literal

from torch import Tensor, nn

from mvit_core.adapters.adapted_recorder import attention_layers
from mvit_core.adapters.finding import attribute_at
from mvit_core.adapters.layer import full_size, window_of
from mvit_core.adapters.network import Network, network_of
from mvit_core.adapters.table import Adapter
from mvit_core.errors import CaptureError
from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.config import BlockConfig, Kernel, MViTConfig, PoolMode

__all__ = ["Parts", "parts_of"]


@dataclass(frozen=True)
class Parts:
    """A module's attention layers and what surrounds them."""

    layers: tuple[tuple[str, nn.Module, Adapter], ...]
    network: Network

    @property
    def adapter(self) -> Adapter:
        """The row of the code base."""
        return self.layers[0][2]

    @property
    def is_image(self) -> bool:
        """The network takes pictures."""
        return isinstance(self.network.patch, nn.Conv2d)

    @property
    def patch_window(self) -> SlidingWindow:
        """Footprint of a patch.

        Raises:
            CaptureError: the patches are made elsewhere than in the code base.
        """
        window = self.network.patch_window
        if window is None:
            raise CaptureError(
                f"no {self.adapter.patch} makes patches as in {self.adapter.title}, so the places "
                f"of tokens are not known"
            )
        return window

    @property
    def input_shape(self) -> Triple | None:
        """(frames, height, width) that positions are built for; None where nothing tells."""
        grid = self._grid()
        if grid is None:
            return None
        t, y, x = (n * s for n, s in zip(grid, self.patch_window.stride, strict=True))
        return (1 if self.is_image else t, y, x)

    def config(self, input_shape: Triple, classes: int) -> MViTConfig:
        """The architecture for an input of (frames, height, width).

        Raises:
            ArchitectureError: it is that of no network of ours.
        """
        window, (_, first, adapter) = self.patch_window, self.layers[0]
        widens = any(_out(layer, row) != _in(layer) for _, layer, row in self.layers)
        has_class = adapter.has_class_token(first)
        readout: Literal["class", "mean"] = self.network.readout if has_class else "mean"
        return MViTConfig(
            blocks=self._blocks(),
            input_shape=input_shape,
            num_classes=classes,
            in_channels=int(getattr(self.network.patch, "in_channels", 3)),
            patch_kernel=window.kernel,
            patch_stride=window.stride,
            patch_padding=window.padding,
            patch_2d=self.is_image,
            mode=_mode(first, adapter),
            pool_first=bool(getattr(first, "pool_first", False)),
            has_cls_embed=has_class,
            use_abs_pos=False,
            sep_pos_embed=False,
            rel_pos_spatial=isinstance(getattr(first, "rel_pos_h", None), Tensor),
            rel_pos_temporal=isinstance(getattr(first, "rel_pos_t", None), Tensor),
            residual_pooling=any(bool(getattr(first, name, False)) for name in adapter.residual),
            dim_mul_in_att=widens,
            head_act=self.network.activation,
            readout=readout,
        )

    def _blocks(self) -> tuple[BlockConfig, ...]:
        widths = [_in(layer) for _, layer, _ in self.layers]
        _, last, adapter = self.layers[-1]
        left = getattr(self.network.classifier, "in_features", _out(last, adapter))
        blocks = []
        for (_, layer, row), dim, dim_out in zip(
            self.layers, widths, (*widths[1:], left), strict=True
        ):
            (kernel_q, stride_q), (kernel_k, stride_k) = (_pool(layer, row, p) for p in "qk")
            heads = int(attribute_at(layer, "num_heads"))  # type: ignore[call-overload]
            blocks.append(
                BlockConfig(dim, int(dim_out), heads, kernel_q, kernel_k, stride_q, stride_k)
            )
        return tuple(blocks)

    def _grid(self) -> Triple | None:
        """Tokens that positions are built for, as far as a code base's own attributes tell."""
        network, first = self.network.module, self.layers[0][1]
        space = attribute_at(network, "pos_encoding.spatial_size")
        time = attribute_at(network, "pos_encoding.temporal_size")
        if isinstance(space, tuple) and isinstance(time, int):
            return full_size((time, *space))
        built = attribute_at(network, "cls_positional_encoding._patch_embed_shape")
        if isinstance(built, list | tuple):
            return full_size([int(n) for n in built])
        tables = [getattr(first, f"rel_pos_{axis}", None) for axis in "thw"]
        rows = [len(t) if isinstance(t, Tensor) else 0 for t in tables]
        if not rows[1] or not (rows[0] or self.is_image):
            return _tabled(network)
        t, y, x = ((n + 1) // 2 if n else 1 for n in rows)
        return t, y, x


def _tabled(network: nn.Module) -> Triple | None:
    """The grid of separate absolute positions, which is square."""
    space, time = (getattr(network, f"pos_embed_{axis}", None) for axis in ("spatial", "temporal"))
    if not isinstance(space, Tensor) or not isinstance(time, Tensor):
        return None
    side = round(space.shape[1] ** 0.5)
    return time.shape[1], side, side


def parts_of(module: nn.Module) -> Parts:
    """The attention layers of a module, and the network around them.

    Raises:
        CaptureError: no layer of it is known.
    """
    layers = attention_layers(module)
    name, _, adapter = layers[0]
    return Parts(layers, network_of(module, name, adapter))


def _in(layer: nn.Module) -> int:
    """Channels that enter an attention layer."""
    found = (getattr(layer, name, None) for name in ("qkv", "q"))
    return next(part.in_features for part in found if isinstance(part, nn.Linear))


def _out(layer: nn.Module, adapter: Adapter) -> int:
    """Channels that leave it."""
    out = attribute_at(layer, adapter.out)
    return int(getattr(out, "out_features", _in(layer)))


def _pool(layer: nn.Module, adapter: Adapter, part: str) -> tuple[Kernel, Kernel]:
    pool = attribute_at(layer, adapter.pool.format(part))
    window = window_of(pool) if isinstance(pool, nn.Module) else None
    return ((), ()) if window is None else (window.kernel, window.stride)


def _mode(layer: nn.Module, adapter: Adapter) -> PoolMode:
    pool = attribute_at(layer, adapter.pool.format("k"))
    if isinstance(pool, nn.MaxPool2d | nn.MaxPool3d):
        return "max"
    return "avg" if isinstance(pool, nn.AvgPool2d | nn.AvgPool3d) else "conv"
