"""Rows of widgets that go on in the next row."""

import gc
from itertools import combinations

import pytest
import shiboken6
from PySide6.QtWidgets import QPushButton, QWidget

from app.widgets.flow import Flow


@pytest.fixture
def flow(qapp):
    made = Flow(4, indent=10)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def boxes(flow):
    return [button.geometry() for button in flow.findChildren(QPushButton)]


def test_widgets_stand_side_by_side_and_go_on_below_where_a_row_is_full(flow):
    for words in ("one", "two", "three"):
        flow.add(QPushButton(words))
    wide = 10 + sum(b.sizeHint().width() + 4 for b in flow.findChildren(QPushButton))
    flow.resize(wide, flow.heightForWidth(wide))
    assert len({box.top() for box in boxes(flow)}) == 1
    narrow = wide // 2
    flow.resize(narrow, flow.heightForWidth(narrow))
    assert len({box.top() for box in boxes(flow)}) > 1
    assert all(box.left() >= 10 and box.bottom() < flow.height() for box in boxes(flow))
    assert not any(one.intersects(other) for one, other in combinations(boxes(flow), 2))


def test_one_that_is_wider_than_the_room_has_a_row_of_its_own(flow):
    flow.add(QPushButton("a"))
    flow.add(QPushButton("a very long text on a button " * 4))
    flow.resize(60, flow.heightForWidth(60))
    first, second = boxes(flow)
    assert first.bottom() < second.top()


def test_an_empty_one_takes_no_height(flow):
    assert flow.heightForWidth(100) == 0
    assert flow.count == 0


def test_it_outlives_its_widgets_and_they_it(qapp):
    for order in range(2):
        flow = Flow(4)
        buttons = [QPushButton(str(n)) for n in range(50)]
        for button in buttons:
            flow.add(button)
        flow.resize(200, 400)
        first, second = (flow, buttons) if order else (buttons, flow)
        del flow, buttons
        for each in first if isinstance(first, list) else [first]:
            shiboken6.delete(each)
        del first, second
        gc.collect()


def test_no_widget_is_false_where_it_is_empty():
    """`found or other` would pass over it: the order of Tab once went round for ever so."""
    kinds, left = [], [QWidget]
    import app.window.main_window  # noqa: F401 - every widget of ours is known then

    while left:
        kind = left.pop()
        left += kind.__subclasses__()
        kinds += [kind] if kind.__module__.startswith("app.") else []
    assert len(kinds) > 50
    assert [kind.__name__ for kind in kinds if {"__len__", "__bool__"} & set(vars(kind))] == []
