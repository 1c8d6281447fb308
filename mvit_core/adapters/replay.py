"""Sends what was kept of a pass through taps of our own, which recorders hear as any network's.

So what is noted of a map has one definition, whoever ran the network: first row, column sums and
what each row was divided by are noted here, in a pass that is made when the record is asked for.
"""

from collections.abc import Sequence
from dataclasses import replace

import torch
from torch import nn

from mvit_core.adapters.layer import HeardLayer
from mvit_core.attention.record import LayerAttention
from mvit_core.attention.recorder import AttentionRecorder, Keep
from mvit_core.geometry import GridGeometry
from mvit_core.model.tap import AttentionTap

__all__ = ["replayed"]


class _Replay(nn.Module):
    """Layers that have run, as taps.

    Args:
        heard: the layers in the order of execution.
        geometry: places of the tokens that enter the first of them.
    """

    def __init__(self, heard: Sequence[HeardLayer], geometry: GridGeometry) -> None:
        super().__init__()
        self.patch_geometry = geometry
        self._heard = heard
        self.taps = nn.ModuleList(AttentionTap() for _ in heard)

    def forward(self) -> None:
        """Weight no values by each map, for what recorders hear meanwhile."""
        for tap, layer in zip(self.taps, self._heard, strict=True):
            tap(layer.inputs())


def replayed(
    heard: Sequence[HeardLayer], geometry: GridGeometry, keep: Keep
) -> tuple[LayerAttention, ...]:
    """The layers that are kept, with all that is noted of their maps."""
    module = _Replay(heard, geometry)
    with torch.no_grad(), AttentionRecorder(module, keep=keep) as recorder:
        module()
    return tuple(_named(layer, heard[layer.block]) for layer in recorder.layers)


def _named(layer: LayerAttention, heard: HeardLayer) -> LayerAttention:
    summary = replace(layer.summary, value_norms=heard.value_norms())
    return replace(layer, name=heard.name, summary=summary)
