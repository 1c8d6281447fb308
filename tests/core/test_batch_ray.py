"""The engine of a cluster: rows as of a loop, deaths, stops, what is left behind, and refusals.

One cluster of this machine is started for all tests here; children reach it by its address.
"""

import json
import random
import re
import shlex
import signal
import socket
import subprocess
import sys
import threading
from contextlib import contextmanager
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

import pytest

from app.cli.entry import main
from app.state.view_state import ModelSource
from mvit_core.batch import BatchSpec, ray_cluster, rooted
from mvit_core.batch.clip_runner import NetworkRunner
from mvit_core.batch.engines import ENGINES, engine_kind
from mvit_core.batch.ray_actor import ShardActor
from mvit_core.batch.ray_cluster import check_ray, connected, places_on
from mvit_core.batch.ray_engine import RayEngine
from mvit_core.batch.shards import shards_of
from mvit_core.batch.unit import run_shard
from mvit_core.batch.worker import Failed
from mvit_core.clips import read_clips
from mvit_core.errors import EngineError, MvitError
from tests.core.batch_children import (
    MANY,
    Counted,
    dying,
    engine,
    left,
    listed,
    prepare,
    refusing,
    work_of,
)
from tests.fixtures_video import write_barcode_clip

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")
pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals as POSIX has them")

SIZE = 3
ROOT = Path(__file__).resolve().parents[2]
PAGE = ROOT / "docs" / "how-to" / "run-a-batch-on-ray.md"


def rows_of(folder):
    parts = sorted((folder / "clips").iterdir())
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def files_of(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}


@pytest.fixture(scope="module")
def cluster(tmp_path_factory):
    """A cluster of this machine alone, as the engine starts one; its address."""
    if find_spec("ray") is None:
        pytest.skip("the engine ray needs the extra 'ray'")
    home, place = tmp_path_factory.mktemp("home"), tmp_path_factory.mktemp("place")
    (place / "mvit_core.py").write_text("raise RuntimeError('a file of the user was imported')")
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(home))
        patch.setenv("PYTHONPATH", str(ROOT))
        patch.chdir(place)
        with connected(work_of(place)):
            import ray

            (socket_name,) = (Path(node["ObjectStoreSocketName"]) for node in ray.nodes())
            yield ray.get_runtime_context().gcs_address
        assert {path.name for path in place.iterdir()} == {"mvit_core.py"}
        assert not (home / ".ray").exists()
        assert not any(path.exists() for path in [*socket_name.parents][:3])


@pytest.fixture
def folder(tmp_path):
    return prepare(tmp_path / "out")


@pytest.fixture(scope="module")
def loop(tmp_path_factory):
    """Rows and files of a plain loop in this process."""
    plain, runner = prepare(tmp_path_factory.mktemp("plain") / "out"), Counted((0.0, {}), 1)
    for shard in shards_of(listed(MANY), SIZE):
        run_shard(runner, plain, shard)
    return rows_of(plain), files_of(plain)


def run(folder, *, on_progress=lambda _: None, is_stopped=lambda: False, **given):
    shards = left(folder, listed(MANY), SIZE)
    return RayEngine(work_of(folder, **given)).run(shards, on_progress, is_stopped)


def test_a_cluster_of_our_own_is_for_this_machine_alone(cluster):
    assert cluster.startswith("127.0.0.1:")


def test_rows_and_files_are_those_of_a_plain_loop(cluster, folder, loop):
    heard = []
    counts = run(folder, on_progress=heard.append)
    assert (rows_of(folder), files_of(folder)) == loop
    assert (counts.clips, counts.errors) == (MANY, 3)
    assert heard[-1] == counts
    assert [each.clips for each in heard] == sorted(each.clips for each in heard)


def test_an_actor_that_was_killed_is_started_anew_and_a_clip_that_kills_each_one_is_a_row(
    cluster, folder, loop, tmp_path, capfd
):
    how = {"001.mp4": tmp_path / "once", "007.mp4": signal.SIGKILL}
    counts = run(folder, how=how, workers=1)
    assert (tmp_path / "once").exists()
    expected, found = loop[0], rows_of(folder)
    assert [row for row in found if row["clip_id"] != 7] == [
        row for row in expected if row["clip_id"] != 7
    ]
    assert "ended its process again and again (it crashed or was killed)" in found[7]["error"]
    assert (counts.clips, counts.errors) == (MANY, 4)
    assert files_of(folder) == loop[1]
    assert capfd.readouterr() == ("", "")  # Ray says nothing, least of all where lines of JSON go


def test_a_stop_ends_after_the_shards_in_flight_and_the_other_engine_goes_on(cluster, folder, loop):
    seen = []
    counts = run(
        folder, seconds=0.02, workers=1, on_progress=seen.append,
        is_stopped=lambda: bool(seen) and seen[-1].clips >= 1,
    )  # fmt: skip
    assert SIZE <= counts.clips <= 2 * SIZE
    assert len(left(folder, listed(MANY), SIZE)) == (MANY - counts.clips) // SIZE
    engine(folder, workers=1).run(left(folder, listed(MANY), SIZE))
    assert (rows_of(folder), files_of(folder)) == loop


def test_a_killed_driver_takes_its_actors_along_and_any_engine_finishes(cluster, folder, loop):
    words = [sys.executable, "-m", "tests.core.batch_children", "ray", folder, "0.05", cluster]
    with subprocess.Popen(words, stdout=subprocess.PIPE, text=True, cwd=ROOT) as driver:
        moment = random.Random(5).randrange(2, MANY - 8)
        while driver.stdout.readline().strip() in {"begun", *map(str, range(moment))}:
            pass
        driver.kill()
    before = left(folder, listed(MANY), SIZE)
    assert before
    engine(folder, workers=1).run(before[:1])
    run(folder, workers=1)
    assert (rows_of(folder), files_of(folder)) == loop


def documented(program):
    """Lines of the page that call a program, as words."""
    blocks = re.findall(r"```sh\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    lines = [shlex.split(line) for block in blocks for line in block.splitlines()]
    return [words[1:] for words in lines if words[0] == program]


@pytest.fixture
def place(tmp_path, toy_checkpoint, monkeypatch):
    """What the lines of the page name: a list of three clips, the second damaged, and a model."""
    toy_checkpoint.rename(tmp_path / "MVITv2_S_16x4.pyth")
    (tmp_path / "videos").mkdir()
    for name in ("a", "c"):
        write_barcode_clip(tmp_path / "videos" / f"{name}.mp4", frames=17, size=(96, 54))
    (tmp_path / "videos" / "b.mp4").write_bytes(b"no film")
    (tmp_path / "clips.csv").write_text("path,label\na.mp4,2\nb.mp4,1\nc.mp4,4\n")
    monkeypatch.chdir(tmp_path)
    return tmp_path


def alike(found, expected):
    """Are values of JSON equal, numbers as far as products by another library are?"""
    if isinstance(expected, float):
        return found == pytest.approx(expected, rel=1e-4, abs=1e-6)
    if isinstance(expected, dict):
        return found.keys() == expected.keys() and all(
            alike(found[name], expected[name]) for name in expected
        )
    if isinstance(expected, list):
        return len(found) == len(expected) and all(map(alike, found, expected))
    return found == expected


def test_the_documented_lines_give_the_rows_of_a_plain_loop(cluster, place, capfd):
    """The first does the work; those after it find that all is done."""
    here = {"/data/videos": "videos", "10.0.0.1:6379": cluster}
    commands = documented("mvit-lens")
    assert len(commands) >= 3
    printed = []
    for words in commands:
        given = [here.get(word, word) for word in words]
        assert main([*given, "--device", "cpu"]) == 0
        told = capfd.readouterr()
        strange = [line for line in told.err.splitlines() if " of 3 clips" not in line]
        assert strange == []
        printed.append(told.out)
    assert "3 of 3 clips, 3 of them now" in printed[0]
    assert all(json.loads(line)["done"] == 3 for line in printed[1].splitlines())
    assert "3 of 3 clips, 0 of them now" in printed[2]
    spec = BatchSpec((ModelSource(Path("MVITv2_S_16x4.pyth"), device="cpu"),))
    runner = NetworkRunner(spec)
    clips = rooted(read_clips(Path("clips.csv")), Path("videos")).clips
    loop = [runner.rows(number, clip) for number, clip in enumerate(clips)]
    for table in ("clips", "windows", "heads"):
        expected = [row for rows in loop for row in rows.get(table, ())]
        found = pq.read_table(place / "out" / table).to_pylist()
        assert len(expected) >= 2
        assert alike(found, expected)


@pytest.mark.parametrize("words", documented("ray"), ids=" ".join)
def test_the_documented_lines_of_ray_are_lines_of_ray(words):
    scripts = pytest.importorskip("ray.scripts.scripts", reason="needs the extra 'ray'")
    command = scripts.cli.commands[words[0]]
    command.make_context(words[0], words[1:])  # raises where there is no such option


def test_actors_that_die_while_they_begin_end_the_batch_and_no_clip_is_blamed(cluster, folder):
    with pytest.raises(EngineError, match=r"end while they load the model \(it crashed or was"):
        run(folder, make=dying, workers=1)
    assert files_of(folder) == set()


def test_an_actor_that_cannot_begin_ends_the_batch_in_words(cluster, folder):
    (folder / "done").rmdir()
    with pytest.raises(MvitError, match=r"of the cluster does not have the folder .* shared disk"):
        run(folder, workers=1)


def test_a_model_that_cannot_be_loaded_is_an_answer_of_the_actor(folder):
    actor = ShardActor(work_of(folder, make=refusing), Path.cwd(), 1)
    expected = Failed("the model cannot be loaded; give another")
    assert actor.begin() == actor.try_clip(0, listed(1)[0]) == expected
    assert actor.run(shards_of(listed(1), 1)[0], {}) == expected
    assert actor.at().number == -1


def node(cpus, gpus=0, alive=True):
    return {"Alive": alive, "Resources": {"CPU": cpus, "GPU": gpus}}


@pytest.mark.parametrize(
    ("nodes", "given", "expected"),
    [
        ([node(4.0), node(4.0)], {}, (8, 1, 1, 0)),
        ([node(4.0), node(4.0)], {"workers": 2}, (2, 4, 4, 0)),
        ([node(4.0), node(2.0)], {"workers": 1}, (1, 2, 2, 0)),
        ([node(2.0)], {"workers": 4}, (4, 1, 1, 0)),
        ([node(16.0, 4.0), node(0.0, 0.0)], {"device": "auto"}, (4, 4, 1, 1)),
        ([node(16.0, 4.0)], {"device": "auto", "workers": 2}, (2, 4, 1, 1)),
        ([node(16.0, 4.0)], {"device": "cpu"}, (16, 1, 1, 0)),
        ([node(8.0), node(8.0, alive=False)], {}, (8, 1, 1, 0)),
    ],
)
def test_there_is_an_actor_for_each_gpu_else_for_each_worker_or_core(nodes, given, expected):
    work = replace(work_of(Path()), **{"workers": None, "threads": None, **given})
    places = places_on(nodes, work)
    assert (places.count, places.threads, places.cores, places.gpus) == expected


@contextmanager
def answering(words):
    """A server of this machine that says something to whoever comes."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def answer():
            connection, _ = server.accept()
            with connection:
                connection.sendall(words)
                connection.recv(64)

        thread = threading.Thread(target=answer)
        thread.start()
        yield f"127.0.0.1:{server.getsockname()[1]}"
        thread.join()


def test_an_address_where_nothing_answers_is_refused_at_once():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
    with pytest.raises(EngineError, match=rf"no cluster of Ray at {address} \(Connection refused"):
        check_ray(address)


@pytest.mark.parametrize("words", [b"SSH-2.0-OpenSSH_9.2\r\n", b"HTTP/1.1 400 Bad\r\n\r\n", b"x"])
def test_an_address_where_something_else_answers_is_refused(words):
    with answering(words) as address, pytest.raises(EngineError, match="something else answers"):
        check_ray(address)


def test_an_address_where_a_cluster_answers_is_taken(cluster):
    check_ray(cluster)


@pytest.mark.parametrize(
    "address", ["", "host", "host:", "host:0", "host:70000", "a b:1", "ray://host:10001", "local"]
)
def test_what_is_no_address_is_refused(address):
    with pytest.raises(EngineError, match=r"allowed are HOST:PORT .* and auto"):
        check_ray(address)


def test_without_ray_one_line_says_which_install_brings_it(monkeypatch):
    monkeypatch.setattr(ray_cluster, "find_spec", lambda _: None)
    with pytest.raises(EngineError, match=re.escape('pip install "mvit-lens[ray]"')):
        check_ray(None)


def test_an_engine_that_runs_on_no_cluster_takes_no_address():
    with pytest.raises(EngineError, match="the engine local runs on none; choose the engine ray"):
        engine_kind("local", "127.0.0.1:6379")


def test_an_engine_that_does_not_exist_is_refused_by_name():
    with pytest.raises(EngineError, match="there is no engine 'dask'; allowed are local, ray"):
        engine_kind("dask", None)


@pytest.mark.parametrize("name", ENGINES)
def test_every_engine_has_a_title_and_can_be_made(name, tmp_path):
    assert ENGINES[name].title
    assert callable(ENGINES[name].make(work_of(tmp_path)).run)
