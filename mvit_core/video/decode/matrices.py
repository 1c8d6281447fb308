"""Colour matrices that files name: luma and chroma from red, green and blue."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np
from av.video.reformatter import Colorspace
from numpy.typing import NDArray

if TYPE_CHECKING:
    from av.video.frame import VideoFrame


@dataclass(frozen=True)
class Matrix:
    """Coefficients that make luma and chroma of red, green and blue, in limited range."""

    code: int
    """In the numbering of the standard (ITU-T H.273), as files state it."""
    colorspace: Colorspace
    """The same for swscale."""
    red: float
    """Share of red in luma."""
    blue: float

    @cached_property
    def rows(self) -> NDArray[np.float64]:
        """(3, 4): y, u and v of 8 bits, from r, g, b and 1."""
        y = np.array([self.red, 1 - self.red - self.blue, self.blue])
        u = (np.array([0.0, 0.0, 1.0]) - y) / (2 * (1 - self.blue))
        v = (np.array([1.0, 0.0, 0.0]) - y) / (2 * (1 - self.red))
        scaled = np.stack([y * 219, u * 224, v * 224]) / 255  # (3, 3)
        return np.column_stack([scaled, [16.0, 128.0, 128.0]])  # (3, 4)


BT601 = Matrix(6, Colorspace.ITU601, 0.299, 0.114)
BT709 = Matrix(1, Colorspace.ITU709, 0.2126, 0.0722)
BT2020 = Matrix(9, Colorspace.BT2020, 0.2627, 0.0593)
MATRICES: Mapping[int, Matrix] = MappingProxyType(
    {
        1: BT709,
        2: BT601,  # untagged video counts as BT.601, as it does where RGB is made
        4: Matrix(4, Colorspace.FCC, 0.30, 0.11),
        5: BT601,
        6: BT601,
        7: Matrix(7, Colorspace.SMPTE240M, 0.212, 0.087),
        9: BT2020,
        10: BT2020,  # of constant luminance: refused by swscale, and nearest to this
    }
)
"""By the number in a frame's tag. Pictures of any other kind go through RGB."""


def matrix_of(frame: "VideoFrame") -> Matrix:
    """The matrix that planes made from a frame are in: its own where it has one."""
    return own_matrix_of(frame) or BT709


def own_matrix_of(frame: "VideoFrame") -> Matrix | None:
    """The matrix that a frame names.

    None for grey, RGB and palettes, and where the tag names a matrix that is none of ours.
    """
    if not frame.format.name.startswith(("yuv", "nv12", "p010")):
        return None
    return MATRICES.get(int(frame.colorspace))
