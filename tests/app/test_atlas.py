"""The atlas: the order of its table, and what it says where numbers are missing."""

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest

from app.text.atlas import COLUMNS
from app.widgets import theme
from tests.app.conftest import WAIT_MS, settle

pytestmark = pytest.mark.gui
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture
def atlas(lens, qtbot):
    """The window at the numbers of all heads."""
    settle(qtbot, lens)
    lens.controller.intents.workspaces.go_to("atlas", "single")
    qtbot.waitUntil(lambda: lens.controller.results.atlas is not None, timeout=WAIT_MS)
    settle(qtbot, lens)
    return lens.atlas


def click_head(table, name):
    header, column = table.horizontalHeader(), COLUMNS.index(name)
    x = header.sectionViewportPosition(column) + header.sectionSize(column) // 2
    QTest.mouseClick(header.viewport(), LEFT, pos=QPoint(x, header.height() // 2))


def head_words(table, name):
    model = table.heads
    return model.headerData(COLUMNS.index(name), Qt.Orientation.Horizontal)


def test_sorting_shows_what_comes_first_whichever_head_is_chosen_and_the_head_says_the_order(
    atlas, qtbot
):
    table = atlas.table
    table.setFixedHeight(table.minimumHeight())  # three rows are in sight
    click_head(table, "entropy")
    table.scrollToBottom()
    last = table.model().index(table.model().rowCount() - 1, 1)
    QTest.mouseClick(table.viewport(), LEFT, pos=table.visualRect(last).center())
    for sign in ("▴", "▾"):
        click_head(table, "entropy")
        assert table.rowAt(0) == 0
        assert head_words(table, "entropy").endswith(sign)
        assert not table.horizontalHeader().isSortIndicatorShown(), "it would lie on the words"
    assert not head_words(table, "sink").endswith(("▴", "▾"))


def test_where_no_head_has_a_number_the_plot_says_which_and_has_no_axes(lens, atlas, qtbot):
    scatter = atlas.scatter
    assert scatter.dots
    assert scatter.missing_words == ""
    QTest.mouseClick(atlas.queries.buttons["readout"], LEFT)
    qtbot.waitUntil(lambda: not scatter.dots, timeout=WAIT_MS)
    assert "distance, pixels" in scatter.missing_words
    assert not scatter.has_plot
    QTest.mouseClick(atlas.queries.buttons["all"], LEFT)
    qtbot.waitUntil(lambda: bool(scatter.dots), timeout=WAIT_MS)
    assert scatter.missing_words == ""


def test_the_card_says_which_heads_it_is_of_and_what_it_waits_for(lens, atlas, qtbot):
    card = lens.panels.head
    lens.docks.show("head")
    assert "mean of" in card.which.text()
    assert card.hint.isVisible()
    lens.controller.intents.choose_head(0)
    assert "head h0" in card.which.text()
    assert not card.hint.isVisible()
    QTest.mouseClick(atlas.scope.buttons["batch"], LEFT)
    settle(qtbot, lens)
    assert card.empty.sentence.text() == atlas.empty.sentence.text() != ""


@pytest.mark.parametrize("value", [0.0, 0.004, -0.004])
def test_a_number_that_is_written_as_zero_has_the_colour_of_neither_sign(value):
    assert theme.sign_ink(value) not in (theme.sign_ink(1.0), theme.sign_ink(-1.0))
    assert theme.sign_ink(1.0) != theme.sign_ink(-1.0)
