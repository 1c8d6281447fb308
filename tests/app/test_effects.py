"""Heads that are off and what each does: state, sessions, means, and what goes wrong."""

import json
import threading
from dataclasses import replace

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.panels.effects.lists import EffectList, EffectTable
from app.panels.effects.switches import HeadRow
from app.results import EffectsInfo, EffectsRequest
from app.state.json_codec import decode, encode, field_types
from app.state.session_file import Place, read_session, session_of, write_session
from app.state.view_state import ViewState
from app.text.effects import before_words, coming_words, effects_note, mean_words, off_words
from app.window.fitting import fitted
from app.workers.effects import EffectsWorker
from app.workers.export import job_for, repeated
from mvit_core import load_model, open_video
from mvit_core.errors import CaptureError, SessionError
from mvit_core.explaining import UNCHANGED, Changes, HeadPlace, Target
from mvit_core.explaining.ablation import Ablation
from mvit_core.model import MViT
from mvit_core.pipeline import Explainer
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press, source
from tests.toys import toy_config, write_toy_checkpoint

pytestmark = pytest.mark.gui
Key = Qt.Key
CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
OFF = HeadPlace(2, 1)


def effects(lens):
    return lens.controller.results.effects


def shown(lens):
    return lens.controller.results.shown.result


def filled(qtbot, lens):
    qtbot.waitUntil(
        lambda: effects(lens) is not None and effects(lens).coming == "ready", timeout=WAIT_MS
    )
    settle(qtbot, lens)


def switch(qtbot, lens, place=OFF):
    lens.controller.intents.heads_off.toggle(place)
    settle(qtbot, lens)


@pytest.fixture
def why(lens, qtbot):
    """The window with the effects of all heads."""
    press(qtbot, lens, Key.Key_W)
    filled(qtbot, lens)
    return lens


@pytest.fixture
def held(monkeypatch):
    """While it is closed, no effect but the first is found; open at first."""
    opened, plain, begun = threading.Event(), EffectsWorker.effect, []
    opened.set()

    def effect(self, asked, place, task):
        begun.append(place)
        while len(begun) > 1 and not opened.wait(0.005):
            task.check()
        return plain(self, asked, place, task)

    monkeypatch.setattr(EffectsWorker, "effect", effect)
    opened.begun = begun
    yield opened
    opened.set()


# -- what is found -------------------------------------------------------------------------------


@pytest.mark.parametrize("by", ["mean", "zero"])
def test_the_effects_shown_are_those_of_the_core(lens, qtbot, by, barcode_clip, toy_checkpoint):
    lens.controller.intents.heads_off.choose_by(by)
    press(qtbot, lens, Key.Key_W)
    filled(qtbot, lens)
    found = effects(lens)
    explainer = Explainer(load_model(toy_checkpoint))
    with open_video(barcode_clip) as video:
        window = explainer.windows(video)[0]
        captured = explainer.capture(video, window)
        means = explainer.head_means(video, windows=(window,)) if by == "mean" else None
        expected = Ablation(explainer.subject(video, captured), means).effects(found.asked.target)
    assert found.asked.by == expected.by == by
    assert found.values == {each.place: each.value for each in expected.effects}
    assert found.asked.target == Target(captured.predictions[0].index)


def test_nothing_is_found_outside_of_explain_until_it_is_asked_for(lens, qtbot):
    assert effects(lens).coming == "idle"
    panel = lens.panels.effects
    lens.docks.show("effects")
    click(qtbot, panel.again)
    filled(qtbot, lens)
    assert len(effects(lens).values) == sum(x.heads for x in lens.controller.results.layers)
    assert not panel.again.isVisibleTo(panel)


def test_heads_are_found_from_the_last_block_up(held, lens, qtbot):
    press(qtbot, lens, Key.Key_W)
    filled(qtbot, lens)
    assert held.begun == sorted(held.begun, key=lambda place: (-place.block, place.head))


def test_what_is_known_is_shown_while_the_rest_follows_and_a_stop_leaves_it(held, lens, qtbot):
    held.clear()
    press(qtbot, lens, Key.Key_W)
    qtbot.waitUntil(lambda: len(effects(lens).values) == 1, timeout=WAIT_MS)
    panel = lens.panels.effects
    rows = [row.value_words for row in panel.list.rows]
    assert rows[0] != "…"
    assert set(rows[1:]) == {"…"}
    qtbot.waitUntil(
        lambda: any(j.key == "effects" and j.state == "running" for j in _jobs(lens)),
        timeout=WAIT_MS,
    )
    qtbot.waitUntil(lambda: _evidence_is_there(lens), timeout=WAIT_MS)
    press(qtbot, lens, Key.Key_Period, CONTROL)
    qtbot.waitUntil(lambda: effects(lens).coming == "stopped", timeout=WAIT_MS)
    assert panel.coming.text() == "Stopped."
    assert len(effects(lens).values) == 1
    held.set()
    click(qtbot, panel.again)
    filled(qtbot, lens)
    assert held.begun.count(held.begun[0]) == 1  # what was known is not found again


def _jobs(lens):
    return lens.controller.results.jobs


def _evidence_is_there(lens):
    return not shown(lens).is_quick and not any(
        j.key in ("evidence", "explain") and j.state == "running" for j in _jobs(lens)
    )


def test_effects_that_cannot_be_found_say_why_and_are_tried_again_when_asked(
    monkeypatch, lens, qtbot
):
    plain = EffectsWorker.effect

    def refuse(*_):
        raise CaptureError("the weights overflow; use another checkpoint")

    monkeypatch.setattr(EffectsWorker, "effect", refuse)
    press(qtbot, lens, Key.Key_W)
    qtbot.waitUntil(
        lambda: effects(lens) is not None and effects(lens).coming == "failed", timeout=WAIT_MS
    )
    panel = lens.panels.effects
    assert "weights overflow" in panel.coming.text()
    assert "weights overflow" in messages(lens)
    assert panel.again.text() == "Again"
    monkeypatch.setattr(EffectsWorker, "effect", plain)
    click(qtbot, panel.again)
    filled(qtbot, lens)


def test_the_effects_of_a_window_and_class_are_kept(held, why, qtbot):
    first, count = dict(effects(why).values), len(held.begun)
    other = shown(why).predictions[1].index
    why.controller.intents.why.explain(other)
    filled(qtbot, why)
    assert effects(why).asked.target == Target(other)
    assert dict(effects(why).values) != first
    assert len(held.begun) == 2 * count
    press(qtbot, why, Key.Key_Z, CONTROL)
    filled(qtbot, why)
    assert dict(effects(why).values) == first
    assert len(held.begun) == 2 * count


# -- heads that are off --------------------------------------------------------------------------


def test_the_series_and_the_average_stay_those_of_all_heads(lens, qtbot):
    results = lambda: lens.controller.results  # noqa: E731 - short and local
    before = results().series.lines[0].values[0]
    best = shown(lens).predictions[0].probability
    assert before == pytest.approx(best)
    switch(qtbot, lens, HeadPlace(3, 0))
    assert shown(lens).predictions[0].probability != best
    assert results().series.lines[0].values[0] == before
    assert results().series.is_of_all_heads
    assert results().before[shown(lens).predictions[0].index] is not None
    states = results().window_states.states
    assert (states[0], set(states[1:])) == ("run", {"not_run"})
    lens.controller.intents.heads_off.all_on()
    settle(qtbot, lens)
    assert not results().series.is_of_all_heads
    assert results().before is None


def test_marks_keep_what_classes_had_before(lens, qtbot):
    before = {each.index: each.probability for each in shown(lens).predictions}
    switch(qtbot, lens)
    scores = lens.controller.results.before
    assert {i: float(scores[i]) for i in before} == pytest.approx(before)
    line = lens.panels.predictions.before
    assert line.words.text() == "before: 1 head is off (2/1)"
    lens.store.update(whole_video=True)
    assert line.words.text() == "The whole video is run with all heads on"


def test_a_session_keeps_heads_that_are_off(lens, qtbot, tmp_path):
    switch(qtbot, lens)
    target = tmp_path / "off.mvitlens"
    write_session(session_of(lens.store.state, Place(), tmp_path), target)
    kept = read_session(target).view["changes"]
    assert kept == Changes((OFF,))
    page = json.loads(target.read_text())
    del page["view"]["changes"], page["view"]["heads_by_block"]
    target.write_text(json.dumps(page))
    assert "changes" not in read_session(target).view  # one from before opens


@pytest.mark.parametrize(
    "places", [[{"block": 3, "head": 0}, {"block": 1, "head": 0}], [{"block": -1, "head": 0}]]
)
def test_a_session_with_heads_out_of_order_is_refused_by_name(places):
    kept = {**encode(UNCHANGED), "heads_off": places}
    with pytest.raises(SessionError, match="changes cannot be used: heads that are off are"):
        decode(kept, field_types(ViewState)["changes"], "changes")


def test_a_session_with_heads_that_the_model_lacks_opens_without_them_and_says_so(
    lens, qtbot, tmp_path
):
    state = lens.store.state
    wild = Changes((OFF, HeadPlace(2, 9), HeadPlace(77, 0)))
    assert fitted({"changes": wild}, lens.controller.results)["changes"] == Changes((OFF,))
    target = tmp_path / "wild.mvitlens"
    write_session(session_of(replace(state, changes=wild), Place(), tmp_path), target)
    lens.sessions.open(target)
    qtbot.waitUntil(lambda: lens.store.state.changes == Changes((OFF,)), timeout=WAIT_MS)
    assert "no head 2/9, 77/0" in messages(lens)
    settle(qtbot, lens)


def test_another_model_has_all_heads_on_and_the_window_says_so(lens, qtbot, tmp_path):
    switch(qtbot, lens)
    other = write_toy_checkpoint(tmp_path / "other.pyth", MViT(toy_config()).eval())
    lens.controller.load_model(source(other))
    qtbot.waitUntil(
        lambda: lens.controller.results.model.source.checkpoint == other, timeout=WAIT_MS
    )
    settle(qtbot, lens)
    assert not lens.store.state.changes
    assert "All heads are on" in messages(lens)


def test_a_head_is_switched_only_where_one_is_chosen(lens, qtbot):
    press(qtbot, lens, Key.Key_O, SHIFT)
    assert not lens.store.state.changes
    assert "Choose one head first" in messages(lens)
    lens.controller.intents.heads_off.toggle(HeadPlace(0, 40))
    lens.controller.intents.heads_off.alone(HeadPlace(0, 40))
    assert not lens.store.state.changes


def test_a_pinned_map_stays_with_its_heads(lens, qtbot, tmp_path):
    switch(qtbot, lens)
    values = shown(lens).maps.values
    press(qtbot, lens, Key.Key_P)
    lens.controller.intents.heads_off.all_on()
    settle(qtbot, lens)
    assert not np.array_equal(shown(lens).maps.values, values)
    lens.store.update(view="compare")
    qtbot.waitUntil(
        lambda: (
            len(lens.controller.results.panes) == 2
            and lens.controller.results.panes[1].heatmap is not None
        ),
        timeout=WAIT_MS,
    )
    now, pinned = lens.controller.results.panes
    assert "heads off: 2/1" in pinned.title
    assert "heads off" not in now.title
    np.testing.assert_array_equal(pinned.heatmap.values, values.mean(axis=0))
    job = job_for(lens.store.state, lens.controller.results, tmp_path)
    assert [str(pane.changes.words) for pane in job.request.comparison.panes] == [
        "",
        "heads off: 2/1",
    ]


def test_an_export_takes_the_heads_that_are_off_and_a_repeated_one_those_of_now(
    lens, qtbot, tmp_path
):
    switch(qtbot, lens)
    job = job_for(lens.store.state, lens.controller.results, tmp_path)
    window = lens.controller.results.windows[0]
    assert job.request.changes == Changes((OFF,), mean_of=(window,))
    lens.controller.intents.heads_off.all_on()
    settle(qtbot, lens)
    again = repeated(job, lens.store.state, lens.controller.results)
    assert again.request.changes == UNCHANGED


# -- means ---------------------------------------------------------------------------------------


def test_the_mean_is_of_the_windows_run_so_far_until_the_clip_is_run(why, qtbot):
    results = lambda: why.controller.results  # noqa: E731 - short and local
    assert results().mean_of == results().windows[:1]
    panel, first = why.panels.effects, dict(effects(why).values)
    assert panel.mean.text() == "mean of 1 window"
    assert panel.better.text() == "Run the clip for a better one"
    switch(qtbot, why)
    of_one = shown(why).predictions
    click(qtbot, panel.better)
    qtbot.waitUntil(lambda: results().mean_of == results().windows, timeout=WAIT_MS)
    filled(qtbot, why)
    assert panel.mean.text() == f"mean of {len(results().windows)} windows"
    assert not panel.better.isVisibleTo(panel)
    assert dict(effects(why).values) != first
    assert shown(why).predictions != of_one


def test_a_window_that_is_run_meanwhile_changes_no_number(why, qtbot):
    results = lambda: why.controller.results  # noqa: E731 - short and local
    switch(qtbot, why)
    said = shown(why).predictions
    press(qtbot, why, Key.Key_PageDown)
    settle(qtbot, why)
    assert results().shown.result.request.window == results().windows[1]
    press(qtbot, why, Key.Key_PageUp)
    settle(qtbot, why)
    assert results().mean_of == results().windows[:1]
    assert shown(why).predictions == said


# -- words and widgets ---------------------------------------------------------------------------


def test_words_name_the_first_heads_and_count_the_rest():
    several = Changes(tuple(HeadPlace(block, 0) for block in range(6)))
    assert off_words(several) == "heads off: 0/0, 1/0, 2/0, 3/0 and 2 more"
    assert before_words(several).startswith("before: 6 heads are off (0/0")
    assert (off_words(UNCHANGED), before_words(UNCHANGED)) == ("", "")


def test_words_say_what_a_number_is_and_the_way_to_more():
    def info(by="mean", windows=2, run=0, every=4, coming="ready"):
        asked = EffectsRequest(None, Target(1), by, (None,) * windows)
        return EffectsInfo(asked, {}, ("a", ""), coming, "no", run, every)

    assert mean_words(info()) == ("mean of 2 windows", "Run the clip for a better one")
    assert mean_words(info(run=4)) == ("mean of 2 windows", "Take all 4 that were run")
    assert mean_words(info(windows=4)) == ("mean of 4 windows", "")
    assert mean_words(info(by="zero")) == ("", "")
    assert "gives its mean" in effects_note(info())
    assert "offset" in effects_note(info(by="zero"))
    assert coming_words(info(coming="failed")) == ("The effects stopped: no", "Again")
    assert coming_words(info()) == coming_words(info(coming="waiting")) == ("", "")


def rows_of(values, off=()):
    places = [HeadPlace(block, head) for block in range(2) for head in range(2)]
    return tuple(
        HeadRow(place, value, place in off) for place, value in zip(places, values, strict=True)
    )


def test_the_order_of_the_list_rests_while_the_pointer_is_on_it(qtbot):
    heads = EffectList()
    qtbot.addWidget(heads)
    heads.resize(240, 200)
    heads.show_rows(rows_of((0.1, None, -2.0, 0.5)))
    assert [row.value for row in heads.rows] == [-2.0, 0.5, 0.1, None]
    heads.setAttribute(Qt.WidgetAttribute.WA_UnderMouse)
    heads.show_rows(rows_of((0.1, 7.0, -2.0, 0.5)))
    assert [row.value for row in heads.rows] == [-2.0, 0.5, 0.1, 7.0]
    heads.setAttribute(Qt.WidgetAttribute.WA_UnderMouse, False)
    heads.leaveEvent(None)
    assert [row.value for row in heads.rows] == [7.0, -2.0, 0.5, 0.1]


@pytest.mark.parametrize("kind", [EffectList, EffectTable])
def test_a_head_says_itself_and_a_place_without_one_does_nothing(qtbot, kind):
    heads, asked = kind(), []
    qtbot.addWidget(heads)
    heads.toggled.connect(asked.append)
    heads.show_rows(())
    assert heads.cursor_place is None
    QTest.keyClick(heads, Key.Key_Space)
    heads.resize(240, 200)
    heads.show_rows(rows_of((0.1, -1.5, None, 0.5), off=(HeadPlace(0, 1),)))
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=QPoint(230, 198))
    assert asked == []
    place = HeadPlace(0, 1)
    QTest.mouseClick(heads, Qt.MouseButton.LeftButton, pos=heads.box_of(place).center())
    assert asked == [place]
    heads.show_rows(rows_of((0.1, -1.6, None, 0.5), off=(place,)))
    assert heads.accessibleName() == "Head 0/1: −1.60 logit, off"
    assert heads.box_of(HeadPlace(9, 9)).isEmpty()


def test_the_arrows_go_through_the_table_as_it_lies(qtbot):
    table = EffectTable()
    qtbot.addWidget(table)
    table.show_rows(rows_of((0.1, 0.2, 0.3, 0.4)))
    went = []
    for key in (Key.Key_Right, Key.Key_Right, Key.Key_Down, Key.Key_Left, Key.Key_Up, Key.Key_Up):
        QTest.keyClick(table, key)
        went.append(str(table.cursor_place))
    assert went == ["0/1", "0/1", "1/1", "1/0", "0/0", "0/0"]


def test_a_session_keeps_the_heads_and_the_means_of_a_pinned_map(lens, qtbot):
    switch(qtbot, lens)
    press(qtbot, lens, Key.Key_P)
    (pane,) = lens.store.state.panes
    assert pane.changes == Changes((OFF,), mean_of=lens.controller.results.windows[:1])
    kept = json.loads(json.dumps(encode(lens.store.state.panes)))
    assert decode(kept, field_types(ViewState)["panes"], "panes") == (pane,)
    kept[0]["changes"]["mean_of"] = [7]
    with pytest.raises(SessionError, match="mean_of is 7, which is no ClipWindow"):
        decode(kept, field_types(ViewState)["panes"], "panes")
