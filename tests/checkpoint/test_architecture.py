"""The architecture of a file: sources in order, and refusals."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
import yaml

from mvit_core import load_model
from mvit_core.checkpoint import architecture as deciding
from mvit_core.errors import ArchitectureError, CheckpointError, WeightsError
from mvit_core.model import MViT, MViTConfig
from tests.checkpoint.tiny import cfg, cfg_text, tiny, tiny_v1, weights
from tests.checkpoint.upstreams import as_torchvision


@pytest.fixture
def presets(monkeypatch) -> dict[str, MViTConfig]:
    """Presets small enough to be matched by tiny weights."""
    small = {"small_v2": tiny(num_classes=400), "small_v1": tiny_v1()}
    monkeypatch.setattr(deciding, "PRESETS", small)
    return small


def test_the_configuration_inside_the_file_is_used(saved: Callable, checkpoint, config):
    loaded = load_model(saved(checkpoint))
    assert loaded.config == config
    assert loaded.report.decided_from == "the configuration inside the file"
    assert loaded.path.name == "checkpoint.pyth"


def test_a_configuration_that_is_passed_goes_before_it(saved: Callable, checkpoint, config):
    checkpoint["cfg"] = cfg_text(replace(config, rel_pos_temporal=False))
    loaded = load_model(saved(checkpoint), config=cfg(config))
    assert loaded.config == config
    assert loaded.report.decided_from == "the configuration that was passed"


def test_a_configuration_may_be_a_path_text_mapping_or_architecture(
    saved: Callable, model, config, tmp_path: Path
):
    path = saved(model.state_dict())
    yaml_file = tmp_path / "config.yaml"
    yaml_file.write_text(cfg_text(config))
    compact = json.dumps(cfg(config), separators=(",", ":"))  # JSON is YAML too
    for form in (yaml_file, str(yaml_file), cfg_text(config), compact, cfg(config), config):
        assert load_model(path, config=form).config == config


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("nowhere.yaml", "does not exist"),
        ("MVIT: [unclosed\n  : :", "not YAML"),
        ("- 1\n- 2", "no sections"),
        ({"colour": "red"}, "colour in it is not understood"),
        ({}, "nothing in it"),
        (5, "is of type int; give the path or text"),
        ("MVIT=" + "x" * 300, "File name too long"),
        ("A: " + "[" * 5000, "not YAML"),
        ({"MVIT": [1]}, "MVIT is of type list; it must be a section"),
        ("MVIT = 1\n", "MVIT is of type int"),
        ({"MVIT": {}, "DATA": "none"}, "DATA is of type str"),
        ({"MVIT": {"PATCH_STRIDE": [0, 0, 0]}}, "patch_stride must be"),
        ({"MVIT": {"POOL_Q_STRIDE": [[0, 0, 0, 0]]}}, "a pooling stride must be"),
        ({"MVIT": {"CLS_EMBED_ON": "yes"}}, "True or False, got 'yes'"),
        ({"MVIT": {"DEPTH": 10_000_000}}, "must be 1 to 512 blocks"),
        ({"MVIT": {"MLP_RATIO": float("nan")}}, "mlp_ratio"),
        ({"MVIT": {}, "DATA": {"NUM_FRAMES": 10**8}}, "input_shape must be"),
        ({"MVIT": {}, "DATA": {"SAMPLING_RATE": 1e300}}, "no span of a video"),
        ({"MVIT": {"REV": {"ENABLE": True}}}, "reversible"),
        ({"MVIT": {"NORM": "batchnorm"}}, "only layernorm"),
    ],
)
def test_a_configuration_that_cannot_be_used_is_refused(form, says: str, saved: Callable, model):
    with pytest.raises(ArchitectureError, match=says):
        load_model(saved(model.state_dict()), config=form)


def test_bare_weights_match_a_preset(saved: Callable, model, config, presets):
    loaded = load_model(saved(model.state_dict()))
    assert loaded.config == config  # with the head of the weights, not the preset's
    assert loaded.report.decided_from == "the weights, which match preset small_v2"


def test_weights_of_another_upstream_match_a_preset_too(saved: Callable, model, config, presets):
    state, _ = as_torchvision(model.state_dict(), config)
    loaded = load_model(saved(state))
    assert loaded.config == config
    assert loaded.format == "torchvision"


def test_a_match_follows_the_size_of_the_position_tables(saved: Callable, presets):
    for config in (tiny(), tiny_v1()):
        other = config.resized((8, 64, 64))
        loaded = load_model(saved(MViT(other).state_dict()))
        assert loaded.config == other
        assert loaded.report.resized == ()


def test_two_matches_are_a_question(saved: Callable, model, presets):
    presets["its_twin"] = replace(presets["small_v2"], residual_pooling=False)
    with pytest.raises(ArchitectureError, match=r"small_v2, its_twin; choose one of them"):
        load_model(saved(model.state_dict()))
    chosen = load_model(saved(model.state_dict()), preset="its_twin")
    assert not chosen.config.residual_pooling
    assert chosen.report.decided_from == "preset its_twin"


def test_no_match_asks_for_a_configuration(saved: Callable, model):
    with pytest.raises(ArchitectureError, match=r"no preset has 4 blocks .* built from"):
        load_model(saved(model.state_dict()))


def test_an_unknown_preset_lists_those_that_exist(saved: Callable, model, presets):
    with pytest.raises(ArchitectureError, match="there are small_v2, small_v1"):
        load_model(saved(model.state_dict()), preset="large_v9")


def test_an_unknown_preset_is_refused_even_where_it_would_be_idle(saved: Callable, checkpoint):
    with pytest.raises(ArchitectureError, match=r"no preset 'x'; there are mvit_v1_b_16x4"):
        load_model(saved(checkpoint), preset="x")


def test_text_inside_a_file_is_never_taken_for_a_path(
    saved: Callable, checkpoint, presets, tmp_path: Path
):
    other = tmp_path / "other.yaml"
    other.write_text(checkpoint["cfg"])
    checkpoint["cfg"] = str(other)
    report = load_model(saved(checkpoint)).report
    assert report.decided_from == "the weights, which match preset small_v2"
    assert any("has no sections" in warning for warning in report.warnings)


def test_a_preset_that_does_not_fit_is_refused_with_both_values(saved: Callable, model):
    with pytest.raises(ArchitectureError, match=r"preset mvit_v2_s_16x4 .*embed_dim is 96 .* 8"):
        load_model(saved(model.state_dict()), preset="mvit_v2_s_16x4")


def test_a_preset_beside_a_configuration_is_told_to_be_idle(saved: Callable, checkpoint, presets):
    loaded = load_model(saved(checkpoint), preset="small_v2")
    assert any("small_v2 was not used" in warning for warning in loaded.report.warnings)


def test_a_garbled_configuration_is_reported_and_presets_are_asked(
    saved: Callable, checkpoint, config, presets
):
    checkpoint["cfg"] = "MVIT: [unclosed\n  : :"
    loaded = load_model(saved(checkpoint))
    assert loaded.config == config
    assert any("not YAML (line 2)" in warning for warning in loaded.report.warnings)


def test_a_configuration_of_another_model_is_reported(saved: Callable, checkpoint, presets):
    checkpoint["cfg"] = yaml.safe_dump({"MODEL": {"MODEL_NAME": "SlowFast"}})
    loaded = load_model(saved(checkpoint))
    assert any("describes SlowFast" in warning for warning in loaded.report.warnings)


def test_a_configuration_that_contradicts_the_weights_names_both(saved: Callable, checkpoint):
    document = yaml.safe_load(checkpoint["cfg"])
    document["MVIT"]["EMBED_DIM"] = 96
    checkpoint["cfg"] = yaml.safe_dump(document)
    with pytest.raises(ArchitectureError, match="embed_dim is 96 there and 8 in the weights"):
        load_model(saved(checkpoint))


def test_a_kernel_that_contradicts_the_weights_names_both_shapes(saved: Callable, checkpoint):
    document = yaml.safe_load(checkpoint["cfg"])
    document["MVIT"]["POOL_KVQ_KERNEL"] = [3, 5, 5]
    with pytest.raises(
        ArchitectureError, match=r"\(8, 1, 3, 3, 3\) in the file, \(8, 1, 3, 5, 5\)"
    ):
        load_model(saved(checkpoint), config=document)


@pytest.mark.parametrize(
    ("option", "value", "says"),
    [
        (
            "POOL_Q_STRIDE",
            [[1, 1, 2, 2], [3, 1, 2, 2]],
            r"blocks\.0\.attn\.pool_q.* block 0 with .*stride_q=none there",
        ),
        ("MODE", "max", r"attn\.pool_q\.weight.* mode='max'"),
        ("CLS_EMBED_ON", False, r"cls_token, which has_cls_embed=False"),
        ("REL_POS_SPATIAL", False, r"rel_pos_h.* rel_pos_spatial=False"),
        ("REL_POS_TEMPORAL", False, r"rel_pos_t.* rel_pos_temporal=False"),
    ],
)
def test_a_configuration_that_leaves_attention_weights_unused_is_refused(
    option: str, value: object, says: str, saved: Callable, checkpoint, config
):
    document = cfg(config)
    document["MVIT"][option] = value
    with pytest.raises(ArchitectureError, match=f"the weights disagree: .*{says}"):
        load_model(saved({**checkpoint, "cfg": yaml.safe_dump(document)}))


def test_positions_that_a_configuration_leaves_out_are_refused(saved: Callable):
    config = tiny_v1()
    document = cfg(config)
    document["MVIT"]["USE_ABS_POS"] = False
    with pytest.raises(ArchitectureError, match=r"pos_embed_spatial.* use_abs_pos=False"):
        load_model(saved(MViT(config).state_dict()), config=document)


def test_the_weights_tell_how_many_classes_there_are(saved: Callable, checkpoint, config):
    loaded = load_model(saved(checkpoint), config=cfg(replace(config, num_classes=400)))
    assert loaded.config.num_classes == 7
    assert any("400 classes, the weights have 7" in w for w in loaded.report.warnings)


@pytest.mark.parametrize("said", [True, False])
def test_the_weights_tell_how_queries_are_stored(said: bool, saved: Callable, clip):
    config = tiny(separate_qkv=not said)
    model = weights(MViT(config)).eval()
    loaded = load_model(saved(model.state_dict()), config=cfg(tiny(separate_qkv=said)))
    with torch.no_grad():
        assert torch.equal(loaded.model(clip), model(clip))


def test_weights_of_2021_lack_the_pools_of_the_last_stage(saved: Callable):
    config = tiny_v1()
    last = replace(config.blocks[3], kernel_kv=(), stride_kv=())
    old = replace(config, blocks=(*config.blocks[:3], last), pool_norm_eps=1e-5)
    loaded = load_model(saved(MViT(old).state_dict()), config=cfg(config))
    assert loaded.config == old
    assert any("weights of 2021" in warning for warning in loaded.report.warnings)


def test_a_legacy_list_of_the_wrong_length_is_refused(saved: Callable, model):
    mvit = {"POOL_KV_KERNEL": [[3, 3, 3]], "POOL_KV_STRIDE": [[1, 2, 2]], "DEPTH": 4}
    with pytest.raises(ArchitectureError, match="POOL_KV_KERNEL has 1 entries for 4 blocks"):
        load_model(saved(model.state_dict()), config={"MVIT": mvit})


def test_missing_attention_weights_are_refused_by_name(saved: Callable, checkpoint):
    for part in ("weight", "bias"):
        del checkpoint["model_state"][f"blocks.2.attn.qkv.{part}"]
    with pytest.raises(WeightsError, match=r"lacks 2 weights .*blocks\.2\.attn\.qkv\.weight"):
        load_model(saved(checkpoint))


def test_a_file_without_a_classifier_shows_attention_alone(saved: Callable, checkpoint, clip):
    for part in ("weight", "bias"):
        del checkpoint["model_state"][f"head.projection.{part}"]
    loaded = load_model(saved(checkpoint))
    assert loaded.report.missing == ("head.projection.weight", "head.projection.bias")
    assert any("attention only" in warning for warning in loaded.report.warnings)
    with torch.no_grad():
        assert not loaded.model(clip).any()


def test_half_a_classifier_is_refused(saved: Callable, checkpoint):
    del checkpoint["model_state"]["head.projection.bias"]
    with pytest.raises(WeightsError, match=r"head\.projection\.bias"):
        load_model(saved(checkpoint))


def test_unexpected_weights_are_reported(saved: Callable, checkpoint, config):
    checkpoint["model_state"]["blocks.9.norm1.weight"] = torch.ones(8)
    loaded = load_model(saved(checkpoint))
    assert loaded.report.unexpected == ("blocks.9.norm1.weight",)
    assert loaded.config == config


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_weights_that_are_no_numbers_are_refused_by_name(value, saved: Callable, checkpoint):
    checkpoint["model_state"]["blocks.1.mlp.fc1.weight"][0, 0] = value
    with pytest.raises(WeightsError, match=r"NaN or infinite in blocks\.1\.mlp\.fc1\.weight"):
        load_model(saved(checkpoint))


def test_weights_whose_sum_overflows_are_numbers_all_the_same(saved: Callable, checkpoint):
    checkpoint["model_state"]["blocks.1.mlp.fc1.weight"].fill_(3e38)
    assert load_model(saved(checkpoint)).format == "pyslowfast"


def test_a_weight_that_does_not_fit_its_bias_is_refused(saved: Callable, checkpoint):
    state = checkpoint["model_state"]
    state["head.projection.weight"] = state["head.projection.weight"][:4]
    with pytest.raises(WeightsError, match=r"head\.projection\.weight has 4 rows .*\(7,\)"):
        load_model(saved(checkpoint))


@pytest.mark.parametrize(
    "name", ["patch_embed.proj.weight", "blocks.1.norm1.weight", "blocks.0.attn.rel_pos_h"]
)
def test_a_weight_without_axes_is_refused(name: str, saved: Callable, checkpoint):
    checkpoint["model_state"][name] = torch.tensor(1.0)
    with pytest.raises(ArchitectureError, match="disagree"):
        load_model(saved(checkpoint))


def test_another_network_is_refused(saved: Callable):
    state = {"s1.pathway0_stem.conv.weight": torch.ones(4, 3, 1, 7, 7)}
    with pytest.raises(ArchitectureError, match=r"is not an MViT: its weights are s1\.pathway0"):
        load_model(saved({"model_state": state}))


def test_reversible_layers_without_a_patch_embedding_are_refused(saved: Callable):
    state = {"rev_backbone.layers.0.F.attn.q.weight": torch.ones(8, 8)}
    with pytest.raises(ArchitectureError, match="is not an MViT"):
        load_model(saved({"model_state": state}))


def test_blocks_without_a_patch_embedding_are_refused(saved: Callable, model, config):
    state = {n.replace("patch_embed.proj", "stem"): v for n, v in model.state_dict().items()}
    with pytest.raises(ArchitectureError, match="is not an MViT"):
        load_model(saved(state), config=cfg(config))


@pytest.mark.parametrize("device", ["warp", "meta", "cuda:99", "xpu"])
def test_a_device_that_is_not_there_is_refused(device: str, saved: Callable, checkpoint):
    with pytest.raises(CheckpointError, match=f"device {device} is not available"):
        load_model(saved(checkpoint), device=device)


def test_a_device_that_is_no_name_is_refused(saved: Callable, checkpoint):
    with pytest.raises(CheckpointError, match="device is of type NoneType; give auto"):
        load_model(saved(checkpoint), device=None)


def test_a_detection_model_is_told(saved: Callable, checkpoint, config):
    loaded = load_model(saved(checkpoint), config={**cfg(config), "DETECTION": {"ENABLE": True}})
    assert any("reads regions" in warning for warning in loaded.report.warnings)


def test_mmengine_text_inside_a_file_is_read_without_running_it():
    text = "x = open('f')\nmodel = dict(type='Recognizer3D', backbone=dict(a=(1, -2), b={'c': x}))"
    from mvit_core.checkpoint.configuration import parse

    assert parse(text)["model"] == {
        "type": "Recognizer3D",
        "backbone": {"a": [1, -2], "b": {"c": None}},
    }


def test_a_report_reads_well(saved: Callable, checkpoint):
    checkpoint["model_state"]["blocks.9.norm1.weight"] = torch.ones(8)
    lines = str(load_model(saved(checkpoint)).report).splitlines()
    assert lines[0] == "format: pyslowfast"
    assert lines[1] == "architecture from: the configuration inside the file"
    assert "unexpected: 1 (blocks.9.norm1.weight)" in lines
    assert "missing: none" in lines


def test_weights_of_a_reversible_network_are_refused_with_a_configuration_of_another(
    saved: Callable, model, config
):
    renamed = {
        re.sub(r"^blocks\.", "rev_backbone.layers.", name): value
        for name, value in model.state_dict().items()
    }
    says = "is not of a reversible network, the weights are"
    with pytest.raises(ArchitectureError, match=says):
        load_model(saved(renamed), config=config)
