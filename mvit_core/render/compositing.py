"""Heat laid over the planes of a frame: what ``blend`` does in RGB, for encoders.

The colours come from ``heat_layer`` and are only converted here. A map changes less often
than the frame, so everything that depends on the map alone is made once: what remains for each
frame is one product and one sum per plane.
"""

from dataclasses import dataclass

import cv2
import numpy as np

from mvit_core.render.layers import HeatLayer
from mvit_core.video.decode.matrices import Matrix
from mvit_core.video.decode.planes import BytePlane, Planes, halved, planes_of


@dataclass(frozen=True, eq=False)
class PlaneHeat:
    """A coloured map made ready: a picture under it becomes ``picture * keep / 255 + add``."""

    area: tuple[int, int, int, int]
    """(left, top, width, height) of the part that it changes; left and top are even."""
    keep: Planes
    """255 minus the opacity of the heat, for each pixel of the area."""
    add: Planes
    """The heat's own part, its opacity applied."""


def plane_heat(layer: HeatLayer, matrix: Matrix) -> PlaneHeat:
    """A layer for planes in a matrix; each chroma sample takes the mean opacity of its pixels."""
    left, top, width, height = cv2.boundingRect(layer.alpha)
    # Chroma is shared by two rows and columns, so the area is grown to whole pairs.
    rows = slice(top - top % 2, top + height + (top + height) % 2)
    columns = slice(left - left % 2, left + width + (left + width) % 2)
    alpha = layer.alpha[rows, columns]
    area = columns.start, rows.start, alpha.shape[1], alpha.shape[0]
    if alpha.size == 0:
        return PlaneHeat(area, Planes(alpha, alpha, alpha), Planes(alpha, alpha, alpha))
    half = halved(alpha)
    keep = Planes(255 - alpha, 255 - half, 255 - half)
    colours = planes_of(layer.colours[rows, columns], matrix)
    opacity = (alpha, half, half)
    add = Planes(*(_product(plane, of) for plane, of in zip(colours.each, opacity, strict=True)))
    return PlaneHeat(area, keep, add)


def lay(picture: Planes, heat: PlaneHeat, onto: Planes) -> None:
    """Blend into ``onto``, which has the picture's size; the picture itself stays as it is.

    Args:
        picture: luma and chroma of the frame.
        heat: of the same size.
        onto: planes that are written into.
    """
    onto.take(picture)
    if not heat.keep.y.size:
        return
    part = onto.part(*heat.area)
    for out, keep, add in zip(part.each, heat.keep.each, heat.add.each, strict=True):
        cv2.multiply(out, keep, dst=out, scale=1 / 255)
        cv2.add(out, add, dst=out)


def _product(plane: BytePlane, share: BytePlane) -> BytePlane:
    return np.asarray(cv2.multiply(plane, share, scale=1 / 255), dtype=np.uint8)
