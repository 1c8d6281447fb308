"""Store, history, sessions and the window against a small model, by random lists of actions."""

import re
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from app.state.session_file import Place, read_session, session_of, write_session
from app.state.store import Store
from app.state.view_state import Marker, ViewState
from mvit_core.attribution import MapSpec
from mvit_core.render import colormaps
from tests.app.conftest import WAIT_MS, settle
from tests.app.view_model import BLOCKS, FRAMES, View, ViewModel

COLOURS = colormaps("sequential")
QUICK = settings(
    max_examples=60,
    stateful_step_count=40,
    deadline=None,
    database=None,
    derandomize=True,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
    phases=(Phase.generate, Phase.shrink),
)


def seen(state):
    """The part of a view that the model knows."""
    return View(
        colormap=state.heat.colormap,
        opacity=state.heat.opacity,
        overlay=state.overlay,
        token_grid=state.token_grid,
        block=state.map.block,
        head=state.map.head,
        frame=state.frame,
        markers=tuple(marker.frame for marker in state.markers),
    )


def can(store):
    return store.can_undo, store.can_redo, store.can_go_back, store.can_go_forward


class StoreMachine(RuleBasedStateMachine):
    """Actions on the store itself, and on the model."""

    folder = None
    make = Store

    @initialize()
    def begin(self):
        self.model = ViewModel(seen(ViewState()))
        self.store = self.make(clock=lambda: self.model.now)

    @rule(name=st.sampled_from(COLOURS[:4]))
    def colour(self, name):
        self.store.update(colormap=name)
        self.model.change(colormap=name)

    @rule(value=st.sampled_from((0.0, 0.25, 0.5, 1.0)))
    def drag_opacity(self, value):
        self.store.update(gesture="opacity", opacity=value)
        self.model.change(gesture="opacity", opacity=value)

    @rule(name=st.sampled_from(("overlay", "token_grid")))
    def toggle(self, name):
        value = not getattr(self.model.view, name)
        self.store.update(**{name: value})
        self.model.change(**{name: value})

    @rule(block=st.integers(0, BLOCKS - 1), head=st.sampled_from(("mean", "max", 0)))
    def select(self, block, head):
        self.store.update(block=block, head=head)
        self.model.change(block=block, head=head)

    @rule(frame=st.integers(0, FRAMES - 1), jump=st.booleans())
    def go_to(self, frame, jump):
        jump = jump and frame != self.model.view.frame
        self.store.update(frame=frame, jump=jump)
        self.model.change(frame=frame, jump=jump)

    @rule(frame=st.integers(0, FRAMES - 1))
    def mark(self, frame):
        frames = tuple(sorted({*self.model.view.markers, frame}))
        self.store.update(markers=tuple(map(Marker, frames)))
        self.model.change(markers=frames)

    @rule(seconds=st.sampled_from((0.3, 2.0)))
    def wait(self, seconds):
        self.model.now += seconds

    @rule()
    def undo(self):
        self.store.undo()
        self.model.undo()

    @rule()
    def redo(self):
        self.store.redo()
        self.model.undo(1)

    @rule()
    def back(self):
        self.store.back()
        self.model.back()

    @rule()
    def forward(self):
        self.store.forward()
        self.model.back(1)

    @precondition(lambda self: self.folder is not None)
    @rule()
    def save_and_open(self):
        path = self.folder / "view.mvitlens"
        write_session(session_of(self.store.state, Place(), self.folder), path)
        self.store.update(**{**read_session(path).view, "playing": False})
        self.store.forget()
        now, self.model = self.model.now, ViewModel(self.model.view)
        self.model.now = now

    @invariant()
    def both_agree(self):
        assert seen(self.store.state) == self.model.view
        assert can(self.store) == self.model.can()


def test_the_store_does_what_the_model_does_after_any_actions(qapp, tmp_path):
    machine = type("Machine", (StoreMachine,), {"folder": tmp_path})
    run_state_machine_as_test(machine, settings=QUICK)


class _KeepsWhatWasUndone(Store):
    """A new change does not drop what could be done again."""

    def _remember_undo(self, new, gesture):
        kept = list(self._redo)
        super()._remember_undo(new, gesture)
        self._redo = kept


class _LosesMarkers(Store):
    """Undo does not give markers back."""

    def undo(self):
        markers = self.state.markers
        super().undo()
        self._state = replace(self._state, markers=markers)


class _ForgetsThePlace(Store):
    """Going back loses what was ahead."""

    def back(self):
        super().back()
        self._forward.clear()


class _JoinsForEver(Store):
    """A drag goes on after undo."""

    def undo(self):
        gesture = self._gesture
        super().undo()
        self._gesture = gesture


ACTIONS = re.compile(r"^state\.(?!begin|both_agree|teardown)\w+\(", re.MULTILINE)
MOST_ACTIONS = 6


@pytest.mark.parametrize(
    "planted", [_KeepsWhatWasUndone, _LosesMarkers, _ForgetsThePlace, _JoinsForEver]
)
def test_a_planted_bug_is_found_in_at_most_six_actions(planted, qapp):
    machine = type("Machine", (StoreMachine,), {"make": planted})
    thorough = settings(QUICK, max_examples=400)
    with pytest.raises(AssertionError) as caught:
        run_state_machine_as_test(machine, settings=thorough)
    actions = ACTIONS.findall("\n".join(caught.value.__notes__))
    assert 1 <= len(actions) <= MOST_ACTIONS, caught.value.__notes__


class WindowMachine(RuleBasedStateMachine):
    """Commands of the real window, and the same of the model."""

    window = qtbot = folder = None

    @initialize()
    def begin(self):
        store = self.window.store
        store.update(map=MapSpec(), heat=ViewState().heat, overlay=True, token_grid=False)
        store.update(frame=0, markers=(), picking=False, view="single", view_before="single")
        store.forget()
        self.window.sessions.path = None
        self.model = ViewModel(seen(store.state))
        store._clock = lambda: self.model.now

    def run(self, command):
        self.window.actions_table.run(command)

    @rule(by=st.sampled_from((1, -1)))
    def colour(self, by):
        self.run("view.next_colormap" if by > 0 else "view.previous_colormap")
        place = COLOURS.index(self.model.view.colormap) + by
        self.model.change(gesture="colormap", colormap=COLOURS[place % len(COLOURS)])

    @rule(name=st.sampled_from(("overlay", "token_grid")))
    def toggle(self, name):
        self.run(f"view.{name}")
        self.model.change(**{name: not getattr(self.model.view, name)})

    @rule(by=st.sampled_from((1, -1)))
    def layer(self, by):
        self.run("attention.next_layer" if by > 0 else "attention.previous_layer")
        block = self.model.view.block
        here = BLOCKS - 1 if block is None else block
        there = min(max(here + by, 0), BLOCKS - 1)
        self.model.change(block=there if there != here else block)

    @rule()
    def mean_or_max(self):
        self.run("attention.mean_or_max")
        self.model.change(head="max" if self.model.view.head == "mean" else "mean")

    @rule(by=st.sampled_from((1, -1)))
    def step(self, by):
        self.run("playback.next" if by > 0 else "playback.previous")
        self.model.change(frame=min(max(self.model.view.frame + by, 0), FRAMES - 1))

    @rule(last=st.booleans())
    def jump(self, last):
        self.run("playback.last" if last else "playback.first")
        frame = FRAMES - 1 if last else 0
        self.model.change(frame=frame, jump=frame != self.model.view.frame)

    @rule()
    def wait(self):
        self.model.now += 2.0

    @rule(command=st.sampled_from(("undo", "redo", "back", "forward")))
    def go(self, command):
        if can(self.window.store)[("undo", "redo", "back", "forward").index(command)]:
            self.run(f"edit.{command}")
        by = 1 if command in ("redo", "forward") else -1
        (self.model.undo if command in ("undo", "redo") else self.model.back)(by)

    @rule()
    def save_and_open(self):
        sessions, now = self.window.sessions, self.model.now
        sessions.path = self.folder / "view.mvitlens"
        assert sessions.save()
        self.run("playback.last")
        sessions.open(sessions.path)
        self.qtbot.waitUntil(lambda: sessions._opening is None, timeout=WAIT_MS)
        self.model = ViewModel(self.model.view)
        self.model.now = now

    @invariant()
    def both_agree(self):
        assert seen(self.window.store.state) == self.model.view
        assert can(self.window.store) == self.model.can()

    def teardown(self):
        settle(self.qtbot, self.window)
        picture = self.window.controller.results.picture
        assert picture.index == self.model.view.frame


def test_the_window_does_what_the_model_does_after_any_commands(lens, qtbot, tmp_path):
    words = {"window": lens, "qtbot": qtbot, "folder": tmp_path}
    machine = type("Machine", (WindowMachine,), words)
    run_state_machine_as_test(machine, settings=settings(QUICK, max_examples=6))
    lens.sessions.path = None
