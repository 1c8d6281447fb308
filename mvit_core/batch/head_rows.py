"""Rows of ``heads`` and ``profiles``: statistics of all heads of a run, or of several averaged.

``entropy``, ``distance_px``, ``distance_frames`` and ``sink`` are over all queries, as
``mvit_core/attention/statistics.py`` defines them; the rest is of the row that the prediction is
read from (``readout``), which every run keeps anyway.
"""

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.attribution import METHODS, HeadMaps
from mvit_core.attribution.measures import measures_of
from mvit_core.geometry import GridGeometry

__all__ = ["STATISTICS_VERSION", "LayerValues", "averaged", "head_rows", "layer_values"]

STATISTICS_VERSION = 1
"""Raised where a definition changes: a batch never mixes rows of two."""

Values = NDArray[np.float32]


@dataclass(frozen=True)
class LayerValues:
    """Statistics of the heads of one layer, (h,) each where nothing else is said."""

    block: int
    stage: int
    geometry: GridGeometry
    """Places of the keys."""
    readout: Values
    """(h, T, Y, X): what the readout looks at."""
    readout_entropy: Values
    readout_sink: Values | None
    maps: Values | None = None
    """(methods, h, T, Y, X): maps of the readout by the methods asked for; None without any."""
    entropy: Values | None = None
    """This and those below are of all queries; None where they were not asked for."""
    distance_px: Values | None = None
    distance_frames: Values | None = None
    sink: Values | None = None
    profile: Values | None = None
    """(h, Tq, Tk)."""


def layer_values(
    record: AttentionRecord, *, all_queries: bool, methods: Sequence[str] = ()
) -> tuple[LayerValues, ...]:
    """Statistics of all layers of a run of one clip, and maps by some methods."""
    return tuple(_of_layer(record, layer, all_queries, methods) for layer in record.layers)


def averaged(runs: Sequence[tuple[LayerValues, ...]]) -> tuple[LayerValues, ...]:
    """Mean of each statistic over runs of the same network."""
    return runs[0] if len(runs) == 1 else tuple(map(_mean, zip(*runs, strict=True)))


def head_rows(
    layers: Sequence[LayerValues], key: dict[str, Any]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    """Rows of ``heads`` and of ``profiles``.

    Args:
        layers: of one run.
        key: columns that all rows share.
    """
    heads, profiles = [], []
    for layer in layers:
        spreads = _spreads(layer)
        for head, readout in enumerate(layer.readout):
            place = {**key, "block": layer.block, "stage": layer.stage, "head": head}
            peak = np.unravel_index(int(readout.argmax()), readout.shape)
            values = {
                name: _at(getattr(layer, name), head)
                for name in ("entropy", "distance_px", "distance_frames", "sink",
                             "readout_entropy", "readout_sink")
            }  # fmt: skip
            peaks = dict(zip(("peak_t", "peak_y", "peak_x"), map(int, peak), strict=True))
            heads.append({**place, **values, "temporal_spread": float(spreads[head]), **peaks})
            if layer.profile is not None:
                profiles.append({**place, **_profile(layer.profile[head])})
    return heads, profiles


def _of_layer(
    record: AttentionRecord, layer: LayerAttention, all_queries: bool, methods: Sequence[str]
) -> LayerValues:
    maps = METHODS["row"].maps(record, layer, "readout")
    measured = measures_of(maps)
    entropies = [each.entropy for each in measured.heads]
    return LayerValues(
        block=layer.block,
        stage=layer.stage,
        geometry=maps.geometry,
        readout=maps.values,
        readout_entropy=np.array(entropies, np.float32),
        readout_sink=_sinks(maps),
        maps=_by(methods, record, layer) if methods else None,
        **(_of_all_queries(layer) if all_queries else {}),
    )


def _by(methods: Sequence[str], record: AttentionRecord, layer: LayerAttention) -> Values:
    """(methods, h, T, Y, X)."""
    return np.stack([METHODS[name].maps(record, layer, "readout").values for name in methods])


def _sinks(maps: HeadMaps) -> Values | None:
    return None if maps.sinks is None else np.asarray(maps.sinks, np.float32)


def _of_all_queries(layer: LayerAttention) -> dict[str, Any]:
    found = layer.statistics()
    names = ("entropy", "distance_px", "distance_frames", "sink", "profile")
    values = {name: getattr(found, name) for name in names}
    return {
        name: None if value is None else value[0].float().numpy() for name, value in values.items()
    }


def _mean(layers: Sequence[LayerValues]) -> LayerValues:
    kept = {
        field.name: [getattr(each, field.name) for each in layers] for field in fields(LayerValues)
    }
    return LayerValues(
        **{
            name: np.mean(values, axis=0) if isinstance(values[0], np.ndarray) else values[0]
            for name, values in kept.items()
        }
    )


def _spreads(layer: LayerValues) -> NDArray[np.float64]:
    """(h,), in sampled frames: standard deviation in time of the readout's attention."""
    by_time = layer.readout.sum(axis=(2, 3), dtype=np.float64)  # (h, T)
    times = np.array([layer.geometry.centre((t, 0, 0))[0] for t in range(by_time.shape[1])])
    shares = by_time / np.maximum(by_time.sum(axis=1, keepdims=True), np.finfo(np.float64).tiny)
    means = shares @ times
    spreads: NDArray[np.float64] = np.sqrt((shares * (times - means[:, None]) ** 2).sum(axis=1))
    return spreads


def _at(values: Values | None, head: int) -> float | None:
    return None if values is None else float(values[head])


def _profile(profile: Values) -> dict[str, Any]:
    queries, keys = profile.shape
    return {"query_times": queries, "key_times": keys, "profile": profile.ravel().tolist()}
