"""Means of heads over batch results: read by whoever knows these, used where networks run."""

from typing import TYPE_CHECKING, Any

from mvit_core.errors import CaptureError
from mvit_core.explaining.changes import BatchMean

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from mvit_core.explaining.heads_off import HeadMeans

__all__ = ["GivenMeans"]

_MOST = 64


class GivenMeans:
    """Means by what they are of. Threads may share it: what is there is never changed."""

    def __init__(self) -> None:
        self._blocks: dict[BatchMean, tuple[NDArray[np.float32], ...]] = {}

    def give(self, source: BatchMean, blocks: "tuple[NDArray[np.float32], ...]") -> None:
        """Keep means, the oldest of very many dropped.

        Args:
            source: what they are of.
            blocks: (h, d) of each block.
        """
        self._blocks[source] = blocks
        while len(self._blocks) > _MOST:
            self._blocks.pop(next(iter(self._blocks)), None)

    def has(self, source: BatchMean) -> bool:
        """They were given."""
        return source in self._blocks

    def of(self, source: BatchMean) -> "HeadMeans":
        """The means over a batch result.

        Raises:
            CaptureError: they were not given.
        """
        import torch

        from mvit_core.explaining.heads_off import HeadMeans

        blocks: Any = self._blocks.get(source)
        if blocks is None:
            raise CaptureError(
                f"heads that are off give their mean over {source.words}, which is not open; name "
                "its folder"
            )
        with torch.inference_mode(False):
            return HeadMeans(tuple(torch.tensor(each) for each in blocks), source.windows)
