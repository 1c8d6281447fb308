"""Damaged clips and files of several streams, by every front: window, film, predict, JSON."""

import json

import pytest

from app.cli.entry import main
from mvit_core.video import open_video
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    arrive,
    choose,
    focus,
    go,
    keys,
    number_seen,
    rest,
)
from tests.app.acceptance.test_export import export_to
from tests.app.conftest import WAIT_MS
from tests.app.helpers import messages
from tests.fixtures_video import write_barcode_clip
from tests.video.test_video_ways import hurt_packet, write_two_streams

pytestmark = pytest.mark.gui
HURT, WHOLE = 15, 24
"""First frame that is painted from damaged data, and the first whole one after it."""
SAID = "frames that are damaged"
SIZES = ((192, 108), (144, 96))


@pytest.fixture
def hurt(tmp_path):
    """A clip that breaks within its second group of pictures."""
    path = write_barcode_clip(tmp_path / "hurt.mp4", frames=48, gop=12, b_frames=0)
    hurt_packet(path, HURT)
    return path


@pytest.fixture
def clip_of(tmp_path, hurt):
    """A damaged clip, and the same one whole."""
    whole = write_barcode_clip(tmp_path / "whole.mp4", frames=48, gop=12, b_frames=0)
    return {True: hurt, False: whole}


@pytest.fixture
def run(capsys):
    """The command line: (printed, complained)."""

    def call(*words):
        assert main([str(word) for word in words]) == 0
        told = capsys.readouterr()
        return told.out, told.err

    return call


def is_called_damaged(window):
    return any(badge.startswith("Damaged") for badge in window.stage.header.remarks)


# -- damage --------------------------------------------------------------------------------------


def test_the_badge_stands_on_damaged_frames_alone_whatever_the_way_to_them(use, qtbot, hurt):
    seen = {}

    def act(window):
        for frame in (40, HURT + 1, HURT - 1, WHOLE - 1, WHOLE, HURT, 0):
            go(qtbot, window, str(frame))
            arrive_at(qtbot, window, frame)
            seen[frame] = is_called_damaged(window)

    assert use(act, hurt) == 0
    assert seen == {frame: HURT <= frame < WHOLE for frame in seen}


def arrive_at(qtbot, window, frame):
    """Wait until the frame asked for is shown, exact; its number may be unreadable."""
    qtbot.waitUntil(
        lambda: (
            window.controller.results.picture.index == frame
            and not window.controller.results.picture.is_preview
        ),
        timeout=WAIT_MS,
    )


@pytest.mark.parametrize("damaged", [True, False])
def test_a_film_made_in_the_window_says_what_was_damaged(
    use, qtbot, clip_of, toy_checkpoint, tmp_path, damaged
):
    target = tmp_path / "film.mp4"

    def act(window):
        export_to(qtbot, target)
        qtbot.waitUntil(lambda: f"Saved {target}" in messages(window), timeout=WAIT_MS)
        saved = next(t for t in window.messages.texts() if "Saved" in t)
        assert (SAID in saved) == damaged

    assert use(act, clip_of[damaged], "--checkpoint", toy_checkpoint) == 0
    with open_video(target) as film:
        assert film.frame_count == 48


@pytest.mark.parametrize("damaged", [True, False])
def test_predict_and_export_say_in_text_and_json_what_was_damaged(
    run, clip_of, toy_checkpoint, tmp_path, damaged
):
    words = (clip_of[damaged], "--checkpoint", toy_checkpoint)
    printed, noted = run("predict", *words, "--all")
    assert (f"note: {clip_of[damaged].name}: " in noted and SAID in noted) == damaged
    assert SAID not in printed
    told = json.loads(run("predict", *words, "--all", "--json")[0])
    assert any(SAID in note for note in told["notes"]) == damaged
    fed = [bool(set(row["frames"]) & set(range(HURT, WHOLE))) for row in told["windows"]]
    assert any(fed)
    assert ["damaged data" in row.get("note", "") for row in told["windows"]] == [
        each and damaged for each in fed
    ]
    _, noted = run("export", *words, "-o", tmp_path / "film.mp4")
    assert (SAID in noted) == damaged
    told = json.loads(run("export", *words, "-o", tmp_path / "film.mp4", "--json")[0])
    assert any(SAID in note for note in told["notes"]) == damaged


# -- streams -------------------------------------------------------------------------------------


@pytest.fixture
def two_streams(tmp_path):
    """Frames of stream 0 count from 0, those of stream 1 from 100."""
    return write_two_streams(tmp_path / "two.mkv", SIZES)


@pytest.mark.parametrize("stream", [0, 1])
def test_the_stream_of_the_command_line_is_the_one_that_is_shown(use, qtbot, two_streams, stream):
    def act(window):
        assert window.controller.results.video.size == SIZES[stream]
        keys(Key.Key_Right)
        rest(qtbot, window)
        qtbot.waitUntil(lambda: number_seen(window) == 100 * stream + 1, timeout=WAIT_MS)

    assert use(act, two_streams, "--stream", stream) == 0


def test_a_stream_that_is_not_there_is_refused_with_those_that_are(use, qtbot, two_streams):
    def act(window):
        qtbot.waitUntil(lambda: "no video stream of number 7" in messages(window), timeout=WAIT_MS)
        assert "stream 1 (144x96" in messages(window)
        assert window.welcome.isVisible()

    assert use(act, two_streams, "--stream", 7, wait=False) == 0


def test_another_stream_is_chosen_in_the_menu_and_shown_from_its_beginning(use, qtbot, two_streams):
    def act(window):
        qtbot.waitUntil(lambda: "several video streams" in messages(window), timeout=WAIT_MS)
        go(qtbot, window, "7")
        arrive(qtbot, window, 7)
        for stream, size in ((1, "144 × 96"), (0, "192 × 108")):
            choose(qtbot, window, "File", "Video stream", f"{stream}: {size}, h264")
            qtbot.waitUntil(lambda n=stream: number_seen(window) == 100 * n, timeout=WAIT_MS)
            rest(qtbot, window)
            assert window.store.state.stream == stream
            focus()

    assert use(act, two_streams) == 0


def test_of_a_file_with_one_stream_there_is_nothing_to_choose(use, qtbot, hurt):
    def act(window):
        actions = window.actions_table.by_id
        assert not actions["file.stream_1"].isEnabled()
        assert not actions["file.stream_2"].isVisible()
        keys((Key.Key_Q, CONTROL))

    assert use(act, hurt) == 0
