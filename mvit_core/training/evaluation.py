"""Measures the demo model on clips it never saw: accuracy, and how well each map finds the actor.

Everything runs on the project's own path: transform, capture, METHODS, project. The scenes' seeds
lie below those of any training.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from typing import Any, Self

import numpy as np
import torch
from torch import Tensor

from mvit_core.attention.record import AttentionRecord
from mvit_core.attention.recorder import capture
from mvit_core.attribution import METHODS, HeadChoice, Query, Saliency
from mvit_core.checkpoint import LoadedModel
from mvit_core.demo.classes import CLASSES, TIME_REVERSED
from mvit_core.errors import ClipError
from mvit_core.heatmap import Heatmap, project
from mvit_core.system.bounded_json import load_json
from mvit_core.training.motion import FRAMES
from mvit_core.training.rendering import SAMPLED_TIMES, actor_masks, render
from mvit_core.training.scene import Scene, draw_scene
from mvit_core.training.scoring import Masks, Score, mean_score, nearest_tokens, score, shifted
from mvit_core.video import Clip, ClipWindow
from mvit_core.video.transform import ModelInput, transform

__all__ = [
    "Evaluation",
    "MapScore",
    "OnClip",
    "check_classes",
    "evaluate",
    "held_out_scenes",
    "model_input",
]

_FIRST_SEED = 1_000_000
"""First seed of the held-out scenes; the samples' seeds lie below."""

MAP_CLIPS = 200
"""Clips whose maps are scored: each has dozens, and their means settle early."""

DELETED_SHARE = 0.1
"""Share of the tokens removed for the deletion figures."""

SHIFTS = {
    "true": (0.0, 0.0),
    "left": (0.0, -0.5),
    "right": (0.0, 0.5),
    "up": (-0.5, 0.0),
    "down": (0.5, 0.0),
    "right and down": (0.5, 0.5),
}
"""In cells; the last is what stretching the grid to the picture amounts to."""

OnClip = Callable[[int, int], None]
"""Called with (clips done, clips in all)."""


@dataclass(frozen=True)
class MapScore:
    """One kind of map and how well it finds the actor."""

    block: int
    method: str
    """A name in ``METHODS``."""
    query: Query
    """The readout, or the class key of 'attended by', which needs one."""
    head: HeadChoice
    score: Score


@dataclass(frozen=True)
class Evaluation:
    """All figures of one model."""

    clips: int
    size: int
    """Side of the clips, in pixels."""
    accuracy: float
    accuracy_of_class: dict[str, float]
    frozen_accuracy: float
    """With the middle frame alone, repeated: what single pictures give away."""
    reversed_accuracy: float
    """Played backwards, counted against the reversed label."""
    map_clips: int
    """Clips behind the scores below."""
    maps: tuple[MapScore, ...]
    geometry: dict[str, Score]
    """The last block's default map, drawn by the true geometry and half a cell off."""
    deletion: dict[str, float]
    """Accuracy with a tenth of the tokens deleted, or only these kept."""

    @property
    def chance(self) -> float:
        """Accuracy of a guess."""
        return 1 / len(CLASSES)

    @property
    def default_map(self) -> MapScore:
        """Map that the window shows first: the readout's row, mean of heads, last block."""
        last = max(row.block for row in self.maps)
        return next(
            row for row in self.maps if (row.block, row.method, row.head) == (last, "row", "mean")
        )

    def to_json(self) -> dict[str, Any]:
        """Returns plain values that JSON can hold."""
        return asdict(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what ``to_json`` returned.

        Raises:
            ClipError: the text is something else.
        """
        try:
            values = load_json(text)
            maps = tuple(
                MapScore(**{**row, "score": Score(**row["score"])}) for row in values["maps"]
            )
            geometry = {name: Score(**row) for name, row in values["geometry"].items()}
            return cls(**{**values, "maps": maps, "geometry": geometry})
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ClipError(
                "these are no figures of the demo; give what 'demo evaluate --json' printed"
            ) from error


def held_out_scenes(count: int) -> Iterator[Scene]:
    """Scenes for measuring, the classes taking turns."""
    for index in range(count):
        yield draw_scene(_FIRST_SEED + index, index % len(CLASSES))


def evaluate(
    loaded: LoadedModel,
    clips: int = 1000,
    on_clip: OnClip = lambda _, __: None,
    *,
    map_clips: int = MAP_CLIPS,
) -> Evaluation:
    """Measure a model on held-out clips.

    Args:
        loaded: a model with the demo's classes.
        clips: how many.
        on_clip: progress; raising from it ends the measuring.
        map_clips: how many of them have their maps scored.

    Raises:
        ClipError: fewer clips than classes, or the model has other classes.
    """
    if clips < len(CLASSES):
        raise ClipError(f"{clips} clips were asked for; give at least {len(CLASSES)}, one a class")
    check_classes(loaded)
    tally = _Tally()
    for index, scene in enumerate(held_out_scenes(clips)):
        _measure(loaded, scene, tally, with_maps=index < map_clips)
        on_clip(index + 1, clips)
    return tally.evaluation(clips, loaded.clip_spec.size, min(map_clips, clips))


def check_classes(loaded: LoadedModel) -> None:
    """Check that a model has the demo's classes.

    Raises:
        ClipError: it has not.
    """
    if loaded.config.num_classes != len(CLASSES):
        raise ClipError(
            f"the model has {loaded.config.num_classes} classes, the demo task {len(CLASSES)}; "
            "give a checkpoint made by 'mvit-lens demo train'"
        )


class _Tally:
    """Counts and scores while they come in."""

    def __init__(self) -> None:
        self.right: dict[str, list[bool]] = defaultdict(list)
        """By class, and by the name of each control."""
        self.controls: dict[str, list[bool]] = defaultdict(list)
        self.deletion: dict[str, list[bool]] = defaultdict(list)
        self.maps: dict[tuple[int, str, Query, HeadChoice], list[Score]] = defaultdict(list)
        self.geometry: dict[str, list[Score]] = defaultdict(list)

    def evaluation(self, clips: int, size: int, map_clips: int) -> Evaluation:
        return Evaluation(
            clips=clips,
            size=size,
            accuracy=float(np.mean([right for rows in self.right.values() for right in rows])),
            accuracy_of_class={name: float(np.mean(self.right[name])) for name in CLASSES},
            frozen_accuracy=float(np.mean(self.controls["frozen"])),
            reversed_accuracy=float(np.mean(self.controls["reversed"])),
            map_clips=map_clips,
            maps=tuple(MapScore(*key, mean_score(rows)) for key, rows in self.maps.items()),
            geometry={name: mean_score(rows) for name, rows in self.geometry.items()},
            deletion={name: float(np.mean(rows)) for name, rows in self.deletion.items()},
        )


def _measure(loaded: LoadedModel, scene: Scene, tally: _Tally, *, with_maps: bool) -> None:
    given = model_input(loaded, scene)
    record = capture(loaded.model, given.tensor)
    tally.right[scene.class_name].append(int(record.logits[0].argmax()) == scene.label)
    clip = given.tensor
    frozen = clip[:, :, FRAMES // 2].unsqueeze(2).expand_as(clip)
    tally.controls["frozen"].append(_classified(loaded, frozen) == scene.label)
    backwards = _classified(loaded, clip.flip(2))
    tally.controls["reversed"].append(backwards == TIME_REVERSED[scene.label])
    if with_maps:
        masks = actor_masks(scene, loaded.clip_spec.size)
        _score_maps(record, given, masks, tally)
        _score_geometry(record, given, masks, tally)
        _delete(loaded, record, given, scene, tally)


def model_input(loaded: LoadedModel, scene: Scene) -> ModelInput:
    """A scene as the model's input, by way of the project's own transform."""
    frames = render(scene, loaded.clip_spec.size).frames
    indices = tuple(range(FRAMES))
    window = ClipWindow(0, 0, FRAMES, indices)
    return transform(Clip(frames, SAMPLED_TIMES, indices, window), loaded.clip_spec)


def _classified(loaded: LoadedModel, clip: Tensor) -> int:
    with torch.inference_mode():
        return int(loaded.model(clip.to(loaded.device))[0].argmax())


def _score_maps(record: AttentionRecord, given: ModelInput, masks: Masks, tally: _Tally) -> None:
    for layer in record.layers:
        for name, method in METHODS.items():
            # Without a readout's key, 'attended by' looks at the class key.
            query: Query = "class" if method.query_is_key else "readout"
            maps = method.maps(record, layer, query)
            heads: tuple[HeadChoice, ...] = (
                ("mean", *range(maps.heads)) if maps.heads > 1 else ("mean",)
            )
            for head in heads:
                found = score(_projected(maps.pick(head), given), masks)
                tally.maps[layer.block, name, query, head].append(found)


def _projected(saliency: Saliency, given: ModelInput) -> Heatmap:
    return project(saliency, given.pixel_map, given.frame_indices)


def _default_saliency(record: AttentionRecord) -> Saliency:
    return METHODS["row"].maps(record, record.layers[-1], "readout").pick("mean")


def _score_geometry(
    record: AttentionRecord, given: ModelInput, masks: Masks, tally: _Tally
) -> None:
    saliency = _default_saliency(record)
    for name, cells in SHIFTS.items():
        tally.geometry[name].append(score(_projected(shifted(saliency, *cells), given), masks))


def _delete(
    loaded: LoadedModel,
    record: AttentionRecord,
    given: ModelInput,
    scene: Scene,
    tally: _Tally,
) -> None:
    """Replace a tenth of the tokens' pixels, or all others, by the clip's mean colour."""
    heatmap = _projected(_default_saliency(record), given)
    random = np.random.Generator(np.random.PCG64(scene.seed))
    orders = {
        "map": np.argsort(-heatmap.values.ravel(), kind="stable"),
        "random": random.permutation(heatmap.values.size),
    }
    clip = given.tensor
    mean = clip.mean(dim=(2, 3, 4), keepdim=True)
    for name, order in orders.items():
        chosen = torch.from_numpy(_pixels_of(heatmap, order))  # (T, H, W)
        tally.deletion[f"{name}: top tenth deleted"].append(
            _classified(loaded, torch.where(chosen, mean, clip)) == scene.label
        )
        tally.deletion[f"{name}: top tenth alone kept"].append(
            _classified(loaded, torch.where(chosen, clip, mean)) == scene.label
        )


def _pixels_of(heatmap: Heatmap, order: np.ndarray[Any, np.dtype[np.int64]]) -> Masks:
    """(T, H, W): the pixels nearest to the first tenth of the tokens in an order."""
    chosen = np.zeros(heatmap.values.size, dtype=bool)
    chosen[order[: round(DELETED_SHARE * len(order))]] = True
    planes = chosen.reshape(heatmap.shape[0], -1)
    nearest = nearest_tokens(heatmap)
    return np.stack([planes[heatmap.token_time(frame)][nearest] for frame in range(FRAMES)])
