"""Patches in words, and their classes as a table."""

from __future__ import annotations

import csv
import io
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.phrases import share_words
from mvit_core.render import MINUS
from mvit_core.spreadsheet import text_cell

if TYPE_CHECKING:
    from app.results.patches import PatchOutcome
    from mvit_core.explaining.patches import Patch

SHOWN = 4
"""Classes that the window lists; the copied table has all."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("patches", text)


def place_words(patch: Patch) -> str:
    """What is patched, such as ``head 14/3``."""
    if patch.part == "head":
        return tr("head {block}/{head}").format(block=patch.block, head=patch.head)
    words = tr("MLP of block {block}") if patch.part == "mlp" else tr("block {block}")
    return words.format(block=patch.block)


def outcome_words(outcome: PatchOutcome) -> str:
    """A patch, its clip, and how much of the other's answer comes along."""
    asked = outcome.asked
    words = tr("{place} from {name}: {share} of its answer")
    if outcome.share is None:
        words = tr("{place} from {name}: both clips answer alike")
    place, share = place_words(asked.patch), _number(outcome.share)
    return words.format(place=place, name=asked.clip.name, share=share)


def short_words(outcome: PatchOutcome) -> str:
    """The same with the share first, which is then seen where there is little room."""
    asked = outcome.asked
    return f"{_number(outcome.share)} · {place_words(asked.patch)} · {asked.clip.name}"


def _number(share: float | None) -> str:
    """A share with two digits; a dash where there is none."""
    if share is None:
        return "–"
    digits = f"{abs(share):.2f}"
    return MINUS + digits if share < 0 and float(digits) else digits


def share_of_words(outcome: PatchOutcome) -> str:
    """Whose logit the share is of, and which window of the other clip it came from."""
    own, other = outcome.names
    words = tr("{a} · its window {n}")
    if other:
        words = tr("{a} less {b} · its window {n}")
    return words.format(n=outcome.asked.window + 1, a=own, b=other)


def class_rows(outcome: PatchOutcome) -> tuple[tuple[str, str, str, str], ...]:
    """(class, before, after, in the other clip) of the first classes, as printed."""
    return tuple(
        (each.name, share_words(each.before), share_words(each.after), share_words(each.other))
        for each in outcome.classes[:SHOWN]
    )


def outcome_csv(outcome: PatchOutcome) -> str:
    """All classes as CSV; files are English."""
    page, asked = io.StringIO(), outcome.asked
    table = csv.writer(page, lineterminator="\n")
    table.writerow(("class", "before", "after", "other", "patch", "from", "window_index", "share"))
    share = "" if outcome.share is None else f"{outcome.share:.6g}"
    source = (asked.patch.words, text_cell(asked.clip.name), asked.window, share)
    for each in outcome.classes:
        values = (f"{p:.6g}" for p in (each.before, each.after, each.other))
        table.writerow((text_cell(each.name), *values, *source))
    return page.getvalue()
