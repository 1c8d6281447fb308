"""docs/how-to/run-a-batch-on-slurm.md: its script, two parts of it at once, and both once more."""

import re
import subprocess
import sys
from argparse import ArgumentParser
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from app.cli import batch
from mvit_core.batch import clip_runner
from mvit_core.batch.run_file import make_folder
from mvit_core.clips import ListedClip
from mvit_core.errors import ExportError
from tests.core.batch_children import Counted, counted

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="a script of the shell")

CLIPS = 12
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "run-a-batch-on-slurm.md"


def blocks():
    return re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)


def words_of(script, part, parts, tmp_path):
    """What the script of the page would run in one job of an array."""
    stub = tmp_path / "bin" / "mvit-lens"
    stub.parent.mkdir(exist_ok=True)
    stub.write_text('#!/bin/sh\nprintf "%s\\n" "$@"\n')
    stub.chmod(0o755)
    environment = {
        "PATH": f"{stub.parent}:/usr/bin:/bin",
        "SLURM_ARRAY_TASK_ID": str(part),
        "SLURM_ARRAY_TASK_COUNT": str(parts),
    }
    done = subprocess.run(
        ["sh", "-c", script], env=environment, capture_output=True, text=True, check=True
    )
    return done.stdout.splitlines()


@pytest.fixture
def place(tmp_path, toy_checkpoint, monkeypatch):
    """What the lines of the page name, and runners that need no network."""
    monkeypatch.chdir(tmp_path)
    toy_checkpoint.rename(tmp_path / "MVITv2_S_16x4.pyth")
    (tmp_path / "videos").mkdir()
    lines = ["path,label", *(f"{number:03}.mp4,3" for number in range(CLIPS))]
    (tmp_path / "clips.csv").write_text("\n".join(lines))
    monkeypatch.setattr(clip_runner, "make_runner", counted)
    return tmp_path


def run(words):
    """Run the command on a thread of its own: ``main`` takes signals, which only one can."""
    parser = ArgumentParser()
    batch.add_options(parser)
    here = [{"/data/videos": "videos"}.get(word, word) for word in words]
    return batch.run(
        parser.parse_args([*here[1:], "--shard", "2", "--workers", "1", "--device", "cpu"])
    )


def test_two_parts_of_the_script_at_once_give_the_rows_of_a_loop_and_are_done_then(place, capsys):
    script, submit = blocks()
    assert submit.split() == ["sbatch", "batch.sh"]
    assert script.startswith("#!/bin/sh\n#SBATCH ")
    parts = [words_of(script, part, 2, place) for part in (1, 2)]
    assert [words[-2:] for words in parts] == [["--part", "1/2"], ["--part", "2/2"]]
    with ThreadPoolExecutor(2) as pool:
        assert [*pool.map(run, parts)] == [0, 0]
    found = pq.read_table(place / "out" / "clips").to_pylist()
    clips = [ListedClip(f"{number:03}.mp4", Path("videos"), ("3",)) for number in range(CLIPS)]
    loop = Counted((0.0, {}), 1)
    assert sorted(found, key=lambda row: row["clip_id"]) == [
        row for clip_id, clip in enumerate(clips) for row in loop.rows(clip_id, clip)["clips"]
    ]
    assert [path for path in (place / "out").rglob(".*") if path.is_file()] == []
    capsys.readouterr()
    assert [run(words) for words in parts] == [0, 0]
    assert capsys.readouterr().out.count("6 of 6 clips, 0 of them now") == 2


def test_a_folder_that_another_part_begins_meanwhile_is_no_folder_of_others(tmp_path, monkeypatch):
    """run.json comes before all else, and may come between two looks at the folder."""
    listed = Path.iterdir

    def begun_meanwhile(folder):
        (folder / "run.json").write_text("{}")
        (folder / "done").mkdir()
        return listed(folder)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "iterdir", begun_meanwhile)
        make_folder(tmp_path)
    (tmp_path / "run.json").unlink()
    with pytest.raises(ExportError, match="holds other files"):
        make_folder(tmp_path)
