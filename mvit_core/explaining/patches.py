"""Parts of a network that can take their output from another clip."""

from dataclasses import dataclass
from typing import Literal, get_args

from mvit_core.errors import CaptureError
from mvit_core.printable import brief

__all__ = ["Patch", "PatchPart"]

PatchPart = Literal["block", "head", "mlp"]
"""All that leaves a block; the weighted values of a head; what the MLP of a block adds."""


@dataclass(frozen=True)
class Patch:
    """A part of a network that takes its output from another clip.

    Raises:
        CaptureError: no such part, or a head without its number, or a number without a head.
    """

    part: PatchPart
    block: int
    """From 0."""
    head: int | None = None
    """From 0; None for what is no head."""

    def __post_init__(self) -> None:
        if self.part not in get_args(PatchPart):
            raise CaptureError(
                f"a patch is of a {', '.join(get_args(PatchPart))}; got {brief(self.part)}"
            )
        if (self.part == "head") != (self.head is not None):
            raise CaptureError(
                f"a patch of a {self.part} of block {self.block} names head {self.head}; a head is "
                "named by block and head, a block or an MLP by its block alone"
            )

    @property
    def words(self) -> str:
        """What is patched, such as ``head 3 of block 14``."""
        if self.part == "head":
            return f"head {self.head} of block {self.block}"
        return f"{'MLP of ' if self.part == 'mlp' else ''}block {self.block}"
