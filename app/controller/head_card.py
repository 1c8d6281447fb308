"""Has more of the chosen block's heads made while the atlas is looked at: what the card shows."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, TypeAlias

from PySide6.QtCore import QCoreApplication
from typing_extensions import override

from app.controller.atlas import HeadAtlas, attention_of, has_run
from app.controller.pieces import Pieces
from app.results import TaskKey
from app.results.atlas import HeadCardInfo
from mvit_core.attribution import BlockDetails

if TYPE_CHECKING:
    from app.controller.survey import ClipSurvey
    from app.controller.workbench import Collaborator, Workbench
    from app.results import MapRequest
    from app.workers.worker import TaskHandle
    from mvit_core.explaining.direct_parts import DirectParts

Asked: TypeAlias = "tuple[MapRequest, int | None]"
"""What is asked of a window: of a block by its number, or None: of the class of its map."""

Found: TypeAlias = "BlockDetails | DirectParts | str"


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("atlas", text)


def comparing_heads(bench: Workbench, survey: ClipSurvey) -> tuple[Collaborator, ...]:
    """What the atlas needs of the controller."""
    return HeadAtlas(bench, survey), HeadCards(bench)


class HeadCards(Pieces[Asked, Found]):
    """Asks for the chosen block and for the class explained.

    Args:
        bench: shared by the controller's collaborators.
    """

    def __init__(self, bench: Workbench) -> None:
        super().__init__(bench, TaskKey.HEAD_CARD, lambda: tr("Numbers of one head"))
        self._told: tuple[object, HeadCardInfo | None] = (None, None)

    @override
    def refresh(self) -> None:
        """Put what is known into the results, and have the rest made."""
        results, state = self._bench.results, self._bench.state
        request, card = results.request, None
        if state.workspace != "atlas" or request is None or not has_run(results):
            self.leave()
        else:
            wanted = self._wanted(request)
            if not (state.playing or state.scrubbing):
                self.ask(wanted, self._answer, background=True)
            card = self._info(wanted)
        if card is not results.card:
            self._bench.results = replace(results, card=card)

    @override
    def forget(self) -> None:
        super().forget()
        self._told = (None, None)

    def _wanted(self, request: MapRequest) -> tuple[Asked, ...]:
        """The block that is chosen, and the class that is explained, or the most probable."""
        results, state = self._bench.results, self._bench.state
        layer, model = results.layer(state.map.block), results.model
        assert layer is not None  # there is a request
        plain = attention_of(request)
        if model is None or not model.has_classes:
            return ((plain, layer.block),)
        classes = replace(plain.map, target=state.map.target, against=state.map.against)
        return (plain, layer.block), (replace(request, map=classes), None)

    def _answer(self, asked: Asked, task: TaskHandle) -> Found:
        request, block = asked
        if block is None:
            return self._bench.workers.atlas.direct(request, task)
        return self._bench.workers.atlas.details(request, block, task)

    def _info(self, wanted: tuple[Asked, ...]) -> HeadCardInfo:
        known = tuple(each for each in wanted if each in self.known)
        if self._told[0] == known and self._told[1] is not None:
            return self._told[1]
        info, names = HeadCardInfo(), self._bench.results.class_names
        for found in (self.known[each] for each in known):
            if isinstance(found, str):
                info = replace(info, problem=found)
            elif isinstance(found, BlockDetails):
                info = replace(info, details=found)
            else:
                target = found.target
                own, other = (
                    "" if i is None else names.get(i, "") for i in (target.index, target.against)
                )
                info = replace(info, direct=found, target=own, against=other)
        self._told = known, info
        return info
