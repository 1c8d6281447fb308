"""Sessions: what was looked at is saved, found again, and refused where it cannot be read."""

import json
import shutil
from dataclasses import replace
from pathlib import Path
from typing import get_args, get_origin

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.dialogs.relink import RelinkDialog
from app.state.json_codec import LARGEST_WHOLE, decode, encode, field_types
from app.state.session import NOT_KEPT, make_session, session_page
from app.state.session_file import (
    Place,
    digest_of,
    find,
    kept_view,
    read_session,
    session_of,
    write_session,
)
from app.state.view_state import ModelSource, Pane, ViewState
from app.state.window_patch import WindowPatch
from mvit_core.attribution import HeadSet, MapSpec
from mvit_core.errors import SessionError
from mvit_core.explaining.changes import UNCHANGED
from mvit_core.explaining.patches import Patch
from mvit_core.render import HeatSettings, ValueRange
from mvit_core.system.session_form import EDGE_BYTES, VERSION
from mvit_core.video.clip import ClipSpec
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import dialog_of, drop, messages, press
from tests.fixtures_video import write_barcode_clip

EARLIER = Path(__file__).parent / "sessions"
"""Files that versions with sessions of forms 1 and 2 wrote."""

CONTROL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


@pytest.fixture
def files(tmp_path):
    folder = tmp_path / "data"
    folder.mkdir()
    clip, checkpoint = folder / "a.mp4", folder / "m.pyth"
    clip.write_bytes(b"clip" * 9)
    checkpoint.write_bytes(b"model" * 9)
    return clip, checkpoint


@pytest.fixture
def state(files):
    clip, checkpoint = files
    return ViewState(
        clip=clip,
        model=ModelSource(checkpoint),
        clip_spec=ClipSpec(frames=8, size=160),
        frame=7,
        map=MapSpec(block=3, head=2, query=(1, 2, 3)),
        heat=HeatSettings(colormap="viridis", opacity=0.3, manual_range=ValueRange(0.1, 0.9)),
    )


@pytest.fixture
def saved(state, tmp_path):
    path = tmp_path / "s.mvitlens"
    write_session(session_of(state, Place("", 2.0, (4.0, 5.0)), tmp_path), path)
    return path


def edit(path, **changes):
    page = json.loads(path.read_text())
    page.update(changes)
    path.write_text(json.dumps(page))


# -- the file ------------------------------------------------------------------------------------


def test_what_was_saved_is_read_again(saved, state):
    session = read_session(saved)
    assert session.view == kept_view(state)
    assert session.place == Place("", 2.0, (4.0, 5.0))
    assert set(session.files) == {"clip", "checkpoint"}
    assert session.unknown == ()


def test_every_field_of_the_view_is_kept_but_files_and_moments():
    assert set(kept_view(ViewState())) == set(field_types(ViewState)) - NOT_KEPT
    assert set(field_types(ViewState)) >= NOT_KEPT


def test_a_session_without_paths_names_no_folder_whatever_the_view_holds(state, files, tmp_path):
    clip, checkpoint = files
    patch = WindowPatch(Patch("block", 2), clip, 0, 0, UNCHANGED)
    pane = Pane(clip, ModelSource(checkpoint), ClipSpec(), MapSpec(block=1))
    state = replace(
        state, clips=tmp_path / "list.csv", batch_root=tmp_path, panes=(pane,), patches=(patch,),
        pane=1, difference=(0, 1), tube_what="blur",
    )  # fmt: skip
    with_paths, without = (
        json.dumps(session_page(make_session(state, Place(), tmp_path, with_paths=wanted)))
        for wanted in (True, False)
    )
    assert with_paths.count(str(tmp_path)) > 4
    assert str(tmp_path) not in without
    view = json.loads(without)["view"]
    assert (view["panes"], view["patches"], view["difference"]) == ([], [], None)
    assert view["tube_what"] == "blur"


def test_no_weights_and_no_maps_are_in_the_file(saved):
    assert saved.stat().st_size < 5000


_heads = st.one_of(
    st.sampled_from(["mean", "max", "min"]),
    st.integers(0, 15),
    st.builds(lambda some: HeadSet(tuple(sorted(some))), st.sets(st.integers(0, 15), min_size=2)),
)
_queries = st.one_of(
    st.sampled_from(["readout", "class"]), st.tuples(*(st.integers(0, 99) for _ in range(3)))
)
_numbers = st.floats(-1e6, 1e6)
_ranges = st.one_of(st.none(), st.builds(ValueRange, _numbers, _numbers))


@given(
    head=_heads,
    query=_queries,
    locked=_ranges,
    block=st.one_of(st.none(), st.integers(0, 30)),
    opacity=st.floats(0, 1),
    spec=st.one_of(st.none(), st.builds(ClipSpec, frames=st.integers(1, 64))),
)
def test_any_view_survives_being_json(head, query, locked, block, opacity, spec):
    view = ViewState(
        map=MapSpec(block=block, head=head, query=query),
        heat=HeatSettings(locked_range=locked, opacity=opacity),
        clip_spec=spec,
    )
    for name, value in kept_view(view).items():
        kept = json.loads(json.dumps(encode(value)))
        assert decode(kept, field_types(ViewState)[name], name) == value


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("heat.opacity", "high"),
        ("heat.opacity", float("nan")),
        ("heat.opacity", 10**400),
        ("heat", 3),
        ("map", []),
        ("frame", 1.5),
        ("frame", True),
        ("map.head", "median"),
        ("map.query", [1, 2]),
        ("heat.range_policy", "whatever"),
        ("clip_spec", {"frames": -1}),
        ("clip_spec", 3),
        ("heat.locked_range", {"low": 0.0}),
    ],
)
def test_a_value_of_the_wrong_kind_is_refused_by_name(saved, name, kept):
    view = json.loads(saved.read_text())["view"]
    *part, field = name.split(".")
    (view[part[0]] if part else view)[field] = kept
    edit(saved, view=view)
    with pytest.raises(SessionError, match=f"view.{name}"):
        read_session(saved)


def test_fields_of_a_later_version_are_reported_and_left_out(saved, state):
    view = json.loads(saved.read_text())["view"]
    view["heat"]["glow"] = view["map"]["layer"] = 1
    edit(saved, view={**view, "sparkle": 3}, sound="loud")
    session = read_session(saved)
    assert set(session.unknown) == {"sound", "view.sparkle", "view.heat.glow", "view.map.layer"}
    assert session.view == kept_view(state)


def test_fields_that_an_earlier_version_did_not_write_have_their_first_values(saved):
    edit(saved, view={"frame": 3})
    assert read_session(saved).view == {"frame": 3}


def as_form(path, number):
    """Lay the fields of map and heat beside all others, as forms 1 and 2 had them."""
    view = json.loads(path.read_text())["view"]
    for pane in view["panes"]:
        pane |= pane.pop("map")
    flat = view.pop("map") | view.pop("heat")
    edit(path, version=number, view={**view, **flat})


@pytest.mark.parametrize(("head", "number"), [(2, 1), ("max", 1), (HeadSet((0, 2)), 2)])
def test_sessions_of_earlier_forms_are_read_as_they_were_saved(
    state, files, tmp_path, head, number
):
    path, shown = tmp_path / "old.mvitlens", replace(state.map, head=head)
    pane = Pane(files[0], state.model, state.clip_spec, shown)
    view = replace(state, map=shown, panes=(pane,))
    write_session(session_of(view, Place(), tmp_path), path)
    as_form(path, number)
    assert "map" not in json.loads(path.read_text())["view"]
    session = read_session(path)
    assert session.view == kept_view(view)
    assert session.unknown == ()


@pytest.mark.parametrize(
    ("number", "head", "pinned"), [(1, 3, "max"), (2, HeadSet((0, 2)), HeadSet((1, 3)))]
)
def test_a_session_that_an_earlier_version_wrote_is_read(number, head, pinned):
    session = read_session(EARLIER / f"form_{number}.mvitlens")
    assert session.view["map"] == MapSpec(1, head, "column", (2, 4, 5))
    assert session.view["heat"] == HeatSettings(
        mode="even",
        colormap="viridis",
        opacity=0.45,
        smooth=False,
        units="uniform",
        range_policy="clip",
    )
    assert [pane.map for pane in session.view["panes"]] == [MapSpec(0, pinned, "received")]
    assert session.unknown == ()


@pytest.mark.parametrize(
    ("kept", "mode", "opacity"),
    [
        ({"mode": "tint", "opacity": 0.4}, "even", 0.4),
        ({"gamma": 2.0}, "even", 0.6),
        ({"mode": "spotlight", "opacity": 0.7}, "spotlight", 0.7),
        ({"mode": "tint", "opacity": 0.4, "outline": False}, "tint", 0.4),
    ],
)
def test_heat_of_a_session_from_before_tints_followed_values_is_even(tmp_path, kept, mode, opacity):
    path = tmp_path / "a.mvitlens"
    write_session(session_of(ViewState(), Place(), tmp_path), path)
    page = json.loads(path.read_text())
    page["view"]["heat"] = kept
    path.write_text(json.dumps(page))
    heat = read_session(path).view["heat"]
    assert (heat.mode, heat.opacity) == (mode, opacity)


@pytest.mark.parametrize(
    ("name", "kept", "words"),
    [
        ("opacity", "high", r"view\.heat\.opacity"),
        ("head", "median", r"view\.map\.head"),
        ("panes", [3], r"view\.panes"),
        ("panes", 3, r"view\.panes"),
    ],
)
def test_a_damaged_session_of_an_earlier_form_is_refused_by_name(saved, name, kept, words):
    as_form(saved, 1)
    view = json.loads(saved.read_text())["view"]
    edit(saved, view={**view, name: kept})
    with pytest.raises(SessionError, match=words):
        read_session(saved)


WHOLE = [
    name
    for name, kind in field_types(ViewState).items()
    if get_origin(kind) is not tuple and int in (kind, *get_args(kind))
]


@pytest.mark.parametrize("name", WHOLE)
@pytest.mark.parametrize("number", [2**31, -(2**31), 10**400], ids=["more", "less", "far more"])
def test_a_whole_number_that_counts_nothing_is_refused_by_name(name, number):
    kind = field_types(ViewState)[name]
    assert decode(LARGEST_WHOLE, kind, name) == LARGEST_WHOLE
    with pytest.raises(SessionError, match=r"pinned_classes is .*at most"):
        decode([number], field_types(ViewState)["pinned_classes"], "pinned_classes")
    with pytest.raises(SessionError, match=rf"{name} is .*at most {LARGEST_WHOLE} is allowed"):
        decode(number, kind, name)


def test_a_pinned_map_without_a_block_is_refused(saved, state, files):
    pane = Pane(files[0], state.model, state.clip_spec, state.map)
    view = {**json.loads(saved.read_text())["view"], "panes": encode((pane,))}
    del view["panes"][0]["map"]["block"]
    edit(saved, view=view)
    with pytest.raises(SessionError, match="a pinned map has no block"):
        read_session(saved)


def test_a_later_version_is_refused_with_an_explanation(saved):
    edit(saved, version=999, written_by="9.9")
    with pytest.raises(SessionError, match=rf"9\.9 in form 999; .* up to form {VERSION}\. Update"):
        read_session(saved)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "damaged or no session"),
        (b'{"kind": ', "damaged or no session"),
        (b"\xff\xfe\x00", "damaged or no session"),
        (b"[" * 100_000, "damaged or no session"),
        (b"[]", "no session of MViT Lens"),
        (b"{}", "no session of MViT Lens"),
        (b'{"kind": "MViT Lens session"}', "version is None"),
        (b'{"kind": "MViT Lens session", "version": 1, "view": 3}', "not a group"),
        (b'{"kind": "MViT Lens session", "version": 1, "files": {"clip": 3}}', "files"),
    ],
)
def test_a_damaged_file_is_refused_in_words(tmp_path, content, words):
    path = tmp_path / "bad.mvitlens"
    path.write_bytes(content)
    with pytest.raises(SessionError, match=words):
        read_session(path)


def test_a_session_that_is_not_there_is_refused_with_its_path(tmp_path):
    with pytest.raises(SessionError, match=r"nowhere\.mvitlens cannot be read"):
        read_session(tmp_path / "nowhere.mvitlens")


# -- finding files -------------------------------------------------------------------------------


def test_a_folder_that_moved_as_a_whole_is_found_again(saved, tmp_path):
    home = tmp_path / "elsewhere"
    home.mkdir()
    shutil.move(tmp_path / "data", home / "data")
    moved = shutil.move(saved, home / "s.mvitlens")
    session = read_session(Path(moved))
    assert find(session.files["clip"], home).path == home / "data" / "a.mp4"


def test_a_session_that_moved_alone_still_knows_the_whole_path(saved, files, tmp_path):
    away = tmp_path / "away"
    away.mkdir()
    assert find(read_session(saved).files["clip"], away).path == files[0]


def test_another_file_of_the_same_name_is_told_apart(saved, files, tmp_path):
    files[0].write_bytes(b"another")
    found = find(read_session(saved).files["clip"], tmp_path)
    assert found.path == files[0]
    assert not found.same


def test_a_file_that_is_gone_is_not_found(saved, files, tmp_path):
    files[0].unlink()
    assert find(read_session(saved).files["clip"], tmp_path).path is None


def test_the_hash_sees_size_head_and_tail(tmp_path):
    big = bytes(4 * EDGE_BYTES)
    path, seen = tmp_path / "f", set()
    for content in (big, big + b"\0", b"x" + big[1:], big[:-1] + b"x"):
        path.write_bytes(content)
        seen.add(digest_of(path))
    assert len(seen) == 4


def test_a_folder_of_pictures_is_told_by_its_names_and_sizes(tmp_path):
    (tmp_path / "1.png").write_bytes(b"one")
    before = digest_of(tmp_path)
    (tmp_path / "2.png").write_bytes(b"two")
    assert digest_of(tmp_path) != before


# -- in the window -------------------------------------------------------------------------------


@pytest.fixture
def save_to(monkeypatch, tmp_path):
    target = tmp_path / "kept.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(target), ""))
    return target


def test_a_view_is_saved_and_opened_again_by_the_command_line(lens, boot, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_Up)
    press(qtbot, lens, Qt.Key.Key_2)
    press(qtbot, lens, Qt.Key.Key_C)
    lens.controller.intents.go_to(13)
    settle(qtbot, lens)
    lens.actions_table.run("view.zoom_in")
    lens.actions_table.run("view.predictions")
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    assert "kept.mvitlens" in lens.windowTitle()
    before, zoom = lens.store.state, lens.stage.canvas.place
    lens.close()
    again = boot(session=save_to)
    qtbot.waitUntil(lambda: again.sessions.path is not None, timeout=WAIT_MS)
    assert again.store.state == before
    assert again.stage.canvas.place == zoom
    assert not again.docks.by_name["predictions"].isVisible()
    settle(qtbot, again)
    assert not again.isWindowModified()


def test_a_change_is_marked_in_the_title_until_it_is_saved_or_undone(lens, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    press(qtbot, lens, Qt.Key.Key_Right)
    assert not lens.isWindowModified()  # looking on is no change
    press(qtbot, lens, Qt.Key.Key_C)
    assert lens.isWindowModified()
    press(qtbot, lens, Qt.Key.Key_Z, CONTROL)
    assert not lens.isWindowModified()
    press(qtbot, lens, Qt.Key.Key_C)
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    assert not lens.isWindowModified()
    assert read_session(save_to).view["heat"] == lens.store.state.heat


def test_quitting_with_a_changed_session_asks_and_may_be_called_off(
    lens, qtbot, save_to, monkeypatch
):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    press(qtbot, lens, Qt.Key.Key_C)
    asked, replies = [], [QMessageBox.StandardButton.Cancel, QMessageBox.StandardButton.Discard]

    def result(parent, title, words, *_):
        asked.append(words)
        return replies.pop(0)

    monkeypatch.setattr(QMessageBox, "question", result)
    press(qtbot, lens, Qt.Key.Key_Q, CONTROL)
    assert lens.isVisible()
    assert "kept.mvitlens" in asked[0]
    press(qtbot, lens, Qt.Key.Key_Q, CONTROL)
    assert not lens.isVisible()


def test_a_session_is_opened_by_dropping_it(lens, boot, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    lens.close()
    window = boot()
    accepted, words = drop(window, save_to)
    assert accepted
    assert words == "Open this session"
    qtbot.waitUntil(lambda: window.sessions.path == save_to, timeout=WAIT_MS)


def test_a_session_is_opened_as_the_one_argument_that_a_double_click_gives(
    lens, boot, qtbot, save_to
):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    lens.close()
    window = boot(clip=save_to)
    qtbot.waitUntil(lambda: window.sessions.path == save_to, timeout=WAIT_MS)


def test_a_clip_that_moved_is_relinked_and_everything_is_as_before(
    lens, boot, qtbot, save_to, tmp_path, barcode_clip
):
    press(qtbot, lens, Qt.Key.Key_End)
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    before = lens.store.state
    lens.close()
    moved = tmp_path / "moved.mp4"
    shutil.move(barcode_clip, moved)
    window = boot(clip=None)
    window.sessions.open(save_to)
    dialog = dialog_of(RelinkDialog)
    assert not dialog.open_button.isEnabled(), "without its clip a session says nothing"
    other = write_barcode_clip(tmp_path / "other.mp4", frames=5)
    dialog.set_path("clip", other)
    assert not dialog.open_button.isEnabled(), "not before it was compared"
    qtbot.waitUntil(lambda: "another file" in dialog.states["clip"].text(), timeout=WAIT_MS)
    dialog.set_path("clip", moved)
    qtbot.waitUntil(lambda: f"found: {moved}" == dialog.states["clip"].text(), timeout=WAIT_MS)
    qtbot.mouseClick(dialog.open_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: window.sessions.path is not None, timeout=WAIT_MS)
    assert window.store.state == replace(before, clip=moved)


def test_a_session_edited_by_hand_shows_what_there_is(lens, boot, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    lens.close()
    view = json.loads(save_to.read_text())["view"]
    view["frame"] = 999
    view["map"] |= {"block": 77, "head": 55, "query": [99, 99, 99], "method": "magic"}
    view["heat"] |= {"colormap": "sparkle", "gamma": 0, "threshold": 7, "tails_percent": [9, 3]}
    edit(save_to, view=view)
    window = boot(session=save_to)
    qtbot.waitUntil(lambda: window.sessions.path is not None, timeout=WAIT_MS)
    settle(qtbot, window)
    state = window.store.state
    assert (state.frame, state.map, state.heat) == (39, MapSpec(), HeatSettings())


def test_a_session_of_a_later_version_is_refused_and_the_clip_stays(lens, qtbot, save_to):
    press(qtbot, lens, Qt.Key.Key_S, CONTROL)
    edit(save_to, version=999)
    lens.sessions.open(save_to)
    assert "Update MViT Lens" in messages(lens)
    assert lens.controller.results.video is not None


def test_a_session_whose_clip_is_damaged_tells_and_is_not_in_use(boot, qtbot, saved):
    window = boot(session=saved)
    qtbot.waitUntil(lambda: "a.mp4" in messages(window), timeout=WAIT_MS)
    assert window.sessions.path is None


def test_a_folder_that_cannot_be_written_leaves_the_session_unsaved(lens, monkeypatch, tmp_path):
    gone = tmp_path / "gone" / "s.mvitlens"
    monkeypatch.setattr(QFileDialog, "getSaveFileName", lambda *_: (str(gone), ""))
    assert not lens.sessions.save()
    assert "does not exist" in messages(lens)
    assert lens.sessions.path is None
