"""A map as a script takes it: on its token grid and on source pixels, with places and times."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mvit_core.attribution import LAYER_MAPS
from mvit_core.attribution.maps import FloatArray
from mvit_core.captured import Explanation
from mvit_core.errors import ClipError
from mvit_core.explaining import EVIDENCE, Evidence, Subject
from mvit_core.explaining.faithfulness import Faithfulness, faithfulness
from mvit_core.explaining.tubes import Mode
from mvit_core.export import Source
from mvit_core.export.caption import map_lines, unit_words
from mvit_core.render import HeatSettings, ImageArray, overlay, upsample
from mvit_core.scripting.choices import is_number
from mvit_core.scripting.places import seconds_of, source_frames, token_columns, token_rows
from mvit_core.scripting.stills import still_png

if TYPE_CHECKING:
    import xarray

__all__ = ["ClassEvidence", "TokenMap"]


@dataclass(frozen=True, eq=False, repr=False)
class TokenMap:
    """One map of a window. Arrays are read-only; copy one before changing it."""

    explanation: Explanation
    """The map as the path gives it."""
    source: Source
    """The clip, and the model that looked at it."""

    @property
    def on_tokens(self) -> FloatArray:
        """The map on its token grid: float32 (T', Y', X'), in ``unit``."""
        return _read_only(self.explanation.saliency.values)

    @property
    def heads_on_tokens(self) -> FloatArray:
        """The maps of all heads of the block: float32 (heads, T', Y', X'); one of evidence."""
        return _read_only(self.explanation.maps.values)

    def on_pixels(self, frame: int | None = None, *, smooth: bool = False) -> FloatArray:
        """The map on source pixels, NaN where the model did not look.

        Args:
            frame: a source frame of the window; None for all sampled frames, in ``frames``.
            smooth: interpolate between token centres; otherwise a pixel has its nearest token's
                value.

        Returns:
            float32 (H, W) of one frame, (T, H, W) of all: upright, in stored pixels, in ``unit``.

        Raises:
            ClipError: the window has no such frame.
        """
        if frame is not None:
            return self._on_frame(self._checked(frame), smooth)
        return np.stack([self._on_frame(each, smooth) for each in self.frames])

    def picture(self, frame: int | None = None, heat: HeatSettings | None = None) -> ImageArray:
        """The map over a frame, as the window and exports draw it.

        Args:
            frame: a source frame of the window; None for the middle sampled one.
            heat: colours, opacity and range; None for the usual.

        Returns:
            uint8 (H, W, 3), RGB, in stored pixels.

        Raises:
            ClipError: the window has no such frame.
            FrameDecodeError: it cannot be decoded.
        """
        index = self.frames[len(self.frames) // 2] if frame is None else self._checked(frame)
        shown = self.explanation
        style = (heat or HeatSettings()).style(shown.maps, shown.saliency)
        return overlay(self.source.video.frame(index), shown.heatmap, index, style)

    @property
    def frames(self) -> tuple[int, ...]:
        """Source frames that were sampled, as ``on_pixels`` has them, from 0."""
        return self.explanation.capture.frame_indices

    @property
    def x_px(self) -> NDArray[np.float64]:
        """(X',): centre of each token column on the source frame, in pixels from the left."""
        return token_columns(self.explanation.heatmap)

    @property
    def y_px(self) -> NDArray[np.float64]:
        """(Y',): centre of each token row on the source frame, in pixels from the top."""
        return token_rows(self.explanation.heatmap)

    @property
    def t_frames(self) -> NDArray[np.float64]:
        """(T',): source frame at the centre of each token time, between two frames at times."""
        return source_frames(self.explanation.heatmap)

    @property
    def t_seconds(self) -> NDArray[np.float64]:
        """(T',): time of the centre of each token time, in seconds after frame 0."""
        return seconds_of(self.explanation.heatmap, self.source.video.pts_seconds)

    @property
    def sink(self) -> float | None:
        """Share of the attention on the class key, 0 to 1, which no picture shows; None without."""
        return self.explanation.saliency.sink

    @property
    def colours(self) -> FloatArray | None:
        """(T', Y', X', 3), 0 to 1: colours of a map that brings its own; None of all others."""
        own = self.explanation.saliency.colours
        return None if own is None else _read_only(own.rgb)

    @property
    def unit(self) -> str:
        """Unit of the values, in words."""
        return unit_words(self.explanation, "probability")

    @property
    def block(self) -> int:
        """The block, from 0."""
        return self.explanation.maps.block

    @property
    def stage(self) -> int:
        """The stage of the block, from 1."""
        return self.explanation.maps.stage

    @property
    def method(self) -> str:
        """A name in ``METHODS``, ``FEATURES`` or ``EVIDENCE``."""
        return self.explanation.maps.method

    @property
    def citation(self) -> str:
        """Paper and section that the method is from."""
        return (EVIDENCE.get(self.method) or LAYER_MAPS[self.method]).source

    @property
    def note(self) -> str:
        """What must be known before the map is trusted; empty where nothing is unusual."""
        return self.explanation.maps.note

    @property
    def title(self) -> str:
        """Which map this is, in one line."""
        return ", ".join(map_lines(self.explanation))

    def to_xarray(self) -> "xarray.DataArray":
        """The map with named dimensions and coordinates in pixels, frames and seconds.

        Returns:
            (time, y, x): ``time`` in seconds with ``frame`` beside it, ``y`` and ``x`` in source
            pixels; unit and provenance are attributes.

        Raises:
            ExportError: xarray is not installed.
        """
        from mvit_core.scripting.labelled_arrays import map_array

        return map_array(self.explanation, self.source)

    def __repr__(self) -> str:
        times, rows, columns = self.on_tokens.shape
        return f"<{type(self).__name__}: {self.title}; {times}x{rows}x{columns} tokens>"

    def _repr_png_(self) -> bytes:
        """The middle frame with its heat, small, for notebooks."""
        return still_png(self.picture(), self.source.video.display_size)

    def _on_frame(self, frame: int, smooth: bool) -> FloatArray:
        heatmap = self.explanation.heatmap
        width, height = heatmap.frame_size
        values = upsample(heatmap, frame, (width, height), smooth=smooth)
        left, top, right, bottom = heatmap.box_px
        x, y = np.arange(width) + 0.5, np.arange(height) + 0.5
        seen = np.logical_and.outer((top <= y) & (y <= bottom), (left <= x) & (x <= right))
        return np.where(seen, values, np.float32(np.nan))

    def _checked(self, frame: int) -> int:
        window = self.explanation.capture.window
        if is_number(frame) and (frame in self.frames or window.start <= frame < window.stop):
            return int(frame)
        raise ClipError(
            f"frame {frame!r} is not of window {window.index}, which has frames {window.start} to "
            f"{window.stop - 1}; explain the window of that frame"
        )


@dataclass(frozen=True, eq=False, repr=False)
class ClassEvidence(TokenMap):
    """What of a window speaks for a class, and how far the map can be trusted."""

    subject: Subject
    """The window as measures of trust take it."""

    @property
    def evidence(self) -> Evidence:
        """The figures: sums, baseline, cost, warning."""
        assert self.explanation.evidence is not None
        return self.explanation.evidence

    @property
    def target(self) -> str:
        """Name of the class that is explained."""
        return self.explanation.target

    @property
    def against(self) -> str:
        """Name of the class instead of which; empty where the class stands alone."""
        return self.explanation.against

    @property
    def probability(self) -> float:
        """p(class) of the window, 0 to 1."""
        return self.evidence.probability

    @property
    def trust(self) -> str:
        """How far the method is to be trusted, and why, in words."""
        row = EVIDENCE[self.method]
        return f"{row.trust}: {row.trust_words}"

    def faithfulness(self, mode: Mode = "space-time", *, baseline: str = "mean") -> Faithfulness:
        """See whether removing what the map shows removes the class (Petsiuk et al., BMVC 2018).

        Args:
            mode: what is removed together: "space-time" tubes, places in "space", or "time".
            baseline: a name in ``BASELINES``: what covers what is removed.

        Returns:
            Curves of p(class) by the share removed or restored, beside orders that know nothing.

        Raises:
            CaptureError: there is no such baseline.
            NeedsModelError: the window is of a capture file, which holds no weights.
        """
        return faithfulness(self.subject, self.evidence, mode=mode, baseline=baseline)


def _read_only(values: FloatArray) -> FloatArray:
    view = values.view()
    view.flags.writeable = False
    return view
