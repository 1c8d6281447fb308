"""When: shares of frames, and orders of frames."""

import pytest
import torch

from mvit_core.errors import Cancelled, CaptureError
from mvit_core.explaining import Subject, Target
from mvit_core.explaining.when import order_battery, temporal_evidence
from tests.core.test_capture import peaked
from tests.core.test_families import detector
from tests.explaining.test_methods import assert_untouched, of_config, state_of


@pytest.fixture
def clip():
    torch.manual_seed(1)
    return torch.randn(1, 3, 4, 32, 32)


@pytest.mark.parametrize("by_tubelet", [False, True])
@pytest.mark.parametrize("target", [Target(3), Target(3, 5)])
def test_frames_and_the_static_part_add_up_to_the_logit(clip, target, by_tubelet):
    model = peaked()
    before = state_of(model)
    found = temporal_evidence(Subject(model, clip), target, by_tubelet=by_tubelet)
    with torch.no_grad():
        logits = model(clip)[0]
        ends = [model(clip[:, :, [t] * 4])[0] for t in (0, 3)]
    value = [float(row[3] - (row[5] if target.against else 0)) for row in (logits, *ends)]
    assert found.total == pytest.approx(value[0], rel=1e-4)
    assert found.static == pytest.approx((value[1] + value[2]) / 2, rel=1e-3, abs=1e-4)
    assert found.error < 1e-4
    assert max(map(abs, found.shares)) > 0.01
    assert found.frames == (((0, 1), (2, 3)) if by_tubelet else ((0,), (1,), (2,), (3,)))
    assert_untouched(model, before)


def test_a_share_is_what_the_clip_gains_by_the_frame_from_both_ends(clip):
    model = peaked()
    found = temporal_evidence(Subject(model, clip), Target(3))

    def logit(times):
        with torch.no_grad():
            return float(model(clip[:, :, times])[0, 3])

    gained = logit([0, 1, 2, 2]) - logit([0, 1, 1, 1]), logit([2, 2, 2, 3]) - logit([3, 3, 3, 3])
    assert found.shares[2] == pytest.approx(sum(gained) / 2, abs=1e-4)


def test_a_clip_that_stands_still_has_no_when(clip):
    found = temporal_evidence(Subject(peaked(), clip[:, :, [2] * 4]), Target(3))
    assert found.shares == (0.0,) * 4
    assert found.static == pytest.approx(found.total)


def test_clips_run_together_say_what_they_say_alone(clip):
    for model in (peaked(), of_config(detector())):
        subject = Subject(model, clip)
        alone, together = (temporal_evidence(subject, Target(1), batch=batch) for batch in (1, 3))
        assert together.shares == pytest.approx(alone.shares, abs=1e-3)
        assert alone.passes == together.passes == 7  # the clip is both its prefix and its suffix


def test_orders_are_those_of_the_frames(clip):
    model = peaked()
    found = order_battery(Subject(model, clip), Target(3))
    with torch.no_grad():
        backwards, frozen = model(clip.flip(2)), model(clip[:, :, [2] * 4])
    assert found.reversed == pytest.approx(float(backwards[0].softmax(0)[3]), rel=1e-4)
    assert found.frozen == pytest.approx(float(frozen[0].softmax(0)[3]), rel=1e-4)
    assert found.words.startswith(f"p of the clip {found.whole:.2f}, frozen")
    still = order_battery(Subject(model, clip[:, :, [2] * 4]), Target(3))
    assert still.whole == still.frozen == still.reversed == still.shuffled


def test_when_can_be_cancelled_and_refuses_what_is_no_class(clip):
    model = peaked()
    before = state_of(model)

    def stop(done, total):
        if done == 3:
            raise Cancelled

    with pytest.raises(Cancelled):
        temporal_evidence(Subject(model, clip), Target(3), on_step=stop)
    with pytest.raises(CaptureError, match="7 classes"):
        order_battery(Subject(model, clip), Target(7))
    assert_untouched(model, before)
