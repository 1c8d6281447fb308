"""Series over the clip, predictions of the whole video, and the list of classes."""

import csv
from dataclasses import replace
from io import StringIO

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication

from app.controller.survey_cache import SurveyCache
from app.results import PredictionInfo
from app.results.survey import WindowSurvey
from app.state.view_state import MOST_PINNED
from app.text.class_list import listed_classes
from app.window.fitting import fitted
from app.workers.survey import PieceByPiece
from app.workers.worker import Interrupted
from mvit_core import load_model, open_video
from mvit_core.errors import Cancelled
from mvit_core.multiview import mean_scores, view_scores
from mvit_core.video.multi_view import ViewPlan, plan_views, preprocessing_for
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, press

gui = pytest.mark.gui


def series(window):
    return window.controller.results.series


def run_clip(qtbot, window):
    click(qtbot, window.panels.timeline.series_head.run)
    qtbot.waitUntil(lambda: series(window).known == series(window).total, timeout=WAIT_MS)


def scores_of(checkpoint, clip, plan):
    loaded = load_model(checkpoint, device="cpu")
    spec = preprocessing_for(loaded.clip_spec, plan)
    with open_video(clip) as video:
        views = plan_views(video.frame_count, video.fps, spec, plan)
        return [view_scores(loaded, video, view, spec) for view in views]


def toggle_pin(qtbot, window, row):
    bars = window.panels.predictions.bars
    place = bars.visualRect(bars.model().index(row, 0))
    qtbot.mouseClick(bars.viewport(), Qt.MouseButton.LeftButton, pos=place.topLeft() + QPoint(8, 8))


@gui
def test_windows_that_were_looked_at_are_in_the_series_for_free(lens, qtbot):
    assert (series(lens).known, series(lens).total) == (1, 3)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)
    assert series(lens).known == 2
    assert series(lens).lines[0].values[2] is None


@gui
def test_the_button_runs_the_rest_and_the_values_are_those_of_the_model(
    lens, qtbot, toy_checkpoint, barcode_clip
):
    head = lens.panels.timeline.series_head
    assert head.run.text().startswith("Run the whole clip, about")
    run_clip(qtbot, lens)
    assert not head.run.isVisible()
    scores = scores_of(toy_checkpoint, barcode_clip, ViewPlan())
    assert series(lens).lines[0].values == pytest.approx([s.max() for s in scores], abs=1e-5)
    assert lens.store.state.frame == 0


@gui
def test_a_step_of_the_series_names_its_value_and_leads_to_its_frame(lens, qtbot):
    run_clip(qtbot, lens)
    track = lens.panels.timeline.track
    top = sum(row.height for row in track.rows[:2])
    spot = QPoint(round(track.x_of(20.5)), top + 12)
    qtbot.mouseMove(track, spot)
    best, value = series(lens).best[1], series(lens).lines[0].values[1]
    assert f"window 2: {best} {value:.3f}" in track.hover_picture.words
    qtbot.mouseClick(track, Qt.MouseButton.LeftButton, pos=spot)
    assert lens.store.state.frame == 20


@gui
def test_steps_are_drawn_only_where_windows_were_run(lens, qtbot):
    track = lens.panels.timeline.track
    image = track.grab().toImage()
    y = sum(row.height for row in track.rows[:2]) + track.rows[2].height - 6

    def colour(frame):
        return image.pixelColor(round(track.x_of(frame + 0.5)), y)

    assert colour(10) != colour(30) == colour(38)


@gui
def test_entropy_and_mass_follow_the_block_and_head_without_another_run(lens, qtbot):
    run_clip(qtbot, lens)
    head = lens.panels.timeline.series_head
    next(a for a in head.title.menu().actions() if a.data() == "entropy").trigger()
    here = series(lens).lines[0].values
    assert all(0 <= value <= 1 for value in here)
    lens.store.update(block=0)
    settle(qtbot, lens)
    assert series(lens).known == 3
    assert series(lens).lines[0].values != here
    lens.actions_table.run("view.next_series")
    sink = lens.controller.results.shown.result.maps.pick("mean").sink
    assert series(lens).lines[0].values[0] == pytest.approx(1 - sink, abs=1e-5)
    lens.actions_table.run("view.next_series")
    assert series(lens) is None
    assert not head.isVisible()
    lens.store.undo()
    assert series(lens).kind == "kept"


@gui
def test_running_the_clip_can_be_stopped_and_keeps_what_it_has(lens, qtbot):
    click(qtbot, lens.panels.timeline.series_head.run)
    lens.actions_table.run("attention.cancel")
    qtbot.waitUntil(lambda: not lens.controller.results.is_busy, timeout=WAIT_MS)
    assert series(lens).known >= 1
    run_clip(qtbot, lens)


@gui
def test_a_preference_runs_the_clip_unasked(lens, qtbot):
    lens.preferences.update(series_at_once=True)
    qtbot.waitUntil(lambda: series(lens).known == 3, timeout=WAIT_MS)


@gui
def test_pinned_classes_are_always_listed_and_plotted(lens, qtbot):
    run_clip(qtbot, lens)
    last = lens.controller.results.shown.result.predictions[-1]
    lens.controller.intents.pin_class(last.index)
    bars = lens.panels.predictions.bars
    assert len(bars.rows()) == 6
    assert bars.rows()[-1][0] == last.name
    assert series(lens).lines[1].name == last.name
    assert series(lens).lines[1].values[0] == pytest.approx(last.probability, abs=1e-6)
    assert last.name in lens.panels.timeline.series_head.words.text()


@gui
def test_the_box_of_a_class_pins_it_and_space_unpins_it(lens, qtbot):
    first = lens.controller.results.shown.result.predictions[0].index
    toggle_pin(qtbot, lens, 0)
    assert lens.store.state.pinned_classes == (first,)
    bars = lens.panels.predictions.bars
    bars.setFocus()
    bars.setCurrentIndex(bars.model().index(0, 0))
    qtbot.keyClick(bars, Qt.Key.Key_Space)
    assert lens.store.state.pinned_classes == ()
    assert not lens.store.state.playing
    lens.store.undo()
    assert lens.store.state.pinned_classes == (first,)


@gui
def test_more_classes_than_can_be_told_apart_are_not_pinned(lens):
    for index in range(MOST_PINNED + 1):
        lens.controller.intents.pin_class(index)
    assert len(lens.store.state.pinned_classes) == MOST_PINNED
    assert "unpin one first" in messages(lens)


@gui
def test_all_classes_can_be_listed_and_searched(lens, qtbot):
    panel = lens.panels.predictions
    assert not panel.search.isVisible()
    panel.top.setCurrentIndex(panel.top.findData(0))
    panel.top.activated.emit(2)
    assert len(panel.bars.rows()) == 7
    qtbot.keyClicks(panel.search, "class 3")
    assert [name for name, _ in panel.bars.rows()] == ["class 3"]
    qtbot.keyClicks(panel.search, "zzz")
    assert panel.bars.rows() == ()
    assert panel._note.text() == "No class is called so"


@gui
def test_the_whole_video_is_the_mean_over_its_windows(lens, qtbot, toy_checkpoint, barcode_clip):
    panel = lens.panels.predictions
    click(qtbot, panel.scopes.button(1))
    assert "1 of 3 views" in panel.video.words.text()
    click(qtbot, panel.video.run)
    average = lens.controller.results.average
    qtbot.waitUntil(lambda: lens.controller.results.average.known == 3, timeout=WAIT_MS)
    average = lens.controller.results.average
    mean = mean_scores(scores_of(toy_checkpoint, barcode_clip, ViewPlan()))
    shown = {each.index: each.probability for each in average.predictions}
    assert [shown[i] for i in range(7)] == pytest.approx(mean.tolist(), abs=1e-5)
    assert "Mean probability over 3 views" in panel.video.words.text()
    assert not panel.video.run.isVisible()
    assert lens.docks.titles["predictions"]._remark.full_text() == "whole video"
    assert series(lens).known == 3


@gui
def test_clips_and_crops_are_chosen_and_averaged(lens, qtbot, toy_checkpoint, barcode_clip):
    panel = lens.panels.predictions
    click(qtbot, panel.scopes.button(1))
    for box, value in ((panel.video.clips, 5), (panel.video.crops, 3)):
        box.setCurrentIndex(box.findData(value))
        box.activated.emit(box.currentIndex())
    assert lens.store.state.views == ViewPlan(5, 3)
    lens.actions_table.run("attention.average")
    qtbot.waitUntil(lambda: lens.controller.results.average.known == 15, timeout=WAIT_MS)
    mean = mean_scores(scores_of(toy_checkpoint, barcode_clip, ViewPlan(5, 3)))
    best = lens.controller.results.average.predictions[0]
    assert best.index == int(np.argmax(mean))
    assert best.probability == pytest.approx(mean.max(), abs=1e-5)


@gui
def test_another_plan_stops_the_one_before_and_can_be_run_at_once(lens, qtbot):
    lens.store.update(whole_video=True, views=ViewPlan(10, 3))
    lens.actions_table.run("attention.average")
    lens.store.update(views=ViewPlan(1))
    qtbot.waitUntil(lambda: not lens.controller.results.is_busy, timeout=WAIT_MS)
    assert lens.controller.results.average.known == 0
    click(qtbot, lens.panels.predictions.video.run)
    qtbot.waitUntil(lambda: lens.controller.results.average.known == 1, timeout=WAIT_MS)


@gui
def test_views_come_back_with_the_session_and_other_models_have_no_pins(lens, tmp_path, qtbot):
    lens.store.update(views=ViewPlan(4, 3), whole_video=True, pinned_classes=(2,), top_k=10)
    assert lens.sessions._write(tmp_path / "views.mvitlens")
    lens.store.update(views=ViewPlan(), whole_video=False, pinned_classes=(), top_k=5)
    lens.sessions.open(tmp_path / "views.mvitlens")
    state = lens.store.state
    assert (state.views, state.whole_video, state.pinned_classes) == (ViewPlan(4, 3), True, (2,))
    assert lens.panels.predictions.video.clips.currentData() == 4


@gui
def test_a_session_edited_by_hand_pins_only_classes_that_there_are(lens):
    view = fitted({"pinned_classes": (6, 7, -1, 6), "top_k": 3}, lens.controller.results)
    assert (view["pinned_classes"], view["top_k"]) == ((6,), 5)


@gui
def test_predictions_are_copied_as_text_and_as_csv(lens, qtbot):
    lens.actions_table.run("edit.copy_predictions")
    words = QGuiApplication.clipboard().text()
    first = lens.controller.results.shown.result.predictions[0]
    assert words.splitlines()[0].startswith("window 1, frames 0 to")
    assert first.name in words.splitlines()[1]
    copy = lens.panels.predictions.copy.menu().actions()[1]
    copy.trigger()
    rows = list(csv.DictReader(StringIO(QGuiApplication.clipboard().text())))
    assert len(rows) == 5
    assert float(rows[0]["probability"]) == first.probability
    assert "5 classes copied" in messages(lens)


@gui
def test_each_row_has_a_name_and_a_check_for_screen_readers(lens):
    model = lens.panels.predictions.bars.model()
    index = model.index(0, 0)
    assert "%" in index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert index.data(Qt.ItemDataRole.CheckStateRole) == Qt.CheckState.Unchecked


def classes(*probabilities):
    return tuple(PredictionInfo(i, f"class {i}", p) for i, p in enumerate(probabilities))


def test_a_pinned_class_keeps_its_rank_in_the_list():
    rows = listed_classes(classes(0.5, 0.3, 0.1, 0.1), 2, (3, 0))
    assert [(row.rank, row.index, row.slot) for row in rows] == [(1, 0, 1), (2, 1, -1), (4, 3, 0)]


def test_a_search_looks_at_every_class_and_at_all_of_its_words():
    found = listed_classes(classes(0.5, 0.3, 0.2), 1, (), search="2 CLASS")
    assert [row.index for row in found] == [2]


class TaskHandle:
    """Stops the work at a given step."""

    def __init__(self, at, error):
        self._left, self._error = at, error

    def step(self, done, total):
        self._left -= 1
        if self._left < 0:
            raise self._error


def test_work_that_was_interrupted_goes_on_where_it_was():
    told = []
    task = PieceByPiece([1, 2, 3], lambda piece, _: piece * 10, told.append)
    with pytest.raises(Interrupted):
        task(TaskHandle(2, Interrupted()))
    assert told == [10, 20]
    task(TaskHandle(9, Cancelled()))
    assert told == [10, 20, 30]


def test_an_estimate_is_that_of_the_last_windows_of_this_very_clip(lens):
    cache, request = SurveyCache(), lens.controller.results.request
    assert cache.seconds(request, request.spec) is None
    for seconds in (60.0, 8.0, 8.0, 9.0, 8.0, 90.0):  # the first one is the slowest by far
        cache.record(WindowSurvey(request, np.ones(7) / 7, ("a",) * 7, (), seconds))
    assert cache.seconds(request, request.spec) == 8.0
    other = replace(request, clip=request.clip.with_name("other.mp4"))
    assert cache.seconds(other, request.spec) is None
    assert cache.seconds(request, replace(request.spec, short_side=48)) is None
