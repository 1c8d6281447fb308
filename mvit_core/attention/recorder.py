"""Run a model once and keep what its attention layers multiplied.

Full maps are never stored (``record.py`` rebuilds them). Hooks live as long as a ``with`` block and
change nothing in the model.
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from mvit_core.attention.forward import ForwardResult, own_precision, run, run_backward
from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attention.statistics import StatisticsNotes
from mvit_core.attention.summary import MapSummary, value_norms
from mvit_core.errors import Cancelled, CaptureError
from mvit_core.geometry import GridGeometry
from mvit_core.model.detection import DetectionMViT
from mvit_core.model.products import Tile
from mvit_core.model.tap import AttentionInputs, AttentionTap, MapNotes
from mvit_core.system.cache import default_budget_bytes
from mvit_core.system.devices import memory_errors_named
from mvit_core.system.host_copies import HostCopies
from mvit_core.system.spill import SpillFile

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["AttentionRecorder", "Keep", "OnCancelled", "OnLayer", "OnStep", "capture", "record_of"]

OnLayer = Callable[[int, int], None]
"""Called with (layers heard, layers in all) after each; raising ends the forward pass."""

OnStep = Callable[[], None]
"""Called many times within each layer; raising ends the forward pass."""


OnCancelled = Callable[[AttentionRecord], None]
"""Takes what was kept of a forward pass that did not come to its end."""


@dataclass(frozen=True)
class Keep:
    """Choice of what is kept of a forward pass."""

    blocks: frozenset[int] | None = None
    """Attention layers by their place from 0; None keeps all."""
    gradients: bool = False
    """Values too, and the gradient of the weighted values once a backward pass has run."""
    full_maps: bool = False
    """Every probability, as the forward pass makes it."""
    statistics: bool = False
    """Statistics of every head over all queries, taken while the tiles pass."""
    memory_bytes: int = field(default_factory=default_budget_bytes)
    """Layers that would take more than this in all go to a file of the cache folder. The largest
    published model, MViTv2-L 40x3 at 312 px, keeps 1.3 GiB of one clip."""


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
        keep: how much is kept. Full maps are written into the same memory by each forward pass
            inside the block: fresh memory of that size costs more than filling it.
        on_layer: progress; raising from it ends the forward pass, and the hooks are removed.
        on_step: the same at many points within a layer, to cancel soon.
        roots: gets the weighted values of the first layer kept, cut off from what was before, so
            that a gradient is computed for the layers kept and no further.

    Raises:
        CaptureError: the module holds no attention layer, or lacks one that is to be kept.
    """

    def __init__(
        self,
        module: nn.Module,
        *,
        keep: Keep | None = None,
        on_layer: OnLayer | None = None,
        on_step: OnStep | None = None,
        roots: list[Tensor] | None = None,
    ) -> None:
        self._roots = roots
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
        self._keep = keep or Keep()
        last = len(self._taps) - 1
        unknown = [block for block in self._keep.blocks or () if not 0 <= block <= last]
        if unknown:
            raise CaptureError(
                f"block {min(unknown)} does not exist; the model has blocks 0 to {last}"
            )
        geometry = getattr(module, "patch_geometry", None)
        self._start = geometry if isinstance(geometry, GridGeometry) else GridGeometry()
        self._on_layer = on_layer
        self._on_step = on_step
        self._module = module
        self._handles: list[RemovableHandle] = []
        self._maps: dict[int, Tensor] = {}
        self._copies = HostCopies()
        self._begin()

    @property
    def layers(self) -> tuple[LayerAttention, ...]:
        """The layers kept of the last forward pass, in the order of execution."""
        self._copies.wait()
        return tuple(self._heard.values())

    @property
    def roots(self) -> tuple[Tensor, ...]:
        """Tensors (B, heads, queries, channels) at which the requested gradients end."""
        return tuple(self._roots or ())

    @property
    def taps(self) -> int:
        """Attention layers of the module."""
        return len(self._taps)

    @property
    def depth(self) -> int:
        """Layers heard in the last forward pass, kept or not."""
        return self._depth

    def __enter__(self) -> Self:
        # Only the module's own forward begins anew: a layer may be used twice within one.
        self._handles.append(self._module.register_forward_pre_hook(self._begin))
        for name, tap in self._taps.items():
            self._handles.append(tap.register_forward_pre_hook(self._offer_notes))
            self._handles.append(tap.register_forward_hook(self._hook(name)))
        if self._on_step is not None:
            # Those without weights take no time, and a hook keeps some from being computed at once.
            parts = (each for each in self._module.modules() if [*each.parameters(recurse=False)])
            self._handles += [part.register_forward_pre_hook(self._step) for part in parts]
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
        self._copies.wait()

    def _begin(self, *_: object) -> None:
        self._heard: dict[int, LayerAttention] = {}
        self._depth, self._stage, self._geometry = 0, 1, self._start
        self._spill: SpillFile | None = None
        self._statistics: StatisticsNotes | None = None

    def _step(self, *_: object) -> None:
        if self._on_step is not None:
            self._on_step()

    def _is_kept(self, block: int) -> bool:
        return self._keep.blocks is None or block in self._keep.blocks

    def _offer_notes(
        self, _: nn.Module, given: tuple[AttentionInputs]
    ) -> tuple[AttentionInputs, MapNotes] | None:
        if not self._is_kept(self._depth):
            return None
        inputs = given[0]
        maps = self._room_for(inputs) if self._keep.full_maps else None
        if self._keep.statistics:
            self._statistics = StatisticsNotes(inputs, *self._geometries(inputs))
        return inputs, MapNotes(inputs, maps, self._on_tile)

    def _on_tile(self, tile: Tile, logits: Tensor, weights: Tensor) -> None:
        if self._statistics is not None:
            self._statistics.add(tile, logits, weights)
        self._step()

    def _geometries(self, inputs: AttentionInputs) -> tuple[GridGeometry, GridGeometry]:
        """Places of the queries and of the keys of the layer that runs."""
        through = self._geometry.through
        return through(inputs.q_window), through(inputs.k_window)

    def _room_for(self, inputs: AttentionInputs) -> Tensor:
        """Memory for a full map, the same as at the last forward pass where it fits."""
        (b, h, nq, _), nk = inputs.q.shape, inputs.k.shape[2]
        known = self._maps.get(self._depth)
        if known is None or known.shape != (b * h, nq, nk) or known.dtype != inputs.q.dtype:
            with torch.inference_mode(False):  # to be filled outside that mode as well
                known = self._maps[self._depth] = inputs.q.detach().new_empty(b * h, nq, nk)
        return known

    def _hook(self, name: str) -> "_Hook":
        def on_weighted(_: nn.Module, given: _Given, weighted: Tensor) -> Tensor:
            block, inputs = self._depth, given[0]
            coarser = inputs.q_shape != inputs.input_shape
            self._stage += coarser and block > 0
            if self._is_kept(block):
                self._heard[block] = self._settled(self._layer(name, inputs, given[1]))
                if self._keep.gradients:
                    weighted = self._with_gradient(block, weighted)
            self._depth, self._geometry = block + 1, self._geometry.through(inputs.q_window)
            if self._on_layer is not None:
                self._on_layer(self._depth, len(self._taps))
            return weighted

        return on_weighted

    def _with_gradient(self, block: int, weighted: Tensor) -> Tensor:
        """Weighted values whose gradient is kept once a backward pass has run."""
        if self._roots is not None and not weighted.requires_grad:
            weighted = weighted.detach().requires_grad_(True)
            self._roots.append(weighted)
        if weighted.requires_grad:
            weighted.register_hook(lambda gradient: self._keep_gradient(block, gradient))
        return weighted

    def _layer(self, name: str, inputs: AttentionInputs, notes: MapNotes) -> LayerAttention:
        take, heads = self._copies.take, inputs.q.shape[:2]
        q_geometry, k_geometry = self._geometries(inputs)
        taken, norms = self._statistics, value_norms(self._module.get_submodule(name), inputs.v)
        return LayerAttention(
            name=name,
            block=self._depth,
            stage=self._stage,
            inputs=self._kept(inputs),
            summary=MapSummary(
                first_row=take(notes.first_row).unflatten(0, heads),
                column_sums=take(notes.column_sums).unflatten(0, heads),
                log_sum_exp=take(notes.log_sum_exp).unflatten(0, heads),
                maps=None if notes.maps is None else take(notes.maps).unflatten(0, heads),
                statistics=None if taken is None else taken.statistics(),
                value_norms=None if norms is None else take(norms),
            ),
            q_geometry=q_geometry,
            k_geometry=k_geometry,
        )

    def _kept(self, inputs: AttentionInputs) -> AttentionInputs:
        take = self._copies.take
        v = inputs.v if self._keep.gradients else inputs.v[..., :0]
        mask = None if inputs.mask is None else take(inputs.mask)
        tables = {
            axis: take(table)
            for axis in ("t", "y", "x")
            if (table := getattr(inputs.positions, axis)) is not None
        }
        positions = replace(inputs.positions, **tables)
        return replace(
            inputs, q=take(inputs.q), k=take(inputs.k), v=take(v), mask=mask, positions=positions
        )

    def _settled(self, layer: LayerAttention) -> LayerAttention:
        """The layer, in a file if memory is to hold no more."""
        held = sum(other.nbytes for other in self._heard.values() if other.block != layer.block)
        if layer.spill is not None or held + layer.nbytes <= self._keep.memory_bytes:
            return layer
        self._copies.wait()
        self._spill = spill = self._spill or SpillFile()
        inputs, summary, gradient = layer.inputs, layer.summary, layer.output_gradient
        return replace(
            layer,
            inputs=replace(
                inputs,
                q=spill.store(inputs.q),
                k=spill.store(inputs.k),
                v=spill.store(inputs.v),
            ),
            summary=replace(
                summary, maps=None if summary.maps is None else spill.store(summary.maps)
            ),
            output_gradient=None if gradient is None else spill.store(gradient),
            spill=spill,
        )

    def _keep_gradient(self, block: int, gradient: Tensor) -> None:
        layer, kept = self._heard[block], self._copies.take(gradient)
        if layer.spill is not None:
            self._copies.wait()
            kept = layer.spill.store(kept)
        self._heard[block] = self._settled(replace(layer, output_gradient=kept))


_Given = tuple[AttentionInputs, MapNotes]
_Hook = Callable[[nn.Module, _Given, Tensor], Tensor]


def capture(  # noqa: PLR0913 - each is a choice of its own
    model: nn.Module,
    inputs: Tensor,
    gradient_of: int | None = None,
    *,
    keep: Keep | None = None,
    on_layer: OnLayer | None = None,
    on_step: OnStep | None = None,
    on_cancelled: OnCancelled | None = None,
    boxes: Tensor | None = None,
) -> AttentionRecord:
    """The record of one run of the model; the output is the plain forward's, bit for bit.

    Args:
        model: a model with attention layers, used as it is: put it in ``eval`` mode first.
        inputs: (B, 3, T, H, W), moved to the model's device and number format.
        gradient_of: class index whose logit's gradient is kept as well.
        keep: what is kept; queries, keys and sums of every layer by default.
        on_layer: progress, (layers done, layers in all); raising from it cancels.
        on_step: called many times within each layer; raising from it cancels too.
        on_cancelled: given the layers heard so far when ``Cancelled`` ends the pass.
        boxes: for detection, (N, 5): clip in the batch, x1, y1, x2, y2 in pixels of the crop;
            logits are of boxes then. None is the whole frame of each clip.

    Raises:
        Cancelled: as ``on_layer`` or ``on_step`` raised it.
        CaptureError: no attention layer, no such class, no boxes taken, or it cannot run on this.
        ClipError: the input or the boxes do not fit the model.
        DeviceMemoryError: the device has too little memory for the input.
    """
    _check_request(model, gradient_of, boxes)
    keep = replace(keep or Keep(), gradients=gradient_of is not None)
    roots = None if gradient_of is None else list[Tensor]()
    recorder = AttentionRecorder(model, keep=keep, on_layer=on_layer, on_step=on_step, roots=roots)
    given = tuple(inputs.shape)
    try:
        result = _run_on_device(model, inputs, recorder, gradient_of, boxes)
    except Cancelled:
        if on_cancelled is not None and recorder.layers:
            unfinished = record_of(model, recorder, ForwardResult(torch.empty(given[0], 0)), given)
            on_cancelled(replace(unfinished, depth=recorder.taps, is_complete=False))
        raise
    except RuntimeError as error:
        raise _cannot_run(given, error) from error
    return replace(record_of(model, recorder, result, given), gradient_of=gradient_of)


def _cannot_run(given: tuple[int, ...], error: RuntimeError) -> CaptureError:
    reason = str(error).strip().splitlines()[0]
    return CaptureError(f"the network cannot run on an input of {given}: {reason}")


def _check_request(model: nn.Module, gradient_of: object, boxes: Tensor | None) -> None:
    if not (gradient_of is None or isinstance(gradient_of, int)):
        raise CaptureError(f"gradient_of is {gradient_of!r}; allowed are None and a class index")
    if boxes is not None and not isinstance(model, DetectionMViT):
        raise CaptureError("boxes are for models of detection; this one predicts for whole clips")


def _run_on_device(
    model: nn.Module,
    inputs: Tensor,
    recorder: AttentionRecorder,
    gradient_of: int | None,
    boxes: Tensor | None,
) -> ForwardResult:
    """Run the model with the input on its device, in its number format."""
    parameter = next(model.parameters(), torch.empty(0))
    half = parameter.element_size() < 4
    with memory_errors_named(f"an input of {tuple(inputs.shape)}", parameter.device, half=half):
        inputs = inputs.to(parameter.device, parameter.dtype)
        with own_precision(parameter.device):
            if gradient_of is None:
                return run(model, inputs, recorder, boxes)
            return run_backward(model, inputs, recorder, gradient_of, boxes)


def record_of(
    model: nn.Module, recorder: AttentionRecorder, said: ForwardResult, given: tuple[int, ...]
) -> AttentionRecord:
    """Makes the record of a model's pass over an input of shape ``given``."""
    frames, height, width = (1, *given[2:]) if len(given) == 4 else given[2:]
    config = getattr(model, "config", None)
    return AttentionRecord(
        logits=said.logits.detach().cpu(),
        layers=recorder.layers,
        depth=recorder.depth,
        readout="class" if getattr(config, "readout", "class") == "class" else "mean",
        input_shape=(frames, height, width),
        activation=getattr(config, "head_act", "softmax"),
        heads=tuple(replace(head, logits=head.logits.detach().cpu()) for head in said.heads),
        boxes=None if said.boxes is None else said.boxes.detach().cpu(),
    )
