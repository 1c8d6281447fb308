"""Chooses and orders the classes of the list, and writes them as text and CSV."""

from __future__ import annotations

import csv
from dataclasses import dataclass
from io import StringIO
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results.boxes import listed_box
from app.results.snapshot import Snapshot
from app.text.effects import changed_words
from app.text.phrases import frame_number, share_words, views_words
from mvit_core.spreadsheet import text_cell

if TYPE_CHECKING:
    from app.results import PredictionInfo, Results
    from app.state.view_state import ViewState
    from mvit_core.multiview import Scores


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("predictions", text)


@dataclass(frozen=True)
class ListedClass:
    """One row of the list."""

    rank: int
    """1 is the most probable of all classes."""
    index: int
    name: str
    probability: float
    slot: int
    """Place among the pinned classes; -1 is not pinned."""
    before: float | None = None
    """Its probability with nothing changed, where something is; None where that is not known."""


@dataclass(frozen=True)
class Listed:
    """The rows of the list, and the scope that they are predictions of."""

    scope: str
    """Window or whole video in words, for a line above a table."""
    rows: tuple[ListedClass, ...]


def listed_classes(
    predictions: tuple[PredictionInfo, ...],
    top: int,
    pinned: tuple[int, ...],
    search: str = "",
    before: Scores | None = None,
) -> tuple[ListedClass, ...]:
    """List the most probable classes, and below them others that are listed whatever their rank.

    Those are the pinned ones, and the one that was the most probable before something was changed.

    Args:
        predictions: all classes, most probable first.
        top: number of the most probable to list; 0 is all.
        pinned: always listed, whatever their rank.
        search: words that a name must contain; then all classes are searched.
        before: (classes,) with nothing changed, where something is.
    """
    rows = (
        ListedClass(
            rank,
            each.index,
            each.name,
            each.probability,
            pinned.index(each.index) if each.index in pinned else -1,
            None if before is None else float(before[each.index]),
        )
        for rank, each in enumerate(predictions, start=1)
    )
    words = search.casefold().split()
    if words:
        return tuple(row for row in rows if all(word in row.name.casefold() for word in words))
    first = None if before is None or not before.size else int(before.argmax())
    return tuple(
        row for row in rows if not top or row.rank <= top or row.slot >= 0 or row.index == first
    )


def scores_before(state: ViewState, results: Results) -> Scores | None:
    """(classes,) of the head that is listed with nothing changed; None where that is not known."""
    model = results.model
    is_own = model is not None and state.listed_head in ("", model.head)
    return results.before if is_own and not state.whole_video else None


def listed_predictions(state: ViewState, results: Results) -> Listed:
    """List what the panel shows without a search; no rows where nothing was run."""
    if state.whole_video:
        average = results.average
        predictions = average.predictions if average is not None else ()
        known = average.known if average is not None else 0
        scope = tr("whole video, mean of {views}").format(views=views_words(known))
    elif results.shown is not None:
        result = results.shown.result
        place = listed_box(Snapshot(state, results))
        predictions = result.predictions_of(place, state.listed_head)
        first, last = result.frame_indices[0], result.frame_indices[-1]
        scope = tr("window {i}, frames {a} to {b}").format(
            i=results.placed(result.request.window).index + 1,
            a=frame_number(first),
            b=frame_number(last),
        )
        if place is not None:
            scope = tr("{scope}, box {n}").format(scope=scope, n=place + 1)
        if off := changed_words(result.request.changes):
            scope = f"{scope}, {off}"
    else:
        predictions, scope = (), ""
    before = scores_before(state, results)
    rows = listed_classes(predictions, state.top_k, state.pinned_classes, before=before)
    return Listed(scope, rows)


def predictions_text(listed: Listed) -> str:
    """Write the list as aligned lines."""
    lines = (f"{row.rank:>4}  {share_words(row.probability):>7}  {row.name}" for row in listed.rows)
    return "\n".join((listed.scope, *lines))


def predictions_csv(listed: Listed) -> str:
    """Write the list as CSV, a line for each class; its header is the same in every language."""
    page = StringIO()
    table = csv.writer(page, lineterminator="\n")
    table.writerow(("scope", "rank", "index", "class", "probability"))
    for row in listed.rows:
        name, share = text_cell(row.name), repr(row.probability)
        table.writerow((listed.scope, row.rank, row.index, name, share))
    return page.getvalue()
