"""One clip of a pass on several: as if it had run alone, and batches that make use of it."""

from dataclasses import is_dataclass, replace

import numpy as np
import pytest
import torch
from torch import Tensor

from app.state.view_state import ModelSource
from mvit_core.attention.items import item_of
from mvit_core.attention.recorder import Keep, capture
from mvit_core.batch import BatchSpec, clip_runner, parse_windows
from mvit_core.batch.clip_runner import NetworkRunner
from mvit_core.batch.mean_rows import MEANS, joined_rows
from mvit_core.clips import ListedClip
from mvit_core.errors import CaptureError, DeviceMemoryError
from mvit_core.model import MViT
from mvit_core.model.detection import DetectionMViT
from tests.checkpoint.tiny import tiny, weights
from tests.core.test_families import NOUN, VERB, detector
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint


@pytest.fixture(scope="module")
def clips() -> Tensor:
    return torch.randn(3, 3, 4, 32, 32, generator=torch.Generator().manual_seed(5))


def close(one: Tensor | None, other: Tensor | None) -> None:
    if one is None or other is None:
        assert one is other
    else:
        torch.testing.assert_close(one, other, atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize(
    "model",
    [
        MViT(tiny()),
        MViT(tiny(has_cls_embed=False, readout="mean")),
        MViT(tiny(heads=(VERB, NOUN), head_name="noun", num_classes=9)),
        DetectionMViT(detector()),
    ],
    ids=["class token", "mean of tokens", "two heads", "whole frames as boxes"],
)
def test_a_clip_of_a_pass_on_several_is_as_if_it_had_run_alone(model, clips):
    model, keep = weights(model).eval(), Keep(statistics=True)
    together = capture(model, clips, 1, keep=keep)
    for item in range(3):
        one, alone = item_of(together, item), capture(model, clips[item][None], 1, keep=keep)
        close(one.logits, alone.logits)
        close(one.boxes, alone.boxes)
        for mine, its in zip(one.heads, alone.heads, strict=True):
            close(mine.logits, its.logits)
        for mine, its in zip(one.layers, alone.layers, strict=True):
            assert mine.map_shape == its.map_shape
            for found in ("attention", "gradient", "received", "patch_rows_mean"):
                close(getattr(mine, found)(), getattr(its, found)())
            close(mine.row(3), its.row(3))
            close(mine.column(2), its.column(2))
            close(mine.summary.value_norms, its.summary.value_norms)
            close(mine.statistics().entropy, its.statistics().entropy)
            close(mine.statistics().sink, its.statistics().sink)
            close(mine.statistics().profile, its.statistics().profile)


def test_boxes_go_with_their_clip(clips):
    model = weights(DetectionMViT(detector())).eval()
    boxes = torch.tensor([[1, 2, 3, 20, 30], [0, 0, 0, 32, 32], [1, 5, 5, 9, 9]]).float()
    together = capture(model, clips[:2], boxes=boxes)
    one = item_of(together, 1)
    close(one.logits, together.logits[[0, 2]])
    close(one.boxes, boxes[[0, 2]] * torch.tensor([0.0, 1, 1, 1, 1]))
    assert torch.equal(together.boxes, boxes)  # what was taken out is its own


@pytest.mark.parametrize("item", [-1, 3])
def test_a_clip_that_was_not_in_the_pass_is_refused(item, clips):
    record = capture(weights(MViT(tiny())).eval(), clips)
    with pytest.raises(CaptureError, match=f"item {item} is none of this pass.* on 3 clips"):
        item_of(record, item)


@pytest.fixture(scope="module")
def film(tmp_path_factory):
    """A clip of five windows beside a toy network."""
    folder = tmp_path_factory.mktemp("film")
    write_barcode_clip(folder / "film.mp4", frames=80, size=(96, 54))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    return folder


def rows_of(film, at_once, **changes):
    spec = BatchSpec((ModelSource(film / "toy.pyth", device="cpu"),), "all", "all", ("row",))
    runner = NetworkRunner(replace(spec, **changes), at_once)
    found = runner.rows(0, ListedClip("film.mp4", film, ("2",)))
    return {**found, MEANS: joined_rows(found.get(MEANS, ()))}  # each pass has its own


def alike(one, other) -> None:
    """The same but for the last digits of numbers."""
    if isinstance(one, dict):
        assert one.keys() == other.keys()
        one, other = [*one.values()], [*other.values()]
    if isinstance(one, list | tuple):
        for mine, its in zip(one, other, strict=True):
            alike(mine, its)
    elif isinstance(one, float):
        assert one == pytest.approx(other, rel=1e-4, abs=1e-5)
    elif isinstance(one, np.ndarray):
        np.testing.assert_allclose(one, other, rtol=1e-2, atol=1e-3)
    elif is_dataclass(one):
        alike(vars(one), vars(other))
    else:
        assert one == other


@pytest.mark.parametrize("windows", ["all", "3x3"])
def test_several_windows_in_one_pass_give_the_same_rows(windows, film):
    spec, several = parse_windows(windows), 4
    found = rows_of(film, several, windows=spec)
    alike(found, rows_of(film, 1, windows=spec))
    assert len(found["windows"]) == (5 if windows == "all" else 1)


def test_where_memory_does_not_suffice_fewer_windows_run_at_once(film, monkeypatch):
    sizes = []

    def small(model, inputs, **options):
        sizes.append(len(inputs))
        if len(inputs) > 2:
            raise DeviceMemoryError("an input does not fit")
        return capture(model, inputs, **options)

    expected = rows_of(film, 1)
    monkeypatch.setattr(clip_runner, "capture", small)
    alike(rows_of(film, 5), expected)
    assert sizes == [5, 2, 2, 1]


def test_one_window_that_does_not_fit_is_an_error_row(film, monkeypatch):
    def none(*_, **__):
        raise DeviceMemoryError("an input does not fit")

    monkeypatch.setattr(clip_runner, "capture", none)
    found = rows_of(film, 4)
    assert [row["error"] for row in found["clips"]] == ["an input does not fit"]
    assert "windows" not in found
