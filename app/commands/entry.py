"""An entry of the palette, and how letters find it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from app.commands.fuzzy import score

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.commands.base import CommandContext


@dataclass(frozen=True)
class Entry:
    """A command in the palette, or something else that is found there."""

    id: str
    title: str
    menu: str
    keys: str
    reason: str
    """Reason why it is off; empty while it can be run."""
    keywords: str = ""
    """Other words to find it by, not shown."""
    run: Callable[[CommandContext], object] | None = None
    """What it does, of an entry that is no command."""

    def rank(self, needle: str) -> tuple[int, float] | None:
        """Rank how it is found, smaller is better; None where it is not.

        The whole title comes first, then its beginning, beginnings of its words, keywords, the
        menu, and at last letters that merely follow each other.
        """
        wanted, title = needle.casefold().split(), self.title.casefold().removesuffix("…")
        words = " ".join(wanted)
        if title == words.removesuffix("…"):
            return 0, 0.0
        if title.startswith(words):
            return 1, float(len(title))
        for place, text in ((2, title), (3, self.keywords), (4, f"{title} {self.menu}")):
            begun = text.casefold().replace(",", " ").split()
            if all(any(each.startswith(word) for each in begun) for word in wanted):
                return place, float(len(title))
        found = score(needle, self.title) or score(needle, f"{self.title} {self.menu}")
        return None if found is None else (5, -found)


def matching(
    entries: tuple[Entry, ...], needle: str, used: tuple[str, ...] = ()
) -> tuple[Entry, ...]:
    """List the entries that match, best first, and those that can be run before others.

    Args:
        entries: all, in the order of the menus.
        needle: what was typed; without it all are listed, those used last first.
        used: ids of commands used lately, the last one first.
    """
    if not needle.strip():
        last = {name: place for place, name in enumerate(used)}
        return tuple(sorted(entries, key=lambda e: (last.get(e.id, len(last)), bool(e.reason))))
    ranked = [(entry.rank(needle), entry) for entry in entries]
    found = [(rank, entry) for rank, entry in ranked if rank is not None]
    # The sort is stable: equal entries stay in the order of the menus.
    found.sort(key=lambda pair: (pair[0][0], bool(pair[1].reason), pair[0][1]))
    return tuple(entry for _, entry in found)
