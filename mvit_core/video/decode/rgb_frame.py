"""From a decoded frame to an upright RGB array of one fixed size."""

from copy import copy
from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.sidedata.sidedata import Type as SideDataKind
from av.video.reformatter import Colorspace, Interpolation, VideoReformatter

from mvit_core.video.decode.matrices import BT601, MATRICES, matrix_of

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray

    from mvit_core.video.decode.matroska import Crop

_MOST_ASPECT = 16.0
"""A pixel wider or taller than this is a slip of the file; its picture would fill the memory."""


def _unnamed_kind(cls: type[SideDataKind], value: object) -> SideDataKind:
    """A kind of side data of which PyAV does not know the name."""
    kind = object.__new__(cls)
    kind._name_ = f"KIND_{value}"
    kind._value_ = value  # type: ignore[assignment]
    return kind


# FFmpeg 8.1 has kinds that PyAV 18.1 has no names for, EXIF among them. One of those makes all
# side data of its frame unreadable, and with it the orientation of every photograph.
SideDataKind._missing_ = classmethod(_unnamed_kind)  # type: ignore[assignment]


_WORTH_THREADS_PIXELS = 500_000
"""Smaller pictures are painted sooner than they are shared out among threads."""


@dataclass(frozen=True)
class Orientation:
    """Turn that sets a stored picture upright: transpose first, then mirror."""

    transposed: bool = False
    """Rows become columns."""
    flipped_x: bool = False
    """Mirrored left to right, after the transpose."""
    flipped_y: bool = False
    """Mirrored top to bottom, after the transpose."""

    @classmethod
    def of(cls, frame: "VideoFrame") -> "Orientation":
        """Read the display matrix (x' = a x + c y, y' = b x + d y); none means upright."""
        data = frame.side_data.get("DISPLAYMATRIX")
        if data is None:
            return cls()
        a, b, _, c, d = (int(v) for v in np.frombuffer(cast("memoryview[int]", data), np.int32)[:5])
        if abs(b) > abs(a):
            return cls(transposed=True, flipped_x=c < 0, flipped_y=b < 0)
        return cls(flipped_x=a < 0, flipped_y=d < 0)

    @property
    def is_upright(self) -> bool:
        """There is nothing to turn."""
        return not (self.transposed or self.flipped_x or self.flipped_y)

    @property
    def rotation(self) -> int:
        """Degrees counterclockwise; mirroring alone is no rotation."""
        if self.transposed:
            return 270 if self.flipped_x else 90
        return 180 if self.flipped_x and self.flipped_y else 0

    def turned(self, width: int, height: int) -> tuple[int, int]:
        """The upright size of a stored one, and the stored size of an upright one."""
        return (height, width) if self.transposed else (width, height)

    def turn(self, stored: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
        """The upright picture, contiguous: (H, W, 3), or one plane of it (H, W)."""
        upright = np.swapaxes(stored, 0, 1) if self.transposed else stored
        upright = upright[:: -1 if self.flipped_y else 1, :: -1 if self.flipped_x else 1]
        return np.ascontiguousarray(upright)


class Painter:
    """Turns decoded frames into upright RGB of the first frame's size.

    Args:
        first: gives size and orientation.
        pixel_aspect: width of a stored pixel over its height, None where it is square.
        turns_each: every frame states its own orientation, as photographs do.
        crop: pixels at the edges of each stored picture that are not shown.
    """

    def __init__(
        self,
        first: "VideoFrame",
        pixel_aspect: "Fraction | None",
        *,
        turns_each: bool = False,
        crop: "Crop | None" = None,
    ) -> None:
        self._stored_size = (first.width, first.height)
        self._left = self._top = self._right = self._bottom = 0
        if crop is not None:
            self._left, self._right = crop.left, crop.right
            self._top, self._bottom = crop.top, crop.bottom
        self._orientation = Orientation.of(first)
        self._turns_each = turns_each
        aspect = float(pixel_aspect) if pixel_aspect else 1.0
        self._pixel_aspect = aspect if 1 / _MOST_ASPECT <= aspect <= _MOST_ASPECT else 1.0
        self._interpolation: Interpolation | None = None
        # One converter for all frames: its tables are costly to build.
        self._reformatter = VideoReformatter()
        self.rotation = self._orientation.rotation
        self.matrix = matrix_of(first)

    def twin(self) -> "Painter":
        """One that paints the same, for another thread: a converter serves one thread alone."""
        other = copy(self)
        other._reformatter = VideoReformatter()
        return other

    def reduced(self, long_side: int) -> "Painter":
        """One that paints the same frames smaller, of this longer side at most."""
        width, height = self._stored_size
        factor = min(1.0, long_side / max(width, height))
        smaller = self.twin()
        smaller._stored_size = (max(1, round(width * factor)), max(1, round(height * factor)))
        smaller._left, smaller._right = int(self._left * factor), int(self._right * factor)
        smaller._top, smaller._bottom = int(self._top * factor), int(self._bottom * factor)
        smaller._interpolation = Interpolation.AREA  # each pixel is a mean, in half the time
        return smaller

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) upright, in stored pixels."""
        return self._orientation.turned(*self._shown_size)

    @property
    def is_cropped(self) -> bool:
        """Edges of the stored pictures are not shown."""
        return any((self._left, self._top, self._right, self._bottom))

    @property
    def _shown_size(self) -> tuple[int, int]:
        """(width, height) as stored, without what is cropped."""
        width, height = self._stored_size
        return width - self._left - self._right, height - self._top - self._bottom

    @property
    def display_size(self) -> tuple[int, int]:
        """(width, height) upright with square pixels."""
        width, height = self._shown_size
        return self._orientation.turned(max(1, round(width * self._pixel_aspect)), height)

    def orientation_of(self, frame: "VideoFrame") -> Orientation:
        """Returns the turn that sets a frame upright."""
        return Orientation.of(frame) if self._turns_each else self._orientation

    def paint(self, frame: "VideoFrame") -> "NDArray[np.uint8]":
        """uint8 (H, W, 3), upright, read-only because it may be shared by a cache.

        swscale reads matrix and range from the frame's own tags; untagged video counts as BT.601
        of limited range, as it does for the programs that made the training data.
        """
        orientation = self.orientation_of(frame)
        # Photographs of a folder are turned each for itself, and fitted into the size of the first.
        size = orientation.turned(*self.size) if self._turns_each else self._stored_size
        try:
            rgb = self._convert(frame, size, None)
        except av.error.FFmpegError:
            # Reserved matrix numbers are refused; the picture is worth more than its tag.
            matrix = MATRICES.get(int(frame.colorspace), BT601)
            rgb = self._convert(frame, size, matrix.colorspace)
        width, height = size
        stored = cast("NDArray[np.uint8]", rgb.to_ndarray())
        shown = stored[self._top : height - self._bottom, self._left : width - self._right]
        upright = orientation.turn(shown)
        upright.flags.writeable = False
        return upright

    def _convert(
        self, frame: "VideoFrame", size: tuple[int, int], colorspace: Colorspace | None
    ) -> "VideoFrame":
        is_large = size[0] * size[1] >= _WORTH_THREADS_PIXELS
        return self._reformatter.reformat(
            frame,
            width=size[0],
            height=size[1],
            format="rgb24",
            src_colorspace=colorspace,
            dst_colorspace=colorspace,
            interpolation=self._interpolation,
            threads=2 if is_large and (frame.width, frame.height) == size else 1,
        )
