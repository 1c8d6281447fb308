"""Opens the dialogs of commands, and passes the user's choices to the controller."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QSettings
from PySide6.QtWidgets import QFileDialog, QWidget

from app.dialogs.choose import ChooseDialog
from app.dialogs.help import rate_dialog, stride_dialog
from app.results import Message
from app.state.view_state import ModelSource
from app.text.model_words import network_words
from app.window.file_kinds import CHECKPOINT_ENDINGS, VIDEO_ENDINGS
from app.workers.export import named, spans_of
from mvit_core.clips import LIST_ENDINGS
from mvit_core.errors import ClipError
from mvit_core.video.boxes import read_boxes
from mvit_core.video.decode.captured_clip import CAPTURE_ENDING, is_capture

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.controller.controller import Controller
    from app.workers.export import ExportJob

CONFIGURATIONS = "*.yaml *.yml *.json *.py"
LABELS = "*.txt *.json *.csv *.yaml *.yml *.pbtxt *.names"
"""Patterns of the files that are offered first."""


class DialogOpener(QObject):
    """Opens dialogs over a window; the large ones are imported when they are asked for.

    Args:
        window: the parent of every dialog.
        controller: acts on the choices.
        settings: storage of the folders used last.
    """

    def __init__(self, window: QWidget, controller: Controller, settings: QSettings) -> None:
        super().__init__(window)
        self._window, self._controller, self._settings = window, controller, settings

    def open_video(self) -> None:
        """Ask for a video and open it."""
        endings = " ".join(f"*{ending}" for ending in sorted(VIDEO_ENDINGS))
        path = self._choose_file(self.tr("Open video"), self.tr("Videos"), endings, "video")
        if path is not None and path.suffix.lower() in CHECKPOINT_ENDINGS:
            self._controller.load_model(ModelSource(path))
        elif path is not None:
            self._controller.open_video(path)

    def open_folder(self) -> None:
        """Ask for a folder of pictures and open it."""
        folder = self._choose_folder(self.tr("Open folder of pictures"), "video")
        if folder is not None:
            self._controller.open_video(folder)

    def open_list(self) -> None:
        """Ask for a list of clips and open it."""
        endings = " ".join(f"*{ending}" for ending in LIST_ENDINGS)
        title, kind = self.tr("Open list of clips"), self.tr("Lists")
        path = self._choose_file(title, kind, endings, "clips")
        if path is not None:
            self._controller.intents.clips.open(path)

    def open_clip_folder(self) -> None:
        """Ask for a folder of clips and open it."""
        folder = self._choose_folder(self.tr("Open folder of clips"), "clips")
        if folder is not None:
            self._controller.intents.clips.open(folder)

    def open_batch(self) -> None:
        """Ask for the folder that a batch was written to, and open it."""
        folder = self._choose_folder(self.tr("Open batch result"), "batch")
        if folder is not None:
            self._controller.intents.clips.open(folder)

    def mean_of_batch(self) -> None:
        """Ask for a batch result whose means heads give that are off."""
        folder = self._choose_folder(self.tr("Mean over a batch result"), "batch")
        if folder is not None:
            self._controller.intents.heads_off.choose_batch(folder)

    def choose_batch_root(self) -> None:
        """Ask for the folder in which the clips of a batch result lie now, and look there."""
        folder = self._choose_folder(self.tr("Folder of the clips"), "batch clips")
        row = self._controller.store.state.clip_row
        if folder is not None:
            self._controller.intents.clips.move_batch(folder)
            if row is not None:
                self._controller.clips.open_row(row)

    def ask_picture_fps(self) -> None:
        """Ask for the frames per second of a folder of pictures."""
        dialog = rate_dialog(self._controller.store.state.picture_fps, self._window)
        dialog.doubleValueSelected.connect(
            lambda fps: self._controller.store.update(picture_fps=fps)
        )
        dialog.open()

    def ask_stride(self) -> None:
        """Ask for the frames from one window of the model to the next."""
        stride = self._controller.store.state.tiling.stride
        dialog = stride_dialog(stride if isinstance(stride, int) else 8, self._window)
        dialog.intValueSelected.connect(self._controller.intents.windows.stride)
        dialog.open()

    def load_model(self) -> None:
        """Ask for a checkpoint and load it."""
        endings = " ".join(f"*{ending}" for ending in sorted(CHECKPOINT_ENDINGS))
        path = self._choose_file(self.tr("Load model"), self.tr("Checkpoints"), endings, "model")
        if path is not None and is_capture(path):
            self._controller.open_video(path)
        elif path is not None:
            self._controller.load_model(ModelSource(path))

    def choose_config(self) -> None:
        """Ask for the model's configuration and load it anew."""
        title, kind = self.tr("Choose configuration"), self.tr("Configurations")
        path = self._choose_file(title, kind, CONFIGURATIONS, "model")
        if path is not None:
            self._controller.load_with(config=path, preset=None)

    def choose_labels(self) -> None:
        """Ask for class names and load the model anew."""
        title, kind = self.tr("Class names"), self.tr("Class names")
        path = self._choose_file(title, kind, LABELS, "model")
        if path is not None:
            self._controller.load_with(labels=path)

    def choose_preset(self) -> None:
        """Ask for a published architecture and load the model anew."""
        from mvit_core.model.presets import PRESETS  # torch: a model was asked for already

        failed = self._controller.results.failed_load
        fitting = failed.presets if failed is not None else ()
        fits = self.tr("{name} - fits the weights")
        rows = tuple((name, fits.format(name=name)) for name in fitting)
        rows += tuple((name, name) for name in PRESETS if name not in fitting)
        self._choose(
            self.tr("Choose preset"),
            self.tr("The published architecture that the weights were trained as:"),
            rows,
            lambda name: self._controller.load_with(preset=name, config=None),
        )

    def choose_weights(self) -> None:
        """Ask for a network of the model's file and load it."""
        results = self._controller.results
        networks = results.model.report.networks if results.model is not None else ()
        networks = networks if results.failed_load is None else results.failed_load.networks
        self._choose(
            self.tr("Choose weights"),
            self.tr("The file holds several networks; the one to be read:"),
            tuple((name, network_words(name)) for name in networks),
            lambda name: self._controller.load_with(weights=name, head=None),
        )

    def _choose(
        self,
        title: str,
        words: str,
        rows: tuple[tuple[str, str], ...],
        then: Callable[[str], None],
    ) -> None:
        dialog = ChooseDialog(title, words, rows, self._window)
        dialog.chosen.connect(then)
        dialog.open()

    def open_boxes(self) -> None:
        """Ask for a file of boxes and read it."""
        path = self._choose_file(self.tr("Open boxes"), self.tr("Boxes"), "*.csv", "boxes")
        if path is None:
            return
        try:
            self._controller.intents.boxes.load(read_boxes(path))
        except ClipError as error:
            self._controller.notify(Message("error", str(error)))

    def export(self) -> None:
        """Open the export dialog."""
        from app.dialogs.export.content import ExportFacts
        from app.dialogs.export.dialog import ExportDialog

        results, state = self._controller.results, self._controller.store.state
        job, layer = self._controller.exports.job(), results.layer(state.map.block)
        if job is None or layer is None or results.video is None:
            return
        self._controller.intents.pause()
        request = results.request
        facts = ExportFacts(
            spans_of(state, results),
            layer.heads,
            results.video.fps,
            len(results.windows),
            None if request is None else self._controller.survey.seconds(request),
        )
        dialog = ExportDialog(self._of_last_kind(job), facts, self._window)
        exports = self._controller.exports
        dialog.finished.connect(lambda _: self._settings.setValue("export/ending", dialog.ending))
        dialog.export_asked.connect(self._controller.export)
        dialog.preview_asked.connect(exports.preview)
        dialog.finished.connect(lambda _: exports.previews.stop())
        exports.previews.drawn.connect(dialog.show_preview)
        exports.previews.estimated.connect(dialog.show_estimate)
        dialog.open()

    def figure(self) -> None:
        """Open the dialog of figures for papers, of the window at the playhead."""
        from app.dialogs.figure.dialog import FigureDialog

        exports, results = self._controller.exports, self._controller.results
        job, state = exports.job(), self._controller.store.state
        window = results.window(state.frame)
        if job is None or window is None:
            return
        self._controller.intents.pause()
        dialog = FigureDialog(job, window.index, self._window)
        dialog.figure_asked.connect(exports.save_figure)
        dialog.preview_asked.connect(exports.preview_figure)
        dialog.finished.connect(lambda _: exports.figures.stop())
        exports.figures.drawn.connect(dialog.show_preview)
        dialog.open()

    def report(self) -> None:
        """Open the dialog of HTML reports, of the window at the playhead."""
        from app.dialogs.report.dialog import ReportDialog, ReportFacts

        exports, results = self._controller.exports, self._controller.results
        job, state = exports.job(), self._controller.store.state
        layer, model, video = results.layer(state.map.block), results.model, results.video
        if job is None or layer is None or model is None or video is None:
            return
        self._controller.intents.pause()
        can_explain = model.has_weights and model.has_classes
        facts = ReportFacts(layer.heads, video.size[1], can_explain)
        dialog = ReportDialog(job, state, facts, self._window)
        dialog.report_asked.connect(exports.save_report)
        dialog.preview_asked.connect(exports.preview)
        dialog.finished.connect(lambda _: exports.previews.stop())
        exports.previews.drawn.connect(dialog.show_preview)
        dialog.open()
        dialog.ask_preview()

    def save_capture(self) -> None:
        """Ask for a file, and write the windows that were run as a capture file."""
        clip = self._controller.store.state.clip
        if clip is None:
            return
        folder = self._settings.value("folder/capture", "") or str(clip.absolute().parent)
        first = Path(str(folder)) / f"{clip.stem}{CAPTURE_ENDING}"
        kind = self.tr("Capture files")
        name, _ = QFileDialog.getSaveFileName(
            self._window, self.tr("Save capture"), str(first), f"{kind} (*{CAPTURE_ENDING})"
        )
        if name:
            target = Path(name)
            self._settings.setValue("folder/capture", str(target.parent))
            target = target if target.suffix else target.with_suffix(CAPTURE_ENDING)
            self._controller.exports.save_capture(target)

    def _of_last_kind(self, job: ExportJob) -> ExportJob:
        """The job with the kind of file that was chosen last time."""
        from mvit_core.export import EXPORTERS

        ending = str(self._settings.value("export/ending", ""))
        if ending not in EXPORTERS:
            return job
        return replace(job, target=named(replace(job, target=job.target.with_suffix(ending))))

    def patch(self) -> None:
        """Ask for another clip and a part, and have the window shown patched."""
        from app.dialogs.patch import PatchDialog

        results, state = self._controller.results, self._controller.store.state
        layer = results.layer(state.map.block)
        endings = " ".join(f"*{ending}" for ending in sorted(VIDEO_ENDINGS))
        title, kind = self.tr("Patch from another clip"), self.tr("Videos")
        path = self._choose_file(title, kind, endings, "video")
        if path is None or layer is None:
            return
        dialog = PatchDialog(path.name, results.layers, layer.block, self._window)
        dialog.patch_asked.connect(
            lambda patch, window: self._controller.patches.begin(patch, path, window)
        )
        dialog.open()

    def preprocessing(self) -> None:
        """Open the preprocessing dialog, beside the picture."""
        from app.dialogs.preprocessing import PreprocessingDialog

        model, used = self._controller.results.model, self._controller.store.state.clip_spec
        if model is None:
            return
        dialog = self._window.findChild(PreprocessingDialog)
        if dialog is None or not dialog.isVisible():  # one that was closed is about to go
            dialog = PreprocessingDialog(model.clip_spec, used or model.clip_spec, self._window)
            dialog.spec_asked.connect(self._controller.intents.preprocess)
            self._controller.store.changed.connect(dialog.follow)
        dialog.show()
        dialog.activateWindow()

    def _choose_folder(self, title: str, memory: str) -> Path | None:
        folder = str(self._settings.value(f"folder/{memory}", ""))
        name = QFileDialog.getExistingDirectory(self._window, title, folder)
        if not name:
            return None
        self._settings.setValue(f"folder/{memory}", str(Path(name).parent))
        return Path(name)

    def _choose_file(self, title: str, kind: str, endings: str, memory: str) -> Path | None:
        folder = str(self._settings.value(f"folder/{memory}", ""))
        filters = f"{kind} ({endings});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self._window, title, folder, filters)
        if not name:
            return None
        self._settings.setValue(f"folder/{memory}", str(Path(name).parent))
        return Path(name)
