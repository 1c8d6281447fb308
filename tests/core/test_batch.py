"""Batches: rows of many clips as a plain loop makes them, their tables, and how one is begun."""

import json
import re
from dataclasses import replace
from functools import reduce
from pathlib import Path

import numpy as np
import pytest
import torch

from app.state.view_state import ModelSource
from mvit_core import load_model, open_video
from mvit_core.attention.recorder import Keep
from mvit_core.attribution import MapSpec, head_statistics
from mvit_core.attribution.measures import measures_of
from mvit_core.batch import Batch, BatchSpec, parse_part, parse_windows, rooted, run_batch
from mvit_core.batch import tables as tables_of_batch
from mvit_core.batch.clip_runner import NetworkRunner, labels_of
from mvit_core.batch.run_file import begin, make_folder
from mvit_core.batch.shards import ShardDone, note_done, read_done, shards_of
from mvit_core.batch.tables import write_part
from mvit_core.clips import ListedClip, read_clips
from mvit_core.errors import ClipError, ClipListError, ExportError, MvitError
from mvit_core.explaining.ablation import HeadMeans
from mvit_core.model import MViT
from mvit_core.multiview import mean_scores, view_scores
from mvit_core.pipeline import Explainer
from mvit_core.video.multi_view import plan_views, preprocessing_for
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")

CLIPS, DAMAGED = 30, (4, 11, 29)
PAGE = Path(__file__).resolve().parents[2] / "docs" / "how-to" / "run-a-batch.md"


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """A list of 30 short clips, three of them damaged, and a toy network."""
    folder = tmp_path_factory.mktemp("batch")
    (folder / "videos").mkdir()
    lines = ["path,label"]
    for number in range(CLIPS):
        path = folder / "videos" / f"{number:02}.mp4"
        if number in DAMAGED:
            path.write_bytes(b"no film" * number)
        else:
            write_barcode_clip(path, frames=17 + number % 3, first=20 * number, size=(96, 54))
        lines.append(f"{path.name},{number % 7}")
    (folder / "list.csv").write_text("\n".join(lines))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    return folder


@pytest.fixture(scope="module")
def spec(place):
    return BatchSpec((ModelSource(place / "toy.pyth", device="cpu"),), "all", "all")


@pytest.fixture(scope="module")
def batch(place, spec):
    """A batch that was run, and what its end said."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HOME", "XDG_CACHE_HOME"):
            patch.setenv(name, str(place / "home"))
        made = Batch(read_clips(place / "list.csv"), spec, place / "out", shard=8)
        return made, run_batch(made)


def rows_of(folder, table):
    parts = sorted((folder / table).iterdir())
    return [row for part in parts for row in pq.read_table(part).to_pylist()]


def test_each_row_is_that_of_a_plain_loop(place, batch):
    out = batch[0].folder
    clips, windows, heads, profiles = (
        iter(rows_of(out, table)) for table in ("clips", "windows", "heads", "profiles")
    )
    explainer = Explainer(load_model(place / "toy.pyth", device="cpu"), keep=Keep(statistics=True))
    for number in range(CLIPS):
        row = next(clips)
        assert (row["clip_id"], row["path"], row["label"]) == (
            number, f"{number:02}.mp4", str(number % 7)
        )  # fmt: skip
        if number in DAMAGED:
            assert row["frames"] is None
            with pytest.raises(MvitError, match=re.escape(row["error"])):
                open_video(place / "videos" / row["path"])
            continue
        video = open_video(place / "videos" / row["path"])
        with video:
            assert row["error"] is None
            assert (row["frames"], row["width"], row["height"]) == (video.frame_count, 96, 54)
            for window in explainer.windows(video):
                captured = explainer.capture(video, window)
                _is_window(next(windows), number, captured)
                _are_heads(heads, profiles, explainer, video, captured)
    assert [[*left] for left in (clips, windows, heads, profiles)] == [[]] * 4


def test_means_of_a_shard_are_those_of_a_plain_loop(place, batch):
    """By processes; parts, errors and hostile parts are met in test_batch_means.py."""
    explainer, found = Explainer(load_model(place / "toy.pyth", device="cpu")), []
    for number in sorted({*range(8, 16)} - {*DAMAGED}):
        with open_video(place / "videos" / f"{number:02}.mp4") as video:
            found.append(explainer.head_means(video))
    expected = reduce(HeadMeans.joined, found)
    part = batch[0].folder / "means" / "part-000001.parquet"
    for row in (rows := pq.read_table(part).to_pylist()):
        mean = expected.blocks[row["block"]][row["head"]]
        assert row["windows"] == expected.windows
        assert np.allclose(row["mean"], mean, rtol=1e-4, atol=1e-6)
    assert len(rows) == sum(len(block) for block in expected.blocks)


def _is_window(row, number, captured):
    best = captured.predictions[0]
    assert (row["clip_id"], row["window_index"]) == (number, captured.window.index)
    assert row["checkpoint"] == "toy.pyth"
    assert row["frames"] == list(captured.frame_indices)
    assert (row["predicted"], row["predicted_index"]) == (best.name, best.index)
    assert row["probability"] == pytest.approx(best.probability, rel=1e-4)
    assert row["correct"] == (best.index == number % 7)
    assert row["label"] == f"class {number % 7}"
    assert [each["index"] for each in row["top"]] == [p.index for p in captured.predictions[:5]]


def _are_heads(heads, profiles, explainer, video, captured):
    for expected in head_statistics(captured.record):
        row, profile = next(heads), next(profiles)
        for name in ("block", "stage", "head"):
            assert row[name] == profile[name] == getattr(expected, name)
        for name in ("entropy", "distance_px", "distance_frames", "sink"):
            assert row[name] == pytest.approx(getattr(expected, name), rel=1e-4, abs=1e-6)
        shape = profile["query_times"], profile["key_times"]
        assert np.allclose(np.reshape(profile["profile"], shape), expected.profile, atol=1e-6)
        maps = explainer.head_maps(video, captured, MapSpec(block=expected.block, method="row"))
        measured = measures_of(maps).heads[expected.head]
        assert row["readout_entropy"] == pytest.approx(measured.entropy, rel=1e-4)
        assert row["readout_sink"] == pytest.approx(1 - measured.kept, abs=1e-5)
        values = maps.values[expected.head]
        assert values[row["peak_t"], row["peak_y"], row["peak_x"]] == pytest.approx(values.max())
        assert 0 <= row["temporal_spread"] <= 2


def test_the_end_says_what_was_done(batch):
    result = batch[1]
    assert (result.progress.done, result.progress.total, result.run) == (CLIPS, CLIPS, CLIPS)
    assert result.progress.errors == len(DAMAGED)
    assert not result.is_stopped


def test_every_part_has_the_schema_that_is_written_out(batch):
    for table, schema in tables_of_batch.schemas().items():
        parts = sorted((batch[0].folder / table).iterdir())
        assert [part.name for part in parts] == [f"part-{n:06}.parquet" for n in range(4)]
        assert all(pq.read_schema(part).equals(schema) for part in parts)


def test_a_part_of_errors_alone_and_an_empty_one_have_their_types_too(tmp_path):
    (tmp_path / "windows").mkdir()
    write_part(tmp_path, "windows", 0, [])
    found = pq.read_table(tmp_path / "windows" / "part-000000.parquet")
    assert found.num_rows == 0
    assert found.schema.equals(tables_of_batch.schemas()["windows"])


def test_a_batch_that_is_done_is_not_run_again(batch):
    before = {path: path.stat().st_mtime_ns for path in batch[0].folder.rglob("*.parquet")}
    again = run_batch(batch[0])
    assert (again.run, again.progress.done, again.progress.errors) == (0, CLIPS, len(DAMAGED))
    assert {path: path.stat().st_mtime_ns for path in before} == before


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"shard": 9}, "other clips in a shard: 8 there, 9 now"),
        ({"windows": "first"}, "other windows: 'all' there, 'first' now"),
        ({"stats": "readout"}, "other statistics: 'all' there, 'readout' now"),
        ({"list": "other"}, "another list of clips"),
        ({"half": True}, "another model: 'half False' there, 'half True' now"),
    ],
)
def test_a_batch_never_goes_on_with_anything_else(place, batch, changes, words):
    made, changes = batch[0], dict(changes)
    if changes.pop("list", None):
        clips = replace(made.clips, clips=made.clips.clips[1:])
        made = replace(made, clips=clips)
    if changes.pop("half", None):
        models = tuple(replace(source, half=True) for source in made.spec.models)
        made = replace(made, spec=replace(made.spec, models=models))
    if "shard" in changes:
        made = replace(made, **changes)
    else:
        made = replace(made, spec=replace(made.spec, **changes))
    with pytest.raises(ExportError, match=re.escape(words)):
        run_batch(made)


def test_a_damaged_run_file_is_refused_in_words(tmp_path):
    (tmp_path / "run.json").write_text("{")
    with pytest.raises(ExportError, match=r"run.json is not JSON.*choose another folder"):
        begin(tmp_path, {}, ())


def test_a_folder_with_other_files_is_left_alone(tmp_path):
    (tmp_path / "thesis.tex").write_text("")
    with pytest.raises(ExportError, match=r"holds other files and no run.json; give a new"):
        make_folder(tmp_path)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_without_pyarrow_one_line_says_which_install_brings_it(batch, monkeypatch):
    monkeypatch.setattr(tables_of_batch, "find_spec", lambda _: None)
    with pytest.raises(ExportError, match=r'pip install "mvit-lens\[batch\]"'):
        run_batch(batch[0])


def test_views_are_averaged_into_one_row(place, spec):
    plan = parse_windows("2x3")
    runner = NetworkRunner(replace(spec, windows=plan, stats="readout"))
    found = runner.rows(3, ListedClip("03.mp4", place / "videos"))
    loaded = load_model(place / "toy.pyth", device="cpu")
    with open_video(place / "videos" / "03.mp4") as video:
        given = preprocessing_for(loaded.clip_spec, plan)
        views = plan_views(video.frame_count, video.fps, given, plan)
        expected = mean_scores([view_scores(loaded, video, view, given) for view in views])
    (row,) = found["windows"]
    assert row["predicted_index"] == expected.argmax()
    assert row["probability"] == pytest.approx(expected.max(), rel=1e-5)
    assert row["correct"] is None
    assert {each["entropy"] for each in found["heads"]} == {None}
    assert "profiles" not in found


def test_models_are_told_apart_by_file_or_by_path(place, tmp_path):
    other = tmp_path / "toy.pyth"
    other.write_bytes((place / "toy.pyth").read_bytes())
    models = tuple(ModelSource(path, device="cpu") for path in (place / "toy.pyth", other))
    found = NetworkRunner(BatchSpec(models)).rows(0, ListedClip("00.mp4", place / "videos", ("2",)))
    assert [row["checkpoint"] for row in found["windows"]] == [str(s.checkpoint) for s in models]
    assert len({row["probability"] for row in found["windows"]}) == 1


@pytest.mark.parametrize(
    ("labels", "classes"),
    [(("4",), {4}), (("BOXING", "2"), {1, 2}), (("unknown",), set()), (("9" * 5000,), set())],
)
def test_labels_are_numbers_or_names_of_classes(labels, classes):
    assert labels_of(ListedClip("a", Path(), labels), ["walking", "boxing", "waving"]) == classes


def test_parts_share_all_shards_out():
    clips = [ListedClip(str(i), Path()) for i in range(23)]
    parts = [shards_of(clips, 4, (i, 3)) for i in (1, 2, 3)]
    found = sorted((shard for part in parts for shard in part), key=lambda each: each.number)
    assert tuple(found) == shards_of(clips, 4)
    assert [clip.name for shard in found for clip in shard.clips] == [c.name for c in clips]


@pytest.mark.parametrize("text", ["0/2", "3/2", "1", "a/b", "-1/2", "1/0", "1/2/3"])
def test_what_is_no_part_is_refused(text):
    with pytest.raises(ClipListError, match=r"allowed is I/N"):
        parse_part(text)


@pytest.mark.parametrize("text", ["", "last", "0x1", "2x2", "x"])
def test_what_are_no_windows_is_refused(text):
    with pytest.raises(ClipError, match="first, all, and TxS"):
        parse_windows(text)


def test_a_root_that_is_no_folder_is_refused(batch, tmp_path):
    with pytest.raises(ClipListError, match="is no folder"):
        rooted(batch[0].clips, tmp_path / "nowhere")


@pytest.mark.parametrize("text", ["", "[]", '{"clips": 1}', '{"clips": "many", "errors": 0}'])
def test_a_shard_whose_note_cannot_be_read_is_not_done(tmp_path, text):
    (tmp_path / "done").mkdir()
    note_done(tmp_path, 7, ShardDone(3, 1))
    assert read_done(tmp_path, 7) == ShardDone(3, 1)
    (tmp_path / "done" / "000007.json").write_text(text)
    assert read_done(tmp_path, 7) is None


def test_the_documented_queries_answer(batch, monkeypatch):
    duckdb = pytest.importorskip("duckdb", reason="queries need the extra 'batch'")
    monkeypatch.chdir(batch[0].folder)
    queries = re.findall(r"```sql\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    answers = [duckdb.sql(query).fetchall() for query in queries]
    assert len(answers) >= 4
    assert all(answers)


def test_run_json_says_what_the_rows_depend_on(batch, place):
    facts = json.loads((batch[0].folder / "run.json").read_text())
    assert (facts["list"], facts["clips"], facts["shard"]) == ("list.csv", CLIPS, 8)
    (model,) = facts["models"]
    assert model["name"] == "toy.pyth"
    assert len(model["sha256"]) == 64
    assert model["clip_spec"]["frames"] == 4
