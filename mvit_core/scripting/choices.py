"""What a script names: a method, a block or a stage, heads, a query; or an error in words."""

from collections.abc import Iterable, Mapping, Sequence
from numbers import Integral
from typing import Protocol

from mvit_core.attribution import FEATURES, LAYER_MAPS, HeadChoice, Query, head_of, parse_head
from mvit_core.captured import WindowCapture, near
from mvit_core.errors import CaptureError
from mvit_core.explaining import EVIDENCE

__all__ = [
    "Heads",
    "block_of",
    "heads_of",
    "is_number",
    "map_method",
    "method_of_class",
    "query_of",
]

Heads = int | str | Sequence[int]
"""One head by its number; "mean", "max" or "min" over all; or several, which are averaged."""


class _Titled(Protocol):
    @property
    def title(self) -> str: ...


def map_method(name: str) -> str:
    """The method of a map of a layer, by its name or title.

    Raises:
        CaptureError: there is none such, or it is evidence, which is of no one block and head.
    """
    if _key(name, EVIDENCE) is not None:
        raise CaptureError(
            f"{name!r} is evidence for a class, of no one block and head: ask .explain(class, "
            f"method={name!r})"
        )
    return _named(name, LAYER_MAPS, "a map of a block")


def method_of_class(name: str) -> str:
    """The method of evidence for a class, by its name or title.

    Raises:
        CaptureError: there is none such, or it has no class in it.
    """
    if _key(name, LAYER_MAPS) is not None:
        what = "features" if _key(name, FEATURES) is not None else "attention"
        raise CaptureError(
            f"{name!r} shows {what}, which is the same for every class: ask .maps(method={name!r})"
        )
    return _named(name, EVIDENCE, "evidence for a class")


def _named(name: str, table: Mapping[str, _Titled], what: str) -> str:
    found = _key(name, table)
    if found is not None:
        return found
    raise CaptureError(
        f"method is {name!r}; for {what} allowed are {', '.join(table)}{near(name, table)}"
    )


def _key(name: str, table: Mapping[str, _Titled]) -> str | None:
    """The key of a table that a name or a title means, whatever its case and its spaces."""
    plain = _plain(name)
    return next((key for key in table if plain in (_plain(key), _plain(table[key].title))), None)


def _plain(name: object) -> str:
    return str(name).strip().lower().replace("_", " ").replace("-", " ")


def block_of(captured: WindowCapture, block: int | None, stage: int | None) -> int | None:
    """The block that is meant: itself, or the last one of a stage.

    Args:
        captured: the window.
        block: from 0; None where a stage is named, or for the last.
        stage: from 1; None where a block is named.

    Raises:
        CaptureError: both are named, or there is no such block or stage.
    """
    if not (block is None or is_number(block)):
        raise CaptureError(f"block is {block!r}; allowed are numbers from 0")
    if stage is None:
        return captured.layer(block).block
    if block is not None:
        raise CaptureError(f"block {block} and stage {stage} are both named; name one of them")
    last = {layer.stage: layer.block for layer in captured.record.layers}
    if stage not in last:
        raise CaptureError(
            f"the model has stages {', '.join(map(str, last))}; got stage {stage!r}: a stage shows "
            "its last block"
        )
    return last[stage]


def heads_of(head: Heads) -> HeadChoice:
    """The choice of heads.

    Raises:
        CaptureError: it is none.
    """
    if isinstance(head, str):
        return parse_head(head)
    numbers = tuple(head) if isinstance(head, Iterable) else (head,)
    if not numbers or not all(map(is_number, numbers)):
        raise CaptureError(
            f"head is {head!r}; allowed are a number from 0, several numbers, which are averaged, "
            "'mean', 'max' and 'min'"
        )
    return head_of(tuple(int(number) for number in numbers))


def is_number(value: object) -> bool:
    """A whole number, of NumPy too."""
    return isinstance(value, Integral) and not isinstance(value, bool)


def query_of(query: Query) -> Query:
    """The query: the readout, the class token, or a patch.

    Raises:
        CaptureError: it is none of these.
    """
    if query == "readout" or query == "class":
        return query
    given: object = query
    if isinstance(given, tuple | list) and len(given) == 3 and all(map(is_number, given)):
        t, y, x = map(int, given)
        return t, y, x
    raise CaptureError(
        f"query is {query!r}; allowed are 'readout', 'class', and a token (t, y, x) of the grid"
    )
