"""The views of a video that are averaged into one prediction: which frames, and which crop.

Axes: a *clip* is a place in time, a *crop* a place along the longer side; T x S names T clips of
S crops each, as the papers do (MViT, arXiv:2104.11227, 4.1; PySlowFast's multi-view test).
"""

import re
from dataclasses import dataclass, replace
from math import floor
from typing import Literal

from mvit_core.errors import ClipError
from mvit_core.video.clip import PLAIN, ClipSpec, ClipWindow, Tiling, clip_windows, window_from

__all__ = ["Crop", "View", "ViewPlan", "parse_plan", "plan_views", "preprocessing_for"]

Crop = Literal["start", "centre", "end"]
"""Along the longer side: ``start`` is the left or the top."""

CROPS: dict[int, tuple[Crop, ...]] = {1: ("centre",), 3: ("start", "centre", "end")}

MOST_CLIPS = 64


@dataclass(frozen=True)
class ViewPlan:
    """Number of views of a video that are averaged."""

    clips: int = 0
    """Evenly spaced in time; 0 is every window of the tiling."""
    crops: int = 1
    """1 or 3 along the longer side."""

    def __post_init__(self) -> None:
        if self.crops not in CROPS:
            raise ClipError(f"crops must be 1 or 3, got {self.crops!r}")
        if not 0 <= self.clips <= MOST_CLIPS:
            raise ClipError(
                f"clips must lie within 0 (every window) and {MOST_CLIPS}, got {self.clips!r}"
            )


@dataclass(frozen=True)
class View:
    """One input of the model among those that are averaged."""

    window: ClipWindow
    crop: Crop = "centre"


def parse_plan(text: str) -> ViewPlan:
    """A plan from its command-line form, ``5x1``: clips times crops.

    Raises:
        ClipError: the text is none, or there are no such crops.
    """
    found = re.fullmatch(r"(\d{1,3})[x×](\d)", text.strip().lower())
    if found is None or int(found[1]) == 0:
        raise ClipError(
            f"views are {text!r}; allowed is TxS, T clips in time and S crops (1 or 3), as in 5x1"
        )
    return ViewPlan(int(found[1]), int(found[2]))


def plan_views(
    frame_count: int, fps: float, spec: ClipSpec, plan: ViewPlan, tiling: Tiling = PLAIN
) -> tuple[View, ...]:
    """The views of a video, in time and then along the longer side.

    Clip i of T starts at frame i * floor((N - span) / (T - 1)), one alone in the middle: the rule
    of PySlowFast's ``USE_OFFSET_SAMPLING``, which the published MViTv2 configurations set. A plan
    without clips has the windows of the tiling.

    Raises:
        ClipError: no frames, no frame rate, or more clips than one of a model whose samples are
            spread over the whole video.
    """
    windows = clip_windows(frame_count, fps, spec, tiling)
    if plan.clips and spec.sampling == "segments":
        if plan.clips > 1:
            raise ClipError(
                f"this model samples the whole video at once, so {plan.clips} clips would be the "
                f"same; use 1 clip"
            )
    elif plan.clips:
        starts = _starts(max(frame_count - spec.span(fps), 0.0), plan.clips)
        windows = tuple(
            window_from(i, start, frame_count, fps, spec) for i, start in enumerate(starts)
        )
    return tuple(View(window, crop) for window in windows for crop in CROPS[plan.crops])


def preprocessing_for(spec: ClipSpec, plan: ViewPlan) -> ClipSpec:
    """Preprocessing of a plan's views: three crops are cut from a short side of their own size.

    PySlowFast's test path does the same (``NUM_SPATIAL_CROPS`` above 1).
    """
    return spec if plan.crops == 1 else replace(spec, short_side=spec.size)


def _starts(room: float, clips: int) -> tuple[int, ...]:
    if clips == 1:
        return (floor(room / 2),)
    return tuple(i * floor(room / (clips - 1)) for i in range(clips))
