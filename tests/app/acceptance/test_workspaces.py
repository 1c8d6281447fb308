"""ui2.md 10: rooms of the window, the model card and the search, in both themes and languages."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtWidgets import QAbstractItemView, QApplication, QPushButton, QWidget

from app.commands.palette import Palette
from app.dialogs.choose import ChooseDialog
from app.panels.workspaces import WORKSPACES
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    both_looks,
    click,
    dialog,
    file_dialog_takes,
    focus,
    keys,
    number_written,
    pixels_of,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui
ALT = Qt.KeyboardModifier.AltModifier
DIGITS = (Key.Key_1, Key.Key_2, Key.Key_3, Key.Key_4)


def docks_seen(window):
    return {name for name, dock in window.docks.by_name.items() if not dock.isHidden()}


def go(qtbot, window, number):
    keys((DIGITS[number - 1], ALT))
    width = "wide" if window.width() >= 1180 else "narrow"
    wanted = set(WORKSPACES[number - 1].arrangement(width).shown())
    qtbot.waitUntil(lambda: docks_seen(window) == wanted, timeout=WAIT_MS)


def cut(window):
    """Buttons of the menu row and the tools whose words have too little room."""
    parts = (*window.menu_row.findChildren(QWidget), *window.toolbar.findChildren(QWidget))
    return [
        part
        for part in parts
        if part.isVisible()
        and part.parentWidget().objectName() == "segments"
        and part.width() < part.sizeHint().width()
    ]


@both_looks
def test_1_a_small_window_has_room_for_the_frame_and_z_z_changes_nothing(
    use, qtbot, looks, barcode_clip, toy_checkpoint
):
    def act(window):
        window.resize(1024, 700)
        for number in (2, 1):
            go(qtbot, window, number)
            qtbot.waitUntil(lambda: window.size().toTuple() == (1024, 700), timeout=WAIT_MS)
            qtbot.waitUntil(lambda: window.stage.width() >= 600, timeout=WAIT_MS)
            assert cut(window) == []
            assert window.menu_row.search.geometry().right() < 1024
        rest(qtbot, window)
        size, docks = window.stage.size(), docks_seen(window)
        keys(Key.Key_Z)
        qtbot.waitUntil(lambda: docks_seen(window) == set(), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: window.stage.width() > 1000, timeout=WAIT_MS)
        keys(Key.Key_Z)
        qtbot.waitUntil(lambda: window.stage.size() == size, timeout=WAIT_MS)
        assert docks_seen(window) == docks
        assert pixels_of(window.grab().toImage()).std() > 5
        keys(Key.Key_Right)
        qtbot.waitUntil(lambda: number_written(window) == 1, timeout=WAIT_MS)

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


@both_looks
def test_2_alt_and_digits_change_docks_and_keep_the_place_and_moved_docks_survive(
    use, qtbot, looks, barcode_clip, toy_checkpoint
):
    moved = []

    def act(window):
        keys(Key.Key_Right, Key.Key_Right, Key.Key_Up, Key.Key_2, Key.Key_Plus)
        rest(qtbot, window)
        state, zoom = window.store.state, window.stage.canvas.place[0]
        place = (state.frame, state.map.block, state.map.head)
        for number in (2, 3, 4, 1):
            go(qtbot, window, number)
            now = window.store.state
            assert (now.frame, now.map.block, now.map.head) == place
            assert window.stage.canvas.place[0] == zoom
        keys((Key.Key_2, ALT), Key.Key_F3)
        qtbot.waitUntil(
            lambda: not window.panels.display.visibleRegion().isEmpty(), timeout=WAIT_MS
        )
        keys(Key.Key_F4)
        moved.append(docks_seen(window))
        keys((Key.Key_Q, CONTROL))

    def again(window):
        assert window.store.state.workspace == "explain"
        assert docks_seen(window) == moved[0]
        assert "predictions" not in moved[0]

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0
    assert use(again, barcode_clip, "--checkpoint", toy_checkpoint) == 0


@both_looks
def test_11_a_bare_checkpoint_is_mended_by_a_preset_and_a_wrong_one_leaves_the_old_model(
    use, qtbot, looks, toy, tmp_path, monkeypatch, barcode_clip, toy_checkpoint
):
    import torch

    from mvit_core.model import presets
    from tests.toys import toy_config

    known = {**presets.PRESETS, "toy_twin": toy_config()}
    bare = tmp_path / "bare.pyth"
    torch.save({"model_state": toy.state_dict()}, bare)

    def failed(window):
        return window.controller.results.failed_load

    def choose_preset(window, name):
        click(window.panels.model.failure.buttons["preset"])
        chooser = dialog(qtbot, ChooseDialog)
        for _ in range(chooser.names().index(name)):
            keys(Key.Key_Down)
        keys(Key.Key_Return)

    def act(window):
        with file_dialog_takes(bare):
            keys((Key.Key_O, CONTROL | Qt.KeyboardModifier.ShiftModifier))
        qtbot.waitUntil(lambda: failed(window) is not None, timeout=WAIT_MS)
        said = " ".join(window.messages.texts())
        assert "config=" not in said + window.panels.model.failure.sentence.text()
        keys(Key.Key_F8)
        qtbot.waitUntil(window.panels.model.failure.isVisible, timeout=WAIT_MS)
        monkeypatch.setattr("mvit_core.model.presets.PRESETS", known)
        monkeypatch.setattr("mvit_core.checkpoint.architecture.PRESETS", known)
        first = failed(window)
        choose_preset(window, "mvit_v2_s_16x4")
        qtbot.waitUntil(lambda: failed(window) not in (None, first), timeout=WAIT_MS)
        assert window.controller.results.model.source.checkpoint == toy_checkpoint
        assert window.controller.results.shown is not None
        choose_preset(window, "toy_twin")
        qtbot.waitUntil(lambda: failed(window) is None, timeout=WAIT_MS)
        rest(qtbot, window)
        assert window.controller.results.model.source.checkpoint == bare
        assert window.controller.results.shown.result.request.model.preset == "toy_twin"
        assert not window.panels.model.failure.isVisible()

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


@both_looks
def test_20_the_search_finds_classes_heads_frames_and_help_by_their_signs(
    use, qtbot, looks, barcode_clip, toy_checkpoint
):
    def find(window, text):
        keys((Key.Key_K, CONTROL))
        palette = seen_palette(qtbot)
        write(text)
        assert palette.shown()[0].reason == ""
        keys(Key.Key_Return)
        qtbot.waitUntil(lambda: not palette.isVisible(), timeout=WAIT_MS)

    def act(window):
        find(window, ":12")
        qtbot.waitUntil(lambda: number_written(window) == 12, timeout=WAIT_MS)
        find(window, "#2/1")
        rest(qtbot, window)
        assert (window.store.state.map.block, window.store.state.map.head) == (2, 1)
        name = window.controller.results.shown.result.predictions[2].name
        find(window, "@" + name)
        assert len(window.store.state.pinned_classes) == 1
        find(window, "?Ctrl+E")
        qtbot.waitUntil(lambda: window.help.open_guide is not None, timeout=WAIT_MS)
        guide = window.help.open_guide
        assert guide.entry == "keep"
        click(next(b for b in guide.findChildren(QPushButton) if b.objectName() == "primary"))
        assert window.help.open_guide is None

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


def seen_palette(qtbot):
    """The palette, once it has the keys; it is no active window."""
    found = []

    def is_there():
        found[:] = [w for w in QApplication.topLevelWidgets() if isinstance(w, Palette)]
        return any(w.isVisible() for w in found)

    qtbot.waitUntil(is_there, timeout=WAIT_MS)
    return next(w for w in found if w.isVisible())


PANELS_CLICKED = ("layers", "heads", "predictions", "display", "model", "log", "timeline")


def test_21_after_a_click_in_any_panel_space_arrows_and_letters_work(
    use, qtbot, barcode_clip, toy_checkpoint
):
    def act(window):
        for name in PANELS_CLICKED:
            window.docks.show(name)
            panel = window.docks.panels[name]
            qtbot.waitUntil(
                lambda panel=panel: not panel.visibleRegion().isEmpty(), timeout=WAIT_MS
            )
            lists = [v for v in panel.findChildren(QAbstractItemView) if v.isVisible()]
            target = lists[0].viewport() if lists else panel
            click(target, QPoint(30, target.height() // 2))
            window.controller.intents.go_to(3)
            keys(Key.Key_Right)
            qtbot.waitUntil(lambda: number_written(window) == 4, timeout=WAIT_MS)
            grid = window.store.state.token_grid
            keys(Key.Key_D)
            assert window.store.state.token_grid != grid, name
            keys(Key.Key_Space)
            qtbot.waitUntil(lambda: window.store.state.playing, timeout=WAIT_MS)
            keys(Key.Key_Space)
            assert not window.store.state.playing, name

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


def test_21_a_list_that_tab_led_to_keeps_up_and_down_and_passes_other_keys_on(
    use, qtbot, barcode_clip, toy_checkpoint
):
    def act(window):
        tree = window.panels.layers.tree
        for _ in range(60):
            if focus() is tree:
                break
            keys(Key.Key_Tab)
        keys(Key.Key_Up, Key.Key_Up)  # past the row of the stage, which Right unfolds
        rest(qtbot, window)
        assert focus() is tree
        grid = window.store.state.token_grid
        keys(Key.Key_Right, Key.Key_D)
        qtbot.waitUntil(lambda: number_written(window) == 1, timeout=WAIT_MS)
        assert window.store.state.token_grid != grid
        assert focus() is tree
        keys((Key.Key_K, CONTROL))
        seen_palette(qtbot)
        write("d")  # into the field, not to the stage
        assert window.store.state.token_grid != grid
        keys(Key.Key_Escape)

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0
