"""Workspaces: what each shows, keeps and shares; the menu row, and what the search field finds."""

from itertools import pairwise

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QToolButton

from app.commands import BY_ID, WORKSPACE_ROW
from app.commands.entry import Entry, matching
from app.commands.palette import Palette, entries_of
from app.panels.table import PANELS
from app.panels.workspaces import WIDE_PX, WORKSPACES, width_of
from app.state.view_state import LeftWorkspace
from tests.app.conftest import settle
from tests.app.helpers import WAIT_MS, click, dialog_of, press, source

ALT, CONTROL = Qt.KeyboardModifier.AltModifier, Qt.KeyboardModifier.ControlModifier
DIGITS = (Qt.Key.Key_1, Qt.Key.Key_2, Qt.Key.Key_3, Qt.Key.Key_4)
NAMES = [workspace.name for workspace in WORKSPACES]


def shown(window):
    """Names of the docks that are shown, behind a tab or not."""
    return {name for name, dock in window.docks.by_name.items() if not dock.isHidden()}


def first_docks(workspace, width="wide"):
    """Names of the docks that a workspace shows at first; the empty page has no timeline."""
    return set(workspace.arrangement(width).shown()) - {"timeline"}


def go(qtbot, window, number):
    qtbot.keyClick(window, DIGITS[number - 1], ALT)


# -- the table -----------------------------------------------------------------------------------


@pytest.mark.parametrize("workspace", WORKSPACES, ids=NAMES)
@pytest.mark.parametrize("width", ["wide", "narrow"])
def test_a_workspace_names_panels_that_exist_and_each_once(workspace, width):
    names = workspace.arrangement(width).shown()
    assert len(set(names)) == len(names)
    assert set(names) <= {panel.name for panel in PANELS}
    assert "timeline" in names


@pytest.mark.parametrize("workspace", WORKSPACES, ids=NAMES)
def test_a_narrow_window_has_no_left_side_and_at_most_four_tabs(workspace):
    assert workspace.narrow.left == ()
    assert len(workspace.narrow.tabs) <= 4
    homes = {panel.area for panel in PANELS}
    assert "left" not in {workspace.narrow.area_of("not named", home) for home in homes}


def test_a_window_is_wide_from_a_width_on():
    assert (width_of(WIDE_PX), width_of(WIDE_PX - 1)) == ("wide", "narrow")


# -- going from one to another -------------------------------------------------------------------


def test_alt_and_a_digit_change_the_docks_and_share_the_place(lens, qtbot):
    lens.controller.intents.go_to(7)
    press(qtbot, lens, Qt.Key.Key_Up)
    press(qtbot, lens, Qt.Key.Key_2)
    settle(qtbot, lens)
    lens.actions_table.run("view.zoom_in")
    lens.controller.intents.pin_class(1)

    def place():
        state = lens.store.state
        return state.frame, state.map.block, state.map.head, state.pinned_classes, state.heat

    before, zoom = place(), lens.stage.canvas.place[0]
    for number, workspace in enumerate(WORKSPACES, start=1):
        go(qtbot, lens, number)
        assert shown(lens) == set(workspace.wide.shown()), workspace.name
        assert place() == before
        assert lens.stage.canvas.place[0] == pytest.approx(zoom)
        holds = [lens.actions_table.by_id[each].isChecked() for each in WORKSPACE_ROW]
        assert holds == [each is workspace for each in WORKSPACES]


def test_a_click_on_the_control_goes_to_a_workspace_and_ctrl_tab_round_all(boot, qtbot):
    window = boot()
    click(qtbot, window.menu_row.workspaces.buttons["workspace.atlas"])
    assert window.store.state.workspace == "atlas"
    seen = []
    for _ in WORKSPACES:
        qtbot.keyClick(window, Qt.Key.Key_Tab, CONTROL)
        seen.append(window.store.state.workspace)
    assert seen == ["clips", "look", "explain", "atlas"]


def test_each_workspace_keeps_its_view_and_its_map(lens, qtbot):
    lens.actions_table.run("view.show_heads")
    lens.controller.intents.choose_method("received")
    go(qtbot, lens, 2)
    assert lens.store.state.view == "single"
    lens.controller.intents.choose_method("row")
    go(qtbot, lens, 1)
    assert (lens.store.state.view, lens.store.state.map.method) == ("heads", "received")
    go(qtbot, lens, 2)
    assert (lens.store.state.view, lens.store.state.map.method) == ("single", "row")
    assert [each.workspace for each in lens.store.state.left] == ["look"]


def test_going_elsewhere_is_no_step_of_undo_and_undo_goes_nowhere(lens, qtbot):
    first = lens.store.state.heat.opacity
    lens.actions_table.run("view.show_layers")
    lens.store.update(opacity=0.4)
    go(qtbot, lens, 2)
    lens.store.update(opacity=0.3)
    go(qtbot, lens, 4)
    for wanted in (0.4, first):
        lens.store.undo()
        state = lens.store.state
        assert (state.workspace, state.view, state.heat.opacity) == ("clips", "single", wanted)
    lens.store.undo()  # the view of Look is no step here
    assert (lens.store.state.workspace, lens.store.state.view) == ("clips", "single")
    lens.store.redo()
    assert lens.store.state.workspace == "clips"


def test_a_token_that_was_left_in_a_workspace_is_gone_with_the_clip(lens, qtbot):
    lens.controller.intents.choose_query((0, 0, 0))
    go(qtbot, lens, 2)
    assert [each.query for each in lens.store.state.left] == [(0, 0, 0)]
    lens.controller.open_video(lens.store.state.clip)
    qtbot.waitUntil(lambda: not lens.store.state.left, timeout=WAIT_MS)


def test_going_to_another_workspace_does_not_modify_a_session(lens, qtbot, tmp_path):
    lens.sessions._write(tmp_path / "kept.mvitlens")
    lens.actions_table.run("view.show_heads")
    assert lens.sessions.is_modified
    lens.actions_table.run("view.show_single")
    go(qtbot, lens, 3)
    assert not lens.sessions.is_modified


def test_a_session_opens_in_the_workspace_that_it_was_saved_in(lens, boot, qtbot, tmp_path):
    go(qtbot, lens, 2)
    lens.actions_table.run("view.display")
    lens.sessions._write(tmp_path / "kept.mvitlens")
    docks = shown(lens)
    go(qtbot, lens, 1)
    lens.close()
    again = boot(session=tmp_path / "kept.mvitlens")
    qtbot.waitUntil(lambda: again.sessions.path is not None, timeout=WAIT_MS)
    assert again.store.state.workspace == "explain"
    assert shown(again) == docks


def test_a_session_with_a_workspace_left_by_an_unknown_method_begins_it_anew(
    lens, boot, qtbot, tmp_path
):
    lens.store.update(
        left=(LeftWorkspace("atlas", "single", "single", "no such", "readout", None),)
    )
    lens.sessions._write(tmp_path / "kept.mvitlens")
    lens.close()
    again = boot(session=tmp_path / "kept.mvitlens")
    qtbot.waitUntil(lambda: again.sessions.path is not None, timeout=WAIT_MS)
    assert again.store.state.left == ()


# -- layouts -------------------------------------------------------------------------------------


def test_a_layout_is_kept_for_each_workspace_and_width_over_a_restart(boot, qtbot):
    window = boot()
    window.docks.toggle("layers")
    go(qtbot, window, 2)
    window.docks.toggle("predictions")
    window.resize(1024, 700)
    qtbot.waitUntil(lambda: shown(window) == first_docks(WORKSPACES[1], "narrow"), timeout=WAIT_MS)
    window.docks.toggle("model")
    window.close()
    again = boot()
    assert again.store.state.workspace == "explain"
    assert shown(again) == {*first_docks(WORKSPACES[1], "narrow"), "model"}
    again.resize(1400, 860)
    wide = first_docks(WORKSPACES[1]) - {"predictions"}
    qtbot.waitUntil(lambda: shown(again) == wide, timeout=WAIT_MS)
    go(qtbot, again, 1)
    assert shown(again) == first_docks(WORKSPACES[0]) - {"layers"}


def test_reset_layout_resets_this_workspace_alone(boot, qtbot):
    window = boot()
    window.docks.toggle("heads")
    go(qtbot, window, 4)
    window.docks.toggle("clips")
    window.actions_table.run("view.reset_layout")
    assert shown(window) == first_docks(WORKSPACES[3])
    go(qtbot, window, 1)
    assert "heads" not in shown(window)


def test_z_hides_all_docks_and_shows_them_as_they_were(lens, qtbot):
    lens.docks.toggle("heads")
    layers, centre = lens.docks.by_name["layers"], lens.centralWidget()
    qtbot.waitUntil(
        lambda: layers.geometry().bottom() == centre.geometry().bottom(), timeout=WAIT_MS
    )
    before = {name: dock.geometry() for name, dock in lens.docks.by_name.items()}
    docks = shown(lens)
    press(qtbot, lens, Qt.Key.Key_Z)
    assert shown(lens) == set()
    lens.docks.show("display")
    press(qtbot, lens, Qt.Key.Key_Z)
    assert shown(lens) == docks
    qtbot.waitUntil(
        lambda: all(
            lens.docks.by_name[name].geometry() == before[name] for name in ("layers", "timeline")
        ),
        timeout=WAIT_MS,
    )


def test_docks_hidden_by_z_are_there_again_after_a_restart_or_in_another_workspace(boot, qtbot):
    window = boot()
    window.toggle_panels()
    go(qtbot, window, 2)
    assert shown(window) == first_docks(WORKSPACES[1])
    window.toggle_panels()
    window.close()
    assert shown(boot()) == first_docks(WORKSPACES[1])


def test_full_screen_keeps_the_stage_alone_in_every_workspace(lens, qtbot):
    lens.full_screen()
    go(qtbot, lens, 2)
    assert shown(lens) == {"timeline"}
    lens.full_screen()
    qtbot.waitUntil(lambda: not lens.isFullScreen(), timeout=WAIT_MS)
    assert shown(lens) == set(WORKSPACES[1].wide.shown())


@pytest.mark.parametrize("number", [1, 2, 3, 4])
def test_a_small_window_leaves_the_frame_600_pixels(lens, qtbot, number):
    lens.resize(1024, 700)
    go(qtbot, lens, number)
    narrow = set(WORKSPACES[number - 1].narrow.shown())
    qtbot.waitUntil(lambda: shown(lens) == narrow, timeout=WAIT_MS)
    centre = lens.centralWidget()
    qtbot.waitUntil(lambda: lens.size().toTuple() == (1024, 700), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: centre.width() >= 600, timeout=WAIT_MS)
    assert lens.minimumSizeHint().width() <= 1024
    assert lens.minimumSizeHint().height() <= 700
    assert lens.panels.timeline.body.isVisible() == WORKSPACES[number - 1].narrow.has_track


# -- places of what comes later ------------------------------------------------------------------


def test_the_atlas_has_no_views_and_says_what_it_needs(boot, qtbot, barcode_clip, toy_checkpoint):
    window = boot(clip=barcode_clip)
    go(qtbot, window, 3)
    assert window.atlas.isVisible()
    assert not window.toolbar.views.isVisible()
    assert window.atlas.empty.sentence.text() == "Run a window to compare its heads."
    assert not window.atlas.empty.button.isVisible()
    assert "atlas has no views" in window.actions_table.by_id["view.show_heads"].toolTip()
    go(qtbot, window, 1)
    assert window.stage.isVisible()
    assert window.toolbar.views.isVisible()


def test_a_panel_that_waits_for_a_run_has_a_button_that_runs(
    boot, qtbot, barcode_clip, toy_checkpoint
):
    window = boot()
    window.preferences.update(auto_run=False)
    window.controller.load_model(source(toy_checkpoint))
    window.controller.open_video(barcode_clip)
    results = window.controller
    qtbot.waitUntil(lambda: bool(results.results.video and results.results.model), timeout=WAIT_MS)
    go(qtbot, window, 2)
    why = window.panels.why.empty
    qtbot.waitUntil(why.button.isVisible, timeout=WAIT_MS)
    assert why.sentence.text() == "Run a window to explain its classes."
    click(qtbot, why.button)
    settle(qtbot, window)
    assert not why.button.isVisible()
    assert "Run a window" not in why.sentence.text()


# -- the menu row and the search -----------------------------------------------------------------


def test_the_menu_row_holds_menus_workspaces_and_search_at_every_width(boot, qtbot):
    window = boot()
    row = window.menu_row
    for width in (1024, 1400):
        window.resize(width, 700)
        qtbot.waitUntil(lambda width=width: row.width() == width, timeout=WAIT_MS)
        parts = [row.bar.geometry(), row.workspaces.geometry(), row.search.geometry()]
        for one, other in pairwise(parts):
            assert one.right() < other.left()
        assert parts[-1].right() < width
        assert parts[0].width() >= row.bar.sizeHint().width()
    click(qtbot, row.search)
    dialog_of(Palette).reject()


def test_alt_f_opens_the_file_menu_of_the_row(boot, qtbot):
    window = boot()
    qtbot.keyClick(window, Qt.Key.Key_F, ALT)
    menu = window.menuBar().actions()[0].menu()
    qtbot.waitUntil(menu.isVisible, timeout=WAIT_MS)
    menu.close()


@pytest.mark.parametrize("name", sorted(BY_ID))
def test_each_command_is_found_first_by_its_title(name):
    entries = tuple(
        Entry(command.id, command.title.format(n=command.id.rpartition("_")[2]), "Menu", "", "")
        for command in BY_ID.values()
        if not command.held
    )
    mine = [entry for entry in entries if entry.id == name]
    for entry in mine:
        assert matching(entries, entry.title)[0] == entry


def test_titles_stand_before_keywords_and_groups(boot):
    entries = (
        Entry("group", "Something", "Export", "", ""),
        Entry("keyword", "Other", "File", "", "", keywords="export, save"),
        Entry("word", "Again export", "File", "", ""),
        Entry("begin", "Export all", "File", "", "no"),
        Entry("title", "Export…", "File", "", ""),
        Entry("none", "Quit", "File", "", ""),
    )
    found = [entry.id for entry in matching(entries, "export")]
    assert found == ["title", "begin", "word", "keyword", "group"]
    assert matching(entries, " ", used=("word",))[0].id == "word"


@pytest.fixture
def find(lens, qtbot):
    """Types into the palette; returns its rows, and runs the first with ``run=True``."""

    def find(text, *, run=False):
        qtbot.keyClick(lens, Qt.Key.Key_K, CONTROL)
        palette = dialog_of(Palette)
        qtbot.keyClicks(palette.search, text)
        rows = palette.shown()
        qtbot.keyClick(palette.search, Qt.Key.Key_Return if run else Qt.Key.Key_Escape)
        return rows

    return find


def test_a_colon_finds_a_frame_a_time_or_a_share(lens, qtbot, find):
    find(":12", run=True)
    assert lens.store.state.frame == 12
    find(":50%", run=True)
    assert lens.store.state.frame == 20
    assert "0:04.2 a time" in find(":words")[0].reason


def test_a_number_sign_finds_a_block_and_its_head(lens, qtbot, find):
    assert [row.title for row in find("#2/1")] == ["Block 2, head 1"]
    find("#2/1", run=True)
    assert (lens.store.state.map.block, lens.store.state.map.head) == (2, 1)
    assert "no such one" in find("#99/1")[0].reason
    assert len(find("#")) > len(lens.controller.results.layers)


def test_an_at_sign_finds_a_class_and_pins_it(lens, qtbot, find):
    names = [each.name for each in lens.controller.results.shown.result.predictions]
    wanted = names[-1]
    assert find("@" + wanted)[0].title == wanted
    find("@" + wanted, run=True)
    index = next(
        e.index for e in lens.controller.results.shown.result.predictions if e.name == wanted
    )
    assert lens.store.state.pinned_classes == (index,)
    find("@" + wanted, run=True)
    assert lens.store.state.pinned_classes == (index,)
    assert find("@no such class")[0].reason


def test_a_question_mark_finds_the_help_by_its_words(lens, find):
    assert "Trust" in [row.title for row in find("?colour bar")]
    assert find("?nothing of this kind")[0].reason


def test_signs_say_what_is_missing_in_an_empty_window(boot, qtbot):
    window = boot()
    entries = entries_of(window.actions_table)
    assert entries
    for sign, missing in ((":", "video"), ("@", "run a window"), ("#", "load a model")):
        qtbot.keyClick(window, Qt.Key.Key_K, CONTROL)
        palette = dialog_of(Palette)
        qtbot.keyClicks(palette.search, sign)
        assert missing in palette.shown()[0].reason
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
        assert palette.isVisible()
        palette.reject()


def test_what_was_used_last_stands_first_in_an_empty_search(lens, qtbot, find):
    find("token grid", run=True)
    assert find("")[0].id == "view.token_grid"
    find("dim what", run=True)
    assert [row.id for row in find("")[:2]] == ["view.coverage", "view.token_grid"]


def test_tools_and_timeline_leave_the_frame_its_room_at_first(lens, qtbot):
    timeline = lens.docks.by_name["timeline"]
    qtbot.waitUntil(lambda: timeline.height() == 144, timeout=WAIT_MS)
    assert lens.toolbar.height() == 40
    assert lens.panels.timeline.body.isVisible()


def test_the_toolbar_shows_the_views_as_one_control(lens):
    views = lens.toolbar.widgetForAction(lens.toolbar.views)
    assert len(views.findChildren(QToolButton)) == 4


def test_the_layout_of_a_session_waits_until_the_window_is_as_wide_as_the_one_it_was_saved_in(
    lens, qtbot, tmp_path, monkeypatch
):
    path = tmp_path / "wide.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(path), ""))
    lens.resize(1400, 860)
    go(qtbot, lens, 2)
    lens.docks.toggle("effects")
    assert lens.sessions.save()
    wide = shown(lens)
    lens.actions_table.run("view.reset_layout")
    lens.resize(1024, 700)
    qtbot.waitUntil(lambda: lens.layouts.width == "narrow", timeout=WAIT_MS)
    narrow = shown(lens)
    assert narrow != wide
    go(qtbot, lens, 4)
    clips = shown(lens)
    lens.sessions.open(path)
    qtbot.waitUntil(lambda: lens.store.state.workspace == "explain", timeout=WAIT_MS)
    settle(qtbot, lens)
    assert shown(lens) == narrow
    go(qtbot, lens, 4)
    assert shown(lens) == clips, "it is of the workspace that the session shows"
    go(qtbot, lens, 2)
    lens.resize(1400, 860)
    qtbot.waitUntil(lambda: shown(lens) == wide, timeout=WAIT_MS)
