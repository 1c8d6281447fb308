"""ui2.md 10, test 12: a list of 20,000 clips (test_batch_result.py has a batch result)."""

import pytest
from PySide6.QtCore import Qt

from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    both_looks,
    file_dialog_takes,
    keys,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui
CLIPS = 20_000
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def many(tmp_path_factory):
    """A table of clips, of which the first three are there."""
    folder = tmp_path_factory.mktemp("clips")
    for number in range(3):
        write_barcode_clip(folder / f"clip_{number:05}.mp4", frames=20)
    rows = (f"clip_{n:05}.mp4,{n % 5},{'val' if n % 2 else 'train'}" for n in range(CLIPS))
    (folder / "val.csv").write_text("path,label,split\n" + "\n".join(rows) + "\n")
    return folder / "val.csv"


@both_looks
def test_12_twenty_thousand_clips_are_listed_and_stepped_through(
    use, qtbot, looks, many, barcode_clip, toy_checkpoint
):
    def is_open(window, number):
        video = window.controller.results.video
        return video is not None and video.path.name == f"clip_{number:05}.mp4"

    def act(window):
        panel = window.panels.clips
        keys((Key.Key_4, ALT))
        qtbot.waitUntil(panel.empty.button.isVisible, timeout=WAIT_MS)
        panel.empty.button.setFocus()
        with file_dialog_takes(many):
            keys(Key.Key_Space)
        qtbot.waitUntil(lambda: panel.model.rowCount() == 100, timeout=WAIT_MS)
        assert panel.model.total == CLIPS
        assert panel.table.isVisible()

        keys((Key.Key_PageDown, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, 0), timeout=WAIT_MS)
        rest(qtbot, window)
        assert panel.model.index(0, 1).data().startswith("0 · ")
        panel.table.setFocus()
        keys(Key.Key_Down)
        qtbot.waitUntil(lambda: is_open(window, 1), timeout=WAIT_MS)
        keys((Key.Key_PageDown, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, 2), timeout=WAIT_MS)
        assert panel.table.currentIndex().row() == 2
        keys((Key.Key_PageUp, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, 1), timeout=WAIT_MS)

        panel.search.setFocus()
        write("00002 train")
        qtbot.waitUntil(lambda: panel.model.total == 1, timeout=WAIT_MS)
        keys((Key.Key_2, ALT), (Key.Key_PageDown, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, 2), timeout=WAIT_MS)
        rest(qtbot, window)

    assert use(act, barcode_clip, "--checkpoint", toy_checkpoint) == 0


def test_12_a_list_named_on_the_command_line_is_open(use, qtbot, many):
    def act(window):
        qtbot.waitUntil(lambda: window.panels.clips.model.total == CLIPS, timeout=WAIT_MS)
        keys((Key.Key_F2, SHIFT))
        qtbot.waitUntil(lambda: not window.panels.clips.isVisible(), timeout=WAIT_MS)
        keys((Key.Key_PageDown, CONTROL))
        qtbot.waitUntil(lambda: window.controller.results.video is not None, timeout=WAIT_MS)

    assert use(act, many, wait=False) == 0
