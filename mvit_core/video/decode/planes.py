"""Pictures as encoders of video take them: luma, and two chroma planes of half its size.

Axes: H, W rows and columns of the picture; h, w those of a chroma plane, half of them rounded up.
"""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import av
import cv2
import numpy as np
from av.video.reformatter import ColorRange, VideoReformatter
from numpy.typing import NDArray

from mvit_core.video.decode.matrices import Matrix, own_matrix_of

if TYPE_CHECKING:
    from av.video.frame import VideoFrame

    from mvit_core.video.decode.rgb_frame import Painter

BytePlane = NDArray[np.uint8]

FORMAT = "yuv420p"
"""FFmpeg's name of this form, 8 bits per sample."""


@dataclass(frozen=True, eq=False)
class Planes:
    """One picture, limited range."""

    y: BytePlane
    """(H, W)."""
    u: BytePlane
    """(h, w)."""
    v: BytePlane
    """(h, w)."""

    @property
    def each(self) -> tuple[BytePlane, BytePlane, BytePlane]:
        """The three, luma first."""
        return self.y, self.u, self.v

    def part(self, left: int, top: int, width: int, height: int) -> "Planes":
        """A view of a rectangle; its left and top edges must be even."""
        x, y = left // 2, top // 2
        rows, columns = slice(y, y + (height + 1) // 2), slice(x, x + (width + 1) // 2)
        luma = self.y[top : top + height, left : left + width]
        return Planes(luma, self.u[rows, columns], self.v[rows, columns])

    def take(self, other: "Planes") -> None:
        """Copy a picture of the same size into these planes."""
        for mine, its in zip(self.each, other.each, strict=True):
            np.copyto(mine, its)


def planes_of(rgb: NDArray[np.uint8], matrix: Matrix) -> Planes:
    """A picture (H, W, 3) in RGB as planes; chroma is the mean of each square of four pixels."""
    luma = cv2.transform(rgb, matrix.rows)  # one row of the matrix alone would be slower
    chroma = cv2.transform(halved(rgb), matrix.rows)
    return Planes(_channel(luma, 0), _channel(chroma, 1), _channel(chroma, 2))


def halved(picture: BytePlane) -> BytePlane:
    """Half the size, rounded up, of (H, W) or (H, W, 3): means of squares of four pixels."""
    height, width = picture.shape[:2]
    if height % 2 or width % 2:
        edge = cv2.BORDER_REPLICATE
        picture = _bytes(cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, edge))
    size = ((width + 1) // 2, (height + 1) // 2)
    return _bytes(cv2.resize(picture, size, interpolation=cv2.INTER_AREA))


def _channel(picture: object, number: int) -> BytePlane:
    return _bytes(cv2.extractChannel(_bytes(picture), number))


def _bytes(picture: object) -> BytePlane:
    return np.asarray(picture, dtype=np.uint8)


def planes_in(frame: "VideoFrame") -> Planes:
    """The planes of a frame in ``FORMAT``, as views that keep the frame's memory alive."""
    chroma = ((frame.width + 1) // 2, (frame.height + 1) // 2)
    views = []
    for plane, (width, height) in zip(
        frame.planes, ((frame.width, frame.height), chroma, chroma), strict=True
    ):
        rows = np.frombuffer(memoryview(plane), np.uint8)  # padded at the right of each row
        views.append(rows.reshape(-1, plane.line_size)[:height, :width])
    return Planes(*views)


class PlaneCanvas:
    """A picture of even size to draw on, handed to an encoder again and again.

    What was drawn stays from one frame to the next, so only what changes must be drawn anew.
    """

    def __init__(self, size: tuple[int, int], matrix: Matrix) -> None:
        self.size, self.matrix = size, matrix
        self.frame = av.VideoFrame(*size, FORMAT)

    def planes(self) -> Planes:
        """Planes to draw on; valid until the canvas is handed to an encoder."""
        self.frame.make_writable()  # the encoder may still hold the last picture
        return planes_in(self.frame)


class PlanePainter:
    """Turns decoded frames into upright planes of the size they are to be seen at.

    Frames that are such planes already are not converted, only viewed.
    """

    def __init__(self, painter: "Painter") -> None:
        self._painter = painter
        self._reformatter = VideoReformatter()

    def paint(self, frame: "VideoFrame") -> Planes:
        """The planes of one frame, in the matrix of the painter; read-only by convention."""
        matrix, size = self._painter.matrix, self._painter.display_size
        orientation = self._painter.orientation_of(frame)
        stored = orientation.turned(*size)
        its_matrix = own_matrix_of(frame)
        if its_matrix is None or self._painter.is_cropped:
            rgb = self._painter.paint(frame)
            if (rgb.shape[1], rgb.shape[0]) != size:
                rgb = np.asarray(cv2.resize(rgb, size), dtype=np.uint8)
            return planes_of(rgb, matrix)
        if not (
            _is_plain(frame) and its_matrix == matrix and (frame.width, frame.height) == stored
        ):
            frame = self._reformatter.reformat(
                frame,
                *stored,
                format=FORMAT,
                src_colorspace=its_matrix.colorspace,
                dst_colorspace=matrix.colorspace,
                dst_color_range=ColorRange.MPEG,
                threads=1,
            )
        planes = planes_in(frame)
        if orientation.is_upright:
            return planes
        return Planes(*(orientation.turn(plane) for plane in planes.each))


def _is_plain(frame: "VideoFrame") -> bool:
    return frame.format.name == FORMAT and frame.color_range != ColorRange.JPEG
