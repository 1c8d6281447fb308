"""Tables that spreadsheet programs open: texts from outside stay texts."""

import csv
from pathlib import Path

from mvit_core.printable import printable

__all__ = ["quote_heads", "text_cell"]

_FORMULAS_BEGIN = ("=", "+", "-", "@", "\t", "\r")


def text_cell(text: str) -> str:
    """A text as a cell that is shown as text, never computed as a formula.

    Names come from outside: one that begins like a formula gets an apostrophe before it, which
    spreadsheet programs take as "this is text". Control characters are escaped.
    """
    mark = "'" if text.startswith(_FORMULAS_BEGIN) else ""
    return mark + printable(text)


def quote_heads(path: Path) -> None:
    """Make the heads of the columns text cells, in a table that a library wrote."""
    with path.open(newline="", encoding="utf-8") as file:
        heads, *rows = csv.reader(file)
    with path.open("w", newline="", encoding="utf-8") as file:
        table = csv.writer(file)
        table.writerow(text_cell(head) for head in heads)
        table.writerows(rows)
