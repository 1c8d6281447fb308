"""Configurations as people keep them: literals, bases, hidden places, options of other codes."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from mvit_core import load_model
from mvit_core.checkpoint.configuration import parse
from mvit_core.checkpoint.python_config import read_python
from mvit_core.checkpoint.yacs import decoded
from mvit_core.errors import ArchitectureError
from tests.checkpoint.tiny import cfg, cfg_text, tiny
from tests.checkpoint.upstreams import as_mmaction2


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("(3, 7, 7)", (3, 7, 7)),
        ("1e-6", 1e-6),
        ("None", None),
        ("[[1, 2.0]]", [[1, 2.0]]),
        ("layernorm", "layernorm"),
        ("__import__('os').getcwd()", "__import__('os').getcwd()"),
        ("(" * 300, "(" * 300),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_texts_that_spell_a_literal_are_that_literal_and_nothing_is_run(text: str, value: Any):
    assert decoded({"A": {"B": text}}) == {"A": {"B": value}}


def test_a_published_file_with_tuples_as_texts_builds_the_same_network(saved: Callable, config):
    plain = cfg(config)
    texts = {**plain, "MVIT": plain["MVIT"] | {"PATCH_KERNEL": "(3, 7, 7)", "EMBED_DIM": "8"}}
    assert parse(yaml.safe_dump(texts))["MVIT"]["PATCH_KERNEL"] == (3, 7, 7)
    assert parse(texts)["MVIT"]["EMBED_DIM"] == 8


@pytest.mark.parametrize(
    ("name", "value"),
    [("CAUSAL", True), ("FRAME_LEVEL", True), ("Q_POOL_RESIDUAL", True), ("Q_POOL_ALL", 1),
     ("POOL_SKIP_USE_CONV", True), ("CHANNEL_EXPAND_FRONT", True), ("WINDOW_SIZE", [7, 7])],
)  # fmt: skip
def test_an_option_of_another_code_base_is_refused_by_its_name(
    name: str, value: Any, saved: Callable, model, config
):
    given = cfg(config)
    given["MVIT"][name] = value
    with pytest.raises(ArchitectureError, match=rf"MVIT\.{name} = "):
        load_model(saved(model.state_dict()), config=given)


def test_an_option_of_another_code_base_that_is_switched_off_is_harmless(
    saved: Callable, model, config
):
    given = cfg(config)
    given["MVIT"] |= {"CAUSAL": False, "WINDOW": [], "SPLIT": 0, "NAME": "", "DROPQKV_RATE": 0.3}
    assert load_model(saved(model.state_dict()), config=given).config == config


def test_queries_that_are_added_are_residual_pooling_by_another_name(
    saved: Callable, model, config
):
    given = cfg(config)
    del given["MVIT"]["RESIDUAL_POOLING"]
    given["MVIT"]["CONV_Q"] = 1
    assert load_model(saved(model.state_dict()), config=given).config == config


def test_means_for_255_are_used_as_stated_and_the_scaled_ones_offered(
    saved: Callable, checkpoint, config
):
    given = cfg(config)
    given["DATA"] |= {"MEAN": [114.75] * 3, "STD": [57.375] * 3}
    loaded = load_model(saved(checkpoint), config=given)
    assert loaded.clip_spec.mean == (114.75,) * 3
    (warning,) = [w for w in loaded.report.warnings if "DATA.MEAN" in w]
    assert "114.8" in warning
    assert "set 0.45, 0.45, 0.45" in warning


# Places where a configuration hides.


@pytest.mark.parametrize(
    "hide",
    [
        lambda text: {"hyper_parameters": {"cfg": yaml.safe_load(text)}},
        lambda text: {"hyper_parameters": yaml.safe_load(text)},
        lambda text: {"config": text},
        lambda text: {"meta": {"cfg": text}},
        lambda text: {"args": {"lr": 0.1}, "config": yaml.safe_load(text)},
    ],
)
def test_a_hidden_configuration_is_found(hide: Callable, saved: Callable, model, config):
    loaded = load_model(saved({"model_state": model.state_dict(), **hide(cfg_text(config))}))
    assert loaded.report.decided_from == "the configuration inside the file"
    assert loaded.config == config


def test_a_trainers_own_arguments_are_no_configuration(saved: Callable, checkpoint, config):
    checkpoint["args"] = {"lr": 0.1, "cfg": "configs/mvit.yaml"}
    assert load_model(saved(checkpoint)).config == config


def test_a_configuration_begins_with_the_file_of_its_folder_that_it_names(tmp_path: Path, config):
    base = cfg(config)
    (tmp_path / "base.yaml").write_text(yaml.safe_dump(base))
    (tmp_path / "own.yaml").write_text("_BASE_: base.yaml\nMODEL:\n  NUM_CLASSES: 3\n")
    parsed = parse(tmp_path / "own.yaml")
    assert parsed["MODEL"]["NUM_CLASSES"] == 3
    assert parsed["MVIT"]["DEPTH"] == 4


@pytest.mark.parametrize("name", ["../base.yaml", "/etc/hostname", "sub/../../base.yaml", 3])
def test_a_base_outside_the_folder_is_never_read(name: Any, tmp_path: Path):
    (tmp_path / "base.yaml").write_text("MVIT: {DEPTH: 4}")
    folder = tmp_path / "inner"
    folder.mkdir()
    (folder / "own.yaml").write_text(yaml.safe_dump({"_BASE_": name, "MVIT": {}}))
    with pytest.raises(ArchitectureError, match="only files in its own folder"):
        parse(folder / "own.yaml")


def test_bases_that_name_each_other_are_refused(tmp_path: Path):
    (tmp_path / "a.yaml").write_text("_BASE_: b.yaml\n")
    (tmp_path / "b.yaml").write_text("_BASE_: a.yaml\n")
    with pytest.raises(ArchitectureError, match="each other's base"):
        parse(tmp_path / "a.yaml")


def test_a_text_that_names_a_base_is_refused_for_nothing_lies_beside_it():
    with pytest.raises(ArchitectureError, match="not at hand"):
        parse("_BASE_: base.yaml\nMVIT: {DEPTH: 4}\n")


# Python configurations of mmengine.

MODEL = """
_base_ = ['../_base_/models/mvit.py', '../_base_/default_runtime.py']
rate = 4
model = dict(
    backbone=dict(temporal_size=rate, spatial_size=32, _scope_='mmaction'),
    cls_head=dict(num_classes=7, **extra))
open('/nowhere', 'w')
"""
BASE = """
arch = {'embed_dims': 8, 'num_layers': 4, 'num_heads': 1, 'downscale_indices': [1, 3]}
extra = dict(type='MViTHead')
model = dict(
    type='Recognizer3D',
    backbone=dict(type='MViT', arch=arch, adaptive_kv_stride=(1, 2 + 2, 2 * 2)),
    cls_head=dict(num_classes=400))
"""


@pytest.fixture
def config_tree(tmp_path: Path) -> Path:
    (tmp_path / "_base_" / "models").mkdir(parents=True)
    (tmp_path / "_base_" / "models" / "mvit.py").write_text(BASE)
    (tmp_path / "mvit").mkdir()
    path = tmp_path / "mvit" / "own.py"
    path.write_text(MODEL)
    return path


def test_a_python_configuration_with_bases_is_read_as_data(
    config_tree: Path, saved: Callable, model, config
):
    state, _ = as_mmaction2(model.state_dict(), config)
    assert load_model(saved(state), config=config_tree).config == config


def test_a_missing_base_of_the_model_is_named(config_tree: Path):
    (config_tree.parent.parent / "_base_" / "models" / "mvit.py").unlink()
    with pytest.raises(ArchitectureError, match=r"models/mvit\.py, which is not there"):
        parse(config_tree)


def test_a_section_that_is_deleted_is_replaced(config_tree: Path):
    config_tree.write_text(
        MODEL.replace("backbone=dict(", "backbone=dict(_delete_=True, type='MViT', ")
    )
    assert "arch" not in parse(config_tree)["model"]["backbone"]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("a = 3\nb = [a, a * 2, -a]", {"a": 3, "b": [3, 6, -3]}),
        ("a = dict(b=1)\nc = dict(**a, d=2)", {"a": {"b": 1}, "c": {"b": 1, "d": 2}}),
        ("a = dict(b=dict(c=5))\nd = a['b']['c']", {"a": {"b": {"c": 5}}, "d": 5}),
        ("a = dict()\na['b'] = 4", {"a": {"b": 4}}),
        (
            "a = open('x')\nb = lambda: 1\nc = [i for i in (1, 2)]",
            {"a": None, "b": None, "c": None},
        ),
        ("a = 10 ** 10 ** 10", {"a": None}),
        ("a = 'x' * 10", {"a": None}),
        ("a = 1 / 0", {"a": None}),
        ("import os\nos.remove('x')", None),
        ("MVIT:\n  DEPTH: 4", None),
    ],
)
def test_python_texts_give_values_and_are_never_run(text: str, values: dict[str, Any] | None):
    assert read_python(text) == values


def test_python_files_that_name_each_other_are_refused(tmp_path: Path):
    (tmp_path / "a.py").write_text("_base_ = 'a.py'\nmodel = dict()")
    with pytest.raises(ArchitectureError, match="name each other"):
        parse(tmp_path / "a.py")


def test_a_python_file_with_a_fault_is_refused(tmp_path: Path):
    (tmp_path / "a.py").write_text("model = dict(")
    with pytest.raises(ArchitectureError, match="is not a Python configuration"):
        parse(tmp_path / "a.py")


def test_rows_of_three_tell_the_other_projects_dialect(saved: Callable):
    from mvit_core.checkpoint.configuration import configure
    from mvit_core.checkpoint.formats import FORMATS

    rows = [[i, 1, 1] for i in range(4)]
    setup = configure({"MVIT": {"DEPTH": 4, "POOL_Q_STRIDE": rows}}, FORMATS["pyslowfast"])
    assert setup.architecture.patch_2d
    assert not setup.architecture.has_cls_embed
    assert tiny().has_cls_embed
