"""Runs one clip through the networks of a batch: decodes, captures, and makes the rows."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch

from mvit_core.attention.items import item_of
from mvit_core.attention.recorder import Keep, capture
from mvit_core.batch.head_rows import LayerValues, averaged, head_rows, layer_values
from mvit_core.batch.maps import MAPS, map_row
from mvit_core.batch.mean_rows import MEANS, mean_rows
from mvit_core.batch.request import BatchSpec, Windows
from mvit_core.batch.tables import Rows, tables_of
from mvit_core.batch.unit import clip_row
from mvit_core.captured import check_finite
from mvit_core.checkpoint import LoadedModel
from mvit_core.clips import ListedClip
from mvit_core.errors import DeviceMemoryError, MvitError
from mvit_core.explaining.heads_off import HeadMeans, MeansHeard
from mvit_core.video import ClipWindow, Video, clip_windows, open_video, read_clip
from mvit_core.video.multi_view import View, plan_views, preprocessing_for
from mvit_core.video.transform import ModelInput, transform

__all__ = ["NetworkRunner", "make_runner"]

_TOP = 5
_AT_ONCE = {"cpu": 1}
"""Views of a clip that run in one pass, by device. A processor gains nothing by several."""
_AT_ONCE_ELSEWHERE = 8
_IS_NUMBER = re.compile(r"[0-9]{1,9}")


def make_runner(spec: BatchSpec, threads: int) -> "NetworkRunner":
    """Load the networks of a batch in a process of its own.

    Args:
        spec: what is asked of every clip.
        threads: of torch, for the whole process.

    Raises:
        MvitError: a model cannot be loaded.
    """
    torch.set_num_threads(threads)
    return NetworkRunner(spec)


@dataclass(frozen=True)
class _Given:
    """One view of a clip, as a network is given it."""

    window: ClipWindow
    note: str
    input: ModelInput


@dataclass(frozen=True)
class _Seen:
    """One view of a clip, as a network saw it."""

    frames: tuple[int, ...]
    probabilities: torch.Tensor
    """(classes,)."""
    layers: tuple[LayerValues, ...]
    note: str
    means: HeadMeans | None
    """Of all views of its pass, with the first of them alone."""


class NetworkRunner:
    """Holds the networks of a batch.

    Args:
        spec: what is asked of every clip.
        at_once: views of a clip that run in one pass; None for what suits the device. It is halved
            where the device's memory does not suffice.

    Raises:
        MvitError: a model cannot be loaded.
    """

    def __init__(self, spec: BatchSpec, at_once: int | None = None) -> None:
        self.tables = (*tables_of(spec.stats), *((MAPS,) if spec.maps else ()))
        self._methods = spec.maps
        self._windows, self._all_queries = spec.windows, spec.stats == "all"
        self._models = [
            (name, source.load()) for name, source in zip(spec.names, spec.models, strict=True)
        ]
        self._at_once = {
            name: at_once or _AT_ONCE.get(loaded.runs_on.type, _AT_ONCE_ELSEWHERE)
            for name, loaded in self._models
        }

    def rows(self, clip_id: int, clip: ListedClip) -> Rows:
        """The rows of a clip; one that cannot be run has one row in ``clips``, with its error."""
        facts: dict[str, Any] = {}
        found: dict[str, list[dict[str, Any]]] = {table: [] for table in self.tables}
        try:
            with open_video(clip.path) as video:
                facts = _facts(video)
                for name, loaded in self._models:
                    self._add(found, clip_id, clip, name, loaded, video)
                facts["damage"] = "; ".join(video.damage) or None
        except MvitError as error:
            return {"clips": [clip_row(clip_id, clip, **facts, error=str(error))]}
        return {**found, "clips": [clip_row(clip_id, clip, **facts)]}

    def _add(
        self,
        found: dict[str, list[dict[str, Any]]],
        clip_id: int,
        clip: ListedClip,
        name: str,
        loaded: LoadedModel,
        video: Video,
    ) -> None:
        labels = labels_of(clip, loaded.classes)
        rows = tuple(_views(video, loaded, self._windows))
        all_seen = self._all_seen(
            video, name, loaded, (view for _, views in rows for view in views)
        )
        for index, views in rows:
            key = {"clip_id": clip_id, "window_index": index, "checkpoint": name}
            seen = [next(all_seen) for _ in views]
            found["windows"].append({**key, **_said(seen, loaded.classes, labels)})
            heard = (each.means for each in seen if each.means is not None)
            found[MEANS] += [row for means in heard for row in mean_rows(name, means)]
            layers = averaged([each.layers for each in seen])
            heads, profiles = head_rows(layers, key)
            found["heads"] += heads
            if self._methods:
                found[MAPS].append(map_row(layers, self._methods, key))
            if self._all_queries:
                found["profiles"] += profiles

    def _all_seen(
        self, video: Video, name: str, loaded: LoadedModel, views: Iterable[View]
    ) -> Iterator[_Seen]:
        """Run views, as many at once as suits the device."""
        waiting: list[_Given] = []
        for view in views:
            given = self._given(video, loaded, view)
            alike = not waiting or waiting[0].input.tensor.shape == given.input.tensor.shape
            if not alike or len(waiting) >= self._at_once[name]:
                yield from self._run(name, loaded, waiting)
                waiting = []
            waiting.append(given)
        if waiting:
            yield from self._run(name, loaded, waiting)

    def _given(self, video: Video, loaded: LoadedModel, view: View) -> _Given:
        windows, spec = self._windows, loaded.clip_spec
        if not isinstance(windows, str):
            spec = preprocessing_for(spec, windows)
        shown = read_clip(video, view.window)
        return _Given(view.window, shown.window.note, transform(shown, spec, view.crop))

    def _run(self, name: str, loaded: LoadedModel, given: Sequence[_Given]) -> Iterator[_Seen]:
        """Run some views in one pass, or in two where the device's memory does not suffice."""
        together = torch.cat([each.input.tensor for each in given])
        try:
            with MeansHeard(loaded.model) as heard:
                record = capture(loaded.model, together, keep=Keep(statistics=self._all_queries))
        except DeviceMemoryError:
            if len(given) == 1:
                raise
            half = self._at_once[name] = len(given) // 2
            for first in range(0, len(given), half):
                yield from self._run(name, loaded, given[first : first + half])
            return
        for item, each in enumerate(given):
            one = item_of(record, item)
            check_finite(one, each.window)
            layers = layer_values(one, all_queries=self._all_queries, methods=self._methods)
            means = None if item else heard.means
            yield _Seen(each.input.frame_indices, one.probabilities[0], layers, each.note, means)


def labels_of(clip: ListedClip, classes: Sequence[str] | None) -> frozenset[int]:
    """Classes of a network that the labels of a clip name, by number or by name in any case."""
    places = {name.casefold(): place for place, name in enumerate(classes or ())}
    found = (
        int(label) if _IS_NUMBER.fullmatch(label) else places.get(label.casefold())
        for label in clip.labels
    )
    return frozenset(place for place in found if place is not None)


def _facts(video: Video) -> dict[str, Any]:
    width, height = video.size
    seconds = float(video.pts_seconds[-1]) + 1 / video.fps
    facts = {"frames": video.frame_count, "fps": float(video.fps), "seconds": seconds}
    return {**facts, "width": width, "height": height}


def _views(
    video: Video, loaded: LoadedModel, windows: Windows
) -> Iterator[tuple[int, Sequence[View]]]:
    """Number of each row, and the views that are its mean."""
    count, fps, spec = video.frame_count, video.fps, loaded.clip_spec
    if isinstance(windows, str):
        side_by_side = clip_windows(count, fps, spec)
        for window in side_by_side[: 1 if windows == "first" else None]:
            yield window.index, (View(window),)
    else:
        yield 0, plan_views(count, fps, preprocessing_for(spec, windows), windows)


def _said(
    seen: Sequence[_Seen], classes: Sequence[str] | None, labels: frozenset[int]
) -> dict[str, Any]:
    """Columns of ``windows`` after the key: the mean of the probabilities over views."""
    scores = torch.stack([each.probabilities for each in seen]).mean(dim=0)
    order = scores.argsort(descending=True, stable=True)[:_TOP].tolist()
    top = [{"index": i, "class": _name(i, classes), "probability": float(scores[i])} for i in order]
    best = top[0] if top else {"index": None, "class": None, "probability": None}
    return {
        "frames": sorted({frame for each in seen for frame in each.frames})
        if len(seen) > 1
        else list(seen[0].frames),
        "predicted": best["class"],
        "predicted_index": best["index"],
        "probability": best["probability"],
        "label": ", ".join(_name(each, classes) for each in sorted(labels)) or None,
        "correct": best["index"] in labels if labels and top else None,
        "top": top,
        "note": "; ".join(dict.fromkeys(each.note for each in seen if each.note)) or None,
    }


def _name(index: int, classes: Sequence[str] | None) -> str:
    return classes[index] if classes and index < len(classes) else f"class {index}"
