"""The exporter of a still picture."""

import struct
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import cv2

from mvit_core.errors import ClipError, ExportError
from mvit_core.export.caption import planned
from mvit_core.export.comparison import Source, Sources
from mvit_core.export.drawing import Artist
from mvit_core.export.figure import SIZES
from mvit_core.export.pane_drawing import Frames, PaneArtist
from mvit_core.export.request import ExportRequest, ExportSummary, OnProgress, Steps
from mvit_core.export.scene import Scene
from mvit_core.pipeline import Explainer
from mvit_core.provenance import Origin
from mvit_core.render import ImageArray
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import ClipWindow, Video
from mvit_core.video.clip import check_held


def export_still(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    path: Path,
    on_progress: OnProgress | None = None,
    others: Sequence[Source] = (),
    origin: Origin | None = None,
) -> ExportSummary:
    """One frame with its heat as PNG; its provenance is in its ``Comment`` text.

    Raises:
        ExportError: the target cannot be written.
        ClipError: the video has no such frame.
        MvitError: the model or the video does not give what is asked for.
    """
    steps = Steps(on_progress, 1)
    steps.again()
    still = draw_still(explainer, video, request, steps.again, others, origin)
    with whole_file(path) as partial:
        partial.write_bytes(still.png())
    steps.step()
    return ExportSummary(str(path), 1, still.size, still.notes)


@dataclass(frozen=True, eq=False)
class Still:
    """One picture of an export, and what it was made of."""

    picture: ImageArray
    """(H, W, 3)."""
    provenance: str
    """Model, video, layer and settings that it was made of, as JSON."""
    notes: tuple[str, ...]
    """Notes for readers."""
    dpi: int = 0
    """Dots per inch, for print; 0 says nothing of it."""

    def png(self) -> bytes:
        """The picture as a file."""
        return png_bytes(self.picture, self.provenance, self.dpi)

    @property
    def size(self) -> tuple[int, int]:
        """(width, height)."""
        return self.picture.shape[1], self.picture.shape[0]


def draw_still(
    explainer: Explainer,
    video: Video,
    request: ExportRequest,
    on_piece: Callable[[], None] = lambda: None,
    others: Sequence[Source] = (),
    origin: Origin | None = None,
) -> Still:
    """One frame with its heat, as a file would show it.

    Args:
        explainer: the model.
        video: the frames.
        request: what is drawn, and of which frame.
        on_piece: called between two pieces of work; what it raises ends the work.
        others: further clips and models, of which a comparison shows maps.
        origin: of the file that it is drawn for; None for a preview.

    Raises:
        ClipError: the video has no such frame, or a capture file holds no map or picture of it.
        MvitError: the model or the video does not give what is asked for.
    """
    scene = Scene(explainer, video, request, on_piece, others)
    index = _index_of(scene, video, explainer.windows(video, request.tiling), request)
    shot = scene.shot(index)
    figure = planned(video.display_size, shot, request)
    if request.comparison is None:
        picture = Artist(figure, request).draw(video.frame(index), index, shot)
    else:
        frames = _frames_at(scene.sources, index)
        picture = PaneArtist(figure, request, scene.sources).draw(frames, index, shot)
    size = SIZES[request.size]
    dpi = 0 if size is None else size.dpi
    run = None if origin is None else origin.run()
    return Still(picture, scene.provenance(index, index + 1, origin, run), scene.notes, dpi)


def _index_of(
    scene: Scene, video: Video, windows: Sequence[ClipWindow], request: ExportRequest
) -> int:
    """The frame that is drawn, which is there."""
    index = request.frame_index
    if index is None:
        sampled = scene.within_windows(windows[0].frame_indices)
        index = sampled[len(sampled) // 2]
    if not 0 <= index < video.frame_count:
        raise ClipError(
            f"frame {index} does not exist; the video has frames 0 to {video.frame_count - 1}"
        )
    check_held(video, (index,))
    if not scene.within_windows((index,)):
        known = ", ".join(f"{each.start} to {each.stop - 1}" for each in windows)
        raise ClipError(f"frame {index} lies in no window that was captured; those are of {known}")
    return index


def _frames_at(sources: Sources, index: int) -> Frames:
    """The frame of each source at the time of a frame of the first."""
    return {
        place: source.video.frame(sources.frame_index(place, index))
        for place, source in enumerate(sources.each)
    }


_METRES_PER_INCH = 0.0254


def png_bytes(picture: ImageArray, comment: str, dpi: int = 0) -> bytes:
    """A PNG file with a ``Comment`` text chunk before its end, and its dots per inch if not 0.

    Raises:
        ExportError: the picture is too large to encode.
    """
    encoded, data = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR))
    if not encoded:
        raise ExportError(f"a picture of {picture.shape[1]}x{picture.shape[0]} cannot be a PNG")
    png = data.tobytes()
    chunks = _chunk(b"iTXt", b"Comment\0\0\0\0\0" + comment.encode())
    if dpi:
        per_metre = round(dpi / _METRES_PER_INCH)
        head = 8 + 25  # signature and IHDR: the density stands before the pixels
        png = (
            png[:head] + _chunk(b"pHYs", struct.pack(">IIB", per_metre, per_metre, 1)) + png[head:]
        )
    return png[:-12] + chunks + png[-12:]  # before IEND, which is 12 bytes


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk of a PNG file: length, name, content, checksum."""
    body = name + content
    return struct.pack(">I", len(content)) + body + struct.pack(">I", zlib.crc32(body))
