"""What if a part of the clip were not there: tubes painted on the frames that a model sees.

A tube is a box of the picture over some frames. It changes the model's input, not the source: a
pixel of the input is covered where its centre lies in the box, so nothing of what is covered bleeds
through a resize, and what covers it is what covers parts everywhere else (``BASELINES``).

Axis legend: clips (1, 3, T, H, W), normalised as the model takes them.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from math import isfinite
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.errors import ClipError
from mvit_core.explaining.baselines import BASELINES
from mvit_core.printable import brief
from mvit_core.video.boxes import Box

if TYPE_CHECKING:
    from torch import Tensor

    from mvit_core.geometry import PixelMap
    from mvit_core.video.clip import Clip, ClipSpec
    from mvit_core.video.transform import ModelInput

__all__ = [
    "TUBE_KINDS",
    "Tube",
    "TubeKind",
    "TubeWhat",
    "check_tubes",
    "covered",
    "fed",
    "painted",
    "tubes_within",
]

TubeWhat = Literal["mean", "blur", "freeze", "keep"]
"""What becomes of a tube: a name in ``TUBE_KINDS``."""


@dataclass(frozen=True)
class TubeKind:
    """One thing that can become of a tube."""

    title: str
    words: str
    """What was done to it, after "tube 1: "."""
    description: str


TUBE_KINDS: Mapping[TubeWhat, TubeKind] = MappingProxyType(
    {
        "mean": TubeKind("Erase", "erased", "The tube shows the clip's mean colour."),
        "blur": TubeKind("Blur", "blurred", "The tube is blurred by a tenth of the shorter side."),
        "freeze": TubeKind(
            "Freeze", "frozen", "The tube stays as it is in the first frame of its span."
        ),
        "keep": TubeKind(
            "Keep alone", "kept alone", "Everything outside shows the clip's mean colour."
        ),
    }
)
"""By the names that files use; the first is the default."""


@dataclass(frozen=True)
class Tube:
    """A box of the picture over some frames, and what becomes of it.

    Raises:
        ClipError: no such kind, edges that are no numbers, or frames that do not rise from 0.
    """

    what: TubeWhat
    box: Box
    """Edges in stored pixels of the clip's frames, from 0."""
    first: int
    """First frame of the clip, from 0."""
    last: int
    """Last frame, included."""

    def __post_init__(self) -> None:
        if self.what not in TUBE_KINDS:
            raise ClipError(f"a tube is {', '.join(TUBE_KINDS)}; got {brief(self.what)}")
        if not all(map(isfinite, self.box.corners)):
            raise ClipError(f"the edges of a tube are numbers of pixels, got {self.box.corners}")
        if not 0 <= self.first <= self.last:
            raise ClipError(
                f"a tube has frames {self.first} to {self.last}; the first is at least 0, the last "
                "at least the first"
            )

    @property
    def frames(self) -> range:
        """The frames of the clip that it spans."""
        return range(self.first, self.last + 1)

    @property
    def facts(self) -> dict[str, object]:
        """The tube as JSON values."""
        corners = list(map(float, self.box.corners))
        return {"what": self.what, "box": corners, "first": self.first, "last": self.last}


def check_tubes(tubes: Sequence[Tube], size: tuple[int, int], frame_count: int) -> None:
    """Check that tubes lie within a clip.

    Args:
        tubes: to be checked.
        size: (width, height) of its frames, in stored pixels.
        frame_count: of the clip.

    Raises:
        ClipError: one reaches beyond the picture or the last frame.
    """
    width, height = size
    for number, tube in enumerate(tubes, start=1):
        left, top, right, bottom = tube.box.corners
        if left < 0 or top < 0 or right > width or bottom > height:
            raise ClipError(
                f"tube {number} reaches from {left:g}, {top:g} to {right:g}, {bottom:g}; the "
                f"picture has {width}x{height} pixels"
            )
        if tube.last >= frame_count:
            raise ClipError(
                f"tube {number} spans frames {tube.first} to {tube.last}; the clip has frames 0 to "
                f"{frame_count - 1}"
            )


def tubes_within(
    tubes: Sequence[Tube], size: tuple[int, int], frame_count: int
) -> tuple[Tube, ...]:
    """The tubes that lie within a clip; the arguments are those of ``check_tubes``."""
    kept = []
    for tube in tubes:
        try:
            check_tubes((tube,), size, frame_count)
        except ClipError:
            continue
        kept.append(tube)
    return tuple(kept)


def covered(tube: Tube, pixel_map: "PixelMap", frame_indices: Sequence[int]) -> NDArray[np.bool_]:
    """(T, H, W): the pixels of a model's input whose centre lies in a tube.

    Args:
        tube: in pixels and frames of the clip.
        pixel_map: how the input lies on the clip's frames.
        frame_indices: the T frames that the input shows.
    """
    width, height = pixel_map.crop_size
    left, top, right, bottom = tube.box.corners
    # Positions count from the centre of the first pixel, edges from its edge.
    x = np.array([pixel_map.to_source(column, 0)[0] + 0.5 for column in range(width)])
    y = np.array([pixel_map.to_source(0, row)[1] + 0.5 for row in range(height)])
    t = np.array([index in tube.frames for index in frame_indices])
    columns, rows = (left <= x) & (x < right), (top <= y) & (y < bottom)
    inside: NDArray[np.bool_] = t[:, None, None] & rows[:, None] & columns
    return inside


def painted(given: "ModelInput", tubes: Sequence[Tube]) -> "ModelInput":
    """The input of a model with tubes over it; the input itself where there are none.

    What covers a tube is taken from the input as it was, so the later of two tubes wins where they
    overlap. Of tubes that are kept alone, all are kept, and whatever the others do outside of them
    is gone. The first frame of a span is the first of it that the input shows.
    """
    if not tubes:
        return given
    import torch

    clip = changed = given.tensor

    @cache  # made of what is used alone: a blur takes longer than all others
    def cover(name: str) -> "Tensor":
        return BASELINES[name].clip(clip, 1)

    kept = torch.zeros((), dtype=torch.bool)
    for tube in tubes:
        inside = torch.from_numpy(covered(tube, given.pixel_map, given.frame_indices))  # (T, H, W)
        if tube.what == "keep":
            kept = kept | inside
        elif tube.what == "freeze":
            changed = torch.where(inside, _frozen(clip, tube, given.frame_indices), changed)
        else:
            changed = torch.where(inside, cover(tube.what), changed)
    if any(tube.what == "keep" for tube in tubes):
        changed = torch.where(kept, changed, cover("mean"))
    return replace(given, tensor=changed.contiguous())


def fed(clip: "Clip", spec: "ClipSpec", tubes: Sequence[Tube], frame_count: int) -> "ModelInput":
    """What the model sees of a clip, tubes painted on it.

    Args:
        clip: decoded frames.
        spec: how the model is fed.
        tubes: painted in this order.
        frame_count: of the video that the clip is of.

    Raises:
        ClipError: the frames do not make an input of the model, or a tube lies outside the clip.
    """
    from mvit_core.video.transform import transform

    given = transform(clip, spec)
    check_tubes(tubes, given.pixel_map.source_size, frame_count)
    return painted(given, tubes)


def _frozen(clip: "Tensor", tube: Tube, frame_indices: Sequence[int]) -> "Tensor":
    """The clip's first frame of the tube's span, at all times; the clip where it shows none."""
    shown = [(index, t) for t, index in enumerate(frame_indices) if index in tube.frames]
    if not shown:
        return clip
    _, t = min(shown)
    return clip[:, :, t : t + 1].expand_as(clip)
