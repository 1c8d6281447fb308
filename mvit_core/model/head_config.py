"""Heads as data: which layers follow the trunk, in which order, and which of them are read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from mvit_core.errors import ArchitectureError

__all__ = ["HeadConfig", "HeadLayer", "final_heads", "head_path"]


@dataclass(frozen=True)
class HeadLayer:
    """One layer with weights; what has none (dropout) does nothing outside training."""

    key: str
    """Its name inside the head, for example ``projection`` or ``0``."""
    kind: Literal["norm", "linear"]
    inputs: int
    outputs: int
    bias: bool = True


@dataclass(frozen=True)
class HeadConfig:
    """A run of layers after the trunk, or after another head."""

    name: str
    layers: tuple[HeadLayer, ...]
    reads: str = ""
    """The head whose output is this one's input; "" is the trunk's read-out."""

    @property
    def inputs(self) -> int:
        """Channels that enter."""
        return self.layers[0].inputs

    @property
    def classes(self) -> int:
        """Channels that leave: classes, or features where another head reads them."""
        return self.layers[-1].outputs


def final_heads(heads: Sequence[HeadConfig]) -> tuple[HeadConfig, ...]:
    """The heads that no other head reads: those that predict classes."""
    read = {head.reads for head in heads}
    # "" is the trunk, which no head is called.
    return tuple(head for head in heads if head.name not in read)


def head_path(heads: Sequence[HeadConfig], name: str) -> tuple[HeadConfig, ...]:
    """The heads that are passed on the way from the trunk to one, itself the last.

    Raises:
        ArchitectureError: there is no such head, or heads read each other in a circle.
    """
    by_name = {head.name: head for head in heads}
    path: list[HeadConfig] = []
    while name:
        if name not in by_name or by_name[name] in path:
            raise ArchitectureError(f"no head {name!r}; there are {', '.join(by_name)}")
        path.insert(0, by_name[name])
        name = by_name[name].reads
    return tuple(path)
