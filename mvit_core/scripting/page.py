"""The short form of a window for notebooks: one piece of HTML that needs no script and no file.

It has no colours of its own but grey that lies over any ground, so that it is legible in light and
dark notebooks. Texts from outside are escaped by ``_text`` alone.
"""

from collections.abc import Iterable, Sequence
from html import escape

from mvit_core.attribution import HeadStatistics
from mvit_core.captured import Prediction
from mvit_core.errors import FrameDecodeError
from mvit_core.export.caption import bar_of
from mvit_core.export.layouts import Panel
from mvit_core.figure import FigureRequest
from mvit_core.figure.columns import frames_of
from mvit_core.printable import printable
from mvit_core.render import HeatSettings, bar_picture, share_text
from mvit_core.scripting.stills import data_uri, small, webp_bytes
from mvit_core.scripting.token_map import TokenMap

__all__ = ["page_of"]

_STILLS, _STILL_SIDE, _QUALITY = 4, 200, 70
_BAR_SIZE = (160, 10)
_MOST_ROWS = 240
"""Rows of heads at most."""
_NAME_LENGTH = 120

_STYLE = """
.mvit-lens{font:13px/1.45 system-ui,sans-serif;color:inherit;max-width:68em}
.mvit-lens h4{margin:0 0 .2em;font-size:1.1em;font-weight:600;overflow-wrap:anywhere}
.mvit-lens p{margin:.2em 0;overflow-wrap:anywhere}
.mvit-lens .faint{opacity:.75}
.mvit-lens .row{display:flex;flex-wrap:wrap;gap:.5em 1.5em;align-items:flex-start;margin:.5em 0}
.mvit-lens figure{margin:0}
.mvit-lens img{display:block;max-width:100%}
.mvit-lens table{border-collapse:collapse;font:inherit;color:inherit;margin:0}
.mvit-lens td{font-variant-numeric:tabular-nums}
.mvit-lens th,.mvit-lens td{padding:.1em .6em;text-align:right;font-weight:400}
.mvit-lens th{border-bottom:1px solid rgba(128,128,128,.6)}
.mvit-lens .name{text-align:left;overflow-wrap:anywhere;max-width:22em}
.mvit-lens .bar{width:8em}
.mvit-lens .bar i{display:block;height:.6em;background:rgba(128,128,128,.6)}
"""

_COLUMNS = ("entropy", "distance px", "distance frames", "sink", "centre")


def page_of(
    shown: TokenMap,
    predictions: Sequence[Prediction],
    statistics: Sequence[HeadStatistics],
    names: tuple[str, str],
    notes: Iterable[str],
) -> str:
    """The piece of HTML.

    Args:
        shown: the map over the frames.
        predictions: the classes listed.
        statistics: one row for each head.
        names: of the clip and of the model.
        notes: sentences for readers.
    """
    window, frames = shown.explanation.capture.window, shown.frames
    clip, model = map(_text, names)
    where = f"window {window.index}, frames {frames[0]} to {frames[-1]}, {len(frames)} sampled"
    parts = [
        f"<style>{_STYLE}</style><h4>{clip}</h4><p class=faint>{where}; model {model}</p>",
        _stills(shown),
        f"<div class=row>{_classes(predictions)}{_stages(statistics)}</div>",
        *(f"<p>Note: {_text(note, 400)}</p>" for note in notes),
        _heads(statistics),
    ]
    return f'<div class="mvit-lens">{"".join(parts)}</div>'


def _text(text: str, most: int = _NAME_LENGTH) -> str:
    """A text from anywhere as HTML shows it, letter for letter."""
    return escape(printable(text, most), quote=True)


def _stills(shown: TokenMap) -> str:
    """Sampled frames with heat, and the colour bar."""
    explanation, video = shown.explanation, shown.source.video
    window = explanation.capture.window
    pictures = []
    for frame in frames_of(shown.frames, video, window, FigureRequest(frames=_STILLS)):
        try:
            picture = small(shown.picture(frame), video.display_size, _STILL_SIDE)
        except FrameDecodeError:
            continue
        seconds = float(video.pts_seconds[frame])
        source = data_uri(webp_bytes(picture, _QUALITY), "webp")
        alt = f"frame {frame} with heat: {_text(shown.title)}"
        pictures.append(
            f'<figure><img src="{source}" alt="{alt}" width={picture.shape[1]} '
            f"height={picture.shape[0]}><figcaption class=faint>frame {frame}, {seconds:.2f} s"
            "</figcaption></figure>"
        )
    return f"<div class=row>{''.join(pictures)}</div><p>{_text(shown.title)}</p>{_bar(shown)}"


def _bar(shown: TokenMap) -> str:
    heat, explanation = HeatSettings(), shown.explanation
    style = heat.style(explanation.maps, explanation.saliency)
    bar, words = bar_of(Panel(explanation), style, heat)
    source = data_uri(webp_bytes(bar_picture(style, *_BAR_SIZE), 90), "webp")
    picture = f'<img src="{source}" alt="colour bar" style="display:inline-block">'
    said = f"<span class=faint>{_text(words)}</span>"
    return f"<p>{_text(bar.low)} {picture} {_text(bar.high)} {said}</p>"


def _classes(predictions: Sequence[Prediction]) -> str:
    if not predictions:
        return "<p>no classes</p>"
    rows = "".join(
        f"<tr><td class=name>{_text(each.name)}<td>{share_text(each.probability)}"
        f'<td class=bar><i style="width:{100 * each.probability:.1f}%"></i>'
        for each in predictions
    )
    return f"<table><tr><th class=name>class<th>probability<th>{rows}</table>"


def _stages(statistics: Sequence[HeadStatistics]) -> str:
    """The mean over the heads of each stage."""
    by_stage: dict[int, list[HeadStatistics]] = {}
    for row in statistics:
        by_stage.setdefault(row.stage, []).append(row)
    rows = "".join(
        f"<tr><td>{stage}<td>{len(heads)}{_numbers(heads)}" for stage, heads in by_stage.items()
    )
    return f"<table><tr><th>stage<th>heads{_titles()}{rows}</table>"


def _heads(statistics: Sequence[HeadStatistics]) -> str:
    shown = statistics[:_MOST_ROWS]
    rows = "".join(
        f"<tr><td>{row.block}<td>{row.stage}<td>{row.head}{_numbers([row])}" for row in shown
    )
    more = len(statistics) - len(shown)
    left = f"<p>{more} more in <code>.statistics</code></p>" if more else ""
    table = f"<table><tr><th>block<th>stage<th>head{_titles()}{rows}</table>{left}"
    return f"<details><summary>All {len(statistics)} heads</summary>{table}</details>"


def _titles() -> str:
    return "".join(f"<th>{title}" for title in _COLUMNS)


def _numbers(rows: Sequence[HeadStatistics]) -> str:
    """The mean of each number over some heads; a dash for what none of them has."""
    kinds = {
        "entropy": "{:.3f}".format,
        "distance_px": "{:.1f}".format,
        "distance_frames": "{:.2f}".format,
        "sink": share_text,
        "centre": share_text,
    }
    cells = []
    for name, words in kinds.items():
        known = [value for row in rows if (value := getattr(row, name)) is not None]
        cells.append(words(sum(known) / len(known)) if known else "–")
    return "".join(f"<td>{cell}" for cell in cells)
