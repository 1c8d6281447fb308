"""Copies tensors into host memory that nothing else refers to."""

import torch
from torch import Tensor

__all__ = ["HostCopies"]


class HostCopies:
    """Copies tensors to the CPU; from a CUDA device while it computes on.

    Copies of a CUDA device run on a stream of their own into pinned memory, behind the work that
    makes the tensor and beside the work that follows it. They may be read after ``wait``.
    """

    def __init__(self) -> None:
        self._streams: dict[torch.device, torch.cuda.Stream] = {}

    def take(self, tensor: Tensor) -> Tensor:
        """The same values on the CPU, in memory of their own.

        A tensor that already lies alone in its memory is taken as it is.
        """
        detached = tensor.detach()
        if detached.device.type == "cuda":
            return self._take_from_cuda(detached)
        if detached.device.type != "cpu":
            return detached.to("cpu")
        alone = detached.untyped_storage().nbytes() == detached.nbytes
        return detached if alone else detached.clone(memory_format=torch.contiguous_format)

    def wait(self) -> None:
        """Return when every copy is complete."""
        for stream in self._streams.values():
            stream.synchronize()

    def _take_from_cuda(self, tensor: Tensor) -> Tensor:
        stream = self._streams.get(tensor.device)
        if stream is None:
            stream = self._streams[tensor.device] = torch.cuda.Stream(tensor.device)
        host = torch.empty(tensor.shape, dtype=tensor.dtype, pin_memory=True)
        stream.wait_stream(torch.cuda.current_stream(tensor.device))
        with torch.cuda.stream(stream):
            host.copy_(tensor, non_blocking=True)
        tensor.record_stream(stream)  # its memory may be used again only after the copy
        return host
