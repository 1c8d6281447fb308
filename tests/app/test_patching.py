"""Patches from another clip: of which window they are, words, table, and what goes wrong."""

import csv
import json
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt

from app.dialogs.patch import PatchDialog
from app.results import TaskKey
from app.results.patches import PatchAsked, PatchedClass, PatchOutcome
from app.state.session_file import Place, session_of, write_session
from app.text.patches import outcome_csv, outcome_words, place_words, short_words
from mvit_core.explaining import UNCHANGED, HeadPlace, Target
from mvit_core.explaining.patches import Patch
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import messages, press

pytestmark = pytest.mark.gui
BLOCK, HEAD = Patch("block", 2), Patch("head", 2, 1)


@pytest.fixture
def other(barcode_clip, tmp_path):
    """The same film under another name."""
    path = tmp_path / "other.mp4"
    path.write_bytes(barcode_clip.read_bytes())
    return path


def shown(lens):
    return lens.controller.results.patches


def patched(qtbot, lens, patch, clip, window=0):
    count = len(shown(lens))
    lens.controller.patches.begin(patch, clip, window)
    qtbot.waitUntil(lambda: len(shown(lens)) > count, timeout=WAIT_MS)
    settle(qtbot, lens)
    return shown(lens)[-1]


def test_a_patch_is_of_one_window_with_its_changes_and_comes_back_with_them(lens, qtbot, other):
    found = patched(qtbot, lens, BLOCK, other, window=1)
    assert all(row.after == row.other for row in found.classes[:1])
    assert "from other.mp4" in messages(lens)  # the list is not in sight
    lens.controller.intents.heads_off.toggle(HeadPlace(2, 1))
    settle(qtbot, lens)
    assert shown(lens) == ()
    again = patched(qtbot, lens, HEAD, other)
    assert again.asked.request.changes.heads_off == (HeadPlace(2, 1),)  # both are combined
    lens.store.update(changes=UNCHANGED)
    settle(qtbot, lens)
    assert shown(lens) == (found,)
    lens.controller.close_clip()
    assert shown(lens) == ()


def test_the_same_patch_again_takes_the_place_of_the_first(lens, qtbot, other):
    patched(qtbot, lens, BLOCK, other)
    first = shown(lens)[0]
    lens.controller.patches.begin(BLOCK, other, 0)
    qtbot.waitUntil(lambda: shown(lens) and shown(lens)[0] is not first, timeout=WAIT_MS)
    assert len(shown(lens)) == 1
    lens.controller.patches.remove(7)
    assert len(shown(lens)) == 1
    lens.controller.patches.remove(0)
    assert shown(lens) == ()
    settle(qtbot, lens)


def test_the_class_that_is_explained_is_the_one_whose_share_is_told(lens, qtbot, other):
    lens.store.update(map=replace(lens.store.state.map, target=3, against=1))
    settle(qtbot, lens)
    found = patched(qtbot, lens, BLOCK, other, window=1)
    assert found.asked.target == Target(3, 1)
    assert found.share == pytest.approx(1)


def test_undo_takes_a_patch_back_and_redo_brings_it_without_another_run(lens, qtbot, other):
    found = patched(qtbot, lens, BLOCK, other, window=1)
    lens.store.undo()
    settle(qtbot, lens)
    assert shown(lens) == ()
    lens.store.redo()
    settle(qtbot, lens)
    assert shown(lens) == (found,)
    lens.controller.patches.remove(0)
    lens.store.undo()
    settle(qtbot, lens)
    assert shown(lens)[0] is found


@pytest.fixture
def session(lens, qtbot, other, tmp_path):
    """A session with a patch, and the window closed; with it, what came of the patch."""
    found = patched(qtbot, lens, HEAD, other, window=1)
    path = tmp_path / "patched.mvitlens"
    write_session(session_of(lens.store.state, Place(), tmp_path), path)
    lens.close()
    return path, found


def reopened(boot, qtbot, path):
    window = boot(clip=None, checkpoint=None, session=path)
    qtbot.waitUntil(lambda: window.sessions.path is not None, timeout=WAIT_MS)
    press(qtbot, window, Qt.Key.Key_2, Qt.KeyboardModifier.AltModifier)
    settle(qtbot, window)
    return window


def test_a_session_keeps_patches_and_they_are_made_where_the_list_is(session, boot, qtbot):
    path, before = session
    window = reopened(boot, qtbot, path)
    qtbot.waitUntil(lambda: shown(window) != (), timeout=WAIT_MS)
    (found,) = shown(window)
    assert (found.asked.patch, found.asked.window) == (HEAD, 1)
    assert found.share == pytest.approx(before.share, abs=1e-5)
    settle(qtbot, window)
    assert not window.sessions.is_modified


def test_a_session_whose_other_clip_is_gone_says_so_once_and_keeps_the_patch(
    session, boot, qtbot, other
):
    other.unlink()
    window = reopened(boot, qtbot, session[0])
    qtbot.waitUntil(lambda: "other.mp4" in messages(window), timeout=WAIT_MS)
    window.controller.intents.go_to(3)
    settle(qtbot, window)
    assert shown(window) == ()
    assert len(window.store.state.patches) == 1
    failed = [each for each in window.controller.results.jobs if each.key == TaskKey.PATCH]
    assert [job.state for job in failed] == ["failed"]


def test_patches_of_parts_that_the_model_lacks_are_dropped_and_counted(session, boot, qtbot):
    path, _ = session
    page = json.loads(path.read_text())
    (kept,) = page["view"]["patches"]
    wrong = ({"patch": {"part": "block", "block": 99, "head": None}}, {"target": 10_000})
    page["view"]["patches"] = [kept, *(kept | each for each in wrong)]
    path.write_text(json.dumps(page))
    window = reopened(boot, qtbot, path)
    assert "Patches of the session that the model has no part for were dropped: 2" in messages(
        window
    )
    assert [each.patch for each in window.store.state.patches] == [HEAD]


@pytest.mark.parametrize(
    ("name", "window", "words"), [("gone.mp4", 0, "gone.mp4"), (None, 99, "no window 100")]
)
def test_what_cannot_be_opened_is_said_and_leaves_no_row(
    lens, qtbot, other, tmp_path, name, window, words
):
    lens.controller.patches.begin(BLOCK, tmp_path / name if name else other, window)
    qtbot.waitUntil(lambda: words in messages(lens), timeout=WAIT_MS)
    settle(qtbot, lens)
    assert shown(lens) == ()
    (job,) = (each for each in lens.controller.results.jobs if each.key == TaskKey.PATCH)
    assert job.state == "failed"


def test_without_a_run_nothing_is_patched_and_the_command_says_why(boot, other):
    window = boot()
    window.controller.patches.begin(BLOCK, other, 0)
    assert shown(window) == ()
    assert window.controller.results.jobs == ()
    assert not window.actions_table.by_id["explain.patch"].isEnabled()


def test_the_dialog_offers_the_heads_of_the_block_and_emits_what_was_chosen(lens, qtbot):
    layers = lens.controller.results.layers
    dialog, found = PatchDialog("other.mp4", layers, layers[0].block, lens), []
    dialog.patch_asked.connect(lambda *given: found.append(given))
    for layer in layers:
        dialog.block.setValue(layer.block)
        heads = [dialog.part.itemData(row) for row in range(dialog.part.count())]
        assert heads == ["block", "mlp", *range(layer.heads)]
    dialog.part.setCurrentIndex(2)
    dialog.window_number.setValue(3)
    dialog.accept()
    assert found == [(Patch("head", layers[-1].block, 0), 2)]


@pytest.mark.parametrize(
    ("share", "words"), [(0.916, "0.92"), (1.0, "1.00"), (-0.25, "−0.25"), (-0.001, "0.00")]
)
def test_a_share_has_two_digits_and_a_sign_below_zero(lens, other, share, words):
    outcome = outcome_of(lens, other, share)
    assert outcome_words(outcome) == f"head 2/1 from other.mp4: {words} of its answer"
    assert short_words(outcome) == f"{words} · head 2/1 · other.mp4"


def outcome_of(lens, clip, share, name="walk"):
    asked = PatchAsked(HEAD, clip, 0, lens.controller.results.request)
    return PatchOutcome(asked, ("walk", ""), share, (PatchedClass(name, 0.5, 0.25, 0.125),))


def test_clips_that_answer_alike_have_no_share_and_the_table_no_formula(lens, other):
    outcome = outcome_of(lens, other, None, "=1+1")
    assert outcome_words(outcome) == "head 2/1 from other.mp4: both clips answer alike"
    (row,) = csv.DictReader(outcome_csv(outcome).splitlines())
    assert row["class"] == "'=1+1"
    assert (row["before"], row["after"], row["other"], row["share"]) == ("0.5", "0.25", "0.125", "")
    assert place_words(Patch("mlp", 3)) == "MLP of block 3"
