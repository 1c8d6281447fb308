"""Texts from outside are one line that can be printed, whatever they hold."""

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mvit_core.errors import CheckpointError, DeviceMemoryError, MvitError
from mvit_core.printable import (
    LINES_LIMIT,
    MESSAGE_LIMIT,
    brief,
    legible,
    printable,
    printable_lines,
    word,
)


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("plain name.mp4", "plain name.mp4"),
        ("Köln 東京 🎬 क्‍ष", "Köln 東京 🎬 क्‍ष"),
        ("\x1b[31mred", "\\x1b[31mred"),
        ("a\nb\r\tc", "a\\nb\\r\\tc"),
        ("\u202efdp.exe", "\\u202efdp.exe"),
        ("\udcff\udc80", "\\xff\\x80"),
        ("\ud800", "\\ud800"),
        ("a\u2028b", "a\\u2028b"),
        ("\x9b2J", "\\x9b2J"),
    ],
)
def test_what_a_terminal_would_act_on_is_escaped(text: str, shown: str):
    assert printable(text) == shown


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=300), st.integers(40, 200))
def test_whatever_the_text_it_fits_and_is_one_line(text: str, limit: int):
    shown = printable(text, limit)
    assert len(shown) <= limit
    assert len(shown.splitlines()) <= 1
    assert "\x1b" not in shown
    shown.encode("utf-8")  # no half characters
    assert printable(shown, limit) == shown


@settings(deadline=None)
@given(st.text(st.characters(codec=None), max_size=300))
def test_a_legible_text_can_be_shown_as_it_is_and_keeps_its_lines(text: str):
    shown = legible(text)
    kinds = {unicodedata.category(each) for each in set(shown) - set("\n\t")}
    assert not kinds & {"Cc", "Cs"}
    assert not {unicodedata.bidirectional(each) for each in shown} & DIRECTIONS
    assert shown.count("\n") == text.count("\n")
    assert legible(shown) == shown


DIRECTIONS = {"LRE", "RLE", "LRO", "RLO", "PDF", "LRI", "RLI", "FSI", "PDI"}


@pytest.mark.parametrize(
    "text", ["plain\tname\n", "Köln 東京 🎬 क्‍ष", "long\u200bname\u2060", "שלום", "مرحبا", "\u00ad"]
)
def test_what_languages_need_stays_in_a_legible_text(text: str):
    assert legible(text) == text


def test_a_long_text_keeps_its_beginning_and_its_end():
    shown = printable("begin" + "x" * 15_000_000 + "end", 100)
    assert shown.startswith("begin")
    assert shown.endswith("end")
    assert "(15000008 characters)" in shown
    assert len(shown) <= 100


@pytest.mark.parametrize("error", [MvitError, CheckpointError, DeviceMemoryError])
def test_every_error_of_the_core_is_printable(error: type[MvitError]):
    message = str(error("a\x1b[2J\n" + "x" * 10_000))
    assert message.isprintable()
    assert len(message) <= MESSAGE_LIMIT


def doubled(depth: int) -> object:
    value: object = 1
    for _ in range(depth):
        value = (value, value)
    return value


FOREIGN = {
    "doubled": doubled(60),
    "number": 10**5000,
    "text": "x" * 10**6,
    "nested": [[[[[[1]]]]]],
    "many": {"a": list(range(10**6))},
    "bytes": b"x" * 10**6,
}


@pytest.mark.parametrize("value", FOREIGN.values(), ids=FOREIGN)
def test_no_foreign_value_is_written_out_in_full(value: object):
    assert len(brief(value)) <= 200


def test_an_object_is_never_asked_to_describe_itself():
    class Liar:
        def __repr__(self) -> str:
            raise AssertionError("it was asked")

    assert brief([Liar()]) == "[<Liar>]"
    assert word(Liar()) == "<Liar>"
    assert word("a\nb") == "a\\nb"


def test_of_too_many_lines_the_first_and_the_last_are_shown_and_the_number_of_others():
    text = printable_lines("\n".join(f"line {n}" for n in range(10_000)))
    lines = text.split("\n")
    assert len(lines) == LINES_LIMIT
    assert (lines[0], lines[-1]) == ("line 0", "line 9999")
    (said,) = [line for line in lines if "lines) ..." in line]
    assert int(said.split("(")[1].split()[0]) + len(lines) - 1 == 10_000


def test_each_line_is_printable_and_few_short_lines_stay_as_they_are():
    assert printable_lines("a\n  b\n") == "a\n  b\n"
    first, second = printable_lines("\x1b[31m\n" + "x" * 10**6).split("\n")
    assert first == "\\x1b[31m"
    assert len(second) <= MESSAGE_LIMIT
