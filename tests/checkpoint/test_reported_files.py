"""Checkpoints and class names rebuilt from public reports: each opens, or says what to choose."""

import pytest

from mvit_core import load_model
from mvit_core.checkpoint.labels import read_labels
from mvit_core.errors import SeveralNetworksError
from tests.conftest import SHARED

REPORTS = SHARED / "reports"
CHECKPOINTS, LABELS = REPORTS / "checkpoints", REPORTS / "labels"
pytestmark = pytest.mark.skipif(not REPORTS.is_dir(), reason="../shared/reports is not there")

OPEN = {
    "ema_only.pth": ("state_dict_ema", ""),
    "network.pth": ("network", ""),
    "hyper_cfg.pth": ("model_state", ""),
    "lightning_namespace.ckpt": ("state_dict", ""),
    "mean_255.pth": ("model_state", "114.8, 114.8, 114.8"),
    "verb_and_noun_heads.pth": ("model_state", "projection_verb (5 classes), projection_noun"),
}
"""Files that open: the entry that is read, and words of a warning."""


@pytest.mark.parametrize("name", OPEN)
def test_a_reported_checkpoint_opens_and_says_what_was_read(name):
    entry, words = OPEN[name]
    report = load_model(CHECKPOINTS / name).report
    assert report.weights == entry
    assert words in " ".join(report.warnings)
    assert report.missing == ()


def test_the_reported_configuration_is_that_of_the_others():
    own = load_model(CHECKPOINTS / "hyper_cfg.pth")
    given = load_model(CHECKPOINTS / "hyper_cfg.pth", config=CHECKPOINTS / "cfg.yaml")
    assert given.config == own.config
    assert given.report.missing == ()


def test_means_for_colours_to_255_are_told_in_both_scales():
    (warning,) = load_model(CHECKPOINTS / "mean_255.pth").report.warnings
    assert "114.8" in warning
    assert "0.45, 0.45, 0.45" in warning


@pytest.mark.parametrize("network", ["student", "teacher"])
def test_one_of_two_networks_is_chosen_by_name(network):
    path = CHECKPOINTS / "teacher_student.pth"
    with pytest.raises(SeveralNetworksError, match=r"student .*teacher .*choose one by its name"):
        load_model(path)
    assert load_model(path, weights=network).report.weights == network


@pytest.mark.parametrize(("head", "classes"), [("projection_verb", 5), ("projection_noun", 7)])
def test_one_of_two_heads_is_chosen_by_name(head, classes):
    loaded = load_model(CHECKPOINTS / "verb_and_noun_heads.pth", head=head)
    assert loaded.config.num_classes == classes


@pytest.mark.parametrize("name", sorted(p.name for p in LABELS.glob("*.*")) or ["none"])
def test_reported_class_names_come_without_numbers_dashes_and_headers(name):
    names = read_labels(LABELS / name)
    assert len(names) > 1
    for each in names:
        assert not each[:1].isdigit()
        assert each == each.strip(" -'\"")
        assert each.lower() not in ("class", "id", "key", "name", "classes")
