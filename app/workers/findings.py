"""Describes models and runs of the inference worker as values for the window."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from app.results import (
    BoxPredictions,
    HeadInfo,
    HeadPredictions,
    LayerInfo,
    MapResult,
    ModelInfo,
    PredictionInfo,
)
from mvit_core.attribution import dead_reason
from mvit_core.explaining.methods import EVIDENCE, INSTANT_METHOD

if TYPE_CHECKING:
    from app.results import MapRequest
    from app.results.maps import Network
    from mvit_core.attention.record import LayerAttention
    from mvit_core.checkpoint import LoadedModel
    from mvit_core.explaining import Evidence
    from mvit_core.explaining.watching import OnStep
    from mvit_core.model import MViTConfig
    from mvit_core.pipeline import Explainer, Prediction, WindowCapture
    from mvit_core.video import Video


def result_of(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    request: MapRequest,
    evidence: Evidence | None = None,
    on_step: OnStep | None = None,
) -> MapResult:
    """Describe what was captured of a window, and make the maps of a request.

    Args:
        explainer: made the capture.
        video: the clip.
        captured: a window of it.
        request: what is asked for.
        evidence: that was made for the request; by default the quick answer, where it asks for any.
        on_step: of maps that run the model; raising from it cancels.
    """
    from mvit_core.captured import maps_of  # imports torch

    if request.is_of_evidence:
        evidence = evidence or _quick_answer(explainer, video, captured, request)
        maps = replace(maps_of(evidence, captured), note="")  # the window says it in its words
    else:
        maps = explainer.head_maps(video, captured, request.map, on_step)
    return MapResult(
        request=request,
        maps=maps,
        evidence=evidence,
        pixel_map=captured.pixel_map,
        frame_indices=captured.frame_indices,
        predictions=_predictions(captured.predictions),
        layers=_all_layers(explainer.loaded.config, captured),
        note=captured.note,
        is_complete=captured.record.is_complete,
        is_damaged=not video.damaged_frames.isdisjoint(captured.frame_indices),
        boxes=_box_predictions(explainer, captured),
        heads=_head_predictions(explainer, captured),
    )


def _quick_answer(
    explainer: Explainer, video: Video, captured: WindowCapture, request: MapRequest
) -> Evidence:
    """Evidence by the method asked for where that is there at once, else by the instant one."""
    row, instant = EVIDENCE[request.map.method], EVIDENCE[INSTANT_METHOD]
    method = request.map.method if row.home == instant.home else INSTANT_METHOD
    spec = replace(request.map, method=method)
    return explainer.evidence(video, captured, spec, box=request.box)


def _predictions(predictions: tuple[Prediction, ...]) -> tuple[PredictionInfo, ...]:
    return tuple(PredictionInfo(p.index, p.name, p.probability) for p in predictions)


def _box_predictions(explainer: Explainer, captured: WindowCapture) -> tuple[BoxPredictions, ...]:
    if not captured.record.is_complete:
        return ()
    return tuple(
        BoxPredictions(box, _predictions(explainer.predictions_of(captured.record, place)))
        for place, box in enumerate(captured.boxes)
    )


def _head_predictions(explainer: Explainer, captured: WindowCapture) -> tuple[HeadPredictions, ...]:
    """Predictions of every head; class names are known of the chosen one alone."""
    from mvit_core.attention.record import activated

    loaded, record, found = explainer.loaded, captured.record, []
    for head in record.heads:
        scores = activated(head.logits, record.activation)[0].double().numpy()
        names = loaded.classes if head.name == loaded.config.head_name else None
        rows = tuple(
            PredictionInfo(i, names[i] if names else f"class {i}", float(scores[i]))
            for i in (-scores).argsort(kind="stable").tolist()
        )
        found.append(HeadPredictions(head.name, rows))
    return tuple(found)


def model_info(network: Network, loaded: LoadedModel) -> ModelInfo:
    """Describe a model that was loaded."""
    from mvit_core.model.families import family_of  # imports torch

    config, (source, files) = loaded.config, network
    weights = [*(loaded.module or loaded.model).parameters()]
    return ModelInfo(
        source=source,
        files=files,
        format=loaded.format,
        device=str(loaded.runs_on),
        clip_spec=loaded.clip_spec,
        layers=_configured_layers(config),
        class_count=config.num_classes,
        has_class_token=config.has_cls_embed,
        parameters=sum(parameter.numel() for parameter in weights),
        readout=config.readout,
        report=loaded.report,
        family=family_of(config).title,
        activation=config.head_act,
        heads=tuple(HeadInfo(head.name, head.classes) for head in loaded.heads),
        head=config.head_name or "head",
        captured_of="" if loaded.has_weights or loaded.module is not None else loaded.path.name,
        is_own_code=loaded.module is not None,
    )


def _configured_layers(config: MViTConfig) -> tuple[LayerInfo, ...]:
    from mvit_core.model.cost import layer_costs  # imports torch

    return tuple(
        LayerInfo(
            cost.block, cost.stage, cost.heads, f"blocks.{cost.block}", cost.q_shape, cost.k_shape
        )
        for cost in layer_costs(config)
    )


def _all_layers(config: MViTConfig, captured: WindowCapture) -> tuple[LayerInfo, ...]:
    """All layers: those that were kept with the grids of the run, the others as configured."""
    kept = {layer.block: _layer_info(captured, layer) for layer in captured.record.layers}
    return tuple(kept.get(layer.block, layer) for layer in _configured_layers(config))


def _layer_info(captured: WindowCapture, layer: LayerAttention) -> LayerInfo:
    return LayerInfo(
        block=layer.block,
        stage=layer.stage,
        heads=layer.heads,
        name=layer.name,
        q_shape=layer.q_shape,
        k_shape=layer.k_shape,
        q_geometry=layer.q_geometry,
        k_geometry=layer.k_geometry,
        dead_class=dead_reason(captured.record, layer, "class"),
        dead_patch=dead_reason(captured.record, layer, (0, 0, 0)),
    )
