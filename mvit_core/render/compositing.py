"""Heat laid over the planes of a frame: what ``blend`` does in RGB, for encoders.

The colours come from ``heat_layer`` and are only converted here. A map changes less often
than the frame, so everything that depends on the map alone is made once: what remains for each
frame is one product and one sum per plane.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.render.layers import HeatLayer
from mvit_core.video.planes import BytePlane, Matrix, Planes, halved, planes_of


@dataclass(frozen=True, eq=False)
class PlaneHeat:
    """A coloured map made ready: a picture under it becomes ``picture * keep / 255 + add``."""

    keep: Planes
    """255 minus the opacity of the heat, per pixel."""
    add: Planes
    """The heat's own part, its opacity applied."""


def plane_heat(layer: HeatLayer, matrix: Matrix) -> PlaneHeat:
    """A layer for planes in a matrix; each chroma sample takes the mean opacity of its pixels."""
    half = halved(layer.alpha)
    opacity = Planes(layer.alpha, half, half)
    keep = Planes(255 - layer.alpha, 255 - half, 255 - half)
    colours = planes_of(layer.colours, matrix)
    add = Planes(
        *(_product(plane, of) for plane, of in zip(colours.each, opacity.each, strict=True))
    )
    return PlaneHeat(keep, add)


def lay(picture: Planes, heat: PlaneHeat, onto: Planes) -> None:
    """Blend into ``onto``, which has the picture's size; the picture itself stays as it is."""
    for below, keep, add, out in zip(
        picture.each, heat.keep.each, heat.add.each, onto.each, strict=True
    ):
        cv2.multiply(below, keep, dst=out, scale=1 / 255)
        cv2.add(out, add, dst=out)


def _product(plane: BytePlane, share: BytePlane) -> BytePlane:
    return np.asarray(cv2.multiply(plane, share, scale=1 / 255), dtype=np.uint8)
