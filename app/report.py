"""What Details and Copy report give: enough for someone else to see what happened."""

from __future__ import annotations

import platform
import sys
from dataclasses import asdict
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING

from app.presenter import title_words

if TYPE_CHECKING:
    from app.controller import Controller
    from app.facts import Message, World
    from app.state import ViewState

PACKAGES = ("mvit-lens", "torch", "PySide6-Essentials", "av", "numpy")


def report_of(message: Message, controller: Controller) -> str:
    """A message with versions, the video, the model and the trace."""
    lines = [message.text, ""]
    lines.append(f"{platform.platform()}, Python {sys.version.split()[0]}")
    lines.append(", ".join(f"{name} {_version(name)}" for name in PACKAGES))
    video, model = controller.world.video, controller.world.model
    if video is not None:
        width, height = video.size
        lines.append(f"video {video.path}: {video.frame_count} frames, {width}x{height}")
        lines += [f"  {sentence}" for sentence in video.damage]
    if model is not None:
        lines.append(f"model {model.source.checkpoint} ({model.format}) on {model.device}")
        lines.append(f"  fed as {controller.store.state.clip_spec or model.clip_spec}")
    if message.details:
        lines += ["", message.details]
    return "\n".join(lines)


def parameters_of(state: ViewState, world: World) -> dict[str, object]:
    """What is shown, so that someone else can show the same."""
    shown, model = world.shown, world.model
    spec = state.clip_spec or (model.clip_spec if model else None)
    return {
        "clip": None if state.clip is None else str(state.clip),
        "checkpoint": None if state.model is None else str(state.model.checkpoint),
        "preprocessing": asdict(spec) if spec else None,
        "frame": state.frame,
        "shown": title_words(shown),
        "block": shown.answer.wish.block if shown else state.block,
        "head": state.head,
        "method": state.method,
        "query": state.query,
        "colormap": state.colormap,
        "opacity": state.opacity,
        "smooth": state.smooth,
        "range": [shown.range.range.low, shown.range.range.high] if shown else None,
        "range_policy": "locked" if shown and shown.range.locked else state.range_policy,
        "sink": shown.heatmap.sink if shown else None,
    }


def _version(name: str) -> str:
    try:
        return version(name)
    except PackageNotFoundError:
        return "?"
