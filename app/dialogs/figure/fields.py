"""Fields of a figure: rows, columns, colours and page, as the core's ``FigureRequest``."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox, QDoubleSpinBox, QLineEdit, QWidget

from app.dialogs.export.picture_fields import choose
from app.text.phrases import policy_names
from app.text.terms import term
from app.widgets.basic import Choice, set_tip
from app.widgets.number_field import NumberField
from app.workers.export import with_policy
from mvit_core.explaining.methods import EVIDENCE

if TYPE_CHECKING:
    from app.workers.export import ExportJob
    from mvit_core.export import ExportRequest
    from mvit_core.figure import FigureRequest

SHARED = "shared"
"""Entry of the ranges for one range of all rows."""

_MOST_FRAMES = 16


class FigureFields(QObject):
    """The fields of a figure; the owner lays them out.

    Args:
        job: the export of the present view.
        window: the clip window that the figure is of, from 0.
        parent: the owner.
    """

    changed = Signal()

    def __init__(self, job: ExportJob, window: int, parent: QObject) -> None:
        super().__init__(parent)
        self._shown, self._window = job.request, window
        self._fill_views()
        self._fill_pages()
        self._fill_rows()
        self._fill_ranges()
        self.labels = QCheckBox(self.tr("Rows, frames, map and class"))
        self.labels.setChecked(True)
        for choice in (self.view, self.page, self.rows, self.range):
            choice.currentIndexChanged.connect(self._choice_made)
        for number in (self.width, self.letters, self.frames):
            number.valueChanged.connect(self.changed)
        for text in (self.which, self.difference):
            text.textChanged.connect(self.changed)
        self.labels.toggled.connect(self.changed)
        self._follow_page()
        self._follow_rows()

    def rows_of(self) -> tuple[tuple[str, QWidget], ...]:
        """Each field with its title, in order."""
        return (
            (self.tr("Figure of"), self.view),
            (self.tr("Page"), self.page),
            (self.tr("Width"), self.width),
            (self.tr("Letters"), self.letters),
            (self.tr("Rows"), self.rows),
            (self.tr("Of these"), self.which),
            (self.tr("Difference"), self.difference),
            (self.tr("Frames"), self.frames),
            (self.tr("Range"), self.range),
            (self.tr("Labels"), self.labels),
        )

    def problem(self) -> str:
        """What is wrong with what was typed; empty where nothing is."""
        if _numbers(self.which) is None:
            return self.tr("“Of these” takes numbers from 0, such as 0, 3")
        pair = _numbers(self.difference)
        if pair is None or len(pair) not in (0, 2):
            return self.tr("“Difference” takes two rows, counted from 0, such as 0, 1")
        return ""

    def request(self) -> FigureRequest:
        """The request of the present choices, which must have no ``problem``."""
        from mvit_core.figure import PRESETS, FigureRequest

        rows, page = str(self.rows.currentData()), str(self.page.currentData())
        chosen, pair = _numbers(self.which) or (), _numbers(self.difference) or ()
        return FigureRequest(
            self._with_range(),
            view=str(self.view.currentData()),
            rows=rows,
            blocks=chosen if rows == "blocks" else (),
            heads=chosen if rows == "heads" else (),
            frames=self.frames.value(),
            window=self._window,
            preset=page,
            width_mm=None if PRESETS[page].fixed_width else self.width.value(),
            text_pt=self.letters.value(),
            labels=self.labels.isChecked(),
            difference=(pair[0], pair[1]) if pair else None,
            shared_range=self.range.currentData() == SHARED,
        )

    def _with_range(self) -> ExportRequest:
        """What is shown, with the range that was chosen."""
        from mvit_core.figure.content import layout_name

        chosen = self.range.currentData()
        policy = None if chosen == SHARED else chosen
        heat = with_policy(self._shown.heat, policy)
        layout = layout_name(str(self.rows.currentData()))
        compared = self._shown.comparison if self.rows.currentData() == "panes" else None
        return replace(self._shown, heat=heat, layout=layout, comparison=compared)

    # -- what is offered ----------------------------------------------------------------------

    def _fill_views(self) -> None:
        from mvit_core.figure import VIEWS

        self.view = Choice()
        for name, words in VIEWS.items():
            self.view.addItem(term(words), name)
        if self._shown.map.method not in EVIDENCE:
            item = self.view.model().item([*VIEWS].index("faithfulness"))  # type: ignore[attr-defined]
            item.setEnabled(False)
            set_tip(item, self.tr("Faithfulness is of evidence: press W or choose Why? first"))

    def _fill_pages(self) -> None:
        from mvit_core.figure import PRESETS
        from mvit_core.figure.request import FRAMES, MAX_WIDTH_MM, MIN_WIDTH_MM

        self.page = Choice()
        for name, preset in PRESETS.items():
            self.page.addItem(term(preset.title), name)
        self.width, self.letters, self.frames = QDoubleSpinBox(), QDoubleSpinBox(), NumberField()
        self.width.setRange(MIN_WIDTH_MM, MAX_WIDTH_MM)
        self.width.setDecimals(1)
        self.width.setSuffix(self.tr(" mm"))
        self.letters.setRange(4, 24)
        self.letters.setDecimals(1)
        self.letters.setSingleStep(0.5)
        self.letters.setSuffix(self.tr(" pt"))
        self.frames.setRange(1, _MOST_FRAMES)
        self.frames.setValue(FRAMES)
        set_tip(self.frames, self.tr("Frames that the model saw, evenly spread over its window"))

    def _fill_rows(self) -> None:
        from mvit_core.figure import ROWS
        from mvit_core.figure.content import rows_fit

        self.rows, self.which, self.difference = Choice(), QLineEdit(), QLineEdit()
        for name, words in ROWS.items():
            is_there = name != "panes" or self._shown.comparison is not None
            if is_there and rows_fit(name, self._shown.map.method):
                self.rows.addItem(term(words), name)
        first = "panes" if self._shown.comparison is not None else "stages"
        choose(self.rows, "heads" if self._shown.layout == "heads" else first)
        self.which.setPlaceholderText(self.tr("all"))
        self.difference.setPlaceholderText(self.tr("none"))
        set_tip(self.difference, self.tr("A further row: one row minus another, such as 0, 1"))

    def _fill_ranges(self) -> None:
        self.range = Choice()
        heat = self._shown.heat
        if not heat.is_automatic:
            words = self.tr("Locked") if heat.locked_range is not None else self.tr("By hand")
            self.range.addItem(words, None)
            self.range.setEnabled(False)
            set_tip(self.range, self.tr("The range on screen is locked or set by hand"))
            return
        for policy, (title, _) in policy_names().items():
            if policy != "manual":
                self.range.addItem(title, policy)
        self.range.addItem(self.tr("One for all rows"), SHARED)

    def _choice_made(self) -> None:
        if self.sender() is self.page:
            self._follow_page()
        self._follow_rows()
        self.changed.emit()

    def _follow_page(self) -> None:
        """Take the width and the letters of the page that was chosen."""
        from mvit_core.figure import PRESETS

        preset = PRESETS[str(self.page.currentData())]
        for field, value in ((self.width, preset.width_mm), (self.letters, preset.usual_pt)):
            field.blockSignals(True)
            field.setValue(value)
            field.blockSignals(False)
        self.width.setEnabled(not preset.fixed_width)
        fixed = self.tr("The page has this width; choose the own size for another")
        set_tip(self.width, fixed if preset.fixed_width else "")

    def _follow_rows(self) -> None:
        """Blocks and heads can be chosen where they are the rows; plots have no rows at all."""
        are_maps = self.view.currentData() == "maps"
        for field in (self.rows, self.frames, self.difference):
            field.setEnabled(are_maps)
        self.range.setEnabled(are_maps and self._shown.heat.is_automatic)
        can = are_maps and self.rows.currentData() in ("blocks", "heads")
        self.which.setEnabled(can)
        words = self.tr("Numbers from 0 with commas between them, in the order of the rows")
        if not can:
            words = self.tr("Rows of blocks or heads can be chosen one by one")
        set_tip(self.which, words)


def _numbers(field: QLineEdit) -> tuple[int, ...] | None:
    """The numbers that were typed, each once; None where they are no numbers."""
    parts = [part for part in field.text().replace(" ", "").split(",") if part]
    if not all(part.isascii() and part.isdecimal() and len(part) < 10 for part in parts):
        return None
    return tuple(dict.fromkeys(int(part) for part in parts))
