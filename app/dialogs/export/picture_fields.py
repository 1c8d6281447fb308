"""Fields for what a picture shows: its layout, size, colour range and caption."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QCheckBox

from app.text.phrases import policy_names
from app.text.terms import term
from app.widgets.basic import Choice, set_tip
from app.workers.export import with_policy
from mvit_core.video.encode.encoders import CONTAINERS

if TYPE_CHECKING:
    from app.workers.export import ExportJob
    from mvit_core.export import ExportRequest
    from mvit_core.render import RangePolicy

COMPARE = "compare"
"""Entry of the layouts for the panes of the compare view."""

FLICKERS: tuple[RangePolicy, ...] = ("map", "layer")
"""Range policies whose colours change from window to window of a film."""


class PictureFields(QObject):
    """The fields of pictures and films; the owner lays them out.

    Args:
        job: the export of the present view.
        windows: windows of the clip.
        parent: the owner.
    """

    changed = Signal()

    def __init__(self, job: ExportJob, windows: int, parent: QObject) -> None:
        super().__init__(parent)
        self._job, self._windows = job, windows
        self.layouts, self.size, self.policy = Choice(), Choice(), Choice()
        self._fill_layouts()
        for policy, (title, _) in policy_names().items():
            if policy != "manual":
                self.policy.addItem(title, policy)
        heat = job.request.heat
        if not heat.is_automatic:
            self.policy.clear()
            words = self.tr("Locked") if heat.locked_range is not None else self.tr("By hand")
            self.policy.addItem(words, None)
        self.caption = QCheckBox(self.tr("Map, class, probability and colour bar"))
        self.caption.setChecked(True)
        for choice in (self.layouts, self.size, self.policy):
            choice.currentIndexChanged.connect(self.changed)
        self.caption.toggled.connect(self.changed)

    def request(self, ending: str, request: ExportRequest) -> ExportRequest:
        """A request with the choices of the fields, as far as a kind of file has them."""
        from mvit_core.export import holds_pictures

        if not holds_pictures(ending):
            return replace(request, size="native", comparison=None)
        layout = self.layouts.currentData()
        compares = layout == COMPARE
        return replace(
            request,
            layout=request.layout if compares else layout,
            comparison=request.comparison if compares else None,
            size=self.size.currentData(),
            caption=self.caption.isChecked(),
            heat=with_policy(request.heat, self.own_policy(ending)),
        )

    def own_policy(self, ending: str) -> RangePolicy | None:
        """The range policy of the export's own; None where it is that on screen."""
        from mvit_core.export import holds_pictures

        chosen: RangePolicy | None = self.policy.currentData()
        on_screen = self._job.request.heat.range_policy
        return chosen if holds_pictures(ending) and chosen != on_screen else None

    def show_ending(self, ending: str) -> None:
        """Offer what a kind of file has; choices that still fit stay."""
        from mvit_core.export import SIZES, holds_pictures

        draws = holds_pictures(ending)
        for field in (self.caption, self.layouts, self.size):
            field.setEnabled(draws)
            set_tip(field, "" if draws else self.tr("Only pictures and videos have one"))
        is_automatic = self._job.request.heat.is_automatic
        self.policy.setEnabled(draws and is_automatic)
        fixed = "" if is_automatic else self.tr("The range on screen is locked or set by hand")
        set_tip(self.policy, fixed)
        kept = self.size.currentData()
        self.size.blockSignals(True)
        self.size.clear()
        for name, size in SIZES.items():
            if size is None:
                self.size.addItem(self.tr("Native"), name)
            elif not (size.dpi and ending in CONTAINERS):
                words = term(size.title).format(w=size.most[0], h=size.most[1])
                self.size.addItem(words, name)
        choose(self.size, kept)
        self.size.blockSignals(False)

    def suggest_policy(self, ending: str) -> None:
        """Choose the range on screen, or that of the clip where it would flicker in a film."""
        policy = self._job.request.heat.range_policy
        if ending in CONTAINERS and policy in FLICKERS and self._windows > 1:
            policy = "clip"
        self.policy.blockSignals(True)
        choose(self.policy, policy)
        self.policy.blockSignals(False)

    def _fill_layouts(self) -> None:
        from mvit_core.export import LAYOUTS
        from mvit_core.export.layouts import fits

        if self._job.request.comparison is not None:
            self.layouts.addItem(self.tr("Panes side by side"), COMPARE)
        for name, row in LAYOUTS.items():
            if fits(name, self._job.request.map.method):
                self.layouts.addItem(term(row.title), name)
        if self._job.request.comparison is None:
            choose(self.layouts, self._job.request.layout)


def choose(choice: Choice, data: object) -> None:
    """Choose the entry with ``data``, or the first where there is none."""
    choice.setCurrentIndex(max(choice.findData(data), 0))
