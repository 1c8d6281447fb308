"""explain.md 4, what if: tubes painted on the canvas by mouse and keys, on the shipped demo."""

import json

import numpy as np
import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

from app.dialogs.export.dialog import ExportDialog
from mvit_core.demo.samples import demo_checkpoint, demo_samples
from tests.app.acceptance.person import (
    CONTROL,
    LEFT,
    SHIFT,
    Key,
    both_looks,
    click,
    dialog,
    go,
    keys,
    pixels_of,
    rest,
    title,
    write,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
FRAME = 20


@pytest.fixture(scope="module")
def scene():
    """A shipped clip with one actor, which leaves room for a box of its size elsewhere."""
    return next(each for each in demo_samples() if each.truth.second is None)


@pytest.fixture
def demo(use, scene):
    """``use`` with the scene and the shipped model."""

    def use_scene(act):
        return use(act, scene.clip, "--checkpoint", demo_checkpoint())

    return use_scene


def around(scene, window):
    """The box around everything that the actor covers in the window shown."""
    boxes = np.array([scene.truth.boxes_px[i] for i in shown(window).frame_indices])
    return (*boxes[:, :2].min(axis=0), *boxes[:, 2:].max(axis=0))


def beside(scene, window):
    """A box in the corner that lies farthest from the actor."""
    left, top, right, bottom = around(scene, window)
    size, side = scene.truth.size, scene.truth.size // 5
    x = 1 if left > size - right else size - side - 1
    y = 1 if top > size - bottom else size - side - 1
    assert x + side <= left or right <= x or y + side <= top or bottom <= y
    return x, y, x + side, y + side


def shown(window):
    """The result on screen, which is the one asked for."""
    results = window.controller.results
    assert results.shown.result.request == results.request
    return results.shown.result


def heat_seen(window):
    return pixels_of(window.stage.canvas.heat.image)


def probability(window, name):
    return next(p.probability for p in shown(window).predictions if p.name == name)


def paint(qtbot, window, box):
    """Shift+E, and a drag from corner to corner."""
    keys((Key.Key_E, SHIFT))
    drag(window, box[:2], box[2:])
    rest(qtbot, window)


def drag(window, start, end):
    canvas = window.stage.canvas
    first, last = (canvas.view_of(x - 0.5, y - 0.5).toPoint() for x, y in (start, end))
    QTest.mouseMove(canvas, first)
    QTest.mousePress(canvas, LEFT, pos=first)
    for part in (0.3, 0.7, 1.0):
        way = (last - first) * part
        QTest.mouseMove(canvas, first + QPoint(way.x(), way.y()))
    QTest.mouseRelease(canvas, LEFT, pos=last)


def tubes(window):
    return window.store.state.changes.tubes


def the_list(window):
    """The words of the tubes in the list."""
    return [row.words.full_text for row in window.panels.effects.what_if.rows]


@both_looks
def test_the_actor_erased_takes_the_class_and_undone_gives_exact_numbers_again(
    demo, qtbot, looks, scene
):
    def act(window):
        go(qtbot, window, str(FRAME))
        keys((Key.Key_2, Qt.KeyboardModifier.AltModifier))  # Explain
        rest(qtbot, window)
        before, seen, name = shown(window), heat_seen(window), scene.class_name
        assert probability(window, name) > 0.9
        wanted = around(scene, window)
        paint(qtbot, window, wanted)
        (tube,) = tubes(window)
        assert np.allclose(tube.box.corners, wanted, atol=1.5)
        assert {tube.first, tube.last} == {
            before.request.window.start,
            before.request.window.stop - 1,
        }
        assert probability(window, name) < 0.5
        assert not np.array_equal(heat_seen(window), seen)
        listed = [row[0] for row in window.panels.predictions.bars.rows()]
        assert name in listed  # whatever its rank is now
        line, one = window.panels.predictions.before, "1 tube erased"
        if looks == "en":
            assert one in line.words.text()
            assert one in title(window)
            assert line.all_on.text() == "Undo all"
        assert line.isVisible()
        assert len(the_list(window)) == 1
        window.stage.canvas.setFocus()
        keys((Key.Key_Z, CONTROL))
        rest(qtbot, window)
        assert tubes(window) == ()
        assert shown(window).predictions == before.predictions
        assert np.array_equal(heat_seen(window), seen)
        assert not line.isVisible()
        keys((Key.Key_Z, CONTROL | SHIFT))
        rest(qtbot, window)
        assert probability(window, name) < 0.5
        click(line.all_on)
        rest(qtbot, window)
        assert shown(window).predictions == before.predictions

    assert demo(act) == 0


def test_a_tube_beside_the_actor_leaves_the_class_and_is_moved_and_removed_by_keys(
    demo, qtbot, scene
):
    def act(window):
        go(qtbot, window, str(FRAME))
        rest(qtbot, window)
        name, before = scene.class_name, shown(window).predictions
        wanted = beside(scene, window)
        paint(qtbot, window, wanted)
        assert probability(window, name) > 0.9
        assert shown(window).predictions != before
        (tube,) = tubes(window)
        window.stage.canvas.setFocus()
        keys(Key.Key_Up, Key.Key_Left, (Key.Key_Down, SHIFT))
        rest(qtbot, window)
        left, top, right, bottom = tube.box.corners
        x, y = -min(1, left), -min(1, top)
        assert tubes(window)[0].box.corners == pytest.approx(
            (left + x, top + y, right + x, min(bottom + y + 1, scene.truth.size))
        )
        keys((Key.Key_Z, CONTROL))  # quick keys are one step
        assert tubes(window) == (tube,)
        keys(Key.Key_Delete)
        rest(qtbot, window)
        assert tubes(window) == ()
        assert shown(window).predictions == before
        keys((Key.Key_E, SHIFT), Key.Key_Return, Key.Key_Escape)  # in the middle, by keys alone
        assert len(tubes(window)) == 1
        assert window.store.state.tube is None
        keys((Key.Key_E, SHIFT), Key.Key_Escape)
        assert window.store.state.drawing == ""
        rest(qtbot, window)

    assert demo(act) == 0


def test_kind_and_frames_are_chosen_in_the_list_and_each_tube_is_removed_there(both, qtbot):
    def act(window):
        go(qtbot, window, str(FRAME))
        keys((Key.Key_2, Qt.KeyboardModifier.AltModifier))
        rest(qtbot, window)
        part = window.panels.effects.what_if
        paint(qtbot, window, (40, 10, 150, 100))
        erased = shown(window).predictions
        pick(part.what, "freeze")
        rest(qtbot, window)
        assert tubes(window)[0].what == "freeze"
        assert shown(window).predictions != erased
        pick(part.span, "clip")
        rest(qtbot, window)
        count = window.controller.results.video.frame_count
        assert (tubes(window)[0].first, tubes(window)[0].last) == (0, count - 1)
        part.last.setFocus()
        keys((Key.Key_A, CONTROL))
        write("9")
        keys(Key.Key_Return)
        rest(qtbot, window)
        assert (tubes(window)[0].first, tubes(window)[0].last) == (0, 9)
        assert "0–9" in the_list(window)[0]
        assert window.stage.canvas.tubes.scene is None  # at frame 20 it is not there
        window.stage.canvas.setFocus()
        paint(qtbot, window, (5, 5, 30, 30))
        assert tubes(window)[1].what == "freeze"  # as the one before
        assert tubes(window)[1].last == count - 1
        click(part.rows[0].words)
        rest(qtbot, window)
        assert window.store.state.frame == 0
        assert window.stage.canvas.tubes.scene.chosen == 0
        click(part.rows[0].cross)
        rest(qtbot, window)
        assert len(tubes(window)) == len(the_list(window)) == 1
        click(part.off)
        rest(qtbot, window)
        assert tubes(window) == ()
        assert not part.off.isVisible()

    assert both(act) == 0


def pick(field, value):
    """Choose a row of a combo box by keys."""
    field.setFocus()
    keys(Key.Key_Home, *[Key.Key_Down] * field.findData(value))


def test_exports_say_which_tubes_were_painted_and_draw_their_outlines(demo, qtbot, scene, tmp_path):
    made = {}

    def act(window):
        go(qtbot, window, str(FRAME))
        rest(qtbot, window)
        made["box"] = around(scene, window)
        paint(qtbot, window, made["box"])
        window.stage.canvas.setFocus()
        for ending in ("png", "npz", "csv"):
            target = tmp_path / f"erased.{ending}"
            keys((Key.Key_E, CONTROL))
            dialog(qtbot, ExportDialog).target.setFocus()
            keys((Key.Key_A, CONTROL))
            write(str(target))
            keys(Key.Key_Return)
            qtbot.waitUntil(target.exists, timeout=WAIT_MS)
            rest(qtbot, window)

    assert demo(act) == 0
    picture = QImage(str(tmp_path / "erased.png"))
    (tube,) = json.loads(picture.text("Comment"))["tubes"]
    assert tube["what"] == "mean"
    assert np.allclose(tube["box"], made["box"], atol=1.5)
    left, top, right, _ = (round(edge) for edge in tube["box"])
    across = picture.width() / scene.truth.size
    row = pixels_of(picture)[round(top * across), round(left * across) : round(right * across)]
    assert {(0, 0, 0), (255, 255, 255)} <= {tuple(pixel) for pixel in row.tolist()}  # dashes
    with np.load(tmp_path / "erased.npz") as kept:
        assert json.loads(str(kept["facts"]))["tubes"] == [tube]
    head, first, *_ = (tmp_path / "erased.csv").read_text("utf-8").splitlines()
    assert head.endswith("tubes")
    assert "mean:" in first


def test_a_tube_beside_the_frame_is_refused_with_a_word_and_without_a_model_none_is_painted(
    both, use, qtbot, barcode_clip
):
    def aim_beside(window):
        go(qtbot, window, str(FRAME))
        rest(qtbot, window)
        keys((Key.Key_E, SHIFT))
        drag(window, (-40, -30), (-4, -3))
        assert any("beside the frame" in toast.text for toast in told(window))
        assert window.store.state.drawing == "tube"  # for another try
        assert tubes(window) == ()
        keys(Key.Key_Escape)

    def without_model(window):
        keys((Key.Key_E, SHIFT))
        assert window.store.state.drawing == ""
        assert not window.panels.effects.what_if.isVisible()

    assert both(aim_beside) == 0
    assert use(without_model, barcode_clip) == 0


def told(window):
    return [toast.message for toast in window.messages.toasts]


def test_another_clip_has_no_tubes_and_that_is_said(both, qtbot, scene):
    def act(window):
        paint(qtbot, window, (10, 10, 60, 60))
        assert len(tubes(window)) == 1
        window.controller.open_video(scene.clip)
        qtbot.waitUntil(lambda: window.controller.results.video.path == scene.clip, timeout=WAIT_MS)
        rest(qtbot, window)
        assert tubes(window) == ()
        assert any("are gone: 1" in message.text for message in told(window))

    assert both(act) == 0
