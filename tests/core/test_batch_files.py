"""What a batch writes besides rows: maps as Zarr, capture files and videos of chosen windows."""

import re
import shutil
import sys
from dataclasses import replace
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import torch

from app.state.view_state import ModelSource
from mvit_core import load_model, open_video
from mvit_core.attribution import METHODS
from mvit_core.batch import Batch, BatchSpec, parse_choice, parse_maps, run_batch
from mvit_core.batch import chosen as choosing
from mvit_core.batch import maps as maps_of_batch
from mvit_core.batch.chosen import ChosenWindow, check_choice, chosen_windows
from mvit_core.batch.clip_runner import NetworkRunner
from mvit_core.batch.files import make_files
from mvit_core.batch.maps import begin_maps, grow_maps
from mvit_core.batch.run_file import begin
from mvit_core.batch.shards import forget_done, shards_of
from mvit_core.batch.tables import tables_of, write_part
from mvit_core.batch.unit import run_shard
from mvit_core.capture_file import CaptureFile
from mvit_core.clips import read_clips
from mvit_core.errors import ExportError, MvitError
from mvit_core.model import MViT
from mvit_core.pipeline import Explainer
from mvit_core.system import atomic_file
from mvit_core.video.multi_view import ViewPlan
from tests.fixtures_video import write_barcode_clip
from tests.system.torture import every_failure
from tests.toys import toy_config, write_toy_checkpoint

DOCS = Path(__file__).resolve().parents[2] / "docs"

zarr = pytest.importorskip("zarr", reason="maps of a batch need the extra 'batch'")
pytest.importorskip("duckdb", reason="conditions need the extra 'batch'")

DAMAGED, SHARD = 2, 2
FRAMES = (17, 40, 0, 17, 17)
"""Of each clip: the second has more windows than the others."""


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Five clips, one of them damaged, and two networks of other grids."""
    folder = tmp_path_factory.mktemp("batch")
    for number, frames in enumerate(FRAMES):
        path = folder / f"{number}.mp4"
        if number == DAMAGED:
            path.write_bytes(b"no film")
        else:
            write_barcode_clip(path, frames=frames, first=20 * number, size=(96, 54))
    (folder / "list.csv").write_text(
        "path,label\n" + "".join(f"{number}.mp4,{number}\n" for number in range(len(FRAMES)))
    )
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    torch.manual_seed(1)
    write_toy_checkpoint(folder / "other.pyth", MViT(toy_config()).eval())
    return folder


@pytest.fixture(scope="module")
def spec(place):
    sources = (ModelSource(place / name, device="cpu") for name in ("toy.pyth", "other.pyth"))
    return BatchSpec(tuple(sources), "all", maps=("row", "received"))


@pytest.fixture(scope="module")
def shards(place):
    return shards_of(read_clips(place / "list.csv").clips, SHARD)


def ready(folder, spec):
    """A folder as a driver begins it."""
    folder.mkdir()
    begin(folder, {}, tables_of(spec.stats))
    begin_maps(folder, spec.names, len(FRAMES), SHARD)
    return folder


@pytest.fixture(scope="module")
def runner(spec):
    return NetworkRunner(spec)


@pytest.fixture(scope="module")
def out(tmp_path_factory, spec, shards, runner):
    """A batch that was run to its end."""
    folder = ready(tmp_path_factory.mktemp("out") / "out", spec)
    for shard in shards:
        run_shard(runner, folder, shard)
    grow_maps(folder)
    return folder


def arrays_of(folder, model=0):
    return dict(zarr.open_group(folder / "maps.zarr", mode="r")[f"model-{model}"].arrays())


def files_of(folder):
    return {
        path.relative_to(folder): path.read_bytes() for path in folder.rglob("*") if path.is_file()
    }


def test_every_map_of_every_window_is_that_of_a_plain_loop(place, out):
    arrays = arrays_of(out)
    explainer = Explainer(load_model(place / "toy.pyth", device="cpu"))
    seen = set()
    for number in {*range(len(FRAMES))} - {DAMAGED}:
        with open_video(place / f"{number}.mp4") as video:
            for window in explainer.windows(video):
                record = explainer.capture(video, window).record
                for method in ("row", "received"):
                    for layer in record.layers:
                        found = METHODS[method].maps(record, layer, "readout")
                        name = "x".join(map(str, found.values.shape[1:]))
                        array = arrays[f"{method}-{name}"]
                        places = np.array(array.attrs["block"]) == layer.block
                        kept = array[number, window.index][places]
                        assert np.allclose(kept, found.values, rtol=1e-3, atol=1e-6)
                        place_of = places.argmax()
                        assert array.attrs["scale"][place_of] == [*found.geometry.scale]
                        assert array.attrs["offset"][place_of] == [*found.geometry.offset]
                        seen.add((array.name, number, window.index))
    held = {
        (array.name, *map(int, index))
        for array in arrays.values()
        for index in np.argwhere(~np.isnan(array[:]).all(axis=(2, 3, 4, 5)))
    }
    assert held == seen
    assert max(window for _, _, window in seen) > 0


def test_an_array_says_what_its_places_are(out):
    for name, array in arrays_of(out).items():
        assert array.metadata.dimension_names == ("clip", "window", "head", "t", "y", "x")
        assert array.dtype == np.float16
        assert array.shape[0] == len(FRAMES)
        assert array.shards[0] == SHARD
        facts = array.attrs
        assert name.startswith(f"{facts['method']}-")
        assert (facts["checkpoint"], facts["query"]) == ("toy.pyth", "readout")
        for key in ("block", "stage", "head", "scale", "offset"):
            assert len(facts[key]) == array.shape[2]


def test_blocks_of_another_grid_have_another_array_and_each_model_its_own(out):
    grids = {"x".join(map(str, keys)) for _, keys in toy_config().block_grids()}
    assert len(grids) > 1
    names = {f"{method}-{grid}" for method in ("row", "received") for grid in grids}
    for model in (0, 1):
        arrays = arrays_of(out, model)
        assert set(arrays) == names
        blocks = [arrays[f"row-{grid}"].attrs["block"] for grid in grids]
        assert {block for those in blocks for block in those} == {0, 1, 2, 3}
    one, other = (arrays_of(out, model)["row-2x2x2"][:] for model in (0, 1))
    assert not np.array_equal(one, other, equal_nan=True)


def test_a_shard_that_is_done_anew_gives_the_same_files_and_leaves_none_behind(
    tmp_path, spec, shards, runner, out
):
    again = ready(tmp_path / "again", spec)
    stale = again / "maps.zarr" / "model-0" / "row-2x2x2"
    first = shards[0]  # its second clip has the most windows
    for _ in range(2):
        run_shard(runner, again, first)
        assert list(again.rglob("c.*.7.*")) == []
        forget_done(again, first.number)
        (stale / f"c.{first.number}.7.0.0.0.0").write_bytes(b"of an earlier run")
    run_shard(runner, again, first)
    grow_maps(again)
    kept, expected = files_of(again / "maps.zarr"), files_of(out / "maps.zarr")
    others = {name for name in expected if re.match(r"c\.[12]\.", name.name)}
    assert kept == {name: expected[name] for name in expected.keys() - others}


class Known:
    """Gives rows that were made before."""

    def __init__(self, runner, shard):
        self.tables = runner.tables
        places = enumerate(shard.clips, start=shard.first)
        self._rows = {clip_id: runner.rows(clip_id, clip) for clip_id, clip in places}

    def rows(self, clip_id, clip):
        return self._rows[clip_id]


@pytest.mark.skipif(sys.platform == "win32", reason="locks of POSIX")
def test_a_shard_leaves_whole_files_whatever_call_fails(
    tmp_path, spec, shards, runner, monkeypatch
):
    folder, shard = tmp_path / "out", shards[-1]
    known = Known(runner, shard)

    def reset():
        monkeypatch.setattr(atomic_file, "_looked_at", set())
        shutil.rmtree(folder, ignore_errors=True)
        ready(folder, spec)

    def work():
        run_shard(known, folder, shard)

    reset()
    work()
    whole, failed = files_of(folder), 0
    reset()
    for number, failure in every_failure(work, folder, reset, most=9):
        assert failure is None or isinstance(failure, MvitError), (number, failure)
        found = files_of(folder)
        assert found.items() <= whole.items(), number
        assert (folder / "done" / f"{shard.number:06}.json").exists() == (failure is None)
        failed += failure is not None
    assert failed >= 5


def test_maps_of_damaged_groups_are_refused_in_words(tmp_path, spec, shards, runner):
    folder = ready(tmp_path / "out", spec)
    (folder / "maps.zarr" / "zarr.json").write_text("[]")
    with pytest.raises(ExportError, match=r"zarr.json is damaged; remove maps.zarr and the folder"):
        run_shard(runner, folder, shards[0])


@pytest.mark.parametrize("text", ["", "rows", "row,column", "gradient", "row,,received"])
def test_what_is_no_map_on_keys_is_refused(text):
    with pytest.raises(ExportError, match="allowed are row, received, value, content, position"):
        parse_maps(text)


def test_maps_are_named_as_methods_are():
    assert parse_maps("received, row,row") == ("row", "received")


def test_without_zarr_one_line_says_which_install_brings_it(tmp_path, place, spec, monkeypatch):
    monkeypatch.setattr(maps_of_batch, "find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r'pip install "mvit-lens\[batch\]"'):
        run_batch(Batch(read_clips(place / "list.csv"), spec, tmp_path / "out"))
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("text", "choice"), [("7", 7), ("not correct", "not correct"), ("7 ", "7 ")]
)
def test_a_choice_is_a_number_or_a_condition(text, choice):
    assert parse_choice(text) == choice


@pytest.mark.parametrize(
    "condition",
    [
        "not correct",
        "probability > .5 AND label LIKE 'class%' OR note IS NULL",
        "top[1].probability - top[2].probability < .1 -- nearly as sure",
        "checkpoint = 'toy.pyth' AND window_index BETWEEN 0 AND 3",
        "true) OR (false",
    ],
)
def test_a_condition_over_windows_is_let_pass(condition):
    check_choice(condition)


@pytest.mark.parametrize(
    ("condition", "reason"),
    [
        ("", "it is empty"),
        ("not corect", "corect"),
        ("correct AND", "syntax error"),
        ("true; DROP TABLE windows", "syntax error"),
        ("true) UNION SELECT 1, 1, current_setting('memory_limit') WHERE (true", "a query of its"),
        ("clip_id IN (SELECT 1)", "a query of its own"),
        ("exists(FROM read_text('/etc/passwd'))", "a query of its own"),
        ("exists(FROM '/etc/passwd')", "a query of its own"),
        ("read_text('/etc/passwd') IS NOT NULL", "table function"),
        ("count(*) > 1", "aggregates"),
        ("getenv('HOME') = ''", "does not exist"),
        ("label", "of type VARCHAR, neither true nor false"),
        ("frames", r"of type INTEGER\[\]"),
        ("x" * 10_001, "more than 10000 letters"),
        ("(" * 5_000, "more than 200 brackets"),
        ("(" * 150, "syntax error"),
    ],
)
def test_what_is_no_condition_is_refused_in_one_line(condition, reason):
    with pytest.raises(ExportError, match=reason) as refused:
        check_choice(condition)
    assert "\n" not in str(refused.value)
    assert len(str(refused.value)) < 1000


def test_without_duckdb_one_line_says_which_install_brings_it(monkeypatch):
    monkeypatch.setattr(choosing, "has_reader", lambda: False)
    check_choice(3)
    with pytest.raises(ExportError, match=r'pip install "mvit-lens\[batch\]"'):
        check_choice("correct")


def test_the_first_windows_or_those_of_a_condition_are_chosen_in_the_order_of_the_list(out, shards):
    rows = [row for n in range(len(shards)) for row in _windows(out, n)]
    keys = sorted(
        ChosenWindow(row["clip_id"], row["window_index"], row["checkpoint"]) for row in rows
    )
    assert chosen_windows(out, shards, 4) == tuple(keys[:4])
    assert chosen_windows(out, shards, 1000) == tuple(keys)
    assert chosen_windows(out, shards[1:], "true") == tuple(k for k in keys if k.clip_id >= SHARD)
    wrong = {(row["clip_id"], row["checkpoint"]) for row in rows if row["correct"] is False}
    found = chosen_windows(out, shards, "not correct")
    assert {(each.clip_id, each.checkpoint) for each in found} == wrong
    with pytest.raises(ExportError, match="is no condition over windows"):
        chosen_windows(out, shards, "checkpoint::int > 3")


def _windows(folder, number):
    import pyarrow.parquet as pq

    return pq.read_table(folder / "windows" / f"part-{number:06}.parquet").to_pylist()


def test_files_of_chosen_windows_are_made_once(spec, shards, out):
    chosen = "clip_id = 1 AND window_index = 1 AND checkpoint = 'other.pyth'"
    choices = {"captures": chosen, "videos": 1}
    told = []
    made = make_files(out, shards, spec, choices, lambda *counts: told.append(counts))
    assert told == [(0, 2), (1, 2)]
    assert (made.made, made.kept, made.failures) == (2, 0, ())
    capture = out / "captures" / "clip-000001.window-001.model-1.mvitcap"
    film = out / "videos" / "clip-000000.window-000.model-1.mp4"  # by name, other before toy
    assert [*capture.parent.iterdir(), *film.parent.iterdir()] == [capture, film]
    (window,) = CaptureFile(capture).windows
    assert window.window.index == 1
    with open_video(film) as video:
        assert video.frame_count == 16
    capture.write_bytes(b"is not looked into")
    again = make_files(out, shards, spec, choices)
    assert (again.made, again.kept) == (0, 2)
    assert capture.read_bytes() == b"is not looked into"


def test_a_file_that_cannot_be_made_is_told_and_the_others_are_made(tmp_path, place, spec, shards):
    folder = ready(tmp_path / "out", spec)
    rows = [
        {"clip_id": clip, "window_index": window, "checkpoint": "toy.pyth", "frames": []}
        for clip, window in ((0, 0), (0, 99), (DAMAGED, 0))
    ]
    for number in range(len(shards)):
        inside = [row for row in rows if row["clip_id"] // SHARD == number]
        write_part(folder, "windows", number, inside)
    found = make_files(folder, shards, spec, {"captures": 10})
    assert (found.made, len(found.failures)) == (1, 2)
    assert "0.mp4 has no window 99 any more" in found.failures[0]
    assert "2.mp4" in found.failures[1]
    stopped = make_files(
        folder, shards, spec, {"captures": 10, "videos": 10}, is_stopped=lambda: True
    )
    assert (stopped.made, stopped.kept, stopped.failures) == (0, 1, ())


def test_all_that_is_refused_is_refused_before_anything_is_made(tmp_path, place, spec):
    clips = read_clips(place / "list.csv")
    batch = Batch(clips, spec, tmp_path / "out", files={"videos": "nothing"})
    with pytest.raises(ExportError, match="is no condition over windows"):
        run_batch(batch)
    views = replace(spec, windows=ViewPlan(2, 1))
    with pytest.raises(ExportError, match="give --windows first or all"):
        run_batch(replace(batch, spec=views, files={"videos": 1}))
    assert not (tmp_path / "out").exists()


def test_the_documented_lines_of_python_answer(out, monkeypatch):
    pytest.importorskip("polars", reason="one way to ask the tables; nothing else needs it")
    monkeypatch.chdir(out)
    page = (DOCS / "how-to" / "run-a-batch.md").read_text(encoding="utf-8")
    pieces = re.findall(r"```python\n(.*?)```", page, re.DOTALL)
    assert len(pieces) == 4
    for piece in pieces:
        known = {}
        exec(piece, known)
        assert len(known["answer"]) > 0


def test_the_script_for_fiftyone_has_a_sample_for_each_clip_and_model(out, monkeypatch):
    script = _script("batch_to_fiftyone")
    monkeypatch.setattr(script.json, "loads", lambda _: {"root": "/videos"})
    samples = list(script.samples_of(out))
    assert len(samples) == 2 * (len(FRAMES) - 1) + 1
    (damaged,) = (each for each in samples if "error" in each)
    assert damaged["filepath"] == "/videos/2.mp4"
    assert {each["checkpoint"] for each in samples if each is not damaged} == {
        "toy.pyth", "other.pyth"
    }  # fmt: skip
    filled = []
    script.fill(SimpleNamespace(add_sample=filled.append), samples, _Fiftyone)
    assert [each["filepath"] for each in filled] == [each["filepath"] for each in samples]
    assert "error" in next(each for each in filled if each["filepath"] == damaged["filepath"])
    assert all("prediction" in each or "error" in each for each in filled)


class _Fiftyone:
    """As much of FiftyOne as the script uses."""

    Sample, Classification = dict, dict


def _script(name):
    spec = spec_from_file_location(name, DOCS / "scripts" / f"{name}.py")
    made = module_from_spec(spec)
    spec.loader.exec_module(made)
    return made
