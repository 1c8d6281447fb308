"""Ordinary files are opened, all else is refused without waiting; a file is known by its state."""

import os
import re
import shutil
import sys
from pathlib import Path

import pytest

from mvit_core.errors import LabelsError, VideoOpenError
from mvit_core.system.ordinary_file import (
    FileIdentity,
    check_ordinary,
    is_file,
    is_folder,
    is_there,
    open_ordinary,
    read_ahead,
    read_bounded,
    user_path,
)

posix = pytest.mark.skipif(sys.platform == "win32", reason="pipes and links of POSIX")


def test_an_ordinary_file_is_read_by_its_name_or_by_a_link(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"content")
    with open_ordinary(tmp_path / "a", LabelsError) as file:
        assert file.read() == b"content"
    if sys.platform != "win32":
        (tmp_path / "link").symlink_to("a")
        assert read_bounded(tmp_path / "link", 100, LabelsError) == b"content"


def test_a_file_over_the_bound_is_refused_unread(tmp_path: Path):
    (tmp_path / "a").write_bytes(b"x" * 101)
    with pytest.raises(LabelsError, match="has 101 bytes; at most 100 are read"):
        read_bounded(tmp_path / "a", 100, LabelsError)


@posix
def test_fetching_a_file_ahead_asks_the_system_and_fails_silently(tmp_path: Path, monkeypatch):
    asked = []
    monkeypatch.setattr(os, "POSIX_FADV_WILLNEED", 3, raising=False)
    monkeypatch.setattr(os, "posix_fadvise", lambda *given: asked.append(given[1:]), raising=False)
    read_ahead(tmp_path / "none")
    assert asked == []
    (tmp_path / "a").write_bytes(b"content")
    read_ahead(tmp_path / "a")
    assert asked == [(0, 0, 3)]
    monkeypatch.delattr(os, "posix_fadvise")
    read_ahead(tmp_path / "a")


def test_a_pipe_is_refused_without_waiting_for_its_writer(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(LabelsError, match="is a pipe or a device"):
        open_ordinary(tmp_path / "pipe", LabelsError)


@posix
def test_what_took_a_files_place_meanwhile_is_refused(tmp_path: Path, monkeypatch):
    path = tmp_path / "a"
    path.write_bytes(b"x")
    real = os.open

    def swapped(name: object, *rest: int) -> int:
        path.unlink()
        os.mkfifo(path)
        return real(path, *rest)

    monkeypatch.setattr(os, "open", swapped)
    with pytest.raises(LabelsError, match="is a pipe or a device"):
        open_ordinary(path, LabelsError)


@pytest.mark.parametrize("name", ["", "none", "a\0b", "x" * 300])
def test_what_cannot_be_opened_is_told_on_one_line(name: str, tmp_path: Path):
    with pytest.raises(LabelsError) as error:
        check_ordinary(tmp_path / name, LabelsError)
    assert "\n" not in str(error.value)


@posix
def test_names_that_are_no_utf8_are_escaped(tmp_path: Path):
    path = tmp_path / os.fsdecode(b"clip\xff.mp4")
    with pytest.raises(VideoOpenError, match=r"clip\\xff\.mp4 does not exist"):
        check_ordinary(path, VideoOpenError)


def test_a_file_that_was_replaced_or_written_to_is_another(tmp_path: Path):
    path = tmp_path / "a"
    path.write_bytes(b"one")
    first = FileIdentity.of(path)
    assert first == FileIdentity.of(path)
    os.utime(path, ns=(1, 1))
    second = FileIdentity.of(path)
    (tmp_path / "b").write_bytes(b"two")
    os.utime(tmp_path / "b", ns=(1, 1))
    (tmp_path / "b").replace(path)
    third = FileIdentity.of(path)
    path.write_bytes(b"longer")
    os.utime(path, ns=(1, 1))
    fourth = FileIdentity.of(path)
    path.unlink()
    assert len({first, second, third, fourth, FileIdentity.of(path)}) == 5
    assert FileIdentity.of(path).size == -1


def test_a_folder_of_pictures_is_known_by_its_pictures(tmp_path: Path):
    (tmp_path / "1.png").write_bytes(b"one")
    first = FileIdentity.of(tmp_path)
    os.utime(tmp_path / "1.png", ns=(2**62, 2**62))
    assert FileIdentity.of(tmp_path) != first


def test_a_clip_that_was_replaced_is_not_explained_by_the_old_capture(
    toy_checkpoint, barcode_clip, tmp_path
):
    from mvit_core import open_video
    from mvit_core.checkpoint import load_model
    from mvit_core.pipeline import Explainer
    from tests.fixtures_video import write_barcode_clip

    explainer = Explainer(load_model(toy_checkpoint))
    with open_video(barcode_clip) as video:
        window = explainer.windows(video)[0]
        old = explainer.capture(video, window)
        assert explainer.recall(video, window) is old
    write_barcode_clip(tmp_path / "new.mp4", frames=50)
    shutil.move(tmp_path / "new.mp4", barcode_clip)
    with open_video(barcode_clip) as video:
        assert explainer.recall(video, window) is None


OWN_WAY = {"mvit_core/system/ordinary_file.py"}
"""Modules that ask ``Path`` itself."""
OWN_FILES = {
    "app/window/display.py",
    "mvit_core/system/assets.py",
    "mvit_core/system/atomic_file.py",
}
"""Modules that ask it about files beside the code, or that they made, alone."""


@pytest.mark.parametrize("name", ["n" * 300, "/".join(["folder"] * 1000), "zero\0byte", "loop"])
def test_whether_something_is_there_is_answered_for_every_name(tmp_path: Path, name: str):
    (tmp_path / "loop").symlink_to("loop")
    path = tmp_path / name
    assert not is_there(path)
    assert not is_folder(path)
    assert not is_file(path)


@posix
def test_files_folders_and_pipes_are_told_apart(tmp_path: Path):
    file, pipe = tmp_path / "file", tmp_path / "pipe"
    file.touch()
    os.mkfifo(pipe)
    assert [is_there(p) for p in (file, pipe, tmp_path)] == [True] * 3
    assert [is_file(p) for p in (file, pipe, tmp_path)] == [True, False, False]
    assert [is_folder(p) for p in (file, pipe, tmp_path)] == [False, False, True]


def test_a_tilde_of_nobody_stays_as_it_was_typed():
    assert user_path("~nobody-of-that-name/a") == Path("~nobody-of-that-name/a")
    assert user_path("~/a") == Path.home() / "a"


READS = re.compile(r"\.(?:read_text|read_bytes)\(|(?<!av)(?<!os)\.open\((?:\"[rx]|newline)")
READ_DIRECTLY = {
    # Files beside the code, of this process, or that it made itself.
    "app/widgets/icons.py",
    "app/window/display.py",
    "app/window/housekeeping.py",
    "mvit_core/checkpoint/labels.py",
    "mvit_core/demo/samples.py",
    "mvit_core/figure/font.py",
    "mvit_core/report/page.py",
    "mvit_core/spreadsheet.py",
    "mvit_core/system/atomic_file.py",
    "mvit_core/system/spill.py",
    "mvit_core/system/tensor_file_writer.py",
    "mvit_core/video/encode/amending.py",
    "mvit_core/video/encode/gif.py",
    # Whatever was found to be an ordinary file just before.
    "mvit_core/system/session_form.py",
    "mvit_core/video/decode/animations.py",
    "mvit_core/video/decode/container.py",
    "mvit_core/video/decode/damage.py",
    "mvit_core/video/decode/matroska.py",
}
"""Modules that read files by ``Path`` itself."""


def test_no_other_module_reads_a_file_without_asking_whether_it_is_one():
    """Reading a pipe waits for ever, and a device has no end: ``open_ordinary`` refuses both."""
    root = Path(__file__).resolve().parents[2]
    found = {
        path.relative_to(root).as_posix()
        for folder in ("app", "mvit_core")
        for path in (root / folder).rglob("*.py")
        if READS.search(path.read_text(encoding="utf-8"))
    }
    assert found == READ_DIRECTLY


def test_reading_without_asking_would_be_found():
    assert READS.search('text = path.read_text(encoding="utf-8")')
    assert READS.search('with path.open("rb") as file:')
    assert not READS.search("self.sessions.open(path)")


def test_every_module_asks_about_files_of_users_in_the_way_that_raises_nothing():
    """``Path.exists`` raises where a name is too long, which a user cannot know."""
    root = Path(__file__).resolve().parents[2]
    asking = set()
    for folder in ("app", "mvit_core"):
        for path in (root / folder).rglob("*.py"):
            name = path.relative_to(root).as_posix()
            calls = re.findall(r"\.(?:exists|is_dir|is_file)\(\)", path.read_text(encoding="utf-8"))
            if calls and not name.startswith("mvit_core/training/"):
                asking.add(name)
    assert asking <= OWN_WAY | OWN_FILES
