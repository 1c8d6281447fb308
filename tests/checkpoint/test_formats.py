"""One model, saved under every upstream's names, is the same model again."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import torch

from mvit_core import load_model
from mvit_core.checkpoint import FORMATS
from mvit_core.errors import ArchitectureError
from mvit_core.model import BlockConfig, MViT, MViTConfig, attention_pool
from mvit_core.model.blocks import TokenBatchNorm
from tests.checkpoint.tiny import cfg, tiny, tiny_v1, weights
from tests.checkpoint.upstreams import (
    as_facebook_mvit,
    as_memvit,
    as_mmaction2,
    as_mmpretrain,
    as_pytorchvideo,
    as_timm,
    as_torchvision,
)


def image(**changes: Any) -> MViTConfig:
    """The tiny model for pictures: one frame, no time in kernels and tables."""
    flat = [
        BlockConfig(b.dim, b.dim_out, b.num_heads, (1, 3, 3), (1, 3, 3), b.stride_q, b.stride_kv)
        for b in tiny().blocks
    ]
    return tiny(
        blocks=tuple(flat), input_shape=(1, 32, 32), patch_2d=True, patch_kernel=(1, 7, 7),
        patch_stride=(1, 4, 4), patch_padding=(0, 3, 3), rel_pos_temporal=False, **changes,
    )  # fmt: skip


def as_pyslowfast(state, config):
    return dict(state), cfg(config)


CASES = {
    "pyslowfast": (as_pyslowfast, tiny()),
    "torchvision": (as_torchvision, tiny()),
    "mmaction2": (as_mmaction2, tiny()),
    "pytorchvideo": (as_pytorchvideo, tiny_v1(residual_on_cls=True, separate_qkv=True)),
    "timm": (as_timm, image(residual_on_cls=True)),
    "facebook_mvit": (as_facebook_mvit, image(has_cls_embed=False, readout="mean")),
    "mmpretrain": (as_mmpretrain, image(has_cls_embed=False, readout="mean")),
    "memvit": (as_memvit, tiny(pool_first=True, residual_conv=True)),
}


def test_every_format_is_tried_here():
    assert set(CASES) == set(FORMATS)


@pytest.mark.parametrize("name", FORMATS)
def test_an_entry_stands_under_its_own_name(name: str):
    assert FORMATS[name].name == name
    assert FORMATS[name].title


@pytest.mark.parametrize("name", FORMATS)
def test_a_format_gives_the_model_that_was_saved(name: str, saved: Callable):
    rename, config = CASES[name]
    model = weights(MViT(config)).eval()
    state, configuration = rename(model.state_dict(), config)
    path = saved(state)

    loaded = load_model(path, config=configuration, device="cpu")

    assert loaded.format == name
    assert loaded.config == config
    inputs = torch.randn(2, 3, *config.input_shape)
    with torch.no_grad():
        assert torch.equal(loaded.model(inputs), model(inputs))
    assert not loaded.model.training
    assert loaded.report.missing == loaded.report.unexpected == ()
    assert loaded.clip_spec.size == 32


@pytest.mark.parametrize("name", FORMATS)
def test_keys_are_matched_by_their_own_format_and_nothing_before_it(name: str):
    rename, config = CASES[name]
    state, configuration = rename(MViT(config).state_dict(), config)
    first = next(e.name for e in FORMATS.values() if e.matches(state, configuration))
    assert first == name


@pytest.mark.parametrize("name", FORMATS)
def test_a_configuration_in_its_own_words_that_makes_no_sense_is_refused(
    name: str, saved: Callable
):
    rename, config = CASES[name]
    state, _ = rename(MViT(config).state_dict(), config)
    broken = {
        "pyslowfast": {"MVIT": {"DEPTH": "deep"}},
        "torchvision": {"block_setting": [{}]},
        "mmaction2": {"backbone": {"type": "MViT", "arch": "enormous"}},
        "pytorchvideo": {"spatial_size": "large"},
        "timm": {"depths": 3},
        "facebook_mvit": {"MVIT": {"PATCH_KERNEL": [7, 7], "DIM_MUL": 3}},
        "mmpretrain": {"backbone": {"type": "MViT", "img_size": "large", "arch": "tiny"}},
        "memvit": {"MEMVIT": {}, "MVIT": {"DEPTH": "deep"}},
    }[name]
    with pytest.raises(ArchitectureError, match=r"makes no sense|arch is|depth must"):
        load_model(saved(state), config=broken)


def test_image_weights_of_facebook_load_with_pools_of_five_axes_too(saved: Callable):
    config = image(has_cls_embed=False, readout="mean")
    model = weights(MViT(config)).eval()
    _, configuration = as_facebook_mvit({}, config)
    loaded = load_model(saved({"model_state": model.state_dict()}), config=configuration)
    assert loaded.format == "facebook_mvit"
    assert loaded.config == config


def test_norms_between_stages_of_mmaction2_lie_in_the_stream(saved: Callable):
    config = tiny(norm_after=(0, 2))
    model = weights(MViT(config)).eval()
    state, configuration = as_mmaction2(model.state_dict(), config)
    for stage, block in enumerate(config.norm_after):
        for part in ("weight", "bias"):
            state[f"backbone.norm{stage}.{part}"] = state.pop(
                f"backbone.stage_norms.{block}.{part}"
            )
    configuration["backbone"]["out_scales"] = [0, 1, 2]
    loaded = load_model(saved({"meta": {}, "state_dict": state}), config=configuration)
    inputs = torch.randn(1, 3, 4, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.model(inputs), model(inputs))


def test_a_head_of_mmaction2_before_the_last_stage_is_refused(saved: Callable):
    state, configuration = as_mmaction2(MViT(tiny()).state_dict(), tiny())
    configuration["backbone"]["out_scales"] = [0]
    with pytest.raises(ArchitectureError, match=r"out_scales are \[0\]"):
        load_model(saved(state), config=configuration)


def test_mmaction2_keeps_a_class_row_in_positions_that_has_no_token(saved: Callable):
    config = tiny(has_cls_embed=False, readout="mean", use_abs_pos=True)
    model = weights(MViT(config)).eval()
    state, configuration = as_mmaction2(model.state_dict(), config)
    table = state["backbone.pos_embed"]
    state["backbone.pos_embed"] = torch.cat((torch.ones(1, 1, 8), table), dim=1)
    state["backbone.cls_token"] = torch.ones(1, 1, 8)
    configuration["backbone"].update(
        with_cls_token=False, output_cls_token=False, use_abs_pos_embed=True
    )
    configuration["cls_head"]["with_cls_token"] = False
    loaded = load_model(saved(state), config=configuration)
    assert loaded.config == config
    assert torch.equal(loaded.model.pos_embed, table)


@pytest.mark.parametrize("change", [{"norm": "batchnorm"}, {"depthwise_pool": False}])
def test_options_of_pytorchvideo_alone_are_kept(change: dict[str, Any], saved: Callable):
    config = tiny_v1(residual_on_cls=True, separate_qkv=True, **change)
    model = weights(MViT(config)).eval()
    state, configuration = as_pytorchvideo(model.state_dict(), config)
    loaded = load_model(saved({"model_state": state}), config=configuration)
    assert loaded.config == config
    inputs = torch.randn(1, 3, 4, 32, 32)
    with torch.no_grad():
        assert torch.equal(loaded.model(inputs), model(inputs))


def test_batch_norm_goes_before_the_pool_and_leaves_the_class_token_alone():
    norm = weights(torch.nn.BatchNorm3d(4)).eval()
    pool = torch.nn.MaxPool3d((1, 2, 2))
    tokens = torch.randn(2, 3, 1 + 2 * 4 * 4, 4)  # (B, h, N, d)

    pooled, shape = attention_pool(tokens, pool, (2, 4, 4), norm=norm)

    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    patches = (tokens[:, :, 1:] - norm.running_mean) * scale + norm.bias
    expected = torch.nn.functional.gelu(patches).reshape(2, 3, 2, 2, 2, 2, 2, 4).amax(dim=(4, 6))
    assert shape == [2, 2, 2]
    assert torch.equal(pooled[:, :, 0], tokens[:, :, 0])
    torch.testing.assert_close(pooled[:, :, 1:], expected.flatten(2, 4))


def test_batch_norm_of_tokens_is_over_their_channels():
    norm = weights(TokenBatchNorm(4)).eval()
    tokens = torch.randn(2, 5, 4)
    scale = norm.weight / (norm.running_var + norm.eps).sqrt()
    torch.testing.assert_close(norm(tokens), (tokens - norm.running_mean) * scale + norm.bias)


def test_layers_of_pytorchvideo_without_bias_get_zeros(saved: Callable):
    config = tiny_v1(residual_on_cls=True, separate_qkv=True)
    state, configuration = as_pytorchvideo(weights(MViT(config)).state_dict(), config)
    linear = [n for n in state if n.startswith("blocks.") and n.endswith((
        "attn.proj.bias", "fc1.bias", "fc2.bias", "0.proj.bias", "2.proj.bias"))]  # fmt: skip
    loaded = load_model(
        saved({n: v for n, v in state.items() if n not in linear}),
        config={**configuration, "bias_on": False},
    )
    assert not loaded.model.blocks[0].mlp.fc1.bias.any()
    assert not loaded.model.blocks[0].proj.bias.any()


@pytest.mark.parametrize(
    ("change", "says"),
    [
        ({"global_pool": ""}, "global_pool is ''"),
        ({"norm_layer": "rmsnorm"}, "norm_layer is rmsnorm"),
    ],
)
def test_options_of_timm_that_cannot_be_shown_are_named(change, says: str, saved: Callable):
    config = image(residual_on_cls=True)
    state, configuration = as_timm(MViT(config).state_dict(), config)
    with pytest.raises(ArchitectureError, match=says):
        load_model(saved(state), config={**configuration, **change})


def test_a_grid_that_timm_itself_could_not_run_is_told(saved: Callable):
    config = image(residual_on_cls=True).resized((1, 60, 60))
    state, configuration = as_timm(MViT(config).state_dict(), config)
    loaded = load_model(saved(state), config={**configuration, "img_size": 60})
    assert any("which timm cannot do" in warning for warning in loaded.report.warnings)


def test_an_even_grid_of_timm_brings_no_warning(saved: Callable):
    config = image(residual_on_cls=True)
    state, configuration = as_timm(MViT(config).state_dict(), config)
    assert load_model(saved(state), config=configuration).report.warnings == ()


def test_mean_pooling_of_timm_may_leave_the_class_token_out(saved: Callable):
    config = image(residual_on_cls=True)
    state, configuration = as_timm(MViT(config).state_dict(), config)
    loaded = load_model(saved(state), config={**configuration, "global_pool": "avg"})
    assert loaded.config == replace(config, readout="mean")
