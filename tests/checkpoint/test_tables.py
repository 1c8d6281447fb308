"""Position tables of another input size."""

from collections.abc import Callable
from dataclasses import replace

import pytest
import torch
from torch.nn import functional

from mvit_core import load_model
from mvit_core.checkpoint.tables import joint_grid
from mvit_core.errors import WeightsError
from mvit_core.model import MViT
from mvit_core.model.mvit import sincos_positions
from tests.checkpoint.tiny import cfg, cfg_text, tiny, tiny_v1, weights


def reloaded(saved: Callable, config, shape):
    model = weights(MViT(config))
    content = {"model_state": model.state_dict(), "cfg": cfg_text(config)}
    return model, load_model(saved(content), config=cfg(config.resized(shape)))


def test_the_same_size_changes_nothing(saved: Callable):
    _, loaded = reloaded(saved, tiny(), (4, 32, 32))
    assert loaded.report.resized == ()


def test_relative_tables_are_resized_along_their_rows(saved: Callable):
    model, loaded = reloaded(saved, tiny(), (8, 64, 64))
    name = "blocks.0.attn.rel_pos_h"
    table = model.state_dict()[name]  # (15, 8)
    expected = functional.interpolate(table.T[None], size=31, mode="linear")[0].T
    assert torch.equal(loaded.model.state_dict()[name], expected)
    assert f"{name}: 15 -> 31 rows" in loaded.report.resized
    assert len(loaded.report.resized) == 12


def test_separable_tables_are_resized_linearly_in_time_and_bicubically_in_space(saved: Callable):
    model, loaded = reloaded(saved, tiny_v1(), (8, 48, 48))
    space = model.pos_embed_spatial.detach().reshape(1, 8, 8, 8).permute(0, 3, 1, 2)
    expected = functional.interpolate(space, size=(12, 12), mode="bicubic")
    assert torch.equal(loaded.model.pos_embed_spatial, expected.flatten(2).transpose(1, 2))
    assert loaded.model.pos_embed_temporal.shape == (1, 4, 8)
    assert len(loaded.report.resized) == 2


@pytest.mark.parametrize("shape", [(4, 48, 48), (8, 32, 32), (16, 16, 16)])
def test_a_joint_table_is_resized_and_reported_instead_of_left_random(shape, saved: Callable):
    model, loaded = reloaded(saved, tiny_v1(sep_pos_embed=False), shape)
    assert loaded.report.resized[0].startswith("pos_embed: 129 -> ")
    assert loaded.report.resized[0].endswith("taken for a grid of 2x8x8")
    assert torch.equal(loaded.model.pos_embed[:, 0], model.pos_embed[:, 0])  # the class row
    assert torch.isfinite(loaded.model.pos_embed).all()


def test_sine_positions_are_computed_anew(saved: Callable):
    config = tiny_v1(sep_pos_embed=False, use_fixed_sincos_pos=True)
    _, loaded = reloaded(saved, config, (8, 64, 64))
    assert torch.equal(loaded.model.pos_embed, sincos_positions(8, (4, 16, 16), 1))
    assert not loaded.model.pos_embed.requires_grad


def test_sine_positions_may_be_missing(saved: Callable):
    config = tiny_v1(sep_pos_embed=False, use_fixed_sincos_pos=True)
    state = MViT(config).state_dict()
    table = state.pop("pos_embed")
    loaded = load_model(saved(state), config=cfg(config))
    assert torch.equal(loaded.model.pos_embed, table)


def test_a_table_that_is_no_square_is_refused(saved: Callable):
    config = tiny_v1()
    state = MViT(config).state_dict()
    state["pos_embed_spatial"] = torch.ones(1, 62, 8)
    with pytest.raises(WeightsError, match="62 rows, no square grid"):
        load_model(saved(state), config=cfg(config))


@pytest.mark.parametrize(
    ("rows", "wanted", "built"),
    [
        (128, (2, 8, 8), (2, 8, 8)),
        (128, (2, 12, 12), (2, 8, 8)),
        (256, (2, 8, 8), (4, 8, 8)),
        (3 * 49, (4, 11, 11), (3, 7, 7)),
    ],
)
def test_the_grid_of_a_joint_table_is_the_one_that_shares_most(rows, wanted, built):
    assert joint_grid(rows, wanted) == built


def test_a_joint_table_of_an_unknown_grid_is_refused():
    with pytest.raises(WeightsError, match="7 patch rows"):
        joint_grid(7, (2, 2, 2))


def test_a_table_of_another_width_is_no_matter_of_size(saved: Callable):
    config = tiny()
    state = MViT(config).state_dict()
    state["blocks.0.attn.rel_pos_h"] = torch.ones(15, 4)
    from mvit_core.errors import ArchitectureError

    with pytest.raises(ArchitectureError, match="rel_pos_h"):
        load_model(saved(state), config=replace(config))
