import errno
import signal

import numpy as np
import pytest
import torch

from mvit_core.checkpoint import load_model
from mvit_core.demo.classes import CLASSES
from mvit_core.errors import CheckpointReadError, ExportError
from mvit_core.training.auxiliary import BLOCK, block_geometry, focus_target
from mvit_core.training.batches import HELD_OUT, make_batch, training_seeds
from mvit_core.training.loop import TrainingStopped, train
from mvit_core.training.recipe import Recipe, Stage, architecture, recipe_for
from mvit_core.training.saving import METRICS_NAME, STATE_NAME, WEIGHTS_NAME

TINY = Recipe(
    seed=3,
    stages=(Stage("A", 32, 12, 1e-3, 1.0), Stage("B", 48, 8, 5e-4, 1.0)),
    batch=2,
)


def _interrupt_at(step: int):
    def tell(progress) -> None:
        if progress.step == step:
            signal.raise_signal(signal.SIGINT)

    return tell


@pytest.fixture(scope="module")
def straight(tmp_path_factory):
    """A run of the tiny recipe without interruption."""
    folder = tmp_path_factory.mktemp("straight")
    train(TINY, folder, processes=1)
    return folder


def _weights(folder):
    return load_model(folder / WEIGHTS_NAME, device="cpu").model.state_dict()


def _names(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize("steps", [(5,), (12,), (4, 15)])
def test_an_interrupted_run_ends_in_the_same_weights(tmp_path, straight, steps):
    for step in steps:
        with pytest.raises(TrainingStopped, match=f"after step {step} of 20.*same command again"):
            train(TINY, tmp_path, _interrupt_at(step), processes=1)
        assert _names(tmp_path) == [METRICS_NAME, STATE_NAME]
    train(TINY, tmp_path, processes=1)
    ours, theirs = _weights(tmp_path), _weights(straight)
    assert all(torch.equal(ours[name], theirs[name]) for name in theirs)
    assert (tmp_path / WEIGHTS_NAME).read_bytes() == (straight / WEIGHTS_NAME).read_bytes()
    assert (tmp_path / METRICS_NAME).read_text().count("\n") >= 4


def test_a_finished_run_is_not_done_again(straight):
    steps = []
    train(TINY, straight, steps.append, processes=1)
    assert steps == []


def test_two_processes_make_the_weights_that_one_makes(tmp_path):
    recipe = Recipe(seed=1, stages=(Stage("A", 32, 2, 1e-3, 1.0),), batch=2)
    for processes in (1, 2):
        train(recipe, tmp_path / str(processes), processes=processes)
    one, two = _weights(tmp_path / "1"), _weights(tmp_path / "2")
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_the_checkpoint_is_an_ordinary_one_of_pyslowfast(straight):
    loaded = load_model(straight / WEIGHTS_NAME, device="cpu")
    assert loaded.format == "pyslowfast"
    assert loaded.classes == list(CLASSES)
    assert loaded.clip_spec.size == 96
    assert loaded.config == architecture()
    assert not loaded.report.missing
    assert not loaded.report.unexpected
    assert (straight / WEIGHTS_NAME).stat().st_size < 1_000_000


def test_another_seed_is_told_from_the_run_in_the_folder(straight):
    other = Recipe(seed=4, stages=TINY.stages, batch=2)
    with pytest.raises(CheckpointReadError, match=r"other settings.*another folder"):
        train(other, straight, processes=1)


def test_a_damaged_state_is_one_clear_line(tmp_path):
    (tmp_path / STATE_NAME).write_bytes(b"PK\x03\x04 torn")
    with pytest.raises(CheckpointReadError, match="truncated or damaged"):
        train(TINY, tmp_path, processes=1)
    torch.save({"weights": torch.zeros(1)}, tmp_path / STATE_NAME)
    with pytest.raises(CheckpointReadError, match="no state of a training; delete it"):
        train(TINY, tmp_path, processes=1)


def test_a_folder_that_cannot_be_made_is_told_before_anything_is_trained(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(ExportError, match="cannot be made"):
        train(TINY, tmp_path / "file" / "run", lambda _: pytest.fail("trained"), processes=1)


@pytest.mark.parametrize(
    "failure",
    [
        RuntimeError("[enforce fail at inline_container.cc:672] . unexpected pos 64 vs 0"),
        OSError(errno.ENOSPC, "No space left on device"),
        KeyboardInterrupt(),
    ],
)
def test_a_full_disk_or_a_second_ctrl_c_leaves_the_last_good_state(tmp_path, monkeypatch, failure):
    with pytest.raises(TrainingStopped):
        train(TINY, tmp_path, _interrupt_at(2), processes=1)
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    def fail(content, file) -> None:
        file.write(b"half")
        raise failure

    monkeypatch.setattr(torch, "save", fail)
    kind = KeyboardInterrupt if isinstance(failure, KeyboardInterrupt) else ExportError
    with pytest.raises(kind):
        train(TINY, tmp_path, _interrupt_at(3), processes=1)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir()} == before


def test_a_target_lies_where_the_geometry_says_not_at_the_middle_of_a_cell():
    place = block_geometry(architecture(), BLOCK)
    assert place.scale == (2.0, 8.0, 8.0)
    assert place.offset == (0.0, 0.0, 0.0)
    centres = torch.tensor([[[24.0, 40.0]]])  # (B, t, (y, x)) in pixels
    target = focus_target(centres, (1, 12, 12), place)[0, 0].reshape(12, 12)
    assert divmod(int(target.argmax()), 12) == (3, 5)
    assert torch.allclose(target[3, 4], target[3, 6])
    assert torch.allclose(target[2, 5], target[4, 5])
    assert target.sum() == pytest.approx(1)


def test_training_never_draws_a_held_out_scene_and_no_scene_twice():
    seeds = [seed for step in range(5) for seed in training_seeds(0, step, 4)]
    assert min(seeds) >= HELD_OUT
    assert len(set(seeds)) == 20
    assert not set(seeds) & set(training_seeds(1, 0, 1000))


def test_a_batch_is_the_same_again_and_holds_every_class():
    seeds = range(HELD_OUT, HELD_OUT + 11)
    batch, again = make_batch(seeds, 32), make_batch(seeds, 32)
    assert batch.inputs.shape == (11, 3, 16, 32, 32)
    assert torch.equal(batch.inputs, again.inputs)
    assert batch.centres_px.shape == (11, 8, 2)
    assert batch.motions.shape == (11, 8, 6)
    assert (batch.centres_px > 0).all()
    assert (batch.centres_px < 32).all()
    assert batch.motions.abs().max() < 5
    assert np.isclose(batch.inputs.min(), -2, atol=0.3)


def test_minutes_scale_the_steps():
    assert recipe_for(15).steps == 2 * recipe_for(7.5).steps
    assert recipe_for(1e-6).steps == len(recipe_for().stages)
