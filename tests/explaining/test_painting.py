"""Tubes painted on what a model sees: where they lie, and what covers them."""

import numpy as np
import pytest
import torch

from mvit_core.errors import ClipError
from mvit_core.explaining import BASELINES, Changes, HeadPlace
from mvit_core.explaining.painting import TUBE_KINDS, Tube, check_tubes, covered, painted
from mvit_core.pipeline import MapSpec
from mvit_core.video import Clip, ClipSpec, ClipWindow, read_clip
from mvit_core.video.boxes import Box
from mvit_core.video.transform import transform

FRAMES = (3, 9, 15, 21)

SPECS = {
    "as it is": ((32, 32), {"size": 32, "short_side": 32}),
    "smaller": ((100, 70), {"size": 32, "short_side": 40}),
    "larger": ((30, 20), {"size": 48, "short_side": 60}),
    "upright": ((50, 90), {"size": 32, "short_side": 37}),
    "cut on one side alone": ((64, 32), {"size": 32, "short_side": 32}),
    "one picture": ((41, 33), {"size": 24, "short_side": 28, "frames": 1}),
}


def given(source, crop="centre", frames=4, **spec):
    """An input whose red tells the column of the frame, whose green the row."""
    width, height = source
    shown = FRAMES[:frames]
    pictures = np.zeros((frames, height, width, 3), np.uint8)
    pictures[..., 0], pictures[..., 1] = np.arange(width), np.arange(height)[:, None]
    pictures[..., 2] = np.arange(frames)[:, None, None] * 40
    clip = Clip(pictures, np.arange(frames) / 5, shown, ClipWindow(0, 0, 24, shown))
    return transform(clip, ClipSpec(frames=frames, **spec), crop)


def seen(made, channel):
    """Values of a channel as they were in the file."""
    return ((made.tensor[0, channel] * 0.225 + 0.45) * 255).numpy()


@pytest.mark.parametrize("crop", ["centre", "start", "end"])
@pytest.mark.parametrize(("size", "spec"), SPECS.values(), ids=SPECS)
def test_a_tube_covers_the_pixels_of_the_input_that_show_its_box(size, spec, crop):
    made = given(size, crop, **spec)
    width, height = size
    box = Box(0.31 * width, 0.22 * height, 0.74 * width, 0.63 * height)
    found = covered(Tube("mean", box, 3, 15), made.pixel_map, made.frame_indices)
    x, y = seen(made, 0) + 0.5, seen(made, 1) + 0.5
    inside = (box.left <= x) & (x < box.right) & (box.top <= y) & (y < box.bottom)
    inside &= np.array([frame <= 15 for frame in made.frame_indices])[:, None, None]
    np.testing.assert_array_equal(found, inside)
    assert found.any()


def test_boxes_side_by_side_cover_each_pixel_once():
    made = given((100, 70), size=32, short_side=40)
    halves = (Box(0, 0, 41, 70), Box(41, 0, 100, 70))
    masks = [covered(Tube("mean", b, 0, 30), made.pixel_map, made.frame_indices) for b in halves]
    assert (masks[0] ^ masks[1]).all()


@pytest.fixture
def made():
    torch.manual_seed(0)
    return given((40, 40), size=32, short_side=32)


def tube(what, box=(8, 8, 24, 24), first=4, last=20):
    return Tube(what, Box(*box), first, last)


def test_no_tubes_leave_the_input_itself(made):
    assert painted(made, ()) is made


@pytest.mark.parametrize("what", ["mean", "blur"])
def test_a_tube_shows_the_baseline_and_the_rest_stays_bit_for_bit(made, what):
    changed = painted(made, [tube(what)])
    inside = torch.from_numpy(covered(tube(what), made.pixel_map, FRAMES)).expand(1, 3, -1, -1, -1)
    cover = BASELINES[what].clip(made.tensor, 1)
    assert torch.equal(changed.tensor[inside], cover[inside])
    assert torch.equal(changed.tensor[~inside], made.tensor[~inside])
    assert not torch.equal(changed.tensor, made.tensor)
    assert (changed.pixel_map, changed.frame_indices) == (made.pixel_map, made.frame_indices)


def test_a_frozen_tube_keeps_the_first_frame_of_its_span_that_the_input_shows(made):
    changed = painted(made, [tube("freeze")]).tensor
    y, x = slice(7, 19), slice(7, 19)  # 8 to 24 of 40 pixels on 32
    for t in (1, 2):
        assert torch.equal(changed[0, :, t, y, x], made.tensor[0, :, 1, y, x])
    for t in (0, 3):
        assert torch.equal(changed[0, :, t], made.tensor[0, :, t])
    assert not torch.equal(changed, made.tensor)


def test_the_whole_picture_kept_alone_is_the_input_bit_for_bit(made):
    assert torch.equal(painted(made, [tube("keep", (0, 0, 40, 40), 0, 99)]).tensor, made.tensor)


def test_outside_of_what_is_kept_alone_nothing_is_left_whatever_else_is_done_there(made):
    kept = [tube("keep", (0, 0, 16, 40)), tube("keep", (24, 0, 40, 40))]
    changed = painted(made, [kept[0], tube("blur", (0, 0, 40, 40)), kept[1]]).tensor
    inside = np.logical_or(*(covered(each, made.pixel_map, FRAMES) for each in kept))
    inside = torch.from_numpy(inside).expand(1, 3, -1, -1, -1)
    mean = made.tensor.mean(dim=(2, 3, 4), keepdim=True).expand_as(made.tensor)
    assert torch.equal(changed[~inside], mean[~inside])
    assert torch.equal(changed[inside], BASELINES["blur"].clip(made.tensor, 1)[inside])


def test_where_tubes_overlap_the_later_covers_what_the_clip_showed(made):
    blurred = painted(made, [tube("mean"), tube("blur")]).tensor
    assert torch.equal(blurred, painted(made, [tube("blur")]).tensor)
    erased = painted(made, [tube("blur"), tube("mean")]).tensor
    assert torch.equal(erased, painted(made, [tube("mean")]).tensor)


@pytest.mark.parametrize("what", [what for what in TUBE_KINDS if what != "keep"])
@pytest.mark.parametrize("where", ["beside the crop", "other frames", "between samples"])
def test_what_the_model_does_not_see_changes_nothing(what, where):
    wide = given((80, 40), size=32, short_side=32)
    box, frames = {
        "beside the crop": ((0, 0, 18, 40), (0, 30)),
        "other frames": ((20, 0, 60, 40), (22, 30)),
        "between samples": ((20, 0, 60, 40), (4, 8)),
    }[where]
    assert torch.equal(painted(wide, [tube(what, box, *frames)]).tensor, wide.tensor)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (lambda: Tube("hide", Box(0, 0, 4, 4), 0, 3), r"a tube is mean, blur.*got 'hide'"),
        (lambda: Tube("mean", Box(0, 0, float("inf"), 4), 0, 3), "edges of a tube are numbers"),
        (lambda: Tube("mean", Box(4, 0, 4, 4), 0, 3), "left lies left of right"),
        (lambda: tube("mean", first=5, last=4), "frames 5 to 4; the first is at least 0"),
        (lambda: tube("mean", first=-1, last=4), "frames -1 to 4; the first is at least 0"),
        (lambda: check_tubes([tube("mean")], (20, 30), 99), r"tube 1 reaches.*has 20x30 pixels"),
        (lambda: check_tubes([tube("mean")], (40, 40), 20), "spans frames 4 to 20.*frames 0 to 19"),
    ],
)
def test_what_is_no_tube_of_a_clip_is_refused_in_words(make, reason):
    with pytest.raises(ClipError, match=reason):
        make()


# On the path from a clip to its maps.


def with_tubes(explainer, *tubes):
    return explainer.with_changes(Changes(tubes=tubes))


def test_a_painted_window_is_run_with_its_tubes_and_a_kept_picture_is_the_plain_run(
    explainer, video
):
    window = explainer.windows(video)[1]
    plain = explainer.capture(video, window)
    kept = with_tubes(explainer, Tube("keep", Box(0, 0, 192, 108), 0, 39)).capture(video, window)
    assert torch.equal(kept.record.logits, plain.record.logits)
    erase = Tube("mean", Box(60, 20, 120, 90), 0, 39)
    erasing = with_tubes(explainer, erase)
    erased = erasing.capture(video, window)
    given = painted(transform(read_clip(video, window), explainer.loaded.clip_spec), [erase])
    with torch.no_grad():
        assert torch.equal(erased.record.logits, explainer.loaded.model(given.tensor))
    subject = erasing.subject(video, erased)
    assert torch.equal(subject.clip, given.tensor)
    assert torch.equal(subject.run.logits, erased.record.logits)
    assert erased.changes == Changes(tubes=(erase,))
    assert explainer.capture(video, window) is plain
    assert explainer.subject(video, plain).clip is not subject.clip


def test_maps_and_evidence_of_a_painted_window_are_its_own(explainer, video):
    window = explainer.windows(video)[0]
    erasing = with_tubes(explainer, Tube("mean", Box(60, 20, 120, 90), 0, 39))
    for spec in (MapSpec(block=3), MapSpec(method="gradient_attention", target=3)):
        plain, erased = (each.explain(video, window, spec) for each in (explainer, erasing))
        assert not np.array_equal(plain.saliency.values, erased.saliency.values)
        again = explainer.explain(video, window, spec)
        np.testing.assert_array_equal(again.saliency.values, plain.saliency.values)


def test_what_stands_for_a_head_is_of_the_clip_as_it_is(explainer, video):
    """A painted window that is run first teaches no mean."""
    tube, off = Tube("mean", Box(0, 0, 192, 108), 0, 39), (HeadPlace(3, 1),)
    window = explainer.windows(video)[0]
    fresh = explainer.with_model(explainer.loaded)
    with_tubes(explainer, tube).capture(video, window)
    logits = [
        each.with_changes(Changes(off)).capture(video, window).record.logits
        for each in (explainer, fresh)
    ]
    assert torch.equal(*logits)
    both = explainer.with_changes(Changes(off, tubes=(tube,))).capture(video, window)
    assert not torch.equal(both.record.logits, logits[0])


def test_a_tube_beyond_the_clip_is_refused_where_it_is_run(explainer, video):
    beyond = with_tubes(explainer, Tube("mean", Box(0, 0, 193, 9), 0, 3))
    with pytest.raises(ClipError, match="the picture has 192x108 pixels"):
        beyond.capture(video, explainer.windows(video)[0])


def test_changes_are_said_in_captions_and_in_files():
    changes = Changes((HeadPlace(2, 1),), "zero", tubes=(tube("mean"), tube("keep"), tube("mean")))
    assert changes.words == "heads off: 2/1; erased: 2 tubes; kept alone: 1 tube"
    assert changes.facts["tubes"][0] == {
        "what": "mean", "box": [8.0, 8.0, 24.0, 24.0], "first": 4, "last": 20,
    }  # fmt: skip
    alone = Changes(tubes=(tube("blur"),))
    assert alone
    assert alone.words == "blurred: 1 tube"
    assert set(alone.facts) == {"tubes"}
    assert alone != Changes(tubes=(tube("mean"),))
