"""Tubes painted on a clip: state, requests, sessions, words, and what goes wrong."""

from dataclasses import replace

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.state.json_codec import decode, encode, field_types
from app.state.session_file import Place, read_session, session_of, write_session
from app.state.view_state import MOST_TUBES, Loop, ViewState
from app.text.effects import before_words, changed_words, off_words
from app.window.fitting import fitted
from app.workers.export import job_for
from mvit_core.errors import SessionError
from mvit_core.explaining import TUBE_KINDS, UNCHANGED, Changes, HeadPlace, Tube
from mvit_core.model import MViT
from mvit_core.video.boxes import Box
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press, source
from tests.toys import toy_config, write_toy_checkpoint

pytestmark = pytest.mark.gui
Key = Qt.Key
SHIFT = Qt.KeyboardModifier.ShiftModifier
BOX = Box(40, 20, 120, 90)
TUBE = Tube("mean", BOX, 0, 39)


def tubes(lens):
    return lens.store.state.changes.tubes


def results(lens):
    return lens.controller.results


def shown(lens):
    return results(lens).shown.result


def add(qtbot, lens, box=BOX):
    lens.controller.intents.tubes.add(box)
    settle(qtbot, lens)


def drag(canvas, *places):
    QTest.mousePress(canvas, Qt.MouseButton.LeftButton, pos=places[0])
    for place in (*places[1:], places[-1] + QPoint(0, 0)):
        QTest.mouseMove(canvas, place)
    QTest.mouseRelease(canvas, Qt.MouseButton.LeftButton, pos=places[-1])


def test_a_tube_alone_leaves_the_heads_their_means_and_is_part_of_every_request(lens, qtbot):
    add(qtbot, lens)
    assert results(lens).request.changes == Changes(tubes=tubes(lens))  # no windows of a mean
    assert shown(lens).request.changes == results(lens).request.changes
    job = job_for(lens.store.state, results(lens), lens.store.state.clip.parent)
    assert job.request.changes.tubes == tubes(lens)
    lens.controller.intents.heads_off.toggle(HeadPlace(2, 1))
    settle(qtbot, lens)
    changes = results(lens).request.changes
    assert (changes.tubes, changes.heads_off) == (tubes(lens), (HeadPlace(2, 1),))
    assert changes.mean_of


def test_moved_while_it_is_run_nothing_of_another_place_is_shown_in_the_end(lens, qtbot):
    add(qtbot, lens)
    first = shown(lens).predictions
    lens.stage.canvas.setFocus()
    for _ in range(5):
        press(qtbot, lens, Key.Key_Left, SHIFT)
    assert results(lens).is_stale
    settle(qtbot, lens)
    assert tubes(lens)[0].box.right == BOX.right - 5
    assert shown(lens).request == results(lens).request
    assert shown(lens).predictions != first


def test_a_tube_is_moved_whole_and_by_a_handle_with_the_mouse(lens, qtbot):
    add(qtbot, lens)
    canvas = lens.stage.canvas
    at = lambda x, y: canvas.view_of(x - 0.5, y - 0.5).toPoint()  # noqa: E731 - short and local
    drag(canvas, at(60, 50), at(65, 50), at(70, 55))
    settle(qtbot, lens)
    moved = tubes(lens)[0].box
    assert moved.corners == pytest.approx((50, 25, 130, 95), abs=1.5)
    drag(canvas, at(moved.right, moved.bottom), at(120, 85), at(110, 75))
    settle(qtbot, lens)
    assert tubes(lens)[0].box.corners == pytest.approx((50, 25, 110, 75), abs=2.5)
    QTest.mouseClick(canvas, Qt.MouseButton.LeftButton, pos=at(180, 100))  # beside it
    assert lens.store.state.tube is None


@pytest.mark.parametrize("box", [Box(-9, -9, -1, -1), Box(5, 5, 5.4, 9), Box(300, 5, 400, 9)])
def test_a_tube_without_a_pixel_of_the_frame_is_refused_with_a_word(lens, qtbot, box):
    add(qtbot, lens, box)
    assert tubes(lens) == ()
    assert "Nothing was painted" in messages(lens)


def test_a_tube_is_cut_off_at_the_frame(lens, qtbot):
    add(qtbot, lens, Box(-20, 30, 500, 400))
    assert tubes(lens)[0].box == Box(0, 30, 192, 108)


def test_there_are_so_many_tubes_and_no_more(lens, qtbot):
    many = tuple(replace(TUBE, first=i) for i in range(MOST_TUBES))
    lens.store.update(changes=Changes(tubes=many))
    lens.controller.intents.tubes.paint()
    assert lens.store.state.drawing == ""
    assert f"There are {MOST_TUBES} tubes" in messages(lens)
    settle(qtbot, lens)


def test_the_span_is_the_window_the_loop_or_the_whole_clip(lens, qtbot):
    intents, window = lens.controller.intents.tubes, results(lens).window(0)
    intents.choose_span("loop")
    assert "no loop" in messages(lens)
    lens.store.update(loop=Loop("range", 3, 7))
    spans = {"window": (window.start, window.stop - 1), "loop": (3, 7), "clip": (0, 39)}
    for span, frames in spans.items():
        intents.choose_span(span)
        intents.add(BOX)
        assert (tubes(lens)[-1].first, tubes(lens)[-1].last) == frames
        intents.pick(None)
    intents.pick(0)
    intents.choose_frames(9, 2)
    intents.choose_frames(0, 40)
    assert (tubes(lens)[0].first, tubes(lens)[0].last) == spans["window"]
    settle(qtbot, lens)


def test_a_tube_beside_what_the_model_sees_is_listed_as_such(lens, qtbot):
    part = lens.panels.effects.what_if
    lens.docks.show("effects")
    lens.store.update(changes=Changes(tubes=(TUBE, replace(TUBE, box=Box(0, 0, 4, 108)))))
    settle(qtbot, lens)
    one, other = (row.words.full_text for row in part.rows)
    assert "beside" not in one
    assert "beside what the model sees" in other


def test_the_classes_of_before_stay_and_undo_all_switches_heads_on_too(lens, qtbot):
    before = shown(lens).predictions
    add(qtbot, lens)
    lens.controller.intents.heads_off.toggle(HeadPlace(2, 1))
    settle(qtbot, lens)
    line = lens.panels.predictions.before
    assert line.words.text() == "before: 1 head is off (2/1), 1 tube erased"
    assert before[0].name in [row[0] for row in lens.panels.predictions.bars.rows()]
    lens.store.update(whole_video=True)
    assert line.words.text() == "The whole video is run with nothing changed"
    lens.store.update(whole_video=False)
    line.all_on.click()
    settle(qtbot, lens)
    assert lens.store.state.changes == UNCHANGED
    assert shown(lens).predictions == before
    lens.store.undo()
    assert len(tubes(lens)) == len(lens.store.state.changes.heads_off) == 1
    settle(qtbot, lens)


def test_a_session_keeps_tubes_and_one_with_tubes_beyond_the_clip_opens_without_and_says_so(
    lens, qtbot, tmp_path
):
    wild = (replace(TUBE, last=99), TUBE, replace(TUBE, box=Box(0, 0, 4000, 9)))
    target = tmp_path / "tubes.mvitlens"
    state = replace(lens.store.state, changes=Changes(tubes=wild), tube_what="blur")
    write_session(session_of(state, Place(), tmp_path), target)
    assert read_session(target).view["changes"].tubes == wild
    many = Changes(tubes=(TUBE,) * (MOST_TUBES + 3))
    assert len(fitted({"changes": many}, results(lens))["changes"].tubes) == MOST_TUBES
    lens.sessions.open(target)
    qtbot.waitUntil(lambda: tubes(lens) == (TUBE,), timeout=WAIT_MS)
    assert lens.store.state.tube_what == "blur"
    assert "beyond the clip were dropped: 2" in messages(lens)
    settle(qtbot, lens)


@pytest.mark.parametrize("wrong", [{"what": "hide"}, {"first": 9, "last": 2}, {"box": 4}])
def test_a_session_with_a_tube_that_is_none_is_refused_by_name(wrong):
    kept = encode(Changes(tubes=(TUBE,)))
    kept["tubes"][0] |= wrong
    with pytest.raises(SessionError, match="changes"):
        decode(kept, field_types(ViewState)["changes"], "changes")


def test_another_model_keeps_the_tubes_of_the_clip(lens, qtbot, tmp_path):
    add(qtbot, lens)
    torch.manual_seed(5)
    other = write_toy_checkpoint(tmp_path / "other.pyth", MViT(toy_config()))
    before = shown(lens).predictions
    lens.controller.load_model(source(other))
    qtbot.waitUntil(lambda: results(lens).model.source.checkpoint == other, timeout=WAIT_MS)
    settle(qtbot, lens)
    assert tubes(lens)[0].box == BOX
    assert "All heads are on" not in messages(lens)
    assert shown(lens).predictions != before


@pytest.mark.parametrize("what", TUBE_KINDS)
def test_each_kind_has_words_for_one_tube_and_for_several(what):
    one, two = (Changes(tubes=(replace(TUBE, what=what),) * n) for n in (1, 2))
    assert changed_words(one) == f"1 tube {TUBE_KINDS[what].words}"
    assert changed_words(two) == f"2 tubes {TUBE_KINDS[what].words}"
    assert before_words(one) == f"before: 1 tube {TUBE_KINDS[what].words}"
    assert off_words(one) == ""
    both = changed_words(replace(one, heads_off=(HeadPlace(2, 1),)))
    assert both == f"heads off: 2/1 · 1 tube {TUBE_KINDS[what].words}"
