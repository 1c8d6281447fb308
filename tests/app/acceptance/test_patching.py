"""explain.md 4, what if: parts patched from another clip by mouse and keys, on the shipped demo."""

import csv

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication

from app.dialogs.patch import PatchDialog
from mvit_core.demo.samples import demo_checkpoint, demo_samples
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    both_looks,
    click,
    dialog,
    file_dialog_takes,
    keys,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages

pytestmark = pytest.mark.gui


@pytest.fixture(scope="module")
def scenes():
    """Two shipped clips of one actor each, of different classes."""
    single = [each for each in demo_samples() if each.truth.second is None]
    return single[0], next(each for each in single if each.class_name != single[0].class_name)


@pytest.fixture
def demo(use, scenes):
    """``use`` with the first of the clips and the shipped model."""

    def use_scene(act):
        return use(act, scenes[0].clip, "--checkpoint", demo_checkpoint())

    return use_scene


def ask(qtbot, window, clip):
    """By the link of the panel and the file dialog; gives the dialog of parts."""
    with file_dialog_takes(clip):
        click(window.panels.effects.what_if.patches.ask)
    return dialog(qtbot, PatchDialog)


def patch(qtbot, window, clip, *, block=None, part="block", number=1):
    """Patch the window shown, by keys in the dialog."""
    asked, count = ask(qtbot, window, clip), len(outcomes(window))
    if block is not None:
        asked.block.setFocus()
        keys((Key.Key_A, CONTROL))
        write(str(block))
    asked.part.setFocus()
    keys(Key.Key_Home, *[Key.Key_Down] * asked.part.findData(part))
    asked.window_number.setFocus()
    keys((Key.Key_A, CONTROL))
    write(str(number))
    keys(Key.Key_Return)
    qtbot.waitUntil(lambda: len(outcomes(window)) > count, timeout=WAIT_MS)
    rest(qtbot, window)
    return outcomes(window)[-1]


def outcomes(window):
    return window.controller.results.patches


def explain(qtbot, window):
    keys((Key.Key_2, Qt.KeyboardModifier.AltModifier))
    rest(qtbot, window)


@both_looks
def test_the_last_block_of_another_clip_brings_its_class(demo, qtbot, looks, scenes):
    own, other = scenes

    def act(window):
        explain(qtbot, window)
        part, before = window.panels.effects.what_if.patches, window.controller.results.shown
        last = patch(qtbot, window, other.clip)
        assert last.share == 1
        assert last.names == (own.class_name, other.class_name)
        assert all(row.after == row.other for row in last.classes)
        (row,) = part.list.rows
        if looks == "en":
            assert row.words.full_text == f"block 4 from {other.clip.name}: 1.00 of its answer"
        assert {own.class_name, other.class_name} <= {each[0] for each in part.table_rows()}
        now = window.controller.results.shown
        assert now.result.predictions == before.result.predictions  # the clip itself is unchanged
        click(part.copy)
        table = list(csv.DictReader(QGuiApplication.clipboard().text().splitlines()))
        assert {each["class"] for each in table} == {each.name for each in last.classes}
        assert table[0]["patch"] == "block 4"
        click(row.cross)
        rest(qtbot, window)
        assert outcomes(window) == part.list.rows == ()
        assert not part.table.isVisible()

    assert demo(act) == 0


def test_the_clip_itself_changes_nothing_and_a_head_moves_it_a_part_of_the_way(demo, qtbot, scenes):
    own, other = scenes

    def act(window):
        explain(qtbot, window)
        number = window.controller.results.request.window.index + 1
        same = patch(qtbot, window, own.clip, number=number)
        assert all(row.before == row.after == row.other for row in same.classes)
        assert same.share is None
        heads = [patch(qtbot, window, other.clip, block=4, part=head) for head in range(2)]
        assert all(abs(each.share) < 1 for each in heads)
        assert heads[0].classes != heads[1].classes
        early = patch(qtbot, window, other.clip, block=1, part="mlp")
        assert early.asked.patch.part == "mlp"
        part = window.panels.effects.what_if.patches
        click(part.list.rows[1].words)
        assert part.table_rows()[0][0] == heads[0].classes[0].name
        assert [row.words.isChecked() for row in part.list.rows] == [False, True, False, False]

    assert demo(act) == 0


def test_what_cannot_be_patched_is_said_in_words_and_leaves_the_list(demo, qtbot, scenes, tmp_path):
    broken = tmp_path / "broken.mp4"
    broken.write_bytes(b"no film at all")

    def act(window):
        explain(qtbot, window)
        for clip, number, words in (
            (broken, 1, "broken.mp4"),
            (scenes[1].clip, 999, "no window 999; choose one from 1 to"),
        ):
            asked = ask(qtbot, window, clip)
            asked.window_number.setFocus()
            keys((Key.Key_A, CONTROL))
            write(str(number))
            click(asked.patch)
            qtbot.waitUntil(lambda words=words: words in messages(window), timeout=WAIT_MS)
            rest(qtbot, window)
        assert outcomes(window) == ()
        ask(qtbot, window, scenes[1].clip)
        keys(Key.Key_Escape)
        rest(qtbot, window)
        assert outcomes(window) == ()

    assert demo(act) == 0
