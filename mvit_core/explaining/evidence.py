"""What an explanation says: evidence for a class on a token grid, and how far it can be trusted."""

from dataclasses import dataclass, replace
from typing import Self

import numpy as np

from mvit_core.attribution.maps import FloatArray, Saliency
from mvit_core.errors import CaptureError
from mvit_core.geometry import GridGeometry, Triple

__all__ = ["Evidence", "Part", "Target", "class_share", "on_grid"]


@dataclass(frozen=True)
class Target:
    """What is explained: the logit of a class, or that of a class less that of another.

    Logits and never probabilities: these add up over tokens, whatever the other classes get.
    """

    index: int
    """The class."""
    against: int | None = None
    """The class instead of which; None for the class alone."""

    def swapped(self) -> Self:
        """The other class instead of this one.

        Raises:
            CaptureError: there is no other class.
        """
        if self.against is None:
            raise CaptureError(f"class {self.index} stands alone; give a class against it to swap")
        return replace(self, index=self.against, against=self.index)

    def check(self, classes: int) -> None:
        """Check that a network of so many classes has these.

        Raises:
            CaptureError: it has not, or both are the same.
        """
        if not classes:
            raise CaptureError("this network predicts no classes, so there is none to explain")
        for index in (self.index, self.against):
            if index is not None and not (isinstance(index, int) and 0 <= index < classes):
                raise CaptureError(
                    f"class {index!r} does not exist; the head has {classes} classes, 0 to "
                    f"{classes - 1}"
                )
        if self.index == self.against:
            raise CaptureError(
                f"class {self.index} against itself leaves nothing to explain; give two classes"
            )


@dataclass(frozen=True)
class Part:
    """A share of the logit that lies on no token of the map."""

    name: str
    value: float
    """In logits."""


@dataclass(frozen=True)
class Evidence:
    """Evidence for a class, token by token, by one method."""

    method: str
    """A name in ``EVIDENCE``."""
    target: Target
    saliency: Saliency
    """Values (T', Y', X') with their places; in logits where the method is complete."""
    probability: float
    """p(class) of the clip, 0 to 1."""
    block: int | None = None
    """The block whose tokens or keys the map is of; None for pixels."""
    class_token: float | None = None
    """Share of ``sum`` that lies on the class token, which no picture can show; below 0 or above
    1 where signs differ. None where there is no class token."""
    baseline: str | None = None
    """A name in ``BASELINES``: what the clip is compared with; None where it is with nothing."""
    baseline_probability: float | None = None
    """p(class) of the baseline: where it is high, the baseline still shows the class."""
    delta: float | None = None
    """What all tokens together must add up to, in logits; None where they need not."""
    sum: float | None = None
    """What they add up to, the class token and ``parts`` among them."""
    parts: tuple[Part, ...] = ()
    steps: int = 0
    """Steps of the rule that gave the map; 0 for one pass."""
    cost: float = 0.0
    """Time taken, in plain forward passes of the same clip."""
    note: str = ""
    """What the figures mean for this map; empty where nothing is unusual."""
    warning: str = ""
    """What must be read before the map is trusted; empty where nothing is wrong."""

    @property
    def shape(self) -> Triple:
        """The grid (T', Y', X')."""
        return self.saliency.shape

    @property
    def error(self) -> float | None:
        """Distance of ``sum`` from ``delta``, over ``delta``; None where they need not agree."""
        if self.delta is None or self.sum is None:
            return None
        distance = abs(self.sum - self.delta)
        return distance / abs(self.delta) if self.delta else float(distance > 0)


def on_grid(values: FloatArray, shape: Triple, geometry: GridGeometry, first: int) -> Saliency:
    """The saliency of values (N,) of tokens.

    Args:
        values: class token first where there is one.
        shape: grid of the patch tokens.
        geometry: their places on the model's input.
        first: leading values that are of no patch, 0 or 1.
    """
    patches = values[first:].reshape(shape)
    return Saliency(np.ascontiguousarray(patches, dtype=np.float32), geometry, None)


def class_share(values: FloatArray, total: float, first: int) -> float | None:
    """Share of ``total`` that lies on the class token; None where there is none, or no total.

    Args:
        values: (N,), class token first where there is one.
        total: what values and whatever else counts add up to.
        first: leading values that are of no patch, 0 or 1.
    """
    return float(values[0]) / total if first and total else None
