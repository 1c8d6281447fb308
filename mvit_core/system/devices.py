"""Chooses the device and precision of a network, and remedies where its memory ends."""

from collections.abc import Iterator
from contextlib import contextmanager

import torch

from mvit_core.errors import CheckpointError, DeviceMemoryError, Remedy

__all__ = ["memory_errors_named", "pick_device", "weight_type"]

_NO_MEMORY = ("out of memory", "can't allocate memory", "not enough memory")
"""Texts of torch's out-of-memory errors that have no class: MPS, and the CPU of each system."""


def pick_device(device: object) -> torch.device:
    """The device of a name, or the best there is for ``auto``: CUDA, MPS, CPU.

    Raises:
        CheckpointError: there is no such device.
    """
    if not isinstance(device, str | torch.device):
        raise CheckpointError(
            f"device is of type {type(device).__name__}; give auto, cpu, cuda, cuda:1, ..."
        )
    if device == "auto":
        if torch.cuda.is_available():
            return torch.device("cuda")
        mps = torch.backends.mps.is_available()
        return torch.device("mps" if mps else "cpu")
    try:
        place = torch.device(device)
        torch.zeros(1, device=place).item()  # meta gives a tensor, but no number
    except Exception as error:  # each device's library fails in its own way
        raise CheckpointError(f"device {device} is not available here; use auto or cpu") from error
    return place


def weight_type(device: torch.device, half: bool) -> torch.dtype:
    """The number format of the weights on a device.

    Half precision is float16 on a GPU, which keeps three more bits, and bfloat16 on the CPU,
    which has arithmetic for no other.
    """
    if not half:
        return torch.float32
    return torch.bfloat16 if device.type == "cpu" else torch.float16


@contextmanager
def memory_errors_named(what: str, device: torch.device, *, half: bool) -> Iterator[None]:
    """Translate a device's lack of memory.

    Args:
        what: for which the memory did not suffice, for example ``this model``.
        device: where it was to run.
        half: in half precision already.

    Raises:
        DeviceMemoryError: the memory did not suffice.
    """
    try:
        yield
    except (RuntimeError, MemoryError) as error:  # torch.OutOfMemoryError is a RuntimeError
        if not _is_lack_of_memory(error):
            raise
        remedies = _remedies(device, half)
        advice = "; or ".join(_ADVICE[remedy] for remedy in remedies)
        raise DeviceMemoryError(
            f"{device} has too little memory for {what}; {advice}", remedies
        ) from error


_ADVICE: dict[Remedy, str] = {
    "cpu": "use the CPU (--device cpu)",
    "half": "use half precision (--half)",
    "fewer_layers": "capture fewer layers or a smaller input",
}


def _remedies(device: torch.device, half: bool) -> tuple[Remedy, ...]:
    elsewhere: tuple[Remedy, ...] = () if device.type == "cpu" else ("cpu",)
    smaller: tuple[Remedy, ...] = () if half else ("half",)
    return (*elsewhere, *smaller, "fewer_layers")


def _is_lack_of_memory(error: BaseException) -> bool:
    if isinstance(error, torch.OutOfMemoryError | MemoryError):
        return True
    words = str(error).lower()
    return any(sign in words for sign in _NO_MEMORY)
