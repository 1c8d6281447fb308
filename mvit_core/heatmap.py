"""Token-grid saliency on source-frame pixels and source frames."""

from bisect import bisect_left
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution.maps import FloatArray, MapColours, Saliency
from mvit_core.geometry import PixelMap, Triple


@dataclass(frozen=True)
class Heatmap:
    """A map whose every token knows its place on the source video."""

    values: FloatArray
    """(T', Y', X'), in the method's own unit."""
    x_px: tuple[float, float]
    """Token x is centred at source pixel ``x_px[0] * x + x_px[1]``."""
    y_px: tuple[float, float]
    time: tuple[float, float]
    """Token t is centred at ``time[0] * t + time[1]`` on the list of sampled frames."""
    frame_indices: tuple[int, ...]
    """Source frame of each sampled frame, rising."""
    frame_size: tuple[int, int]
    """(width, height) of the source frame in stored pixels."""
    box_px: tuple[float, float, float, float]
    """The part of the frame the model saw, as edges (left, top, right, bottom)."""
    sink: float | None
    """Share of the attention on the class key."""
    colours: MapColours | None = None
    """Colours of its own; None for those of a table."""

    @property
    def shape(self) -> Triple:
        """The token grid."""
        t, y, x = self.values.shape
        return t, y, x

    @property
    def covers_frame(self) -> bool:
        """The model saw the whole frame."""
        return self.box_px == (0.0, 0.0, *map(float, self.frame_size))

    def sampled_position(self, frame_index: int) -> float:
        """Position of a source frame on the list of sampled frames, 0 for the first."""
        frames, places = _listed(self.frame_indices)
        after = bisect_left(frames, frame_index)
        if after == 0:
            return float(places[0])
        if after == len(frames):
            return float(places[-1])
        step = (places[after] - places[after - 1]) / (frames[after] - frames[after - 1])
        return step * (frame_index - frames[after - 1]) + places[after - 1]

    def token_time(self, frame_index: int) -> int:
        """The token t that is nearest to a source frame: no blending between times."""
        place = (self.sampled_position(frame_index) - self.time[1]) / self.time[0]
        return int(min(max(np.floor(place + 0.5), 0), self.shape[0] - 1))

    def token_frames(self, t: int) -> tuple[int, ...]:
        """The source frames that were sampled and lie nearest to token t."""
        frames = self.frame_indices
        places = np.interp(frames, *_places(frames))
        times = np.floor((places - self.time[1]) / self.time[0] + 0.5).clip(0, self.shape[0] - 1)
        near = (frame for frame, time in zip(frames, times, strict=True) if time == t)
        return tuple(dict.fromkeys(near))

    def token_at(self, x: float, y: float, frame_index: int) -> Triple | None:
        """The token nearest to a source pixel, or None outside what the model saw.

        Args:
            x: in source pixels, pixel 0 centred at 0.
            y: in source pixels.
            frame_index: the source frame.
        """
        left, top, right, bottom = self.box_px
        if not (left <= x + 0.5 <= right and top <= y + 0.5 <= bottom):
            return None
        column = _nearest(x, self.x_px, self.shape[2])
        row = _nearest(y, self.y_px, self.shape[1])
        return self.token_time(frame_index), row, column

    def token_centre_px(self, y: int, x: int) -> tuple[float, float]:
        """Source position (x, y) of a token's centre."""
        return self.x_px[0] * x + self.x_px[1], self.y_px[0] * y + self.y_px[1]


def project(saliency: Saliency, pixel_map: PixelMap, frame_indices: tuple[int, ...]) -> Heatmap:
    """Place a saliency map on the source video.

    Args:
        saliency: values and the geometry of their grid.
        pixel_map: how the model's input lies on the source frame.
        frame_indices: the source frames that were sampled.
    """
    geometry = saliency.geometry
    _, scale_y, scale_x = geometry.scale
    _, offset_y, offset_x = geometry.offset
    origin = pixel_map.to_source(offset_x, offset_y)
    return Heatmap(
        values=saliency.values,
        x_px=(scale_x * pixel_map.scale[0], origin[0]),
        y_px=(scale_y * pixel_map.scale[1], origin[1]),
        time=(geometry.scale[0], geometry.offset[0]),
        frame_indices=frame_indices,
        frame_size=pixel_map.source_size,
        box_px=pixel_map.box_px,
        sink=saliency.sink,
        colours=saliency.colours,
    )


@lru_cache(maxsize=64)
def _places(frame_indices: tuple[int, ...]) -> tuple[NDArray[np.float64], NDArray[np.int64]]:
    """Each sampled frame once, and where it first stands on the list."""
    rising = np.asarray(frame_indices, dtype=np.float64)
    places, first = np.unique(rising, return_index=True)
    return places, first


@lru_cache(maxsize=64)
def _listed(frame_indices: tuple[int, ...]) -> tuple[list[float], list[int]]:
    frames, places = _places(frame_indices)
    return frames.tolist(), places.tolist()


def _nearest(position: float, line: tuple[float, float], size: int) -> int:
    return int(min(max(np.floor((position - line[1]) / line[0] + 0.5), 0), size - 1))
