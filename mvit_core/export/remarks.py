"""What a reader of a picture must know of its maps, whatever else is left out."""

from mvit_core.explaining.methods import EVIDENCE, Trust
from mvit_core.export.layouts import Panel

FAILING: frozenset[Trust] = frozenset(("fails", "wrong actor"))
"""Badges of methods that are shown, and never without a word."""

DAMAGED = "damaged frames in this window"


def remarks_of(panel: Panel) -> tuple[str, ...]:
    """Sentences below a picture: why its method is not to be trusted, and what is odd about it."""
    shown = (panel, panel.minus) if panel.minus is not None else (panel,)
    said = dict.fromkeys(words for each in shown for words in _sentences(each))
    return tuple(filter(None, said))


def verdicts_of(panel: Panel) -> tuple[str, ...]:
    """A few words on the picture itself, where nothing is written below it."""
    shown = (panel, panel.minus) if panel.minus is not None else (panel,)
    changed = (changed_words(each) for each in shown if each.heat)
    rows = (EVIDENCE.get(each.explanation.maps.method) for each in shown if each.heat)
    failing = (row for row in rows if row is not None and row.trust in FAILING)
    verdicts = (f"{row.title}: {row.trust}" for row in failing)
    return tuple(dict.fromkeys(words for words in (*changed, *verdicts) if words))


def changed_words(panel: Panel) -> str:
    """What is changed in the network of a map, and of which pane; empty where nothing is."""
    words = panel.explanation.capture.changes.words
    return f"{panel.name}: {words}" if words and panel.name else words


def _sentences(panel: Panel) -> tuple[str, ...]:
    maps = panel.explanation.maps
    row = EVIDENCE.get(maps.method)
    failing = ""
    if row is not None and row.trust in FAILING:
        failing = f"{row.title}: {row.trust}, it {row.trust_words}"
    return changed_words(panel), failing, maps.note
