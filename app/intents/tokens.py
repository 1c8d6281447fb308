"""Intents for tokens under the pointer: look from one, look at one, go to where most lies."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

import numpy as np
from PySide6.QtCore import QCoreApplication

from app.results import Message, Way
from app.text.phrases import signed_words, times_words, value_words
from app.text.terms import term
from mvit_core.attribution import (
    ATTENDED_BY,
    ATTENDS_TO,
    LAYER_MAPS,
    SIMILARITY,
    needs_token,
    query_grid,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import LayerInfo, Results
    from app.state.store import Store
    from mvit_core.attribution import HeadChoice

PICK_BEFORE = "attention.pick_before"
"""The command that goes to a block in which tokens can be picked."""


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("tokens", text)


class Going(Protocol):
    """The intents that lead to a frame, a layer or a head."""

    def go_to(self, frame: int, *, jump: bool = False) -> None:
        """Show a frame."""

    def choose_block(self, block: int, head: HeadChoice | None = None) -> None:
        """Show a layer."""

    def choose_head(self, head: HeadChoice) -> None:
        """Show one head alone, or a reduction over all."""

    def picking(self, on: bool | None = None) -> None:
        """Turn picking of tokens by click on or off."""

    def attend(self, **values: object) -> None:
        """Show attention, with other fields of the state."""


class TokenIntents:
    """Intents for single tokens of the map shown.

    Args:
        intents: go to frames, heads and layers.
        store: holds the state.
        results: returns the results now.
        notify: shows a message.
    """

    def __init__(
        self,
        intents: Going,
        store: Store,
        results: Callable[[], Results],
        notify: Callable[[Message], None],
    ) -> None:
        self._intents, self._store = intents, store
        self._results, self._report = results, notify

    def look(self, x: float, y: float, method: str) -> None:
        """Choose the token at a source pixel.

        Args:
            x: source pixel.
            y: source pixel.
            method: of the map that is wanted: where the token looks, or who looks at it.
        """
        results, state = self._results(), self._store.state
        shown, picture = results.shown, results.picture
        layer = results.layer(state.map.block)
        if shown is None or picture is None or layer is None:
            return
        if shown.heatmap.token_at(x, y, picture.index) is None:
            self._report(Message("info", tr("The model did not see this part of the frame")))
            return
        if LAYER_MAPS[method].picks_query and layer.dead_patch:
            self.refuse(layer)
            return
        grid = query_grid(method, layer)
        if grid.geometry is None:
            return
        column_px, row_px = shown.result.pixel_map.to_model(x, y)
        place = (shown.heatmap.sampled_position(picture.index), row_px, column_px)
        token = grid.geometry.nearest_token(place, grid.shape)
        if needs_token(method):  # a drag picks many, one after another
            self._intents.attend(query=token, method=method, gesture="similar")
        else:
            self._intents.attend(query=token, method=method)

    def refuse(self, layer: LayerInfo) -> None:
        """Say why no query can be picked in a layer, with a way to one in which it can."""
        reason = term(layer.dead_patch)
        before = self._alive_before(layer)
        ways: tuple[Way, ...] = ()
        if before is not None:
            ways = (Way(tr("Go to block {b}").format(b=before.block), PICK_BEFORE),)
        self._report(Message("info", reason[0].upper() + reason[1:], ways=ways))

    def pick_before(self) -> None:
        """Go to the last block before this one in which queries can be picked, and pick."""
        here = self._results().layer(self._store.state.map.block)
        before = None if here is None else self._alive_before(here)
        if before is not None:
            self._intents.choose_block(before.block)
        self._intents.picking(True)

    def _alive_before(self, layer: LayerInfo) -> LayerInfo | None:
        return next(
            (
                each
                for each in reversed(self._results().layers)
                if each.block < layer.block and not each.dead_patch
            ),
            None,
        )

    def strongest_token(self) -> tuple[float, float] | None:
        """Go to a frame of the token with the largest value; returns its source pixel (x, y)."""
        shown = self._results().shown
        if shown is None:
            return None
        heatmap = shown.heatmap
        t, y, x = (int(each) for each in np.unravel_index(heatmap.values.argmax(), heatmap.shape))
        self._go_to_time(t)
        value, mean = float(heatmap.values[t, y, x]), float(heatmap.values.mean())
        if not shown.result.request.is_of_attention:
            words = tr("Strongest token t{t} y{y} x{x}: {value}")
            words = words.format(t=t, y=y, x=x, value=signed_words(value))
            self._report(Message("info", words))
            return heatmap.token_centre_px(y, x)
        words = tr("Strongest token t{t} y{y} x{x}: {value}, {times} the mean").format(
            t=t,
            y=y,
            x=x,
            value=value_words(value),
            times=times_words(value / mean if mean > 0 else 0.0),
        )
        self._report(Message("info", words))
        return heatmap.token_centre_px(y, x)

    def strongest_frame(self) -> None:
        """Go to the token time with the largest sum of values."""
        shown = self._results().shown
        if shown is not None:
            self._go_to_time(int(shown.heatmap.values.sum(axis=(1, 2)).argmax()))

    def strongest_head(self) -> None:
        """Show the head of the layer whose map has the largest value, alone."""
        shown = self._results().shown
        if shown is not None:
            values = shown.result.maps.values
            self._intents.choose_head(int(values.reshape(len(values), -1).max(axis=1).argmax()))

    def _go_to_time(self, t: int) -> None:
        """Go to the frame of a token time; one that shows it already stays."""
        shown = self._results().shown
        assert shown is not None
        heatmap, frame = shown.heatmap, self._store.state.frame
        if heatmap.token_time(frame) == t and frame in self._window_frames():
            return
        frames = heatmap.token_frames(t)
        if not frames:  # more token times than sampled frames: the nearest one
            place = round(heatmap.time[0] * t + heatmap.time[1])
            frames = (heatmap.frame_indices[min(max(place, 0), len(heatmap.frame_indices) - 1)],)
        self._intents.go_to(frames[len(frames) // 2], jump=True)

    def _window_frames(self) -> range:
        shown = self._results().shown
        assert shown is not None
        indices = shown.heatmap.frame_indices
        return range(indices[0], indices[-1] + 1)


LOOKS = {"from": ATTENDS_TO, "at": ATTENDED_BY, "similar": SIMILARITY}
"""The map by what is asked of a token: where it looks, who looks at it, which ones are alike."""
