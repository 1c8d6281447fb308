"""The store: one frozen state, announced in order, with undo and history."""

from dataclasses import fields

import pytest

from app.state.store import GESTURE_SECONDS, Store
from app.state.view_state import ViewState, setting
from mvit_core.attribution import MapSpec
from mvit_core.render import HeatSettings


@pytest.fixture
def now():
    return [0.0]


@pytest.fixture
def store(qapp, now):
    return Store(clock=lambda: now[0])


def test_a_change_is_announced_as_old_and_new(store):
    heard = []
    store.changed.connect(lambda old, new: heard.append((old.frame, new.frame)))
    store.update(frame=3)
    assert heard == [(0, 3)]


def test_a_change_to_the_same_value_is_not_announced(store):
    heard = []
    store.changed.connect(lambda *pair: heard.append(pair))
    store.update(frame=0)
    assert not heard


def test_a_change_made_while_announcing_comes_after_it(store):
    heard = []

    def listen(old, new):
        heard.append((old.frame, new.frame))
        if new.frame == 1:
            store.update(frame=2)
            assert store.state.frame == 2

    store.changed.connect(listen)
    store.update(frame=1)
    assert heard == [(0, 1), (1, 2)]


def test_an_unknown_field_is_refused(store):
    with pytest.raises(TypeError, match="brightness"):
        store.update(brightness=1)


def test_settings_of_map_and_heat_are_changed_by_their_names(store):
    store.update(block=2, query=(0, 1, 2), opacity=0.3, frame=4)
    assert store.state.map == MapSpec(block=2, query=(0, 1, 2))
    assert store.state.heat == HeatSettings(opacity=0.3)
    store.update(map=MapSpec(1, 0, "received"), head="max")
    assert store.state.map == MapSpec(1, "max", "received")
    assert [setting(store.state, name) for name in ("block", "opacity", "frame")] == [1, 0.3, 4]


def test_no_setting_has_the_name_of_another():
    names = [each.name for kind in (ViewState, MapSpec, HeatSettings) for each in fields(kind)]
    assert len(names) == len(set(names))


def test_heat_that_cannot_be_drawn_is_refused_and_changes_nothing(store):
    with pytest.raises(ValueError, match="gamma is 0"):
        store.update(gamma=0, frame=3)
    assert store.state == ViewState()
    assert not store.can_undo


def test_back_gives_back_layer_and_head_but_not_the_kind_of_map(store):
    store.update(block=2, head=1)
    store.update(method="received", colormap="viridis")
    store.back()
    assert store.state.map == MapSpec(None, "mean", "received")
    assert store.state.heat.colormap == "viridis"


def test_undo_gives_back_display_but_not_the_place_in_the_video(store):
    store.update(colormap="viridis")
    store.update(frame=9)
    store.undo()
    assert (store.state.heat.colormap, store.state.frame) == ("inferno", 9)
    store.redo()
    assert store.state.heat.colormap == "viridis"


def test_a_slider_drag_is_one_step_of_undo(store, now):
    for step in range(10):
        now[0] += 0.05
        store.update(gesture="opacity", opacity=0.1 * step)
    store.undo()
    assert store.state.heat.opacity == ViewState().heat.opacity
    assert not store.can_undo


def test_two_drags_with_a_pause_between_them_are_two_steps(store, now):
    store.update(gesture="opacity", opacity=0.1)
    now[0] += 2 * GESTURE_SECONDS
    store.update(gesture="opacity", opacity=0.9)
    store.undo()
    assert store.state.heat.opacity == 0.1


def test_a_drag_right_after_undo_is_a_step_of_its_own(store):
    store.update(gesture="opacity", opacity=0.1)
    store.undo()
    store.update(gesture="opacity", opacity=0.9)
    store.undo()
    assert store.state.heat.opacity == ViewState().heat.opacity


def test_a_new_change_drops_what_could_be_done_again(store):
    store.update(smooth=False)
    store.undo()
    store.update(token_grid=True)
    assert not store.can_redo


def test_nothing_to_undo_changes_nothing(store):
    store.undo()
    store.redo()
    store.back()
    store.forward()
    assert store.state == ViewState()


def test_back_leads_to_the_place_before_a_jump_and_forward_returns(store):
    store.update(frame=5)  # a step, no jump
    store.update(frame=30, jump=True)
    store.update(block=2)
    store.back()
    assert (store.state.frame, store.state.map.block) == (30, None)
    store.back()
    assert store.state.frame == 5
    store.forward()
    store.forward()
    assert (store.state.frame, store.state.map.block) == (30, 2)


def test_another_clip_forgets_the_steps(store):
    store.update(block=2)
    store.forget()
    assert not (store.can_undo)
    assert not (store.can_go_back)
