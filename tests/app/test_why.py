"""Evidence in the window: what is asked for, what is on screen, and what is refused."""

import json
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QImage, QPainter

from app.panels.timeline.scene import Scene
from app.panels.timeline.span import Span
from app.panels.timeline.when import When
from app.results import FaithfulnessInfo, WhenInfo, WindowStates
from app.state.session_file import Place, session_of, write_session
from app.state.view_state import Loop
from app.text.why import baseline_words, faithfulness_words
from app.workers.export import job_for, repeated
from mvit_core.errors import CaptureError
from mvit_core.explaining import EVIDENCE, Removal
from mvit_core.render import AGAINST, FOR, ValueRange
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press

pytestmark = pytest.mark.gui
Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier


def result(lens):
    return lens.controller.results.shown.result


def arrives(qtbot, lens, method="stage_evidence"):
    qtbot.waitUntil(
        lambda: result(lens).evidence is not None and result(lens).evidence.method == method,
        timeout=WAIT_MS,
    )
    settle(qtbot, lens)


@pytest.fixture
def why(lens, qtbot):
    """The window with the evidence for its most probable class."""
    press(qtbot, lens, Key.Key_W)
    arrives(qtbot, lens)
    return lens


@pytest.fixture
def refused(monkeypatch):
    """No method but the instant one suits the network."""

    def make(*_):
        raise CaptureError("this network has two streams; use gradient_attention")

    monkeypatch.setattr("app.workers.evidence.EvidenceWorker.make", make)


def test_a_method_that_does_not_suit_the_network_says_why_and_leaves_the_quick_answer(
    refused, lens, qtbot
):
    press(qtbot, lens, Key.Key_W)
    panel = lens.panels.why
    qtbot.waitUntil(lambda: "two streams" in panel.coming.text(), timeout=WAIT_MS)
    assert panel.again.text() == "Again"
    assert result(lens).is_quick
    assert "quick answer" in lens.stage.header.title.full_text()
    assert not panel.line.isVisible()


def test_an_export_takes_the_evidence_that_is_on_screen(refused, lens, qtbot, tmp_path):
    press(qtbot, lens, Key.Key_W)
    qtbot.waitUntil(lambda: result(lens).evidence is not None, timeout=WAIT_MS)
    job = job_for(lens.store.state, lens.controller.results, tmp_path)
    assert job.request.map.method == "gradient_attention"
    assert job.request.map.target == result(lens).evidence.target.index
    assert "gradient_attention" in job.target.name


def test_an_export_of_evidence_names_its_classes_and_has_a_layout_of_one_map(why, tmp_path):
    state, results = why.store.state, why.controller.results
    job = job_for(state, results, tmp_path)
    target = results.shown.result.evidence.target
    assert (job.request.map.target, job.request.map.against) == (target.index, None)
    last = replace(job, request=replace(job.request, layout="heads"))
    assert repeated(last, state, results).request.layout == "single"


def test_evidence_has_no_views_of_heads_or_layers_and_the_command_says_why(why, qtbot):
    action = why.actions_table.by_id["view.show_heads"]
    assert not action.isEnabled()
    assert "not of one head" in action.toolTip()
    press(qtbot, why, Key.Key_V)
    assert why.store.state.view == "compare"
    press(qtbot, why, Key.Key_W)
    assert why.store.state.workspace == "look"
    assert action.isEnabled()


def test_a_view_of_heads_gives_way_to_evidence_and_comes_back_with_attention(lens, qtbot):
    lens.actions_table.run("view.show_heads")
    settle(qtbot, lens)
    press(qtbot, lens, Key.Key_W)
    arrives(qtbot, lens)
    assert lens.store.state.view == "single"
    press(qtbot, lens, Key.Key_W)
    assert lens.store.state.view == "heads"


def test_a_range_that_was_locked_for_attention_does_not_hold_for_evidence(lens, qtbot):
    lens.store.update(locked_range=ValueRange(0.001, 0.002))
    press(qtbot, lens, Key.Key_W)
    arrives(qtbot, lens)
    ends = lens.controller.results.shown.range.range
    assert ends.low == -ends.high
    assert ends.high > 0.002
    assert lens.store.state.heat.locked_range is None


def test_a_range_that_is_locked_for_evidence_holds_for_its_other_classes(why, qtbot):
    press(qtbot, why, Key.Key_Y)
    locked = why.store.state.heat.locked_range
    why.controller.intents.why.explain(result(why).predictions[-1].index)
    arrives(qtbot, why)
    assert why.controller.results.shown.range.range == locked


def test_a_class_is_found_by_typing_and_what_is_no_class_gives_way(why, qtbot):
    field, second = why.panels.why.target, result(why).predictions[1]
    before = field.currentText()
    field.setFocus(Qt.FocusReason.TabFocusReason)
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), "no such class")
    qtbot.keyClick(field.lineEdit(), Key.Key_Return)
    assert field.currentText() == before
    field.lineEdit().selectAll()
    qtbot.keyClicks(field.lineEdit(), second.name)
    qtbot.keyClick(field.lineEdit(), Key.Key_Return)
    qtbot.waitUntil(lambda: why.store.state.map.target == second.index, timeout=WAIT_MS)
    arrives(qtbot, why)


def test_a_name_too_long_for_the_field_gives_way_to_the_share_behind_it(why):
    panel = why.panels.why
    line, share = panel.target.lineEdit(), " · > 99.9 %"
    line.setText("a class" + share)
    assert line.shown_text() == line.text()
    line.setText("a class with a very long name indeed" * 2 + share)
    assert line.shown_text().endswith("…" + share)
    line.setText("no share " * 20)
    assert line.shown_text() == line.text()
    assert panel.against.lineEdit().text() == "no other class"
    panel.target.setCurrentIndex(-1)
    assert line.shown_text() == "choose a class"


def test_the_class_itself_is_not_offered_instead_of_itself(why):
    field, own = why.panels.why.against, result(why).evidence.target.index
    offered = [field.itemData(row) for row in range(field.count())]
    assert own not in offered
    assert offered[0] is None
    why.controller.intents.why.against(own)
    assert why.store.state.map.against is None


def test_a_change_of_classes_is_a_step_that_can_be_undone(why, qtbot):
    other = result(why).predictions[2].index
    why.controller.intents.why.against(other)
    arrives(qtbot, why)
    why.actions_table.run("edit.undo")
    assert why.store.state.map.against is None
    arrives(qtbot, why)
    assert result(why).evidence.target.against is None


def test_classes_can_be_exchanged_only_where_there_are_two(why, qtbot):
    action = why.actions_table.by_id["explain.swap"]
    assert not action.isEnabled()
    own, other = (each.index for each in result(why).predictions[:2])
    why.controller.intents.why.against(other)
    arrives(qtbot, why)
    press(qtbot, why, Key.Key_W, SHIFT)
    assert (why.store.state.map.target, why.store.state.map.against) == (other, own)


def test_what_was_made_is_not_made_again(why, qtbot, monkeypatch):
    best, second = (each.index for each in result(why).predictions[:2])
    why.controller.intents.why.explain(second)
    arrives(qtbot, why)

    def make(*_):
        raise AssertionError("it is kept")

    monkeypatch.setattr("app.workers.evidence.EvidenceWorker.make", make)
    why.controller.intents.why.explain(best)
    arrives(qtbot, why)
    assert result(why).evidence.target.index == best


def test_a_token_that_is_picked_leads_back_to_attention(why, qtbot):
    press(qtbot, why, Key.Key_Q, SHIFT)
    settle(qtbot, why)
    assert why.store.state.map.method not in EVIDENCE
    assert result(why).evidence is None
    assert "Choose a class" in why.panels.why.hint.text()
    assert not why.panels.why.sums.isVisible()


def test_a_token_can_be_picked_on_a_map_of_evidence(why, qtbot):
    why.controller.intents.choose_block(1)
    settle(qtbot, why)
    press(qtbot, why, Key.Key_Q)
    assert why.store.state.picking
    canvas = why.stage.canvas
    middle = canvas.frame_box().center().toPoint()
    qtbot.mouseMove(canvas, middle - QPoint(3, 3))
    qtbot.mouseMove(canvas, middle)
    canvas.grab()  # paints the token that would be picked
    qtbot.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=middle)
    settle(qtbot, why)
    assert why.store.state.map.method == "row"
    assert isinstance(why.store.state.map.query, tuple)


def test_another_clip_keeps_class_and_method(why, qtbot, tmp_path, barcode_clip):
    other = tmp_path / "other.mp4"
    other.write_bytes(barcode_clip.read_bytes())
    target = why.store.state.map.target
    why.controller.open_video(other)
    qtbot.waitUntil(lambda: why.controller.results.video.path == other, timeout=WAIT_MS)
    settle(qtbot, why)
    assert (why.store.state.map.method, why.store.state.map.target) == ("stage_evidence", target)


def test_a_session_keeps_what_is_explained(why, qtbot, tmp_path):
    why.controller.intents.why.against(result(why).predictions[1].index)
    arrives(qtbot, why)
    path, spec = tmp_path / "why.mvitlens", why.store.state.map
    session = session_of(why.store.state, Place("", 0.0, (0.5, 0.5)), tmp_path)
    write_session(session, path)
    page = json.loads(path.read_text())
    assert page["view"]["map"]["method"] == "stage_evidence"
    assert "removed" not in page["view"]
    press(qtbot, why, Key.Key_W)
    settle(qtbot, why)
    why.sessions.open(path)
    qtbot.waitUntil(lambda: why.store.state.map == spec, timeout=WAIT_MS)
    assert why.store.state.workspace == "explain"
    arrives(qtbot, why)


def test_a_pinned_map_of_evidence_is_that_of_its_own_method(why, qtbot):
    press(qtbot, why, Key.Key_P)
    why.controller.intents.why.explain(result(why).predictions[1].index)
    arrives(qtbot, why)
    why.actions_table.run("view.show_compare")
    qtbot.waitUntil(
        lambda: [pane.heat is not None for pane in why.controller.results.panes] == [True, True],
        timeout=WAIT_MS,
    )
    now, pinned = why.controller.results.panes
    assert "Stage evidence" in pinned.title
    assert pinned.title != now.title
    assert pinned.scale.style.is_signed


def test_points_are_gone_through_by_keys_and_escape_brings_the_map_back(why, qtbot):
    panel = why.panels.why
    if panel.faithful.check.isVisible():
        click(qtbot, panel.faithful.check)
    qtbot.waitUntil(lambda: why.controller.results.why.faithfulness is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: why.controller.results.why.faithfulness.is_complete, timeout=WAIT_MS)
    curves = panel.faithful.curves
    curves.setFocus(Qt.FocusReason.TabFocusReason)
    for key, wanted in (
        (Key.Key_Right, Removal("deletion", 0.01)),
        (Key.Key_Right, Removal("deletion", 0.03)),
        (Key.Key_Down, Removal("insertion", 0.03)),
    ):
        qtbot.keyClick(curves, key)
        assert why.store.state.removed == wanted
    qtbot.waitUntil(lambda: why.stage.canvas.removed is not None, timeout=WAIT_MS)
    qtbot.waitUntil(lambda: why.stage.canvas.removed.removal == wanted, timeout=WAIT_MS)
    assert why.stage.canvas.removed.masks.mean() > 200  # insertion leaves 3 %
    press(qtbot, why, Key.Key_Escape)
    assert why.store.state.removed is None
    assert why.stage.canvas.removed is None


def test_a_check_that_fails_says_why_and_is_not_tried_by_itself_again(why, qtbot, monkeypatch):
    tried = []

    def without(*_):
        tried.append(None)
        raise CaptureError("the weights overflow")

    monkeypatch.setattr("app.workers.evidence.EvidenceWorker.without", without)
    why.controller.checks.forget()
    why.controller.checks.faithfulness()
    qtbot.waitUntil(lambda: "overflow" in messages(why), timeout=WAIT_MS)
    settle(qtbot, why)
    assert len(tried) == 1


def test_when_is_a_row_of_the_timeline_and_words_in_the_panel(why, qtbot):
    row = next(row for row in why.panels.timeline.track.rows if isinstance(row, When))
    assert row.height == 0
    click(qtbot, why.panels.why.when.check)
    qtbot.waitUntil(lambda: why.controller.results.why.when is not None, timeout=WAIT_MS)
    settle(qtbot, why)
    found = why.controller.results.why.when
    assert found.static + sum(found.shares) == pytest.approx(found.total, abs=1e-4)
    assert row.height > 0
    assert "a still frame gives" in why.panels.why.when.words.text()
    orders = why.panels.why.when.orders.text()
    assert "reversed" in orders
    assert " %" not in orders, "a number and its unit stay on one line"


def test_frames_that_speak_for_the_class_stand_above_the_line_and_others_below():
    class Video:
        frame_count = 8

    when = WhenInfo(((1,), (6,)), (2.0, -1.0), 0.5, 1.5)
    scene = Scene(
        Video, Span(8, 0, 80.0), (), None, None, Loop(), (), None, WindowStates(), 1.0,
        lambda: None, when,
    )  # fmt: skip
    row = When()
    row.follow(scene)
    image = QImage(QSize(80, row.height), QImage.Format.Format_RGB32)
    image.fill(0)
    painter = QPainter(image)
    row.paint(painter, QRectF(0, 0, 80, row.height), scene)
    painter.end()
    third = row.height // 3
    assert image.pixelColor(15, third) == QColor(FOR)
    assert image.pixelColor(65, row.height // 2 + 3) == QColor(AGAINST)
    assert image.pixelColor(65, third) != QColor(FOR)
    assert row.words_at(scene, 0).endswith("+2.00 logit")


def test_words_of_curves_name_shares_and_say_whether_the_cover_hides_the_class():
    points = {
        "deletion": ((0.0, 0.97), (0.03, 0.008)),
        "insertion": ((0.0, 0.2),),
        "random": ((0.03, 0.979),),
        "centre": (),
    }
    found = FaithfulnessInfo(points, 20, "mean")
    assert faithfulness_words(found, 0.97) == "3 % removed: 97.0 % to 0.8 % · random 97.9 %"
    assert "still says this class" in baseline_words(found)
    fair = replace(found, points={**points, "insertion": ((0.0, 0.01),)})
    assert "a fair baseline" in baseline_words(fair)
    assert faithfulness_words(replace(found, points={"deletion": ()}), 0.97) == ""
    assert not found.is_complete


def test_the_panel_fits_a_narrow_window_whatever_the_classes_are_called(why, qtbot):
    click(qtbot, why.panels.why.sane.check)
    qtbot.waitUntil(lambda: why.controller.results.why.sanity is not None, timeout=WAIT_MS)
    settle(qtbot, why)
    panel = why.panels.why
    panel.faithful.remark.setText("p(" + "a class with a very long name " * 4 + ")")
    assert panel.sane.verdict.isVisible()
    assert panel.minimumSizeHint().width() <= 264  # 284, less the bar that scrolls
