"""Refuses files whose clock makes no sense, before anything is counted or waited for by it."""

from shlex import quote
from typing import TYPE_CHECKING

import numpy as np

from mvit_core.errors import VideoOpenError
from mvit_core.video.decode.index import LEAST_FPS, MOST_FPS

if TYPE_CHECKING:
    from pathlib import Path

    from mvit_core.video.decode.index import FrameIndex

_YEAR = 365.25 * 86_400
MOST_SECONDS = 100 * _YEAR
"""Farthest time of a frame: recorders that write the time of day count from 1970 on."""


def check_clock(path: "Path", index: "FrameIndex") -> None:
    """See whether frames come at a rate, and at times, that a film can have.

    Args:
        path: the file, for the message.
        index: its frames.

    Raises:
        VideoOpenError: they do not; with a command that writes the frames anew at a rate.
    """
    fps = index.fps
    ends = index.start_seconds, index.start_seconds + float(np.abs(index.pts_seconds).max())
    farthest = max(map(abs, ends))
    if farthest > MOST_SECONDS:
        found = f"have times up to {farthest / _YEAR:,.0f} years"
        allowed = f"{MOST_SECONDS / _YEAR:g} years"
    elif not fps >= LEAST_FPS:
        found, allowed = f"come at {fps:.3g} frames per second", "one frame a day or more"
    elif round(fps, 3) > MOST_FPS:  # some stamps are rounded
        found, allowed = f"come at {fps:,.0f} frames per second", f"{MOST_FPS:,.0f} at most"
    else:
        return
    raise VideoOpenError(
        f"the frames of {path.name} {found} by its time stamps, allowed are {allowed}; give them "
        f"a rate and open the copy: ffmpeg -r 30 -i {quote(f'file:{path}')} copy.mp4"
    )
