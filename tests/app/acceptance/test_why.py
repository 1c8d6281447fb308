"""ui2.md 10, tests 3 to 7, and W of 21: why a class, by mouse and keys, on two actors at once."""

import json
import threading

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage

from app.dialogs.export.dialog import ExportDialog
from app.panels.why.curves import Curves
from mvit_core.demo.samples import demo_checkpoint, demo_samples
from mvit_core.explaining import EVIDENCE, Removal
from mvit_core.pipeline import Explainer
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    click,
    dialog,
    frame_seen,
    go,
    keys,
    pixels_of,
    rest,
    scale,
    title,
    track_spot,
    words_on,
    write,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
FRAME = 38
"""Both actors of the clip move there, in its second window."""


@pytest.fixture(scope="module")
def two_actors():
    """A shipped clip in which two objects perform two classes."""
    return next(each for each in demo_samples() if each.truth.second is not None)


@pytest.fixture
def explained(use, two_actors):
    """``use`` with two actors and the shipped model, at a frame where both move."""

    def use_both(act):
        return use(act, two_actors.clip, "--checkpoint", demo_checkpoint())

    return use_both


@pytest.fixture
def held(monkeypatch):
    """While it is closed, no map of evidence but the quick answer gets past its first step."""
    opened, plain = threading.Event(), Explainer.evidence
    opened.set()

    def evidence(self, video, captured, spec, *, on_step=None, **others):
        def stepping(done, total):
            on_step(done, total)
            while done >= 1 and not opened.wait(0.005):
                on_step(done, total)

        return plain(self, video, captured, spec, on_step=on_step and stepping, **others)

    monkeypatch.setattr(Explainer, "evidence", evidence)
    yield opened
    opened.set()


def at_the_scene(qtbot, window):
    go(qtbot, window, str(FRAME))
    rest(qtbot, window)


def shown(window):
    return window.controller.results.shown.result


def arrives(qtbot, window, method="stage_evidence", target=None, against=None):
    """Wait until a map of evidence is seen, and all that belongs to it."""

    def is_there():
        found = shown(window).evidence
        return (
            found is not None
            and found.method == method
            and (target is None or found.target.index == target)
            and found.target.against == against
        )

    qtbot.waitUntil(is_there, timeout=WAIT_MS)
    rest(qtbot, window)


def ask_why(qtbot, window, name, modifiers=Qt.KeyboardModifier.NoModifier):
    """Click Why? on a row of the classes."""
    bars = window.panels.predictions.bars
    place = [row for row, _ in bars.rows()].index(name)
    click(bars.viewport(), bars.why_box(place).center().toPoint(), modifiers)


def tinted(window, box):
    """How much redder and how much bluer the heat makes the pixels of a box: (red, blue)."""
    seen = frame_seen(window).astype(float)
    keys(Key.Key_T)
    bare = frame_seen(window).astype(float)
    keys(Key.Key_T)
    height = window.controller.results.video.size[1]
    left, top, right, bottom = (round(edge * seen.shape[0] / height) for edge in box)
    change = (seen - bare)[top:bottom, left:right]
    balance = change[..., 0] - change[..., 2]
    return np.maximum(balance, 0).mean(), np.maximum(-balance, 0).mean()


def boxes_of(two_actors):
    """The box of each actor at the frame, by what it performs."""
    truth = two_actors.truth
    return {
        truth.class_name: truth.boxes_px[FRAME],
        truth.second.class_name: truth.second.boxes_px[FRAME],
    }


def test_3_why_gives_a_quick_answer_then_the_better_map_and_instead_of_turns_the_other_blue(
    explained, qtbot, held, two_actors
):
    first, second = two_actors.truth.class_name, two_actors.truth.second.class_name
    boxes, seen = boxes_of(two_actors), {}

    def act(window):
        at_the_scene(qtbot, window)
        held.clear()
        ask_why(qtbot, window, first)
        qtbot.waitUntil(lambda: "quick answer" in title(window), timeout=WAIT_MS)
        why = window.panels.why
        qtbot.waitUntil(lambda: "of 16 steps" in why.coming.text(), timeout=WAIT_MS)
        assert window.store.state.workspace == "explain"
        held.set()
        arrives(qtbot, window)
        assert title(window) == f"Why “{first}” · Stage evidence"
        assert not why.coming.isVisible()
        seen[first] = tinted(window, boxes[first])
        ask_why(qtbot, window, second, SHIFT)
        arrives(qtbot, window, against=window.store.state.map.against)
        assert title(window) == f"Why “{first}”, not “{second}” · Stage evidence"
        seen["own"], seen["other"] = (tinted(window, boxes[name]) for name in (first, second))
        ends, _ = scale(window)
        assert ends[0][1:] == ends[1][1:]
        assert ends[0].startswith("+")
        keys((Key.Key_W, SHIFT))
        arrives(qtbot, window, against=window.store.state.map.against)
        assert title(window) == f"Why “{second}”, not “{first}” · Stage evidence"
        seen["turned"] = tinted(window, boxes[first])

    assert explained(act) == 0
    red, blue = seen[first]
    assert red > 4 * blue
    assert seen["own"][0] > 4 * seen["own"][1]
    assert seen["other"][1] > 4 * seen["other"][0]
    assert seen["turned"][1] > 4 * seen["turned"][0]


def test_4_the_tokens_of_the_file_and_the_class_token_add_up_to_the_sum_on_screen(
    explained, qtbot, two_actors, tmp_path
):
    target, said = tmp_path / "why.npz", {}

    def act(window):
        at_the_scene(qtbot, window)
        keys(Key.Key_W)
        arrives(qtbot, window)
        said["sum"], said["words"] = shown(window).evidence.sum, window.stage.figures.full_text()
        export_to(qtbot, window, target)

    assert explained(act) == 0
    with np.load(target) as file:
        (values,), facts = file["maps"], json.loads(str(file["facts"]))
    assert facts["method"] == "stage_evidence"
    assert facts["class"] == two_actors.truth.class_name
    total = float(values.sum(dtype=float)) + facts["class_token"] * facts["sum"]
    assert total == pytest.approx(said["sum"], rel=0.01)
    assert f"{said['sum']:.2f}" in said["words"]
    assert "logit" in said["words"]


def export_to(qtbot, window, target):
    """Ctrl+E, the name of a file, Enter; waits for the file."""
    keys((Key.Key_E, CONTROL))
    dialog(qtbot, ExportDialog).target.setFocus()
    keys((Key.Key_A, CONTROL))
    write(str(target))
    keys(Key.Key_Return)
    qtbot.waitUntil(target.exists, timeout=WAIT_MS)
    rest(qtbot, window)


def test_5_steps_that_are_stopped_leave_the_quick_answer_and_go_on_when_asked(
    explained, qtbot, held
):
    def act(window):
        at_the_scene(qtbot, window)
        why = window.panels.why
        held.clear()
        keys(Key.Key_W)
        qtbot.waitUntil(lambda: "of 16 steps" in why.coming.text(), timeout=WAIT_MS)
        keys((Key.Key_Period, CONTROL))
        qtbot.waitUntil(lambda: why.coming.text().startswith("Stopped"), timeout=WAIT_MS)
        rest(qtbot, window)
        assert "quick answer" in title(window)
        assert why.again.text() == "Go on"
        held.set()
        click(why.again)
        arrives(qtbot, window)
        assert not why.again.isVisible()

    assert explained(act) == 0


def test_5_a_seek_during_steps_shows_no_old_map_at_full_strength(both, qtbot, held, gate):
    def act(window):
        results, seen = lambda: window.controller.results, []
        held.clear()
        keys(Key.Key_W)
        qtbot.waitUntil(lambda: "of 16 steps" in window.panels.why.coming.text(), timeout=WAIT_MS)
        gate.clear()
        track = window.panels.timeline.track
        click(track, track_spot(window, results().windows[2].start + 1))
        qtbot.waitUntil(lambda: results().is_heat_old, timeout=WAIT_MS)
        assert any("Map of window 1" in badge for badge in window.stage.header.remarks)

        def note(_, snapshot):
            of_before = snapshot.results.heat.window != snapshot.results.request.window
            seen.append((of_before, snapshot.results.is_heat_old))

        window.controller.follow(note)
        gate.set()
        qtbot.waitUntil(lambda: shown(window).request.window.index == 2, timeout=WAIT_MS)
        assert shown(window).is_quick
        held.set()
        arrives(qtbot, window)
        assert shown(window).request.window.index == 2
        assert seen[-1] == (False, False)
        assert all(is_old for of_before, is_old in seen if of_before)

    assert both(act) == 0


@pytest.mark.parametrize("method", ["rollout", "grad_cam"])
def test_6_methods_that_mislead_have_a_cross_and_words_in_list_header_and_film(
    explained, qtbot, method, tmp_path
):
    row, film = EVIDENCE[method], tmp_path / "why.png"

    def act(window):
        at_the_scene(qtbot, window)
        keys(Key.Key_W)
        arrives(qtbot, window)
        field = window.panels.why.method
        place = field.findData(method)
        assert field.itemText(place) == f"✕ {row.title}"
        field.setFocus(Qt.FocusReason.TabFocusReason)
        keys(*[Key.Key_Down] * (place - field.currentIndex()))
        arrives(qtbot, window, method)
        assert f"✕ {row.title}: {row.trust}" in title(window)
        assert any(row.trust_words in badge for badge in window.stage.header.remarks)
        assert row.trust_words in window.panels.why.doubts.text()
        window.stage.canvas.setFocus()
        export_to(qtbot, window, film)

    assert explained(act) == 0
    written = json.loads(QImage(str(film)).text("Comment"))
    assert (written["method"], written["trust"]) == (method, row.trust)


def test_7_a_click_on_the_3_percent_point_shows_what_is_removed(explained, qtbot):
    point = Removal("deletion", 0.03)

    def act(window):
        at_the_scene(qtbot, window)
        keys(Key.Key_W)
        arrives(qtbot, window)
        panel = window.panels.why
        curves = panel.findChild(Curves)

        def is_measured():
            found = window.controller.results.why.faithfulness
            return found is not None and found.at(point.curve, point.share) is not None

        if panel.faithful.check.isVisible():
            click(panel.faithful.check)
        qtbot.waitUntil(is_measured, timeout=WAIT_MS)
        assert "3\u00a0% removed" in panel.faithful.words.text()
        before = frame_seen(window)
        click(curves, curves.place_of(point).toPoint())
        qtbot.waitUntil(lambda: window.stage.canvas.removed is not None, timeout=WAIT_MS)
        removed = window.stage.canvas.removed
        colour = np.array(removed.colour)
        covered = (np.abs(frame_seen(window).astype(int) - colour).max(axis=2) <= 1).mean()
        share = removed.masks[shown_time(window, removed)].mean() / 255
        assert covered == pytest.approx(share, abs=0.02)
        assert share > 0
        assert any("Removed: the 3 %" in badge for badge in window.stage.header.remarks)
        window.stage.canvas.setFocus()
        keys(Key.Key_Escape)
        qtbot.waitUntil(lambda: window.stage.canvas.removed is None, timeout=WAIT_MS)
        assert np.abs(frame_seen(window).astype(int) - before).max() <= 1
        assert window.store.state.workspace == "explain"

    assert explained(act) == 0


def shown_time(window, removed):
    """The time of the model's input that is nearest to the frame shown."""
    frame = window.store.state.frame
    return min(
        range(len(removed.frame_indices)), key=lambda t: abs(removed.frame_indices[t] - frame)
    )


def test_7_the_sanity_badge_goes_with_other_weights(explained, qtbot, toy_checkpoint):
    def act(window):
        at_the_scene(qtbot, window)
        keys(Key.Key_W)
        arrives(qtbot, window)
        sane = window.panels.why.sane
        assert not sane.verdict.isVisible()
        click(sane.check)
        qtbot.waitUntil(sane.verdict.isVisible, timeout=WAIT_MS)
        assert sane.verdict.text() == "✓ passes"
        rest(qtbot, window)
        window.controller.load_model(window.store.state.model.__class__(toy_checkpoint))
        qtbot.waitUntil(
            lambda: window.controller.results.model.source.checkpoint == toy_checkpoint,
            timeout=WAIT_MS,
        )
        rest(qtbot, window)
        window.stage.canvas.setFocus()
        if window.store.state.map.method not in EVIDENCE:
            keys(Key.Key_W)
        qtbot.waitUntil(lambda: shown(window).evidence is not None, timeout=WAIT_MS)
        assert not sane.verdict.isVisible()

    assert explained(act) == 0


def test_21_w_works_after_a_click_on_any_panel_and_leads_back(explained, qtbot):
    def act(window):
        at_the_scene(qtbot, window)
        before = window.store.state
        click(window.panels.predictions, QPoint(4, 4))
        keys(Key.Key_W)
        arrives(qtbot, window)
        click(window.panels.why, QPoint(4, 4))
        keys(Key.Key_W)
        qtbot.waitUntil(lambda: window.store.state.workspace == "look", timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.store.state.map.method == before.map.method
        assert shown(window).evidence is None
        assert not window.stage.figures.isVisible()

    assert explained(act) == 0


def test_w_explains_the_class_that_has_the_focus_in_the_list(explained, qtbot, two_actors):
    second = two_actors.truth.second.class_name

    def act(window):
        at_the_scene(qtbot, window)
        bars = window.panels.predictions.bars
        bars.setFocus(Qt.FocusReason.TabFocusReason)
        place = [row for row, _ in bars.rows()].index(second)
        keys(Key.Key_Home, *[Key.Key_Down] * place, Key.Key_W)
        arrives(qtbot, window)
        assert title(window).startswith(f"Why “{second}”")
        assert second in window.panels.why.target.currentText()

    assert explained(act) == 0


def test_what_the_window_says_of_a_map_adds_up(explained, qtbot):
    def act(window):
        at_the_scene(qtbot, window)
        keys(Key.Key_W)
        arrives(qtbot, window)
        evidence, sums = shown(window).evidence, window.panels.why.sums
        values = evidence.saliency.values.astype(float)
        lines = sums.lines()
        numbers = [float(line.split()[-1].replace("−", "-")) for line in lines[1:]]
        assert numbers[0] == pytest.approx(values[values > 0].sum(), abs=0.01)
        assert numbers[1] == pytest.approx(values[values < 0].sum(), abs=0.01)
        assert sum(numbers) == pytest.approx(evidence.sum, abs=0.02)
        assert pixels_of(sums.grab().toImage()).std() > 5
        assert "Sanity" in words_on(window.panels.why)

    assert explained(act) == 0
