"""Painting one frame while the decoder works on the next."""

from concurrent.futures import Future, ThreadPoolExecutor
from typing import TYPE_CHECKING

from mvit_core.errors import FrameDecodeError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import numpy as np
    from av.video.frame import VideoFrame
    from numpy.typing import NDArray


def paint_ahead(
    paint: "Callable[[int, VideoFrame], NDArray[np.uint8]]",
    frames: "Iterator[tuple[int, VideoFrame]]",
) -> "Iterator[NDArray[np.uint8]]":
    """Each frame as a picture, in order.

    Args:
        paint: runs on a thread of its own.
        frames: their numbers and themselves, decoded on the caller's thread.

    Raises:
        FrameDecodeError: as ``frames`` and ``paint`` do, once all pictures before it were given.
    """
    with ThreadPoolExecutor(1, thread_name_prefix="paint") as thread:
        before: Future[NDArray[np.uint8]] | None = None
        while True:
            try:
                item = next(frames, None)
            except FrameDecodeError:
                if before is not None:
                    yield before.result()
                raise
            following = None if item is None else thread.submit(paint, *item)
            if before is not None:
                yield before.result()
            if following is None:
                return
            before = following
