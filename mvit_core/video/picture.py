"""From a decoded frame to an upright RGB array of one fixed size."""

from dataclasses import dataclass
from typing import TYPE_CHECKING, cast

import av
import numpy as np
from av.video.reformatter import Colorspace, VideoReformatter

if TYPE_CHECKING:
    from fractions import Fraction

    from av.video.frame import VideoFrame
    from numpy.typing import NDArray


@dataclass(frozen=True)
class Orientation:
    """How a stored picture is turned to stand upright: transpose first, then mirror."""

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
    def rotation(self) -> int:
        """Degrees counterclockwise; mirroring alone is no rotation."""
        if self.transposed:
            return 270 if self.flipped_x else 90
        return 180 if self.flipped_x and self.flipped_y else 0

    def turn(self, stored: "NDArray[np.uint8]") -> "NDArray[np.uint8]":
        """The upright picture, (H, W, 3), contiguous."""
        upright = stored.transpose(1, 0, 2) if self.transposed else stored
        upright = upright[:: -1 if self.flipped_y else 1, :: -1 if self.flipped_x else 1]
        return np.ascontiguousarray(upright)


class Painter:
    """Turns decoded frames into upright RGB of the first frame's size."""

    def __init__(self, first: "VideoFrame", pixel_aspect: "Fraction | None") -> None:
        self._stored_size = (first.width, first.height)
        self._orientation = Orientation.of(first)
        self._pixel_aspect = float(pixel_aspect) if pixel_aspect else 1.0
        # One converter for all frames: its tables are costly to build.
        self._reformatter = VideoReformatter()
        self.rotation = self._orientation.rotation

    @property
    def size(self) -> tuple[int, int]:
        """(width, height) upright, in stored pixels."""
        return self._turned(*self._stored_size)

    @property
    def display_size(self) -> tuple[int, int]:
        """(width, height) upright with square pixels."""
        width, height = self._stored_size
        return self._turned(max(1, round(width * self._pixel_aspect)), height)

    def paint(self, frame: "VideoFrame") -> "NDArray[np.uint8]":
        """uint8 (H, W, 3), upright, read-only because it may be shared by a cache.

        swscale reads matrix and range from the frame's own tags; untagged video counts as BT.601
        of limited range, as it does for the programs that made the training data.
        """
        try:
            rgb = self._convert(frame, None)
        except av.error.FFmpegError:
            # Reserved matrix numbers are refused; the picture is worth more than its tag.
            rgb = self._convert(frame, Colorspace.ITU601)
        upright = self._orientation.turn(cast("NDArray[np.uint8]", rgb.to_ndarray()))
        upright.flags.writeable = False
        return upright

    def _convert(self, frame: "VideoFrame", colorspace: Colorspace | None) -> "VideoFrame":
        width, height = self._stored_size
        return self._reformatter.reformat(
            frame,
            width=width,
            height=height,
            format="rgb24",
            src_colorspace=colorspace,
            dst_colorspace=colorspace,
            threads=1,
        )

    def _turned(self, width: int, height: int) -> tuple[int, int]:
        return (height, width) if self._orientation.transposed else (width, height)
