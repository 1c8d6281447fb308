"""Translates titles of the core's tables.

The core knows no Qt: its titles are translated where they are shown, and found by reading the
tables (``core_titles``). Sentences that the core makes, its errors and its notes on files, stay as
they are.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from collections.abc import Iterator

CONTEXT = "terms"
"""Context of these texts in the files of translations."""


def core_titles() -> frozenset[str]:
    """Every title of the core's tables, for the files of translations; imports torch."""
    return frozenset(_titles())


def _titles() -> Iterator[str]:
    from mvit_core.attribution import FEATURES, METHODS, NOTES, SPLIT_NOTES
    from mvit_core.checkpoint.architecture import ORIGINS
    from mvit_core.demo.samples import demo_samples
    from mvit_core.explaining import EVIDENCE, TUBE_KINDS
    from mvit_core.explaining.direct_logit import PARTS
    from mvit_core.export import EXPORTERS, LAYOUTS, SIZES
    from mvit_core.figure import PRESETS, ROWS, VIEWS, WRITERS
    from mvit_core.model.families import FAMILIES
    from mvit_core.render import MODES
    from mvit_core.video.encode.encoders import ENCODERS, QUALITIES

    for method in METHODS.values():
        yield from (method.title, method.description)
    for feature in FEATURES.values():
        yield from (feature.title, feature.description, feature.unit)
    for row in EVIDENCE.values():
        yield from (row.title, row.description, row.trust, row.trust_words, row.unit)
    for kind in TUBE_KINDS.values():
        yield from (kind.title, kind.description)
    for table in (EXPORTERS, LAYOUTS, ENCODERS, FAMILIES, PRESETS, WRITERS):
        yield from (row.title for row in table.values())
    yield from (size.title for size in SIZES.values() if size is not None)
    yield from (sample.title for sample in demo_samples())
    yield from PARTS
    for words in (NOTES, SPLIT_NOTES, ORIGINS, MODES, QUALITIES, ROWS, VIEWS):
        yield from words.values()


def term(text: str) -> str:
    """A title of the core's tables; any other text stays as it is."""
    return QCoreApplication.translate(CONTEXT, text)


def origin_words(text: str) -> str:
    """Translate the origin of an architecture; a preset is named at the end."""
    start, preset, name = text.rpartition("preset ")
    return term(f"{start}{preset}{{name}}").format(name=name) if preset else term(text)


def sentence(text: str) -> str:
    """Translate a remark of the core and begin it with a capital."""
    words = term(text)
    return words[:1].upper() + words[1:]
