"""What the models of pinned panes say of the same moment, below the classes of the one in use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QWidget

from app.results.views import PANE_NAMES
from app.text.phrases import share_words
from app.widgets import theme
from app.widgets.basic import ElidedLabel, label

if TYPE_CHECKING:
    from app.results import PredictionInfo
    from app.results.snapshot import Snapshot

LISTED = 3
"""Classes of each pinned pane, the most probable."""


@dataclass(frozen=True)
class PinnedClasses:
    """Classes that the model of a pinned pane predicts."""

    heading: str
    """The pane's letter and its checkpoint."""
    predictions: tuple[PredictionInfo, ...]
    """The most probable first."""


def pinned_classes(snapshot: Snapshot) -> tuple[PinnedClasses, ...]:
    """Classes of the pinned panes on screen whose model or clip is another than the one in use."""
    state, results = snapshot.state, snapshot.results
    if state.view != "compare" or state.whole_video:
        return ()
    found = []
    for pane in results.panes:
        if not 1 <= pane.place <= len(state.panes) or not pane.predictions:
            continue
        pinned = state.panes[pane.place - 1]
        if (pinned.model, pinned.clip) != (state.model, state.clip):
            name = f"{PANE_NAMES[pane.place - 1]} · {pinned.model.checkpoint.name}"
            found.append(PinnedClasses(name, pane.predictions[:LISTED]))
    return tuple(found)


class PinnedList(QWidget):
    """A heading for each pinned pane, and its most probable classes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._shown: tuple[PinnedClasses, ...] = ()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, theme.GAP, 0, 0)
        self._grid.setVerticalSpacing(4)
        self._grid.setColumnStretch(0, 1)
        self.hide()

    def show_classes(self, classes: tuple[PinnedClasses, ...]) -> None:
        """Show the classes of other panes; nothing where there are none."""
        if classes == self._shown:
            return
        self._shown = classes
        while (item := self._grid.takeAt(0)) is not None:
            old = item.widget()
            if old is not None:
                old.hide()
                old.deleteLater()
        for each in classes:
            heading = ElidedLabel(each.heading)
            heading.setFont(theme.small_font(self))
            self._grid.addWidget(heading, self._grid.rowCount(), 0, 1, 2)
            for prediction in each.predictions:
                row = self._grid.rowCount()
                share = label(share_words(prediction.probability), "soft")
                self._grid.addWidget(ElidedLabel(prediction.name), row, 0)
                self._grid.addWidget(share, row, 1, Qt.AlignmentFlag.AlignRight)
        self.setVisible(bool(classes))

    def rows(self) -> tuple[tuple[str, tuple[tuple[str, str], ...]], ...]:
        """(heading, ((class, probability), ...)) of each pane, as printed."""
        return tuple(
            (each.heading, tuple((p.name, share_words(p.probability)) for p in each.predictions))
            for each in self._shown
        )
