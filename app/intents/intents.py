"""Intents of keys, clicks and menus: each turns the present state into the next.

They know no widget; a refusal is reported as a message.
"""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING, cast

from PySide6.QtCore import QCoreApplication

from app.intents.atlas import AtlasIntents
from app.intents.boxes import BoxIntents
from app.intents.clips import ClipIntents
from app.intents.heads_off import HeadsOffIntents
from app.intents.methods import method_of, picked_for, with_method
from app.intents.panes import PaneIntents, ViewIntents
from app.intents.time import Timing
from app.intents.tokens import TokenIntents
from app.intents.tubes import TubeIntents
from app.intents.why import WhyIntents
from app.intents.windows import WindowIntents
from app.intents.workspaces import WorkspaceIntents
from app.results import Message
from app.results.boxes import chosen_box
from app.results.tubes import chosen_tube
from app.state.preferences import first_state
from app.state.view_state import MOST_PINNED, SERIES, setting
from app.text.phrases import lacking_words
from mvit_core.attribution import (
    ATTENDED_BY,
    ATTENDS_TO,
    FEATURES,
    LAYER_MAPS,
    head_indices,
    head_of,
    head_within,
    needs_token,
    query_grid,
    same_query,
)
from mvit_core.explaining import UNCHANGED
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.render import OPACITIES, RANGE_POLICIES, UNITS, colormaps

if TYPE_CHECKING:
    from app.state.store import Values
    from mvit_core.attribution import HeadChoice, Query
    from mvit_core.render import Mode
    from mvit_core.video.clip import ClipSpec

OPACITY_STEP = 0.05
CYCLES: dict[str, tuple[str, ...]] = {
    "units": tuple(UNITS),
    "range_policy": tuple(RANGE_POLICIES),
}


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("intents", text)


class Intents(Timing):
    """All intents; the arguments are those of ``Timing``."""

    @cached_property
    def panes(self) -> PaneIntents:
        """Intents for the panes of the compare view."""
        return PaneIntents(self._store, self._results, self._report)

    @cached_property
    def boxes(self) -> BoxIntents:
        """Intents for the boxes that a model of detection predicts for."""
        return BoxIntents(self._store, self._results, self._report)

    @cached_property
    def tokens(self) -> TokenIntents:
        """Intents for the tokens of the map shown."""
        return TokenIntents(self, self._store, self._results, self._report)

    @cached_property
    def views(self) -> ViewIntents:
        """Intents for going from view to view."""
        return ViewIntents(self._store, self.panes)

    @cached_property
    def windows(self) -> WindowIntents:
        """Intents for the windows of the model."""
        return WindowIntents(self._store, self._results)

    @cached_property
    def clips(self) -> ClipIntents:
        """Intents for the list of clips."""
        return ClipIntents(self._store, self.workspaces)

    @cached_property
    def workspaces(self) -> WorkspaceIntents:
        """Intents for going from workspace to workspace."""
        return WorkspaceIntents(self._store, self._results)

    @cached_property
    def atlas(self) -> AtlasIntents:
        """Intents for the atlas of heads."""
        return AtlasIntents(self, self._store, self._results)

    @cached_property
    def why(self) -> WhyIntents:
        """Intents for evidence for a class."""
        return WhyIntents(self._store, self._results)

    @cached_property
    def heads_off(self) -> HeadsOffIntents:
        """Intents for heads that are off."""
        return HeadsOffIntents(self._store, self._results, self._report)

    @cached_property
    def tubes(self) -> TubeIntents:
        """Intents for tubes painted on the clip."""
        return TubeIntents(self._store, self._results, self._report)

    def undo_changes(self) -> None:
        """Switch all heads on and remove all tubes, in one step."""
        self._store.update(changes=UNCHANGED, tube=None)

    def delete_chosen(self) -> None:
        """Remove the chosen tube, or else the chosen box."""
        is_tube = chosen_tube(self._state) is not None
        (self.tubes if is_tube else self.boxes).delete()

    def leave(self) -> bool:
        """Leave what is removed, drawn, chosen, picked, or a view; False with nothing to leave."""
        state = self._state
        if state.removed is not None:
            self.why.remove(None)
        elif state.drawing:
            self._store.update(drawing="")
        elif chosen_tube(state) is not None:
            self.tubes.pick(None)
        elif chosen_box(state, self._results()) is not None:
            self.boxes.choose(None)
        elif state.picking:
            self.picking(False)
        elif isinstance(state.map.query, tuple):
            self.choose_query("readout")
        else:
            return self.views.leave()
        return True

    # -- layer and head ---------------------------------------------------------------------

    def choose_block(self, block: int, head: HeadChoice | None = None) -> None:
        """Show a layer; a picked token and the head go with it where they can.

        Args:
            block: number of the layer.
            head: another head or reduction at the same time; None keeps it.
        """
        results, state = self._results(), self._state
        new, old = results.layer(block), results.layer(state.map.block)
        if new is None or old is None:
            return
        wanted = state.map.head if head is None else head
        changes: Values = {"head": head_within(wanted, new.heads)}
        if new.block != old.block:
            changes |= {
                "block": new.block,
                "query": same_query(state.map.query, state.map.method, old, new),
            }
        if changes["head"] != wanted:
            self._report(Message("info", lacking_words(new, wanted)))
        self._store.update(**changes)

    def layer(self, by: int) -> None:
        """Show the layer before or after."""
        here = self._results().layer(self._state.map.block)
        if here is not None:
            self.choose_block(here.block + by)

    def stage(self, by: int) -> None:
        """Show the first layer of the stage before or after."""
        here = self._results().layer(self._state.map.block)
        if here is None:
            return
        stages = {layer.stage for layer in self._results().layers}
        wanted = min(max(here.stage + by, min(stages)), max(stages))
        if wanted != here.stage:
            self.choose_block(next(x.block for x in self._results().layers if x.stage == wanted))

    def choose_head(self, head: HeadChoice) -> None:
        """Show one head alone, or a reduction over all."""
        layer = self._results().layer(self._state.map.block)
        if layer is None:
            return
        missing = [h for h in head_indices(head) if not 0 <= h < layer.heads]
        if missing:
            words = tr("Block {b} has {n} heads, 0 to {last}; there is no head {h}").format(
                b=layer.block, n=layer.heads, last=layer.heads - 1, h=missing[0]
            )
            self._report(Message("info", words))
            return
        self._store.update(head=head)

    def toggle_head(self, head: int) -> None:
        """Add a head to the averaged heads, or remove it.

        A reduction over all gives way to the head alone; without the last one, the mean is shown.
        """
        chosen = head_indices(self._state.map.head)
        kept = tuple(index for index in chosen if index != head)
        self.choose_head(head_of(kept if head in chosen else (*kept, head)))

    def show_head(self, block: int, head: int) -> None:
        """Show one head of any block; evidence, which is of no head, gives way to attention."""
        if self._state.map.method in EVIDENCE:
            self.attend(method=ATTENDS_TO, query="readout")
        self.choose_block(block, head)

    def head(self, by: int) -> None:
        """Show the next or previous head alone."""
        layer = self._results().layer(self._state.map.block)
        if layer is None:
            return
        now = self._state.map.head
        start = now if isinstance(now, int) else (-1 if by > 0 else 0)
        self.choose_head((start + by) % layer.heads)

    def mean_or_max(self) -> None:
        """Show the mean of all heads; if it is shown already, the maximum."""
        self.choose_head("max" if self._state.map.head == "mean" else "mean")

    # -- views ------------------------------------------------------------------------------

    def choose_cell(self, block: int, head: int | None) -> None:
        """Choose a block and one of its heads, together; None keeps the head."""
        self.choose_block(block, None if self._state.map.method in FEATURES else head)

    def open_cell(self, block: int, head: int | None) -> None:
        """Show a cell alone; Esc leads back."""
        self.choose_cell(block, head)
        self.views.open()

    # -- map and query ----------------------------------------------------------------------

    def choose_method(self, method: str) -> None:
        """Show another kind of map: attention, or evidence for a class."""
        if method in EVIDENCE:
            self.why.choose_method(method)
            return
        layer = self._results().layer(self._state.map.block)
        if layer is None:
            return
        query, words = picked_for(method, self._state.map, query_grid(method, layer))
        if words:
            self._report(Message("info", words))
        self.attend(method=method, query=query)

    def choose_query(self, query: Query) -> None:
        """Show the attention of another query."""
        method = method_of(query, self._state.map.method)
        self.attend(query=query, method=method, picking=False)

    def attend(self, **values: object) -> None:
        """Show attention; what only evidence has is left behind."""
        self._store.update(**with_method(self._state, values))

    def picking(self, on: bool | None = None) -> None:
        """Turn picking of tokens by click on or off; None toggles it."""
        wanted = not self._state.picking if on is None else on
        layer = self._results().layer(self._state.map.block)
        is_read = not (self._is_of_keys or needs_token(self._state.map.method))
        if wanted and layer is not None and layer.dead_patch and is_read:
            self.tokens.refuse(layer)
            wanted = False
        elif wanted and self._results().shown is None:
            self._report(Message("info", tr("Run a window first: there is no token to pick yet")))
            wanted = False
        self._store.update(picking=wanted, drawing="")

    def pick(self, x: float, y: float, *, attended_by: bool) -> None:
        """Choose the token at a source pixel as query, or as key for 'attended by'."""
        method, is_of_keys = self._state.map.method, attended_by or self._is_of_keys
        own = method if needs_token(method) else ATTENDS_TO
        self.tokens.look(x, y, ATTENDED_BY if is_of_keys else own)

    def preprocess(self, spec: ClipSpec) -> None:
        """Set other preprocessing; the checkpoint's own counts as none."""
        model = self._results().model
        if model is None:
            return
        changes: Values = {"clip_spec": None if spec == model.clip_spec else spec}
        now = self._state.clip_spec or model.clip_spec
        if isinstance(self._state.map.query, tuple) and now.size != spec.size:
            # The token may lie outside the grids of another size.
            changes |= {"query": "readout", "picking": False}
            if self._is_of_keys:
                changes["method"] = ATTENDS_TO
        self._store.update(**changes)

    def pin_class(self, index: int) -> None:
        """Pin a class, so that it is always listed and plotted over the clip, or unpin it."""
        pinned = self._state.pinned_classes
        if index in pinned:
            self._store.update(pinned_classes=tuple(each for each in pinned if each != index))
        elif len(pinned) < MOST_PINNED:
            self._store.update(pinned_classes=(*pinned, index))
        else:
            words = tr("{n} classes are pinned already; unpin one first")
            self._report(Message("info", words.format(n=MOST_PINNED)))

    def next_series(self) -> None:
        """Plot the next series over the clip, after the last one nothing."""
        place = SERIES.index(self._state.series) + 1
        self._store.update(series=SERIES[place % len(SERIES)])

    # -- display ----------------------------------------------------------------------------

    def set_field(self, field: str, value: object) -> None:
        """Change one field of the display."""
        if field == "method":
            self.choose_method(str(value))
            return
        changes: Values = {field: value}
        shown = self._results().shown
        if field == "mode":
            changes |= self._opacity_of(cast("Mode", value))
        if field == "manual_range":
            changes["range_policy"] = "manual"
        elif field == "range_policy" and value == "manual" and shown is not None:
            changes["manual_range"] = shown.range.range  # begins with the numbers in use
        self._store.update(gesture=field, **changes)

    def toggle(self, field: str) -> None:
        """Toggle a switch of the display."""
        changes: Values = {field: not setting(self._state, field)}
        self._store.update(**changes)

    def toggle_mode(self, mode: Mode) -> None:
        """Draw heat in another mode, or as a tint where it is drawn in it already."""
        self.set_field("mode", "tint" if self._state.heat.mode == mode else mode)

    def _opacity_of(self, mode: Mode) -> Values:
        """The opacity that belongs to a mode, unless the user chose another than that of before."""
        heat = self._state.heat
        return {"opacity": OPACITIES[mode]} if heat.opacity == OPACITIES[heat.mode] else {}

    def opacity(self, by: int) -> None:
        """Make the heat more or less opaque."""
        opacity = round(min(max(self._state.heat.opacity + by * OPACITY_STEP, 0.0), 1.0), 2)
        self._store.update(gesture="opacity", opacity=opacity)

    def colormap(self, by: int) -> None:
        """Choose the next or previous colour map."""
        names = colormaps("sequential")
        place = names.index(self._state.heat.colormap) + by
        self._store.update(gesture="colormap", colormap=names[place % len(names)])

    def lock(self) -> None:
        """Lock the range at its present numbers, or unlock it."""
        if self._state.heat.locked_range is not None:
            self._store.update(locked_range=None)
        elif (shown := self._results().shown) is not None:
            self._store.update(locked_range=shown.range.range)

    def auto_range(self) -> None:
        """Fit the range to the map shown once; a lock or a manual range gets the new numbers."""
        shown = self._results().shown
        if shown is None:
            return
        if self._state.heat.locked_range is not None:
            self._store.update(locked_range=shown.range.automatic)
        elif self._state.heat.range_policy == "manual":
            self._store.update(manual_range=shown.range.automatic)
        else:
            words = tr("The range follows what is shown; lock it with Y to keep its numbers")
            self._report(Message("info", words))

    def cycle(self, field: str) -> None:
        """Set a field to its next choice; another policy unlocks the range."""
        names = CYCLES[field]
        place = names.index(setting(self._state, field)) + 1
        if field == "range_policy":
            self._store.update(gesture=field, locked_range=None)
        self.set_field(field, names[place % len(names)])

    def reset_display(self) -> None:
        """Set all display settings to their defaults."""
        fresh = first_state(self._preferences.values)
        names = ("heat", "overlay", "token_grid", "coverage")
        self._store.update(**{name: getattr(fresh, name) for name in names})

    # -- helpers ----------------------------------------------------------------------------

    @property
    def _is_of_keys(self) -> bool:
        """A picked token is a key: the map says who attends to it."""
        method = self._state.map.method
        return method in LAYER_MAPS and LAYER_MAPS[method].query_is_key
