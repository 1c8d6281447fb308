"""Options of the command line that name a map: method, classes, block, head and query."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.cli.change_options import add_change_options
from app.cli.class_options import add_class_options
from mvit_core.errors import CaptureError

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from mvit_core.attribution import MapSpec, Query


def add_map_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options for a map; methods are the names in the core's tables."""
    from mvit_core.attribution import FEATURES, METHODS
    from mvit_core.explaining import EVIDENCE

    methods = listed((*METHODS, *EVIDENCE, *FEATURES))
    parser.add_argument("--method", default="row", help=f"{methods} (row)")
    add_class_options(parser)
    add_change_options(parser)
    parser.add_argument("--block", type=int, metavar="N", help="attention layer from 0 (the last)")
    parser.add_argument(
        "--head",
        default="mean",
        metavar="HEAD",
        help="a number from 0, several as 0,2 averaged, mean, max or min (mean)",
    )
    parser.add_argument(
        "--query",
        default="readout",
        metavar="class|T,Y,X",
        help="whose attention (the tokens that the prediction reads)",
    )


def listed(names: Iterable[str]) -> str:
    """Names as a sentence lists them."""
    *first, last = names
    return f"{', '.join(first)} or {last}"


def map_from(options: argparse.Namespace) -> MapSpec:
    """Make the map of the options, without its classes: these need the model.

    Raises:
        CaptureError: an option is none of those allowed.
    """
    from mvit_core.attribution import MapSpec, parse_head

    return MapSpec(
        block=options.block,
        head=parse_head(options.head),
        method=options.method,
        query=parse_query(options.query),
    )


def parse_query(text: str) -> Query:
    """Parse a query: ``readout``, ``class`` or ``T,Y,X``.

    Raises:
        CaptureError: the text is none of these.
    """
    named: dict[str, Query] = {"readout": "readout", "class": "class"}
    if text in named:
        return named[text]
    numbers = text.split(",")
    if len(numbers) == 3 and all(n.strip().isdecimal() for n in numbers):
        t, y, x = (int(n) for n in numbers)
        return t, y, x
    raise CaptureError(f"query is {text!r}; allowed are class, readout and T,Y,X from 0")
