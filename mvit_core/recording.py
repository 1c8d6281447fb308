"""Run a model once and keep what its attention layers multiplied.

Full maps are never stored (``record.py`` rebuilds them). Hooks live as long as a ``with`` block and
change nothing in the model.
"""

from collections.abc import Callable
from dataclasses import replace
from types import TracebackType
from typing import TYPE_CHECKING, Self

import torch
from torch import Tensor, nn

from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry
from mvit_core.model.tap import AttentionInputs, AttentionTap
from mvit_core.record import AttentionRecord, LayerAttention

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["AttentionRecorder", "OnLayer", "capture"]

OnLayer = Callable[[int, int], None]
"""Called with (layers heard, layers in all) after each; raising ends the forward pass."""

_Hook = Callable[[nn.Module, tuple[Tensor, AttentionInputs], Tensor], None]


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
