"""Choices of heads: one, several averaged, or all of them reduced."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mvit_core.errors import CaptureError


@dataclass(frozen=True)
class HeadSet:
    """Several heads whose mean is shown.

    Raises:
        CaptureError: fewer than two heads, one of them twice, out of order, or below 0.
    """

    indices: tuple[int, ...]
    """Ascending."""

    def __post_init__(self) -> None:
        in_order = tuple(sorted(set(self.indices))) == self.indices
        if len(self.indices) < 2 or not in_order or self.indices[0] < 0:
            raise CaptureError(
                f"heads to be averaged are {list(self.indices)}; allowed are two or more different "
                "numbers from 0, in order"
            )


HeadChoice = int | HeadSet | Literal["mean", "max", "min"]
"""One head by its index, the mean of several, or a reduction over all of them."""

Reduction = Callable[[NDArray[np.float32]], NDArray[np.float32]]

HEAD_REDUCTIONS: Mapping[str, Reduction] = MappingProxyType(
    {
        "mean": lambda values: values.mean(axis=0),
        "max": lambda values: values.max(axis=0),
        "min": lambda values: values.min(axis=0),
    }
)
"""Over the first axis, the heads."""


def head_indices(head: HeadChoice) -> tuple[int, ...]:
    """The heads that are chosen by their numbers; none for a reduction over all."""
    if isinstance(head, HeadSet):
        return head.indices
    return (head,) if isinstance(head, int) else ()


def head_of(indices: tuple[int, ...]) -> HeadChoice:
    """The choice of these heads: the mean of all where there are none.

    Args:
        indices: from 0, in any order; repeated ones count once.

    Raises:
        CaptureError: a number is below 0.
    """
    heads = tuple(sorted(set(indices)))
    if len(heads) == 1:
        return heads[0]
    return HeadSet(heads) if heads else "mean"


def head_within(head: HeadChoice, heads: int) -> HeadChoice:
    """The choice as far as a layer of so many heads has it.

    Heads that the layer lacks are left out; where none is left, the mean of all stands for them.
    """
    if isinstance(head, str):
        return head
    return head_of(tuple(index for index in head_indices(head) if 0 <= index < heads))


def head_json(head: HeadChoice) -> int | str | list[int]:
    """The choice as JSON holds it: a number, a name, or a list of numbers."""
    return list(head.indices) if isinstance(head, HeadSet) else head


def parse_head(text: str) -> HeadChoice:
    """A head from its command-line form: a number, several with commas, mean, max or min.

    Raises:
        CaptureError: the text is none of these.
    """
    if text in HEAD_REDUCTIONS:
        return text  # type: ignore[return-value]  # its keys are the literals
    parts = [part.strip() for part in text.split(",")]
    if all(part.isdecimal() for part in parts):
        return head_of(tuple(int(part) for part in parts))
    raise CaptureError(
        f"head is {text!r}; allowed are a number from 0, several with commas between them, "
        "which are averaged, mean, max and min"
    )
