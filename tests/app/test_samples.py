"""The shipped clips: one click shows what the model saw; without them the window is still good."""

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFileDialog

from app.window.launch import ViewOptions, _open_options
from mvit_core.demo import samples as shipped
from mvit_core.demo.samples import DemoSample, SampleTruth
from mvit_core.errors import MvitError
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import click, messages, source
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


@pytest.fixture
def demo(monkeypatch, tmp_path, toy_checkpoint):
    """Two made clips and the toy model in place of what is shipped."""
    samples = []
    for name in ("spins", "grows"):
        clip = write_barcode_clip(tmp_path / f"{name}.mp4", frames=20)
        truth = SampleTruth(clip.name, f"The disc {name}", name, 1, 108, (2, 9), ())
        samples.append(DemoSample(truth.title, clip, name, truth))
    monkeypatch.setattr(shipped, "demo_samples", lambda: tuple(samples))
    monkeypatch.setattr(shipped, "demo_checkpoint", lambda: toy_checkpoint)
    return tuple(samples)


@pytest.fixture
def no_demo(monkeypatch):
    def missing():
        raise MvitError("the demo's samples.json is missing; reinstall mvit-lens")

    monkeypatch.setattr(shipped, "demo_samples", missing)
    monkeypatch.setattr(shipped, "demo_checkpoint", missing)


def shown_clip(window):
    video = window.controller.results.video
    return None if video is None else video.path


def test_one_click_opens_the_sample_with_its_model_and_shows_everything(boot, qtbot, demo):
    window = boot()
    click(qtbot, window.welcome.buttons["file.open_sample"])
    settle(qtbot, window)
    assert shown_clip(window) == demo[0].clip
    assert len(window.panels.predictions.bars.rows()) == 5
    assert window.controller.results.strip.images


def test_a_session_of_a_sample_is_not_offered_to_be_saved_among_the_program_s_files(
    boot, qtbot, demo, monkeypatch, tmp_path
):
    offered = []
    monkeypatch.setattr(
        QFileDialog, "getSaveFileName", lambda *given: offered.append(Path(given[2])) or ("", "")
    )
    own = write_barcode_clip(tmp_path / "own.mp4", frames=4)
    window = boot()
    for clip in (demo[0].clip, own):
        window.controller.open_video(clip)
        qtbot.waitUntil(lambda clip=clip: shown_clip(window) == clip, timeout=WAIT_MS)
        assert not window.sessions.save()
    assert offered == [Path.home() / "spins.mvitlens", tmp_path / "own.mvitlens"]


def test_the_page_lists_the_samples_and_a_click_opens_one(boot, qtbot, demo):
    window = boot()
    gallery = window.welcome.gallery
    assert [gallery.item(i).text() for i in range(2)] == ["The disc\nspins", "The disc\ngrows"]
    spot = gallery.visualItemRect(gallery.item(1)).center()
    qtbot.mouseClick(gallery.viewport(), Qt.MouseButton.LeftButton, pos=spot)
    settle(qtbot, window)
    assert shown_clip(window) == demo[1].clip


def test_the_samples_get_pictures_and_a_damaged_one_does_without(boot, qtbot, demo, monkeypatch):
    demo[0].clip.write_bytes(b"no video")
    window = boot()
    seen = []
    monkeypatch.setattr(window.welcome, "show_picture", lambda i, image: seen.append((i, image)))
    qtbot.waitUntil(lambda: bool(seen), timeout=WAIT_MS)
    (index, image), *rest = seen
    assert (index, rest) == (1, [])
    assert image.width() == image.height() == 112


def test_the_menu_and_its_key_open_samples(boot, qtbot, demo):
    window = boot()
    menu = window.actions_table.by_id["file.open_sample"].menu()
    assert [action.text() for action in menu.actions()] == ["The disc spins", "The disc grows"]
    menu.actions()[1].trigger()
    settle(qtbot, window)
    assert shown_clip(window) == demo[1].clip
    model = window.controller.results.model
    qtbot.keyClick(window, Qt.Key.Key_T, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: shown_clip(window) == demo[0].clip, timeout=WAIT_MS)
    assert window.controller.results.model is model  # not loaded again


def test_without_samples_the_page_says_why_and_stays_usable(boot, qtbot, no_demo, barcode_clip):
    window = boot()
    welcome = window.welcome
    assert "samples.json is missing" in welcome.problem.text()
    assert not welcome.buttons["file.open_sample"].isVisible()
    assert not welcome.gallery.isVisible()
    assert not window.actions_table.by_id["file.open_sample"].isEnabled()
    assert welcome.buttons["file.open_video"].isEnabled()
    window.controller.open_video(barcode_clip)
    qtbot.waitUntil(window.stage.isVisible, timeout=WAIT_MS)


def test_samples_without_their_model_are_refused_with_a_message(boot, qtbot, demo, monkeypatch):
    def missing():
        raise MvitError("the demo's demo.pyth is missing; reinstall mvit-lens")

    monkeypatch.setattr(shipped, "demo_checkpoint", missing)
    window = boot()
    click(qtbot, window.welcome.buttons["file.open_sample"])
    assert "demo.pyth is missing" in messages(window)
    assert window.welcome.isVisible()


def test_a_damaged_sample_model_gives_a_message_and_the_clip_is_shown(
    boot, qtbot, demo, toy_checkpoint
):
    toy_checkpoint.write_bytes(b"no model")
    window = boot()
    click(qtbot, window.welcome.buttons["file.open_sample"])
    qtbot.waitUntil(lambda: "toy.pyth" in messages(window), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: shown_clip(window) == demo[0].clip, timeout=WAIT_MS)
    assert window.controller.results.model is None


def test_demo_at_start_opens_the_first_sample(boot, qtbot, demo):
    window = boot(demo=True)
    settle(qtbot, window)
    assert shown_clip(window) == demo[0].clip


def test_an_export_of_a_shipped_sample_goes_to_the_users_own_folder(
    boot, qtbot, tmp_path, monkeypatch
):
    monkeypatch.setattr("app.state.preferences._films_folder", lambda: str(tmp_path / "none"))
    window = boot(demo=True)
    settle(qtbot, window)
    request = window.controller.exports.job()
    assert request.clip == shipped.demo_samples()[0].clip
    assert request.target.parent == Path.home()
    assert request.target.name.startswith(request.clip.stem)


def test_a_clip_beside_demo_wins_over_the_sample(boot, qtbot, demo, barcode_clip):
    window = boot(demo=True, clip=barcode_clip)
    settle(qtbot, window)
    assert shown_clip(window) == barcode_clip


def test_a_checkpoint_beside_demo_wins_over_the_sample_model(
    boot, qtbot, demo, toy_checkpoint, tmp_path
):
    own = tmp_path / "own.pyth"
    own.write_bytes(toy_checkpoint.read_bytes())
    window = boot(demo=True, checkpoint=own)
    settle(qtbot, window)
    assert window.controller.results.model.source == source(own)
    assert shown_clip(window) == demo[0].clip


def test_demo_without_its_files_says_so_and_shows_the_page(boot, no_demo):
    window = boot()
    _open_options(window, ViewOptions(demo=True))
    assert "samples.json is missing" in messages(window)
    assert window.welcome.isVisible()


def test_a_session_that_is_asked_for_and_not_there_is_refused_in_words(boot, tmp_path):
    window = boot()
    _open_options(window, ViewOptions(session=tmp_path / "old.mvitlens"))
    assert "old.mvitlens cannot be read" in messages(window)


def test_each_of_two_actors_has_a_line_of_its_own(boot):
    gallery = boot().welcome.gallery
    lines = [gallery.item(row).text().split("\n") for row in range(gallery.count())]
    pairs = [each for each in lines if each[0].endswith(",")]
    assert len(pairs) == 2
    assert all(second.startswith("the ") for _, second in pairs)
    assert all(len(each) == 2 for each in lines)
