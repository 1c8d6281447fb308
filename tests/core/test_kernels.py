"""The choice of a library for products, on which nothing but the time depends."""

import logging
import os
import platform
import subprocess
import sys

import pytest
import torch
from torch import nn
from torch.nn import functional
from torch.utils._python_dispatch import TorchDispatchMode

from app import checks
from mvit_core import capture, load_model
from mvit_core.attention.recorder import Keep
from mvit_core.model import PRESETS, Mlp, MViT, kernels, plain_vit
from mvit_core.model.families import build_network
from mvit_core.model.kernels import Linear, choice, forced, linear, product
from mvit_core.model.products import weighted_values
from tests.core.test_capture import CONFIGS, peaked

needs_onednn = pytest.mark.skipif(
    not kernels._is_built_in(), reason="this build of torch has no oneDNN"
)


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(2, 3, 4, 32, 32)


@pytest.fixture
def no_choice(monkeypatch):
    """The process has not chosen yet, and the environment says nothing."""
    monkeypatch.setattr(kernels, "_chosen", None)
    monkeypatch.delenv(kernels.SWITCH, raising=False)
    kernels._is_exact.cache_clear()
    yield
    kernels._is_exact.cache_clear()


@pytest.fixture(params=[True, False], ids=["onednn", "torch"])
def library(request):
    """Each of the libraries."""
    if request.param and not kernels._is_built_in():
        pytest.skip("this build of torch has no oneDNN")
    with forced(request.param):
        yield request.param


@pytest.fixture
def onednn():
    if not kernels._is_built_in():
        pytest.skip("this build of torch has no oneDNN")
    with forced(True):
        yield


class Calls(TorchDispatchMode):
    """Hears which products torch is asked for, and with what second operands."""

    def __init__(self):
        super().__init__()
        self.seconds = []
        self.own = 0

    def __torch_dispatch__(self, func, types, args=(), kwargs=None):
        name = str(func)
        if "_linear_pointwise" in name:
            self.seconds.append(args[1])
        elif name.startswith(("aten.addmm", "aten.mm", "aten.linear")) and args[-1].ndim == 2:
            self.own += 1
        return func(*args, **kwargs or {})


def is_dense(matrix):
    return matrix.is_contiguous() or matrix.T.is_contiguous()


# The same numbers, whichever library.


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_both_libraries_give_the_same_logits_and_maps(changes, clip):
    if not kernels._is_built_in():
        pytest.skip("this build of torch has no oneDNN")
    model = peaked(**changes)
    with forced(True):
        fast = capture(model, clip)
    with forced(False):
        plain = capture(model, clip)
    torch.testing.assert_close(fast.logits, plain.logits, atol=1e-5, rtol=1e-4)
    for one, other in zip(fast.layers, plain.layers, strict=True):
        torch.testing.assert_close(one.inputs.q, other.inputs.q, atol=1e-5, rtol=1e-4)
        torch.testing.assert_close(one.received(), other.received(), atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_maps_rebuilt_are_those_of_the_forward_pass_bit_for_bit(changes, clip, library):
    model = peaked(**changes)
    kept = capture(model, clip, keep=Keep(full_maps=True))
    for one, whole in zip(capture(model, clip).layers, kept.layers, strict=True):
        assert torch.equal(one.attention(), whole.attention())


def test_unpooled_blocks_go_through_the_products_too(onednn):
    torch.manual_seed(0)
    config = plain_vit(
        input_shape=(2, 32, 32), embed_dim=8, num_heads=2, depth=2, attention="multi_head"
    )
    model = MViT(config).eval()
    given = torch.randn(1, config.in_channels, 2, 32, 32)
    with torch.no_grad(), Calls() as calls:
        model(given)
    assert len(calls.seconds) >= 6 * 2


def test_every_linear_layer_of_a_network_is_of_the_kind_that_chooses():
    for name in PRESETS:
        with torch.device("meta"):
            model = build_network(PRESETS[name])
        found = [each for each in model.modules() if isinstance(each, nn.Linear)]
        assert all(type(each) is Linear for each in found)
        assert len(found) > model.config.depth


@pytest.mark.parametrize("gelu", [False, True])
@pytest.mark.parametrize("shape", [(5, 8), (2, 5, 8), (1, 8), (8,), (0, 8), (2, 0, 8)])
def test_a_linear_layer_is_torchs_own_for_every_shape(library, shape, gelu):
    torch.manual_seed(0)
    layer, x = Linear(8, 6), torch.randn(shape)
    with torch.no_grad():
        expected = functional.linear(x, layer.weight, layer.bias)
        expected = functional.gelu(expected) if gelu else expected
        found = layer(x, gelu=gelu)
    torch.testing.assert_close(found, expected, atol=1e-6, rtol=1e-5)


# Traps.


STRIDED = {
    "every second row": torch.arange(96.0).reshape(12, 8)[::2],
    "a slice of columns": torch.arange(96.0).reshape(6, 16)[:, 3:11],
    "one row for all": torch.arange(8.0).expand(6, 8),
    "reversed axes of a slice": torch.arange(96.0).reshape(8, 12)[:, :6].T,
}


@pytest.mark.parametrize("second", STRIDED.values(), ids=STRIDED)
def test_a_strided_second_operand_never_reaches_the_reference_loop(onednn, second):
    torch.manual_seed(0)
    x = torch.randn(5, 8)
    with torch.no_grad(), Calls() as calls:
        from_linear = linear(x, second)
        from_product = product(x[None], second[None])
    assert len(calls.seconds) == 2
    assert all(is_dense(each) for each in calls.seconds)
    torch.testing.assert_close(from_linear, x @ second.T)
    torch.testing.assert_close(from_product[0], x @ second.T)


def test_a_transposed_view_of_a_dense_operand_is_not_copied(onednn):
    values = torch.randn(8, 6)
    with torch.no_grad(), Calls() as calls:
        product(torch.randn(1, 5, 8), values.T[None])
    assert calls.seconds[0].data_ptr() == values.data_ptr()


@pytest.mark.parametrize("changes", CONFIGS.values(), ids=CONFIGS)
def test_second_operands_of_a_whole_network_are_dense(onednn, changes, clip):
    with Calls() as calls:
        capture(peaked(**changes), clip)
    assert len(calls.seconds) > 20
    assert all(is_dense(each) for each in calls.seconds)


def test_trained_weights_get_their_gradient(library):
    torch.manual_seed(0)
    mlp, reference = Mlp(8, 16), nn.Sequential(nn.Linear(8, 16), nn.GELU(), nn.Linear(16, 8))
    reference[0].load_state_dict(mlp.fc1.state_dict())
    reference[2].load_state_dict(mlp.fc2.state_dict())
    x = torch.randn(5, 8)
    mlp(x).square().sum().backward()
    reference(x).square().sum().backward()
    torch.testing.assert_close(mlp.fc1.weight.grad, reference[0].weight.grad)
    torch.testing.assert_close(mlp.fc2.bias.grad, reference[2].bias.grad)


def test_products_with_dropped_probabilities_stay_differentiable(onednn):
    torch.manual_seed(0)
    q, k, v = (torch.randn(1, 2, 9, 4, requires_grad=True) for _ in range(3))
    weighted_values(q, k, v, drop_rate=0.5).sum().backward()
    assert all(x.grad is not None and x.grad.abs().sum() > 0 for x in (q, k, v))


def test_double_precision_is_multiplied_by_torch(library):
    torch.manual_seed(0)
    x, weight = torch.randn(5, 8, dtype=torch.float64), torch.randn(6, 8, dtype=torch.float64)
    torch.testing.assert_close(linear(x, weight), x @ weight.T, rtol=1e-12, atol=1e-12)
    found = product(x[None], weight[None])[0]
    torch.testing.assert_close(found, x @ weight.T, rtol=1e-12, atol=1e-12)


def test_mixed_types_are_refused_in_torchs_own_words(library):
    with pytest.raises(RuntimeError, match="same dtype"):
        linear(torch.randn(5, 8).double(), torch.randn(6, 8))


def test_half_precision_stays_half(library):
    x, weight = torch.randn(5, 8).bfloat16(), torch.randn(6, 8).bfloat16()
    assert linear(x, weight).dtype == torch.bfloat16


def test_autocast_is_obeyed_where_a_layer_is_called_by_itself(library):
    layer = Linear(8, 6)
    with torch.no_grad(), torch.autocast("cpu", torch.bfloat16):
        assert layer(torch.randn(5, 8)).dtype == torch.bfloat16


def test_a_single_row_is_not_handed_to_onednn(onednn):
    with torch.no_grad(), Calls() as calls:
        linear(torch.randn(1, 8), torch.randn(6, 8))
        product(torch.randn(1, 1, 8), torch.randn(1, 6, 8))
    assert not calls.seconds


# Settings of a user's own script.


def test_capture_under_autocast_is_the_same_bit_for_bit(library, clip):
    model = peaked()
    expected = capture(model, clip)
    with torch.autocast("cpu", torch.bfloat16):
        record = capture(model, clip)
        assert torch.equal(record.logits, expected.logits)
        for one, other in zip(record.layers, expected.layers, strict=True):
            assert torch.equal(one.attention(), other.attention())
            assert torch.equal(one.row(3), other.row(3))
            assert torch.equal(one.column(3), other.column(3))


def rounding(x, weight, bias=None, gelu=False):
    """oneDNN as it is where the processor rounds operands of float32 products to bfloat16."""
    y = functional.linear(x.bfloat16(), weight.bfloat16()).float()
    y = y if bias is None else y + bias
    return functional.gelu(y) if gelu else y


def test_rounded_products_are_found_out_and_left(onednn, no_choice, monkeypatch, caplog):
    monkeypatch.setattr(kernels, "_chosen", kernels.Choice(True, "forced"))
    monkeypatch.setattr(kernels, "_precision", lambda: "bf16")
    monkeypatch.setattr(kernels, "_onednn", rounding)
    x, weight = torch.randn(64, 32), torch.randn(16, 32)
    with caplog.at_level(logging.WARNING, "mvit_core"), torch.no_grad():
        torch.testing.assert_close(linear(x, weight), x @ weight.T)
        linear(x, weight)
    assert [each.message for each in caplog.records] == [caplog.records[0].message]
    assert "may be rounded to bf16" in caplog.text


def test_rounding_is_looked_for_without_a_change_of_the_users_setting(onednn, clip):
    before = torch.get_float32_matmul_precision()
    model = peaked()
    expected = capture(model, clip).logits
    kernels._is_exact.cache_clear()
    try:
        torch.set_float32_matmul_precision("medium")
        with Calls() as calls:
            record = capture(model, clip)
        assert torch.get_float32_matmul_precision() == "medium"
        if kernels._is_exact(kernels._precision()):  # else torch's own rounds as the user wished
            assert calls.seconds
            torch.testing.assert_close(record.logits, expected, atol=1e-5, rtol=0)
    finally:
        torch.set_float32_matmul_precision(before)
        kernels._is_exact.cache_clear()


CHILD = """
import sys, torch
from mvit_core import capture
from tests.core.test_capture import peaked
from tests.core.test_kernels import Calls
torch.set_float32_matmul_precision(sys.argv[2])
torch.manual_seed(1)
clip = torch.randn(2, 3, 4, 32, 32)
with torch.autocast("cpu", torch.bfloat16, enabled=sys.argv[3] == "autocast"), Calls() as calls:
    record = capture(peaked(), clip)
torch.save((record.logits, record.layers[0].attention(), len(calls.seconds)), sys.argv[1])
"""


@needs_onednn
@pytest.mark.parametrize(
    ("threads", "precision", "autocast"), [("1", "high", "plain"), ("4", "medium", "autocast")]
)
def test_threads_precision_and_autocast_of_a_users_script_change_nothing(
    tmp_path, clip, threads, precision, autocast
):
    with forced(True):
        expected = capture(peaked(), clip)
    target = tmp_path / "found.pt"
    environment = {**os.environ, "OMP_NUM_THREADS": threads, kernels.SWITCH: "onednn"}
    subprocess.run(
        [sys.executable, "-c", CHILD, str(target), precision, autocast], check=True,
        env=environment,
    )  # fmt: skip
    logits, maps, fast = torch.load(target, weights_only=True)  # noqa: TID251 - our own child's
    torch.testing.assert_close(logits, expected.logits, atol=1e-5, rtol=0)
    torch.testing.assert_close(maps, expected.layers[0].attention(), atol=1e-5, rtol=0)
    assert fast > 20


# The race.


def raced(monkeypatch, times, difference=0.0):
    """The choice after a race in which oneDNN is so many times as fast."""
    monkeypatch.setattr(kernels, "_seconds", lambda f, _: times if f is functional.linear else 1.0)
    monkeypatch.setattr(kernels, "_difference", lambda _: difference)
    return choice()


@needs_onednn
def test_onednn_is_taken_from_the_margin_on(no_choice, monkeypatch):
    found = raced(monkeypatch, 1.1)
    assert found.onednn
    assert found.reason == "oneDNN, 1.10 times as fast as torch's own"


@needs_onednn
def test_onednn_is_left_below_the_margin(no_choice, monkeypatch):
    found = raced(monkeypatch, 1.09)
    assert not found.onednn
    assert found.reason == "torch's own; oneDNN is 1.09 times as fast"


@needs_onednn
def test_onednn_is_left_where_it_differs_however_fast_it_is(no_choice, monkeypatch):
    found = raced(monkeypatch, 3.0, difference=2e-5)
    assert not found.onednn
    assert "differs by 2e-05" in found.reason


def test_a_build_without_onednn_runs_on_torchs_own(no_choice, monkeypatch, clip):
    monkeypatch.setattr(torch.backends.mkldnn, "is_available", lambda: False)
    found = choice()
    assert not found.onednn
    assert "no oneDNN" in found.reason
    with Calls() as calls:
        capture(peaked(), clip)
    assert not calls.seconds
    with pytest.raises(RuntimeError, match="no oneDNN"), forced(True):
        pass


@needs_onednn
@pytest.mark.skipif(platform.machine() != "x86_64", reason="the setting is of x86 processors")
def test_an_old_processor_falls_back(no_choice):
    """Half as fast there: the margin is far from the noise of a busy machine."""
    script = "from mvit_core.model.kernels import choice; print(choice().onednn)"
    environment = {**os.environ, "ONEDNN_MAX_CPU_ISA": "SSE41"}
    done = subprocess.run(
        [sys.executable, "-c", script], check=True, env=environment, capture_output=True, text=True
    )
    assert done.stdout.strip() == "False"


def test_the_switch_spares_the_race(no_choice, monkeypatch):
    monkeypatch.setattr(kernels, "_raced", lambda: pytest.fail("raced"))
    monkeypatch.setenv(kernels.SWITCH, "torch")
    assert choice().reason == f"torch's own, by {kernels.SWITCH}"


def test_a_switch_that_names_nothing_known_leaves_the_race(no_choice, monkeypatch):
    monkeypatch.setattr(kernels, "_raced", lambda: kernels.Choice(False, "raced"))
    monkeypatch.setenv(kernels.SWITCH, "fast")
    assert choice().reason == "raced"


def test_the_first_load_races_and_says_so_once(no_choice, monkeypatch, toy_checkpoint, caplog):
    monkeypatch.setattr(kernels, "_raced", lambda: kernels.Choice(False, "raced"))
    with caplog.at_level(logging.INFO, "mvit_core"):
        load_model(toy_checkpoint, device="cpu")
        load_model(toy_checkpoint, device="cpu")
    assert [each.message for each in caplog.records] == ["matrix products: raced"]


def test_the_race_leaves_no_trace_in_a_callers_random_numbers(no_choice):
    torch.manual_seed(3)
    expected = torch.rand(1)
    torch.manual_seed(3)
    choice()
    assert torch.equal(torch.rand(1), expected)


def test_checks_say_which_library_multiplies(no_choice, monkeypatch):
    monkeypatch.setattr(kernels, "_raced", lambda: kernels.Choice(True, "oneDNN, 2.30 times"))
    (row,) = [each for each in checks.run_checks() if each.name == "products"]
    assert row.ok
    assert row.found == "oneDNN, 2.30 times"


# Hooks.


def test_a_hook_hears_what_lies_before_and_behind_the_activation(library):
    torch.manual_seed(0)
    mlp, x = Mlp(8, 16).eval(), torch.randn(5, 8)
    heard = {}
    mlp.fc1.register_forward_hook(lambda _, __, out: heard.update(fc1=out))
    with torch.no_grad():
        mlp(x)
        torch.testing.assert_close(heard["fc1"], functional.linear(x, mlp.fc1.weight, mlp.fc1.bias))


@pytest.mark.parametrize("kind", ["register_forward_hook", "register_forward_pre_hook"])
def test_a_hook_on_the_activation_is_called(library, kind):
    mlp, heard = Mlp(8, 16).eval(), []
    getattr(mlp.act, kind)(lambda *given: heard.append(given[1][0]))
    with torch.no_grad():
        mlp(torch.randn(5, 8))
    assert [each.shape for each in heard] == [(5, 16)]


@pytest.mark.parametrize("act", [nn.ReLU, lambda: nn.GELU(approximate="tanh")])
def test_other_activations_are_their_own(library, act):
    torch.manual_seed(0)
    mlp, x = Mlp(8, 16, act_layer=act).eval(), torch.randn(5, 8)
    with torch.no_grad():
        expected = mlp.fc2(act()(functional.linear(x, mlp.fc1.weight, mlp.fc1.bias)))
        torch.testing.assert_close(mlp(x), expected)


def test_a_layer_that_a_user_put_in_place_is_called_as_it_is(library):
    mlp = Mlp(8, 16).eval()
    mlp.fc1 = nn.Linear(8, 16)
    with torch.no_grad():
        assert mlp(torch.randn(5, 8)).shape == (5, 8)


def test_the_activation_is_computed_within_the_product(onednn, clip):
    names = []

    class Names(TorchDispatchMode):
        def __torch_dispatch__(self, func, types, args=(), kwargs=None):
            names.append(str(func))
            return func(*args, **kwargs or {})

    with Names():
        capture(peaked(), clip, on_step=lambda: None)
    assert not [name for name in names if "gelu" in name]
