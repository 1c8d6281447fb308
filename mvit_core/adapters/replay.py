"""Sends what was kept of a pass through taps of our own, which recorders record as any network's.

So what is noted of a map has one definition, whoever ran the network: first row, column sums and
what each row was divided by are noted here, in a pass that is made when the record is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from mvit_core.adapters.layer import RecordedLayer
from mvit_core.attention.record import LayerAttention
from mvit_core.attention.recorder import AttentionRecorder, Keep
from mvit_core.geometry import GridGeometry
from mvit_core.model.tap import AttentionTap

__all__ = ["replayed"]


class _Replay(nn.Module):
    """Layers that have run, as taps.

    Args:
        recorded: the layers in the order of execution.
        geometry: places of the tokens that enter the first of them.
    """

    def __init__(self, recorded: Sequence[RecordedLayer], geometry: GridGeometry) -> None:
        super().__init__()
        self.patch_geometry = geometry
        self._recorded = recorded
        self.taps = nn.ModuleList(AttentionTap() for _ in recorded)

    def forward(self) -> None:
        """Weight no values by each map, for what recorders record meanwhile."""
        for tap, layer in zip(self.taps, self._recorded, strict=True):
            tap(layer.inputs())


def replayed(
    recorded: Sequence[RecordedLayer], geometry: GridGeometry, keep: Keep
) -> tuple[LayerAttention, ...]:
    """The layers that are kept, with all that is noted of their maps."""
    module = _Replay(recorded, geometry)
    with torch.no_grad(), AttentionRecorder(module, keep=keep) as recorder:
        module()
    return tuple(_named(layer, recorded[layer.block]) for layer in recorder.layers)


def _named(layer: LayerAttention, recorded: RecordedLayer) -> LayerAttention:
    summary = replace(layer.summary, value_norms=recorded.value_norms())
    return replace(layer, name=recorded.name, summary=summary)
