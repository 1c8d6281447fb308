"""Maps tokens to places: token grids, input pixels and source pixels.

Axes are always (t, y, x); sizes of pictures are always (width, height), as files state them.
Positions are pixel centres: pixel 0 of an axis is centred at 0.0, so a token whose kernel is
centred on input pixel 32 has position 32.0, not 32.5.
"""

from dataclasses import dataclass
from math import floor, prod
from typing import Self

Triple = tuple[int, int, int]
"""Three whole numbers along (t, y, x)."""


@dataclass(frozen=True)
class Grid:
    """The shape of a token sequence: an optional class token, then patches row by row.

    Token order is the reference's: class token first, then time slowest and x fastest,
    ``index = has_class_token + (t * height + y) * width + x``.
    """

    shape: Triple
    """Patch tokens along (t, y, x); each at least 1."""
    has_class_token: bool = False

    def __post_init__(self) -> None:
        if len(self.shape) != 3 or min(self.shape) < 1:
            raise ValueError(f"a grid needs three sizes of at least 1, got {self.shape = }")

    @property
    def patch_count(self) -> int:
        """Patch tokens, class token not counted."""
        return prod(self.shape)

    @property
    def token_count(self) -> int:
        """All tokens, class token included."""
        return self.patch_count + self.has_class_token

    def index(self, t: int, y: int, x: int) -> int:
        """Row of patch (t, y, x) in the token sequence.

        Args:
            t: time.
            y: row.
            x: column; each counts from 0.

        Raises:
            IndexError: the patch lies outside the grid.
        """
        if not all(0 <= i < n for i, n in zip((t, y, x), self.shape, strict=True)):
            raise IndexError(f"token {(t, y, x)} lies outside the grid {self.shape}")
        return int(self.has_class_token) + (t * self.shape[1] + y) * self.shape[2] + x

    def position(self, index: int) -> Triple | None:
        """(t, y, x) of a token, or None for the class token.

        Raises:
            IndexError: there is no such token.
        """
        if not 0 <= index < self.token_count:
            raise IndexError(f"token index {index} outside 0..{self.token_count - 1}")
        patch = index - self.has_class_token
        if patch < 0:
            return None
        rest, x = divmod(patch, self.shape[2])
        t, y = divmod(rest, self.shape[1])
        return t, y, x


@dataclass(frozen=True)
class SlidingWindow:
    """A convolution's or pooling's footprint along (t, y, x)."""

    kernel: Triple
    stride: Triple
    padding: Triple

    def output_shape(self, shape: Triple) -> Triple:
        """Grid after the window has passed over ``shape``: floor((n + 2p - k) / s) + 1."""
        t, y, x = (
            (n + 2 * p - k) // s + 1
            for n, k, s, p in zip(shape, self.kernel, self.stride, self.padding, strict=True)
        )
        return t, y, x


@dataclass(frozen=True)
class GridGeometry:
    """Centres of a grid's tokens on the model's input: ``scale * index + offset`` per axis.

    The unit is the input pixel along y and x and the sampled frame along t. The default is the
    input itself.
    """

    scale: tuple[float, float, float] = (1.0, 1.0, 1.0)
    offset: tuple[float, float, float] = (0.0, 0.0, 0.0)

    def through(self, window: SlidingWindow | None) -> Self:
        """Geometry after a convolution or pooling; None changes nothing.

        ``O + S * ((k - 1) / 2 - p)`` is the centre of the first window and ``S * s`` the
        distance between two.
        """
        if window is None:
            return self
        offset = tuple(
            o + s * ((k - 1) / 2 - p)
            for o, s, k, p in zip(
                self.offset, self.scale, window.kernel, window.padding, strict=True
            )
        )
        scale = tuple(s * stride for s, stride in zip(self.scale, window.stride, strict=True))
        return type(self)((scale[0], scale[1], scale[2]), (offset[0], offset[1], offset[2]))

    def centre(self, index: Triple) -> tuple[float, float, float]:
        """Centre of token (t, y, x) in (sampled frame, input pixel y, input pixel x)."""
        t, y, x = (s * i + o for s, i, o in zip(self.scale, index, self.offset, strict=True))
        return t, y, x

    def nearest(self, axis: int, position: float, size: int) -> int:
        """The token of ``size`` along ``axis`` whose centre is nearest, the later one on a tie.

        Args:
            axis: 0, 1, 2 for t, y, x.
            position: on that axis, as ``centre`` gives it.
            size: tokens along the axis.
        """
        index = floor((position - self.offset[axis]) / self.scale[axis] + 0.5)
        return min(max(index, 0), size - 1)

    def nearest_token(self, place: tuple[float, float, float], shape: Triple) -> Triple:
        """The token of a grid of ``shape`` nearest to a place that ``centre`` gave."""
        t, y, x = (self.nearest(axis, place[axis], shape[axis]) for axis in range(3))
        return t, y, x


@dataclass(frozen=True)
class PlacedGrid:
    """The patch tokens of a layer's queries or keys, and where they lie."""

    shape: Triple
    geometry: GridGeometry | None
    """None where it is not known: before the layer has run."""

    def clamp(self, token: Triple) -> Triple:
        """The token, or the nearest index that the grid has."""
        t, y, x = (min(max(i, 0), n - 1) for i, n in zip(token, self.shape, strict=True))
        return t, y, x

    def same_token(self, token: Triple, of: Self) -> Triple:
        """The token of this grid at the place of a token of another grid.

        An index means another place on another grid, so the nearest centre on the model's input
        counts, the later one on a tie. Where the place is not known, the index is kept as far as
        this grid has it.
        """
        if self.geometry is None or of.geometry is None:
            return self.clamp(token)
        return self.geometry.nearest_token(of.geometry.centre(token), self.shape)


@dataclass(frozen=True)
class PixelMap:
    """Maps input pixels to source pixels: the frame is resized to ``resized``, then cropped.

    Resizing follows the half-pixel rule of ``interpolate(align_corners=False)``:
    ``source + 0.5 = (resized + 0.5) * source_size / resized_size``.
    """

    source_size: tuple[int, int]
    """(width, height) of the source frame, in stored pixels."""
    resized_size: tuple[int, int]
    """(width, height) after the resize, before the crop."""
    crop_offset: tuple[int, int]
    """(x, y) of the crop's first pixel in the resized frame; negative where it was padded."""
    crop_size: tuple[int, int]
    """(width, height) of the model's input."""

    @property
    def scale(self) -> tuple[float, float]:
        """Source pixels per input pixel along (x, y)."""
        return (
            self.source_size[0] / self.resized_size[0],
            self.source_size[1] / self.resized_size[1],
        )

    def to_source(self, x: float, y: float) -> tuple[float, float]:
        """Source position (x, y) of an input position (x, y)."""
        sx, sy = self.scale
        return (
            (x + self.crop_offset[0] + 0.5) * sx - 0.5,
            (y + self.crop_offset[1] + 0.5) * sy - 0.5,
        )

    def to_model(self, x: float, y: float) -> tuple[float, float]:
        """Input position (x, y) of a source position (x, y)."""
        sx, sy = self.scale
        return (
            (x + 0.5) / sx - 0.5 - self.crop_offset[0],
            (y + 0.5) / sy - 0.5 - self.crop_offset[1],
        )

    @property
    def box_px(self) -> tuple[float, float, float, float]:
        """The seen part of the source as edges (left, top, right, bottom), in pixels from 0."""
        left, top = self.to_source(-0.5, -0.5)
        right, bottom = self.to_source(self.crop_size[0] - 0.5, self.crop_size[1] - 0.5)
        width, height = self.source_size
        return (
            max(left + 0.5, 0.0),
            max(top + 0.5, 0.0),
            min(right + 0.5, float(width)),
            min(bottom + 0.5, float(height)),
        )
