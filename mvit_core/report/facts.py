"""Where a report comes from: clip, checkpoint, sampling, versions, and how to make it again."""

import sys
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version

from mvit_core.capture_file import CaptureFile, is_capture
from mvit_core.captured import WindowCapture
from mvit_core.errors import CaptureFileError, CheckpointReadError, VideoOpenError
from mvit_core.model.families import FAMILIES
from mvit_core.pipeline import Explainer
from mvit_core.report.request import ReportRequest
from mvit_core.system.ordinary_file import is_file, sha256_of
from mvit_core.video import Video
from mvit_core.video.clip import ClipSpec

__all__ = ["Facts", "facts_of"]

_PACKAGES = ("mvit-lens", "torch", "numpy", "av")
_UNKNOWN = "not known"


@dataclass(frozen=True)
class Facts:
    """Provenance as it is printed."""

    rows: tuple[tuple[str, str], ...]
    """Names and values, in order."""
    methods: str
    """A paragraph that is ready for a paper; empty where there is none."""
    command: str
    """The command that makes the report again; empty where there is none."""


def facts_of(
    explainer: Explainer, video: Video, captured: WindowCapture, request: ReportRequest
) -> Facts:
    """Say where a report comes from; reads the files to the end for their digests.

    Raises:
        MvitError: a file cannot be read any more.
    """
    loaded, spec, window = explainer.loaded, explainer.loaded.clip_spec, captured.window
    clip, checkpoint = _digests(explainer, video)
    frames = " ".join(map(str, captured.frame_indices))
    rows = [
        ("Clip", video.path.name),
        ("SHA-256 of the clip", clip or _UNKNOWN),
        ("Window", f"{window.index + 1}: frames {window.start} to {window.stop - 1}"),
        ("Frames seen", frames),
        ("Checkpoint", loaded.path.name),
        ("SHA-256 of the checkpoint", checkpoint or _UNKNOWN),
        ("Model", f"{FAMILIES[loaded.config.family].title}, {loaded.format}"),
        ("Preprocessing", preprocessing_words(spec)),
        ("Changed", captured.changes.words or "nothing"),
        ("Device", f"{loaded.device}{', half precision' if loaded.half else ''}"),
        ("Versions", ", ".join(f"{name} {number}" for name, number in _versions())),
    ]
    return Facts(tuple(rows), "", request.command)


def preprocessing_words(spec: ClipSpec) -> str:
    """How a clip becomes an input, in words."""
    every = f"{spec.frames} frames, every {spec.rate:g} at {spec.target_fps:g} per second"
    if spec.sampling == "segments":
        every = f"{spec.frames} frames, one of each equal part of the video"
    mean, std = (", ".join(f"{value:g}" for value in each) for each in (spec.mean, spec.std))
    order = ", channels reversed" if spec.reverse_channels else ""
    return (
        f"{every}; short side {spec.short_side}, centre crop {spec.size}, {spec.interpolation}; "
        f"mean {mean}; deviation {std}{order}"
    )


def _digests(explainer: Explainer, video: Video) -> tuple[str, str]:
    """SHA-256 of the clip and of the checkpoint; empty where there is no such file."""
    clip = checkpoint = ""
    if is_file(video.path):
        if is_capture(video.path):
            try:
                stored = CaptureFile(video.path)
                clip, checkpoint = stored.clip.sha256, stored.model.sha256
            except CaptureFileError:
                clip = ""
        else:
            clip = sha256_of(video.path, VideoOpenError)
    path = explainer.loaded.path
    if explainer.loaded.has_weights and is_file(path):
        checkpoint = sha256_of(path, CheckpointReadError)
    return clip, checkpoint


def _versions() -> list[tuple[str, str]]:
    found = []
    for name in _PACKAGES:
        try:
            found.append((name, version(name)))
        except PackageNotFoundError:  # run from a checkout that is not installed
            continue
    return [*found, ("python", sys.version.split()[0])]
