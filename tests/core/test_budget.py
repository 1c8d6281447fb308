"""One number of bytes over all caches: never exceeded, and the cheapest and oldest goes first."""

import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from mvit_core.system.cache import (
    MOST_BYTES,
    Cache,
    MemoryBudget,
    default_budget_bytes,
    memory_bytes,
)

PUTS = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 9), st.integers(0, 70)), max_size=60)


def caches(budget):
    prices = {"frames": 0.01, "heats": 0.1, "captures": 5.0}
    return [Cache(budget, name, seconds_to_remake=price) for name, price in prices.items()]


@given(PUTS)
def test_the_limit_is_never_exceeded_and_the_sums_agree(puts):
    budget = MemoryBudget(100)
    stock = caches(budget)
    for cache, key, nbytes in puts:
        stock[cache].put(key, f"{cache} {key}", nbytes)
        assert budget.used_bytes <= 100
        assert budget.used_bytes == sum(u.used_bytes for u in budget.usage)
        assert stock[cache].get(key) == f"{cache} {key}"


def test_what_is_cheapest_to_make_again_goes_first():
    budget = MemoryBudget(100)
    frames, _, captures = caches(budget)
    captures.put("window", 1, 40)
    frames.put("old", 1, 30)
    frames.put("young", 1, 30)
    frames.put("new", 1, 30)
    assert captures.get("window") == 1
    assert ("old" in frames, "young" in frames, "new" in frames) == (False, True, True)


def test_within_a_cache_the_one_not_asked_for_the_longest_goes_first():
    budget = MemoryBudget(100)
    frames = Cache(budget, "frames", seconds_to_remake=1)
    for key in "abc":
        frames.put(key, key, 30)
    assert frames.get("a") == "a"
    frames.put("d", "d", 30)
    assert [key in frames for key in "abcd"] == [True, False, True, True]


def test_what_is_dear_goes_too_once_nobody_asks_for_it_any_more():
    budget = MemoryBudget(100)
    frames = Cache(budget, "frames", seconds_to_remake=1)
    captures = Cache(budget, "captures", seconds_to_remake=5)
    captures.put("window", 1, 50)
    for number in range(50):
        frames.put(number, number, 50)
    assert "window" not in captures


def test_an_entry_of_the_same_key_takes_the_place_of_the_one_before():
    budget = MemoryBudget(100)
    cache = Cache(budget, "frames", seconds_to_remake=1)
    cache.put("a", 1, 60)
    cache.put("a", 2, 70)
    assert (cache.get("a"), budget.used_bytes) == (2, 70)


def test_what_fits_nowhere_is_not_held_and_pushes_nothing_out():
    budget = MemoryBudget(100)
    cache = Cache(budget, "frames", seconds_to_remake=1)
    cache.put("a", 1, 60)
    cache.put("whale", 1, 101)
    assert "a" in cache
    assert "whale" not in cache


def test_a_cache_keeps_to_its_own_share():
    budget = MemoryBudget(1000)
    cache = Cache(budget, "frames", seconds_to_remake=1, most_bytes=50)
    for number in range(9):
        cache.put(number, number, 20)
    assert (cache.used_bytes, cache.room_bytes, len(cache)) == (40, 50, 2)


def test_a_smaller_limit_lets_things_go_at_once():
    budget = MemoryBudget(100)
    cache = Cache(budget, "frames", seconds_to_remake=1)
    for number in range(5):
        cache.put(number, number, 20)
    budget.resize(50)
    assert (budget.used_bytes, budget.limit_bytes) == (40, 50)
    assert 4 in cache


def test_a_cleared_cache_gives_everything_back():
    budget = MemoryBudget(100)
    cache, other = (Cache(budget, name, seconds_to_remake=1) for name in ("one", "other"))
    cache.put("a", 1, 60)
    other.put("b", 1, 10)
    cache.clear()
    cache.clear()
    assert budget.used_bytes == 10
    assert [usage.name for usage in budget.usage] == ["other"]


def test_many_threads_keep_to_the_limit():
    budget = MemoryBudget(1000)
    exceeded = []

    def work(price):
        cache = Cache(budget, str(price), seconds_to_remake=price)
        for number in range(2000):
            cache.put(number % 50, number, number % 97)
            cache.get(number % 31)
            if budget.used_bytes > 1000:
                exceeded.append(number)

    threads = [threading.Thread(target=work, args=(price,)) for price in (1, 2, 3)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not exceeded
    assert budget.used_bytes == sum(usage.used_bytes for usage in budget.usage)


def test_the_default_is_a_quarter_of_memory_and_at_most_two_gibibytes(monkeypatch):
    assert default_budget_bytes() == min(MOST_BYTES, memory_bytes() // 4)
    monkeypatch.setattr("mvit_core.system.cache.memory_bytes", lambda: 4 << 30)
    assert default_budget_bytes() == 1 << 30


def test_a_system_that_does_not_tell_its_memory_gets_a_modest_budget(monkeypatch):
    def refuse(name):
        raise ValueError(name)

    monkeypatch.setattr("mvit_core.system.cache.sys.platform", "linux")
    monkeypatch.setattr("mvit_core.system.cache.os.sysconf", refuse, raising=False)
    assert default_budget_bytes() == 1 << 30


@pytest.mark.parametrize("nbytes", [0, 1])
def test_an_empty_budget_holds_nothing_that_has_a_size(nbytes):
    cache = Cache(MemoryBudget(0), "frames", seconds_to_remake=1)
    cache.put("a", 1, nbytes)
    assert ("a" in cache) == (nbytes == 0)


@given(st.integers(1, 6), st.integers(10, 30), st.integers(40, 200))
def test_several_are_held_together_or_not_at_all(count, nbytes, limit):
    budget = MemoryBudget(limit)
    frames, heats, _ = caches(budget)
    frames.put("before", 1, min(limit, 40))
    heats.put_together([(key, key, nbytes) for key in range(count)])
    assert [key in heats for key in range(count)] == [count * nbytes <= limit] * count
    assert budget.used_bytes == sum(u.used_bytes for u in budget.usage) <= limit


def test_nothing_at_all_is_held_without_harm():
    budget = MemoryBudget(10)
    frames, *_ = caches(budget)
    frames.put_together([])
    assert budget.usage == ()
