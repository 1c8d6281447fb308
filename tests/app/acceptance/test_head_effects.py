"""ui2.md 10, test 8: heads unticked fast are one run, and undone they give the numbers again."""

import json

import numpy as np
import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage

from app.dialogs.export.dialog import ExportDialog
from mvit_core.explaining import HeadPlace
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    both_looks,
    click,
    dialog,
    frame_seen,
    keys,
    rest,
    title,
    write,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
ALT = Qt.KeyboardModifier.AltModifier
THREE = (HeadPlace(1, 0), HeadPlace(2, 1), HeadPlace(3, 0))


@pytest.fixture
def runs(monkeypatch):
    """The heads that were off in each run that was begun, in their order."""
    begun, plain = [], Explainer.capture

    def capture(self, *given, **others):
        if not begun or begun[-1] != self.changes.heads_off:
            begun.append(self.changes.heads_off)
        return plain(self, *given, **others)

    monkeypatch.setattr(Explainer, "capture", capture)
    return begun


def explain(qtbot, window):
    """W, and all effects are there."""
    keys(Key.Key_W)
    results = lambda: window.controller.results  # noqa: E731 - short and local
    qtbot.waitUntil(
        lambda: results().effects is not None and results().effects.coming == "ready",
        timeout=WAIT_MS,
    )
    rest(qtbot, window)


def numbers(window):
    """The classes as printed, and as they are."""
    shown = window.controller.results.shown.result
    assert window.controller.results.request == shown.request
    return window.panels.predictions.bars.rows(), shown.predictions


def tick(window, place, modifiers=Qt.KeyboardModifier.NoModifier):
    heads = window.panels.effects.list
    click(heads, heads.box_of(place).center(), modifiers)


def ticked(window):
    """Heads whose box is ticked, as the list has them."""
    return {row.place for row in window.panels.effects.list.rows if not row.is_off}


@both_looks
def test_8_three_heads_unticked_fast_are_one_run_and_undone_give_exact_numbers(
    both, qtbot, looks, runs
):
    def act(window):
        explain(qtbot, window)
        before, frame = numbers(window), frame_seen(window)
        values = dict(window.controller.results.effects.values)
        del runs[:]
        for place in THREE:
            tick(window, place)
        assert window.store.state.changes.heads_off == THREE
        rest(qtbot, window)
        assert set(runs) == {THREE}
        off = numbers(window)
        assert off[1] != before[1]
        assert not np.array_equal(frame_seen(window), frame)
        assert dict(window.controller.results.effects.values) == values
        line = window.panels.predictions.before
        assert line.isVisible()
        assert "1/0, 2/1, 3/0" in line.words.text()
        assert "1/0, 2/1, 3/0" in title(window)
        window.stage.canvas.setFocus()
        for left in (THREE[:2], THREE[:1], ()):
            keys((Key.Key_Z, CONTROL))
            assert window.store.state.changes.heads_off == left
            rest(qtbot, window)
        assert numbers(window) == before
        assert not line.isVisible()
        assert "1/0" not in title(window)
        del runs[:]
        for _ in THREE:
            keys((Key.Key_Z, CONTROL | SHIFT))
        rest(qtbot, window)
        assert numbers(window) == off

    assert both(act) == 0


@both_looks
def test_8_heads_are_switched_and_shown_by_keys_alone(both, qtbot, looks):
    def act(window):
        explain(qtbot, window)
        panel = window.panels.effects
        panel.list.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Home, Key.Key_Down, Key.Key_Space)
        second = panel.list.cursor_place
        assert window.store.state.changes.heads_off == (second,)
        rest(qtbot, window)
        keys(Key.Key_Space)
        assert not window.store.state.changes
        rest(qtbot, window)
        panel.orders.button(1).setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Space)
        assert panel.table.isVisible()
        panel.table.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Home, Key.Key_Down, Key.Key_Right, Key.Key_Space)
        assert panel.table.cursor_place == HeadPlace(1, 1)
        assert window.store.state.changes.heads_off == (HeadPlace(1, 1),)
        rest(qtbot, window)
        window.stage.canvas.setFocus()
        keys((Key.Key_A, SHIFT))
        rest(qtbot, window)
        assert not window.store.state.changes
        panel.table.setFocus(Qt.FocusReason.TabFocusReason)
        keys(Key.Key_Return)
        rest(qtbot, window)
        assert (window.store.state.map.block, window.store.state.map.head) == (1, 1)
        assert window.controller.results.shown.result.evidence is None
        window.stage.canvas.setFocus()
        keys((Key.Key_O, SHIFT))
        rest(qtbot, window)
        assert window.store.state.changes.heads_off == (HeadPlace(1, 1),)
        click(window.panels.predictions.before.all_on)
        rest(qtbot, window)
        assert not window.store.state.changes

    assert both(act) == 0


def test_alt_and_a_click_leave_a_head_alone_in_its_block_and_again_bring_all_back(both, qtbot):
    def act(window):
        explain(qtbot, window)
        every = ticked(window)
        tick(window, HeadPlace(3, 0))
        rest(qtbot, window)
        tick(window, HeadPlace(2, 1), ALT)
        rest(qtbot, window)
        block = {place for place in every if place.block == 2}
        assert every - ticked(window) == {HeadPlace(3, 0)} | block - {HeadPlace(2, 1)}
        tick(window, HeadPlace(2, 1), ALT)
        rest(qtbot, window)
        assert every - ticked(window) == {HeadPlace(3, 0)}

    assert both(act) == 0


def test_exports_with_heads_off_print_them_and_are_of_the_changed_model(both, qtbot, tmp_path):
    made = {}

    def act(window):
        explain(qtbot, window)
        tick(window, HeadPlace(2, 1))
        rest(qtbot, window)
        window.stage.canvas.setFocus()
        made["p"] = window.controller.results.shown.result.evidence.probability
        for ending in ("png", "npz"):
            target = tmp_path / f"off.{ending}"
            keys((Key.Key_E, CONTROL))
            dialog(qtbot, ExportDialog).target.setFocus()
            keys((Key.Key_A, CONTROL))
            write(str(target))
            keys(Key.Key_Return)
            qtbot.waitUntil(target.exists, timeout=WAIT_MS)
            rest(qtbot, window)

    assert both(act) == 0
    written = json.loads(QImage(str(tmp_path / "off.png")).text("Comment"))
    assert written["heads_off"] == ["2/1"]
    assert written["heads_off_mean_of_windows"] == [0]
    with np.load(tmp_path / "off.npz") as kept:
        facts = json.loads(str(kept["facts"]))
    assert facts["heads_off"] == ["2/1"]
    assert facts["probability"] == made["p"]
