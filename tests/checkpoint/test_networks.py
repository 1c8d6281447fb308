"""Files with several networks or heads: found, named, chosen."""

import re
import warnings
from collections.abc import Callable

import pytest
import torch
from torch import Tensor

from mvit_core import capture, load_model
from mvit_core.errors import ArchitectureError, CheckpointError, CheckpointReadError
from mvit_core.model import MViT
from tests.checkpoint.tiny import cfg, cfg_text, tiny, weights
from tests.checkpoint.upstreams import as_mmaction2, as_torchvision


def other_weights() -> dict[str, Tensor]:
    return weights(MViT(tiny()), seed=9).state_dict()


@pytest.mark.parametrize(
    "name", ["state_dict_ema", "model_ema", "params", "network", "best_state", "student", "ema"]
)
def test_one_network_is_found_under_any_name(name: str, saved: Callable, model, config):
    loaded = load_model(saved({name: model.state_dict(), "cfg": cfg_text(config)}))
    assert loaded.report.weights == name
    assert f"weights from: {name}" in str(loaded.report)


def test_a_network_may_lie_two_entries_deep(saved: Callable, model, config):
    content = {"state": {"model": model.state_dict(), "step": 3}, "cfg": cfg_text(config)}
    assert load_model(saved(content)).report.weights == "state.model"


def test_what_a_trainer_keeps_is_no_network(saved: Callable, checkpoint):
    checkpoint["optimizer_state"] = {"state": other_weights()}
    loaded = load_model(saved(checkpoint))
    assert loaded.report.weights == "model_state"
    assert not any("further networks" in warning for warning in loaded.report.warnings)


def test_beside_its_average_the_network_itself_is_read_and_the_choice_told(
    saved: Callable, checkpoint, clip: Tensor
):
    checkpoint["model_ema"] = other_weights()
    path = saved(checkpoint)
    usual, averaged = load_model(path), load_model(path, weights="model_ema")
    assert usual.report.weights == "model_state"
    assert any("model_ema" in w and "can be chosen" in w for w in usual.report.warnings)
    assert averaged.report.weights == "model_ema"
    with torch.no_grad():
        assert not torch.equal(usual.model(clip), averaged.model(clip))


def test_student_and_teacher_are_a_question(saved: Callable, model, config, clip: Tensor):
    content = {"student": model.state_dict(), "teacher": other_weights(), "cfg": cfg_text(config)}
    path = saved(content)
    with pytest.raises(CheckpointReadError, match=r"student .*teacher .*choose one by its name"):
        load_model(path)
    with torch.no_grad():
        assert torch.equal(load_model(path, weights="student").model(clip), model(clip))


def test_prefixes_within_one_state_dict_tell_networks_apart(
    saved: Callable, model, config, clip: Tensor
):
    state = {f"net.{n}": v for n, v in model.state_dict().items()}
    state |= {f"ema.net.{n}": v for n, v in other_weights().items()}
    path = saved({"state_dict": state, "cfg": cfg_text(config)})
    with torch.no_grad():
        first = load_model(path, weights="state_dict.net")
        assert torch.equal(first.model(clip), model(clip))
        assert not torch.equal(load_model(path, weights="ema.net").model(clip), model(clip))
    assert first.report.unexpected == ()


def test_a_network_that_is_not_there_is_refused_with_those_that_are(saved: Callable, checkpoint):
    with pytest.raises(CheckpointReadError, match=r"no network 'teacher'; it holds model_state"):
        load_model(saved(checkpoint), weights="teacher")


# Heads.


def with_heads(model: MViT, **heads: tuple[int, ...]) -> dict[str, Tensor]:
    state = {n: v for n, v in model.state_dict().items() if not n.startswith("head.")}
    generator = torch.Generator().manual_seed(3)
    for name, sizes in heads.items():
        for index in range(len(sizes) - 1):
            path = name.replace("__", ".") + (f".{index}" if len(sizes) > 2 else "")
            shape = (sizes[index + 1], sizes[index])
            state[f"{path}.weight"] = torch.randn(shape, generator=generator)
            state[f"{path}.bias"] = torch.randn(sizes[index + 1], generator=generator)
    return state


def test_a_linear_layer_in_place_of_the_head_is_the_head(saved: Callable, model, config):
    state, configuration = as_torchvision(model.state_dict(), config)
    for part in ("weight", "bias"):
        state[f"head.{part}"] = state.pop(f"head.1.{part}")
    loaded = load_model(saved(state), config=configuration)
    assert loaded.config == config
    assert torch.equal(loaded.model.head.projection.weight, state["head.weight"])


@pytest.mark.parametrize("name", ["classifier", "fc", "model__fc_out", "heads__0"])
def test_a_single_layer_of_any_name_is_the_head(name: str, saved: Callable, model, config):
    loaded = load_model(saved(with_heads(model, **{name: (32, 7)})), config=cfg(config))
    assert loaded.config == config
    assert not loaded.report.missing
    assert not loaded.report.unexpected


@pytest.mark.parametrize(
    ("names", "told"),
    [
        (
            ("head__projection_verb", "head__projection_noun"),
            ["projection_verb", "projection_noun"],
        ),
        (("head__projections__0", "head__projections__1"), ["projections.0", "projections.1"]),
        (("head__projection__0", "head__projection__1"), ["projection.0", "projection.1"]),
        (("head__projection", "extra_heads_noun"), ["head", "extra_heads_noun"]),
    ],
)
def test_two_heads_are_both_read(
    names: tuple[str, str], told: list[str], saved: Callable, model, config, clip: Tensor
):
    state = with_heads(model, **{names[0]: (32, 5), names[1]: (32, 9)})
    path = saved(state)
    loaded = load_model(path, config=cfg(config))
    assert [head.name for head in loaded.heads] == told
    assert any(f"{told[0]} (5 classes)" in w and told[1] in w for w in loaded.report.warnings)
    record = capture(loaded.model, clip)
    assert [head.logits.shape[1] for head in record.heads] == [5, 9]
    second = load_model(path, config=cfg(config), head=told[1])
    assert second.config.num_classes == 9
    assert torch.equal(capture(second.model, clip).logits, record.heads[1].logits)


def test_a_head_is_found_by_the_end_of_its_name(saved: Callable, model, config):
    state = with_heads(model, task__fc_verb=(32, 5), task__fc_noun=(32, 9))
    path = saved(state)
    assert load_model(path, config=cfg(config), head="noun").config.head_name == "fc_noun"
    assert load_model(path, config=cfg(config), head="task.fc_verb").config.num_classes == 5
    for wanted, words in (("adverb", "no head is called"), ("c_", "no head is called")):
        with pytest.raises(ArchitectureError, match=words):
            load_model(path, config=cfg(config), head=wanted)


def test_features_between_trunk_and_heads_are_never_named(saved: Callable, model, config):
    state = with_heads(model, head__projection=(32, 400), inter=(400, 400), out=(400, 6))
    loaded = load_model(saved(state), config=cfg(config))
    assert [(head.name, head.classes) for head in loaded.heads] == [("out", 6)]
    assert loaded.classes is None
    assert any(
        "features, not classes: head (400), inter (400)" in w for w in loaded.report.warnings
    )


def test_layers_with_a_gap_between_them_are_told(saved: Callable, model, config):
    state = with_heads(model, out=(32, 16, 7))
    state["out.2.weight"], state["out.2.bias"] = state.pop("out.1.weight"), state.pop("out.1.bias")
    loaded = load_model(saved(state), config=cfg(config))
    assert any("taken for dropout" in warning for warning in loaded.report.warnings)


@pytest.mark.parametrize("wanted", ["head", "projection", "head.projection"])
def test_the_only_head_may_be_asked_for(wanted: str, saved: Callable, checkpoint, config):
    assert load_model(saved(checkpoint), head=wanted).config == config


def test_a_head_of_a_file_that_has_one_is_refused_by_another_name(saved: Callable, checkpoint):
    with pytest.raises(ArchitectureError, match="one head alone"):
        load_model(saved(checkpoint), head="verb")


def test_matrices_that_no_trunk_feeds_are_no_heads(saved: Callable, model, config):
    state = model.state_dict() | {
        "contrast.weight": torch.ones(4, 11),
        "contrast.bias": torch.ones(4),
    }
    loaded = load_model(saved(state), config=cfg(config))
    assert loaded.config == config
    assert set(loaded.report.unexpected) == {"contrast.weight", "contrast.bias"}


def test_keys_under_a_backbone_keep_their_own_preprocessing(saved: Callable, model, config):
    state = {f"backbone.{n}": v for n, v in model.state_dict().items()}
    loaded = load_model(saved(state), config=cfg(config))
    assert loaded.format == "pyslowfast"
    assert loaded.clip_spec.sampling == "linspace"
    theirs, configuration = as_mmaction2(model.state_dict(), config)
    assert load_model(saved(theirs), config=configuration).clip_spec.sampling == "stride"


@pytest.mark.parametrize(
    ("extra", "words"),
    [
        ({"proposal_generator.anchor.weight": (4, 4)}, "detectron2"),
        ({"sam_mask_decoder.iou.weight": (4, 4)}, "SAM 2"),
    ],
)
def test_look_alikes_are_refused_by_their_own_name(
    extra: dict[str, tuple[int, ...]], words: str, saved: Callable, model
):
    state = model.state_dict() | {name: torch.ones(shape) for name, shape in extra.items()}
    with pytest.raises(ArchitectureError, match=words):
        load_model(saved(state))


def test_hiera_is_named(saved: Callable):
    state = {
        "patch_embed.proj.weight": torch.ones(8, 3, 7, 7),
        "blocks.0.norm1.weight": torch.ones(8),
        "blocks.0.attn.qkv.weight": torch.ones(48, 8),
        "blocks.0.proj.weight": torch.ones(16, 8),
    }
    with pytest.raises(ArchitectureError, match="Hiera"):
        load_model(saved(state))


# Archives of TorchScript.


class _Wrapped(torch.nn.Module):
    def __init__(self, inner: torch.nn.Module) -> None:
        super().__init__()
        self.model = inner

    def forward(self, x: Tensor) -> Tensor:
        return self.model.head.projection(x)


@pytest.fixture
def script(model, tmp_path):
    path = tmp_path / "script.pt"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what saves such archives is deprecated, not the archives
        traced = torch.jit.trace(_Wrapped(model), torch.zeros(1, 32), check_trace=False)
        traced.save(str(path))
    return path


def test_weights_of_a_script_are_read_bit_by_bit_and_its_code_is_not_run(
    script, model, config, clip: Tensor
):
    loaded = load_model(script, config=cfg(config))
    assert any("its code was not run" in warning for warning in loaded.report.warnings)
    assert loaded.report.missing == loaded.report.unexpected == ()
    with torch.no_grad():
        assert torch.equal(loaded.model(clip), model(clip))


def test_a_script_that_names_more_than_modules_is_refused(script, tmp_path, config):
    from zipfile import ZipFile

    spoilt = tmp_path / "spoilt.pt"
    with ZipFile(script) as source, ZipFile(spoilt, "w") as target:
        for name in source.namelist():
            content = source.read(name)
            if name.endswith("/data.pkl"):
                content = re.sub(
                    rb"c__torch__\.[^\n]*\n[^\n]*\n", b"cposix\nsystem\n", content, count=1
                )
            target.writestr(name, content)
    with pytest.raises(CheckpointError, match="posix"):
        load_model(spoilt, config=cfg(config))
