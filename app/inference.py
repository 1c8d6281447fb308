"""What the inference lane does: it owns the model and everything of torch.

torch is imported by the first load, so that the window shows before it.
"""

from __future__ import annotations

import os
from dataclasses import replace
from typing import TYPE_CHECKING

from app.facts import LayerFacts, MapAnswer, ModelFacts, PredictionFacts, RangePiece
from mvit_core.attribution import dead_reason
from mvit_core.video import Video, open_video

if TYPE_CHECKING:
    from pathlib import Path

    from app.facts import MapWish
    from app.state import ModelSource
    from app.workers import Ticket
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.pipeline import Explainer, WindowCapture
    from mvit_core.record import LayerAttention
    from mvit_core.video.clip import ClipSpec

CACHE_BYTES = 32 << 20
"""Frames of a window are read once; the decode lane keeps those that are looked at."""

REMEMBERED_WINDOWS = 8
"""Captured windows kept for going back and forth; about 60 MiB each for a 16-frame model."""


def prepare_torch() -> None:
    """Import torch so that it leaves a core to the window."""
    # Spinning OpenMP threads starve the window's thread; read once, when torch is imported.
    os.environ.setdefault("OMP_WAIT_POLICY", "PASSIVE")
    import torch

    torch.set_num_threads(max(1, (os.cpu_count() or 2) - 1))


class ModelHost:
    """Holds the loaded model and its own container; lives on the inference lane."""

    def __init__(self) -> None:
        self._explainer: Explainer | None = None
        self._video: Video | None = None

    def load(self, source: ModelSource, ticket: Ticket) -> ModelFacts:
        """Load another model; the one before stays if this one fails.

        Raises:
            CheckpointError: the file is no model that can be used.
            LabelsError: the class names cannot be read.
        """
        prepare_torch()
        from mvit_core.checkpoint import load_model
        from mvit_core.pipeline import Explainer
        from mvit_core.spill import remove_abandoned

        remove_abandoned()
        ticket.check()
        loaded = load_model(
            source.checkpoint,
            config=source.config,
            preset=source.preset,
            labels=source.labels,
            device=source.device,
            half=source.half,
            on_step=ticket.check,
        )
        ticket.check()
        facts = _model_facts(source, loaded)
        self._explainer = Explainer(loaded, remembered_windows=REMEMBERED_WINDOWS)
        return facts

    def explain(self, wish: MapWish, ticket: Ticket) -> MapAnswer | None:
        """The maps of one layer for one window; None if no model is loaded.

        Raises:
            MvitError: the window cannot be read or the wish does not fit the model.
        """
        from mvit_core.pipeline import MapSpec

        if self._explainer is None:
            return None
        ticket.check()
        video = self._open(wish.clip)
        explainer = self._explainer = fed_as(self._explainer, wish.spec)
        captured = explainer.capture(video, wish.window, ticket.step, ticket.check)
        ticket.check()
        spec = MapSpec(block=wish.block, method=wish.method, query=wish.query)
        maps = explainer.head_maps(video, captured, spec)
        layer = captured.layer(wish.block)
        return MapAnswer(
            wish=wish,
            maps=maps,
            pixel_map=captured.pixel_map,
            frame_indices=captured.frame_indices,
            predictions=_predictions(captured),
            layers=tuple(_layer_facts(each) for each in captured.record.layers),
            dead_class=dead_reason(captured.record, layer, "class"),
            dead_patch=dead_reason(captured.record, layer, (0, 0, 0)),
            note=captured.note,
        )

    def values(self, wish: MapWish, ticket: Ticket) -> RangePiece | None:
        """The values of one layer in one window, which need not be kept for it.

        Raises:
            MvitError: the window cannot be read or the wish does not fit the model.
        """
        from mvit_core.pipeline import MapSpec

        if self._explainer is None:
            return None
        ticket.check()
        video = self._open(wish.clip)
        explainer = self._explainer = fed_as(self._explainer, wish.spec)
        captured = explainer.glance(video, wish.window, on_layer=lambda *_: ticket.check())
        ticket.check()
        spec = MapSpec(block=wish.block, method=wish.method, query=wish.query)
        return RangePiece(wish, explainer.head_maps(video, captured, spec).values)

    def close(self) -> None:
        """Release the model and the container."""
        self._explainer = None
        if self._video is not None:
            self._video.close()
            self._video = None

    def _open(self, path: Path) -> Video:
        if self._video is None or self._video.path != path:
            if self._video is not None:
                self._video.close()
                self._video = None
            self._video = open_video(path, cache_bytes=CACHE_BYTES)
        return self._video


def fed_as(explainer: Explainer, spec: ClipSpec) -> Explainer:
    """An explainer of the same model, fed so; what it remembers was fed so too."""
    if explainer.loaded.clip_spec == spec:
        return explainer
    return explainer.with_model(replace(explainer.loaded, clip_spec=spec))


def _predictions(captured: WindowCapture) -> tuple[PredictionFacts, ...]:
    return tuple(PredictionFacts(p.index, p.name, p.probability) for p in captured.predictions)


def _model_facts(source: ModelSource, loaded: LoadedModel) -> ModelFacts:
    from mvit_core.model.cost import layer_costs  # imports torch

    config = loaded.config
    return ModelFacts(
        source=source,
        format=loaded.format,
        device=f"{loaded.device}, half precision" if loaded.half else str(loaded.device),
        clip_spec=loaded.clip_spec,
        layers=tuple(
            LayerFacts(
                cost.block, cost.stage, cost.heads, f"blocks.{cost.block}", cost.q_shape,
                cost.k_shape,
            )
            for cost in layer_costs(config)
        ),
        class_count=config.num_classes,
        has_class_token=config.has_cls_embed,
        parameters=sum(parameter.numel() for parameter in loaded.model.parameters()),
        readout=config.readout,
        report=loaded.report,
    )  # fmt: skip


def _layer_facts(layer: LayerAttention) -> LayerFacts:
    return LayerFacts(
        block=layer.block,
        stage=layer.stage,
        heads=layer.heads,
        name=layer.name,
        q_shape=layer.q_shape,
        k_shape=layer.k_shape,
        q_geometry=layer.q_geometry,
        k_geometry=layer.k_geometry,
    )
