"""Lists the files in use, and finds those that changed since they were opened."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from app.state.view_state import ModelSource
    from mvit_core.system.ordinary_file import FileIdentity


class KnownFiles:
    """The files of panes' models as they were first seen, and whatever has changed on disk."""

    def __init__(self) -> None:
        self._models: dict[ModelSource, tuple[FileIdentity, ...]] = {}
        self._changed: set[FileIdentity] = set()

    def of_model(self, source: ModelSource) -> tuple[FileIdentity, ...]:
        """Files that a model is read from that only panes show."""
        if source not in self._models:
            self._models[source] = source.files()
        return self._models[source]

    def forget_models(self) -> None:
        """Look anew which files the models of panes are."""
        self._models.clear()

    def note_changed(self, file: FileIdentity) -> bool:
        """A file is another by now; False where that was noted before."""
        if file in self._changed:
            return False
        self._changed.add(file)
        return True

    def has_changed(self, file: FileIdentity | None) -> bool:
        """A file is known to be another by now."""
        return file in self._changed
