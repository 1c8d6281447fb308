"""Networks of torchvision and timm themselves, where they are installed (``make bench``)."""

import pytest
import torch
from torch import nn

from benchmarks.peers import peer_module, torchvision_video
from mvit_core.adapters import recording
from mvit_core.errors import CaptureError
from tests.adapters.test_recording import hooks_of, reference


@pytest.fixture(scope="module")
def video():
    found = torchvision_video()
    if found is None:
        pytest.skip("torchvision is not installed: `make bench` brings it")
    return found


@pytest.fixture(scope="module")
def mvitv2(video):
    found = peer_module("timm.models.mvitv2")
    if found is None:
        pytest.skip("timm is not installed: `make bench` brings it")
    return found


def peaked(network: nn.Module) -> nn.Module:
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if "rel_pos" in name or (parameter.ndim == 2 and "qkv" in name):
                parameter.normal_(std=0.5)
    return network.eval()


def torchvision_network(video, size=(32, 32), **options) -> nn.Module:
    torch.manual_seed(0)
    block = video.mvit.MSBlockConfig
    blocks = [
        block(1, 8, 16, [3, 3, 3], [3, 3, 3], [1, 1, 1], [1, 4, 4]),
        block(2, 16, 16, [3, 3, 3], [3, 3, 3], [1, 2, 2], [1, 2, 2]),
        block(2, 16, 32, [], [3, 3, 3], [], [1, 2, 2]),
        block(4, 32, 32, [3, 3, 3], [], [1, 2, 2], []),
    ]
    choices = {
        "residual_pool": True, "residual_with_cls_embed": False, "rel_pos_embed": True,
        "proj_after_attn": True, **options,
    }  # fmt: skip
    return peaked(video.MViT(size, 4, blocks, num_classes=7, **choices))


def check(network: nn.Module, clip: torch.Tensor):
    """Record a network twice; every map is its softmax, and nothing else changes."""
    maps = reference(network, clip)
    with torch.no_grad():
        plain = network(clip)
        for _ in range(2):
            with recording(network) as recorded:
                assert torch.equal(network(clip), plain)
    record = recorded.record
    assert hooks_of(network) == 0
    assert torch.equal(record.logits, plain)
    assert len(record.layers) == len(maps)
    for layer, seen in zip(record.layers, maps, strict=True):
        assert float((layer.attention() - seen).abs().max()) <= 2e-6
        assert seen.std() > 0.05 * seen.mean()
    return record


V1 = {"residual_pool": False, "rel_pos_embed": False, "proj_after_attn": False}


@pytest.mark.parametrize("options", [{}, V1, {"residual_with_cls_embed": True}], ids=str)
def test_a_network_of_torchvision_is_recorded(video, options):
    record = check(torchvision_network(video, **options), torch.randn(2, 3, 4, 32, 32))
    assert (record.readout, record.input_shape) == ("class", (4, 32, 32))
    assert [layer.stage for layer in record.layers] == [1, 2, 2, 3]
    assert record.layers[3].q_geometry.scale == (2.0, 16.0, 16.0)


def test_torchvisions_own_rounding_of_offsets_is_kept_where_grids_do_not_divide(video):
    # 39 queries and 10 keys along y: the reference's order of operations gives other rows.
    network = torchvision_network(video, size=(156, 4))
    record = check(network, torch.randn(1, 3, 4, 156, 4))
    assert (record.layers[0].q_shape[1], record.layers[0].k_shape[1]) == (39, 10)


def test_a_replaced_head_of_torchvision_gives_the_logits(video):
    network = torchvision_network(video)
    network.head = nn.Sequential(nn.LayerNorm(32), nn.ReLU(), nn.Linear(32, 3)).eval()
    assert check(network, torch.randn(1, 3, 4, 32, 32)).logits.shape == (1, 3)


@pytest.mark.parametrize("use_class", [True, False])
def test_a_network_of_timm_is_recorded_as_images(mvitv2, use_class):
    torch.manual_seed(0)
    cfg = mvitv2.MultiScaleVitCfg(depths=(1, 1, 2, 1), embed_dim=8, use_cls_token=use_class)
    network = peaked(mvitv2.MultiScaleVit(cfg, img_size=64, num_classes=5))
    record = check(network, torch.randn(2, 3, 64, 64))
    assert record.readout == ("class" if use_class else "mean")
    assert record.input_shape == (1, 64, 64)
    assert [layer.q_shape for layer in record.layers] == [
        (1, 16, 16), (1, 8, 8), (1, 4, 4), (1, 4, 4), (1, 2, 2)
    ]  # fmt: skip
    assert record.layers[0].has_class_token == use_class
    assert record.layers[1].name == "stages.1.blocks.0.attn"


def test_a_layer_of_timm_that_was_edited_is_refused_by_name(mvitv2):
    cfg = mvitv2.MultiScaleVitCfg(depths=(1, 1, 2, 1), embed_dim=8)
    network = peaked(mvitv2.MultiScaleVit(cfg, img_size=64, num_classes=5))
    layer = network.stages[2].blocks[1].attn
    layer.forward = lambda x, size: (layer.proj(layer.qkv(x)[..., : layer.dim_out]), size)
    with (
        pytest.raises(CaptureError, match=r"stages.2.blocks.1.attn.*made 0 softmaxes"),
        torch.no_grad(),
        recording(network),
    ):
        network(torch.randn(1, 3, 64, 64))
