"""Walks through the trees that files hold. They are not deep: the limits of reading see to it."""

from collections.abc import Iterator, Mapping
from typing import Any

from torch import Tensor

from mvit_core.checkpoint.pickle_machine import Settings

__all__ = ["replaced", "tensors_in"]


def tensors_in(value: Any) -> Iterator[tuple[int, Tensor]]:  # noqa: ANN401
    """The tensors of a tree, each with its identity."""
    if isinstance(value, Tensor):
        yield id(value), value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from tensors_in(inner)
    elif isinstance(value, list | tuple):
        for inner in value:
            yield from tensors_in(inner)


def replaced(value: Any, tensors: Mapping[str, Tensor]) -> Any:  # noqa: ANN401
    """The same tree with the tensors that are given by their identity."""
    if isinstance(value, Tensor):
        return tensors[str(id(value))]
    if isinstance(value, Settings):
        return Settings((key, replaced(inner, tensors)) for key, inner in value.items())
    if isinstance(value, dict):
        return {key: replaced(inner, tensors) for key, inner in value.items()}
    if isinstance(value, list):
        return [replaced(inner, tensors) for inner in value]
    if isinstance(value, tuple):
        return tuple(replaced(inner, tensors) for inner in value)
    return value
