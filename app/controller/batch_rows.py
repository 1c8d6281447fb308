"""Has rows of a batch result looked up as they are asked for, and opens one after another."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.batch_opening import RowOpener
from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from app.results.batch import BatchInfo, BatchRequest, MeansRequest
from mvit_core.batch.result_query import PAGE_ROWS

if TYPE_CHECKING:
    from app.controller.batch_opening import RowWays
    from app.controller.workbench import Workbench
    from app.results.batch import BatchAnswer
    from app.workers.worker import TaskResult
    from mvit_core.attribution import HeadStatistics
    from mvit_core.batch.result_query import ResultFacts, ResultQuery

MOST_PAGES = 40
"""Pages of rows that are kept."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("clips", text)


class BatchRows(Collaborator):
    """The rows of the batch result that is open.

    Args:
        bench: shared by the controller's collaborators.
        ways: what rows are opened by.
    """

    def __init__(self, bench: Workbench, ways: RowWays) -> None:
        self._bench = bench
        self._opener = RowOpener(bench, ways)
        self._asked: BatchRequest | None = None
        self._asked_means: MeansRequest | None = None
        self._in_sight: tuple[int, ...] = (0,)
        self._steps = 0

    @property
    def _info(self) -> BatchInfo | None:
        return self._bench.results.batch

    def begin(self, facts: ResultFacts | None) -> None:
        """Show another batch result, or none."""
        for key in (TaskKey.ROWS, TaskKey.BATCH_MEANS, TaskKey.CHECKPOINT):
            self._bench.workers.files.cancel(key)
        self._asked, self._asked_means = None, None
        self._in_sight, self._steps = (0,), 0
        self._opener.forget()
        self._put(None if facts is None else BatchInfo(facts))

    @override
    def refresh(self) -> None:
        info = self._info
        if info is None:
            return
        query = self._query(info.facts)
        if info.query is not None and (query != info.query) != info.is_old:
            info = replace(info, is_old=query != info.query)
            self._put(info)
        self._look_up(info, query)
        self._find_means(info, query)
        self._opener.arrive_soon()

    @override
    def resume(self) -> None:
        self._asked, self._asked_means = None, None

    def show_lines(self, first: int, last: int) -> None:
        """Have the rows at some places looked up, those in sight."""
        self._in_sight = tuple(range(first // PAGE_ROWS, last // PAGE_ROWS + 1))
        self._bench.due.emit()

    def open_row(self, number: int) -> None:
        """Open a row that was looked up, by its number."""
        info = self._info
        row = None if info is None else info.row_numbered(number)
        if info is None or row is None:
            return
        self._put(replace(info, row=number, place=info.place_of(number)))
        self._opener.open(info, row, self._row_failed)

    def step(self, by: int) -> None:
        """Open the row that is shown next, or before; says where there is none."""
        self._steps += by
        self._go()
        self._bench.due.emit()

    # -- looking up ---------------------------------------------------------------------------

    def _query(self, facts: ResultFacts) -> ResultQuery:
        """What the state asks for, as far as this batch has it."""
        state = self._bench.state
        number = facts.nearest(state.batch.number)
        return replace(state.batch, number=number, text=state.clip_search)

    def _look_up(self, info: BatchInfo, query: ResultQuery) -> None:
        """Ask for what is in sight, and for where the row that is open stands."""
        is_known = info.query == query
        if not is_known:
            self._in_sight = (0,)
        wanted = self._in_sight
        place = self._target() if is_known else None
        if place is not None:
            wanted = (*wanted, place // PAGE_ROWS)
        pages = tuple(dict.fromkeys(p for p in wanted if not is_known or p not in info.pages))
        row = self._bench.state.clip_row
        row = None if is_known and info.knows_place(row) else row
        request = BatchRequest(info.facts.folder, query, pages, row)
        if (is_known and not pages and row is None) or request == self._asked:
            return
        self._asked = request
        files, work = self._bench.workers.files, partial(self._bench.workers.batch.look, request)
        files.submit(TaskKey.ROWS, work, self._looked_up, self._failed)

    def _looked_up(self, answer: BatchAnswer) -> None:
        info, request = self._info, answer.request
        if info is None or info.facts.folder != request.folder:
            return
        self._asked = None
        is_same = info.query == request.query
        pages = {**(info.pages if is_same else {}), **answer.pages}
        while len(pages) > MOST_PAGES:
            del pages[next(iter(pages))]
        info = replace(
            info,
            query=request.query,
            found=answer.found,
            pages=pages,
            histogram=answer.histogram,
            row=request.row if request.row is not None or not is_same else info.row,
            place=answer.place if request.row is not None or not is_same else info.place,
            is_old=False,
        )
        self._put(info)
        self._go()

    def _failed(self, result: TaskResult) -> None:
        self._steps = 0
        self._bench.failed(result)

    # -- stepping -----------------------------------------------------------------------------

    def _target(self) -> int | None:
        """The place that the keys lead to; None where they lead nowhere, or that is not known."""
        info, row = self._info, self._bench.state.clip_row
        if not self._steps or info is None or not info.knows_place(row):
            return None
        place = info.place_of(row)
        if place is None:  # no row is open, or none that is listed
            place = -1 if self._steps > 0 else info.found
        return place + self._steps

    def _go(self) -> None:
        """Open the row that the keys lead to, once it is looked up."""
        info = self._info
        if info is None or info.query != self._query(info.facts):
            return
        place = self._target()
        if place is None:
            return
        if not 0 <= place < info.found:
            words = (
                tr("That was the last clip") if self._steps > 0 else tr("That was the first clip")
            )
            self._steps = 0
            self._bench.notify(Message("info", words))
        elif (row := info.row_at(place)) is not None:
            self._steps = 0
            self.open_row(row.row)

    def _row_failed(self, row: int, problem: str) -> None:
        """Keep what went wrong with a row."""
        info = self._info
        if info is not None:
            self._put(replace(info, errors={**info.errors, row: problem}))

    # -- means of heads -----------------------------------------------------------------------

    def _find_means(self, info: BatchInfo, query: ResultQuery) -> None:
        """Have the mean numbers of all heads found, while the atlas compares those."""
        state, files = self._bench.state, self._bench.workers.files
        if state.workspace != "atlas" or state.atlas.scope != "batch":
            return
        name = self._opener.model_shown(info)
        listed = replace(query, sorted_by="clip", is_falling=False)  # no order changes a mean
        request = MeansRequest(info.facts.folder, listed, name, state.atlas.queries)
        if request in (info.means_of, self._asked_means):
            return
        self._asked_means = request
        work = partial(self._bench.workers.batch.means, request)
        files.submit(TaskKey.BATCH_MEANS, work, partial(self._found_means, request), self._failed)

    def _found_means(self, request: MeansRequest, means: tuple[HeadStatistics, ...]) -> None:
        info = self._info
        if info is not None and info.facts.folder == request.folder:
            self._put(replace(info, means=means, means_of=request))

    def _put(self, info: BatchInfo | None) -> None:
        self._bench.results = replace(self._bench.results, batch=info)
