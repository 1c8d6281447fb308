"""Reports of a load, a failure or a view: enough for someone else to see the same."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import Message
from app.text.phrases import device_words
from app.text.remarks import title_words
from app.text.why import why_classes
from mvit_core.attribution import head_json
from mvit_core.printable import printable_lines
from mvit_core.system.versions import version_of

if TYPE_CHECKING:
    from app.results import ModelInfo, Results
    from app.state.view_state import ViewState

PACKAGES = ("mvit-lens", "torch", "PySide6-Essentials", "av", "numpy")


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("report", text)


LOG_LINES = 50
"""Lines of the log at the end of a report."""


def report_of(message: Message, state: ViewState, results: Results, log: tuple[str, ...]) -> str:
    """Write a message with versions, video, model, trace and the end of the log."""
    lines = [message.text, ""]
    lines.append(f"{platform.platform()}, Python {sys.version.split()[0]}")
    lines.append(", ".join(f"{name} {version_of(name) or '?'}" for name in PACKAGES))
    video, model = results.video, results.model
    if video is not None:
        width, height = video.size
        lines.append(f"video {video.path}: {video.frame_count} frames, {width}x{height}")
        lines += [f"  {sentence}" for sentence in video.damage]
    if model is not None:
        lines.append(f"model {model.source.checkpoint} ({model.format}) on {device_words(model)}")
        lines.append(f"  fed as {state.clip_spec or model.clip_spec}")
    if message.details:
        lines += ["", message.details]
    if log:
        lines += ["", tr("The last lines of the log:"), *log[-LOG_LINES:]]
    return printable_lines("\n".join(lines))


def parameters_of(state: ViewState, results: Results) -> dict[str, object]:
    """The parameters of the picture on screen, so that someone else can show the same."""
    shown, model = results.shown, results.model
    spec = state.clip_spec or (model.clip_spec if model else None)
    return {
        "clip": None if state.clip is None else str(state.clip),
        "checkpoint": None if state.model is None else str(state.model.checkpoint),
        "preprocessing": asdict(spec) if spec else None,
        "frame": state.frame,
        "shown": title_words(shown),
        "block": shown.result.request.block if shown else state.map.block,
        "head": head_json(state.map.head),
        "method": state.map.method,
        "query": state.map.query,
        "class": why_classes(shown.result)[0] or None if shown else None,
        "against": why_classes(shown.result)[1] or None if shown else None,
        **(shown.result.request.changes.facts if shown else {}),
        "colormap": state.heat.colormap,
        "opacity": state.heat.opacity,
        "smooth": state.heat.smooth,
        "mode": state.heat.mode,
        "gamma": state.heat.gamma,
        "threshold": state.heat.threshold,
        "range": [shown.range.range.low, shown.range.range.high] if shown else None,
        "range_policy": "locked" if shown and shown.range.locked else state.heat.range_policy,
        "tails_percent": list(state.heat.tails_percent),
        "sink": shown.heatmap.sink if shown else None,
    }


def loaded_message(model: ModelInfo) -> Message:
    """The message after a load: a warning where the report of loading has remarks."""
    name, warnings = model.source.name, model.report.warnings
    if not warnings:
        words = tr("{name}: {n} blocks, {c} classes, {format}").format(
            name=name, n=len(model.layers), c=model.class_count, format=model.format
        )
        return Message("info", words, str(model.report))
    text = f"{name}: {warnings[0]}"
    if len(warnings) > 1:
        text += tr(" (the first of {n} warnings)").format(n=len(warnings))
    return Message("warning", text, str(model.report), dock="model")
