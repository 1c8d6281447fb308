"""Records one attention layer of another code base by hooks on the parts that make q, k and v.

Whichever of projection, pool and norm came last gave the operand: a norm behind the pool gives
tokens, a norm before it leaves a pooled volume, and where a layer pools first its projection comes
last. So one rule serves every row of ``ADAPTERS``.

Axis legend: B batch, h heads, N tokens (class token first where there is one), d head channels,
C channels of all heads, (T, Y, X) the patch grid; images have no T.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor, nn

from mvit_core.adapters.finding import attribute_at, module_at
from mvit_core.adapters.table import Adapter
from mvit_core.attention.summary import norms_through
from mvit_core.errors import CaptureError
from mvit_core.geometry import SlidingWindow, Triple
from mvit_core.model.positions import RelativePositions, resize_table
from mvit_core.model.tap import AttentionInputs

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["LayerHooks", "RecordedLayer", "full_size", "window_of"]

_PARTS = ("q", "k", "v")


@dataclass(frozen=True)
class RecordedLayer:
    """One attention layer as it ran; what takes time is made when it is asked for."""

    name: str
    """Dotted path of the layer in the module."""
    layer: nn.Module
    adapter: Adapter
    q: Tensor
    """(B, h, Nq, d): pooled and normed, before scaling."""
    k: Tensor
    """(B, h, Nk, d), likewise."""
    v: Tensor
    """(B, h, Nk, d)."""
    grid: Triple
    """Patch tokens that entered the layer."""
    q_shape: Triple
    k_shape: Triple
    scale: float
    tables: tuple[Tensor | None, Tensor | None, Tensor | None]
    """Relative tables along t, y and x, (rows, d) each."""
    out: Tensor | None
    """(C, C): weights of the output projection, as the module has them; None where it has none
    that is known."""
    out_version: int
    """How often these weights had been changed in place."""

    @property
    def title(self) -> str:
        """The layer's name for messages."""
        return self.name or "the layer"

    def inputs(self) -> AttentionInputs:
        """Operands of the layer, without values.

        Raises:
            CaptureError: a pool does not say where its tokens lie.
        """
        shapes = zip(self.tables, self.q_shape, self.k_shape, strict=True)
        t, y, x = (
            None if table is None else self._gathered(table, *both) for table, *both in shapes
        )
        return AttentionInputs(
            q=self.q,
            k=self.k,
            v=self.k[..., :0],
            scale=self.scale,
            positions=RelativePositions(t, y, x),
            input_shape=self.grid,
            q_shape=self.q_shape,
            k_shape=self.k_shape,
            has_class_token=self.adapter.has_class_token(self.layer),
            q_window=self._window("q", self.q_shape),
            k_window=self._window("k", self.k_shape),
        )

    def value_norms(self) -> Tensor | None:
        """Length of what each value gives through the output projection, (B, h, Nk).

        None where the projection is not known, or was trained on since the layer ran.
        """
        if self.out is None or _version(self.out) != self.out_version:
            return None
        return norms_through(self.out.to("cpu"), self.v)

    def _gathered(self, table: Tensor, q_size: int, k_size: int) -> Tensor:
        """(q_size, k_size, d): relative embeddings along one axis."""
        if self.adapter.interpolates:
            table = resize_table(table, 2 * max(q_size, k_size) - 1)
        rows = self.adapter.offsets(q_size, k_size).to(table.device)
        return table[rows].to(self.q.dtype)

    def _window(self, part: str, shape: Triple) -> SlidingWindow | None:
        pool = module_at(self.layer, self.adapter.pool.format(part))
        window = None if pool is None else window_of(pool)
        after = self.grid if window is None else window.output_shape(self.grid)
        if after != shape:
            raise CaptureError(
                f"{self.title}: its pool of {part} makes {shape} of {self.grid} tokens, which "
                f"its kernel and stride do not, so the places of tokens are not known"
            )
        return window


@dataclass(frozen=True)
class _Step:
    """What one part gave."""

    kind: str
    """``projection``, ``pool`` or ``norm``."""
    given: Tensor


class LayerHooks:
    """Hooks on one attention layer and its parts, and what they recorded of the pass that runs.

    Args:
        name: dotted path of the layer in the module.
        layer: the attention layer.
        adapter: its row.
        on_begin: called when the layer begins.
        on_end: called when it has run.
    """

    def __init__(
        self,
        name: str,
        layer: nn.Module,
        adapter: Adapter,
        on_begin: "Callable[[LayerHooks], None]",
        on_end: "Callable[[LayerHooks], None]",
    ) -> None:
        self.name, self.layer, self.adapter = name, layer, adapter
        self._on_begin, self._on_end = on_begin, on_end
        self._steps: dict[str, list[_Step]] = {}
        self._joint: Tensor | None = None
        self._grid: Triple = (1, 1, 1)

    @property
    def title(self) -> str:
        """The layer's name for messages."""
        return self.name or "the layer"

    def attach(self) -> "list[RemovableHandle]":
        """Hook the layer and its parts; the handles remove the hooks."""
        handles = [
            self.layer.register_forward_pre_hook(self._begin, with_kwargs=True),
            self.layer.register_forward_hook(self._end),
        ]
        if isinstance(joint := getattr(self.layer, "qkv", None), nn.Module):
            handles.append(joint.register_forward_hook(self._keep_joint))
        for part in _PARTS:
            paths = {
                "projection": part,
                "pool": self.adapter.pool.format(part),
                "norm": self.adapter.norm.format(part),
            }
            for kind, path in paths.items():
                if (found := module_at(self.layer, path)) is not None:
                    handles.append(found.register_forward_hook(self._keep(part, kind)))
        return handles

    def recorded(self, take: Callable[[Tensor], Tensor] = Tensor.detach) -> RecordedLayer:
        """What the parts gave in the pass that runs.

        Args:
            take: makes what is kept of a tensor; by default the tensor itself.

        Raises:
            CaptureError: a part was not recorded, or gave what is no operand.
        """
        q, q_shape = self._operand("q")
        k, k_shape = self._operand("k")
        v, _ = self._operand("v")
        scale = getattr(self.layer, self.adapter.scale, None)
        tables = [getattr(self.layer, f"rel_pos_{axis}", None) for axis in "thw"]
        t, y, x = (
            take(each.detach().clone()) if isinstance(each, Tensor) else None for each in tables
        )
        out = attribute_at(self.layer, f"{self.adapter.out}.weight")
        if not isinstance(out, Tensor) or out.shape[1] != v.shape[1] * v.shape[3]:
            out = None
        return RecordedLayer(
            name=self.name,
            layer=self.layer,
            adapter=self.adapter,
            q=take(q),
            k=take(k),
            v=take(v),
            grid=self._grid,
            q_shape=q_shape,
            k_shape=k_shape,
            scale=float(scale) if scale is not None else q.shape[-1] ** -0.5,
            tables=(t, y, x),
            out=None if out is None else out.detach(),
            out_version=0 if out is None else _version(out),
        )

    def _begin(self, _: nn.Module, args: tuple[Any, ...], kwargs: dict[str, Any]) -> None:
        self._steps, self._joint = {}, None
        sizes = [value for value in (*args[1:], *kwargs.values()) if _is_grid(value)]
        self._grid = full_size(sizes[0]) if sizes else (1, 1, 1)
        self._on_begin(self)

    def _end(self, *_: object) -> None:
        self._on_end(self)
        self._steps, self._joint = {}, None

    def _keep_joint(self, _: nn.Module, __: object, given: object) -> None:
        if isinstance(given, Tensor):
            self._joint = given.detach()

    def _keep(self, part: str, kind: str) -> Callable[[nn.Module, object, object], None]:
        def keep(_: nn.Module, __: object, given: object) -> None:
            if isinstance(given, Tensor):
                self._steps.setdefault(part, []).append(_Step(kind, given.detach()))

        return keep

    def _operand(self, part: str) -> tuple[Tensor, Triple]:
        """(B, h, N', d) of one part, and its grid."""
        steps = self._steps.get(part, [])
        pools = [step.given for step in steps if step.kind == "pool"]
        grid = full_size(pools[-1].shape[2:]) if pools else self._grid
        if not steps:
            return self._projected(part), grid
        last = steps[-1]
        if last.kind == "pool":
            return self._from_volume(part, last.given), grid
        tokens = last.given
        return (tokens if tokens.ndim == 4 else self._by_head(tokens)), grid

    def _by_head(self, tokens: Tensor) -> Tensor:
        """(B, N, C) to (B, h, N, d)."""
        heads = getattr(self.layer, "num_heads", None)
        if not isinstance(heads, int) or tokens.ndim != 3 or tokens.shape[2] % heads:
            raise self._unheard(f"a projection to {heads} heads gives {tuple(tokens.shape)}")
        by_head: Tensor = tokens.unflatten(2, (heads, -1)).transpose(1, 2)
        return by_head

    def _projected(self, part: str) -> Tensor:
        """(B, h, N, d) before pooling."""
        own = [step.given for step in self._steps.get(part, []) if step.kind == "projection"]
        if own:
            return self._by_head(own[0])
        if self._joint is None or self._joint.shape[-1] % 3:
            raise self._unheard(f"no projection to {part} ran")
        return self._by_head(self._joint.chunk(3, dim=-1)[_PARTS.index(part)])

    def _from_volume(self, part: str, volume: Tensor) -> Tensor:
        """(B*h, d, T, Y, X) to (B, h, N', d), with the class token that passed the pool by."""
        before = self._projected(part)
        tokens = volume.flatten(2).transpose(1, 2)  # (B*h, N', d)
        if len(tokens) != before.shape[0] * before.shape[1]:
            raise self._unheard(f"the pool of {part} gives {tuple(volume.shape)}")
        by_head: Tensor = tokens.unflatten(0, before.shape[:2])
        if not self.adapter.has_class_token(self.layer):
            return by_head
        return torch.cat((before[:, :, :1], by_head), dim=2)

    def _unheard(self, reason: str) -> CaptureError:
        return CaptureError(
            f"{self.title} is not a layer of {self.adapter.title} as it is known: {reason}"
        )


def _version(weight: Tensor) -> int:
    """How often a weight was changed in place; always 0 where torch does not count."""
    return 0 if weight.is_inference() else int(weight._version)


def full_size(size: Sequence[int]) -> Triple:
    """A grid of (T, Y, X), or of an image's (Y, X)."""
    t, y, x = (1,) * (3 - len(size)) + tuple(int(n) for n in size)
    return t, y, x


def _is_grid(value: object) -> bool:
    if not isinstance(value, list | tuple) or len(value) not in (2, 3):
        return False
    return all(isinstance(n, int) for n in value)


def window_of(pool: nn.Module) -> SlidingWindow | None:
    """Footprint of a convolution or pool; None of what states none."""
    sizes = [getattr(pool, name, None) for name in ("kernel_size", "stride", "padding")]
    if any(size is None or isinstance(size, str) for size in sizes):
        return None
    rank = 2 if isinstance(pool, nn.Conv2d | nn.MaxPool2d | nn.AvgPool2d) else 3
    dilation = _along(getattr(pool, "dilation", 1), rank, 1)
    kernel, stride, padding = (
        _along(size, rank, rest) for size, rest in zip(sizes, (1, 1, 0), strict=True)
    )
    t, y, x = (d * (k - 1) + 1 for d, k in zip(dilation, kernel, strict=True))
    return SlidingWindow((t, y, x), stride, padding)


def _along(size: Any, rank: int, rest: int) -> Triple:  # noqa: ANN401 - as torch keeps it
    """A size of a pool along (t, y, x); ``rest`` along t of images."""
    given = (size,) * rank if isinstance(size, int) else tuple(size)
    t, y, x = (rest,) * (3 - len(given)) + given
    return int(t), int(y), int(x)
