"""Maps of a report: bytes to be looked at, and the numbers of the maps that they stand for.

A byte is a share of the largest value of its own head. What is printed comes from the values.
"""

from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from mvit_core.attribution import METHODS, HeadChoice, HeadMaps, MapSpec, Saliency
from mvit_core.attribution.maps import FloatArray
from mvit_core.captured import Explanation, WindowCapture
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.heatmap import Heatmap, project
from mvit_core.pipeline import Explainer
from mvit_core.render import HeatSettings
from mvit_core.render.colours import MIDDLE
from mvit_core.video import Video

__all__ = ["Grids", "attention_maps", "evidence_map", "six_digits"]

REDUCTIONS: tuple[HeadChoice, ...] = ("mean", "max", "min")
"""What is shown of all heads of a block together, beside each alone."""

Json = dict[str, Any]


@dataclass
class Grids:
    """The grids that maps lie on, each once, and where their tokens are on the source."""

    rows: list[Json] = field(default_factory=list)

    def number_of(self, heatmap: Heatmap) -> int:
        """The place of the map's grid on the list."""
        row = {
            "shape": list(heatmap.shape),
            "x": list(heatmap.x_px),
            "y": list(heatmap.y_px),
            "time": list(heatmap.time),
        }
        if row not in self.rows:
            self.rows.append(row)
        return self.rows.index(row)


def attention_maps(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    specs: Iterable[MapSpec],
    heat: HeatSettings,
    grids: Grids,
    on_piece: Callable[[], None],
) -> list[Json]:
    """All heads of all layers, for each of some maps.

    Args:
        explainer: the model.
        video: the clip.
        captured: the window that was run.
        specs: one for each method, of any layer; a picked token is that at the same place in
            every layer.
        heat: whose tails the ends of the colours are taken from.
        grids: grows by those of the maps.
        on_piece: called before each layer; what it raises ends the work.

    Raises:
        CaptureError: a method has no map of a layer.
    """
    found = []
    for spec in specs:
        here, packed, layers = captured.layer(spec.block), bytearray(), []
        for layer in captured.record.layers:
            on_piece()
            maps = explainer.head_maps(video, captured, spec.on_layer(here, layer))
            layers.append(_layer(maps, captured, heat, grids))
            packed += b"".join(amounts(head)[0].tobytes() for head in maps.values)
        method = METHODS[spec.method]
        found.append(
            {
                "name": spec.method,
                "title": method.title,
                "words": method.description,
                "source": method.source,
                "signed": False,
                "layers": layers,
                "data": b64encode(packed).decode(),
            }
        )
    return found


def evidence_map(shown: Explanation, heat: HeatSettings, grids: Grids) -> Json:
    """The map of an explanation, as one layer with one head."""
    row = EVIDENCE[shown.maps.method]
    values = shown.saliency.values
    packed, peak = signed(values) if row.signed else amounts(values)
    layer = _layer(shown.maps, shown.capture, heat, grids)
    layer["heads"][0]["peak"] = peak
    instead = f" instead of {shown.against}" if shown.against else ""
    return {
        "name": "why",
        "title": f"Why {shown.target}{instead}",
        "words": row.description,
        "source": row.source,
        "signed": row.signed,
        "unit": row.unit,
        "layers": [layer],
        "data": b64encode(packed.tobytes()).decode(),
    }


def amounts(values: FloatArray) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    """Values from 0 on as bytes, and the value that 255 stands for."""
    peak = float(values.max(initial=0))
    if peak <= 0:
        return np.zeros(values.shape, np.uint8), 0.0
    return np.rint(np.clip(values / peak, 0, 1) * 255).astype(np.uint8), peak


def signed(values: FloatArray) -> tuple[np.ndarray[Any, np.dtype[np.uint8]], float]:
    """Values around 0 as bytes around 128, and the value that is 127 away from it."""
    peak = float(np.abs(values).max(initial=0))
    half = 255 - MIDDLE
    if peak <= 0:
        return np.full(values.shape, MIDDLE, np.uint8), 0.0
    return (np.rint(np.clip(values / peak, -1, 1) * half) + MIDDLE).astype(np.uint8), peak


def _layer(maps: HeadMaps, captured: WindowCapture, heat: HeatSettings, grids: Grids) -> Json:
    """What is known of the maps of one layer, beside their bytes."""
    heatmap = project(maps.pick(0), captured.pixel_map, captured.frame_indices)
    whole = replace(heat, range_policy="layer")
    first = maps.pick(0)
    return {
        "block": maps.block,
        "stage": maps.stage,
        "grid": grids.number_of(heatmap),
        "keys": maps.key_count,
        "ends": _ends(whole, maps, first),
        "heads": [_head(heat, maps, maps.pick(head)) for head in range(maps.heads)],
        **{str(name): _head(heat, maps, maps.pick(name)) for name in REDUCTIONS},
        "note": maps.note,
    }


def _head(heat: HeatSettings, maps: HeadMaps, picked: Saliency) -> Json:
    own = replace(heat, range_policy="map")
    return {
        "peak": six_digits(float(picked.values.max(initial=0))),
        "ends": _ends(own, maps, picked),
        "sink": None if picked.sink is None else six_digits(picked.sink),
    }


def _ends(heat: HeatSettings, maps: HeadMaps, picked: Saliency) -> list[float]:
    found = heat.ends(maps, picked)
    return [six_digits(found.low), six_digits(found.high)]


def six_digits(value: float) -> float:
    """A number as short as what is printed of it needs, which is three digits."""
    return float(f"{value:.6g}")
