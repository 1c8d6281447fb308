"""Modules in memory are recorded as they are, or refused in words that name what is wrong."""

import gc
import warnings
import weakref

import numpy as np
import pytest
import torch
from torch import nn
from torch.nn import functional

import mvit_core
from mvit_core.adapters import ADAPTERS, recording
from mvit_core.adapters import adapted_recorder as recorders
from mvit_core.attention.recorder import Keep, capture
from mvit_core.attribution import METHODS
from mvit_core.errors import CaptureError
from tests.adapters.networks import Recognizer, SlowFastMViT, VideoMViT, loaded
from tests.toys import toy_config

V1 = {
    "rel_pos_spatial": False, "rel_pos_temporal": False, "residual_pooling": False,
    "dim_mul_in_att": False,
}  # fmt: skip

BUILT = {
    "pyslowfast": lambda: SlowFastMViT(toy_config()),
    "pyslowfast, pooled first": lambda: SlowFastMViT(toy_config(pool_first=True, **V1)),
    "pyslowfast, max": lambda: SlowFastMViT(toy_config(mode="max")),
    "pytorchvideo": lambda: VideoMViT(toy_config(separate_qkv=True, **V1)),
    "pytorchvideo, batch norm": lambda: VideoMViT(toy_config(norm="batchnorm", **V1)),
    "mmaction2": lambda: Recognizer(toy_config()),
}


def drawn(build) -> nn.Module:
    """A network in evaluation mode, with weights that make attention far from flat."""
    torch.manual_seed(0)
    network = build()
    with torch.no_grad():
        for name, parameter in network.named_parameters():
            if parameter.ndim == 2 and ("qkv" in name or name.split(".")[-2] in "qk"):
                parameter.normal_(std=0.6)
    return network.eval()


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


@pytest.fixture
def network():
    return drawn(lambda: SlowFastMViT(toy_config()))


def hooks_of(module: nn.Module) -> int:
    return sum(len(part._forward_hooks) + len(part._forward_pre_hooks) for part in module.modules())


def reference(module: nn.Module, *given, **options) -> list[torch.Tensor]:
    """Every softmax over keys that a module makes, kept in another way than by the product."""
    recorded = []
    whole = torch.Tensor.softmax

    def spy(tensor, *args, **kwargs):
        recorded.append(whole(tensor, *args, **kwargs))
        return recorded[-1]

    with pytest.MonkeyPatch.context() as patch, torch.no_grad():
        patch.setattr(torch.Tensor, "softmax", spy)
        module(*given, **options)
    return [each for each in recorded if each.ndim == 4]


@pytest.mark.parametrize("name", BUILT)
def test_every_map_of_a_record_is_the_softmax_of_the_module(name, clip):
    network = drawn(BUILT[name])
    maps = reference(network, clip)
    with torch.no_grad(), recording(network) as kept:
        network(clip)
    layers = kept.record.layers
    assert len(layers) == len(maps) == kept.record.depth == 4
    for layer, seen in zip(layers, maps, strict=True):
        assert float((layer.attention() - seen).abs().max()) <= 2e-6
        assert seen.std() > 0.05 * seen.mean()  # flat maps would hide a mistake
        torch.testing.assert_close(layer.received(), seen.mean(dim=2), atol=2e-6, rtol=1e-4)
        torch.testing.assert_close(layer.row(3), seen[:, :, 3], atol=2e-6, rtol=1e-4)
    assert [layer.stage for layer in layers] == [1, 2, 2, 3]
    assert [layer.name.rsplit("blocks.", 1)[-1] for layer in layers] == [
        f"{block}.attn" for block in range(4)
    ]


def test_a_record_of_a_stand_in_is_that_of_our_network_of_the_same_weights(clip, toy):
    theirs = loaded(SlowFastMViT(toy.config), toy.state_dict())
    with torch.no_grad(), recording(theirs, keep=Keep(statistics=True)) as kept:
        theirs(clip)
    expected = capture(toy, clip, keep=Keep(statistics=True))
    record = kept.record
    torch.testing.assert_close(record.logits, expected.logits, atol=1e-4, rtol=1e-4)
    assert (record.readout, record.input_shape) == (expected.readout, expected.input_shape)
    for ours, want in zip(record.layers, expected.layers, strict=True):
        assert (ours.name, ours.block, ours.stage) == (want.name, want.block, want.stage)
        assert (ours.q_geometry, ours.k_geometry) == (want.q_geometry, want.k_geometry)
        for part in ("first_row", "column_sums", "log_sum_exp", "value_norms"):
            pair = getattr(ours.summary, part), getattr(want.summary, part)
            torch.testing.assert_close(*pair, atol=1e-4, rtol=1e-4)
        for part in ("entropy", "distance_px", "distance_frames", "sink", "profile"):
            pair = getattr(ours.statistics(), part), getattr(want.statistics(), part)
            torch.testing.assert_close(*pair, atol=1e-4, rtol=1e-4)


@pytest.mark.parametrize("method", METHODS)
def test_every_method_makes_maps_of_a_recording(method, network, clip):
    with torch.no_grad(), recording(network) as kept:
        network(clip[:1])
    for layer in kept.record.layers:
        maps = METHODS[method].maps(kept.record, layer, (0, 1, 1))
        assert np.isfinite(maps.values).all()
        assert maps.values.shape[0] == layer.heads


@pytest.mark.parametrize("name", BUILT)
def test_the_output_is_unchanged_bit_for_bit_and_no_hook_stays(name, clip):
    network = drawn(BUILT[name])
    state = {key: value.clone() for key, value in network.state_dict().items()}
    before, given = hooks_of(network), clip.clone()
    with torch.no_grad():
        plain = network(clip)
        with recording(network) as kept:
            said = network(clip)
        again = network(clip)
    for one, other in ((said, plain), (again, plain)):
        pairs = zip(one, other, strict=True) if isinstance(one, tuple) else ((one, other),)
        assert all(torch.equal(*pair) for pair in pairs)
    assert hooks_of(network) == before == 0
    assert torch.equal(clip, given)
    assert all(torch.equal(value, state[key]) for key, value in network.state_dict().items())
    assert not network.training
    assert kept.record.layers


def test_training_goes_on_as_without_a_recording(clip):
    def step(is_recorded: bool) -> tuple[torch.Tensor, list[torch.Tensor]]:
        network = drawn(lambda: VideoMViT(toy_config(norm="batchnorm", **V1))).train()
        torch.manual_seed(3)
        said = None
        if is_recorded:
            with recording(network):
                said = network(clip)
        else:
            said = network(clip)
        said.square().sum().backward()
        assert network.training
        parts = [p.grad for p in network.parameters() if p.grad is not None]
        return said.detach(), [*parts, *network.buffers()]

    plain, recorded = step(is_recorded=False), step(is_recorded=True)
    assert torch.equal(plain[0], recorded[0])
    assert len(plain[1]) == len(recorded[1]) > 20
    assert all(torch.equal(*pair) for pair in zip(plain[1], recorded[1], strict=True))


def test_hooks_are_gone_when_the_pass_fails_within_the_block(network, clip):
    def fail(*_):
        raise RuntimeError("the user's own mistake")

    handle = network.blocks[2].mlp.fc1.register_forward_hook(fail)
    with pytest.raises(RuntimeError, match="the user's own mistake"), recording(network) as kept:
        network(clip)
    handle.remove()
    assert hooks_of(network) == 0
    with pytest.raises(CaptureError, match=r"blocks.3.attn did not run in the last pass"):
        assert kept.record
    with torch.no_grad(), recording(network) as kept:
        network(clip)
    assert len(kept.record.layers) == 4


def test_a_module_is_compared_with_its_own_softmax_once(network, clip, monkeypatch):
    made = []
    whole = recorders.SoftmaxWatch
    monkeypatch.setattr(recorders, "SoftmaxWatch", lambda on: made.append(1) or whole(on))
    for _ in range(3):
        with torch.no_grad(), recording(network):
            network(clip)
    assert len(made) == 1
    network.blocks[1].attn = (
        drawn(lambda: SlowFastMViT(toy_config())).blocks[1].attn
    )  # another layer
    with torch.no_grad(), recording(network):
        network(clip)
    assert len(made) == 2


def test_a_recorded_module_is_not_kept_alive(clip):
    network = drawn(BUILT["pyslowfast"])
    with torch.no_grad(), recording(network) as kept:
        network(clip)
    assert kept.record
    alive = weakref.ref(network.blocks[0].attn)
    del network, kept
    gc.collect()
    assert alive() is None


def _sharper(layer, q, k, v, sizes):
    return type(layer)._attend(layer, q * 1.5, k, v, *sizes)


def _masked(layer, q, k, v, sizes):
    k = torch.where(torch.arange(k.shape[2])[:, None] == 2, 0.0, k)
    return type(layer)._attend(layer, q, k, v, *sizes)


def _fused(layer, q, k, v, sizes):
    x = functional.scaled_dot_product_attention(q, k, v)
    return layer.proj(x.transpose(1, 2).flatten(2))


def _twice(layer, q, k, v, sizes):
    type(layer)._attend(layer, q, k, v, *sizes)
    return type(layer)._attend(layer, q, k, v, *sizes)


def _in_place(layer, q, k, v, sizes):
    made = type(layer)._attend(layer, q, k, v, *sizes)
    q.mul_(2)
    return made


def _fewer_keys(layer, q, k, v, sizes):
    x = (q @ k[:, :, 1:].transpose(-2, -1)).softmax(dim=-1) @ v[:, :, 1:]
    return layer.proj(x.transpose(1, 2).flatten(2))


EDITS = {
    "sharper": (_sharper, "rebuilt otherwise than it ran"),
    "masked": (_masked, "rebuilt otherwise than it ran"),
    "fused": (_fused, "made 0 softmaxes"),
    "twice": (_twice, "made 2 softmaxes"),
    "in place": (_in_place, "changes its queries or keys in place"),
    "fewer keys": (_fewer_keys, "makes a map of"),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edited_layer_is_refused_by_name_and_its_pass_goes_on(edit, network, clip):
    change, words = EDITS[edit]
    layer = network.blocks[2].attn
    layer._attend = lambda q, k, v, *sizes: change(layer, q, k, v, sizes)
    with torch.no_grad():
        plain, said = network(clip), None
        with (
            pytest.raises(CaptureError, match=rf"blocks.2.attn.*{words}"),
            recording(network) as kept,
        ):
            said = network(clip)
        assert torch.equal(said, plain)
        with pytest.raises(CaptureError, match=r"blocks.2.attn"):
            assert kept.record
        with pytest.raises(CaptureError, match=r"blocks.2.attn"), recording(network):
            network(clip)  # it was not taken for compared
    assert hooks_of(network) == 0


def test_a_pool_that_does_not_say_where_its_tokens_lie_is_refused(network, clip):
    network.blocks[1].attn.pool_k = nn.Sequential(network.blocks[1].attn.pool_k)
    with (
        pytest.raises(CaptureError, match=r"blocks.1.attn: its pool of k makes .* not known"),
        torch.no_grad(),
        recording(network),
    ):
        network(clip)


def test_tokens_lost_between_layers_are_refused(clip):
    network = drawn(lambda: SlowFastMViT(toy_config(has_cls_embed=False, readout="mean")))

    def shrink(_, given):
        return given[0][:, :32], [2, 4, 4]

    network.blocks[1].register_forward_pre_hook(shrink)
    with torch.no_grad(), recording(network) as kept:
        network(clip)
    with pytest.raises(CaptureError, match=r"blocks.1.attn is given a grid of"):
        assert kept.record


def test_a_layer_that_runs_twice_in_one_pass_is_refused(network, clip):
    plain = network.blocks[1].forward
    network.blocks[1].forward = lambda x, size: (plain(x, size), plain(x, size))[1]
    with (
        pytest.raises(CaptureError, match=r"blocks.1.attn ran twice in one pass"),
        torch.no_grad(),
        recording(network),
    ):
        network(clip)


def test_autocast_and_half_precision_are_refused_in_words(network, clip):
    with torch.no_grad():
        with (
            pytest.raises(CaptureError, match=r"blocks.0.attn runs under autocast"),
            recording(network),
            torch.autocast("cpu", torch.bfloat16),
        ):
            network(clip)
        outer, inner = torch.autocast("cpu", torch.bfloat16), torch.autocast("cpu", enabled=False)
        with outer, recording(network) as kept, inner:
            network(clip)
        assert len(kept.record.layers) == 4
        network.bfloat16()
        with (
            pytest.raises(CaptureError, match=r"computes in torch.bfloat16.*module.float()"),
            recording(network),
        ):
            network(clip.bfloat16())


def test_double_precision_is_recorded(network, clip):
    network.double()
    (*_, last) = reference(network, clip.double())
    with torch.no_grad(), recording(network) as kept:
        network(clip.double())
    assert kept.record.layers[-1].attention().dtype == torch.float64
    assert float((kept.record.layers[-1].attention() - last).abs().max()) <= 1e-12


def test_compiled_and_scripted_modules_are_refused_with_a_way_out(network):
    compiled = nn.Module()  # as torch.compile wraps a module; to call it takes seconds
    compiled._orig_mod = network
    with pytest.raises(CaptureError, match=r"compiled.*record the module that torch.compile"):
        recording(compiled)
    network.blocks[2]._compiled_call_impl = network.blocks[2]._call_impl  # as module.compile()
    with pytest.raises(CaptureError, match=r"blocks.2 is compiled"):
        recording(network)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        scripted = torch.jit.trace(nn.Linear(2, 2), torch.randn(1, 2))
    with pytest.raises(CaptureError, match=r"is TorchScript.*load_model"):
        recording(nn.Sequential(scripted))


def test_what_is_no_module_or_holds_no_known_layer_is_refused(clip):
    with pytest.raises(CaptureError, match="a function cannot be recorded"):
        recording(lambda x: x)
    with pytest.raises(CaptureError, match=r"Linear holds no attention layer.*PySlowFast"):
        recording(nn.Linear(2, 2))
    with pytest.raises(CaptureError, match="no gradients are kept"):
        recording(SlowFastMViT(toy_config()), keep=Keep(gradients=True))


def test_a_module_that_never_ran_has_no_record(network):
    with recording(network) as kept:
        pass
    with pytest.raises(CaptureError, match="has not run within the block"):
        assert kept.record


def test_data_parallel_on_one_device_is_heard_and_copies_are_refused(network, clip):
    wrapped = nn.DataParallel(network)
    with torch.no_grad(), recording(wrapped) as kept:
        wrapped(clip)
    assert kept.record.layers[1].name == "module.blocks.1.attn"
    assert kept.record.input_shape == (4, 32, 32)
    wrapped.device_ids = [0, 1]
    with pytest.raises(CaptureError, match=r"copies on 2 devices.*record its .module"):
        recording(wrapped)


def test_a_module_around_the_network_gives_its_own_scores(network, clip):
    class Around(nn.Module):
        def __init__(self):
            super().__init__()
            self.backbone = network
            self.backbone.head = nn.Identity()
            self.backbone.head.projection, self.backbone.head.act = nn.Identity(), nn.Identity()
            self.last = nn.Linear(32, 5)

        def forward(self, x):
            return {"features": x, "scores": self.last(self.backbone(x))}

    around = Around().eval()
    with torch.no_grad(), recording(around) as kept:
        said = around(clip)
    assert torch.equal(kept.record.logits, said["scores"])
    assert kept.record.layers[0].name == "backbone.blocks.0.attn"
    assert kept.record.layers[0].q_geometry.scale == (2.0, 4.0, 4.0)


def test_probabilities_become_logits_that_give_them(network, clip):
    with torch.no_grad(), recording(network) as kept:
        said = network([clip])  # the classifier is known: its scores before the softmax
    torch.testing.assert_close(kept.record.probabilities, said)
    assert kept.record.logits.min() < 0
    network.head.scores, network.head.projection = network.head.projection, None
    network.head.forward = lambda x: network.head.scores(x).softmax(dim=1)
    network.forward = lambda x: network.head(network.norm(network.tokens(x, network)[0])[:, 0])
    with torch.no_grad(), recording(network) as kept:
        assert torch.equal(network(clip), said)  # unknown: what the module gives sums to 1
    torch.testing.assert_close(kept.record.probabilities, said)


def test_scores_of_a_sigmoid_are_independent(clip):
    network = drawn(lambda: SlowFastMViT(toy_config(head_act="sigmoid")))
    with torch.no_grad(), recording(network) as kept:
        said = network(clip)
    assert kept.record.activation == "sigmoid"
    torch.testing.assert_close(kept.record.probabilities, said)


def test_features_without_a_head_have_no_classes(clip):
    network = drawn(lambda: Recognizer(toy_config()))
    with torch.no_grad(), recording(network) as kept:
        network(clip)
    assert kept.record.logits.shape == (2, 0)
    with torch.no_grad(), recording(network) as kept:
        said = network(clip[:, None], mode="predict")
    assert torch.equal(kept.record.logits, said)


def test_parts_that_are_called_one_by_one_are_one_pass_until_a_layer_runs_again(clip):
    network = drawn(lambda: Recognizer(toy_config()))
    with torch.no_grad(), recording(network) as kept:
        network.backbone(clip)
        _, token = network.backbone(clip[:1])
        scores = network.cls_head.fc_cls(token)
    record = kept.record
    assert torch.equal(record.logits, scores)
    assert record.layers[0].map_shape[0] == 1
    assert (record.input_shape, record.layers[0].q_geometry.scale) == ((4, 32, 32), (2.0, 4.0, 4.0))


def test_layers_that_run_again_for_their_gradient_are_not_a_second_pass(network, clip):
    from torch.utils.checkpoint import checkpoint

    block = network.blocks[1]
    plain = block.forward
    block.forward = lambda x, size: checkpoint(plain, x, size, use_reentrant=False)
    with recording(network) as kept:
        network(clip).square().sum().backward()
    assert len(kept.record.layers) == 4


def test_a_second_pass_replaces_the_first(network, clip):
    with torch.no_grad(), recording(network) as kept:
        network(clip)
        assert kept.record.layers[0].map_shape[0] == 2
        network(clip[:1])
    assert [layer.map_shape[0] for layer in kept.record.layers] == [1] * 4


def test_what_is_kept_can_be_chosen(network, clip):
    keep = Keep(blocks=frozenset({1, 3}), full_maps=True)
    with torch.no_grad(), recording(network, keep=keep) as kept:
        network(clip)
    assert [layer.block for layer in kept.record.layers] == [1, 3]
    assert all(layer.summary.maps is not None for layer in kept.record.layers)
    assert kept.record.depth == 4


def test_our_own_network_is_recorded_too(toy, clip):
    with torch.no_grad(), mvit_core.recording(nn.Sequential(toy)) as kept:
        said = nn.Sequential(toy)(clip)
    expected = capture(toy, clip)
    record = kept.record
    assert torch.equal(record.logits, expected.logits)
    assert torch.equal(said, expected.logits)
    for layer, want in zip(record.layers, expected.layers, strict=True):
        assert torch.equal(layer.attention(), want.attention())
        assert layer.q_geometry == want.q_geometry


def test_the_rows_of_the_table_tell_each_other_apart():
    made = {name.split(",")[0]: build() for name, build in BUILT.items()}
    for name, network in made.items():
        layers = [part for part in network.modules() if hasattr(part, "num_heads")]
        assert len(layers) == 4
        first = [next(row.name for row in ADAPTERS.values() if row.is_of(part)) for part in layers]
        assert first == [name] * 4


def test_values_are_weighed_by_the_weights_that_ran(network, clip):
    with torch.no_grad(), recording(network) as kept:
        network(clip)
        network.blocks[1].attn.proj.weight.mul_(2)  # a step of training, say
    known = [layer.summary.value_norms is not None for layer in kept.record.layers]
    assert known == [True, False, True, True]
