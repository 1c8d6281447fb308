"""Checks a figure against the rules of its preset: what a journal would send back."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations
from types import MappingProxyType

from mvit_core.figure.font import FAMILY, figure_font
from mvit_core.figure.presets import Preset
from mvit_core.figure.scene import Box, FigureScene, Heat, Picture, Ramp, Words

_CLOSE_MM = 0.02
"""Lengths that differ by less are the same on paper."""


@dataclass(frozen=True)
class Finding:
    """One rule that a figure breaks."""

    rule: str
    """A name in ``RULES``."""
    text: str
    """What was found, what is allowed, and what to do."""


Rule = Callable[[FigureScene, Preset], Iterator[str]]


def lint(scene: FigureScene, preset: Preset, pixels_dpi: int | None = None) -> tuple[Finding, ...]:
    """All that is wrong with a figure, rule by rule; () where nothing is.

    Args:
        scene: the figure.
        preset: its rules.
        pixels_dpi: dots per inch of a file that is all pixels; None for one of text and lines.
    """
    found = [Finding(name, text) for name, rule in RULES.items() for text in rule(scene, preset)]
    if pixels_dpi is not None:
        found += [Finding("file", text) for text in _pixels(pixels_dpi, preset)]
    return tuple(found)


def _pixels(dpi: int, preset: Preset) -> Iterator[str]:
    if dpi < preset.least_dpi:
        yield (
            f"the picture has {dpi} dpi; {preset.title} asks for {preset.least_dpi}: take more dpi"
        )
    if preset.editable_text:
        yield f"letters of a PNG cannot be edited, as {preset.title} asks: write .pdf or .svg"


def _width(scene: FigureScene, preset: Preset) -> Iterator[str]:
    if preset.fixed_width and abs(scene.width - preset.width_mm) > _CLOSE_MM:
        yield (
            f"the page is {scene.width:g} mm wide; {preset.title} asks for {preset.width_mm:g}: "
            "leave the width to the preset"
        )


def _height(scene: FigureScene, preset: Preset) -> Iterator[str]:
    most = preset.most_height_mm
    if most is not None and scene.height > most + _CLOSE_MM:
        yield (
            f"the page is {scene.height:.1f} mm high; {preset.title} allows {most:g}: take fewer "
            "rows, or more frames in a row"
        )


def _text_size(scene: FigureScene, preset: Preset) -> Iterator[str]:
    least, most = preset.text_pt
    sizes = {words.size_pt for words in _words(scene)}
    for size in sorted(size for size in sizes if not least <= size <= most):
        yield (
            f"letters are {size:g} pt; {preset.title} allows {least:g} to {most:g}: choose such "
            "a size of text"
        )


def _font(scene: FigureScene, _: Preset) -> Iterator[str]:
    lacking = "".join(dict.fromkeys("".join(figure_font().missing(w.text) for w in _words(scene))))
    if lacking:
        codes = " ".join(f"U+{ord(character):04X}" for character in lacking[:8])
        yield (
            f"the font {FAMILY} has no letter for {codes}: boxes stand there in PDF and PNG; "
            "name the classes in other letters (--labels)"
        )


def _frames(scene: FigureScene, preset: Preset) -> Iterator[str]:
    lowest = min((each.dpi for each in scene.items if isinstance(each, Picture)), default=None)
    if lowest is not None and round(lowest) < preset.least_dpi:
        yield (
            f"frames are printed at {lowest:.0f} dpi; {preset.title} asks for {preset.least_dpi}: "
            "take more frames in a row, a narrower page, or a clip with more pixels"
        )


def _text_on_pictures(scene: FigureScene, _: Preset) -> Iterator[str]:
    pictures = [each.box for each in scene.items if isinstance(each, Picture)]
    for words in _words(scene):
        if any(_printed(words).overlaps(box, _CLOSE_MM) for box in pictures):
            yield f"{_quoted(words)} stands on a picture: take smaller letters or fewer frames"


def _overlap(scene: FigureScene, _: Preset) -> Iterator[str]:
    for one, other in combinations(_words(scene), 2):
        if _printed(one).overlaps(_printed(other), _CLOSE_MM):
            yield (
                f"{_quoted(one)} and {_quoted(other)} run into each other: take smaller letters, "
                "fewer frames or a wider page"
            )


def _page(scene: FigureScene, _: Preset) -> Iterator[str]:
    page = Box(0, 0, scene.width, scene.height)
    for words in _words(scene):
        box = _printed(words)
        beyond = max(
            page.x - box.x, box.right - page.right, page.y - box.y, box.bottom - page.bottom
        )
        if beyond > _CLOSE_MM:
            yield f"{_quoted(words)} is cut off at the edge of the page: take smaller letters"


def _labels(scene: FigureScene, _: Preset) -> Iterator[str]:
    if not scene.labelled:
        yield "rows and columns are not labelled: say in the legend what they are"


def _colour_bars(scene: FigureScene, _: Preset) -> Iterator[str]:
    used = {each.scale for each in scene.items if isinstance(each, Heat)}
    shown = {each.scale for each in scene.items if isinstance(each, Ramp)}
    for scale in sorted(used - shown):
        yield f"row {scale + 1} has colours of its own and no colour bar: give each row one"
    for scale in sorted(shown - used):
        yield f"colour bar {scale + 1} is of no row: leave it out"


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        "width": _width,
        "height": _height,
        "text size": _text_size,
        "font": _font,
        "dpi of frames": _frames,
        "text on pictures": _text_on_pictures,
        "overlap": _overlap,
        "page": _page,
        "labels": _labels,
        "colour bars": _colour_bars,
    }
)
"""Every rule of a scene by its name; files of pixels have one more, ``file``."""


def _words(scene: FigureScene) -> list[Words]:
    return [each for each in scene.items if isinstance(each, Words)]


def _printed(words: Words) -> Box:
    """The room of a line without that above and below its usual letters."""
    box = figure_font().box_of(words)
    return Box(box.x, box.y + 0.2 * words.size_mm, box.width, box.height - 0.25 * words.size_mm)


def _quoted(words: Words) -> str:
    text = words.text if len(words.text) <= 40 else words.text[:39] + "…"
    return f"“{text}”"
