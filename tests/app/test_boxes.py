"""Detection, encoders and several heads in the real window, by mouse and keys."""

import csv
import json
from dataclasses import fields

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.state.session_file import kept_view
from mvit_core.model import MViT, MViTConfig
from mvit_core.model.families import build_network
from mvit_core.model.pretraining import PretrainingConfig
from mvit_core.video.boxes import Box
from tests.app.conftest import WAIT_MS, is_settled, settle
from tests.app.helpers import click, messages, press
from tests.checkpoint.tiny import cfg, cfg_text, tiny, weights

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def kept(tmp_path):
    def keep(content):
        path = tmp_path / "checkpoint.pyth"
        torch.save(content, path)
        return path

    return keep


@pytest.fixture
def detector(kept):
    given = cfg(tiny())
    given["MODEL"]["HEAD_ACT"] = "sigmoid"
    given["DETECTION"] = {"ENABLE": True, "SPATIAL_SCALE_FACTOR": 16}
    return kept({"model_state": weights(MViT(tiny())).state_dict(), "cfg": json.dumps(given)})


@pytest.fixture
def encoder(kept):
    options = {field.name: getattr(tiny(), field.name) for field in fields(MViTConfig)}
    model = build_network(PretrainingConfig(**options | {"num_classes": 0, "readout": "none"}))
    given = {**cfg(tiny()), "MASK": {"ENABLE": True, "PRETRAIN_DEPTH": [3]}}
    state = weights(model).state_dict() | {"mask_token": torch.zeros(1, 1, 8)}
    return kept({"model_state": state, "cfg": json.dumps(given)})


@pytest.fixture
def two_heads(kept):
    state = weights(MViT(tiny())).state_dict()
    del state["head.projection.weight"], state["head.projection.bias"]
    for name, classes in (("verb", 5), ("noun", 3)):
        torch.manual_seed(classes)
        state[f"fc_{name}.weight"] = torch.randn(classes, 32)
        state[f"fc_{name}.bias"] = torch.randn(classes)
    return kept({"model_state": state, "cfg": cfg_text(tiny())})


@pytest.fixture
def detecting(boot, barcode_clip, detector):
    return boot(clip=barcode_clip, checkpoint=detector)


def at(window, x, y):
    """The place on the canvas of a corner point of the frame."""
    return window.stage.canvas._view().to_view(x, y).toPoint()


def drag(window, start, end):
    canvas = window.stage.canvas
    first, last = at(window, *start), at(window, *end)
    QTest.mouseMove(canvas, first)
    QTest.mousePress(canvas, LEFT, pos=first)
    for part in (0.3, 0.7, 1.0):
        way = (last - first) * part
        QTest.mouseMove(canvas, first + QPoint(way.x(), way.y()))
    QTest.mouseRelease(canvas, LEFT, pos=last)


def draw(qtbot, window, start, end):
    press(qtbot, window, Qt.Key.Key_B, SHIFT)
    drag(window, start, end)
    settle(qtbot, window)


def boxes(window):
    return [shown.box for shown in window.stage.canvas.boxes.scene.boxes]


def near(box, *edges):
    return all(abs(one - other) < 1.5 for one, other in zip(box.corners, edges, strict=True))


def listed(window):
    return window.panels.predictions.bars.rows()


def chips(window):
    group = window.panels.predictions.boxes.group
    return [button.text() for button in group.buttons() if not button.isHidden()]


def note(window):
    return window.panels.predictions._note.text()


def test_without_boxes_the_whole_frame_is_one_and_the_canvas_says_so(detecting):
    scene = detecting.stage.canvas.boxes.scene
    assert scene.boxes == ()
    assert scene.whole_words == "the whole frame is one box"
    assert chips(detecting) == []
    assert "do not sum to 100 %" in note(detecting)
    shares = [p.probability for p in detecting.controller.results.shown.result.predictions]
    assert abs(sum(shares) - 1) > 0.01  # each class by itself


def test_two_boxes_drawn_moved_by_keys_deleted_and_undone_and_predictions_follow(detecting, qtbot):
    window = detecting
    whole = listed(window)
    draw(qtbot, window, (45, 5), (60, 30))
    first = listed(window)
    assert near(boxes(window)[0], 45, 5, 60, 30)
    assert first != whole
    draw(qtbot, window, (120, 60), (148, 100))
    second = listed(window)
    assert chips(window) == ["1", "2"]
    assert second != first
    assert window.stage.canvas.boxes.scene.boxes[1].words == f"2 · {' '.join(second[0])}"

    before = boxes(window)[1]
    for _ in range(12):
        press(qtbot, window, Qt.Key.Key_Left)
    press(qtbot, window, Qt.Key.Key_Up)
    settle(qtbot, window)
    after = boxes(window)[1]
    assert after.corners == pytest.approx(
        (before.left - 12, before.top - 1, before.right - 12, before.bottom - 1)
    )
    moved = listed(window)
    assert moved != second

    press(qtbot, window, Qt.Key.Key_Delete)
    settle(qtbot, window)
    assert len(boxes(window)) == 1
    assert listed(window) == first
    window.store.undo()
    settle(qtbot, window)
    assert boxes(window)[1] == after
    assert listed(window) == moved
    window.store.undo()
    settle(qtbot, window)
    assert boxes(window)[1] == before
    assert listed(window) == second


def test_a_box_is_chosen_by_a_click_or_a_chip_and_resized_by_a_handle(detecting, qtbot):
    window, canvas = detecting, detecting.stage.canvas
    draw(qtbot, window, (20, 20), (60, 60))
    first = listed(window)
    draw(qtbot, window, (100, 60), (140, 100))
    QTest.mouseClick(canvas, LEFT, pos=at(window, 40, 40))
    assert window.store.state.box == 0
    assert listed(window) == first
    click(qtbot, window.panels.predictions.boxes.group.button(1))
    assert window.store.state.box == 1
    drag(window, boxes(window)[1].corners[2:], (150, 104))
    settle(qtbot, window)
    assert near(boxes(window)[1], 100, 60, 150, 104)
    drag(window, (120, 80), (130, 70))
    settle(qtbot, window)
    assert near(boxes(window)[1], 110, 50, 160, 94)
    press(qtbot, window, Qt.Key.Key_Escape)
    assert window.store.state.box is None
    frame = window.store.state.frame
    press(qtbot, window, Qt.Key.Key_Right)  # the stage has its keys again
    assert window.store.state.frame == frame + 1


def test_boxes_need_no_mouse(detecting, qtbot):
    press(qtbot, detecting, Qt.Key.Key_B, SHIFT)
    press(qtbot, detecting, Qt.Key.Key_Return)
    settle(qtbot, detecting)
    (box,) = boxes(detecting)
    width, height = detecting.controller.results.video.size
    assert box == Box(width / 4, height / 4, 3 * width / 4, 3 * height / 4)
    press(qtbot, detecting, Qt.Key.Key_Right, SHIFT)
    assert boxes(detecting)[0].right == box.right + 1
    assert boxes(detecting)[0].left == box.left


def test_a_box_stays_on_the_frame_and_a_click_draws_none(detecting, qtbot):
    width, height = detecting.controller.results.video.size
    draw(qtbot, detecting, (width - 30, height - 30), (width + 9, height + 9))
    for _ in range(3):
        press(qtbot, detecting, Qt.Key.Key_Down)
    assert boxes(detecting)[0].corners[2:] == (width, height)
    press(qtbot, detecting, Qt.Key.Key_B, SHIFT)
    QTest.mouseClick(detecting.stage.canvas, LEFT, pos=at(detecting, 10, 10))
    assert len(boxes(detecting)) == 1


def test_boxes_belong_to_their_window_until_they_are_copied_to_all(detecting, qtbot):
    draw(qtbot, detecting, (45, 5), (60, 30))
    box = boxes(detecting)[0]
    press(qtbot, detecting, Qt.Key.Key_Escape)
    press(qtbot, detecting, Qt.Key.Key_PageDown)
    settle(qtbot, detecting)
    assert boxes(detecting) == []
    press(qtbot, detecting, Qt.Key.Key_PageUp)
    settle(qtbot, detecting)
    assert boxes(detecting) == [box]
    detecting.actions_table.run("boxes.copy")
    press(qtbot, detecting, Qt.Key.Key_PageDown)
    settle(qtbot, detecting)
    assert boxes(detecting) == [box]


def test_a_session_keeps_boxes_and_what_is_no_box_is_refused(detecting, qtbot):
    from app.state.json_codec import decode, encode, field_types
    from app.state.view_state import ViewState
    from mvit_core.errors import SessionError

    draw(qtbot, detecting, (45, 5), (60, 30))
    state = detecting.store.state
    page = json.loads(json.dumps(encode(kept_view(state)["boxes"])))
    kind = field_types(ViewState)["boxes"]
    assert decode(page, kind, "view.boxes") == state.boxes
    page[0]["box"]["right"] = page[0]["box"]["left"]
    with pytest.raises(SessionError, match="left of right"):
        decode(page, kind, "view.boxes")


def test_boxes_of_a_file_are_shown_and_a_bad_file_is_named(
    boot, qtbot, barcode_clip, detector, tmp_path
):
    page = tmp_path / "boxes.csv"
    page.write_text("frame,x1,y1,x2,y2,name\n6,45,5,60,30,left\n6,130,70,148,100,right\n")
    window = boot(clip=barcode_clip, checkpoint=detector, boxes=page)
    qtbot.waitUntil(lambda: is_settled(window) and len(boxes(window)) == 2, timeout=WAIT_MS)
    assert window.stage.canvas.boxes.scene.boxes[1].words.startswith("2 · right · ")
    page.write_text("nonsense\n")
    other = boot(boxes=page)
    qtbot.waitUntil(lambda: "is no file of boxes" in messages(other), timeout=WAIT_MS)


def test_pictures_films_and_tables_have_the_boxes(detecting, qtbot, tmp_path):
    from mvit_core.export import export
    from mvit_core.export.pictures import draw_still

    exports = detecting.controller.exports
    bare = exports.job().request
    draw(qtbot, detecting, (45, 5), (60, 30))
    request = exports.job().request
    assert request.boxes == detecting.store.state.boxes
    worker = detecting.controller.workers.model_worker
    explainer = next(iter(worker._explainers.values()))
    video = worker.open(detecting.store.state.clip)
    pictures = [draw_still(explainer, video, each).picture for each in (bare, request)]
    assert (pictures[0] != pictures[1]).any()
    box, margin = boxes(detecting)[0], (pictures[1].shape[1] - video.display_size[0]) // 2
    corner = round(box.bottom) - 1, margin - margin % 2 + round(box.right) - 1
    assert [tuple(picture[corner]) == (255, 255, 255) for picture in pictures] == [False, True]
    table, film = tmp_path / "boxes.csv", tmp_path / "boxes.mp4"
    export(explainer, video, request, table)
    rows = list(csv.DictReader(table.read_text().splitlines()))
    assert [round(float(rows[0][edge])) for edge in ("x1", "y1", "x2", "y2")] == [45, 5, 60, 30]
    assert {row["box"] for row in rows if row["window_index"] == "1"} == {"whole frame"}
    export(explainer, video, request, film)
    assert film.stat().st_size


def test_commands_for_boxes_name_what_they_need(lens):
    for command in ("boxes.draw", "boxes.delete", "boxes.copy"):
        assert not lens.actions_table.by_id[command].isEnabled()
    tip = lens.actions_table.by_id["boxes.draw"].toolTip()
    assert "model of detection" in tip
    assert lens.stage.canvas.boxes.scene is None


def test_an_encoder_says_that_it_has_no_classes_and_shows_its_attention(
    boot, barcode_clip, encoder
):
    window = boot(clip=barcode_clip, checkpoint=encoder)
    assert note(window) == "This model has no classes (masked pre-training)"
    assert listed(window) == ()
    assert window.controller.results.heat is not None
    for command in ("attention.average", "edit.copy_predictions"):
        action = window.actions_table.by_id[command]
        assert not action.isEnabled()
        assert "with classes" in action.toolTip()
    assert not window.panels.predictions.scopes.button(1).isEnabled()
    assert "no classes" in window.controller.results.series.problem
    panel = window.panels.model
    assert panel.values["family"].text() == "encoder of masked pre-training"
    assert "no classes" in panel.values["head"].text()


def test_two_heads_are_listed_apart_and_the_panel_reads_another(
    boot, qtbot, barcode_clip, two_heads
):
    window = boot(clip=barcode_clip, checkpoint=two_heads)
    buttons = window.panels.predictions.heads.group.buttons()
    assert [button.text() for button in buttons] == ["fc_verb", "fc_noun"]
    verbs = listed(window)
    assert len(verbs) == 5
    click(qtbot, buttons[1])
    assert len(listed(window)) == 3
    click(qtbot, buttons[0])
    assert listed(window) == verbs
    window.docks.show("model")
    choices = window.panels.model.choices
    assert choices.heads.currentText() == "fc_verb: 5 classes"
    choices.heads.setFocus()
    QTest.keyClick(choices.heads, Qt.Key.Key_Down)
    qtbot.waitUntil(
        lambda: is_settled(window) and window.controller.results.model.head == "fc_noun",
        timeout=WAIT_MS,
    )
    assert window.store.state.model.head == "fc_noun"
    assert len(listed(window)) == 3
    assert "fc_noun: 3 classes (shown)" in window.panels.model.report().replace("\u200b", "")


def test_of_several_networks_one_is_chosen_in_the_message_or_in_the_panel(
    boot, qtbot, barcode_clip, kept
):
    one, other = (weights(MViT(tiny()), seed).state_dict() for seed in (1, 2))
    path = kept({"alpha": one, "beta": other, "cfg": cfg_text(tiny())})
    window = boot(clip=barcode_clip)
    from app.state.view_state import ModelSource

    window.controller.load_model(ModelSource(path))
    qtbot.waitUntil(lambda: "several networks" in messages(window), timeout=WAIT_MS)
    choice = window.messages.toasts[-1].choice
    assert [choice.itemText(i) for i in range(1, choice.count())] == ["alpha", "beta"]
    QTest.keyClick(choice, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: window.controller.results.model is not None, timeout=WAIT_MS)
    settle(qtbot, window)
    first = listed(window)
    assert window.store.state.model.weights == "alpha"
    window.docks.show("model")
    panel = window.panels.model.choices.weights
    panel.setFocus()
    QTest.keyClick(panel, Qt.Key.Key_Down)
    qtbot.waitUntil(lambda: is_settled(window) and listed(window) != first, timeout=WAIT_MS)
