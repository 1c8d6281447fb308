"""Capture files and videos of chosen windows, made after the rows are written.

A file for each window, named by clip, window and model, so that one that is there is never made
again, whatever is chosen later.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import groupby
from types import MappingProxyType
from typing import TYPE_CHECKING

from mvit_core.batch.chosen import Choice, ChosenWindow, chosen_windows
from mvit_core.errors import ClipError, ExportError, MvitError
from mvit_core.system.ordinary_file import is_there

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence
    from pathlib import Path

    from mvit_core.batch.request import BatchSpec
    from mvit_core.batch.shards import Shard
    from mvit_core.clips import ListedClip
    from mvit_core.pipeline import Explainer
    from mvit_core.video import ClipWindow, Video

__all__ = ["KINDS", "FilesMade", "make_files"]


@dataclass(frozen=True)
class _Kind:
    """A kind of file for a window."""

    ending: str
    make: Callable[[Path, Explainer, Video, ClipWindow], None]


@dataclass(frozen=True)
class FilesMade:
    """What was made of the chosen windows."""

    made: int = 0
    """Files written now."""
    kept: int = 0
    """Files that were there already."""
    failures: tuple[str, ...] = ()
    """A sentence for each file that could not be made."""


def make_files(
    folder: Path,
    shards: Sequence[Shard],
    spec: BatchSpec,
    choices: Mapping[str, Choice],
    on_file: Callable[[int, int], None] = lambda _there, _wanted: None,
    is_stopped: Callable[[], bool] = lambda: False,
) -> FilesMade:
    """Make the files of the windows of these shards that are chosen and have none yet.

    Args:
        folder: of the batch, where the shards are done.
        shards: whose windows are looked at.
        spec: what was asked of every clip.
        choices: what is chosen, by a name in ``KINDS``, which is that of the folder too.
        on_file: called with the files that are there and all that will be, before each window.
        is_stopped: asked before each window; no file is made after it says so.

    Raises:
        MvitError: a condition fails, a model cannot be loaded, or a folder cannot be made.
    """
    wanted, kept = _missing(folder, shards, spec, choices)
    for path in {path.parent for paths in wanted.values() for path in paths}:
        _make_folder(path)
    clips = {i: clip for s in shards for i, clip in enumerate(s.clips, start=s.first)}
    made, failures = 0, list[str]()
    count = kept + sum(map(len, wanted.values()))
    by_model = sorted(wanted, key=lambda each: (spec.names.index(each.checkpoint), each))
    for checkpoint, those in groupby(by_model, key=lambda each: each.checkpoint):
        explainer = _explainer(spec, checkpoint)
        for window in those:
            on_file(kept + made, count)
            if is_stopped():
                return FilesMade(made, kept, tuple(failures))
            try:
                made += _make(explainer, clips[window.clip_id], window, wanted[window])
            except MvitError as error:
                failures.append(f"{wanted[window][0].name}: {error}")
    return FilesMade(made, kept, tuple(failures))


def _missing(
    folder: Path, shards: Sequence[Shard], spec: BatchSpec, choices: Mapping[str, Choice]
) -> tuple[dict[ChosenWindow, list[Path]], int]:
    """Files that are to be made of each chosen window, and how many are there already."""
    wanted: dict[ChosenWindow, list[Path]] = {}
    kept = 0
    for name, choice in choices.items():
        for window in chosen_windows(folder, shards, choice):
            path = _path(folder, name, window, spec)
            if is_there(path):
                kept += 1
            else:
                wanted.setdefault(window, []).append(path)
    return wanted, kept


def _path(folder: Path, name: str, window: ChosenWindow, spec: BatchSpec) -> Path:
    model = spec.names.index(window.checkpoint)
    place = f"clip-{window.clip_id:06}.window-{window.window_index:03}.model-{model}"
    return folder / name / f"{place}{KINDS[name].ending}"


def _make_folder(place: Path) -> None:
    try:
        place.mkdir(exist_ok=True)
    except OSError as error:
        raise ExportError(f"the folder {place} cannot be made ({error.strerror})") from error


def _explainer(spec: BatchSpec, checkpoint: str) -> Explainer:
    from mvit_core.pipeline import Explainer

    source = spec.models[spec.names.index(checkpoint)]
    return Explainer(source.load(), remembered_windows=1)


def _make(
    explainer: Explainer, clip: ListedClip, chosen: ChosenWindow, paths: Sequence[Path]
) -> int:
    from mvit_core.video import open_video

    with open_video(clip.path) as video:
        windows = {each.index: each for each in explainer.windows(video)}
        window = windows.get(chosen.window_index)
        if window is None:
            raise ClipError(f"{clip.name} has no window {chosen.window_index} any more")
        for path in paths:
            KINDS[path.parent.name].make(path, explainer, video, window)
    return len(paths)


def _capture(path: Path, explainer: Explainer, video: Video, window: ClipWindow) -> None:
    from mvit_core.capture_file import write_capture
    from mvit_core.provenance import capture_command

    runs = [explainer.capture(video, window)]
    command = capture_command(explainer, video, path.name, (window.index,))
    write_capture(path, video, explainer.loaded, runs, command=command)


def _video(path: Path, explainer: Explainer, video: Video, window: ClipWindow) -> None:
    from mvit_core.export import ExportRequest, export

    export(explainer, video, ExportRequest(start=window.start, stop=window.stop), path)


KINDS: Mapping[str, _Kind] = MappingProxyType(
    {"captures": _Kind(".mvitcap", _capture), "videos": _Kind(".mp4", _video)}
)
"""Kinds of files by the name of their folder and option."""
