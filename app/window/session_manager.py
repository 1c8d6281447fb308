"""Saves sessions of the window to files, and opens them again."""

from __future__ import annotations

import base64
import os
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QByteArray, QObject, Signal, Slot
from PySide6.QtWidgets import QFileDialog, QMessageBox

from app.dialogs.relink import RelinkDialog
from app.results import Message, TaskKey
from app.state.session_file import (
    ENDING,
    Place,
    find,
    kept_view,
    model_source,
    read_session,
    session_of,
    write_session,
)
from app.state.view_state import MOST_PINNED, TOP_CHOICES, Loop
from app.window.docks import LAYOUT_VERSION
from mvit_core.attribution import METHODS, MapSpec, head_within
from mvit_core.errors import MvitError
from mvit_core.render import HeatSettings, colormaps

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from app.controller.controller import Controller
    from app.results import Results
    from app.state.session_file import Session
    from app.state.store import Store, Values
    from app.state.view_state import ModelSource, ViewState
    from app.views.canvas import Canvas

PASSING = frozenset({"frame", "speed"})
"""Fields that are saved, but whose change does not make a session modified."""


@dataclass(frozen=True)
class _Opening:
    """A session whose files are being opened."""

    path: Path
    session: Session
    clip: Path | None
    model: ModelSource | None


class SessionManager(QObject):
    """Holds the session in use, and whether it was changed since it was saved.

    Args:
        window: has the layout; the parent of dialogs.
        controller: opens the files of a session.
        canvas: has the zoom.
    """

    changed = Signal()
    """Emitted when another session is in use, or it was modified or saved."""
    saved = Signal(object)
    """Emitted with the path of a session that was saved or opened."""

    def __init__(self, window: QMainWindow, controller: Controller, canvas: Canvas) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._store: Store = controller.store
        self._canvas = canvas
        self.path: Path | None = None
        self._saved: ViewState | None = None
        self._opening: _Opening | None = None
        controller.snapshot_changed.connect(self._arrived)
        self._store.changed.connect(self._on_changed)

    @property
    def is_modified(self) -> bool:
        """True where the view differs from the one saved."""
        if self.path is None or self._saved is None:
            return False
        old, new = self._saved, self._store.state
        if (old.clip, old.model) != (new.clip, new.model):
            return True
        before, now = kept_view(old), kept_view(new)
        return any(before[name] != now[name] for name in now if name not in PASSING)

    # -- saving -----------------------------------------------------------------------------

    def save(self) -> bool:
        """Save the session to its file, or ask for one; False if it was not saved."""
        return self.save_as() if self.path is None else self._write(self.path)

    def save_as(self) -> bool:
        """Ask for a file and save the session; False if it was not saved."""
        clip = self._store.state.clip
        folder = clip.absolute().parent if clip is not None else Path.home()
        folder = folder if os.access(folder, os.W_OK) else Path.home()
        first = self.path or folder / f"{clip.stem if clip else 'session'}{ENDING}"
        title, kind = self.tr("Save session"), self.tr("Sessions")
        name, _ = QFileDialog.getSaveFileName(
            self._window, title, str(first), f"{kind} (*{ENDING})"
        )
        if not name:
            return False
        target = Path(name)
        return self._write(target if target.suffix else target.with_suffix(ENDING))

    def _write(self, target: Path) -> bool:
        try:
            session = session_of(self._store.state, self._place(), target.absolute().parent)
            write_session(session, target)
        except MvitError as error:
            self._controller.notify(Message("error", str(error)))
            return False
        self._use(target)
        words = self.tr("Session saved: {name}").format(name=target.name)
        self._controller.notify(Message("info", words))
        return True

    def _place(self) -> Place:
        layout = self._window.saveState(LAYOUT_VERSION).data()
        zoom, centre = self._canvas.place
        return Place(base64.b64encode(layout).decode("ascii"), zoom, centre)

    def may_close(self) -> bool:
        """Ask whether to save a modified session; False if the user cancels closing."""
        if not self.is_modified or self.path is None:
            return True
        button = QMessageBox.StandardButton
        words = self.tr("{name} was changed. Save it?").format(name=self.path.name)
        choices = button.Save | button.Discard | button.Cancel
        result = QMessageBox.question(
            self._window, self.tr("Save session"), words, choices, button.Save
        )
        return result == button.Discard or (result == button.Save and self.save())

    # -- opening ----------------------------------------------------------------------------

    def open_dialog(self) -> None:
        """Ask for a session and open it."""
        filters = f"{self.tr('Sessions')} (*{ENDING});;{self.tr('All files')} (*)"
        name, _ = QFileDialog.getOpenFileName(self._window, self.tr("Open session"), "", filters)
        if name:
            self.open(Path(name))

    def open(self, path: Path) -> None:
        """Open a session; where it cannot be read, clip and model in use stay."""
        try:
            session = read_session(path)
        except MvitError as error:
            self._controller.notify(Message("error", str(error)))
            return
        if session.unknown:
            words = self.tr("{name} says more than this version knows: {what}")
            words = words.format(name=path.name, what=", ".join(session.unknown))
            self._controller.notify(Message("warning", words))
        found = {role: find(ref, path.absolute().parent) for role, ref in session.files.items()}
        for role, each in found.items():
            if each.path is not None and not each.same:
                words = self.tr("{name} is another file than the one that was saved")
                words = words.format(name=session.files[role].name)
                self._controller.notify(Message("warning", words))
        paths = {role: each.path for role, each in found.items() if each.path is not None}
        if len(paths) == len(found):
            self._begin(path, session, paths)
            return
        dialog = RelinkDialog(session, paths, self._window)
        dialog.relinked.connect(lambda chosen: self._begin(path, session, chosen))
        dialog.open()

    def _begin(self, path: Path, session: Session, paths: dict[str, Path]) -> None:
        clip, model = paths.get("clip"), model_source(session, paths)
        self._opening = _Opening(path, session, clip, model)
        results = self._controller.results
        if model is not None and (results.model is None or results.model.source != model):
            self._controller.load_model(model)
        if clip is not None and (results.video is None or results.video.path != clip):
            self._controller.open_video(clip)
        self._arrived()

    @Slot()
    def _arrived(self) -> None:
        """Show the session's view once its files are open; drop it where they cannot be opened."""
        opening, results = self._opening, self._controller.results
        if opening is None:
            return
        video_there = results.video is not None and results.video.path == opening.clip
        model_there = results.model is not None and results.model.source == opening.model
        if (video_there or opening.clip is None) and (model_there or opening.model is None):
            self._opening = None
            self._show(opening)
        elif any(j.state in ("failed", "cancelled") for j in results.jobs if j.key in _FILE_JOBS):
            self._opening = None  # the failure itself was shown already

    def _show(self, opening: _Opening) -> None:
        view = fitted(opening.session.view, self._controller.results)
        self._store.update(**view, playing=False, scrubbing=False, picking=False)
        self._store.forget()
        place = opening.session.place
        if place.layout:
            layout = QByteArray.fromBase64(QByteArray(place.layout.encode("ascii", "ignore")))
            self._window.restoreState(layout, LAYOUT_VERSION)
        self._canvas.go_to(place.zoom, place.centre)
        self._use(opening.path)

    def _use(self, path: Path) -> None:
        self.path, self._saved = path, self._store.state
        self.changed.emit()
        self.saved.emit(path)

    @Slot(object, object)
    def _on_changed(self, _: ViewState, new: ViewState) -> None:
        if self.path is not None and new.clip is None and self._opening is None:
            self.path = self._saved = None  # the clip was closed, and the session with it
        self.changed.emit()


_FILE_JOBS = (TaskKey.OPEN, TaskKey.LOAD)


def fitted(view: Values, results: Results) -> Values:
    """Fit a session's view to the clip and the model that are open.

    A file that was edited by hand, or relinked to another clip or model, may ask for frames,
    layers, heads or tokens that do not exist.
    """
    view = dict(view)
    count = results.video.frame_count if results.video is not None else 1
    view["frame"] = min(max(view.get("frame", 0), 0), count - 1)
    view |= _fitted_marks(view, count) | _fitted_classes(view, results)
    if "map" in view:
        view["map"] = _fitted_map(view["map"], results)
    heat = view.get("heat")
    if heat is not None and heat.colormap not in colormaps("sequential"):
        view["heat"] = replace(heat, colormap=HeatSettings().colormap)
    return view


def _fitted_map(wanted: MapSpec, results: Results) -> MapSpec:
    """Replace layer, head, method or token of a map that do not exist."""
    if wanted.block is not None and not 0 <= wanted.block < len(results.layers):
        wanted = replace(wanted, block=None)
    if wanted.method not in METHODS:
        wanted = replace(wanted, method=MapSpec().method)
    layer = results.layer(wanted.block)
    wanted = replace(wanted, head=head_within(wanted.head, layer.heads if layer is not None else 0))
    if isinstance(wanted.query, tuple):
        column = wanted.method == "column"
        shape = (0, 0, 0) if layer is None else layer.k_shape if column else layer.q_shape
        if not all(0 <= i < n for i, n in zip(wanted.query, shape, strict=True)):
            wanted = replace(wanted, query="readout", method="row")
    return wanted


def _fitted_marks(view: Values, count: int) -> Values:
    """Drop markers and loop points outside a video of ``count`` frames, and sort markers."""
    kept = {m.frame: m for m in view.get("markers", ()) if 0 <= m.frame < count}
    loop = view.get("loop", Loop())
    inside = all(point is None or 0 <= point < count for point in (loop.first, loop.last))
    markers = tuple(kept[frame] for frame in sorted(kept))
    return {"markers": markers, "loop": loop if inside else Loop()}


def _fitted_classes(view: Values, results: Results) -> Values:
    """Drop pinned classes that the model lacks, and a list length that is not offered."""
    count = results.model.class_count if results.model is not None else 0
    pinned = dict.fromkeys(i for i in view.get("pinned_classes", ()) if 0 <= i < count)
    top = view.get("top_k")
    return {
        "pinned_classes": tuple(pinned)[:MOST_PINNED],
        "top_k": top if top in TOP_CHOICES else TOP_CHOICES[0],
    }
