"""No text below 4.5 and no mark below 3, on any page, in both themes."""

from dataclasses import fields

import pytest
from PySide6.QtCore import QRect, Qt, QTimer
from PySide6.QtGui import QColor
from PySide6.QtWidgets import (
    QApplication,
    QCheckBox,
    QDialog,
    QDockWidget,
    QHBoxLayout,
    QScrollBar,
    QSlider,
    QStyle,
    QStyleOptionButton,
    QWidget,
)

from app.results import Message
from app.widgets import theme
from app.widgets.basic import label
from app.widgets.stylesheet import apply_theme, dress
from tests.app.conftest import settle
from tests.app.contrast import MARK, TEXT, contrast, faint_texts, ground_of, over, texts_of
from tests.app.test_compare import pinned
from tests.app.test_views import show

__all__ = ["pinned"]

TEXTS = ("text", "text_soft", "text_faint", "accent", "warning", "error", "good", "plus", "minus")
GROUNDS = ("stage", "window", "panel", "control", "control_hover", "accent_soft")


@pytest.fixture(params=["dark", "light"])
def in_theme(request, qapp):
    """Puts the window into a theme."""
    before = theme.current().name
    yield lambda: apply_theme(qapp, request.param)
    apply_theme(qapp, before)


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("high_contrast", [False, True])
def test_the_colours_of_texts_and_marks_are_seen_on_every_ground(name, high_contrast):
    colours = theme.THEMES[name]
    if high_contrast:
        colours = theme.contrasted(colours)
    for ground in GROUNDS:
        for text in TEXTS:
            ratio = contrast(QColor(getattr(colours, text)), QColor(getattr(colours, ground)))
            assert ratio >= TEXT, f"{text} on {ground}: {ratio:.2f}"
    for ground in ("window", "panel", "control"):
        assert contrast(QColor(colours.edge), QColor(getattr(colours, ground))) >= MARK
    assert contrast(QColor(colours.on_accent), QColor(colours.accent)) >= TEXT


@pytest.mark.parametrize("name", theme.THEMES)
@pytest.mark.parametrize("frame", ["#000000", "#ffffff"])
def test_words_on_the_shade_over_any_frame_can_be_read(name, frame):
    colours = theme.THEMES[name]
    ground = over(QColor(colours.shade), QColor(frame))
    for text in ("text", "text_soft", "warning"):
        assert contrast(QColor(getattr(colours, text)), ground) >= TEXT


def test_every_text_of_every_view_can_be_read(pinned, qtbot, in_theme):
    in_theme()
    for view in ("compare", "single"):
        pinned.actions_table.by_id[f"view.show_{view}"].trigger()
        QApplication.processEvents()
        assert len(texts_of(pinned)) > 60
        assert faint_texts(pinned) == []
    for view in ("heads", "layers"):
        show(qtbot, pinned, view)
        assert faint_texts(pinned.stage) == []


def test_every_text_of_every_panel_can_be_read(lens, in_theme):
    in_theme()
    docks = lens.findChildren(QDockWidget)
    assert len(docks) > 5
    for dock in docks:
        dock.show()
        dock.raise_()
        QApplication.processEvents()
        assert faint_texts(dock) == []


def test_messages_of_every_level_can_be_read(lens, in_theme):
    in_theme()
    for level in ("info", "warning", "error"):
        lens.controller.notify(Message(level, f"A message: {level}", details="trace"))
    QApplication.processEvents()
    assert any("A message: error" in seen.text for seen in texts_of(lens))
    assert faint_texts(lens) == []


def test_the_empty_page_can_be_read(boot, in_theme):
    in_theme()
    assert faint_texts(boot()) == []


@pytest.mark.parametrize(
    "command",
    ["edit.preferences", "export.export", "help.shortcuts", "help.palette", "help.about"],
)
def test_every_dialog_can_be_read(lens, qtbot, in_theme, command):
    in_theme()
    found = []

    def look():
        for dialog in QApplication.topLevelWidgets():
            if isinstance(dialog, QDialog) and dialog.isVisible():
                found.append((len(texts_of(dialog)), faint_texts(dialog)))
                dialog.close()

    QTimer.singleShot(0, look)
    lens.actions_table.by_id[command].trigger()
    qtbot.waitUntil(lambda: bool(found))
    (count, faint), *_ = found
    assert count > 3
    assert faint == []


# -- marks ---------------------------------------------------------------------------------------


def strongest(widget: QWidget, box: QRect) -> float:
    """Contrast of the clearest pixel of a box to the ground, which most of the widget shows."""
    picture = widget.grab().toImage()
    ground = ground_of(picture, picture.rect(), QColor("#010203"))
    pixels = (
        QColor(picture.pixel(x, y))
        for x in range(box.left(), box.right() + 1)
        for y in range(box.top(), box.bottom() + 1)
    )
    return max(contrast(pixel, ground) for pixel in pixels)


@pytest.fixture
def panel(qapp, in_theme):
    """A panel with every kind of control that has marks."""
    in_theme()
    made = QWidget()
    dress(made)
    made.setObjectName("body")
    made.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
    row = QHBoxLayout(made)
    for kind in (QSlider, QScrollBar):
        control = kind(Qt.Orientation.Horizontal, minimumWidth=160)
        row.addWidget(control)
    row.addWidget(QCheckBox("Smooth"))
    made.resize(600, 60)
    made.show()
    yield made
    made.close()
    made.deleteLater()


def test_grooves_boxes_and_handles_are_seen(panel):
    slider, bar = panel.findChild(QSlider), panel.findChild(QScrollBar)
    box = panel.findChild(QCheckBox)
    groove = QRect(slider.width() - 40, slider.height() // 2 - 1, 20, 2)
    assert strongest(slider, groove) >= MARK
    slider.setEnabled(False)
    assert strongest(slider, groove) >= MARK
    bar.setRange(0, 10)
    assert strongest(bar, bar.rect().adjusted(4, 3, -60, -3)) >= MARK
    option = QStyleOptionButton()
    option.initFrom(box)
    part = QStyle.SubElement.SE_CheckBoxIndicator
    indicator = box.style().subElementRect(part, option, box)
    assert strongest(box, indicator) >= MARK
    box.setChecked(True)
    assert strongest(box, indicator) >= MARK


def test_ticks_of_the_ruler_and_boxes_of_classes_are_seen(lens, qtbot, in_theme):
    in_theme()
    settle(qtbot, lens)
    track = lens.panels.timeline.track
    picture = track.grab().toImage()
    edge = QColor(theme.current().edge)
    marked = [
        (x, y)
        for y in range(24)
        for x in range(picture.width())
        if QColor(picture.pixel(x, y)) == edge
    ]
    assert marked
    ground = ground_of(picture, QRect(0, 0, picture.width(), 24), edge)
    assert contrast(edge, ground) >= MARK


# -- the program itself --------------------------------------------------------------------------


def test_a_faint_text_is_found_with_its_colours(qapp, in_theme):
    in_theme()
    words = label("Almost nothing to see")
    words.setStyleSheet(f"color: {theme.current().border}; background: {theme.current().panel}")
    words.resize(200, 30)
    (found,) = faint_texts(words)
    assert found.startswith("'Almost nothing to see' 1.")
    assert theme.current().border in found
    words.deleteLater()


def test_black_on_white_is_21_to_1_and_a_colour_on_itself_1():
    assert contrast(QColor("#000000"), QColor("#ffffff")) == pytest.approx(21)
    assert contrast(QColor("#62aef0"), QColor("#62aef0")) == 1
    half = over(QColor(0, 0, 0, 128), QColor("#ffffff"))
    assert half.red() == pytest.approx(127, abs=1)


def test_all_colours_of_a_theme_are_colours():
    for each in theme.THEMES.values():
        for field in fields(each):
            assert field.name == "name" or QColor(getattr(each, field.name)).isValid()
