"""Frames of damaged files by several ways: whatever depends on the way must be flagged."""

import random

import numpy as np

from mvit_core.errors import FrameDecodeError, VideoError
from mvit_core.video import open_video

MOST_FRAMES = 120


def frames_that_depend_on_the_way(path, seed=0):
    """Numbers of frames that differ between ways and are flagged in none of them.

    Returns None where the file is refused.
    """
    try:
        with open_video(path) as video:
            count = min(video.frame_count, MOST_FRAMES)
            flagged = set(video.damaged_frames)
    except VideoError:
        return None
    orders = [list(range(count)), list(range(count))[::-1], list(range(count))]
    random.Random(seed).shuffle(orders[2])
    seen = []
    for order in orders:
        pictures = {}
        with open_video(path, cache_bytes=0) as video:
            for index in order:
                try:
                    pictures[index] = video.frame(index).copy()
                except FrameDecodeError:
                    pictures[index] = None
            flagged |= video.damaged_frames
        seen.append(pictures)
    return [i for i in range(count) if i not in flagged and not _alike([p[i] for p in seen])]


def _alike(pictures):
    first = pictures[0]
    if first is None:
        return all(p is None for p in pictures)
    return all(p is not None and np.array_equal(first, p) for p in pictures)
