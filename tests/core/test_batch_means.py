"""Means of heads over a batch: the table, what is read of it, and ablation by it."""

import json
import shutil
from dataclasses import replace
from functools import reduce

import numpy as np
import pytest
import torch

from mvit_core import load_model, open_video
from mvit_core.batch.mean_rows import joined_rows, mean_rows
from mvit_core.batch.result_means import read_means, used_model
from mvit_core.batch.tables import write_part
from mvit_core.errors import CaptureError, ClipListError
from mvit_core.explaining import Changes, HeadPlace, Target
from mvit_core.explaining.ablation import Ablation, HeadMeans, head_means
from mvit_core.explaining.changes import BatchMean
from mvit_core.explaining.heads_off import HeadsOff, MeansHeard, head_shapes
from mvit_core.model import MViT
from mvit_core.pipeline import Explainer
from tests.batch_results import run_result
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

pq = pytest.importorskip("pyarrow.parquet", reason="tables of a batch need the extra 'batch'")
pytest.importorskip("duckdb", reason="means are read with DuckDB")

FRAMES = {"a.mp4": 33, "b.mp4": 17, "damaged.mp4": 0, "c.mp4": 17, "d.mp4": 50}


@pytest.fixture(scope="module")
def place(tmp_path_factory):
    """Five clips, one of them damaged, a toy network, and a batch of them in parts of two."""
    folder = tmp_path_factory.mktemp("means")
    for number, (name, frames) in enumerate(FRAMES.items()):
        if frames:
            write_barcode_clip(folder / name, frames=frames, first=9 * number, size=(64, 48))
        else:
            (folder / name).write_bytes(b"no film")
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    write_list(folder / "list.csv", FRAMES)
    run_result(folder / "out", folder / "list.csv", folder / "toy.pyth")
    return folder


@pytest.fixture(scope="module")
def explainer(place):
    return Explainer(load_model(place / "toy.pyth", device="cpu"))


@pytest.fixture(scope="module")
def model(explainer):
    return used_model(explainer.loaded)


@pytest.fixture
def copy(place, tmp_path):
    """A copy of the batch that a test may spoil."""
    return shutil.copytree(place / "out", tmp_path / "out")


def write_list(path, names):
    path.write_text("\n".join(("path", *names)))


def of_clips(explainer, folder, names):
    """The running mean over all windows of some clips, by plain passes."""
    found = []
    for name in names:
        with open_video(folder / name) as video:
            for window in explainer.windows(video):
                captured = explainer.capture(video, window)
                found.append(head_means(explainer.subject(video, captured)))
    return reduce(HeadMeans.joined, found)


def rows_of(part):
    return pq.read_table(part).to_pylist()


def is_close(found, expected):
    return all(
        np.allclose(one, other, rtol=1e-5, atol=1e-6)
        for one, other in zip(found.blocks, expected.blocks, strict=True)
    )


def test_a_shard_has_one_row_for_each_head_over_all_of_its_windows(place, explainer):
    shards = (["a.mp4", "b.mp4"], ["c.mp4"], ["d.mp4"])  # the damaged one adds nothing
    for part, names in zip(sorted((place / "out" / "means").iterdir()), shards, strict=True):
        expected, rows = of_clips(explainer, place, names), rows_of(part)
        heads = [(b, h) for b, values in enumerate(expected.blocks) for h in range(len(values))]
        assert [(row["block"], row["head"]) for row in rows] == heads
        assert {(row["checkpoint"], row["windows"]) for row in rows} == {
            ("toy.pyth", expected.windows)
        }
        for row in rows:
            mean = expected.blocks[row["block"]][row["head"]]
            assert np.allclose(row["mean"], mean, rtol=1e-5, atol=1e-6)


def test_a_batch_of_one_window_has_the_means_of_that_window(place, explainer, model, tmp_path):
    write_list(tmp_path / "one.csv", [str(place / "a.mp4")])
    run_result(tmp_path / "one", tmp_path / "one.csv", place / "toy.pyth", windows="first")
    found = read_means(tmp_path / "one", model)
    with open_video(place / "a.mp4") as video:
        captured = explainer.capture(video, explainer.windows(video)[0])
        expected = head_means(explainer.subject(video, captured))
    assert (found.source.name, found.source.windows, found.notes) == ("one", 1, ())
    assert is_close(found, expected)


def test_means_over_a_batch_weigh_every_window_the_same_in_any_order(
    place, explainer, model, tmp_path
):
    whole = [name for name, frames in FRAMES.items() if frames]
    expected, found = of_clips(explainer, place, whole), read_means(place / "out", model)
    assert found.source.windows == expected.windows > len(whole)
    assert is_close(found, expected)
    assert found.source == read_means(place / "out", model).source
    write_list(tmp_path / "back.csv", [str(place / name) for name in reversed(FRAMES)])
    run_result(tmp_path / "back", tmp_path / "back.csv", place / "toy.pyth", shard=3, at_once=3)
    assert is_close(read_means(tmp_path / "back", model), expected)


def test_windows_that_are_run_together_are_counted_each(explainer):
    network = explainer.loaded.model
    clips = torch.rand(3, 3, *network.config.input_shape)
    with torch.inference_mode():
        with MeansHeard(network) as together:
            network(clips)
        alone = []
        for clip in clips:
            with MeansHeard(network) as heard:
                network(clip[None])
            alone.append(heard.means)
    assert together.means.windows == 3
    assert is_close(together.means, reduce(HeadMeans.joined, alone))


def test_joined_rows_are_those_of_the_joined_means():
    random = torch.Generator().manual_seed(1)
    one, two = (
        HeadMeans(tuple(torch.randn(2, 3, generator=random) for _ in range(2)), windows)
        for windows in (2, 5)
    )
    rows = joined_rows([*mean_rows("m", one), *mean_rows("n", one), *mean_rows("m", two)])
    expected = {
        name: mean_rows(name, means) for name, means in (("m", one.joined(two)), ("n", one))
    }
    assert [row["checkpoint"] for row in rows] == ["m"] * 4 + ["n"] * 4
    for row, wanted in zip(rows, [*expected["m"], *expected["n"]], strict=True):
        assert {k: v for k, v in row.items() if k != "mean"} == {
            k: v for k, v in wanted.items() if k != "mean"
        }
        assert np.allclose(row["mean"], wanted["mean"], atol=1e-6)


def test_heads_give_the_mean_over_the_batch_as_ablation_does(place, explainer, model):
    found, places = read_means(place / "out", model), (HeadPlace(2, 1), HeadPlace(3, 0))
    changes = Changes(places, batch=found.source)
    with open_video(place / "b.mp4") as video:
        window = explainer.windows(video)[0]
        with pytest.raises(CaptureError, match="of the batch out, which is not open"):
            Explainer(explainer.loaded).with_changes(changes).capture(video, window)
        explainer.given.give(found.source, found.blocks)
        subject = explainer.subject(video, explainer.capture(video, window))
        ablation = Ablation(subject, explainer.given.of(found.source))
        off = explainer.with_changes(changes).capture(video, window).record.logits
        of_clip = explainer.with_changes(Changes(places)).capture(video, window).record.logits
    assert torch.allclose(off, ablation.logits(places), atol=1e-6)
    assert not torch.allclose(off, of_clip, atol=1e-4)
    effects = ablation.effects(Target(1))
    assert (effects.by, len(effects.effects)) == ("mean", len(ablation.places))
    assert changes.facts["heads_off_mean_of"] == {
        "batch": "out", "windows": found.source.windows, "sha256": found.source.sha256
    }  # fmt: skip
    assert f"(mean over {found.source.windows} windows of the batch out)" in changes.words


def test_a_checkpoint_is_known_by_its_content_and_another_is_refused(copy, model):
    run = json.loads((copy / "run.json").read_text())
    with pytest.raises(ClipListError, match="made with another checkpoint") as refused:
        read_means(copy, replace(model, sha256="1" * 64))
    assert "toy.pyth" in str(refused.value)
    with pytest.raises(ClipListError, match="another network of this file"):
        read_means(copy, replace(model, weights="ema"))
    run["models"][0]["clip_spec"]["rate"] = 32
    run["models"][0]["half"] = True
    (copy / "run.json").write_text(json.dumps(run))
    notes = read_means(copy, model).notes
    assert [note.removeprefix("out was made otherwise: ") for note in notes] == [
        f"rate 32 there, {model.clip_spec.rate} here", "in half precision there"
    ]  # fmt: skip


def test_a_result_without_means_says_what_to_do(copy, model, tmp_path):
    for spoiled, words in (
        (copy / "means" / "part-000001.parquet", "in 1 of its 3 parts"),
        (copy / "means", "in 3 of its 3 parts"),
    ):
        spoiled.unlink() if spoiled.is_file() else shutil.rmtree(spoiled)
        with pytest.raises(ClipListError, match="made by an earlier version") as refused:
            read_means(copy, model)
        assert words in str(refused.value)
        assert "run the same batch into another folder" in str(refused.value)
    with pytest.raises(ClipListError):
        read_means(tmp_path, model)


def test_shards_that_are_not_done_are_left_out(copy, explainer, model, place):
    (copy / "done" / "000000.json").unlink()
    expected = of_clips(explainer, place, ["c.mp4", "d.mp4"])
    assert is_close(read_means(copy, model), expected)
    shutil.rmtree(copy / "done")
    with pytest.raises(ClipListError, match="no shard that is done"):
        read_means(copy, model)


def spoiled(rows, **values):
    return [{**rows[0], **values}, *rows[1:]]


SPOILED = {
    "not finite": lambda rows: spoiled(rows, mean=[float("nan")] * len(rows[0]["mean"])),
    "beyond all numbers": lambda rows: spoiled(rows, mean=[1e38] * len(rows[0]["mean"])),
    "a head twice": lambda rows: [*rows, rows[0]],
    "a head missing": lambda rows: rows[:-1],
    "a block missing": lambda rows: rows[1:],
    "no head of that number": lambda rows: spoiled(rows, head=-1),
    "another length": lambda rows: spoiled(rows, mean=[0.5]),
    "no numbers": lambda rows: spoiled(rows, mean=[]),
    "null": lambda rows: spoiled(rows, mean=None),
    "no windows": lambda rows: spoiled(rows, windows=0),
    "more windows than the others": lambda rows: spoiled(rows, windows=7),
    "far too many windows": lambda rows: [{**row, "windows": 2**62} for row in rows],
    "very long": lambda rows: [{**row, "mean": [0.5] * 5000} for row in rows],
}


@pytest.mark.parametrize("kind", SPOILED)
def test_damaged_means_are_refused_in_a_line(copy, model, kind):
    part = copy / "means" / "part-000000.parquet"
    write_part(copy, "means", 0, SPOILED[kind](rows_of(part)))
    with pytest.raises(ClipListError) as refused:
        read_means(copy, model)
    assert "out" in str(refused.value)
    assert len(str(refused.value).splitlines()) == 1


def test_a_part_that_is_no_table_is_refused_in_a_line(copy, model):
    (copy / "means" / "part-000001.parquet").write_bytes(b"PAR1" * 20)
    with pytest.raises(ClipListError, match="damaged") as refused:
        read_means(copy, model)
    assert len(str(refused.value).splitlines()) == 1


def test_means_of_another_network_are_refused_where_they_are_used(explainer):
    config = explainer.loaded.config
    shapes = head_shapes(config)
    fitting = HeadMeans(tuple(torch.zeros(shape) for shape in shapes), 1)
    HeadsOff(config, (), fitting)
    for blocks in (fitting.blocks[1:], (*fitting.blocks[:-1], fitting.blocks[-1][:, 1:])):
        with pytest.raises(CaptureError, match="of another network"):
            HeadsOff(config, (), HeadMeans(blocks, 1))


@pytest.mark.parametrize(
    "values",
    [("../out", "0" * 64, 1), ("", "0" * 64, 1), ("out", "0" * 63, 1), ("out", "0" * 64, 0)],
)
def test_a_mean_of_a_batch_from_a_file_is_a_name_a_digest_and_a_count(values):
    with pytest.raises(CaptureError, match="allowed are"):
        BatchMean(*values)
