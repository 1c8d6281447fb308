"""``mvit-lens heads``: what each head of a network does on a window of a clip."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.change_options import add_mean_option, check_mean, given_mean, over_words
from app.cli.class_options import add_class_options, classes_from
from app.cli.model_options import (
    CLIP_WORDS,
    add_clip_options,
    add_model_options,
    add_module_option,
    file_name,
    load_and_report,
)
from app.cli.printing import say, say_json, say_note
from app.cli.video_options import ProgressLine
from app.cli.windows import chosen_window
from mvit_core.errors import CaptureError

if TYPE_CHECKING:
    import argparse

    from mvit_core.captured import WindowCapture
    from mvit_core.explaining.ablation import HeadEffects
    from mvit_core.explaining.evidence import Target
    from mvit_core.pipeline import Explainer
    from mvit_core.video import Video

Json = dict[str, Any]

_ONE_WINDOW = (
    "the clip has one window, so a head that is switched off gives its mean over the tokens of "
    "this window"
)


def add_options(heads: argparse.ArgumentParser) -> None:
    """Give ``heads`` its options."""
    heads.add_argument("clip", type=file_name, help=CLIP_WORDS)
    add_clip_options(heads)
    add_module_option(heads, required=True)
    add_model_options(heads)
    heads.add_argument("--window", type=int, metavar="I", help="clip window, from 0 (0)")
    heads.add_argument(
        "--ablate",
        nargs="?",
        const="mean",
        choices=("mean", "zero"),
        help="what the class loses without each head: its output is replaced by its mean over the "
        "clip's windows or those of --mean-of, or by zero (mean)",
    )
    add_mean_option(heads)
    heads.add_argument(
        "--direct",
        action="store_true",
        help="what each part of the last stage adds to the class by itself",
    )
    add_class_options(heads)
    heads.add_argument("--json", action="store_true", help="print JSON")
    heads.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print what the heads of a network do on a window; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.attention.recorder import Keep
    from mvit_core.pipeline import Explainer

    of_class = options.ablate or options.direct
    if not of_class and (options.target is not None or options.against is not None):
        raise CaptureError(
            "statistics of heads are the same for every class; give --ablate or --direct with "
            "--class and --against, or leave these out"
        )
    if options.mean_of is not None and not options.ablate:
        raise CaptureError("--mean-of says what stands for each head; give --ablate too")
    check_mean(options, options.ablate, "--ablate")
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        loaded = load_and_report(options)
        explainer = Explainer(loaded, remembered_windows=1, keep=Keep(statistics=True))
        info = heads(explainer, video, options)
        damage = video.damage
    if options.json:
        say_json({**info, "notes": [*loaded.report.warnings, *info["notes"], *damage]})
    else:
        print_heads(info)
    for sentence in damage:
        say_note(f"{options.clip.name}: {sentence}")
    return 0


def heads(explainer: Explainer, video: Video, options: argparse.Namespace) -> Json:
    """Statistics of all heads of a window; returns the values of ``heads --json``.

    Raises:
        MvitError: there is no such window or class, or the network has no classes or no direct
            parts.
    """
    from mvit_core.attribution import MapSpec, head_statistics
    from mvit_core.export.heads_table import head_row

    window = chosen_window(explainer.windows(video), options)
    captured = explainer.capture(video, window, ProgressLine("layer").show)
    rows = [head_row(row) for row in head_statistics(captured.record)]
    notes = [captured.note] if captured.note else []
    info: Json = {"window": window.index, "frames": list(captured.frame_indices)}
    if options.ablate or options.direct:
        index, against = classes_from(options, explainer.loaded)
        target = explainer.target_of(captured, MapSpec(target=index, against=against))
        info["class"] = captured.name_of(target.index)
        info["against"] = captured.name_of(target.against) or None
    if options.ablate:
        found, of = _ablated(explainer, video, captured, target, options)
        info |= {"ablated_by": found.by, "mean_of": of, "logit": found.total}
        for row, effect in zip(rows, found.effects, strict=True):
            row["ablation"] = effect.value
        notes += [_ONE_WINDOW] if of == {"windows": 1} else []
    if options.direct:
        info["direct"] = _direct(explainer, video, captured, target)
    return {**info, "heads": rows, "notes": notes}


def _ablated(
    explainer: Explainer,
    video: Video,
    captured: WindowCapture,
    target: Target,
    options: argparse.Namespace,
) -> tuple[HeadEffects, Json | None]:
    """Effects of all heads, and what their means are of; None where heads give zero."""
    from mvit_core.explaining.ablation import Ablation

    means, of = None, None
    if options.mean_of is not None:
        source = given_mean(options, explainer)
        means, of = explainer.given.of(source), source.facts
    elif options.ablate == "mean":
        means = explainer.head_means(video, ProgressLine("window").show)
        of = {"windows": means.windows}
    subject = explainer.subject(video, captured)
    return Ablation(subject, means).effects(target, ProgressLine("head").show), of


def _direct(explainer: Explainer, video: Video, captured: WindowCapture, target: Target) -> Json:
    from mvit_core.explaining.direct_parts import direct_parts

    found = direct_parts(explainer.subject(video, captured), target)
    return {
        "logit": found.total,
        "sum": found.sum,
        "first_block": found.first,
        "direct": found.direct,
        "parts": [asdict(part) for part in found.parts],
    }


def print_heads(info: Json) -> None:
    """Print what heads do as lines of text."""
    from mvit_core.render import share_text, signed_text

    say(f"window {info['window']}, frames {info['frames'][0]} to {info['frames'][-1]}")
    if "class" in info:
        instead = f" instead of {info['against']}" if info["against"] else ""
        say(f"of {info['class']}{instead}")
    is_ablated = "logit" in info
    if is_ablated:
        of = info["mean_of"]
        stands = "its mean over the clip" if of else "zero"
        if of and "batch" in of:
            stands = f"its mean over {over_words(of)}"
        say(f"ablation: what its logit of {info['logit']:.2f} loses with {stands} for a head")
    titles = "block  stage  head  entropy  distance px  frames     sink  centre"
    say(titles + ("  ablation" if is_ablated else ""))
    for row in info["heads"]:
        sink, centre = (
            "-" if row[name] is None else share_text(row[name]) for name in ("sink", "centre")
        )
        lost = f"  {signed_text(row['ablation'], 2):>8}" if is_ablated else ""
        say(
            f"{row['block']:>5}  {row['stage']:>5}  {row['head']:>4}  {row['entropy']:>7.3f}  "
            f"{row['distance_px']:>11.1f}  {row['distance_frames']:>6.2f}  "
            f"{sink:>7}  {centre:>6}{lost}"
        )
    if "direct" in info:
        _print_direct(info["direct"])
    for note in info["notes"]:
        say(f"note: {note}")


def _print_direct(found: Json) -> None:
    from mvit_core.render import share_text, signed_text

    direct = "" if found["direct"] is None else f" (heads: direct {share_text(found['direct'])})"
    say(f"parts that add up to {found['sum']:.2f} of {found['logit']:.2f} logits{direct}")
    for part in found["parts"]:
        block = "" if part["block"] is None else f"block {part['block']} "
        head = "" if part["head"] is None else f" {part['head']}"
        say(f"  {signed_text(part['value'], 2):>8}  {block}{part['name']}{head}")
