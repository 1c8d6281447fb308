"""Writes capture files: what a window needs to show a run without the model and the clip."""

import sys
from collections.abc import Iterable
from pathlib import Path

from mvit_core.capture_file.description import (
    FORM,
    Provenance,
    StoredHead,
    StoredModel,
    StoredRun,
    architecture_json,
)
from mvit_core.capture_file.layers import add_tensor, write_layer
from mvit_core.captured import WindowCapture
from mvit_core.checkpoint import LoadedModel
from mvit_core.errors import CheckpointReadError, ExportError, VideoOpenError
from mvit_core.system.atomic_file import check_writable, whole_file
from mvit_core.system.json_codec import encode
from mvit_core.system.ordinary_file import FileIdentity, is_file, is_there, sha256_of
from mvit_core.system.tensor_file_writer import TensorFileWriter
from mvit_core.system.versions import version_of
from mvit_core.video import Video
from mvit_core.video.decode.captured_clip import CAPTURE_ENDING, TIMES, CapturedClip, frame_name

__all__ = ["check_capture_target", "write_capture"]

_PACKAGES = ("mvit-lens", "torch", "numpy", "av")


def write_capture(
    path: str | Path,
    video: Video,
    loaded: LoadedModel,
    windows: Iterable[WindowCapture],
    *,
    half: bool = False,
    command: str = "",
) -> int:
    """Write windows that were run as a capture file, whole or not at all.

    Args:
        path: the file, whose name ends in ``.mvitcap``.
        video: the clip; its sampled frames are written as it shows them.
        loaded: the model.
        windows: windows of them, run one after the other: each is asked for once the one before
            it is written.
        half: store queries, keys and positions in float16; maps differ by about a thousandth.
        command: the command that was given, for the file's provenance.

    Returns:
        the windows that were written.

    Raises:
        ExportError: the target cannot be written, a value is too large for float16, or there is
            no window.
        MvitError: as ``windows`` or the video raised it.
    """
    path = Path(path)
    check_capture_target(path, video.path, loaded.path)
    with whole_file(path) as partial:
        writer = _CaptureWriter(partial, video, half=half)
        for each in windows:
            writer.add(each)
        if not writer.runs:
            raise ExportError("there is no window to write; give at least one")
        writer.finish(loaded, command)
    return len(writer.runs)


def check_capture_target(path: Path, *sources: Path) -> None:
    """See whether a capture file can be written, before any work is done for it.

    Args:
        path: the file.
        sources: files that are read meanwhile.

    Raises:
        ExportError: its name does not end as such a file's does, it is one of the sources, or no
            file can be written there.
    """
    if path.suffix.lower() != CAPTURE_ENDING:
        raise ExportError(
            f"{path.name} ends in {path.suffix or 'nothing'}; a capture file ends in "
            f"{CAPTURE_ENDING}"
        )
    check_writable(path)
    for source in sources:
        if is_there(path) and is_there(source) and path.samefile(source):
            raise ExportError(f"{path} is read itself; give the capture file another name")


class _CaptureWriter:
    def __init__(self, path: Path, video: Video, *, half: bool) -> None:
        self._writer = TensorFileWriter(path)
        self._video, self._half = video, half
        self.runs: list[StoredRun] = []
        self._frames: set[int] = set()
        self._sampled: set[int] = set()

    def add(self, captured: WindowCapture) -> None:
        """Write a window, and those of its frames that are not there yet."""
        place, record = f"run.{len(self.runs)}", captured.record
        _check_whole(captured)
        add_tensor(self._writer, f"{place}.logits", record.logits)
        for number, head in enumerate(record.heads):
            add_tensor(self._writer, f"{place}.head.{number}", head.logits)
        if record.boxes is not None:
            add_tensor(self._writer, f"{place}.boxes", record.boxes)
        layers = tuple(
            write_layer(self._writer, f"{place}.layer.{layer.block}", layer, half=self._half)
            for layer in record.layers
        )
        self._sampled.update(captured.window.frame_indices)
        for index in sorted(set(captured.frame_indices) - self._frames):
            self._add_frame(index)
        self.runs.append(
            StoredRun(
                window=captured.window,
                pixel_map=captured.pixel_map,
                frame_indices=captured.frame_indices,
                note=captured.note,
                boxes=captured.boxes,
                items=record.logits.shape[0],
                classes=record.logits.shape[1],
                depth=record.depth,
                readout=record.readout,
                input_shape=record.input_shape,
                activation=record.activation,
                heads=tuple(StoredHead(h.name, h.logits.shape[1]) for h in record.heads),
                has_boxes=record.boxes is not None,
                layers=layers,
            )
        )

    def _add_frame(self, index: int) -> None:
        frame = self._video.frame(index)
        self._writer.add(frame_name(index), "U8", frame.shape, frame.data.cast("B"))
        self._frames.add(index)

    def finish(self, loaded: LoadedModel, command: str) -> None:
        """Write times, then what all of it is."""
        seconds = self._video.pts_seconds.astype("<f8")
        self._writer.add(TIMES, "F64", seconds.shape, seconds.data.cast("B"))
        self._writer.finish(
            {
                "form": FORM,
                "clip": encode(self._clip()),
                "model": encode(_model(loaded)),
                "architecture": architecture_json(loaded.config),
                "runs": encode(tuple(self.runs)),
                "provenance": encode(Provenance(command, _versions(), self._half)),
            }
        )

    def _clip(self) -> CapturedClip:
        video = self._video
        is_whole = is_file(video.path)
        return CapturedClip(
            name=video.path.name,
            size=FileIdentity.of(video.path).size if is_whole else 0,
            sha256=sha256_of(video.path, VideoOpenError) if is_whole else "",
            stream=video.stream,
            frame_count=video.frame_count,
            fps=video.fps,
            is_variable_rate=video.is_variable_rate,
            start_seconds=video.start_seconds,
            frame_size=video.size,
            display_size=video.display_size,
            codec=video.codec,
            frames=tuple(sorted(self._frames)),
            unreadable=tuple(sorted(self._sampled - self._frames)),
            damaged=tuple(sorted(self._frames & video.damaged_frames)),
            damage=video.damage,
        )


def _check_whole(captured: WindowCapture) -> None:
    """A run that a file can hold: of one clip and the network as they are, heard to its end."""
    record = captured.record
    items = {layer.inputs.q.shape[0] for layer in record.layers}
    if captured.changes:
        raise ExportError(
            f"a capture file holds runs of the network and the clip as they are, without "
            f"{captured.changes.words}; undo that first"
        )
    if not record.is_complete or items != {1}:
        raise ExportError("a capture file holds whole runs of one clip each; run the window again")


def _model(loaded: LoadedModel) -> StoredModel:
    is_whole, report = is_file(loaded.path), loaded.report
    return StoredModel(
        name=loaded.path.name,
        size=FileIdentity.of(loaded.path).size if is_whole else 0,
        sha256=sha256_of(loaded.path, CheckpointReadError) if is_whole else "",
        format=loaded.format,
        family=loaded.config.family,
        clip_spec=loaded.clip_spec,
        classes=None if loaded.classes is None else tuple(loaded.classes),
        half=loaded.half,
        decided_from=report.decided_from,
        weights=report.weights,
        class_names=report.class_names,
        warnings=report.warnings,
    )


def _versions() -> tuple[tuple[str, str], ...]:
    found = {"python": sys.version.split()[0]}
    found |= {name: number for name in _PACKAGES if (number := version_of(name)) is not None}
    return tuple(found.items())
