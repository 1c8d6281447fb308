"""Words on exported pictures: which map, what the model said, and the colour bar."""

from collections.abc import Sequence

from mvit_core.attribution import (
    FEATURES,
    LAYER_MAPS,
    METHODS,
    PCA,
    HeadChoice,
    HeadSet,
    MapColours,
)
from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export.comparison import Source
from mvit_core.export.evidence_facts import evidence_words
from mvit_core.export.figure import Figure, plan
from mvit_core.export.layouts import LAYOUTS, Layout, Panel
from mvit_core.export.lettering import MUTED, TEXT, WARNING, wrapped
from mvit_core.export.remarks import DAMAGED, remarks_of
from mvit_core.export.request import ExportRequest
from mvit_core.export.scene import Shot
from mvit_core.export.strip import Bar, Line, Strip
from mvit_core.pipeline import Explanation
from mvit_core.render import (
    UNITS,
    HeatSettings,
    ImageArray,
    RenderStyle,
    Units,
    bar_number,
    range_text,
    share_text,
    signed_text,
)
from mvit_core.render.colours import COMPONENTS
from mvit_core.render.ranges import SIGNED_PERCENT


class Caption:
    """The strip below the panels of one export.

    Args:
        figure: its measures.
        request: what is exported.
        source: the export's own clip and model, which a comparison names; None in a layout.
    """

    def __init__(
        self, figure: Figure, request: ExportRequest, source: Source | None = None
    ) -> None:
        self._figure, self._request, self._source = figure, request, source
        height = figure.size[1] - figure.caption_top
        self._strip = Strip((figure.width, height), figure.font_px, figure.line_px)

    @property
    def strip(self) -> ImageArray:
        """The picture of the strip, (H, W, 3)."""
        return self._strip.picture

    def update(self, frame_index: int, shot: Shot) -> slice | None:
        """Draw what differs from the last frame; the rows touched, even at both ends."""
        if not self._figure.caption_lines:
            return None
        return self._strip.show(self._lines(frame_index, shot))

    def _lines(self, frame_index: int, shot: Shot) -> list[Line | Bar]:
        """Words, then remarks, then the colour bar."""
        figure, heat, first = self._figure, self._request.heat, shot.panels[0]
        words = caption_lines(first.explanation, frame_index, LAYOUTS[self._request.layout])
        colours = [TEXT, MUTED, TEXT]
        if self._source is not None:
            clip, model = self._source.video.path, self._source.explainer.loaded.path
            words, colours = [f"{clip.name} · {model.name}", words[-1]], [TEXT, TEXT]
        lines: list[Line | Bar] = [Line(*pair) for pair in zip(words, colours, strict=True)]
        if shot.is_damaged:
            lines[0] = Line(words[0], TEXT, end=f" · {DAMAGED}")
        lines += self._remarks(shot, figure.caption_lines - len(lines) - figure.bar_lines)
        if figure.bar_lines:
            bar, (said,) = _bar_of_all(shot, heat), bar_words(shot, heat)
            lines += bar_lines(bar, said, figure.bar_lines, figure, figure.width)
        return lines

    def _remarks(self, shot: Shot, count: int) -> list[Line]:
        """The remarks on all panels, on as many lines as there is room for."""
        font = self._figure.font_px
        said = dict.fromkeys(words for panel in shot.panels for words in remarks_of(panel))
        room = self._figure.width - 2 * font
        broken = [line for words in said for line in wrapped(words, font, room)]
        return [Line(text, WARNING) for text in (broken + [""] * count)[:count]]


class PaneWords:
    """The words below the panes of a comparison, each with a colour bar of its own.

    Args:
        figure: the measures.
        heat: how maps are drawn.
        sources: clips and models of the panes; those that are not the first are named.
    """

    def __init__(self, figure: Figure, heat: HeatSettings, sources: Sequence[Source]) -> None:
        self._figure, self._heat, self._sources = figure, heat, sources
        self._strips: dict[int, Strip] = {}

    def picture(self, number: int, shot: Shot) -> ImageArray:
        """The words of one pane, (H, W, 3)."""
        figure, panel = self._figure, shot.panels[number]
        if number not in self._strips:
            size = (figure.panel_size[0], figure.words_height)
            self._strips[number] = Strip(size, figure.font_px, figure.line_px)
        if panel.minus is not None:
            which, reduced = "signed difference", ""
        else:
            which, reduced = map_lines(panel.explanation)
        bar, said = bar_of(panel, shot.styles[number], self._heat)
        lines: list[Line | Bar] = [Line(f"{panel.name} · {which}"), Line(reduced, MUTED)]
        if figure.panel_lines > len(lines) + figure.panel_bar_lines:
            lines.append(Line(self._source_words(panel.source), MUTED))
        lines += bar_lines(bar, said, figure.panel_bar_lines, figure, figure.panel_size[0])
        self._strips[number].show(lines)
        return self._strips[number].picture

    def _source_words(self, place: int) -> str:
        """Clip and model, where they are not those of the export."""
        own, other = self._sources[0], self._sources[place]
        parts = []
        if other.video is not own.video:
            parts.append(other.video.path.name)
        if other.explainer.loaded.path != own.explainer.loaded.path:
            parts.append(other.explainer.loaded.path.name)
        return " · ".join(parts)


def planned(display_size: tuple[int, int], shot: Shot, request: ExportRequest) -> Figure:
    """The measures of an export, from its first panels and the words of their colour bars.

    Args:
        display_size: (width, height) of the frames, pixel aspect applied.
        shot: its first panels.
        request: what is exported.
    """
    return plan(
        display_size,
        shot.panels,
        caption=request.caption,
        size=request.size,
        bars=bar_words(shot, request.heat),
    )


# -- colour bars ---------------------------------------------------------------------------------


def bar_words(shot: Shot, heat: HeatSettings) -> tuple[str, ...]:
    """What stands beside each colour bar: one of all panels, or one of each pane."""
    panes = zip(shot.panels, shot.styles, strict=True)
    if shot.panels[0].name:
        return tuple(bar_of(panel, style, heat)[1] for panel, style in panes)
    first = shot.styles[0]
    words = _range_words(heat, shot.panels[0].explanation)
    if any(style.range != first.range for style in shot.styles):
        words += ", each panel its own"
    return (f"{words} · {unit_words(shot.panels[0].explanation, _units(shot, heat))}",)


def bar_lines(bar: Bar, words: str, count: int, figure: Figure, width: int) -> list[Line | Bar]:
    """A bar with its words beside it, or on the ``count - 1`` lines below it."""
    if count == 1:
        return [Bar(bar.style, bar.low, bar.high, words)]
    broken = wrapped(words, figure.font_px, width - 2 * figure.font_px)
    below = [Line(text, MUTED) for text in (*broken, *("",) * count)[: count - 1]]
    return [bar, *below]


def _units(shot: Shot, heat: HeatSettings) -> Units:
    """Unit of one bar of all panels: uniform differs between layers, and is none of evidence."""
    keys = {panel.explanation.maps.key_count for panel in shot.panels}
    is_attention = shot.panels[0].explanation.maps.method in METHODS
    return heat.units if len(keys) == 1 and is_attention else "probability"


def _bar_of_all(shot: Shot, heat: HeatSettings) -> Bar:
    units, first = _units(shot, heat), shot.styles[0]
    keys = min(panel.explanation.maps.key_count for panel in shot.panels)
    low, high = (bar_number(v, units, keys) for v in (first.range.low, first.range.high))
    if first.colormap == COMPONENTS:
        return Bar(first, "", "")
    if any(style.range != first.range for style in shot.styles):
        low, high = "low", "high"
    return Bar(first, low, high)


def bar_of(panel: Panel, style: RenderStyle, heat: HeatSettings) -> tuple[Bar, str]:
    """The bar of one pane, and what stands beside it."""
    ends, explanation = (style.range.low, style.range.high), panel.explanation
    if panel.minus is not None:
        keys = {each.explanation.maps.key_count for each in (panel, panel.minus)}
        unit = UNITS["probability" if len(keys) == 1 else "uniform"]
        low, high = (signed_text(value) for value in ends)
        return Bar(style, low, high), f"around 0, {SIGNED_PERCENT:g} % · {unit}"
    units = heat.units if explanation.maps.method in METHODS else "probability"
    low, high = (bar_number(value, units, explanation.maps.key_count) for value in ends)
    if style.colormap == COMPONENTS:
        low = high = ""
    words = f"{_range_words(heat, explanation)} · {unit_words(explanation, units)}"
    return Bar(style, low, high), words


def unit_words(explanation: Explanation, units: Units) -> str:
    """The unit of the numbers at a colour bar."""
    evidence, method = explanation.evidence, explanation.maps.method
    if method in FEATURES:
        return "components 1, 2, 3" if method == PCA else FEATURES[method].unit
    return UNITS[units] if evidence is None else EVIDENCE[evidence.method].unit


def _range_words(heat: HeatSettings, explanation: Explanation) -> str:
    """Words for what the ends of the colour bar are taken from."""
    if explanation.maps.colours is not None:
        return variance_text(explanation.maps.colours)
    if explanation.maps.method in FEATURES and heat.is_automatic:
        return "the same for every map"
    if explanation.is_signed and heat.is_automatic:
        return f"around 0, {SIGNED_PERCENT:g} %"
    return range_text(heat)


# -- what is shown -------------------------------------------------------------------------------


def caption_lines(
    explanation: Explanation, frame_index: int, layout: Layout = LAYOUTS["single"]
) -> list[str]:
    """Three lines: which map, what it reduces, and what the model said."""
    said = (class_text(explanation), f"frame {frame_index}", window_text(explanation))
    return [*map_lines(explanation, layout), " · ".join(said)]


def class_text(explanation: Explanation) -> str:
    """What the model said of the window."""
    # An encoder of pre-training has no classes.
    best = next(iter(explanation.capture.predictions), None)
    return "no classes" if best is None else f"{best.name} {share_text(best.probability)}"


def window_text(explanation: Explanation) -> str:
    """The window, counted from 1, as the timeline counts."""
    return f"window {explanation.capture.window.index + 1}"


def map_lines(explanation: Explanation, layout: Layout = LAYOUTS["single"]) -> tuple[str, str]:
    """Two lines: which map, and what it reduces."""
    maps, spec = explanation.maps, explanation.spec
    several = layout.varies != "nothing"
    where = layout.where or f"Block {maps.block} · stage {maps.stage}"
    which = f"{where} · {'each head' if layout.varies == 'head' else head_text(spec.head)}"
    if maps.method in FEATURES:
        which = f"{where} · tokens"
    sink = explanation.saliency.sink
    if explanation.evidence is not None:
        which, reduced = evidence_words(explanation)
    else:
        reduced = f"{LAYER_MAPS[maps.method].title} · {query_text(explanation)}"
    if sink is not None and not several:
        reduced += f" · class key takes {share_text(sink)}"
    return which, reduced


def head_text(head: HeadChoice) -> str:
    """A head choice in words."""
    if isinstance(head, HeadSet):
        return f"heads {', '.join(map(str, head.indices))} averaged"
    return f"head {head}" if isinstance(head, int) else f"{head} of heads"


def variance_text(colours: MapColours) -> str:
    """How much of what tokens differ in their colours show."""
    return f"{100 * sum(colours.variance):.0f} % of variance"


def query_text(explanation: Explanation) -> str:
    """The query in words."""
    query = explanation.maps.query
    if explanation.maps.colours is not None:
        return variance_text(explanation.maps.colours)
    if not LAYER_MAPS[explanation.maps.method].needs_query:
        return "all queries"
    if query == "readout":
        token = "class token" if explanation.capture.record.readout == "class" else "patch mean"
        return f"readout ({token})"
    return "class token" if query == "class" else "token t{} y{} x{}".format(*query)
