"""Decoding ahead: frames that are likely to be requested, as far as there is room."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvit_core.system.cache import MemoryBudget
from mvit_core.video import open_video
from mvit_core.video.decode.prefetch import MOST_CELL, Place, cell_size, next_run, stretches
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip

PLACES = st.tuples(
    st.integers(1, 5000), st.integers(0, 4999), st.sampled_from((-1, 0, 1)), st.integers(0, 800)
).filter(lambda given: given[1] < given[0])


class Interrupted(Exception):
    pass


def fetched(count, place, room, kept=()):
    """All frames fetched until nothing more is wanted, and the runs in which they came."""
    have, runs = set(kept), []
    while run := next_run(place, count, room, have.__contains__):
        assert len(runs) < 10, "it never ends"
        runs.append(run)
        have |= set(run)
    return have, runs


@given(PLACES)
def test_all_that_is_wanted_lies_in_the_video_and_has_room(given):
    count, frame, direction, room = given
    have, _ = fetched(count, Place(frame, direction), room)
    assert all(0 <= each < count for each in have)
    assert len(have) <= room


@given(PLACES)
def test_the_next_step_either_way_is_wanted_wherever_one_stands(given):
    count, frame, direction, room = given
    have, _ = fetched(count, Place(frame, direction), room)
    if cell_size(room) >= 1:
        assert {max(frame - 1, 0), frame} <= have
    if cell_size(room) >= 2 and direction >= 0:
        assert min(frame + 1, count - 1) in have


@given(PLACES)
def test_more_is_wanted_in_the_direction_of_travel(given):
    count, frame, direction, room = given
    cell = cell_size(room)
    have, _ = fetched(count, Place(frame, direction), room)
    if direction and 3 * cell <= frame < count - 3 * cell and cell:
        ahead = sum(each > frame for each in have)
        behind = sum(each < frame for each in have)
        assert (ahead >= cell) if direction > 0 else (behind >= 2 * cell >= ahead)


@given(PLACES, st.integers(1, MOST_CELL))
def test_a_walk_backwards_keeps_its_aim_until_it_is_there(given, steps):
    """Otherwise a held key would make the decoder begin anew at every repeat."""
    count, frame, _, room = given
    cell = cell_size(room)
    if not cell:
        return
    place, later = Place(frame, -1), Place(max(frame - steps, 0), -1)
    behind = set(next(iter(stretches(place, count, cell))))
    here = set(range(frame // cell * cell - cell, frame)) | behind
    one = next_run(place, count, room, here.__contains__)
    if later.frame // cell == frame // cell:
        assert next_run(later, count, room, here.__contains__) == one


def test_too_little_room_fetches_nothing():
    assert next_run(Place(10), 100, 4, lambda _: False) is None


@pytest.fixture(scope="module")
def long_clip(tmp_path_factory):
    path = tmp_path_factory.mktemp("prefetch") / "long.mp4"
    return write_barcode_clip(path, frames=240, gop=100, b_frames=3)


class Counter:
    """Counts packets decoded, and interrupts after some."""

    def __init__(self, most=None):
        self.packets, self.most = 0, most

    def __call__(self):
        self.packets += 1
        if self.most is not None and self.packets > self.most:
            raise Interrupted


def test_stepping_back_over_a_keyframe_decodes_nothing_that_was_not_ready(long_clip):
    with open_video(long_clip) as video:
        video.frame(130)
        video.prefetch()
        for number in range(129, 60, -1):
            asked = Counter()
            with video.checked_by(asked):
                assert read_barcode(video.frame(number)) == number
            assert asked.packets == 0
            video.prefetch()


def test_stepping_on_decodes_nothing_that_was_not_ready(long_clip):
    with open_video(long_clip) as video:
        video.frame(80)
        for number in range(81, 200):
            video.prefetch()
            asked = Counter()
            with video.checked_by(asked):
                assert read_barcode(video.frame(number)) == number
            assert asked.packets == 0


def test_a_kept_frame_is_the_frame_itself_and_one_that_is_not_decoded_is_none(long_clip):
    with open_video(long_clip) as video:
        video.frame(80)
        assert video.kept_frame(150) is None
        video.prefetch()
        asked = Counter()
        with video.checked_by(asked):
            kept = video.kept_frame(81)
        assert asked.packets == 0
        assert (kept == video.frame(81)).all()
        with pytest.raises(IndexError):
            video.kept_frame(240)


def test_looking_at_kept_frames_is_no_step_that_frames_ahead_would_follow(long_clip):
    with open_video(long_clip) as video:
        video.frame(130)
        video.frame(129)
        video.prefetch()
        for number in (130, 131):
            video.kept_frame(number)
        video.prefetch()
        asked = Counter()
        with video.checked_by(asked):
            assert read_barcode(video.frame(101)) == 101
        assert asked.packets == 0


def test_an_interrupted_walk_goes_on_where_it_stood(long_clip):
    """However often it is interrupted, at most the few packets before a first frame come twice."""
    with open_video(long_clip) as whole, open_video(long_clip) as bits:
        whole.frame(95), bits.frame(95)
        once, often = Counter(), 0
        with whole.checked_by(once):
            whole.prefetch()
        for _ in range(2000):
            some = Counter(most=6)
            try:
                with bits.checked_by(some):
                    bits.prefetch()
            except Interrupted:
                often += some.packets - 1
            else:
                often += some.packets
                break
        assert once.packets <= often <= once.packets + 2 * 6
        assert set(whole._cache._books.entries) == set(bits._cache._books.entries)


def test_looking_behind_does_not_lose_the_place_ahead(long_clip):
    """Each way has its decoder: after both were fetched, going on needs no walk from a keyframe."""
    with open_video(long_clip) as video:
        video.frame(60)
        video.prefetch()
        fetched = Counter()
        for number in range(61, 97):
            video.frame(number)
            with video.checked_by(fetched):
                video.prefetch()
    assert 48 <= fetched.packets <= 48 + 16, "one cell, and what the decoder holds back"


def test_an_interruption_comes_before_the_next_packet(long_clip):
    stop = Counter(most=5)
    with open_video(long_clip) as video, video.checked_by(stop), pytest.raises(Interrupted):
        video.frame(60)
    assert stop.packets == 6


def test_after_an_interruption_every_frame_is_still_exact(long_clip):
    with open_video(long_clip, cache_bytes=0) as video:
        for number, most in ((99, 40), (60, 9), (61, None), (59, 3), (58, None), (150, 20)):
            try:
                with video.checked_by(Counter(most)):
                    video.frame(number)
            except Interrupted:
                pass
            assert read_barcode(video.frame(number)) == number


def test_prefetch_keeps_to_the_budget_and_ends(long_clip):
    frame_bytes = 192 * 108 * 3 // 2
    budget = MemoryBudget(23 * frame_bytes)
    with open_video(long_clip, cache_bytes=1 << 30, budget=budget) as video:
        for number in (5, 100, 99, 98, 97, 239, 0):
            video.frame(number)
            video.prefetch()
            assert budget.used_bytes <= budget.limit_bytes
    assert budget.used_bytes == 0


def test_damaged_frames_are_tried_once(tmp_path):
    clip = write_barcode_clip(tmp_path / "hole.mp4", frames=24, gop=1, b_frames=0)
    blank_packet(clip, 7)
    with open_video(clip) as video:
        video.frame(5)
        video.prefetch()
        again = Counter()
        with video.checked_by(again):
            video.prefetch()
        assert again.packets == 0
        assert any("frames that cannot be decoded, as far as seen: 7" in s for s in video.damage)


def test_before_the_first_frame_was_asked_for_nothing_is_likely(long_clip):
    with open_video(long_clip) as video:
        video.prefetch()
        assert video._cache.used_bytes == 0
