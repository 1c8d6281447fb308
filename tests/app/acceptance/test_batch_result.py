"""ui2.md 10, test 12, for a batch result: its rows are listed, filtered, sorted and opened."""

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from mvit_core.batch.result_query import RESULT_FIELDS
from mvit_core.errors import MvitError
from mvit_core.model import MViT
from mvit_core.system.ordinary_file import sha256_of
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    both_looks,
    click,
    dismiss_messages,
    keys,
    rest,
    write,
)
from tests.app.conftest import WAIT_MS
from tests.batch_results import is_correct, is_error, spread_of, write_result
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pytest.importorskip("duckdb", reason="a batch result needs the extra 'batch'")
pytestmark = pytest.mark.gui
CLIPS, THERE = 260, 21
ALT = Qt.KeyboardModifier.AltModifier


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A batch of 260 clips, of which the first 21 are there, and the model that ran them."""
    folder = tmp_path_factory.mktemp("batch result")
    for number in range(THERE):
        write_barcode_clip(folder / f"clip_{number:05}.mp4", frames=20, size=(96, 54))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    sha256 = sha256_of(folder / "toy.pyth", MvitError)
    write_result(folder / "out", CLIPS, sha256=sha256, heads={0: 1, 1: 2, 2: 2, 3: 4})
    return folder


def clip_shown(window):
    video = window.controller.results.video
    return None if video is None else video.path.name


def is_open(window, number):
    return clip_shown(window) == f"clip_{number:05}.mp4"


def shown_head(window):
    """Block and head of the map asked for."""
    shown = window.store.state.map
    return window.controller.results.layer(shown.block).block, shown.head


def listed(window):
    """Numbers of the clips in the rows that were looked up, in their order."""
    model = window.panels.clips.batch.model
    rows = (model.row_at(line) for line in range(model.rowCount()))
    return [int(row.path[5:10]) for row in rows if row is not None]


def await_rows(qtbot, window, wanted):
    """Wait until exactly the rows of some clips are listed, the first hundred looked up."""
    model = window.panels.clips.batch.model
    qtbot.waitUntil(
        lambda: (
            model.rowCount() == len(wanted)
            and listed(window)[:100] == wanted[:100]
            and not model.info.is_old
        ),
        timeout=WAIT_MS,
    )


def choose(box, words):
    """Choose a row of a combo box by keys."""
    box.setFocus()
    place = next(n for n in range(box.count()) if box.itemText(n) == words)
    for _ in range(abs(place - box.currentIndex())):
        keys(Key.Key_Down if place > box.currentIndex() else Key.Key_Up)


def click_head(page, field):
    """Click the title of a column."""
    header, column = page.header, RESULT_FIELDS.index(field)
    at = QPoint(header.sectionViewportPosition(column) + 8, 6)
    QTest.mouseClick(header.viewport(), Qt.MouseButton.LeftButton, pos=at)


def wrong(clips=range(CLIPS)):
    return [n for n in clips if not is_error(n) and not is_correct(n)]


@both_looks
def test_12_a_batch_result_is_filtered_sorted_and_stepped_through(use, qtbot, looks, place):
    def act(window):
        panel = window.panels.clips
        page, filters = panel.batch, panel.batch.filters
        await_rows(qtbot, window, list(range(CLIPS)))
        assert page.table.isVisible()
        assert page.model.index(0, 3).data() == "✗ run"

        click(filters.kinds.buttons["wrong"])
        await_rows(qtbot, window, wrong())
        page.table.setFocus()
        keys(Key.Key_Down, Key.Key_Return)
        second = wrong()[page.table.currentIndex().row()]
        qtbot.waitUntil(lambda: is_open(window, second), timeout=WAIT_MS)
        rest(qtbot, window)
        state = window.store.state
        assert state.model.checkpoint == place / "toy.pyth", "the checkpoint of the run was found"
        qtbot.waitUntil(lambda: shown_head(window) == (3, 0), timeout=WAIT_MS)
        assert state.frame == 2

        keys((Key.Key_PageDown, CONTROL))
        following = wrong()[wrong().index(second) + 1]
        qtbot.waitUntil(lambda: is_open(window, following), timeout=WAIT_MS)
        keys((Key.Key_PageUp, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, second), timeout=WAIT_MS)
        rest(qtbot, window)

        choose(filters.heads, "2/1")
        panel.search.setFocus()
        write("clip_0000")
        few = wrong(range(10))
        await_rows(qtbot, window, few)
        click_head(page, "number")
        falling = sorted(few, key=lambda n: -spread_of(n, 2, 1))
        await_rows(qtbot, window, falling)
        click_head(page, "number")
        await_rows(qtbot, window, falling[::-1])
        assert page.table.rowAt(0) == 0, "what is sorted is read from its beginning"
        at = page.table.visualRect(page.model.index(len(few) - 1, 0)).center()
        QTest.mouseClick(page.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.waitUntil(lambda: is_open(window, falling[0]), timeout=WAIT_MS)
        qtbot.waitUntil(lambda: shown_head(window) == (2, 1), timeout=WAIT_MS)
        dismiss_messages(window)
        keys((Key.Key_PageDown, CONTROL))
        qtbot.waitUntil(lambda: len(window.messages.toasts) == 1, timeout=WAIT_MS)
        assert is_open(window, falling[0]), "that was the last one"
        keys((Key.Key_PageUp, CONTROL))
        qtbot.waitUntil(lambda: is_open(window, falling[1]), timeout=WAIT_MS)

    assert use(act, place / "out", wait=False) == 0
