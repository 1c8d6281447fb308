"""The session in a report: it opens what the page shows first again in the window."""

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mvit_core.errors import SessionError
from mvit_core.pipeline import Explainer
from mvit_core.report.content import ReportContent
from mvit_core.report.request import ReportRequest
from mvit_core.system.ordinary_file import is_there
from mvit_core.system.session_form import file_ref, session_json
from mvit_core.video import Video

__all__ = ["Reopening", "report_session"]


@dataclass(frozen=True)
class Reopening:
    """How the session of a report names the files that the window opens."""

    folder: Path
    """Where the report will lie."""
    with_paths: bool = True
    """Name files with their folders; without, the report can be given away."""
    device: str = "auto"
    """On which the model runs."""
    mean_batch: Path | None = None
    """Folder of the batch result that means of heads are over; None for windows of the clip."""


def report_session(
    explainer: Explainer,
    video: Video,
    request: ReportRequest,
    content: ReportContent,
    reopening: Reopening,
) -> dict[str, Any] | None:
    """The session of what a page shows first; None where clip or model are in no file.

    Args:
        explainer: the model.
        video: the clip.
        request: of the report.
        content: what the page shows.
        reopening: how files are named.

    Raises:
        SessionError: the clip or the model cannot be read any more.
    """
    paths = _paths(explainer, video)
    if paths is None:
        return None
    folder, shown, loaded = reopening.folder.absolute(), request.shown, explainer.loaded
    view: dict[str, object] = {
        "frame": content.first_frame,
        "map": replace(shown.map, block=content.first_block),
        "heat": shown.heat,
        "changes": replace(shown.changes, batch=None),  # found anew, by its folder
        "boxes": shown.boxes,
        "tiling": shown.tiling,
    }
    if reopening.mean_batch is not None and reopening.with_paths:
        view["mean_batch"] = reopening.mean_batch.absolute()
    if video.is_folder:
        view["picture_fps"] = float(video.fps)
    elif explainer.stored is None:
        view["stream"] = video.stream
    if loaded.stated_clip_spec not in (None, loaded.clip_spec):
        view["clip_spec"] = loaded.clip_spec
    try:
        files = {role: file_ref(path, folder, reopening.with_paths) for role, path in paths.items()}
    except OSError as error:
        raise SessionError(f"{error.filename} cannot be read any more: {error.strerror}") from error
    return session_json(files, _asked(explainer, reopening.device), view, {})


def _paths(explainer: Explainer, video: Video) -> dict[str, Path] | None:
    """Files by their role; None where one is not there."""
    loaded, choice = explainer.loaded, explainer.loaded.choice
    model = loaded.path if choice.code is None else choice.code
    if explainer.stored is not None and not loaded.has_weights:
        model = explainer.stored.path
    paths = {"clip": video.path, "checkpoint": model}
    named = {"config": choice.config_file, "labels": choice.labels_file}
    paths |= {role: path for role, path in named.items() if path is not None}
    is_whole = choice.is_of_files and all(map(is_there, paths.values()))
    return paths if is_whole else None


def _asked(explainer: Explainer, device: str) -> dict[str, object]:
    """What was told beside the files of the model."""
    loaded, choice = explainer.loaded, explainer.loaded.choice
    asked: dict[str, object] = {
        "preset": choice.preset,
        "device": device,
        "weights": choice.weights,
        "head": choice.head,
        "half": loaded.half and loaded.has_weights,
    }
    return asked if choice.module is None else {**asked, "module": choice.module}
