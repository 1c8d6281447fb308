"""Golden files that must be refused or flagged, each as its ``expect`` says."""

import os

import pytest
import torch

from mvit_core import capture, load_model
from mvit_core.errors import (
    ArchitectureError,
    CheckpointReadError,
    MvitError,
    WeightsError,
)

pytestmark = pytest.mark.golden

REFUSED: dict[str, tuple[type[MvitError], str]] = {
    "neg_cfg_contradiction": (ArchitectureError, "embed_dim is 96 there and 8 in the weights"),
    "neg_cfg_garbled": (ArchitectureError, "configuration is not YAML"),
    "neg_empty": (CheckpointReadError, "is empty"),
    "neg_html": (CheckpointReadError, "HTML page"),
    "neg_missing_keys": (WeightsError, r"blocks\.2\.attn\.rel_pos_h"),
    # The folder would load it with a warning; the issue refuses it by name, and it is followed.
    "neg_nan_weights": (WeightsError, r"blocks\.1\.mlp\.fc1\.weight"),
    "neg_not_mvit": (ArchitectureError, "is not an MViT"),
    "neg_shape_mismatch": (WeightsError, r"head\.projection\.weight has 4 rows"),
    "neg_truncated": (CheckpointReadError, "truncated"),
    "neg_unsafe_pickle": (CheckpointReadError, "nothing was executed"),
}


def only_file(folder):
    return next(path for path in folder.iterdir() if path.name != "case.json")


def test_every_negative_case_is_tried_here(goldens):
    found = {path.name for path in goldens.glob("neg_*")}
    assert found == {*REFUSED, "neg_extra_keys", "neg_reversible"}


@pytest.mark.parametrize("name", REFUSED)
def test_a_faulty_file_is_refused_in_one_line(name: str, goldens):
    kind, says = REFUSED[name]
    with pytest.raises(kind, match=says) as error:
        load_model(only_file(goldens / name))
    assert "\n" not in str(error.value)
    assert "MVIT_GOLDEN_UNSAFE" not in os.environ


def test_a_stray_weight_is_reported(goldens):
    loaded = load_model(only_file(goldens / "neg_extra_keys"))
    assert loaded.report.unexpected == ("blocks.9.norm1.weight",)


def test_a_reversible_network_that_was_refused_once_opens(goldens):
    loaded = load_model(only_file(goldens / "neg_reversible"))
    assert loaded.config.family == "reversible"
    assert any("layer 3" in warning for warning in loaded.report.warnings)
    record = capture(loaded.model, torch.zeros(1, 3, *loaded.config.input_shape))
    assert len(record.layers) == 4


def test_a_training_file_of_mmengine_needs_no_other_configuration(goldens):
    loaded = load_model(goldens / "mm_v2" / "epoch_200.pth")
    assert loaded.report.decided_from == "the configuration inside the file"
    assert any("HistoryBuffer" in warning for warning in loaded.report.warnings)
    assert loaded.clip_spec.sampling == "stride"
    assert loaded.clip_spec.mean == pytest.approx((0.45, 0.45, 0.45))
