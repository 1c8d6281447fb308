"""Targets: whole or as they were, the same file to everyone else, and nothing left behind."""

import os
import signal
import stat
import subprocess
import sys
import time
from pathlib import Path

import pytest

from mvit_core.errors import ExportError
from mvit_core.system import atomic_file
from mvit_core.system.atomic_file import check_writable, remove_leftovers, whole_file

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and locks of POSIX")


def write(target: Path, content: bytes = b"new") -> None:
    with whole_file(target) as partial:
        partial.write_bytes(content)


def names(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o666, 0o755])
def test_the_mode_of_a_file_that_is_replaced_stays(mode: int, tmp_path: Path):
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    target.chmod(mode)
    write(target)
    assert stat.S_IMODE(target.stat().st_mode) == mode
    assert target.read_bytes() == b"new"


@posix
def test_a_new_file_follows_the_umask(tmp_path: Path):
    before = os.umask(0o027)
    try:
        write(tmp_path / "out.bin")
    finally:
        os.umask(before)
    assert stat.S_IMODE((tmp_path / "out.bin").stat().st_mode) == 0o640


@posix
def test_nobody_else_reads_a_private_file_while_it_is_written(tmp_path: Path):
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    target.chmod(0o600)
    with whole_file(target) as partial:
        assert stat.S_IMODE(partial.stat().st_mode) == 0o600


@posix
def test_all_hard_links_to_a_file_see_what_is_written(tmp_path: Path):
    target, other = tmp_path / "out.bin", tmp_path / "other.bin"
    target.write_bytes(b"old and longer")
    os.link(target, other)
    write(target)
    assert other.read_bytes() == target.read_bytes() == b"new"
    assert target.stat().st_nlink == 2
    assert names(tmp_path) == {"out.bin", "other.bin"}


@posix
@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() != 0, reason="only root gives files")
def test_the_owner_of_a_file_that_is_replaced_stays(tmp_path: Path):
    target = tmp_path / "out.bin"
    target.write_bytes(b"old")
    os.chown(target, 1234, 4321)
    write(target)
    assert (target.stat().st_uid, target.stat().st_gid) == (1234, 4321)


@posix
def test_a_link_stays_and_what_it_names_is_written(tmp_path: Path):
    (tmp_path / "real.bin").write_bytes(b"old")
    link = tmp_path / "link.bin"
    link.symlink_to("real.bin")
    write(link)
    assert link.is_symlink()
    assert (tmp_path / "real.bin").read_bytes() == b"new"


@posix
def test_a_device_behind_a_link_is_refused_and_stays(tmp_path: Path):
    link = tmp_path / "out.png"
    link.symlink_to(os.devnull)
    with pytest.raises(ExportError, match="is a pipe or a device; only ordinary files"):
        write(link)
    assert stat.S_ISCHR(Path(os.devnull).stat().st_mode)


@posix
def test_a_pipe_as_target_is_refused_at_once(tmp_path: Path):
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(ExportError, match="is a pipe or a device"):
        write(tmp_path / "pipe")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="Linux")
@pytest.mark.parametrize("name", ["/proc/self/environ", "/proc/nowhere", "/sys/kernel/notes"])
def test_state_of_the_kernel_is_no_target(tmp_path: Path, name: str):
    link = tmp_path / "out.png"
    link.symlink_to(name)
    for target in (Path(name), link):
        with pytest.raises(ExportError, match="is no file on a disk"):
            check_writable(target)


def test_whether_a_target_can_be_written_is_known_before_and_nothing_is_made(tmp_path: Path):
    check_writable(tmp_path / "out.bin")
    for name, says in (
        ("x" * 300, "cannot write"),
        ("none/out.bin", "does not exist"),
        ("", "is a folder"),
    ):
        with pytest.raises(ExportError, match=says):
            check_writable(tmp_path / name)
    assert names(tmp_path) == set()


@posix
def test_links_in_a_circle_are_refused(tmp_path: Path):
    (tmp_path / "a").symlink_to("b")
    (tmp_path / "b").symlink_to("a")
    with pytest.raises(ExportError, match="cannot write"):
        write(tmp_path / "a")


def test_a_name_with_a_zero_byte_is_refused(tmp_path: Path):
    with pytest.raises(ExportError, match=r"a\\x00b"):
        write(tmp_path / "a\0b")


def test_the_content_reaches_the_disk_before_the_name_does(tmp_path: Path, monkeypatch):
    steps = []
    real_sync, real_replace = os.fsync, Path.replace
    monkeypatch.setattr(os, "fsync", lambda n: (steps.append("sync"), real_sync(n))[1])
    monkeypatch.setattr(
        Path, "replace", lambda self, to: (steps.append("replace"), real_replace(self, to))[1]
    )
    write(tmp_path / "out.bin")
    if sys.platform != "win32":
        assert steps == ["sync", "replace", "sync"]  # the file, its name, the folder


KILLED = """
import os, sys, time
from pathlib import Path
from mvit_core.system.atomic_file import whole_file
with whole_file(Path(sys.argv[1])) as partial:
    partial.write_bytes(b"half")
    print("writing", flush=True)
    time.sleep(60)
"""


def killed_while_writing(target: Path) -> None:
    process = subprocess.Popen(
        [sys.executable, "-c", KILLED, str(target)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "writing\n"
    process.kill()
    process.communicate()


@posix
def test_what_a_killed_process_left_is_removed_at_the_next_start(tmp_path: Path):
    folder = tmp_path / "exports"
    folder.mkdir()
    (folder / "out.mp4").write_bytes(b"old")
    killed_while_writing(folder / "out.mp4")
    assert len(names(folder)) == 2
    assert remove_leftovers() == 1
    assert names(folder) == {"out.mp4"}
    assert (folder / "out.mp4").read_bytes() == b"old"
    assert remove_leftovers() == 0


@posix
def test_leftovers_are_removed_without_a_cache_folder_too(tmp_path: Path, monkeypatch):
    killed_while_writing(tmp_path / "out.mp4")
    monkeypatch.setattr(atomic_file, "_looked_at", set())
    monkeypatch.setenv("XDG_CACHE_HOME", "/dev/null")
    write(tmp_path / "other.mp4")
    assert {n for n in names(tmp_path) if n.startswith(".")} == set()


@posix
def test_a_file_that_a_living_process_writes_is_left_alone(tmp_path: Path):
    with whole_file(tmp_path / "out.bin") as partial:
        partial.write_bytes(b"half")
        assert remove_leftovers() == 0
        assert partial.exists()
    assert (tmp_path / "out.bin").read_bytes() == b"half"


@posix
def test_files_of_the_user_that_look_alike_are_left_alone(tmp_path: Path, monkeypatch):
    monkeypatch.setattr(atomic_file, "_looked_at", set())
    (tmp_path / ".mvit-lens-link").symlink_to("out.bin")
    (tmp_path / ".mvit-lens-folder").mkdir()
    write(tmp_path / "out.bin")
    assert names(tmp_path) == {".mvit-lens-link", ".mvit-lens-folder", "out.bin"}


@posix
def test_a_kill_while_a_linked_file_is_overwritten_brings_its_old_content_back(tmp_path: Path):
    target = tmp_path / "out.bin"
    target.write_bytes(b"old content")
    os.link(target, tmp_path / "other.bin")
    script = KILLED.replace("time.sleep(60)", "").replace(
        "with whole_file",
        "import mvit_core.system.atomic_file as a\n"
        "real = os.ftruncate\n"
        "def wait(*_):\n"
        "    print('overwritten', flush=True); time.sleep(60)\n"
        "os.ftruncate = wait\n"
        "with whole_file",
    )
    process = subprocess.Popen(
        [sys.executable, "-c", script, str(target)], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert [process.stdout.readline() for _ in range(2)][1] == "overwritten\n"
    process.send_signal(signal.SIGKILL)
    process.communicate()
    assert target.read_bytes() == b"halfcontent"[:4] + b"content"[0:0] + b"old content"[4:]
    remove_leftovers()
    assert target.read_bytes() == b"old content"
    assert names(tmp_path) == {"out.bin", "other.bin"}


@posix
def test_content_that_someone_wrote_since_is_not_taken_back(tmp_path: Path):
    target = tmp_path / "out.bin"
    target.write_bytes(b"newer")
    old = tmp_path / ".mvit-lens-0123.bin~out.bin"
    old.write_bytes(b"old")
    before = time.time() - 3600
    os.utime(old, (before, before))
    atomic_file._remove_abandoned(tmp_path / ".mvit-lens-0123.bin")
    assert target.read_bytes() == b"newer"
