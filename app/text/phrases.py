"""Numbers and choices in words, the same on every panel."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.text.terms import term
from mvit_core.attribution import FEATURES, LAYER_MAPS, HeadSet, head_indices, head_within
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.render import SIGNED_PERCENT, share_text, signed_text, times_text, value_text

if TYPE_CHECKING:
    from app.results import LayerInfo, ModelInfo, RangeInfo
    from mvit_core.attribution import HeadChoice, MapColours, Query
    from mvit_core.geometry import Triple
    from mvit_core.render import RangePolicy, Units
    from mvit_core.video.clip import ClipSpec


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("text", text)


_first_index = 0


def count_frames_from(first: int) -> None:
    """Write the first frame as 0 or as 1 from now on, as the user prefers."""
    global _first_index
    _first_index = first


def frame_number(index: int) -> int:
    """The number that a frame is shown with."""
    return index + _first_index


def frame_index(number: int) -> int:
    """The frame that is shown with a number."""
    return number - _first_index


def clock(seconds: float) -> str:
    """Write a time in a clip as ``0:01.567``, from an hour on as ``1:02:03``."""
    minutes, rest = divmod(round(max(seconds, 0.0) * 1000), 60_000)
    if minutes >= 60:
        return clock_words(60 * minutes + rest // 1000)
    return f"{minutes}:{rest / 1000:06.3f}"


def duration_words(seconds: float) -> str:
    """A duration, roughly: in seconds, from 100 s on in minutes."""
    if seconds < 100:
        return tr("{n} s").format(n=max(round(seconds), 1))
    return tr("{n} min").format(n=round(seconds / 60))


def head_words(head: HeadChoice, heads: int) -> str:
    """A head as titles name it."""
    if head == "mean":
        return tr("mean of {n} heads").format(n=heads) if heads > 1 else tr("its one head")
    if head == "max":
        return tr("maximum of {n} heads").format(n=heads)
    if head == "min":
        return tr("minimum of {n} heads").format(n=heads)
    # Named as in the strip, where heads count from 0.
    if isinstance(head, HeadSet):
        names = heads_list(head.indices)
        return tr("heads {names} of {n} averaged").format(names=names, n=heads)
    return tr("head h{i} of {n}").format(i=head, n=heads)


def heads_list(indices: tuple[int, ...]) -> str:
    """Heads by their names, in a row."""
    return ", ".join(f"h{index}" for index in indices)


def lacking_words(layer: LayerInfo, wanted: HeadChoice) -> str:
    """Say which heads are shown of a layer that lacks some of the requested ones."""
    lacking = ", ".join(str(h) for h in head_indices(wanted) if h >= layer.heads)
    shown = head_within(wanted, layer.heads)
    if shown == "mean":
        return tr("Block {b} has no head {h}; its mean is shown").format(b=layer.block, h=lacking)
    return tr("Block {b} has no head {h}; without it: {shown}").format(
        b=layer.block, h=lacking, shown=head_words(shown, layer.heads)
    )


def query_words(query: Query) -> str:
    """A query as titles name it."""
    if query == "readout":
        return tr("readout")
    if query == "class":
        return tr("class token")
    t, y, x = query
    return tr("token t{t} y{y} x{x}").format(t=t, y=y, x=x)


def map_words(method: str, query: Query) -> str:
    """A map's method and query, for use within a sentence."""
    if method in EVIDENCE:
        return term(EVIDENCE[method].title)
    if method in FEATURES and not FEATURES[method].needs_query:
        return term(FEATURES[method].title)
    words = term(LAYER_MAPS[method].title).lower()
    if not LAYER_MAPS[method].needs_query:
        return words
    return tr("{map} ({query})").format(map=words, query=query_words(query))


def component_words(colours: MapColours) -> tuple[str, ...]:
    """What the colours of a map stand for, and how much of its tokens they show."""
    return (
        tr("components 1, 2, 3"),
        tr("{n:.0f} % of variance").format(n=100 * sum(colours.variance)),
    )


def grid_words(shape: Triple) -> str:
    """A token grid, time first."""
    return "×".join(map(str, shape))


value_words, times_words, signed_words, share_words = (
    value_text,
    times_text,
    signed_text,
    share_text,
)
"""A value, a multiple of uniform attention, a signed value and a share, as exports print them."""


def unbroken(words: str) -> str:
    """Words whose shares are never parted at the end of a line: > 99.9 %."""
    return words.replace("> ", ">\u00a0").replace("< ", "<\u00a0").replace(" %", "\u00a0%")


def policy_names() -> dict[RangePolicy, tuple[str, str]]:
    """Range policies: (title, sentence) of each."""
    return {
        "map": (tr("Each map"), tr("A range of its own for each map")),
        "layer": (tr("This layer"), tr("One range for all heads and all times of the window")),
        "clip": (tr("This clip"), tr("One range for this layer in all windows of the clip")),
        "model": (tr("All layers"), tr("One range for all layers of the window")),
        "manual": (tr("Manual"), tr("The two numbers below the histogram")),
    }


def unit_names() -> dict[Units, str]:
    """Units of the colour bar in words."""
    return {
        "probability": tr("attention probability"),
        "uniform": tr("times uniform attention"),
    }


def short_unit_names() -> dict[Units, str]:
    """Units of the colour bar in few letters."""
    return {"probability": tr("probability"), "uniform": tr("× uniform")}


def range_words(info: RangeInfo) -> str:
    """The policy and tails behind the ends of the colour bar; exports print the same."""
    if info.locked:
        return tr("locked range")
    if info.policy == "manual":
        return tr("manual range")
    if info.is_fixed:
        return tr("the same range for every map")
    if info.is_around_zero:
        return tr("this map, around 0, {share:g} %").format(share=SIGNED_PERCENT)
    words = {
        "map": tr("each map"),
        "layer": tr("this layer"),
        "clip": tr("this layer, whole clip"),
        "model": tr("all layers"),
    }[info.policy]
    if info.known is not None and info.known[0] < info.known[1]:
        parts = {
            "clip": tr("this layer, {n} of {all} windows"),
            "model": tr("{n} of {all} layers"),
        }[info.policy]
        words = parts.format(n=info.known[0], all=info.known[1])
    low, high = info.tails_percent
    return tr("{policy}, {low:g}–{high:g} %").format(policy=words, low=low, high=high)


def clock_words(seconds: float) -> str:
    """A duration as minutes and seconds, with hours where there are any."""
    minutes, rest = divmod(round(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def bytes_words(count: int) -> str:
    """A size of a file, in three digits."""
    unit, size = next(
        (each for each in (("kB", 1e3), ("MB", 1e6)) if count < 999.5 * each[1]), ("GB", 1e9)
    )
    return f"{value_text(max(count / size, 0.1))} {unit}"


def rate_words(per_second: float) -> str:
    """A number of steps in a second, with a decimal where it is small."""
    return f"{per_second:.0f}" if per_second >= 9.95 else f"{per_second:.1f}"


def rows_words(found: int, total: int) -> str:
    """A number of rows, and out of how many where some are left out."""
    return (
        f"{found:,}"
        if found == total
        else tr("{n} of {all}").format(n=f"{found:,}", all=f"{total:,}")
    )


def of_words(done: int, total: int) -> str:
    """A number out of all, in words that no date or fraction looks like."""
    return tr("{n} of {all}").format(n=done, all=total)


def views_words(count: int) -> str:
    """A number of views that predictions are averaged over."""
    return tr("1 view") if count == 1 else tr("{n} views").format(n=count)


def count_words(count: int) -> str:
    """A large number in three digits."""
    for unit, letter in ((10**9, "G"), (10**6, "M"), (10**3, "k")):
        if count >= unit:
            return f"{count / unit:.3g} {letter}"
    return str(count)


def gigabytes_words(count: int) -> str:
    """Bytes as gigabytes, without the unit."""
    return f"{count / 2**30:.1f}"


def device_words(model: ModelInfo) -> str:
    """The device of a model, and its precision where it is half."""
    if model.captured_of:
        return tr("without weights")
    if model.source.half:
        return tr("{device}, half precision").format(device=model.device)
    return model.device


def readout_words(readout: str) -> str:
    """The tokens that a model's classifier reads."""
    return {
        "class": tr("class token"),
        "mean": tr("mean of all patches"),
        "mean_before_norm": tr("mean of all patches, then normed"),
        "classification_head": tr("pooled patches"),
        "boxes": tr("patches inside boxes"),
        "none": tr("nothing: an encoder without classes"),
    }.get(readout, readout)


def input_words(spec: ClipSpec) -> str:
    """A model's input: frames, crop size and sampling."""
    if spec.frames == 1:
        return tr("1 frame of {s}×{s} px").format(s=spec.size)
    words = tr("{n} frames of {s}×{s} px").format(n=spec.frames, s=spec.size)
    if spec.sampling == "segments":
        return words + tr(", spread over the video")
    if spec.sampling == "stride":
        return words + tr(", every {r:g}").format(r=spec.rate)
    return words + tr(", every {r:g} at {fps:g} fps").format(r=spec.rate, fps=spec.target_fps)


def spec_names() -> dict[str, str]:
    """The fields of a ``ClipSpec`` as the window calls them."""
    return {
        "rate": tr("Sampling rate"),
        "target_fps": tr("Target fps"),
        "sampling": tr("Sampling rule"),
        "short_side": tr("Short side"),
        "size": tr("Crop size"),
        "interpolation": tr("Interpolation"),
        "antialias": tr("Antialias"),
        "mean": tr("Mean"),
        "std": tr("Standard deviation"),
        "reverse_channels": tr("Channel order"),
    }


def different_words(override: ClipSpec | None, given: ClipSpec) -> str:
    """The differences of a preprocessing from the checkpoint's; empty if there are none."""
    if override is None or override == given:
        return ""
    names = spec_names()
    changed = [
        f"{names[f.name].lower()} {field_words(getattr(override, f.name), f.name)} "
        + tr("instead of {value}").format(value=field_words(getattr(given, f.name), f.name))
        for f in fields(override)
        if getattr(override, f.name) != getattr(given, f.name)
    ]
    return tr("Not fed as the checkpoint states: {changes}").format(changes=", ".join(changed))


def field_words(value: object, name: str) -> str:
    """The value of a field of ``ClipSpec`` in words."""
    if name == "reverse_channels":
        return "BGR" if value else "RGB"
    if name == "sampling":
        rules = {"linspace": tr("spread"), "stride": tr("every n-th"), "segments": tr("in parts")}
        return rules.get(str(value), str(value))
    if isinstance(value, bool):
        return tr("on") if value else tr("off")
    if isinstance(value, tuple):
        return "({})".format(", ".join(f"{v:g}" for v in value))
    return f"{value:g}" if isinstance(value, int | float) else str(value)
