"""The methods paragraph of a paper, in plain English, made of a provenance alone."""

from collections.abc import Iterator, Sequence

from mvit_core.attribution import FEATURES, METHODS, MapSpec
from mvit_core.attribution.heads import HeadSet
from mvit_core.explaining.faithfulness import Faithfulness
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.explaining.painting import TUBE_KINDS
from mvit_core.model.families import FAMILIES
from mvit_core.provenance.facts import (
    FileFacts,
    ListFacts,
    ModelFacts,
    Provenance,
    RunFacts,
    SourceFacts,
)
from mvit_core.video.clip import ClipSpec

__all__ = ["compute_words", "methods_paragraph"]

_TITLES = {
    "mvit-lens": "MViT Lens",
    "python": "Python",
    "torch": "PyTorch",
    "numpy": "NumPy",
    "av": "PyAV",
    "opencv-python-headless": "OpenCV",
    "products": "matrix products by",
}
_SAMPLINGS = {
    "linspace": "spread evenly over the window with both ends",
    "stride": "at an even distance in frames",
    "segments": "one from each of as many equal parts of the clip",
}


def methods_paragraph(provenance: Provenance, faithfulness: Faithfulness | None = None) -> str:
    """One paragraph for the methods section of a paper.

    It says model, checkpoint, clip, sampling, preprocessing, method with its parameters,
    faithfulness where it was measured, and the versions of the software.

    Args:
        provenance: of the result.
        faithfulness: of its map; None leaves it out.
    """
    sentences = [
        *_model_sentences(provenance.source),
        *_clip_sentences(provenance),
        _preprocessing(provenance.source.preprocessing),
        *_method_sentences(provenance),
        *_change_sentences(provenance),
    ]
    if faithfulness is not None:
        sentences.append(_faithfulness(faithfulness))
    others = provenance.sources[1:]
    if others:
        named = "; ".join(f"{each.clip.file.words} with {each.model.file.words}" for each in others)
        sentences.append(f"It was compared with maps of {named}.")
    return " ".join((*sentences, _software(provenance.versions)))


def compute_words(run: RunFacts | None) -> str:
    """Device, seconds and peak memory in one line."""
    if run is None:
        return "not kept in this file"
    seconds = "" if run.seconds is None else f", {run.seconds:.1f} s"
    memory = "" if run.peak_bytes is None else f", {run.peak_bytes / 2**20:.0f} MiB at most"
    return f"{run.device}{seconds}{memory}"


def _model_sentences(source: SourceFacts) -> Iterator[str]:
    model = source.model
    kind = FAMILIES[model.family].title if model.family in FAMILIES else model.family
    classes = f" and {model.classes} classes" if model.classes else ""
    yield (
        f"The model is a Multiscale Vision Transformer ({kind}) with {model.blocks} blocks{classes}"
        f", {_loaded(model)}, of format {model.format}."
    )
    said = [
        *(() if model.config is None else (f"the configuration {_file(model.config)}",)),
        *(() if model.preset is None else (f"the preset {model.preset}",)),
        *(() if model.weights is None else (f"the network {model.weights} of the file",)),
        *(() if model.head is None else (f"the prediction head {model.head}",)),
        *(() if model.labels is None else (f"the class names of {_file(model.labels)}",)),
    ]
    if said:
        yield f"It was read with {_listed(said)}."
    if model.half:
        yield "Weights and arithmetic were in half precision."
    if not model.has_weights:
        yield "Its runs were read from a capture file."


def _loaded(model: ModelFacts) -> str:
    if model.code is not None:
        return f"built by {model.module} of the file {_file(model.code)}"
    return f"loaded from the checkpoint {_file(model.file)}"


def _clip_sentences(provenance: Provenance) -> Iterator[str]:
    source, windows = provenance.source, provenance.windows
    clip, spec = source.clip, source.preprocessing
    if isinstance(clip, ListFacts):
        yield f"It was run on the {clip.clips} clips of {_file(clip.file)}."
    else:
        width, height = clip.size
        yield (
            f"The clip {_file(clip.file)} has {clip.frame_count} frames of {width}x{height} pixels "
            f"at {clip.fps:.6g} frames per second."
        )
        if clip.captured is not None:
            yield f"It is a capture of {_file(clip.captured)}."
    sampled = f"{spec.frames} frames, {_SAMPLINGS[spec.sampling]}"
    if spec.sampling != "segments":
        rate = f"one in {spec.rate:g}"
        at = "" if spec.sampling == "stride" else f" at {spec.target_fps:g} frames per second"
        sampled = f"{spec.frames} frames, {rate}{at}, {_SAMPLINGS[spec.sampling]}"
    yield f"Each clip window has {sampled}."
    if len(windows) == 1:
        (window,) = windows
        shown = ", ".join(map(str, window.frames))
        yield f"The result is of window {window.index}, whose frames are {shown} (from 0)."
    elif windows:
        yield f"The result is of {len(windows)} windows, {_tiling(provenance)}."


def _tiling(provenance: Provenance) -> str:
    tiling = provenance.tiling
    stride = {"whole": "side by side", "half": "half a window apart"}.get(
        str(tiling.stride), f"{tiling.stride} a window apart"
    )
    if isinstance(tiling.stride, int):
        stride = f"{tiling.stride} frames apart"
    return stride if tiling.centre is None else f"{stride}, and one around frame {tiling.centre}"


def _preprocessing(spec: ClipSpec) -> str:
    order = ", with channels in the order BGR" if spec.reverse_channels else ""
    smooth = ", with antialiasing" if spec.antialias else ""
    return (
        f"Frames were resized to a short side of {spec.short_side} pixels "
        f"({spec.interpolation}{smooth}), cropped in the centre to {spec.size}x{spec.size} pixels, "
        f"and normalised with mean {_numbers(spec.mean)} and standard deviation "
        f"{_numbers(spec.std)}{order}."
    )


def _method_sentences(provenance: Provenance) -> Iterator[str]:
    spec = provenance.map
    if provenance.shows:
        yield f"It shows {provenance.shows}."
    if spec is None:
        return
    if spec.method in EVIDENCE:
        evidence = EVIDENCE[spec.method]
        yield f"Evidence was computed by {_quoted(evidence.title)}: {evidence.description}"
        yield f"Source: {evidence.source}."
        wanted = provenance.class_name or (
            "the most probable class of each window" if spec.target is None else
            f"class {spec.target}"
        )  # fmt: skip
        instead = provenance.against_name or (
            "" if spec.against is None else f"class {spec.against}"
        )
        yield f"It is for {wanted}{f' instead of {instead}' if instead else ''}."
        if evidence.uses_baseline:
            yield "The baseline is the clip's mean colour."
        return
    block = "the last block" if spec.block is None else f"block {spec.block} (from 0)"
    if spec.method in FEATURES:
        feature = FEATURES[spec.method]
        yield (f"Maps show features of {block} by {_quoted(feature.title)}: {feature.description}")
        yield f"Source: {feature.source}."
        if feature.needs_query:
            yield f"They are for {_query(spec)}."
        return
    method = METHODS.get(spec.method)
    title = spec.method if method is None else method.title
    described = "" if method is None else f": {method.description}"
    yield f"Maps show attention of {block} by {_quoted(title)}{described or '.'}"
    if method is not None:
        yield f"Source: {method.source}."
    query = f", for {_query(spec)}" if method is None or method.needs_query else ""
    yield f"They are {_head(spec)}{query}."


def _head(spec: MapSpec) -> str:
    if isinstance(spec.head, HeadSet):
        return f"the mean of heads {', '.join(map(str, spec.head.indices))}"
    names = {"mean": "the mean", "max": "the maximum", "min": "the minimum"}
    if isinstance(spec.head, str):
        return f"{names[spec.head]} over all heads"
    return f"of head {spec.head}"


def _query(spec: MapSpec) -> str:
    if spec.query == "readout":
        return "the tokens that the prediction is read from"
    if spec.query == "class":
        return "the class token"
    return f"the token (t, y, x) = {spec.query}"


def _change_sentences(provenance: Provenance) -> Iterator[str]:
    changes = provenance.changes
    if changes.heads_off:
        instead = {"mean": "their mean over windows and tokens", "zero": "zero"}[changes.by]
        if changes.by == "mean" and changes.batch is not None:
            digest = changes.batch.sha256
            instead = f"their mean over {changes.batch.words} (sha256 of the means {digest})"
        heads = ", ".join(map(str, changes.heads_off))
        yield f"Heads {heads} (block/head) were switched off and gave {instead}."
    for tube in changes.tubes:
        edges = ", ".join(f"{edge:g}" for edge in tube.box.corners)
        yield (
            f"The box {edges} (left, top, right, bottom in pixels) of frames {tube.first} to "
            f"{tube.last} was {TUBE_KINDS[tube.what].words} in the model's input."
        )
    if provenance.boxes:
        yield f"Predictions are of {provenance.boxes} boxes that were given."


def _faithfulness(found: Faithfulness) -> str:
    return (
        f"Faithfulness was measured by deletion and insertion of {found.mode} tubes, covered by "
        f"the baseline {found.baseline}: area under deletion {found.deletion.area:.3f} (random "
        f"order {found.random.area:.3f}), under insertion {found.insertion.area:.3f} (random order "
        f"{found.random_insertion.area:.3f}); {found.words}."
    )


def _software(versions: Sequence[tuple[str, str]]) -> str:
    named = [f"{_TITLES.get(name, name)} {number}" for name, number in versions]
    return f"Software: {_listed(named)}." if named else "Versions of the software are not known."


def _file(file: FileFacts) -> str:
    return file.words


def _quoted(title: str) -> str:
    return f'"{title}"'


def _numbers(values: Sequence[float]) -> str:
    return "(" + ", ".join(f"{value:g}" for value in values) + ")"


def _listed(names: Sequence[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last
