"""A batch result in the window: what is looked up, what is opened by a row, and what is told."""

import pytest
import torch
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QFileDialog, QStyle

from app.commands.clips import READER
from app.panels.clips.batch_page import LONGEST
from app.state.json_codec import decode, encode
from app.state.view_state import ViewState
from mvit_core.batch import result_files
from mvit_core.batch.result_query import PAGE_ROWS, RESULT_FIELDS, HeadNumber, ResultQuery
from mvit_core.errors import MvitError
from mvit_core.model import MViT
from mvit_core.system.ordinary_file import sha256_of
from tests.app.conftest import WAIT_MS
from tests.app.helpers import drop, messages
from tests.batch_results import is_correct, is_error, spread_of, write_result
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pytest.importorskip("duckdb", reason="a batch result needs the extra 'batch'")
pytestmark = pytest.mark.gui
CLIPS, THERE = 230, 3
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A batch of 230 clips, of which the first three are there, and the model that ran them."""
    folder = tmp_path_factory.mktemp("batch")
    for number in range(THERE):
        write_barcode_clip(folder / f"clip_{number:05}.mp4", frames=20, size=(96, 54))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    sha256 = sha256_of(folder / "toy.pyth", MvitError)
    write_result(folder / "out", CLIPS, sha256=sha256)
    return folder


@pytest.fixture
def shown(boot, qtbot, place):
    """The window with the batch result, its first rows looked up."""
    window = boot()
    open_result(qtbot, window, place / "out")
    return window


def open_result(qtbot, window, folder):
    window.controller.intents.clips.open(folder)
    qtbot.waitUntil(lambda: is_current(window), timeout=WAIT_MS)


def batch(window):
    return window.controller.results.batch


def page(window):
    return window.panels.clips.batch


def is_current(window):
    """The rows shown are those asked for."""
    info = batch(window)
    return info is not None and info.query is not None and not info.is_old


def ask(qtbot, window, **choices):
    window.controller.intents.clips.ask_batch(**choices)
    qtbot.waitUntil(lambda: is_current(window), timeout=WAIT_MS)


def clip_shown(window):
    video = window.controller.results.video
    return None if video is None else video.path.name


def test_the_table_has_a_line_for_each_row_and_looks_up_those_in_sight(shown, qtbot):
    model, table = page(shown).model, page(shown).table
    assert shown.store.state.workspace == "clips"
    assert model.rowCount() == CLIPS
    assert set(batch(shown).pages) == {0}
    assert model.index(CLIPS - 1, 0).data() is None
    table.scrollToBottom()
    last = CLIPS - 1
    qtbot.waitUntil(lambda: model.row_at(last) is not None, timeout=WAIT_MS)
    assert model.index(last, 0).data() == f"clip_{last:05}.mp4"
    assert 1 not in batch(shown).pages, "what was passed by is not looked up"


def test_numbers_of_the_first_columns_are_never_cut(shown):
    table = page(shown).table
    cell_edge = table.style().pixelMetric(QStyle.PixelMetric.PM_FocusFrameHMargin) + 1
    for field, words in LONGEST.items():
        needs = table.fontMetrics().horizontalAdvance(words) + 2 * cell_edge
        assert table.columnWidth(RESULT_FIELDS.index(field)) >= needs


def test_keys_step_over_the_end_of_a_page_and_say_where_the_rows_end(shown, qtbot):
    control = shown.controller
    control.clips.open_row(PAGE_ROWS - 1)
    control.clips.step(1)
    qtbot.waitUntil(lambda: shown.store.state.clip_row == PAGE_ROWS, timeout=WAIT_MS)
    control.clips.step(-1)
    qtbot.waitUntil(lambda: shown.store.state.clip_row == PAGE_ROWS - 1, timeout=WAIT_MS)
    for _ in range(3):
        control.clips.step(1)  # faster than rows come
    qtbot.waitUntil(lambda: shown.store.state.clip_row == PAGE_ROWS + 2, timeout=WAIT_MS)
    ask(qtbot, shown, kind="right")
    shown.store.update(clip_search="00229")
    qtbot.waitUntil(lambda: batch(shown).found == 1 and is_current(shown), timeout=WAIT_MS)
    control.clips.step(1)  # the row that is open is not listed: from the beginning
    qtbot.waitUntil(lambda: shown.store.state.clip_row == 229, timeout=WAIT_MS)
    control.clips.step(1)
    qtbot.waitUntil(lambda: "last clip" in messages(shown), timeout=WAIT_MS)
    assert shown.store.state.clip_row == 229


def test_a_drag_on_the_histogram_lists_a_range_and_keys_move_its_ends(shown, qtbot):
    bars = page(shown).header.histogram
    qtbot.waitUntil(bars.isVisible, timeout=WAIT_MS)
    width, middle = bars.width(), bars.height() // 2
    QTest.mousePress(bars, LEFT, pos=QPoint(width // 4, middle))
    QTest.mouseMove(bars, QPoint(width // 2, middle))
    QTest.mouseRelease(bars, LEFT, pos=QPoint(width // 2, middle))
    asked = shown.store.state.batch
    assert asked.least == pytest.approx(2.5, abs=0.3)
    assert asked.most == pytest.approx(5.0, abs=0.3)
    qtbot.waitUntil(lambda: is_current(shown) and batch(shown).found < CLIPS, timeout=WAIT_MS)
    spreads = [spread_of(n, 3, 0) for n in range(CLIPS) if not is_error(n)]
    assert batch(shown).found == sum(asked.least <= s <= asked.most for s in spreads)
    bars.setFocus(Qt.FocusReason.TabFocusReason)
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert shown.store.state.batch.most < asked.most
    QTest.keyClick(bars, Qt.Key.Key_Down)
    QTest.keyClick(bars, Qt.Key.Key_Right)
    assert shown.store.state.batch.least > asked.least
    chip = page(shown).filters.range
    qtbot.waitUntil(chip.isVisible, timeout=WAIT_MS)
    QTest.mouseClick(chip, LEFT)
    assert (shown.store.state.batch.least, shown.store.state.batch.most) == (None, None)
    QTest.keyClick(bars, Qt.Key.Key_Left)
    assert shown.store.state.batch.most is not None
    QTest.mouseClick(bars, LEFT, pos=bars.rect().center())
    assert shown.store.state.batch.most is None


def test_statistics_and_errors_have_columns_of_their_own(shown, qtbot):
    ask(qtbot, shown, least=1.0, most=2.0)
    ask(qtbot, shown, number=HeadNumber("temporal_spread", 1, 1))
    assert (shown.store.state.batch.least, shown.store.state.batch.most) == (None, None)
    assert batch(shown).found == CLIPS, "the range was of the statistic before"
    table, model = page(shown).table, page(shown).model
    assert model.index(0, 5).data() == f"{spread_of(0, 1, 1):.2f}"
    ask(qtbot, shown, kind="error")
    assert model.rowCount() == sum(map(is_error, range(CLIPS)))
    assert "no frame can be decoded" in model.index(0, 6).data()
    assert [table.isColumnHidden(n) for n in range(7)] == [
        False, True, False, True, True, True, False
    ]  # fmt: skip


def test_a_checkpoint_of_another_content_is_told_once_and_the_clip_opens(
    boot, qtbot, place, tmp_path
):
    write_result(tmp_path / "out", 8, sha256="1" * 64, root=str(place),
                 sources=[{"checkpoint": str(place / "toy.pyth")}])  # fmt: skip
    window = boot()
    open_result(qtbot, window, tmp_path / "out")
    window.controller.clips.step(1)
    qtbot.waitUntil(lambda: "SHA-256 is another" in messages(window), timeout=WAIT_MS)
    assert str(place / "toy.pyth") in messages(window)
    qtbot.waitUntil(lambda: clip_shown(window) == "clip_00000.mp4", timeout=WAIT_MS)
    window.controller.clips.step(1)
    qtbot.waitUntil(lambda: clip_shown(window) == "clip_00001.mp4", timeout=WAIT_MS)
    assert messages(window).count("SHA-256 is another") == 1
    assert window.controller.results.model is None


def test_clips_that_moved_are_looked_for_in_a_folder_that_is_chosen(
    boot, qtbot, place, tmp_path, monkeypatch
):
    write_result(tmp_path / "out", 8, root=str(tmp_path / "before"), sources=[])
    window = boot()
    open_result(qtbot, window, tmp_path / "out")
    window.controller.clips.step(1)
    missing = str(tmp_path / "before" / "clip_00000.mp4")
    qtbot.waitUntil(lambda: missing in messages(window), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "toy.pyth, which this batch was run with" in messages(window),
                    timeout=WAIT_MS)  # fmt: skip
    assert missing in page(window).model.index(0, 6).data()
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: str(place))
    window.actions_table.run("file.batch_root")
    qtbot.waitUntil(lambda: clip_shown(window) == "clip_00000.mp4", timeout=WAIT_MS)
    assert window.store.state.batch_root == place


def test_it_is_dropped_and_what_is_damaged_says_so(boot, qtbot, place, tmp_path):
    window = boot()
    accepted, words = drop(window, place / "out")
    assert accepted
    assert "batch result" in words
    qtbot.waitUntil(lambda: is_current(window), timeout=WAIT_MS)
    write_result(tmp_path / "out", 8)
    (tmp_path / "out" / "windows" / "part-000000.parquet").write_bytes(b"PAR1 no")
    window.controller.intents.clips.open(tmp_path / "out")
    words = "cannot be read as a batch result"
    qtbot.waitUntil(lambda: words in messages(window), timeout=WAIT_MS)
    assert words in window.panels.clips.empty.sentence.text()
    assert batch(window) is None
    window.actions_table.run("file.close_list")
    assert "Drop a list" in window.panels.clips.empty.sentence.text()


def test_without_what_reads_it_the_menu_and_the_panel_say_what_brings_it(
    boot, qtbot, place, monkeypatch
):
    monkeypatch.setattr(result_files, "find_spec", lambda _: None)
    window = boot()
    assert not window.actions_table.by_id["file.open_batch"].isEnabled()
    assert 'pip install "mvit-lens[batch]"' in READER.reason
    window.controller.intents.clips.open(place / "out")
    words = 'pip install "mvit-lens[batch]"'
    qtbot.waitUntil(lambda: words in messages(window), timeout=WAIT_MS)
    assert words in window.panels.clips.empty.sentence.text()


def test_the_atlas_compares_heads_over_the_rows_listed(shown, qtbot):
    atlas, intents = shown.atlas, shown.controller.intents
    shown.controller.clips.step(1)
    qtbot.waitUntil(lambda: shown.controller.results.shown is not None, timeout=WAIT_MS)
    ask(qtbot, shown, kind="wrong")
    intents.workspaces.go_to("atlas", "single")
    QTest.mouseClick(atlas.scope.buttons["batch"], LEFT)
    words = "No row that is listed has these numbers"
    qtbot.waitUntil(lambda: words in atlas.empty.sentence.text(), timeout=WAIT_MS)
    QTest.mouseClick(atlas.queries.buttons["readout"], LEFT)
    qtbot.waitUntil(lambda: len(atlas.table.heads.rows) == 8, timeout=WAIT_MS)
    wrong = sum(not is_error(n) and not is_correct(n) for n in range(CLIPS))
    assert f"mean over the {wrong} rows listed" in atlas.remark.full_text()
    assert atlas.table.heads.index(0, 3).data() == "0.50"
    assert atlas.matrix.info is None
    ask(qtbot, shown, kind="error")
    qtbot.waitUntil(lambda: words in atlas.empty.sentence.text(), timeout=WAIT_MS)
    QTest.mouseClick(atlas.scope.buttons["window"], LEFT)
    qtbot.waitUntil(lambda: atlas.table.isVisible(), timeout=WAIT_MS)
    intents.atlas.compare(scope="batch")
    shown.actions_table.run("file.close_list")
    qtbot.waitUntil(lambda: "Open a batch result" in atlas.empty.sentence.text(), timeout=WAIT_MS)


def test_a_session_keeps_what_rows_are_listed():
    asked = ResultQuery("wrong", "run", number=HeadNumber("temporal_spread", 2, 1), least=1.5)
    state = ViewState(batch=asked)
    assert decode(encode(state), ViewState, "view") == state
