"""Translates titles of the core's tables.

The core knows no Qt, so its titles are marked here; a test checks that those of every table are.
Errors of the core and its notes on files stay English.
"""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.state.language import N

TERMS = (
    # mvit_core.attribution.METHODS
    N("terms", "Attends to"),
    N("terms", "Where the query looks: one row of the attention matrix, on the key grid."),
    N("terms", "Attended by"),
    N("terms", "Who looks at the picked key: one column of the matrix, on the query grid."),
    N("terms", "Received"),
    N("terms", "How much all queries together look at each key: the mean of all rows."),
    # mvit_core.attribution: what is said of single maps
    N("terms", "patch queries of the last block do not reach the prediction"),
    N(
        "terms",
        "the prediction reads only the class token: patch rows of the last block are unused",
    ),
    N(
        "terms",
        "the prediction reads the mean of patch tokens: the last block's class row is unused",
    ),
    # mvit_core.render.MODES
    N("terms", "Colours lie over the frame"),
    N("terms", "The frame darkens where attention is low"),
    # mvit_core.export: EXPORTERS, LAYOUTS
    N("terms", "Heatmap video (MP4)"),
    N("terms", "Heatmap video (QuickTime MOV)"),
    N("terms", "Heatmap video (Matroska MKV)"),
    N("terms", "Heatmap video (WebM)"),
    N("terms", "Animation (GIF)"),
    N("terms", "Picture of one frame (PNG)"),
    N("terms", "Maps as NumPy arrays (NPZ)"),
    N("terms", "Predictions as a table (CSV)"),
    N("terms", "Single"),
    N("terms", "Heads"),
    N("terms", "Stages"),
    N("terms", "Side by side"),
    # mvit_core.video.encode.encoders: ENCODERS, QUALITIES
    N("terms", "H.264, plays everywhere"),
    N("terms", "H.265 (HEVC)"),
    N("terms", "VP9, for the web"),
    N("terms", "AV1, for the web"),
    N("terms", "ProRes 422, for editing"),
    N("terms", "GIF, 256 colours per frame"),
    N("terms", "Small file"),
    N("terms", "Good"),
    N("terms", "Best"),
    # mvit_core.checkpoint: what an architecture was decided from
    N("terms", "the architecture that was passed"),
    N("terms", "the configuration that was passed"),
    N("terms", "the configuration inside the file"),
    N("terms", "config.json beside the file"),
    N("terms", "preset {name}"),
    N("terms", "the weights, which match preset {name}"),
    # mvit_core.demo.samples
    N("terms", "The yellow star circles clockwise"),
    N("terms", "The pink heart moves left"),
    N("terms", "The blue triangle bounces"),
    N("terms", "The violet bar spins"),
    N("terms", "The orange pentagon grows"),
    N("terms", "The cyan disc shakes"),
    N("terms", "The azure square moves up"),
    N("terms", "The magenta triangle shrinks"),
    N("terms", "The mint pentagon moves right"),
    N("terms", "The orange heart moves down"),
    N("terms", "The mint drop circles counter-clockwise"),
)


def term(text: str) -> str:
    """Translate a title of the core's tables; a text that is not marked here stays as it is."""
    return QCoreApplication.translate("terms", text)


def origin_words(text: str) -> str:
    """Translate the origin of an architecture; a preset is named at the end."""
    start, preset, name = text.rpartition("preset ")
    return term(f"{start}{preset}{{name}}").format(name=name) if preset else term(text)


def layout_words(layout: str) -> str:
    """Title of a row of ``LAYOUTS`` in a list of choices."""
    return term(layout.replace("-", " ").capitalize())


def sentence(text: str) -> str:
    """Translate a remark of the core and begin it with a capital."""
    words = term(text)
    return words[:1].upper() + words[1:]
