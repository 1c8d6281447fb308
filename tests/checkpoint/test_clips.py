"""The preprocessing that each format's models were trained with."""

from collections.abc import Callable

import pytest

from mvit_core import load_model
from mvit_core.checkpoint import FORMATS
from mvit_core.model import PRESETS
from tests.checkpoint.tiny import cfg

KINETICS = ((0.45, 0.45, 0.45), (0.225, 0.225, 0.225))
IMAGENET = ((0.485, 0.456, 0.406), (0.229, 0.224, 0.225))


@pytest.mark.parametrize(
    ("name", "preset", "short_side", "colours", "sampling"),
    [
        ("pyslowfast", "mvit_v2_s_16x4", 256, KINETICS, "linspace"),
        ("pyslowfast", "mvit_v2_l_40x3", 312, IMAGENET, "linspace"),
        ("torchvision", "mvit_v1_b_16x4", 256, KINETICS, "linspace"),
        ("pytorchvideo", "mvit_v1_b_32x3_d16", 256, KINETICS, "linspace"),
        ("mmaction2", "mvit_v2_s_16x4", 224, KINETICS, "stride"),
    ],
)
def test_published_video_models(name, preset, short_side, colours, sampling):
    spec = FORMATS[name].clip(PRESETS[preset])
    assert (spec.short_side, spec.sampling) == (short_side, sampling)
    assert (spec.mean, spec.std) == (pytest.approx(colours[0]), pytest.approx(colours[1]))
    assert (spec.interpolation, spec.antialias) == ("bilinear", False)
    assert spec.frames == PRESETS[preset].input_shape[0]
    assert spec.rate == (4.0 if spec.frames == 16 else 3.0)


@pytest.mark.parametrize(
    ("name", "short_side"), [("facebook_mvit", 256), ("pyslowfast", 256), ("timm", 248)]
)
def test_published_image_models(name, short_side):
    spec = FORMATS[name].clip(PRESETS["mvit_v2_s_image"])
    assert (spec.frames, spec.size, spec.short_side) == (1, 224, short_side)
    assert (spec.mean, spec.std) == IMAGENET
    assert (spec.interpolation, spec.antialias) == ("bicubic", True)


@pytest.mark.parametrize(
    ("sections", "short_side", "sampling", "reversed_channels"),
    [
        ({"TEST": {"NUM_SPATIAL_CROPS": 1}}, 256, "linspace", False),
        ({"TEST": {"NUM_SPATIAL_CROPS": 3}}, 32, "linspace", False),
        ({"TEST": {"DATASET": "ssv2"}}, 32, "segments", True),
    ],
)
def test_pyslowfast_says_how_it_tests(
    sections, short_side, sampling, reversed_channels, saved: Callable, checkpoint, config
):
    spec = load_model(saved(checkpoint), config={**cfg(config), **sections}).clip_spec
    assert (spec.short_side, spec.sampling) == (short_side, sampling)
    assert spec.reverse_channels == reversed_channels


@pytest.mark.parametrize(("dataset", "expected"), [("ssv2", False), ("kinetics", True)])
def test_reversed_channels_mean_rgb_where_frames_come_blue_first(
    dataset, expected, saved: Callable, checkpoint, config
):
    document = cfg(config)
    document["DATA"]["REVERSE_INPUT_CHANNEL"] = True
    document["TEST"] = {"DATASET": dataset}
    loaded = load_model(saved(checkpoint), config=document)
    assert loaded.clip_spec.reverse_channels == expected
