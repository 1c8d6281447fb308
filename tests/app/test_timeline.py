"""Places of frames on the timeline, and the strip of proxies."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from app.panels.timeline.ruler import ruler_step
from app.panels.timeline.span import Span
from app.workers.proxies import ProxyPiece, Strip
from mvit_core.system.cache import MemoryBudget

SPANS = st.builds(
    lambda count, zooms: _zoomed(Span(count, 14, 900), zooms),
    st.integers(1, 100_000),
    st.lists(st.tuples(st.floats(0.2, 9), st.floats(0, 1000)), max_size=6),
)


def _zoomed(span, zooms):
    for factor, x in zooms:
        span = span.zoomed(factor, x)
    return span


@given(SPANS, st.floats(0, 1))
def test_a_frame_is_found_where_it_is_drawn(span, share):
    frame = min(int(span.start + share * span.frames), span.count - 1)
    middle = (span.x_of(frame) + span.x_of(frame + 1)) / 2
    if span.left <= middle <= span.left + span.width:
        assert span.frame_at(middle) == frame


@given(SPANS)
def test_what_is_seen_lies_within_the_video(span):
    assert 0 <= span.start <= span.stop <= max(span.count, 1) + 1e-6
    assert set(span.seen()) <= set(range(span.count))


@given(SPANS, st.floats(0.5, 4), st.floats(14, 914))
def test_zooming_keeps_the_frame_under_the_pointer_unless_an_end_is_reached(span, factor, x):
    def under(which):
        return which.start + (x - which.left) / which.width * which.frames

    near = span.zoomed(factor, x)
    if near.start > 0 and near.stop < near.count:
        assert under(near) == pytest.approx(under(span), abs=1e-6 * span.count + 1e-6)


@given(SPANS, st.integers(0, 99_999))
def test_a_frame_that_is_to_be_seen_is_seen(span, frame):
    frame = min(frame, span.count - 1)
    shown = span.showing(frame)
    assert shown.start <= frame + 1e-6
    assert frame + 1 <= shown.stop + 1e-6 or shown.frames < 1


@pytest.mark.parametrize(
    ("frames", "marks", "step"), [(60, 20, 5), (600, 20, 50), (3, 20, 1), (108_000, 20, 10_000)]
)
def test_marks_of_the_ruler_lie_at_round_numbers(frames, marks, step):
    assert ruler_step(frames, marks) == step


class StillWorker:
    """A worker that notes what it is asked."""

    def __init__(self):
        self.asked = 0

    def submit(self, key, work, *callbacks):
        self.asked += 1

    def cancel(self, key):
        pass


class Host:
    def release(self, task):
        pass

    def piece(self, path, opened_video, task):
        pass


@pytest.fixture
def strip(qapp):
    strip = Strip(StillWorker(), Host(), MemoryBudget(8 * 100), None)
    strip.begin("a.mp4", OPENED)
    return strip


OPENED, ANOTHER = object(), object()
"""Stand for two open videos."""


def piece(*frames, of=OPENED, last=False):
    return ProxyPiece(of, tuple((frame, bytes(10)) for frame in frames), 60, is_last=last)


def test_the_nearest_frame_stands_in_where_one_has_no_picture(strip):
    assert strip.nearest(5) is None
    assert strip.image(5) is None
    strip.add(piece(0, 30, 10))
    assert [strip.nearest(frame) for frame in (0, 4, 6, 25, 59)] == [0, 0, 10, 30, 30]
    assert strip.picture(6).index == 10
    assert strip.picture(6).is_preview


def test_pieces_are_asked_for_until_the_last(strip):
    before = strip._worker.asked
    info = strip.add(piece(0))
    assert (info.done, info.total, strip._worker.asked) == (1, 60, before + 1)
    strip.add(piece(1, last=True))
    assert strip._worker.asked == before + 1


def test_a_piece_of_another_video_is_not_taken(strip):
    assert strip.add(piece(0, of=ANOTHER)) is None
    assert strip.nearest(0) is None


def test_what_was_given_up_for_the_budget_is_not_looked_for_again(strip):
    strip.add(piece(*range(20)))
    assert strip.picture(0).index == 10
    assert strip.nearest(0) == 10
