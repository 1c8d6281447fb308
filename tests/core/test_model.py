import json
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file
from torch import nn

from mvit_core.attention.recorder import AttentionRecorder
from mvit_core.errors import ArchitectureError, ClipError
from mvit_core.model import (
    PRESETS,
    BlockConfig,
    ClassificationHead,
    Mlp,
    MultiHeadedAttention,
    MultiScaleAttention,
    MultiScaleBlock,
    MViT,
    MViTConfig,
    attention_pool,
    multiscale_blocks,
    plain_vit,
)
from mvit_core.model.cost import layer_costs
from mvit_core.model.families import build_network
from mvit_core.model.positions import gather_table, relative_offsets, resize_table
from mvit_core.model.products import weighted_values
from tests.conftest import SHARED
from tests.toys import toy_config

UNITS = sorted(path.parent.name for path in SHARED.glob("goldens/*_*/case.json")
               if path.parent.name.startswith(("unit_", "block_")))  # fmt: skip


@pytest.mark.golden
@pytest.mark.parametrize("name", UNITS or ["none"])
def test_attention_and_block_equal_the_reference(goldens: Path, name: str):
    case = json.loads((goldens / name / "case.json").read_text())
    tensors = load_file(goldens / name / "tensors.safetensors")
    options = {k: v for k, v in case["config"].items() if k != "norm_layer"}
    kind = {"attention_unit": MultiScaleAttention, "block_unit": MultiScaleBlock}[case["kind"]]
    module = kind(**options, norm_layer=partial(nn.LayerNorm, eps=1e-6)).eval()
    module.load_state_dict(
        {k.removeprefix("state/"): v for k, v in tensors.items() if k.startswith("state/")}
    )
    with torch.no_grad(), AttentionRecorder(module) as recorder:
        output, thw = module(tensors["input"], case["thw_in"])
    layer = recorder.layers[0]
    tolerance = case["recommended_atol"]
    assert list(thw) == case["thw_out"]
    assert list(layer.q_shape) == case["layers"][0]["q_shape"]
    assert list(layer.k_shape) == case["layers"][0]["k_shape"]
    torch.testing.assert_close(output, tensors["output"], atol=tolerance["logits"], rtol=1e-4)
    torch.testing.assert_close(
        layer.attention(), tensors["attn.0"], atol=tolerance["attn"], rtol=1e-4
    )


@pytest.mark.golden
def test_attention_pool_equals_the_reference_in_its_whole_table(goldens: Path):
    folder = goldens / "fn_attention_pool"
    case = json.loads((folder / "case.json").read_text())
    tensors = load_file(folder / "tensors.safetensors")
    for row in case["cases"]:
        key, (kernel, stride, padding) = row["id"], (row["kernel"], row["stride"], row["padding"])
        x = tensors[f"{key}.x"]
        pool = None
        if row["pool"] == "conv":
            weight = tensors[f"{key}.pool.weight"]
            channels = weight.shape[0]
            pool = nn.Conv3d(channels, channels, kernel, stride, padding, groups=channels,
                             bias=False)  # fmt: skip
            pool.weight.data = weight
        elif row["pool"] is not None:
            layer = {"max": nn.MaxPool3d, "avg": nn.AvgPool3d}[row["pool"]]
            pool = layer(kernel, stride, padding)
        norm = None
        if row["norm"]:
            norm = nn.LayerNorm(x.shape[-1], eps=row["norm_eps"])
            norm.weight.data = tensors[f"{key}.norm.weight"]
            norm.bias.data = tensors[f"{key}.norm.bias"]
        with torch.no_grad():
            y, thw = attention_pool(x, pool, row["thw_in"], row["has_cls"], norm)
        assert list(thw) == row["thw_out"]
        torch.testing.assert_close(y, tensors[f"{key}.y"], atol=1e-5, rtol=1e-5)


def test_pooling_nothing_returns_the_very_tensor():
    x = torch.randn(1, 2, 9, 4)
    pooled, shape = attention_pool(x, None, (2, 2, 2))
    assert pooled is x
    assert shape == [2, 2, 2]


@pytest.mark.parametrize("shape", [(1, 2, 9, 4), (2, 9, 4)])
def test_pooling_by_one_changes_nothing_for_either_rank(shape):
    x = torch.randn(shape)
    pooled, grid = attention_pool(x, nn.MaxPool3d(1), (2, 2, 2))
    assert torch.equal(pooled, x)
    assert grid == [2, 2, 2]


def test_the_class_token_passes_a_pooling_by():
    x = torch.randn(1, 1 + 2 * 4 * 4, 3)
    pooled, grid = attention_pool(x, nn.AvgPool3d((1, 2, 2)), (2, 4, 4))
    assert grid == [2, 2, 2]
    assert torch.equal(pooled[:, 0], x[:, 0])
    torch.testing.assert_close(pooled[0, 1], x[0, [1, 2, 5, 6]].mean(dim=0))


def test_tokens_that_do_not_fill_the_grid_are_refused():
    with pytest.raises(ValueError, match="do not fill the grid"):
        attention_pool(torch.randn(1, 2, 9, 4), nn.MaxPool3d(1), (2, 2, 3))
    with pytest.raises(ValueError, match="must be"):
        attention_pool(torch.randn(9, 4), nn.MaxPool3d(1), (2, 2, 2))


def test_relative_offsets_keep_the_references_order_of_operations():
    """Checked against the formula written out for each pair, for all lengths up to 24."""
    for q in range(1, 25):
        for k in range(1, 25):
            q_ratio, k_ratio = max(k / q, 1.0), max(q / k, 1.0)
            i = torch.arange(q, dtype=torch.float32)[:, None]
            j = torch.arange(k, dtype=torch.float32)[None, :]
            expected = ((i * q_ratio - j * k_ratio) + (k - 1) * k_ratio).long()
            offsets = relative_offsets(q, k)
            assert torch.equal(offsets, expected)
            assert offsets.min() >= 0
            assert offsets.max() <= 2 * max(q, k) - 2


def test_equal_grids_read_the_table_by_plain_distance():
    assert relative_offsets(3, 3).tolist() == [[2, 1, 0], [3, 2, 1], [4, 3, 2]]
    table = torch.arange(5.0)[:, None]
    assert torch.equal(gather_table(table, 3, 3)[..., 0].long(), relative_offsets(3, 3))


def test_a_table_of_the_right_length_is_not_resized():
    table = torch.randn(5, 2)
    assert resize_table(table, 5) is table
    assert resize_table(table, 9).shape == (9, 2)


def test_multi_head_attention_equals_torchs_own():
    torch.manual_seed(0)
    ours = MultiHeadedAttention(4, 16).eval()
    theirs = nn.MultiheadAttention(16, 4, batch_first=True).eval()
    theirs.in_proj_weight.data = torch.cat([ours.linears[i].weight.data for i in range(3)])
    theirs.in_proj_bias.data = torch.cat([ours.linears[i].bias.data for i in range(3)])
    theirs.out_proj.load_state_dict(ours.linears[3].state_dict())
    x, memory = torch.randn(2, 5, 16), torch.randn(2, 7, 16)
    with torch.no_grad(), AttentionRecorder(ours) as recorder:
        output = ours(x, memory, memory)
        expected, weights = theirs(x, memory, memory, average_attn_weights=False)
    torch.testing.assert_close(output, expected, atol=1e-6, rtol=1e-5)
    torch.testing.assert_close(recorder.layers[0].attention(), weights, atol=1e-6, rtol=1e-5)


def test_a_masked_pair_gets_no_attention():
    ours = MultiHeadedAttention(2, 8).eval()
    x, mask = torch.randn(1, 4, 8), torch.tril(torch.ones(1, 4, 4))
    with torch.no_grad(), AttentionRecorder(ours) as recorder:
        ours(x, x, x, mask)
    attention = recorder.layers[0].attention()
    assert torch.all(attention[..., torch.triu(torch.ones(4, 4), 1).bool()] == 0)
    torch.testing.assert_close(recorder.layers[0].row(2), attention[:, :, 2])


def test_heads_that_do_not_divide_the_channels_are_refused():
    with pytest.raises(ValueError, match="do not divide"):
        MultiHeadedAttention(3, 8)
    with pytest.raises(ValueError, match="must divide"):
        MultiScaleAttention(8, 8, (1, 2, 2), num_heads=3)
    with pytest.raises(ValueError, match="allowed are conv, avg"):
        MultiScaleAttention(8, 8, (1, 2, 2), mode="sum")
    with pytest.raises(ValueError, match="needs pool_first"):
        MultiScaleAttention(8, 8, (1, 2, 2), mode="conv_unshared")


def test_the_mean_head_is_the_linear_of_the_normed_mean():
    head = ClassificationHead(8, 3)
    x = torch.randn(2, 5, 8)
    assert torch.equal(head(x), head.projection(head.norm(x.mean(dim=1))))


def test_the_mlp_keeps_its_width_by_default():
    assert Mlp(6)(torch.randn(2, 3, 6)).shape == (2, 3, 6)
    assert Mlp(6, 12, 4)(torch.randn(2, 3, 6)).shape == (2, 3, 4)


def test_dropout_acts_in_training_and_not_in_evaluation():
    mlp = Mlp(64, drop_rate=0.5)
    x = torch.randn(4, 64)
    assert (mlp.train()(x) == 0).any()
    assert torch.equal(mlp.eval()(x), mlp(x))


@pytest.mark.parametrize(
    "changes",
    [
        {},
        {"has_cls_embed": False, "readout": "mean"},
        {"readout": "mean_before_norm"},
        {"readout": "classification_head"},
        {"mode": "avg", "rel_pos_temporal": False, "patch_stride": (1, 4, 4)},
        {"mode": "max"},
        {"pool_first": True},
        {"mode": "conv_unshared", "pool_first": True},
        {"separate_qkv": True},
        {"use_abs_pos": True, "sep_pos_embed": True},
        {"use_abs_pos": True},
        {"use_abs_pos": True, "use_fixed_sincos_pos": True},
        {"norm_stem": True},
        {"residual_on_cls": True},
        {"drop_rate": 0.1, "drop_path_rate": 0.1, "head_dropout_rate": 0.5},
    ],
)
def test_every_option_runs_forward_and_backward(changes):
    model = MViT(toy_config(**changes))
    x = torch.randn(2, 3, 4, 32, 32)
    logits = model.train()(x)
    assert logits.shape == (2, 7)
    logits.sum().backward()
    missing = [n for n, p in model.named_parameters() if p.requires_grad and p.grad is None]
    assert missing == []
    model.eval()
    assert torch.equal(model(x), model(x))


def test_stochastic_depth_drops_whole_samples():
    model = MViT(toy_config(drop_path_rate=0.9))
    x = torch.randn(1, 3, 4, 32, 32).expand(8, -1, -1, -1, -1)
    outputs = model.train()(x)
    assert not torch.equal(outputs[:1].expand(8, -1), outputs)


@pytest.mark.parametrize("shape", [(4, 48, 32), (6, 32, 32), (3, 20, 44)])
def test_another_size_and_length_runs_with_resized_positions(shape):
    model = MViT(toy_config(use_abs_pos=True, sep_pos_embed=True)).eval()
    with torch.no_grad(), AttentionRecorder(model) as recorder:
        model(torch.randn(1, 3, *shape))
    grids = model.config.block_grids(shape)
    assert [(layer.q_shape, layer.k_shape) for layer in recorder.layers] == list(grids)


def test_a_plain_vit_runs_in_the_same_recorder_and_pools_nothing():
    config = plain_vit(depth=2, embed_dim=12, num_heads=3, input_shape=(4, 32, 32),
                       num_classes=5, attention="multi_head")  # fmt: skip
    model = MViT(config).eval()
    with torch.no_grad(), AttentionRecorder(model) as recorder:
        assert model(torch.randn(1, 3, 4, 32, 32)).shape == (1, 5)
    assert [layer.q_shape for layer in recorder.layers] == [(2, 2, 2)] * 2
    assert [layer.k_shape for layer in recorder.layers] == [(2, 2, 2)] * 2
    assert recorder.layers[0].q_geometry.offset == (0.5, 7.5, 7.5)


@pytest.mark.parametrize(
    ("x", "message"),
    [
        (torch.zeros(1, 4, 4, 32, 32), "the model takes"),
        (torch.zeros(3, 32), "the model takes"),
        (torch.zeros(1, 3, 4, 0, 32), "too small"),
    ],
)
def test_an_input_that_does_not_fit_is_refused_in_words(x, message):
    with pytest.raises(ClipError, match=message):
        MViT(toy_config())(x)


def test_an_image_model_takes_images_and_refuses_clips():
    config = toy_config(
        patch_2d=True, patch_kernel=(1, 7, 7), patch_stride=(1, 4, 4), patch_padding=(0, 3, 3),
        input_shape=(1, 32, 32), rel_pos_temporal=False,
    )  # fmt: skip
    model = MViT(config).eval()
    image = torch.randn(1, 3, 32, 32)
    assert torch.equal(model(image), model(image.unsqueeze(2)))
    with pytest.raises(ClipError, match="takes 1 frame"):
        model(torch.zeros(1, 3, 2, 32, 32))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"blocks": ()}, "at least one block"),
        ({"mode": "sum"}, "allowed are"),
        ({"mode": "conv_unshared"}, "needs pool_first"),
        ({"has_cls_embed": False}, "readout is the class token"),
        ({"use_fixed_sincos_pos": True, "sep_pos_embed": True}, "one joint table"),
        ({"blocks": (BlockConfig(8, 8, 3),)}, "do not divide"),
        ({"blocks": (BlockConfig(8, 16, 1), BlockConfig(8, 8, 1))}, "takes 8 channels"),
        ({"attention": "multi_head"}, "does not pool"),
        ({"blocks": (BlockConfig(8, 8, 1),) * 513}, "must be 1 to 512 blocks, got 513"),
        ({"has_cls_embed": "yes"}, "has_cls_embed must be True or False, got 'yes'"),
        ({"patch_stride": (0, 0, 0)}, r"from 1 to 4096, got \(0, 0, 0\)"),
        ({"patch_kernel": (3, -7, 7)}, "patch_kernel must be three whole numbers"),
        ({"input_shape": (10**8, 32, 32)}, "input_shape must be three whole numbers"),
        ({"num_classes": 0}, "num_classes must be a whole number"),
        ({"mlp_ratio": -1.0}, "mlp_ratio must lie above 0"),
        ({"mlp_ratio": float("nan")}, "mlp_ratio must lie above 0"),
        ({"mlp_ratio": float("inf")}, "be at most 1024, got inf"),
        ({"use_abs_pos": True, "input_shape": (4096,) * 3}, "MiB, allowed are 256"),
    ],
)
def test_a_configuration_that_cannot_be_built_is_refused_at_birth(changes, message):
    with pytest.raises(ArchitectureError, match=message):
        toy_config(**changes)


def test_a_block_with_half_a_kernel_is_refused():
    with pytest.raises(ArchitectureError, match="three sizes"):
        BlockConfig(8, 8, 1, kernel_q=(3, 3))
    with pytest.raises(ArchitectureError, match="positive dims"):
        BlockConfig(0, 8, 1)
    with pytest.raises(ArchitectureError, match="three sizes from 1"):
        BlockConfig(8, 8, 1, kernel_q=(3, 3, 3), stride_q=(1, 0, 0))
    with pytest.raises(ArchitectureError, match=r"kernel_kv is \(3, 3, 3\), but stride_kv is \(\)"):
        BlockConfig(8, 8, 1, kernel_kv=(3, 3, 3))


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"depth": 10_000_000}, "must be 1 to 512 blocks, got 10000000"),
        ({"q_strides": {1: (0, 0, 0)}}, "a pooling stride must be"),
        ({"kv_stride_adaptive": (1, -4, 4)}, "a pooling stride must be"),
    ],
)
def test_blocks_that_cannot_be_declared_are_refused_before_any_is_built(changes, message):
    with pytest.raises(ArchitectureError, match=message):
        multiscale_blocks(**{"depth": 4, "embed_dim": 8, "num_heads": 1, **changes})


PARAMETERS = {
    "mvit_v1_b_16x4": 36.61,
    "mvit_v1_b_32x3": 53.12,
    "mvit_v2_s_16x4": 34.54,
    "mvit_v2_b_32x3": 51.23,
    "mvit_v2_l_40x3": 213.39,
    "mvit_v2_l_40x3_mlp": 217.75,
    "mvit_v2_t_image": 24.17,
    "mvit_v2_s_image": 34.87,
    "mvit_v2_b_image": 51.47,
    "mvit_v2_l_image": 217.99,
}


@pytest.mark.parametrize("name", PRESETS)
def test_presets_build_and_have_the_published_number_of_parameters(name):
    with torch.device("meta"):
        model = build_network(PRESETS[name])
    millions = sum(p.numel() for p in model.parameters()) / 1e6
    assert millions == pytest.approx(PARAMETERS.get(name, millions), abs=0.006)


def test_adaptive_key_strides_shrink_with_the_queries():
    blocks = multiscale_blocks(
        depth=3, embed_dim=8, num_heads=1, q_strides={1: (1, 2, 2), 2: (1, 2, 2)},
        kv_stride_adaptive=(1, 8, 8),
    )  # fmt: skip
    assert [block.stride_kv for block in blocks] == [(1, 8, 8), (1, 4, 4), (1, 2, 2)]
    assert blocks[0].kernel_kv == (1, 9, 9)  # stride + 1 where no kernel is named
    assert blocks[0].q_window is None


def test_pooled_attention_costs_less_than_unpooled_on_the_same_grid():
    costs = layer_costs(PRESETS["mvit_v2_s_16x4"])
    assert all(c.macs < c.unpooled_macs for c in costs[:15])  # the last strides nowhere
    assert sum(c.macs for c in costs) * 10 < sum(c.unpooled_macs for c in costs)
    assert costs[0].attention_bytes == 25089 * 393 * 4
    assert [cost.stage for cost in costs] == [1, 2, 2, *[3] * 11, 4, 4]
    plain = layer_costs(plain_vit(depth=1, embed_dim=8, num_heads=1, input_shape=(4, 32, 32)))
    assert plain[0].macs == plain[0].unpooled_macs


def test_resizing_a_configuration_changes_its_tables_alone():
    config = toy_config()
    assert replace(config.resized((8, 64, 64)), input_shape=config.input_shape) == config
    assert isinstance(config, MViTConfig)


def test_an_mlp_gives_many_tokens_in_tiles_what_it_gives_each_alone():
    mlp = Mlp(4, 8).eval()
    x = torch.randn(2, 5000, 4)
    with torch.no_grad():
        torch.testing.assert_close(mlp(x)[:, 4321], mlp(x[:, 4321:4322])[:, 0])


@pytest.mark.parametrize("heads", [1, 4])
def test_the_pool_of_all_heads_is_the_pool_of_each(heads):
    layer = MultiScaleAttention(8 * heads, 8 * heads, (2, 6, 6), heads, kernel_q=(3, 3, 3),
                                stride_q=(1, 2, 2)).eval()  # fmt: skip
    x = torch.randn(2, 73, 8 * heads)
    with torch.no_grad():
        merged, shape = layer._pool("q", x, (2, 6, 6))
        each, expected = attention_pool(
            layer._heads(x, heads), layer.pool_q, (2, 6, 6), True, layer.norm_q
        )
    assert list(shape) == expected
    torch.testing.assert_close(merged, each)


def test_a_mask_works_in_half_precision_and_for_one_sequence():
    ours = MultiHeadedAttention(2, 8).eval().bfloat16()
    x, mask = torch.randn(1, 4, 8).bfloat16(), torch.tril(torch.ones(4, 4))
    with torch.no_grad(), AttentionRecorder(ours) as recorder:
        output = ours(x, x, x, mask)
    assert torch.isfinite(output).all()
    attention = recorder.layers[0].attention()
    assert torch.all(attention[..., torch.triu(torch.ones(4, 4), 1).bool()] == 0)
    half = weighted_values(*(torch.randn(1, 1, 4, 4).half() for _ in range(3)), mask)
    assert torch.isfinite(half).all()
