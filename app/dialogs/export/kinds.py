"""The one table of kinds of exports, and the list in which one is chosen."""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import QCoreApplication, QSize, Qt, Signal
from PySide6.QtWidgets import QListWidget, QListWidgetItem

from app.state.language import N

if TYPE_CHECKING:
    from collections.abc import Mapping

KindName = Literal["film", "picture", "data"]


@dataclass(frozen=True)
class Kind:
    """One kind of export: what is written, of any format."""

    title: str
    """Title in the dialog, marked for translation."""
    holds: Literal["video", "picture", "numbers"]
    """What the rows of ``EXPORTERS`` hold that are its formats."""


KINDS: Mapping[KindName, Kind] = MappingProxyType(
    {
        "film": Kind(N("kinds", "Film"), "video"),
        "picture": Kind(N("kinds", "Picture"), "picture"),
        "data": Kind(N("kinds", "Data"), "numbers"),
    }
)
"""Kinds in the order of the list; another kind is another row."""

LIST_PX, ROW_PX, FRAME_PX = 104, 30, 4


def formats_of(kind: KindName) -> tuple[str, ...]:
    """The endings of a kind's files, the usual one first; the model is loaded, so torch is."""
    from mvit_core.export import EXPORTERS

    return tuple(ending for ending, row in EXPORTERS.items() if row.holds == KINDS[kind].holds)


def kind_of(ending: str) -> KindName:
    """The kind whose format an ending is."""
    return next(kind for kind in KINDS if ending in formats_of(kind))


class KindList(QListWidget):
    """All kinds one below another, of which one is chosen."""

    asked = Signal(str)
    """Emitted with the name of the kind that the user chose."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("kinds")
        self.setFixedWidth(LIST_PX)
        self.setAccessibleName(self.tr("Kind"))
        for name, kind in KINDS.items():
            item = QListWidgetItem(QCoreApplication.translate("kinds", kind.title))
            item.setData(Qt.ItemDataRole.UserRole, name)
            item.setSizeHint(QSize(0, ROW_PX))
            self.addItem(item)
        self.setFixedHeight(len(KINDS) * ROW_PX + 2 * FRAME_PX)
        self.currentRowChanged.connect(lambda row: self.asked.emit([*KINDS][row]))

    @property
    def kind(self) -> KindName:
        """The kind that is chosen."""
        return [*KINDS][self.currentRow()]

    def show_kind(self, kind: KindName) -> None:
        """Show a kind as chosen, without asking for it."""
        self.blockSignals(True)
        self.setCurrentRow([*KINDS].index(kind))
        self.blockSignals(False)
