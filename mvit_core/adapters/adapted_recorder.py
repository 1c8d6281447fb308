"""Records the attention layers of other code bases within a module, and checks what it records."""

from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass, field
from types import TracebackType
from typing import Self

import torch
from torch import Tensor, nn

from mvit_core.adapters.layer import LayerHooks, RecordedLayer
from mvit_core.adapters.network import NetworkHooks, network_of
from mvit_core.adapters.replay import replayed
from mvit_core.adapters.table import Adapter, adapter_of, known_titles
from mvit_core.adapters.verification import (
    SoftmaxWatch,
    Verification,
    is_verified,
    set_verified,
)
from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import Keep
from mvit_core.errors import CaptureError
from mvit_core.system.host_copies import HostCopies

__all__ = ["AdaptedRecorder", "attention_layers"]

_UNFORESEEN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
"""Errors that hearing a module may raise over code that no row foresaw."""


def attention_layers(module: nn.Module) -> tuple[tuple[str, nn.Module, Adapter], ...]:
    """Path, layer and row of each attention layer that a module holds.

    Raises:
        CaptureError: it holds none that is known.
    """
    found = ((name, part, adapter_of(part)) for name, part in module.named_modules())
    known = tuple((name, part, row) for name, part, row in found if row is not None)
    if not known:
        raise CaptureError(
            f"{type(module).__name__} holds no attention layer that is known; known are those of "
            f"{known_titles()} and our own; weights of others may open with load_model"
        )
    return known


class AdaptedRecorder:
    """Hooks on all attention layers of a module while its ``with`` block lasts.

    What is wrong with a layer never disturbs the pass that runs: it is said when the block ends.

    Args:
        module: holds the layers.
        keep: what is kept of them.

    Raises:
        CaptureError: no layer of it is known.
    """

    def __init__(self, module: nn.Module, keep: Keep) -> None:
        self._module, self._keep = module, keep
        self._found = attention_layers(module)
        name, _, adapter = self._found[0]
        self._network = network_of(module, name, adapter)
        self._around = NetworkHooks(module, self._network)
        self._copies = HostCopies()
        self._opened = ExitStack()
        self._problem = ""
        self._is_watched = False
        self._layers: list[LayerHooks] = []
        self._pass = _Pass()

    def __enter__(self) -> Self:
        self._problem, self._pass = "", _Pass()
        layers = [LayerHooks(*each, self._on_begin, self._on_end) for each in self._found]
        self._layers = layers
        self._is_watched = not is_verified(self._module, layers)
        with ExitStack() as stack:
            module, begun = self._module, self._module.register_forward_pre_hook(self._on_module)
            stack.callback(begun.remove)
            ended = module.register_forward_hook(self._on_module_end, always_call=True)
            stack.callback(ended.remove)
            attached = [handle for hooks in layers for handle in hooks.attach()]
            for handle in (*attached, *self._around.attach()):
                stack.callback(handle.remove)
            if self._is_watched:
                stack.enter_context(SoftmaxWatch(self._on_softmax))
            self._opened = stack.pop_all()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()
        self._copies.wait()
        self._layers, self._pass.current, self._pass.verification = [], None, None
        if error is None and self._problem:
            raise CaptureError(self._problem)

    def record(self) -> AttentionRecord:
        """The last pass, with what is noted of its maps.

        Raises:
            CaptureError: there was none, or a layer could not be recorded.
        """
        known = self._pass
        if known.record is None:
            self._check_heard()
            self._copies.wait()
            known.record = self._made(tuple(known.recorded.values()))
            known.recorded = {}  # the record has what is kept
        return known.record

    def _made(self, recorded: tuple[RecordedLayer, ...]) -> AttentionRecord:
        grid, around = recorded[0].grid, self._around
        geometry = self._network.geometry(around.input_shape, grid)
        return AttentionRecord(
            logits=around.logits(len(recorded[0].q)),
            layers=replayed(recorded, geometry, self._keep),
            depth=len(recorded),
            readout=self._network.readout,
            input_shape=around.input_shape or grid,
            activation=self._network.activation,
        )

    def _check_heard(self) -> None:
        if self._problem:
            raise CaptureError(self._problem)
        recorded = self._pass.recorded
        if not recorded:
            raise CaptureError("the module has not run within the block; call it there")
        silent = [name for name, _, _ in self._found if name not in recorded]
        if silent:
            raise CaptureError(
                f"{silent[0]} did not run in the last pass; all {len(self._found)} attention "
                f"layers must, once each"
            )
        grid = None
        for layer in recorded.values():
            if grid is not None and layer.grid != grid:
                raise CaptureError(
                    f"{layer.name} is given a grid of {layer.grid}, where the layer "
                    f"before it gives {grid}, so the places of its tokens are not known"
                )
            grid = layer.q_shape

    def _begin(self) -> None:
        """Forget the pass before."""
        self._pass = _Pass()
        self._around.begin()

    def _on_module(self, *_: object) -> None:
        self._begin()
        self._pass.runs_whole = True

    def _on_module_end(self, *_: object) -> None:
        self._pass.runs_whole, self._pass.was_whole = False, True

    def _on_begin(self, layer: LayerHooks) -> None:
        # Where the whole module has run, layers alone run again for their gradient (checkpointing).
        if self._problem or self._pass.was_whole:
            return
        is_again = layer.name in self._pass.recorded
        if is_again or self._pass.record is not None:
            if self._pass.runs_whole and is_again:
                self._problem = f"{layer.title} ran twice in one pass; each layer is recorded once"
                return
            self._begin()
        self._problem = _rounding(layer)
        if not self._problem:
            self._pass.current = layer
            self._pass.verification = Verification(layer) if self._is_watched else None

    def _on_softmax(self, seen: Tensor) -> None:
        verification, layer = self._pass.verification, self._pass.current
        if verification is not None and layer is not None and not self._problem:
            self._problem = _problem_of(layer, lambda: verification.compare(seen))

    def _on_end(self, layer: LayerHooks) -> None:
        if self._pass.current is layer and not self._problem:
            self._problem = _problem_of(layer, lambda: self._take(layer))
        self._pass.current = None
        is_all = len(self._pass.recorded) == len(self._found)
        if self._is_watched and is_all and not self._problem:
            set_verified(self._module, self._layers)

    def _take(self, layer: LayerHooks) -> None:
        """Keep a layer that has run."""
        if self._pass.verification is not None:
            self._pass.verification.end()
        self._pass.recorded[layer.name] = layer.recorded(self._copies.take)


@dataclass
class _Pass:
    """What was recorded of the last pass, and where it stands."""

    recorded: dict[str, RecordedLayer] = field(default_factory=dict)
    """By path, in the order of execution."""
    record: AttentionRecord | None = None
    """Made when it was asked for."""
    current: LayerHooks | None = None
    """The layer that runs."""
    verification: Verification | None = None
    runs_whole: bool = False
    """The module itself runs, not parts of it that were called one by one."""
    was_whole: bool = False
    """The module itself has run."""


def _problem_of(layer: LayerHooks, step: Callable[[], None]) -> str:
    """What a step of hearing a layer found wrong; empty for nothing."""
    try:
        step()
    except CaptureError as error:
        return str(error)
    except _UNFORESEEN as error:
        said = str(error).strip().splitlines()
        return (
            f"{layer.title} is not a layer of {layer.adapter.title} as it is known: "
            f"{said[0] if said else type(error).__name__}"
        )
    return ""


def _rounding(layer: LayerHooks) -> str:
    """What keeps a layer's map from being rebuilt to its last digits; empty for nothing."""
    weight = next(layer.layer.parameters())
    device = weight.device.type
    if torch.amp.is_autocast_available(device) and torch.is_autocast_enabled(device):
        return (
            f"{layer.title} runs under autocast, whose rounded maps cannot be rebuilt; call the "
            f"module outside of it, or within torch.autocast({device!r}, enabled=False)"
        )
    if weight.element_size() < 4:
        return (
            f"{layer.title} computes in {weight.dtype}, whose rounded maps cannot be rebuilt; "
            f"record module.float()"
        )
    return ""
