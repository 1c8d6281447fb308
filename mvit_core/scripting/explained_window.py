"""One window of a clip that was run, with all that a script can ask of it."""

from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from mvit_core.attention.record import AttentionRecord
from mvit_core.attribution import HeadStatistics, MapSpec, Query, head_statistics
from mvit_core.captured import Explanation, Prediction, WindowCapture, class_index
from mvit_core.explaining import DEFAULT_METHOD
from mvit_core.export import ExportRequest, Source
from mvit_core.figure import OWN_RANGES, FigureRequest, default_rows, make_figure, preset_for
from mvit_core.pipeline import Explainer
from mvit_core.render import share_text
from mvit_core.report import Reopening, ReportRequest, check_report_target, save_report
from mvit_core.scripting.choices import (
    Heads,
    block_of,
    heads_of,
    map_method,
    method_of_class,
    query_of,
)
from mvit_core.scripting.page import page_of
from mvit_core.scripting.paper_figure import FigureChoices, PaperFigure, check_choices
from mvit_core.scripting.token_map import ClassEvidence, TokenMap
from mvit_core.system.ordinary_file import user_path
from mvit_core.video import Video

if TYPE_CHECKING:
    from types import TracebackType

    import xarray

__all__ = ["ExplainedWindow"]

_SHOWN = 5
"""Classes in short forms."""


@dataclass(frozen=True, eq=False, repr=False)
class ExplainedWindow:
    """One window of a clip as a model saw it: predictions, maps, statistics, evidence, figures.

    It holds the clip open; ``close`` it, or use it in a ``with`` block. It belongs to one thread.
    """

    explainer: Explainer
    """The path that gives everything here, and remembers what it made."""
    video: Video
    """The clip."""
    capture: WindowCapture
    """The run: the record of all layers, and what the model said."""
    remarks: tuple[str, ...] = field(default=())
    """What must be known of the model."""

    @property
    def predictions(self) -> tuple[Prediction, ...]:
        """All classes with their probability (0 to 1), most probable first; () without classes."""
        return self.capture.predictions

    @property
    def record(self) -> AttentionRecord:
        """The forward pass: ``record.layers[i].attention()`` is (1, heads, queries, keys)."""
        return self.capture.record

    @property
    def frames(self) -> tuple[int, ...]:
        """Source frame of each input frame, from 0."""
        return self.capture.frame_indices

    @cached_property
    def statistics(self) -> tuple[HeadStatistics, ...]:
        """One row for each head, block by block: entropy, distance, sink, profile."""
        return head_statistics(self.capture.record)

    @property
    def notes(self) -> tuple[str, ...]:
        """Sentences that must be known of model, window and clip; () where nothing is unusual."""
        said = (*self.remarks, self.capture.note, *self.video.damage)
        return tuple(dict.fromkeys(note for note in said if note))

    def maps(
        self,
        block: int | None = None,
        head: Heads = "mean",
        *,
        stage: int | None = None,
        method: str = "row",
        query: Query = "readout",
    ) -> TokenMap:
        """The map of a block: where heads look, or what its tokens hold.

        Args:
            block: from 0; None for the last, or for that of ``stage``.
            head: a number from 0, several, which are averaged, "mean", "max" or "min".
            stage: from 1, in place of a block: its last one.
            method: a name or title in ``METHODS`` or ``FEATURES``.
            query: whose attention: "readout", "class", or a token (t, y, x) of the grid.

        Returns:
            The map, ``on_tokens`` (T', Y', X') and ``on_pixels()`` (T, H, W).

        Raises:
            CaptureError: the model has no such block, stage, head or query, or no such method.
        """
        spec = MapSpec(
            block_of(self.capture, block, stage),
            heads_of(head),
            map_method(method),
            query_of(query),
        )
        return TokenMap(self._explanation(spec), self._source)

    def explain(
        self,
        target: int | str | None = None,
        method: str = DEFAULT_METHOD,
        *,
        against: int | str | None = None,
        baseline: str = "mean",
    ) -> ClassEvidence:
        """What of the window speaks for a class; this runs the model.

        Args:
            target: the class by name or number; None for the most probable.
            method: a name or title in ``EVIDENCE``, which names the source of each.
            against: the class instead of which, by name or number; None for the class alone.
            baseline: a name in ``BASELINES``: what the clip is compared with.

        Returns:
            The map with its figures; ``faithfulness()`` measures how far it can be trusted.

        Raises:
            CaptureError: no such class, method or baseline, or the method does not suit the model.
            NeedsModelError: the window is of a capture file, which holds no weights.
        """
        spec = MapSpec(
            method=method_of_class(method),
            target=self._class(target, "class"),
            against=self._class(against, "against"),
        )
        explanation = self._explanation(spec, baseline)
        subject = self.explainer.subject(self.video, self.capture)
        return ClassEvidence(explanation, self._source, subject)

    def figure(
        self,
        rows: str | None = None,
        width_mm: float | None = None,
        *,
        of: TokenMap | None = None,
        preset: str | None = None,
        **choices: Unpack[FigureChoices],
    ) -> PaperFigure:
        """A figure for a paper, in millimetres: rows of maps over sampled frames.

        Args:
            rows: "stages", "blocks", "heads" or "map"; None for what suits the map.
            width_mm: of the page; None for that of the preset.
            of: a map of this window whose method, block, heads, query and class the figure shows;
                None for the attention of the last block.
            preset: a name in ``PRESETS``: whose rules the figure is to keep.
            choices: see ``FigureChoices``.

        Returns:
            The figure; ``save`` writes it as SVG, PDF or PNG.

        Raises:
            ExportError: a choice is none of those allowed, or the rows do not suit the map.
            MvitError: the model or the clip does not give what is asked for.
        """
        check_choices(choices)
        spec = MapSpec() if of is None else of.explanation.spec
        request = FigureRequest(
            ExportRequest(spec, OWN_RANGES),
            rows=rows or default_rows(spec.method),
            width_mm=width_mm,
            window=self.capture.window.index,
            preset=preset_for(preset, width_mm),
            **choices,
        )
        scene = make_figure(self.explainer, self.video, request)
        return PaperFigure(scene, request, Source(self.explainer, self.video))

    def report(
        self,
        path: str | Path,
        *,
        of: TokenMap | None = None,
        faithfulness: bool = True,
        with_paths: bool = True,
    ) -> Path:
        """Write one HTML file that shows the window anywhere, without network and without us.

        Args:
            path: ends in .html.
            of: the map that is shown first, and explained where it is evidence; None for the
                attention of the last block.
            faithfulness: measure what removing the map of the explanation does to the class.
            with_paths: the session that opens the same view in the window names clip and
                checkpoint with their folders; False to give the report away. What is in no file
                has no session.

        Returns:
            The path.

        Raises:
            ExportError: the target cannot be written, or is one of the files that were read.
            MvitError: the model or the clip does not give what is asked for.
        """
        where, spec = user_path(str(path)), MapSpec() if of is None else of.explanation.spec
        check_report_target(where)
        shown, index = ExportRequest(spec), self.capture.window.index
        request = ReportRequest(shown, window=index, faithfulness=faithfulness)
        if isinstance(of, ClassEvidence):
            baseline = of.evidence.baseline or request.baseline
            request = replace(request, why=spec, baseline=baseline)
        reopening = Reopening(where.absolute().parent, with_paths)
        save_report(self.explainer, self.video, request, where, reopening)
        return where

    def to_xarray(self) -> "xarray.DataTree":
        """Predictions, and the attention of every block, with named dimensions.

        Returns:
            A tree: ``probability`` and ``logit`` (class) at its root, and in ``/block_0``,
            ``/block_1``, ... ``attention`` (head, time, y, x) of the readout with statistics of
            heads (head). ``time`` is in seconds, with ``frame`` beside it; ``y`` and ``x`` are in
            source pixels. Units and provenance are attributes.

        Raises:
            ExportError: xarray is not installed.
        """
        from mvit_core.scripting.labelled_arrays import window_tree

        layers = self.capture.record.layers
        maps = [self._explanation(MapSpec(layer.block)) for layer in layers]
        return window_tree(self.capture, maps, self.statistics, self._source)

    def close(self) -> None:
        """Let go of the clip and of all that was remembered; a second call does nothing."""
        self.explainer.close()
        self.video.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: "TracebackType | None",
    ) -> None:
        self.close()

    def __repr__(self) -> str:
        said = ", ".join(f"{p.name} {share_text(p.probability)}" for p in self.predictions[:_SHOWN])
        window, model = self.capture.window, self.explainer.loaded.path.name
        where = f"window {window.index} of {self.video.path.name}, frames {self.frames[0]} to "
        return f"<ExplainedWindow: {where}{self.frames[-1]}, by {model}: {said or 'no classes'}>"

    def _repr_html_(self) -> str:
        """Frames with heat, classes and statistics of heads, for notebooks; below 300 KB."""
        best = self.predictions[:_SHOWN]
        return page_of(self.maps(), best, self.statistics, self._heading, self.notes)

    @property
    def _source(self) -> Source:
        return Source(self.explainer, self.video)

    @property
    def _heading(self) -> tuple[str, str]:
        return self.video.path.name, self.explainer.loaded.path.name

    def _explanation(self, spec: MapSpec, baseline: str = "mean") -> Explanation:
        window, boxes = self.capture.window, self.capture.boxes
        return self.explainer.explain(self.video, window, spec, boxes=boxes, baseline=baseline)

    def _class(self, choice: int | str | None, said: str) -> int | None:
        if choice is None:
            return None
        loaded = self.explainer.loaded
        return class_index(choice, loaded.classes, loaded.config.num_classes, said)
