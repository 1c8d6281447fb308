"""Means of heads over the windows of clips, and what stands for heads that are off."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from mvit_core.checkpoint import LoadedModel
from mvit_core.explaining.ablation import head_means
from mvit_core.explaining.changes import Changes
from mvit_core.explaining.given_means import GivenMeans
from mvit_core.explaining.heads_off import HeadMeans, HeadsOff
from mvit_core.explaining.subject import Subject
from mvit_core.explaining.watching import OnStep
from mvit_core.system.cache import Cache, MemoryBudget
from mvit_core.video import ClipWindow, Video, read_clip
from mvit_core.video.transform import transform

if TYPE_CHECKING:
    from mvit_core.system.ordinary_file import FileIdentity

__all__ = ["ClipMeans", "OnWindow"]

OnWindow = Callable[[int, int], None]
"""Called with (windows done, windows in all); raising from it ends the work."""

_SECONDS_TO_RUN = 2.0


class ClipMeans:
    """Means of the windows that a model was run on.

    Not thread-safe: it belongs to whom the network belongs to.

    Args:
        loaded: the model, and how it is fed.
        budget: counts what is remembered together with other caches.
        given: means over batch results, for changes that name one.
    """

    def __init__(self, loaded: LoadedModel, budget: MemoryBudget, given: GivenMeans) -> None:
        self._loaded, self._given = loaded, given
        self._means: Cache[tuple[FileIdentity, ClipWindow], HeadMeans] = Cache(
            budget, "means", seconds_to_remake=_SECONDS_TO_RUN
        )

    def clear(self) -> None:
        """Forget everything."""
        self._means.clear()

    def keep(self, video: Video, window: ClipWindow, means: HeadMeans) -> None:
        """Remember what was heard in a plain run of a window."""
        self._means.put((video.identity, window), means, means.nbytes)

    def over(
        self,
        video: Video,
        windows: Sequence[ClipWindow],
        on_window: OnWindow | None = None,
        on_step: OnStep | None = None,
    ) -> HeadMeans:
        """The mean over windows of a clip, at least one: a plain pass of each not run yet.

        Raises:
            Cancelled: as ``on_window`` or ``on_step`` raised it.
            VideoError: a frame cannot be read.
            ClipError: the frames do not make an input of the model.
        """
        means = self._of(video, windows[0], on_step)
        for done, window in enumerate(windows, start=1):
            if done > 1:
                means = means.joined(self._of(video, window, on_step))
            if on_window is not None:
                on_window(done, len(windows))
        return means

    def _of(self, video: Video, window: ClipWindow, on_step: OnStep | None) -> HeadMeans:
        known = self._means.get((video.identity, window))
        if known is None:
            self._loaded.check_weights("the mean output of a head")
            given = transform(read_clip(video, window), self._loaded.clip_spec)
            known = head_means(Subject(self._loaded.model, given.tensor), on_step)
            self.keep(video, window, known)
        return known

    def heads_off(
        self,
        video: Video,
        changes: Changes,
        windows: Sequence[ClipWindow],
        on_step: Callable[[], None] | None = None,
    ) -> HeadsOff | None:
        """The heads that are off in a run, and what stands for them; None where none is.

        Args:
            video: the clip.
            changes: say which, and of which windows the mean is.
            windows: all of the clip.
            on_step: called many times within each pass; raising from it ends the work.

        Raises:
            CaptureError: the network has no such head.
            MvitError: a window that the mean is of cannot be run, or the batch result is not there.
        """
        if not changes.heads_off:
            return None
        config = self._loaded.config
        off = HeadsOff(config, changes.heads_off)  # before any window is run for nothing
        if changes.by == "zero":
            return off
        if changes.batch is not None:
            return HeadsOff(config, changes.heads_off, self._given.of(changes.batch))

        def check(*_: int) -> None:
            if on_step is not None:
                on_step()

        means = self.over(video, changes.mean_of or windows, check, check)
        return HeadsOff(config, changes.heads_off, means)
