"""The tensor equals the reference's, and its pixels lie on the source where the map says."""

import math

import numpy as np
import pytest
import torch

from mvit_core.errors import ClipError
from mvit_core.video import Clip, ClipSpec, ClipWindow
from mvit_core.video.transform import pixel_map_for, transform

SIZES = [(340, 256), (256, 340), (320, 240), (1920, 1080), (100, 70), (71, 333), (224, 224)]


def clip_of(frames):
    count = len(frames)
    window = ClipWindow(0, 0, count, tuple(range(count)))
    return Clip(np.stack(frames), np.arange(count) / 30, tuple(range(count)), window)


def noise(size, count=2):
    rng = np.random.default_rng(5)
    shape = (count, size[1], size[0], 3)
    return clip_of(list(rng.integers(0, 256, shape, dtype=np.uint8)))


def reference(frames, spec):
    """The published test path, written down once more in its own order of steps."""
    video = torch.tensor(frames).float() / 255.0
    video = (video - torch.tensor(spec.mean)) / torch.tensor(spec.std)
    video = video.permute(3, 0, 1, 2)
    height, width = video.shape[2:]
    side = spec.short_side
    if width < height:
        shape = (math.floor((float(height) / width) * side), side)
    else:
        shape = (side, math.floor((float(width) / height) * side))
    video = torch.nn.functional.interpolate(video, size=shape, mode="bilinear", align_corners=False)
    top = math.ceil((shape[0] - spec.size) / 2)
    left = math.ceil((shape[1] - spec.size) / 2)
    return video[:, :, top : top + spec.size, left : left + spec.size].unsqueeze(0)


@pytest.mark.parametrize("size", SIZES)
def test_the_tensor_equals_the_reference(size):
    spec = ClipSpec(frames=2)
    clip = noise(size)
    made = transform(clip, spec)
    assert made.tensor.shape == (1, 3, 2, 224, 224)
    assert made.tensor.dtype == torch.float32
    torch.testing.assert_close(made.tensor, reference(clip.frames, spec), atol=2e-6, rtol=0)
    assert made.frame_indices == (0, 1)


@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize("place", [(111, 111), (60, 150), (170, 70)])
def test_a_bright_dot_lands_where_the_map_says(size, place):
    (width, height), spec = size, ClipSpec(frames=1, mean=(0, 0, 0), std=(1, 1, 1))
    sigma = min(width, height) / 25
    x, y = (round(v) for v in pixel_map_for(size, spec).to_source(*place))
    columns, rows = np.meshgrid(np.arange(width), np.arange(height))
    dot = 255 * np.exp(-((columns - x) ** 2 + (rows - y) ** 2) / (2 * sigma**2))
    clip = clip_of([np.repeat(dot[..., None], 3, axis=2).astype(np.uint8)])
    made = transform(clip, spec)
    seen = made.tensor[0, 0, 0].double()
    weights = torch.where(seen > 0.3, seen, 0.0)
    total, axis = weights.sum(), torch.arange(224.0, dtype=torch.float64)
    found_x = float((weights.sum(0) * axis).sum() / total)
    found_y = float((weights.sum(1) * axis).sum() / total)
    wanted = made.pixel_map.to_model(x, y)
    assert (found_x, found_y) == pytest.approx(wanted, abs=0.25)
    back = made.pixel_map.to_source(found_x, found_y)
    assert back == pytest.approx((x, y), abs=0.25 * max(made.pixel_map.scale))


def test_a_frame_of_the_right_size_is_only_cropped():
    clip = noise((340, 256))
    made = transform(clip, ClipSpec(frames=2, mean=(0, 0, 0), std=(1, 1, 1)))
    x, y = made.pixel_map.crop_offset
    assert (x, y) == (58, 16)
    wanted = torch.from_numpy(clip.frames[:, y : y + 224, x : x + 224].copy()).float() / 255
    assert torch.equal(made.tensor[0], wanted.permute(3, 0, 1, 2))


def test_the_long_side_is_rounded_down_and_the_offset_up():
    pixel_map = pixel_map_for((321, 240), ClipSpec())
    assert pixel_map.resized_size == (math.floor(321 / 240 * 256), 256) == (342, 256)
    assert pixel_map_for((341, 256), ClipSpec()).crop_offset == (59, 16)


def test_a_small_source_is_enlarged():
    assert pixel_map_for((96, 54), ClipSpec()).resized_size == (455, 256)


def test_a_crop_larger_than_the_resized_frame_is_refused():
    with pytest.raises(ClipError, match="crop of 312 pixels exceeds the short side of 256; set"):
        transform(noise((340, 256)), ClipSpec(frames=2, size=312))


def test_a_clip_of_another_length_is_refused():
    with pytest.raises(ClipError, match="the clip has 2 frames, the model wants 16"):
        transform(noise((340, 256)), ClipSpec())


def test_channels_are_normalised_one_by_one_and_may_be_reversed():
    frame = np.zeros((8, 8, 3), np.uint8)
    frame[...] = (255, 0, 51)
    options = {"frames": 1, "size": 8, "short_side": 8, "std": (1, 1, 1)}
    plain = transform(clip_of([frame]), ClipSpec(mean=(0.5, 0, 0), **options)).tensor
    turned = transform(clip_of([frame]), ClipSpec(mean=(0, 0, 0), reverse_channels=True, **options))
    assert plain[0, :, 0, 0, 0].tolist() == pytest.approx([0.5, 0, 0.2])
    assert turned.tensor[0, :, 0, 0, 0].tolist() == pytest.approx([0.2, 0, 1])


@pytest.mark.parametrize("interpolation", ["bilinear", "bicubic"])
@pytest.mark.parametrize("antialias", [False, True])
def test_interpolation_and_antialias_are_honoured(interpolation, antialias):
    spec = ClipSpec(
        frames=2, size=60, short_side=60, interpolation=interpolation, antialias=antialias
    )
    clip = noise((200, 120))
    scaled = (torch.tensor(clip.frames).float() / 255 - 0.45) / 0.225
    wanted = torch.nn.functional.interpolate(
        scaled.permute(0, 3, 1, 2),
        size=(60, 100),
        mode=interpolation,
        align_corners=False,
        antialias=antialias,
    )[..., 20:80]
    torch.testing.assert_close(
        transform(clip, spec).tensor[0], wanted.permute(1, 0, 2, 3), atol=5e-6, rtol=0
    )
