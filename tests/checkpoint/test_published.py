"""Every published configuration builds the network that its code base counts."""

from functools import cache
from math import prod

import pytest
import torch

from mvit_core.checkpoint import FORMATS
from mvit_core.checkpoint.configuration import configure, parse
from mvit_core.checkpoint.evidence import empty_model
from mvit_core.model import PRESETS
from tests.checkpoint.published import PUBLISHED, Published


def built(published: Published) -> torch.nn.Module:
    return _built(published.format, published.name)


@cache
def _built(code_base: str, name: str) -> torch.nn.Module:
    published = next(p for p in PUBLISHED if (p.format, p.name) == (code_base, name))
    setup = configure(parse(published.configuration), FORMATS[published.format])
    return empty_model(setup.architecture)


def count(model: torch.nn.Module) -> int:
    return sum(parameter.numel() for parameter in model.parameters())


@pytest.mark.parametrize("published", PUBLISHED, ids=lambda p: f"{p.format}-{p.name}")
def test_a_published_configuration_builds_the_network_that_was_counted(published: Published):
    model = built(published)
    assert model.config.family == published.family
    if published.exact is not None:
        assert count(model) == published.exact
    if published.millions is not None:
        step = 0.1 if isinstance(published.millions, float) else 1.0  # of the last digit printed
        assert abs(count(model) / 1e6 - published.millions) < step


@pytest.mark.parametrize(
    "published", [p for p in PUBLISHED if p.family == "pretraining"], ids=lambda p: p.name
)
def test_an_encoder_is_its_classifier_without_what_predicts(published: Published):
    """Counted by hand: upstream's class is the classifier less norm and head (MAE keeps a norm)."""
    encoder = built(published)
    classifier = {
        **published.configuration,
        "MASK": {"ENABLE": False},
        "MODEL": {"NUM_CLASSES": 400},
    }
    whole = empty_model(configure(parse(classifier), FORMATS["pyslowfast"]).architecture)
    dim = encoder.config.head_dim
    norm = 0 if encoder.config.autoencoder else 2 * dim
    assert count(encoder) == count(whole) - norm - (400 * dim + 400)


def test_a_detector_with_memory_counts_its_trunk_its_boxes_and_its_classes():
    """MeMViT prints no count: pool-first projections see each block's own input."""
    published = next(p for p in PUBLISHED if p.name == "AVA/MeMViT_16_K400")
    model = built(published)
    block = model.box_blocks[0]
    dim = model.config.head_dim
    assert count(block) == 12 * dim * dim + 13 * dim
    assert count(model.head) == 80 * dim + 80
    trunk = count(model) - count(block) - count(model.head)
    fused = next(p for p in PUBLISHED if p.name == "Kinetics/MVITv2_S_16x4")
    classes = 400 * dim + 400
    narrower = sum(
        3 * (27 + 2) * (96 - b.dim // b.num_heads)
        for b in model.config.blocks
        if b.dim != b.dim_out
    )
    assert trunk == count(built(fused)) - classes - narrower


def test_presets_are_among_the_published_or_their_relatives():
    counts = {count(built(published)) for published in PUBLISHED}
    known = {name for name, config in PRESETS.items() if count(empty_model(config)) in counts}
    assert {
        "mvit_v2_s_16x4", "mvit_v2_b_32x3", "mvit_v2_l_40x3", "mvit_v2_s_16x4_mlp",
        "mvit_v2_l_16x4_mlp", "mvit_v2_s_16x4_maskfeat", "mvit_v2_l_16x4_maskfeat", "vit_h_16x4",
        "vit_b_image", "vit_l_image", "rev_mvit_b_16x4", "rev_mvit_b_image", "rev_vit_s_image",
        "rev_vit_b_image",
    } <= known  # fmt: skip


def test_a_plain_vit_has_as_many_parameters_as_arithmetic_says():
    published = next(p for p in PUBLISHED if p.name == "masked_ssl/k400_VIT_H_16x4_FT")
    dim, depth = 1280, 32
    patches = prod((2, 16, 16)) * 3 * dim + dim
    positions = 14 * 14 * dim + 8 * dim + dim  # space, time, class
    blocks = depth * (12 * dim * dim + 13 * dim)
    assert count(built(published)) == patches + positions + dim + blocks + 2 * dim + (
        400 * dim + 400
    )
