"""``mvit-lens batch``: a run, its lines for machines, damaged clips, and what is refused."""

import json
import sys

import pytest

from app.cli.entry import main
from tests.fixtures_video import write_barcode_clip

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")


@pytest.fixture
def place(tmp_path):
    """A list of three clips, the second damaged, which lie in another folder."""
    folder = tmp_path / "data"
    folder.mkdir()
    for name in ("a b", "c"):
        write_barcode_clip(folder / f"{name}.mp4", frames=17, size=(96, 54))
    (folder / "bad.mp4").write_bytes(b"no film")
    (tmp_path / "list.txt").write_text("a b.mp4 2\nbad.mp4 1\nc.mp4 4\n")
    return tmp_path


@pytest.fixture
def run(capsys, place, toy_checkpoint):
    """The command on the list: (exit code, printed, complained)."""

    def call(*words, clips=place / "list.txt", out=place / "out") -> tuple[int, str, str]:
        command = ["batch", clips, "--checkpoint", toy_checkpoint, "-o", out, "--device", "cpu"]
        try:
            code = main([str(word) for word in (*command, *words)])
        except SystemExit as stop:
            code = stop.code
        told = capsys.readouterr()
        return code, told.out, told.err

    return call


def test_a_damaged_clip_is_one_row_and_is_run_again_once_it_is_mended(run, place):
    where = ("--root", place / "data", "--workers", 1, "--shard", 2, "--maps", "row")
    code, printed, complained = run(*where)
    assert (code, "Traceback" in complained) == (0, False)
    assert "3 of 3 clips, 3 of them now" in printed
    assert "1 error" in printed
    rows = pq.read_table(place / "out" / "clips").to_pylist()
    assert [row["path"] for row in rows] == ["a b.mp4", "bad.mp4", "c.mp4"]
    assert [row["error"] is None for row in rows] == [True, False, True]
    write_barcode_clip(place / "data" / "bad.mp4", frames=17, size=(96, 54))
    chosen = ("--captures", "clip_id = 1", "--videos", "0")
    code, printed, _ = run(*where, "--retry-errors", "--json", *chosen)
    lines = [json.loads(line) for line in printed.splitlines()]
    assert code == 0
    assert lines[-1]["run"] == 2
    assert (lines[-1]["done"], lines[-1]["errors"], lines[-1]["stopped"]) == (3, 0, False)
    assert all({"done", "total", "errors", "clips_per_second"} <= set(line) for line in lines)
    assert (lines[-1]["made"], lines[-1]["kept"], lines[-1]["failures"]) == (1, 0, [])
    (capture,) = (place / "out" / "captures").iterdir()
    assert main(["inspect", str(capture)]) == 0
    assert (place / "out" / "maps.zarr" / "model-0" / "zarr.json").is_file()
    windows = pq.read_table(place / "out" / "windows").to_pylist()
    assert [row["label"] for row in windows] == ["class 2", "class 1", "class 4"]


@pytest.mark.parametrize(
    ("words", "code", "reason"),
    [
        (("--root", "nowhere"), 1, "nowhere is no folder"),
        (("--part", "3/2"), 1, "the part is '3/2'; allowed is I/N"),
        (("--windows", "last"), 1, "allowed are first, all, and TxS"),
        (("--checkpoint", "none.pyth"), 1, "none.pyth does not exist"),
        (("--labels", "none.txt"), 1, "none.txt does not exist"),
        (("--shard", "0"), 2, "0 is below 1"),
        (("--maps", "column"), 1, "maps are 'column'; allowed are row, received"),
        (("--captures", "no such"), 1, "'no such' is no condition over windows"),
        (("--videos", "1", "--windows", "2x1"), 1, "give --windows first or all"),
        (("--stats", "some"), 2, "invalid choice: 'some'"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(run, words, code, reason):
    found = run(*words)
    assert found[0] == code
    assert found[1] == ""
    assert reason in found[2]
    assert code == 2 or found[2].count("\n") == 1


@pytest.mark.skipif(sys.platform == "win32", reason="files as POSIX has them")
def test_a_root_that_leads_to_no_folder_is_refused(run, tmp_path):
    evil = tmp_path / "evil"
    for make in (lambda: evil.symlink_to(evil.name), lambda: evil.symlink_to("/dev/zero")):
        make()
        code, _, complained = run("--root", evil)
        assert code == 1
        assert "evil is no folder" in complained
        evil.unlink()


def test_a_batch_that_was_begun_with_another_list_is_refused(run, place):
    where = ("--root", place / "data", "--part", "2/2", "--json")
    assert run(*where)[0] == 0  # a part without shards: nothing is run
    other = place / "other.txt"
    other.write_text("c.mp4 4\n")
    code, printed, complained = run(*where, clips=other)
    assert (code, printed) == (1, "")
    assert "was begun with another list of clips" in complained
