"""A model by the files that it was loaded from."""

from __future__ import annotations

from typing import TYPE_CHECKING

from mvit_core.errors import CheckpointChangedError

if TYPE_CHECKING:
    from collections.abc import Callable

    from app.results import MapRequest
    from app.results.maps import Network
    from mvit_core.checkpoint import LoadedModel


def network_of(request: MapRequest) -> Network:
    """The model of a request; where it does not say which files, those that lie there now."""
    return request.model, request.model_files or request.model.files()


def load_unchanged(network: Network, on_step: Callable[[], None] | None = None) -> LoadedModel:
    """Load a model from the files that it is known by.

    Raises:
        CheckpointChangedError: one of them is another by now, or was written to meanwhile.
        MvitError: it cannot be loaded.
    """
    source, files = network
    try:
        if source.files() == files:
            loaded = source.load(on_step)
    finally:
        changed = [f.path.name for f, now in zip(files, source.files(), strict=True) if f != now]
    if changed:
        raise CheckpointChangedError(
            f"{changed[0]} has changed on disk since it was loaded; load the model again"
        )
    return loaded
