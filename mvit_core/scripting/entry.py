"""``mvit_core.explain``: open a clip and a model, run one window, and hand it over.

::

    e = mvit_core.explain("clip.mp4", "model.pyth")
    e.predictions, e.maps(block=10, head=2).on_tokens, e.statistics
    e.explain("boxing").faithfulness().words
    e.figure(rows="stages", width_mm=170).save("fig.pdf")
"""

from contextlib import ExitStack
from pathlib import Path
from typing import TypeAlias

import torch
from numpy.typing import ArrayLike

from mvit_core.attention.recorder import Keep
from mvit_core.capture_file import CaptureFile, is_capture
from mvit_core.captured import window_at
from mvit_core.errors import CaptureError
from mvit_core.pipeline import Explainer
from mvit_core.scripting.explained_window import ExplainedWindow
from mvit_core.scripting.models import ModelArgument, loaded_from
from mvit_core.system.ordinary_file import user_path
from mvit_core.video import ClipSpec, Video, open_video
from mvit_core.video.decode.frames_in_memory import video_of_frames

__all__ = ["ClipArgument", "explain"]

ClipArgument: TypeAlias = str | Path | ArrayLike
"""The path of a video, a folder of pictures or a capture file, or frames in memory."""


def explain(
    clip: ClipArgument,
    model: ModelArgument | None = None,
    window: int = 0,
    device: str | torch.device = "auto",
    *,
    clip_spec: ClipSpec | None = None,
    fps: float | None = None,
) -> ExplainedWindow:
    """Run a model on one window of a clip, to see what it says and where it looks.

    Args:
        clip: a path (a video, a folder of pictures, a ``.mvitcap``), or frames as uint8
            (T, H, W, 3), RGB and upright.
        model: a checkpoint's path, what ``load_model`` gave, or a module in memory, which stays as
            it is; None where the clip is a capture file, whose windows are read and not run.
        window: which clip window, from 0; windows tile the clip.
        device: auto, cpu, cuda, ...; auto leaves a model in memory where it is.
        clip_spec: preprocessing in place of the model's own; of a module in memory, in place of
            what its code base publishes.
        fps: frames per second of frames in memory (those at which ``rate`` is meant, so that it
            counts frames of the array), or of a folder of pictures (25).

    Returns:
        The window: predictions, maps, statistics, evidence, figures, arrays.

    Raises:
        VideoError: the clip cannot be opened or read.
        CaptureFileError: the capture file is damaged.
        CheckpointError: the model cannot be loaded.
        ClipError: there is no such window, or the frames do not make an input of the model.
        CaptureError: no model is given, or one that cannot be captured.
        DeviceMemoryError: the device has too little memory.
    """
    source = user_path(str(clip)) if isinstance(clip, str | Path) else clip
    stored = CaptureFile(source) if isinstance(source, Path) and is_capture(source) else None
    explainer, remarks = _explainer(model, device, clip_spec, stored)
    with ExitStack() as unless_run:
        video = unless_run.enter_context(_opened(source, explainer, fps))
        chosen = window_at(explainer.windows(video), window, video.path.name)
        captured = explainer.capture(video, chosen)
        unless_run.pop_all()  # the window closes it
    return ExplainedWindow(explainer, video, captured, remarks)


def _explainer(
    model: ModelArgument | None,
    device: str | torch.device,
    clip_spec: ClipSpec | None,
    stored: CaptureFile | None,
) -> tuple[Explainer, tuple[str, ...]]:
    """The path of the model, or of the windows that a capture file holds in its place."""
    if model is None and stored is None:
        raise CaptureError(
            "no model was given; give the path of a checkpoint, what load_model gave, or a module: "
            "a capture file (.mvitcap) alone needs none"
        )
    if model is None and clip_spec is not None:
        raise CaptureError(
            "clip_spec says how a model is fed, and windows of a capture file are not run; give "
            "the model too"
        )
    if model is None:
        assert stored is not None
        loaded, another = stored.loaded(), ""
    else:
        loaded = loaded_from(model, device, clip_spec)
        another = stored.other_than(loaded) if stored is not None else ""
    keep = Keep(statistics=True)
    explainer = Explainer(
        loaded, remembered_windows=1, keep=keep, stored=None if another else stored
    )
    return explainer, tuple(filter(None, (*loaded.report.warnings, another)))


def _opened(clip: Path | ArrayLike, explainer: Explainer, fps: float | None) -> Video:
    if isinstance(clip, Path):
        return open_video(clip, fps=fps)
    rate = explainer.loaded.clip_spec.target_fps if fps is None else fps
    return video_of_frames(clip, rate)
