"""The columns of a figure: frames of one window of the clip."""

from collections.abc import Sequence
from dataclasses import dataclass

from mvit_core.captured import window_at
from mvit_core.errors import ClipError
from mvit_core.figure.request import FigureRequest
from mvit_core.render import ImageArray
from mvit_core.video import ClipWindow, Video, window_of
from mvit_core.video.clip import check_held


@dataclass(frozen=True, eq=False)
class Column:
    """One frame."""

    frame_index: int
    seconds: float
    pixels: ImageArray
    """(H, W, 3), in stored pixels."""

    @property
    def name(self) -> str:
        """What it is called beside the figure."""
        return f"frame {self.frame_index}"


def window_of_figure(
    windows: Sequence[ClipWindow], video: Video, request: FigureRequest
) -> ClipWindow:
    """The clip window that a figure is of.

    Raises:
        ClipError: there is none such.
    """
    if request.window is not None:
        return window_at(windows, request.window, video.path.name)
    if isinstance(request.frames, int):
        return windows[0]
    first = request.frames[0]
    if not 0 <= first < video.frame_count:
        raise _no_such_frame(first, video)
    return window_of(windows, first)


def frames_of(
    sampled: Sequence[int], video: Video, window: ClipWindow, request: FigureRequest
) -> tuple[int, ...]:
    """The frames of the columns: those named, or so many of the sampled ones, evenly spread.

    Raises:
        ClipError: the video has no such frame, the window does not speak for it, or a capture file
            holds no picture of it.
    """
    if isinstance(request.frames, int):
        each = tuple(dict.fromkeys(sampled))
        count = min(request.frames, len(each))
        return tuple(each[int((place + 0.5) * len(each) / count)] for place in range(count))
    for frame in request.frames:
        if not 0 <= frame < video.frame_count:
            raise _no_such_frame(frame, video)
        if not window.start <= frame < window.stop:
            raise ClipError(
                f"frame {frame} lies in another window than the figure is of: window "
                f"{window.index} has frames {window.start} to {window.stop - 1}; a figure is of one"
            )
    check_held(video, request.frames)
    return request.frames


def columns_of(video: Video, frames: Sequence[int]) -> list[Column]:
    """Decode the frames of the columns."""
    times = video.pts_seconds
    return [Column(frame, float(times[frame]), video.frame(frame)) for frame in frames]


def _no_such_frame(frame: int, video: Video) -> ClipError:
    return ClipError(
        f"frame {frame} does not exist; the video has frames 0 to {video.frame_count - 1}"
    )
