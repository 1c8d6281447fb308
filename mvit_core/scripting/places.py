"""Places and times of the tokens of a map on the source clip."""

import numpy as np
from numpy.typing import NDArray

from mvit_core.heatmap import Heatmap

__all__ = ["seconds_of", "source_frames", "token_columns", "token_rows"]

FloatLine = NDArray[np.float64]


def token_columns(heatmap: Heatmap) -> FloatLine:
    """(X',): centre of each token column on the source frame, in pixels from the left."""
    return _line(heatmap.x_px, heatmap.shape[2])


def token_rows(heatmap: Heatmap) -> FloatLine:
    """(Y',): centre of each token row on the source frame, in pixels from the top."""
    return _line(heatmap.y_px, heatmap.shape[1])


def source_frames(heatmap: Heatmap) -> FloatLine:
    """(T',): source frame at the centre of each token time, between two sampled ones at times."""
    return _at_times(heatmap, np.asarray(heatmap.frame_indices, np.float64))


def seconds_of(heatmap: Heatmap, pts_seconds: FloatLine) -> FloatLine:
    """(T',): time of the centre of each token time in seconds after frame 0.

    Args:
        heatmap: the map.
        pts_seconds: (frames,) times of all frames of the clip.
    """
    return _at_times(heatmap, pts_seconds[list(heatmap.frame_indices)])


def _at_times(heatmap: Heatmap, sampled: FloatLine) -> FloatLine:
    """What sampled frames have, (T,), at the centres of the tokens, (T',)."""
    places = _line(heatmap.time, heatmap.shape[0])
    values: FloatLine = np.interp(places, np.arange(len(sampled)), sampled)
    return values


def _line(line: tuple[float, float], count: int) -> FloatLine:
    values: FloatLine = line[0] * np.arange(count, dtype=np.float64) + line[1]
    return values
