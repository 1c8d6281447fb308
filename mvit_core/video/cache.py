"""Recently decoded frames, bounded by bytes."""

from collections import OrderedDict
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


class FrameCache:
    """The frames asked for last, by rank; the oldest leave when ``capacity_bytes`` is exceeded."""

    def __init__(self, capacity_bytes: int) -> None:
        self.capacity_bytes = capacity_bytes
        self._frames: OrderedDict[int, NDArray[np.uint8]] = OrderedDict()
        self._used = 0

    @property
    def used_bytes(self) -> int:
        """Bytes of all frames held."""
        return self._used

    def __contains__(self, rank: int) -> bool:
        return rank in self._frames

    def get(self, rank: int) -> "NDArray[np.uint8] | None":
        """The frame, now the youngest, or None."""
        frame = self._frames.get(rank)
        if frame is not None:
            self._frames.move_to_end(rank)
        return frame

    def put(self, rank: int, frame: "NDArray[np.uint8]") -> None:
        """Hold a frame; one larger than the whole capacity is not held."""
        if rank in self._frames or frame.nbytes > self.capacity_bytes:
            return
        self._frames[rank] = frame
        self._used += frame.nbytes
        while self._used > self.capacity_bytes:
            _, oldest = self._frames.popitem(last=False)
            self._used -= oldest.nbytes

    def clear(self) -> None:
        """Let all frames go."""
        self._frames.clear()
        self._used = 0
