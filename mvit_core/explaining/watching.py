"""Progress of an explanation, and its end on request: within a pass as well as between steps."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from torch import Tensor, nn

from mvit_core.model.tap import AttentionTap

if TYPE_CHECKING:
    from torch.utils.hooks import RemovableHandle

__all__ = ["OnStep", "Steps", "watched"]

OnStep = Callable[[int, int], None]
"""Called with (steps done, steps in all) after each step and, with the same numbers, many times
within one; raising ``Cancelled`` from it ends the explanation and leaves nothing behind."""


class Steps:
    """Counts the steps of an explanation.

    Args:
        on_step: hears of them; None for nobody.
    """

    def __init__(self, on_step: OnStep | None = None) -> None:
        self._on_step = on_step
        self._done = self._total = 0

    def expect(self, count: int) -> None:
        """So many steps more are to come."""
        self._total += count

    def step(self) -> None:
        """One more is done."""
        self._done += 1
        self.check()

    def check(self) -> None:
        """Nothing more is done, but the user may have stopped it."""
        if self._on_step is not None:
            self._on_step(self._done, self._total)


@contextmanager
def watched(model: nn.Module, steps: Steps) -> Iterator[None]:
    """``steps.check`` is called many times within each pass of the model, forward and back."""
    handles: list[RemovableHandle] = []
    taps = [part for part in model.modules() if isinstance(part, AttentionTap)]

    def on_forward(_module: nn.Module, _given: object) -> None:
        steps.check()

    def on_leaving(_module: nn.Module, _given: object, left: object) -> None:
        leaving = left[0] if isinstance(left, tuple) else left
        if isinstance(leaving, Tensor) and leaving.requires_grad:
            leaving.register_hook(lambda _: steps.check())

    for part in model.modules():
        if isinstance(part, AttentionTap) or [*part.parameters(recurse=False)]:
            handles.append(part.register_forward_pre_hook(on_forward))
            handles.append(part.register_forward_hook(on_leaving))
    for tap in taps:
        tap.on_piece = steps.check  # a block of a large network takes long, and its gradient longer
    try:
        yield
    finally:
        for tap in taps:
            tap.on_piece = None
        for handle in handles:
            handle.remove()
