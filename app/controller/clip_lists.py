"""Has the list of clips read, finds rows in it, and opens one after another.

A batch result is opened in the same place; what is asked of it is passed on to ``BatchRows``.
"""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.batch_rows import BatchRows
from app.controller.workbench import Collaborator
from app.results import Message, TaskKey
from app.results.clips import ClipsInfo
from mvit_core.batch.result_query import ResultFacts

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from app.controller.batch_opening import RowWays
    from app.controller.workbench import Workbench
    from app.workers.worker import TaskResult


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("clips", text)


class ClipLists(Collaborator):
    """The list of clips that the state names.

    Args:
        bench: shared by the controller's collaborators.
        ways: what rows are opened by.
    """

    def __init__(self, bench: Workbench, ways: RowWays) -> None:
        self._bench, self._open_video = bench, ways.open_video
        self.batch = BatchRows(bench, ways)
        self._asked: Path | None = None
        self._searched: object = None
        self._errors: dict[int, str] = {}

    @override
    def refresh(self) -> None:
        wanted = self._bench.state.clips
        if wanted != self._asked:
            self._asked, self._errors = wanted, {}
            self._bench.workers.files.cancel(TaskKey.CLIPS)
            if wanted is None:
                self._show(None)
            else:
                self._show(ClipsInfo(wanted, is_read=False))
                work = partial(self._bench.workers.batch.read, wanted)
                failed = partial(self._failed, wanted)
                self._bench.workers.files.submit(TaskKey.CLIPS, work, self._show, failed)
        info = self._bench.results.clips
        if info is not None:
            self._search(info)
        self.batch.refresh()

    @override
    def resume(self) -> None:
        self.batch.resume()

    def read_again(self) -> None:
        """Read the list anew, as it may have changed on disk."""
        self._asked = None
        self._bench.due.emit()

    def open_row(self, row: int) -> None:
        """Open the clip of a row, by its place in the list."""
        info = self._bench.results.clips
        if self._bench.results.batch is not None:
            self.batch.open_row(row)
        if info is None or not 0 <= row < len(info.rows):
            return
        path = info.rows[row].path
        self._bench.store.update(clip_row=row)
        video = self._bench.results.video
        is_opening = self._bench.workers.decode.is_pending(TaskKey.OPEN)
        if video is None or video.path != path or is_opening:
            self._open_video(path, on_failed=partial(self._row_failed, row))

    def show_lines(self, first: int, last: int) -> None:
        """Have rows of a batch result looked up, by their places among those listed."""
        self.batch.show_lines(first, last)

    def step(self, by: int) -> None:
        """Open the next row that the search finds, or one before; says where there is none."""
        info = self._bench.results.clips
        if self._bench.results.batch is not None:
            self.batch.step(by)
        if info is None or not info.found:
            return
        row = self._bench.state.clip_row
        place = _place_after(info.found, row, by)
        if place is None:
            words = tr("That was the last clip") if by > 0 else tr("That was the first clip")
            self._bench.notify(Message("info", words))
            return
        self.open_row(info.found[place])

    def _show(self, read: ClipsInfo | ResultFacts | None) -> None:
        self._searched = None
        facts = read if isinstance(read, ResultFacts) else None
        clips = None if isinstance(read, ResultFacts) else read
        self._bench.results = replace(self._bench.results, clips=clips)
        self.batch.begin(facts)

    def _search(self, info: ClipsInfo) -> None:
        """Find the rows with all words of the search in name, labels or cells."""
        names = self._bench.results.class_names
        key = info.origin, len(info.rows), self._bench.state.clip_search, len(names)
        if key == self._searched:
            return
        self._searched = key
        words = self._bench.state.clip_search.casefold().split()
        found: Sequence[int] = range(len(info.rows))
        if words:
            folded = {str(number): name.casefold() for number, name in names.items()}
            found = tuple(
                place
                for place, text in enumerate(info.texts)
                if all(
                    word in text or any(word in folded.get(n, "") for n in info.rows[place].labels)
                    for word in words
                )
            )
        self._bench.results = replace(self._bench.results, clips=replace(info, found=found))

    def _failed(self, origin: Path, result: TaskResult) -> None:
        self._show(ClipsInfo(origin, problem=result.problem))
        self._bench.failed(result)

    def _row_failed(self, row: int, result: TaskResult) -> None:
        """Keep what went wrong with a row, beside the message about it."""
        self._errors[row] = result.problem
        info = self._bench.results.clips
        if info is not None:
            shown = replace(info, errors=dict(self._errors))
            self._bench.results = replace(self._bench.results, clips=shown)
        self._bench.failed(result)


def _place_after(found: Sequence[int], row: int | None, by: int) -> int | None:
    """Place among the rows found that is ``by`` behind a row; None beyond their ends."""
    if row is None:
        return 0 if by > 0 else len(found) - 1
    behind = next((place for place, each in enumerate(found) if each >= row), len(found))
    is_there = behind < len(found) and found[behind] == row
    place = behind + by - (by > 0 and not is_there)
    return place if 0 <= place < len(found) else None
