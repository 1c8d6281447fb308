"""Scores how well a few letters fit the name of a command."""

from __future__ import annotations

WORD_START, FOLLOWS, EARLY = 8.0, 5.0, 2.0


def score(needle: str, text: str) -> float | None:
    """Score letters against a text, larger is better; None where it lacks them in this order.

    Letters at the beginnings of words count most, then letters that follow each other: "ev" finds
    "Export video" before "Previous layer".
    """
    letters, words = needle.casefold().replace(" ", ""), text.casefold()
    if not letters:
        return 0.0
    # best[i]: the best score with the letters so far, the last of them at place i.
    best: dict[int, float] = {-1: 0.0}
    for letter in letters:
        following: dict[int, float] = {}
        for place in (i for i, each in enumerate(words) if each == letter):
            before = [
                value + (FOLLOWS if earlier == place - 1 and earlier >= 0 else 0.0)
                for earlier, value in best.items()
                if earlier < place
            ]
            if before:
                following[place] = max(before) + _worth(words, place)
        best = following
    return max(best.values()) - 0.01 * len(words) if best else None


def _worth(words: str, place: int) -> float:
    starts = place == 0 or not words[place - 1].isalnum()
    return 1.0 + (WORD_START if starts else 0.0) + (EARLY if place == 0 else 0.0)
