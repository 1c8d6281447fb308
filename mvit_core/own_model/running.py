"""Runs a module of the user's own on one input, and records its attention."""

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

import torch
from torch import Tensor, nn

from mvit_core.adapters.recording import recording
from mvit_core.attention.forward import own_precision
from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import Keep, OnLayer, OnStep
from mvit_core.errors import Cancelled, CaptureError, MvitError, OwnCodeError
from mvit_core.own_model.architecture import Parts, parts_of
from mvit_core.system.own_code import failure_words

__all__ = ["run_module"]


def run_module(
    module: nn.Module,
    inputs: Tensor,
    keep: Keep | None = None,
    on_layer: OnLayer | None = None,
    on_step: OnStep | None = None,
) -> AttentionRecord:
    """The record of one run of a network of another code base, in evaluation mode.

    Training modes are put back afterwards; nothing else of the module changes.

    Args:
        module: the network, or a module around it that takes (B, 3, T, H, W).
        inputs: (B, 3, T, H, W), moved to the module's device and number format.
        keep: what is kept; queries, keys and sums of every layer by default.
        on_layer: progress, (layers done, layers in all); raising from it cancels.
        on_step: called many times within each layer; raising from it cancels too.

    Raises:
        Cancelled: as ``on_layer`` or ``on_step`` raised it.
        CaptureError: no layer is known, or a layer is refused.
        OwnCodeError: the module's own code failed, for lack of memory too.
    """
    parts = parts_of(module)
    weight = next(module.parameters(), torch.empty(0))
    given = inputs.to(weight.device, weight.dtype)
    given = given[:, :, 0] if parts.is_image and given.ndim == 5 else given
    recorded = recording(module, keep=keep)
    with (
        _evaluating(module),
        _watched(module, parts, on_layer, on_step),
        own_precision(weight.device),
        torch.no_grad(),
        recorded,
    ):
        _call(module, parts, given)
    record = recorded.record
    if not record.logits.isfinite().all():
        raise CaptureError("the module's scores are NaN or infinite; use other weights")
    return record


def _call(module: nn.Module, parts: Parts, given: Tensor) -> None:
    is_whole = parts.network.module is module or parts.adapter.name == "mmaction2"
    try:
        if is_whole:
            parts.adapter.call(module, given)
        else:
            module(given)
    except (Cancelled, MvitError):
        raise
    except Exception as error:  # whatever the user's code raises
        raise OwnCodeError(
            f"the module's own forward failed on an input of {tuple(given.shape)}: "
            f"{failure_words(error)}"
        ) from error


@contextmanager
def _evaluating(module: nn.Module) -> Iterator[None]:
    """In evaluation mode, each part back in its own afterwards."""
    trained = [part for part in module.modules() if part.training]
    module.eval()
    try:
        yield
    finally:
        for part in trained:
            part.training = True


@contextmanager
def _watched(
    module: nn.Module, parts: Parts, on_layer: OnLayer | None, on_step: OnStep | None
) -> Iterator[None]:
    """Progress is reported as layers run; raising from it ends the pass."""
    done = 0

    def layer_done(*_: object) -> None:
        nonlocal done
        done += 1
        if on_layer is not None:
            on_layer(done, len(parts.layers))

    def step(*_: object) -> None:
        if on_step is not None:
            on_step()

    with ExitStack() as stack:
        for _, layer, _ in parts.layers:
            stack.callback(layer.register_forward_hook(layer_done).remove)
        # Those without weights take no time.
        parts_with_weights = [p for p in module.modules() if [*p.parameters(recurse=False)]]
        for part in parts_with_weights:
            stack.callback(part.register_forward_pre_hook(step).remove)
        yield
