"""Plots: the theme's colours, names, export, and what they let through to the widget below."""

import csv
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
from PySide6.QtCore import QPoint, QPointF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QContextMenuEvent, QGuiApplication, QPen
from PySide6.QtWidgets import QApplication, QFileDialog, QMenu

from app.panels.display.histogram import Histogram
from app.panels.timeline.series import figure
from app.results import HistogramInfo, SeriesInfo, SeriesLine
from app.widgets import theme
from app.widgets.plot_menu import PlotMenu
from app.widgets.plots import Plot, PlotAxes, PlotRange
from app.widgets.stylesheet import apply_theme
from mvit_core.errors import ExportError
from mvit_core.render import RenderStyle, ValueRange
from mvit_core.video.clip import ClipWindow


@pytest.fixture
def plot(qtbot):
    plot = Plot("loss", PlotAxes(bottom="step", left="value"), is_moved=True)
    qtbot.addWidget(plot)
    plot.resize(300, 200)
    return plot


@pytest.fixture(params=["dark", "light"])
def either_theme(request, qapp):
    before = theme.current().name
    apply_theme(qapp, request.param)
    yield request.param
    apply_theme(qapp, before)


def red_curve(plot, *, name="red"):
    import pyqtgraph as pg

    curve = pg.PlotDataItem([0, 1, 2], [1.0, np.nan, 3.0], name=name, connect="finite")
    plot.add(curve, lambda: curve.setPen(plot.pen(QPen(QColor(theme.current().error), 2))))
    return curve


# -- import --------------------------------------------------------------------------------------


def test_the_window_opens_without_pyqtgraph_and_without_torch():
    words = (
        "import sys; from app.window.launch import ViewOptions, make_application, open_window;"
        "app = make_application(); window = open_window(app, ViewOptions()); app.processEvents();"
        "print([name for name in ('pyqtgraph', 'torch') if name in sys.modules]); window.close()"
    )
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", words],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == "[]"


# -- colours, names and ranges -------------------------------------------------------------------


def test_axes_and_items_follow_the_theme_at_once(plot, qapp):
    curve = red_curve(plot)
    before = theme.current().name
    try:
        for name in ("light", "dark", "light"):
            apply_theme(qapp, name)
            colours = theme.current()
            axis = plot.item.getAxis("bottom")
            assert axis.pen().color() == QColor(colours.edge)
            assert axis.textPen().color() == QColor(colours.text_soft)
            assert curve.opts["pen"].color() == QColor(colours.error)
    finally:
        apply_theme(qapp, before)


def test_a_plot_and_its_view_have_the_name_that_a_screen_reader_says(plot):
    assert plot.accessibleName() == plot.view.accessibleName() == "loss"


def test_a_range_keeps_its_free_points_at_every_size(plot):
    plot.show_range(PlotRange(0.0, 10.0, before_px=20, after_px=30), PlotRange(0.0, 1.0))
    for size in (QSize(300, 200), QSize(500, 240)):
        plot.picture(size, 1.0)
        box = plot.item.getViewBox().sceneBoundingRect()
        assert plot.x_of(0.0) == pytest.approx(box.left() + 20, abs=0.5)
        assert plot.x_of(10.0) == pytest.approx(box.right() - 30, abs=0.5)
        assert plot.value_at(plot.x_of(4.0)) == pytest.approx(4.0)


def test_a_range_of_one_value_is_still_a_range(plot):
    plot.show_range(PlotRange(2.0, 2.0), PlotRange(1.0, 1.0))
    low, high = plot.item.getViewBox().viewRange()[0]
    assert low < high


def test_a_picture_has_the_pixels_of_its_screen(plot):
    picture = plot.picture(QSize(120, 80), 2.0)
    assert (picture.size(), picture.devicePixelRatio()) == (QSize(240, 160), 2.0)


def test_lines_are_as_wide_on_a_screen_of_twice_the_pixels(plot):
    curve = red_curve(plot)
    for ratio in (1.0, 2.0, 1.0):
        plot.picture(QSize(120, 80), ratio)
        assert curve.opts["pen"].widthF() == 2 * ratio


def test_a_cleared_plot_holds_nothing_and_its_items_take_no_more_colours(plot, qapp):
    import pyqtgraph as pg

    dressed = []
    plot.add(pg.BarGraphItem(x=[1], height=[1], width=1), lambda: dressed.append(1), is_shade=True)
    red_curve(plot)
    plot.clear()
    plot.dress()
    assert dressed == [1]
    assert plot.item.items == []
    assert len(plot.item.getViewBox().addedItems) == 0


# -- pointer and keys ----------------------------------------------------------------------------


def test_a_plot_that_is_moved_pans_zooms_and_goes_back_by_keys(plot, qtbot):
    plot.show_range(PlotRange(0.0, 10.0), PlotRange(0.0, 1.0))
    plot.show()
    box = plot.item.getViewBox()
    whole = np.array(box.viewRange())
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert box.viewRange()[0] == pytest.approx([1.0, 11.0])
    qtbot.keyClick(plot, Qt.Key.Key_Plus)
    assert box.viewRange()[0][1] - box.viewRange()[0][0] == pytest.approx(8.0)
    qtbot.keyClick(plot, Qt.Key.Key_Home)
    assert np.array(box.viewRange()) == pytest.approx(whole)


def test_a_point_of_a_scatter_is_clicked(plot, qtbot):
    import pyqtgraph as pg

    scatter = pg.ScatterPlotItem([2.0, 8.0], [0.5, 0.5], size=12)
    plot.add(scatter)
    plot.show_range(PlotRange(0.0, 10.0), PlotRange(0.0, 1.0))
    plot.show()
    qtbot.waitExposed(plot)
    QApplication.processEvents()
    found = []
    scatter.sigClicked.connect(lambda _, points, __: found.extend(p.index() for p in points))
    at = plot.view.mapFromScene(plot.item.getViewBox().mapViewToScene(QPointF(8.0, 0.5)))
    qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert found == [1]


def test_a_plot_that_lies_on_a_widget_takes_neither_pointer_nor_keys(qtbot):
    plot = Plot("still")
    qtbot.addWidget(plot)
    assert plot.testAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    assert plot.focusPolicy() == plot.view.focusPolicy() == Qt.FocusPolicy.NoFocus
    before = plot.item.getViewBox().viewRange()
    qtbot.keyClick(plot, Qt.Key.Key_Right)
    assert plot.item.getViewBox().viewRange() == before


def test_pyqtgraph_shows_no_menu_of_its_own(plot, qtbot):
    assert plot.findChildren(QAction) == []
    plot.show()
    qtbot.mouseClick(plot.view.viewport(), Qt.MouseButton.RightButton, pos=QPoint(150, 100))
    assert not [w for w in QApplication.topLevelWidgets() if isinstance(w, QMenu) and w.isVisible()]


# -- exporting -----------------------------------------------------------------------------------


def a_series(*, lines=1):
    values = (0.25, None, 0.75)
    made = tuple(SeriesLine(f"class {n}", n - 1, values) for n in range(lines))
    best = ("class 0", "", "class 0")
    return SeriesInfo("probability", made, best, 0.0, 1.0, 2, 3, None, False)


def windows():
    made = []
    for index in range(3):
        start = 10 * index
        frames = tuple(range(start, start + 10))
        made.append(ClipWindow(index, start, start + 10, frames))
    return tuple(made)


@pytest.fixture
def menu(qtbot):
    owner = Histogram()
    qtbot.addWidget(owner)
    menu = PlotMenu(lambda: figure(a_series(lines=3), windows()), "series", owner)
    menu.told = []
    menu.reported.connect(menu.told.append)
    return menu


def test_a_copied_plot_is_an_image_on_the_ground_of_the_theme(menu, either_theme):
    menu.copy_image()
    image = QGuiApplication.clipboard().image()
    assert image.size() == QSize(1600, 640)
    assert image.pixelColor(2, 2) == QColor(theme.current().panel)
    assert menu.told[0].text == "Plot copied, 1600×640"


def test_saved_values_are_those_of_the_windows_and_gaps_stay_gaps(menu, tmp_path, monkeypatch):
    path = tmp_path / "series.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    menu.save_values()
    rows = list(csv.DictReader(path.read_text(encoding="utf-8").splitlines()))
    assert [row["class 0_x"] for row in rows] == ["0.", "10.", "10.", "20.", "20.", "30."]
    assert [row["class 2_y"] for row in rows] == ["0.25", "0.25", "nan", "nan", "0.75", "0.75"]
    assert (menu.told[0].level, menu.told[0].file) == ("info", path)


def test_an_ending_is_added_where_none_was_typed(menu, tmp_path, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(tmp_path / "a"), ""))
    menu.save_image()
    assert (tmp_path / "a.png").read_bytes().startswith(b"\x89PNG")


def test_a_dialog_that_is_left_writes_nothing(menu, monkeypatch):
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: ("", ""))
    menu.save_image()
    menu.save_values()
    assert menu.told == []


def test_a_folder_that_is_not_there_is_said_and_nothing_is_raised(menu, tmp_path, monkeypatch):
    gone = tmp_path / "gone" / "a.csv"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(gone), ""))
    menu.save_values()
    assert menu.told[0].level == "error"
    assert "does not exist" in menu.told[0].text


def test_an_ending_that_is_no_picture_is_said(menu, tmp_path, monkeypatch):
    path = tmp_path / "a.nothing"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    menu.save_image()
    assert menu.told[0].level == "error"
    assert not path.exists()


def test_values_of_a_plot_go_to_no_folder_that_is_not_there(plot, tmp_path):
    red_curve(plot)
    with pytest.raises(ExportError, match="does not exist"):
        plot.save_values(tmp_path / "gone" / "a.csv")


def test_a_series_that_was_not_run_at_all_is_an_empty_figure(qtbot):
    from dataclasses import replace

    line = SeriesLine("class 0", -1, (None, None, None))
    plot = figure(replace(a_series(), lines=(line,), known=0), windows())
    qtbot.addWidget(plot)
    assert not plot.image().isNull()


@pytest.mark.gui
def test_the_series_is_exported_by_a_right_click_and_by_the_menu_key(lens):
    track = lens.panels.timeline.track
    top = sum(row.height for row in track.rows[:2])
    reasons = QContextMenuEvent.Reason
    for at, reason, is_there in (
        (QPoint(60, top + 12), reasons.Mouse, True),
        (QPoint(60, 4), reasons.Mouse, False),
        (QPoint(60, 4), reasons.Keyboard, True),
    ):
        QApplication.sendEvent(track, QContextMenuEvent(reason, at, track.mapToGlobal(at)))
        shown = [m for m in track.findChildren(QMenu) if m.isVisible()]
        assert bool(shown) == is_there
        for menu in shown:
            assert len(menu.actions()) == 3
            menu.close()


@pytest.mark.gui
def test_the_menu_of_the_histogram_exports_what_it_shows(lens):
    controls = lens.panels.display.range
    controls.histogram.customContextMenuRequested.emit(QPoint(20, 20))
    (menu,) = [m for m in controls.findChildren(QMenu) if m.isVisible()]
    row = next(a for a in menu.actions() if a.text() == "Copy the plot as an image")
    row.trigger()
    menu.close()
    assert QGuiApplication.clipboard().image().size() == QSize(1600, 640)


# -- the histogram -------------------------------------------------------------------------------

STYLE = RenderStyle(ValueRange(0.25, 0.75))


@pytest.fixture
def histogram(qtbot):
    made = Histogram()
    qtbot.addWidget(made)
    made.resize(220, made.sizeHint().height())
    made.show()
    return made


def show(histogram, *, style=STYLE, locked=False, factor=1.0):
    info = HistogramInfo((90, 10, 5, 0), ValueRange(0.0, 1.0))
    histogram.show_values(info, style, locked=locked, factor=factor)
    QApplication.processEvents()


def test_a_histogram_has_no_plot_before_it_has_values(histogram):
    histogram.show_values(None, STYLE, locked=False)
    assert histogram.findChildren(Plot) == []
    show(histogram)
    (plot,) = histogram.findChildren(Plot)
    assert plot.isVisible()
    histogram.show_values(None, STYLE, locked=False)
    assert not plot.isVisible()


def end_colours(histogram):
    image = histogram.grab().toImage()
    return [image.pixelColor(round(histogram.handle_x(which)), 2) for which in (0, 1)]


def test_the_end_that_the_keys_move_stands_out_in_both_themes(histogram, qapp):
    show(histogram)
    before = theme.current().name
    try:
        for name in ("light", "dark", "light"):
            apply_theme(qapp, name)
            accent, text = QColor(theme.current().accent), QColor(theme.current().text)
            histogram.setFocus()
            assert end_colours(histogram) == [text, accent]
            histogram.clearFocus()
            assert end_colours(histogram) == [text, text]
    finally:
        apply_theme(qapp, before)


def bar_colour(histogram, value):
    (plot,) = histogram.findChildren(Plot)
    bottom = plot.item.getViewBox().sceneBoundingRect().bottom()
    at = QPoint(round(histogram._x(value)), round(bottom) - 4)
    return histogram.grab().toImage().pixelColor(at)


def test_values_outside_the_range_fade_into_the_ground(histogram):
    ground = QColor(theme.current().control)
    show(histogram, style=RenderStyle(ValueRange(0.0, 1.0)))
    inside = bar_colour(histogram, 0.4)
    show(histogram, style=RenderStyle(ValueRange(0.5, 1.0)))
    outside = bar_colour(histogram, 0.4)
    assert inside != outside != ground


def test_locked_ends_are_faint(histogram):
    show(histogram, locked=True)
    x = round(histogram.handle_x(1))
    assert histogram.grab().toImage().pixelColor(x, 2) == QColor(theme.current().text_faint)


def test_the_axis_counts_in_the_unit_that_is_shown(histogram):
    show(histogram, factor=576.0)
    (plot,) = histogram.findChildren(Plot)
    assert plot.item.getAxis("bottom").scale == 576.0
    assert histogram.handle_x(1) == pytest.approx(plot.x_of(0.75))
