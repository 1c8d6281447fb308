"""Run a model once and keep what its attention layers multiplied.

Full maps are never stored: a layer keeps its pooled queries and keys (a quarter of the maps or
less), and any row, column or mean is rebuilt from them with the arithmetic of the forward pass.
Hooks live as long as a ``with`` block and change nothing in the model.

Axis legend: B batch, h heads, Nq/Nk pooled query/key tokens, class token first.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import TracebackType
from typing import TYPE_CHECKING, Literal, Self

import torch
from torch import Tensor, nn
from torch.nn import functional

from mvit_core.errors import CaptureError
from mvit_core.geometry import Grid, GridGeometry, Triple
from mvit_core.model.positions import augment_keys, augment_queries
from mvit_core.model.products import TILE_BYTES, masked_softmax
from mvit_core.model.tap import AttentionInputs, AttentionTap

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["AttentionRecord", "AttentionRecorder", "LayerAttention", "capture"]

FULL_MAP_BYTES = 512 << 20
"""A layer larger than this is not materialised whole unless the caller raises the cap."""

OnLayer = Callable[[int, int], None]
"""Called with (layers heard, layers in all) after each; raising ends the forward pass."""

_Hook = Callable[[nn.Module, tuple[Tensor, AttentionInputs], Tensor], None]


@dataclass(frozen=True)
class LayerAttention:
    """The attention of one layer for one forward pass, rebuilt on demand."""

    name: str
    """Dotted path of the attention module, for example ``blocks.3.attn``; empty for a lone one."""
    block: int
    """Place among the attention layers, from 0."""
    stage: int
    """From 1; a new stage begins where queries are pooled to a coarser grid."""
    inputs: AttentionInputs = field(repr=False)
    """Pooled queries and keys; values only where gradients were asked for (else empty)."""
    q_geometry: GridGeometry
    """Where the queries lie on the model's input."""
    k_geometry: GridGeometry
    output_gradient: Tensor | None = field(default=None, repr=False)
    """(B, h, Nq, d): gradient of the chosen logit with respect to the weighted values."""

    @property
    def q_shape(self) -> Triple:
        """Grid of the patch queries, (T, Y, X)."""
        return self.inputs.q_shape

    @property
    def k_shape(self) -> Triple:
        """Grid of the patch keys, (T, Y, X)."""
        return self.inputs.k_shape

    @property
    def heads(self) -> int:
        """Number of heads."""
        return self.inputs.q.shape[1]

    @property
    def has_class_token(self) -> bool:
        """Token 0 of queries and keys is the class token."""
        return self.inputs.has_class_token

    @property
    def q_grid(self) -> Grid:
        """Query tokens, class token included."""
        return Grid(self.q_shape, self.has_class_token)

    @property
    def k_grid(self) -> Grid:
        """Key tokens, class token included."""
        return Grid(self.k_shape, self.has_class_token)

    @property
    def map_shape(self) -> tuple[int, int, int, int]:
        """(B, h, Nq, Nk) of the full map."""
        q, k = self.inputs.q, self.inputs.k
        return q.shape[0], q.shape[1], q.shape[2], k.shape[2]

    @property
    def attention_bytes(self) -> int:
        """Size of the full float32 map."""
        b, h, nq, nk = self.map_shape
        return b * h * nq * nk * 4

    @property
    def nbytes(self) -> int:
        """Memory this layer really holds."""
        kept = (self.inputs.q, self.inputs.k, self.inputs.v)
        return sum(tensor.nbytes for tensor in kept) + self.inputs.positions.nbytes

    def attention(self, max_bytes: int | None = FULL_MAP_BYTES) -> Tensor:
        """The full map after softmax, (B, h, Nq, Nk); every row sums to 1.

        Args:
            max_bytes: refuse to build a larger map; None builds any.

        Raises:
            CaptureError: the map is larger than ``max_bytes``.
        """
        if max_bytes is not None and self.attention_bytes > max_bytes:
            raise CaptureError(
                f"the map of {self.name or 'this layer'} takes {self.attention_bytes >> 20} MiB, "
                f"more than {max_bytes >> 20} MiB; use row(), column() or received(), "
                f"or pass max_bytes=None"
            )
        full = torch.empty(self.map_shape, dtype=self.inputs.q.dtype)
        for start, tile in self.tiles():  # each is copied while it is still in the cache
            full[:, :, start : start + tile.shape[2]] = tile
        return full

    def tiles(self) -> Iterator[tuple[int, Tensor]]:
        """The map in consecutive tiles of rows: (first row, (B, h, rows, Nk))."""
        inputs = self.inputs
        queries = augment_queries(
            inputs.q, inputs.positions, self.q_shape, int(self.has_class_token)
        )
        b, h, nq, nk = self.map_shape
        rows = max(TILE_BYTES // (b * h * nk * 4), 16)
        for start in range(0, nq, rows):
            yield start, self._softmax(queries[:, :, start : start + rows], start)

    def row(self, query: int) -> Tensor:
        """Where one query looks, (B, h, Nk), without building the rest.

        Args:
            query: index on the query axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such query.
        """
        self._check(query, self.q_grid, "query")
        inputs = self.inputs
        q = inputs.q[:, :, query : query + 1]
        position = self.q_grid.position(query)
        if position is None:
            queries = functional.pad(q, (0, inputs.positions.width))
        else:
            at = inputs.positions.at(*position)
            queries = augment_queries(q, at, (1, 1, 1), 0)
        return self._softmax(queries, query)[:, :, 0]

    def column(self, key: int) -> Tensor:
        """How much every query looks at one key, (B, h, Nq).

        Args:
            key: index on the key axis; 0 is the class token where there is one.

        Raises:
            CaptureError: there is no such key.
        """
        self._check(key, self.k_grid, "key")
        return torch.cat([tile[..., key] for _, tile in self.tiles()], dim=2)

    def received(self) -> Tensor:
        """Mean over all queries, the class token among them, (B, h, Nk)."""
        total = sum(tile.sum(dim=2) for _, tile in self.tiles())
        assert isinstance(total, Tensor)
        return total / self.map_shape[2]

    def patch_rows_mean(self) -> Tensor:
        """Mean over the patch queries alone, (B, h, Nk): the rows that a mean readout reads."""
        cls = int(self.has_class_token)
        total = self.received() * self.map_shape[2]
        if cls:
            total = total - self.row(0)
        return total / (self.map_shape[2] - cls)

    def gradient(self) -> Tensor:
        """Gradient of the chosen logit with respect to the map, (B, h, Nq, Nk).

        Rebuilt as dO v^T, where O is the weighted values.

        Raises:
            CaptureError: the record was made without ``gradient_of``.
        """
        if self.output_gradient is None:
            raise CaptureError("no gradient was kept; capture again with gradient_of=<class index>")
        return self.output_gradient @ self.inputs.v.transpose(-2, -1)

    @cached_property
    def _keys(self) -> Tensor:
        inputs = self.inputs
        keys = augment_keys(
            inputs.k, inputs.scale, inputs.positions, self.k_shape, int(self.has_class_token)
        )
        return keys.transpose(-2, -1)

    def _softmax(self, queries: Tensor, start: int) -> Tensor:
        mask = self.inputs.mask
        if mask is not None and mask.shape[-2] > 1:
            mask = mask[..., start : start + queries.shape[2], :]
        return masked_softmax(queries @ self._keys, mask)

    def _check(self, index: int, grid: Grid, what: str) -> None:
        if not isinstance(index, int):
            raise CaptureError(f"{what} is {index!r}; allowed are whole numbers from 0")
        if not 0 <= index < grid.token_count:
            raise CaptureError(
                f"{what} {index} is outside 0..{grid.token_count - 1} of {self.name or 'the layer'}"
                f" ({'class token and ' if grid.has_class_token else ''}grid {grid.shape})"
            )


@dataclass(frozen=True)
class AttentionRecord:
    """What one forward pass said, and what each of its attention layers looked at."""

    logits: Tensor
    """(B, classes), before softmax."""
    layers: tuple[LayerAttention, ...]
    """In the order of execution."""
    readout: Literal["class", "mean"]
    """Which tokens of the last layer the prediction is read from."""
    input_shape: Triple
    """(frames, height, width) that the model was given."""
    gradient_of: int | None = None

    @property
    def probabilities(self) -> Tensor:
        """(B, classes), after softmax."""
        return self.logits.softmax(dim=-1)

    @property
    def nbytes(self) -> int:
        """Memory held by all layers."""
        return sum(layer.nbytes for layer in self.layers)


class AttentionRecorder:
    """Hears every attention layer of a module while its ``with`` block lasts.

    ::

        with AttentionRecorder(module) as recorder:
            module(x, thw)
        recorder.layers[0].attention()

    The last forward pass inside the block is kept. Gradients flow through untouched; what is
    kept is detached and, where it was a view, copied, so that no larger tensor stays pinned.

    Args:
        module: any module that holds attention layers, one alone too.
        on_layer: progress; raising from it ends the forward pass, and the hooks are removed.
        keep_gradients: keep values, and the gradient of the weighted values once a backward
            pass has run.

    Raises:
        CaptureError: the module holds no attention layer.
    """

    def __init__(
        self,
        module: nn.Module,
        *,
        on_layer: OnLayer | None = None,
        keep_gradients: bool = False,
    ) -> None:
        self._taps = {
            name.removesuffix("tap").removesuffix("."): tap
            for name, tap in module.named_modules()
            if isinstance(tap, AttentionTap)
        }
        if not self._taps:
            raise CaptureError(
                f"{type(module).__name__} holds no attention layer; "
                f"allowed are modules with MultiScaleAttention or MultiHeadedAttention"
            )
        geometry = getattr(module, "patch_geometry", None)
        self._start = geometry if isinstance(geometry, GridGeometry) else GridGeometry()
        self._on_layer = on_layer
        self._keep_gradients = keep_gradients
        self._module = module
        self._handles: list[RemovableHandle] = []
        self._heard: list[LayerAttention] = []

    @property
    def layers(self) -> tuple[LayerAttention, ...]:
        """The layers heard in the last forward pass, in the order of execution."""
        return tuple(self._heard)

    def __enter__(self) -> Self:
        # Only the module's own forward begins anew: a layer may be used twice within one.
        self._handles.append(self._module.register_forward_pre_hook(self._begin))
        for name, tap in self._taps.items():
            self._handles.append(tap.register_forward_hook(self._hook(name)))
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for handle in self._handles:
            handle.remove()
        self._handles.clear()

    def _hook(self, name: str) -> _Hook:
        def hear(_: nn.Module, given: tuple[Tensor, AttentionInputs], weighted: Tensor) -> None:
            place = len(self._heard)
            self._heard.append(self._layer(name, given[1]))
            if self._keep_gradients and weighted.requires_grad:
                weighted.register_hook(lambda gradient: self._keep_gradient(place, gradient))
            if self._on_layer is not None:
                self._on_layer(len(self._heard), len(self._taps))

        return hear

    def _layer(self, name: str, heard: AttentionInputs) -> LayerAttention:
        last = self._heard[-1] if self._heard else None
        geometry = last.q_geometry if last else self._start
        coarser = heard.q_shape != heard.input_shape
        return LayerAttention(
            name=name,
            block=len(self._heard),
            stage=(last.stage if last else 1) + (coarser and last is not None),
            inputs=self._kept(heard),
            q_geometry=geometry.through(heard.q_window),
            k_geometry=geometry.through(heard.k_window),
        )

    def _kept(self, heard: AttentionInputs) -> AttentionInputs:
        v = heard.v if self._keep_gradients else heard.v[..., :0]
        mask = None if heard.mask is None else _own(heard.mask)
        positions = replace(
            heard.positions,
            **{
                axis: _own(table)
                for axis in ("t", "y", "x")
                if (table := getattr(heard.positions, axis)) is not None
            },
        )
        return replace(
            heard, q=_own(heard.q), k=_own(heard.k), v=_own(v), mask=mask, positions=positions
        )

    def _begin(self, *_: object) -> None:
        self._heard = []

    def _keep_gradient(self, place: int, gradient: Tensor) -> None:
        self._heard[place] = replace(self._heard[place], output_gradient=_own(gradient))


def _own(tensor: Tensor) -> Tensor:
    """The same values on the CPU, in memory of their own."""
    detached = tensor.detach()
    if detached.device.type != "cpu":
        return detached.to("cpu")
    owned = detached.untyped_storage().nbytes() == detached.nbytes
    return detached if owned else detached.clone(memory_format=torch.contiguous_format)


def capture(
    model: nn.Module,
    inputs: Tensor,
    gradient_of: int | None = None,
    *,
    on_layer: OnLayer | None = None,
) -> AttentionRecord:
    """Run the model once and keep its attention; the output is the plain forward's, bit for bit.

    Args:
        model: a model with attention layers; used as it is (put it in ``eval`` mode first).
        inputs: (B, 3, T, H, W), moved to the model's device and number format.
        gradient_of: class index whose logit's gradient is kept for each layer as well.
        on_layer: progress, (layers done, layers in all); raising from it cancels.

    Raises:
        CaptureError: the model holds no attention layer, there is no such class, or the network
            cannot run on this input.
        ClipError: the input does not fit the model.
    """
    if not (gradient_of is None or isinstance(gradient_of, int)):
        raise CaptureError(f"gradient_of is {gradient_of!r}; allowed are None and a class index")
    recorder = AttentionRecorder(model, on_layer=on_layer, keep_gradients=gradient_of is not None)
    given = tuple(inputs.shape)
    try:
        logits = _run(model, inputs, recorder, gradient_of)
    except torch.OutOfMemoryError as error:
        raise CaptureError(
            f"the device has too little memory for an input of {given}; "
            f"use the CPU (--device cpu) or a smaller input"
        ) from error
    except RuntimeError as error:
        reason = str(error).strip().splitlines()[0]
        raise CaptureError(f"the network cannot run on an input of {given}: {reason}") from error
    readout = getattr(getattr(model, "config", None), "readout", "class")
    frames, height, width = (1, *inputs.shape[2:]) if inputs.ndim == 4 else inputs.shape[2:]
    return AttentionRecord(
        logits=logits.detach().cpu(),
        layers=recorder.layers,
        readout="class" if readout == "class" else "mean",
        input_shape=(frames, height, width),
        gradient_of=gradient_of,
    )


def _run(
    model: nn.Module, inputs: Tensor, recorder: AttentionRecorder, gradient_of: int | None
) -> Tensor:
    parameter = next(model.parameters(), None)
    if parameter is not None:
        inputs = inputs.to(parameter.device, parameter.dtype)
    if gradient_of is None:
        with recorder, torch.no_grad():
            logits: Tensor = model(inputs)
        return logits
    # A caller's inference mode would keep autograd from seeing anything.
    with torch.inference_mode(False), torch.enable_grad(), recorder:
        inputs = inputs.detach().clone().requires_grad_(True)
        logits = model(inputs)
        _backward(inputs, logits, gradient_of)
    return logits


def _backward(inputs: Tensor, logits: Tensor, gradient_of: int) -> None:
    """Let the hooks hear the gradients; differentiating by the input leaves weights untouched."""
    if not 0 <= gradient_of < logits.shape[-1]:
        raise CaptureError(
            f"class {gradient_of} does not exist; the head has {logits.shape[-1]} classes, "
            f"0 to {logits.shape[-1] - 1}"
        )
    torch.autograd.grad(logits[:, gradient_of].sum(), inputs)
