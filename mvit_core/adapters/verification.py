"""Compares the maps that are rebuilt of a module's layers with its own softmax, while it runs."""

import weakref
from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.overrides import TorchFunctionMode
from typing_extensions import override

from mvit_core.adapters.layer import LayerHooks
from mvit_core.errors import CaptureError
from mvit_core.model.products import tile_softmax, tiles_of
from mvit_core.model.tap import AttentionInputs

__all__ = ["TOLERANCE", "SoftmaxWatch", "Verification", "is_verified", "set_verified"]

TOLERANCE = 2e-6
"""Largest difference of two probabilities that are alike. A wrong option shows as 1e-2."""

_ROUNDING_PER_LOGIT = 2.0**-22
"""What rounding adds for each unit of the largest logit: float32 holds it to 2^-24 of itself, and
the module's product and ours add up in different orders. It counts beyond logits of 8."""

_SOFTMAXES = (torch.softmax, Tensor.softmax, functional.softmax, torch.special.softmax)

_VERIFIED: "weakref.WeakKeyDictionary[nn.Module, object]" = weakref.WeakKeyDictionary()
"""Modules whose layers were compared, with the fingerprint of what was."""


class SoftmaxWatch(TorchFunctionMode):
    """Records every softmax of this thread while its ``with`` block lasts, and changes none."""

    def __init__(self, on_softmax: Callable[[Tensor], None]) -> None:
        super().__init__()
        self._on_softmax = on_softmax

    @override
    def __torch_function__(
        self, func: Any, types: Any, args: Any = (), kwargs: Any = None
    ) -> Any:  # what torch hands over
        given = func(*args, **(kwargs or {}))
        if func in _SOFTMAXES and isinstance(given, Tensor):
            self._on_softmax(given)
        return given


class Verification:
    """One layer's comparison: exactly one softmax, and it is the map that is rebuilt."""

    def __init__(self, hooks: LayerHooks) -> None:
        self._hooks = hooks
        self._softmaxes = 0
        self._kept: tuple[Tensor, Tensor] | None = None

    def compare(self, seen: Tensor) -> None:
        """Compare a softmax of this layer with the map of what its hooks recorded.

        Raises:
            CaptureError: they differ.
        """
        self._softmaxes += 1
        inputs = self._hooks.recorded().inputs()
        _compare(inputs, seen.detach(), self._hooks.title)
        self._kept = inputs.q.clone(), inputs.k.clone()

    def end(self) -> None:
        """See whether the layer made one map, of operands that are still what they were.

        Raises:
            CaptureError: it did not.
        """
        title = self._hooks.title
        if self._softmaxes != 1 or self._kept is None:
            raise CaptureError(
                f"{title} made {self._softmaxes} softmaxes where one is its map, so what it looks "
                f"at cannot be checked; attention that is computed in one fused step is not shown"
            )
        recorded = self._hooks.recorded()
        for before, after in zip(self._kept, (recorded.q, recorded.k), strict=True):
            if not torch.equal(before, after):
                raise CaptureError(
                    f"{title} changes its queries or keys in place after its map was made, so "
                    f"they cannot be kept without a copy"
                )


@torch.no_grad()
def _compare(inputs: AttentionInputs, seen: Tensor, title: str) -> None:
    q, k = inputs.queries().flatten(0, 1), inputs.keys().flatten(0, 1)
    shape = q.shape[0], q.shape[1], k.shape[1]
    if seen.numel() != shape[0] * shape[1] * shape[2] or seen.shape[-1] != shape[2]:
        raise CaptureError(
            f"{title} makes a map of {tuple(seen.shape)}, where its queries and keys give "
            f"{(*inputs.q.shape[:3], k.shape[1])}"
        )
    theirs, worst, largest = seen.reshape(shape), 0.0, 0.0
    for tile in tiles_of(shape, q):
        logits, weights = tile_softmax(q, k, None, tile)
        differences = (weights - theirs[tile.maps, tile.rows]).abs()
        worst = max(worst, float(differences.max().nan_to_num(nan=1.0)))
        largest = max(largest, float(logits.abs().max()))
    if worst > max(TOLERANCE, largest * _ROUNDING_PER_LOGIT):
        raise CaptureError(
            f"{title} was rebuilt otherwise than it ran: a probability differs by {worst:.2g}, "
            f"allowed are {TOLERANCE:g}; its code is not that of a known code base"
        )


def _fingerprint(layers: list[LayerHooks]) -> object:
    """What has to be the same for a comparison to hold: each layer, its code and its row."""
    return tuple(
        (
            hooks.name,
            id(hooks.layer),
            type(hooks.layer).forward,
            id(hooks.layer.__dict__.get("forward")),
            hooks.adapter.name,
        )
        for hooks in layers
    )


def is_verified(module: nn.Module, layers: list[LayerHooks]) -> bool:
    """The layers of a module were compared before."""
    return _VERIFIED.get(module) == _fingerprint(layers)


def set_verified(module: nn.Module, layers: list[LayerHooks]) -> None:
    """Remember that all layers of a module were compared."""
    _VERIFIED[module] = _fingerprint(layers)
