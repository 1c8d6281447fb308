"""Opens capture files: what was run is there at once, records are read when they are asked for."""

import weakref
from dataclasses import dataclass, field
from pathlib import Path

import torch
from torch import Tensor

from mvit_core.attention.record import AttentionRecord, LayerAttention
from mvit_core.capture_file.description import (
    CODEC,
    FORM,
    Provenance,
    StoredModel,
    StoredRun,
    read_config,
)
from mvit_core.capture_file.layers import check_layer, read_layer, read_tensor
from mvit_core.captured import Prediction, WindowCapture, predictions_of
from mvit_core.checkpoint import LoadedModel, LoadReport
from mvit_core.checkpoint.evidence import empty_model
from mvit_core.errors import CaptureFileError, CheckpointReadError
from mvit_core.explaining.changes import Changes
from mvit_core.geometry import PixelMap
from mvit_core.model.heads import HeadLogits
from mvit_core.system.cache import default_budget_bytes
from mvit_core.system.ordinary_file import is_file, sha256_of
from mvit_core.system.spill import SpillFile
from mvit_core.system.tensor_file import TensorFile
from mvit_core.video import ClipWindow, Video
from mvit_core.video.boxes import Box
from mvit_core.video.decode.captured_clip import CapturedClip, captured_clip

__all__ = ["CaptureFile", "CapturedWindow", "find_run", "read_capture", "stored_windows"]

_MOST_RUNS = 100_000
_UNFORESEEN = (
    ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError,
    ValueError,
)  # fmt: skip
"""Errors that building a network may raise over an architecture that no check foresaw."""


def read_capture(path: str | Path) -> list["CapturedWindow"]:
    """The windows of a capture file, in the order they were run.

    Opening reads the header alone; ``record`` reads its tensors, each checked against its checksum.

    Raises:
        CaptureFileError: the file is missing or damaged, or is no capture file.
    """
    return list(CaptureFile(Path(path)).windows)


def stored_windows(
    stored: "CaptureFile | None", loaded: LoadedModel, video: Video
) -> tuple[ClipWindow, ...] | None:
    """The windows of a capture file, which are all that there are without the model or the clip.

    Args:
        stored: the file; None for no file.
        loaded: the model, which may have no weights.
        video: the clip, of which the file may hold some frames.

    Returns:
        None where the model can be run on any frame.
    """
    if stored is None or (loaded.has_weights and video.opened_video.held is None):
        return None
    return tuple(sorted((each.window for each in stored.windows), key=lambda each: each.start))


def find_run(
    stored: "CaptureFile | None",
    loaded: LoadedModel,
    window: ClipWindow,
    boxes: tuple[Box, ...],
    changes: Changes,
) -> WindowCapture | None:
    """A window as a capture file holds it; None where the model has to run.

    Args:
        stored: the file; None for no file.
        loaded: the model.
        window: which.
        boxes: those of its predictions; () for the whole frame.
        changes: what is changed in the network or on the clip.

    Raises:
        NeedsModelError: the model has to run, and has no weights.
        CaptureFileError: the file is damaged or has changed.
    """
    is_of_run = stored is not None and stored.model.clip_spec == loaded.clip_spec and not changes
    found = stored.find(window, boxes) if stored is not None and is_of_run else None
    if found is None and (loaded.module is None or changes):
        what = f"window {window.index}, which was not captured,"
        loaded.check_weights(changes.words or what)
    return found


class CaptureFile:
    """A capture file: its clip, its model without weights, and the windows that were run.

    Args:
        path: the file.

    Raises:
        CaptureFileError: the file is missing or damaged, or is no capture file.
    """

    def __init__(self, path: Path) -> None:
        self._file = TensorFile(path, CaptureFileError)
        document = self._file.document
        form = document.get("form")
        if form != FORM:
            raise CaptureFileError(
                f"{path.name} is a capture file of form {CODEC.decode(form, int, 'form')}; form "
                f"{FORM} is read, so open it with the version that wrote it"
            )
        self.path = path
        self.clip: CapturedClip = captured_clip(self._file, CaptureFileError)
        try:
            self.model: StoredModel = CODEC.decode(document.get("model"), StoredModel, "model")
            self.config = read_config(document.get("architecture"), self.model.family)
            self.provenance: Provenance = CODEC.decode(
                document.get("provenance"), Provenance, "provenance"
            )
            runs = CODEC.decode(document.get("runs"), tuple[StoredRun, ...], "runs")
        except CaptureFileError as error:
            raise self._file.damaged(str(error)) from error
        if not 0 < len(runs) <= _MOST_RUNS:
            raise self._file.damaged(f"it has {len(runs)} windows")
        self.windows = tuple(
            CapturedWindow(self._file, place, run, self.model.classes)
            for place, run in enumerate(runs)
        )
        for each in self.windows:
            self._check(each.run)

    def find(self, window: ClipWindow, boxes: tuple[Box, ...] = ()) -> WindowCapture | None:
        """A window as it was run, with its record; None where it was not.

        Args:
            window: which.
            boxes: those of its predictions; () for the whole frame.

        Raises:
            CaptureFileError: its tensors are damaged, or the file has changed.
        """
        for each in self.windows:
            if (each.window, each.boxes) == (window, boxes):
                return each.capture()
        return None

    def is_of(self, loaded: LoadedModel) -> bool:
        """The windows are what this model gives: the same checkpoint, read and fed alike.

        Raises:
            CheckpointReadError: its file cannot be read.
        """
        model, report = self.model, loaded.report
        ours = (self.config, model.clip_spec, model.half, model.weights)
        return (
            bool(model.sha256)
            and ours == (loaded.config, loaded.clip_spec, loaded.half, report.weights)
            and sha256_of(loaded.path, CheckpointReadError) == model.sha256
        )

    def other_than(self, loaded: LoadedModel) -> str:
        """Sentence that says that a model is not the file's; empty where it is.

        Raises:
            CheckpointReadError: the model's file cannot be read.
        """
        if is_file(loaded.path) and self.is_of(loaded):
            return ""
        return (
            f"{loaded.path} is not the checkpoint that {self.path} was made of "
            f"({self.model.name}), or is read otherwise: its windows are run anew"
        )

    def check_all(self) -> None:
        """Read everything, so that damage anywhere is found.

        Raises:
            CaptureFileError: a part is damaged, or the file has changed.
        """
        for name in self._file.rows:
            self._file.check(name)

    def loaded(self) -> LoadedModel:
        """The model without its weights: enough for all but a run.

        Raises:
            CaptureFileError: no network can be built of the architecture.
        """
        model = self.model
        try:
            network = empty_model(self.config).eval()
        except _UNFORESEEN as error:
            raise self._file.damaged("its architecture is that of no network") from error
        return LoadedModel(
            model=network,
            config=self.config,
            clip_spec=model.clip_spec,
            classes=None if model.classes is None else list(model.classes),
            format=model.format,
            report=LoadReport(
                model.format,
                model.decided_from,
                weights=model.weights,
                class_names=model.class_names,
                warnings=model.warnings,
            ),
            path=Path(model.name),
            device=torch.device("meta"),
            half=model.half,
            stated_clip_spec=model.clip_spec,
        )

    def _check(self, run: StoredRun) -> None:
        """The run is of this model and of this clip."""
        model, clip = self.model, self.clip
        size = len(model.classes) if model.classes is not None else run.classes
        frames = {*run.frame_indices, *run.window.frame_indices}
        held = {*clip.frames, *clip.unreadable}
        width, height = run.pixel_map.crop_size
        is_fitting = (
            (run.depth, run.classes) == (self.config.depth, size)
            and run.input_shape[1:] == (height, width)
            and run.pixel_map.source_size == clip.frame_size
            and run.window.stop <= clip.frame_count
            and frames <= held
            and set(run.frame_indices) <= set(clip.frames)
        )
        if not is_fitting:
            raise self._file.damaged("a window in it is not of its model and clip")
        grids = self.config.block_grids(run.input_shape)
        for layer in run.layers:
            if (layer.q_shape, layer.k_shape) != grids[layer.block]:
                raise self._file.damaged(f"block {layer.block} in it has other grids")


@dataclass(frozen=True, eq=False)
class CapturedWindow:
    """One window of a capture file; what is small is there, the record is read when asked for."""

    _file: TensorFile
    place: int
    """Its place in the file, from 0."""
    run: StoredRun
    """What the file says of it."""
    _classes: tuple[str, ...] | None
    _records: "weakref.WeakValueDictionary[int, AttentionRecord]" = field(
        default_factory=weakref.WeakValueDictionary
    )

    def __post_init__(self) -> None:
        for layer in self.run.layers:
            check_layer(self._file, self._name(f"layer.{layer.block}"), layer)

    @property
    def window(self) -> ClipWindow:
        """The window."""
        return self.run.window

    @property
    def pixel_map(self) -> PixelMap:
        """Model pixels to source pixels and back."""
        return self.run.pixel_map

    @property
    def frame_indices(self) -> tuple[int, ...]:
        """Source frame of each input frame."""
        return self.run.frame_indices

    @property
    def note(self) -> str:
        """Note on the clip; empty where nothing is unusual."""
        return self.run.note

    @property
    def boxes(self) -> tuple[Box, ...]:
        """Boxes of the predictions on the source; () for the whole frame."""
        return self.run.boxes

    @property
    def record(self) -> AttentionRecord:
        """The forward pass as it was kept; read anew once nobody holds it any more.

        Raises:
            CaptureFileError: a tensor is damaged, or the file has changed.
        """
        known = self._records.get(0)
        if known is None:
            known = self._records[0] = self._read()
        return known

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """All classes, most probable first."""
        return predictions_of(self.record, self._classes)

    def capture(self) -> WindowCapture:
        """The window as a run gives it.

        Raises:
            CaptureFileError: a tensor is damaged, or the file has changed.
        """
        record = self.record
        predictions = predictions_of(record, self._classes)
        run = self.run
        return WindowCapture(
            run.window, run.pixel_map, run.frame_indices, record, predictions, run.note, run.boxes
        )

    def _name(self, of: str) -> str:
        return f"run.{self.place}.{of}"

    def _read(self) -> AttentionRecord:
        run = self.run
        places = {layer.block: self._name(f"layer.{layer.block}") for layer in run.layers}
        nbytes = sum(check_layer(self._file, places[each.block], each) for each in run.layers)
        spill = SpillFile() if nbytes > default_budget_bytes() else None
        layers: list[LayerAttention] = [
            read_layer(self._file, places[each.block], each, spill) for each in run.layers
        ]
        return AttentionRecord(
            logits=self._logits("logits", run.classes),
            layers=tuple(layers),
            depth=run.depth,
            readout=run.readout,
            input_shape=run.input_shape,
            activation=run.activation,
            heads=tuple(
                HeadLogits(head.name, self._logits(f"head.{i}", head.classes))
                for i, head in enumerate(run.heads)
            ),
            boxes=self._tensor("boxes", (run.items, 5)) if run.has_boxes else None,
        )

    def _logits(self, name: str, classes: int) -> Tensor:
        return self._tensor(name, (self.run.items, classes))

    def _tensor(self, name: str, shape: tuple[int, ...]) -> Tensor:
        return read_tensor(self._file, self._name(name), shape)
