"""xarray: maps and predictions with named dimensions, coordinates, units and provenance."""

import json
from collections.abc import Mapping, Sequence
from importlib import import_module
from importlib.util import find_spec
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

import numpy as np

from mvit_core.attribution import HeadStatistics
from mvit_core.captured import Explanation, WindowCapture
from mvit_core.errors import ExportError
from mvit_core.export import Source
from mvit_core.export.caption import map_lines, unit_words
from mvit_core.export.layouts import Panel
from mvit_core.export.scene import map_json, source_json
from mvit_core.scripting.places import seconds_of, source_frames, token_columns, token_rows

if TYPE_CHECKING:
    import xarray

__all__ = ["map_array", "window_tree"]

_STATISTICS: Mapping[str, tuple[str, str]] = MappingProxyType(
    {
        "entropy": ("1", "how evenly a head looks, 0 to 1"),
        "distance_px": ("px", "how far it looks within a frame, in pixels of the model's input"),
        "distance_frames": ("frames", "how far it looks in time, in sampled frames"),
        "sink": ("1", "its attention on the class key, 0 to 1"),
        "centre": ("1", "share of its attention on patches in the middle of the picture, 0 to 1"),
    }
)
"""Unit and meaning of each number of a head."""


def map_array(explanation: Explanation, source: Source) -> "xarray.DataArray":
    """One map: (time, y, x), in the method's own unit.

    Raises:
        ExportError: xarray is not installed.
    """
    dimensions, values = ("time", "y", "x"), explanation.saliency.values
    attributes = {
        **_said(explanation, source),
        "long_name": ", ".join(map_lines(explanation)),
        "units": unit_words(explanation, "probability"),
    }
    found: xarray.DataArray = _xarray().DataArray(
        values,
        dims=dimensions,
        coords=_places(explanation, source),
        name=explanation.maps.method,
        attrs=attributes,
    )
    return found


def window_tree(
    capture: WindowCapture,
    maps: Sequence[Explanation],
    statistics: Sequence[HeadStatistics],
    source: Source,
) -> "xarray.DataTree":
    """What a model said of a window, and the attention of its blocks.

    Args:
        capture: the window.
        maps: of the blocks, one each.
        statistics: one row for each head.
        source: clip and model.

    Raises:
        ExportError: xarray is not installed.
    """
    nodes = {"/": _window(capture, source)}
    for explanation in maps:
        block = explanation.maps.block
        rows = [row for row in statistics if row.block == block]
        nodes[f"/block_{block}"] = _block(explanation, rows, source)
    name = f"window_{capture.window.index}"
    tree: xarray.DataTree = _xarray().DataTree.from_dict(nodes, name=name)
    return tree


def _window(capture: WindowCapture, source: Source) -> "xarray.Dataset":
    """Classes, in the order of the logits, and the sampled frames."""
    frames = list(capture.frame_indices)
    named = sorted(capture.predictions, key=lambda each: each.index)
    logits = capture.record.logits[0].float().numpy()
    seconds = source.video.pts_seconds[frames]
    found: xarray.Dataset = _xarray().Dataset(
        {
            "probability": (
                "class_name",
                np.array([each.probability for each in named]),
                {"units": "1", "long_name": "probability of the class, 0 to 1"},
            ),
            "logit": ("class_name", logits, {"units": "1", "long_name": "before softmax"}),
        },
        coords={
            "class_name": np.array([each.name for each in named], dtype=object),
            "class_index": ("class_name", np.arange(len(named))),
            "sampled_frame": ("sample", frames, {"long_name": "source frame, from 0"}),
            "sampled_seconds": ("sample", seconds, {"units": "s"}),
        },
        attrs={
            "window": capture.window.index,
            "note": capture.note,
            "provenance": json.dumps({"made_by": "mvit-lens", **source_json(source)}),
        },
    )
    return found


def _block(
    explanation: Explanation, rows: Sequence[HeadStatistics], source: Source
) -> "xarray.Dataset":
    """The maps of all heads of a block, and their statistics."""
    maps = explanation.maps
    variables: dict[str, Any] = {
        "attention": (
            ("head", "time", "y", "x"),
            maps.values,
            {"units": unit_words(explanation, "probability"), "long_name": "of the readout"},
        )
    }
    if maps.sinks is not None:
        said = {"units": "1", "long_name": "the readout's attention on the class key, 0 to 1"}
        variables["class_key"] = ("head", maps.sinks, said)
    for name, (unit, words) in _STATISTICS.items():
        values = [np.nan if (value := getattr(row, name)) is None else value for row in rows]
        variables[name] = ("head", np.array(values, float), {"units": unit, "long_name": words})
    coordinates = {"head": np.arange(maps.heads), **_places(explanation, source)}
    found: xarray.Dataset = _xarray().Dataset(variables, coordinates, _said(explanation, source))
    return found


def _places(explanation: Explanation, source: Source) -> dict[str, Any]:
    """Coordinates of tokens: seconds and frames, and pixels of the source frame."""
    heatmap = explanation.heatmap
    return {
        "time": (
            "time",
            seconds_of(heatmap, source.video.pts_seconds),
            {"units": "s", "long_name": "time after frame 0 at the centre of a token"},
        ),
        "frame": (
            "time",
            source_frames(heatmap),
            {"units": "frames", "long_name": "source frame at the centre of a token, from 0"},
        ),
        "y": ("y", token_rows(heatmap), _pixels("top")),
        "x": ("x", token_columns(heatmap), _pixels("left")),
    }


def _pixels(edge: str) -> dict[str, str]:
    words = f"centre of a token on the source frame, from the {edge}; pixel 0 is centred at 0"
    return {"units": "px", "long_name": words}


def _said(explanation: Explanation, source: Source) -> dict[str, Any]:
    """What a map is of, and what it was made of."""
    window = explanation.capture.window
    made = {
        "made_by": "mvit-lens",
        **source_json(source),
        **map_json(Panel(explanation), explanation.spec),
        "window": {"index": window.index, "frames": list(explanation.capture.frame_indices)},
    }
    return {
        "block": explanation.maps.block,
        "stage": explanation.maps.stage,
        "method": explanation.maps.method,
        "note": explanation.maps.note,
        "provenance": json.dumps(made),
    }


def _xarray() -> Any:  # noqa: ANN401 - a module
    if find_spec("xarray") is None:
        raise ExportError('xarray is not installed: pip install "mvit-lens[notebook]"')
    return import_module("xarray")
