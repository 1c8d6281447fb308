"""``mvit-lens explain``: what of a clip speaks for a class, and how far the map can be trusted."""

from __future__ import annotations

from dataclasses import asdict, replace
from typing import TYPE_CHECKING, Any

from app.cli.change_options import add_change_options, changes_from, off_words, with_mean
from app.cli.class_options import add_class_options, classes_from
from app.cli.heat_options import add_heat_options, heat_from
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

if TYPE_CHECKING:
    import argparse

    from mvit_core.captured import WindowCapture
    from mvit_core.explaining import Evidence, Subject, Target
    from mvit_core.pipeline import Explainer, MapSpec
    from mvit_core.video import Video

Json = dict[str, Any]


def add_options(explain: argparse.ArgumentParser) -> None:
    """Give ``explain`` its options; choices are the names in the core's tables."""
    from mvit_core.explaining import BASELINES, DEFAULT_METHOD, EVIDENCE

    explain.add_argument("clip", type=file_name, help=CLIP_WORDS)
    add_clip_options(explain)
    add_module_option(explain, required=True)
    add_model_options(explain)
    explain.add_argument("--window", type=int, metavar="I", help="clip window, from 0 (0)")
    add_class_options(explain)
    add_change_options(explain)
    explain.add_argument(
        "--method",
        default=DEFAULT_METHOD,
        metavar="M",
        help=f"the most trusted first: {', '.join(EVIDENCE)} ({DEFAULT_METHOD})",
    )
    explain.add_argument(
        "--baseline",
        default="mean",
        metavar="B",
        help=f"what the clip is compared with, and what covers parts of it: {', '.join(BASELINES)} "
        "(mean)",
    )
    _add_checks(explain)
    explain.add_argument(
        "-o", "--output", metavar="OUT.{mp4,png,npz}", type=file_name, help="write the map too"
    )
    add_heat_options(explain)
    explain.add_argument("--json", action="store_true", help="print JSON")
    explain.set_defaults(run=run)


def _add_checks(explain: argparse.ArgumentParser) -> None:
    """Options for what tells how far a map can be trusted, and when the class is read."""
    explain.add_argument(
        "--faithfulness",
        action="store_true",
        help="remove what the map shows, and see whether the class goes",
    )
    explain.add_argument(
        "--remove",
        choices=("space-time", "space", "time"),
        default="space-time",
        help="what faithfulness removes: parts of some frames, of all frames, or whole times",
    )
    explain.add_argument(
        "--sanity", action="store_true", help="make the map again with weights drawn anew"
    )
    explain.add_argument(
        "--when", action="store_true", help="what each sampled frame adds, and orders of frames"
    )


def run(options: argparse.Namespace) -> int:
    """Explain a window and print what was found; returns the exit code."""
    from mvit_core import open_video
    from mvit_core.export import ExportRequest, check_target
    from mvit_core.pipeline import Explainer, MapSpec

    changes = changes_from(options)
    if options.output is not None:  # before a model is loaded for nothing
        check_target(options.output, ExportRequest(heat=heat_from(options)))
    with open_video(options.clip, fps=options.fps, stream=options.stream) as video:
        loaded = load_and_report(options)
        explainer = Explainer(loaded)
        explainer = explainer.with_changes(with_mean(changes, options, explainer))
        target, against = classes_from(options, loaded)
        spec = MapSpec(method=options.method, target=target, against=against)
        info = explain(explainer, video, spec, options)
        if not options.json:
            print_explanation(info)
        if options.output is not None:
            _write(explainer, video, spec, options)
        damage = video.damage
    if options.json:
        say_json({**info, "notes": [*loaded.report.warnings, *info["notes"], *damage]})
    for sentence in damage:
        say_note(f"{options.clip.name}: {sentence}")
    return 0


def explain(explainer: Explainer, video: Video, spec: MapSpec, options: argparse.Namespace) -> Json:
    """Explain one window; returns the values of ``explain --json``.

    Raises:
        MvitError: there is no such window, class, method or baseline, or the method does not suit
            the network.
    """
    captured = explainer.capture(video, chosen_window(explainer.windows(video), options))
    progress = ProgressLine("step")
    evidence = explainer.evidence(
        video, captured, spec, baseline=options.baseline, on_step=progress.show
    )
    info = _facts(captured, evidence)
    subject = explainer.subject(video, captured)
    if options.faithfulness:
        info["faithfulness"], doubts = _faithfulness(subject, evidence, options, progress)
        info["notes"] += doubts
    if options.sanity:
        info["sanity"] = _sanity(subject, evidence, progress)
    if options.when:
        info["when"] = _when(subject, evidence.target, captured, progress)
    return info


def _facts(captured: WindowCapture, evidence: Evidence) -> Json:
    from mvit_core.export.evidence_facts import figures_json

    figures = figures_json(evidence)
    notes = [figures.pop("warning"), figures.pop("note"), captured.note]
    return {
        "window": captured.window.index,
        "frames": list(captured.frame_indices),
        "class": captured.name_of(evidence.target.index),
        "against": captured.name_of(evidence.target.against) or None,
        **captured.changes.facts,
        **figures,
        "notes": [note for note in notes if note],
    }


def _faithfulness(
    subject: Subject, evidence: Evidence, options: argparse.Namespace, progress: ProgressLine
) -> tuple[Json, list[str]]:
    """Areas and curves, and what must be known of them."""
    from mvit_core.explaining.faithfulness import faithfulness

    found = faithfulness(
        subject,
        evidence,
        baseline=options.baseline,
        mode=options.remove,
        on_step=progress.show,
    )
    curves = ("deletion", "insertion", "random", "centre", "random_insertion", "centre_insertion")
    info = {
        **{name: getattr(found, name).area for name in curves[:4]},
        "curves": {
            "shares": list(found.deletion.shares),
            **{name: list(getattr(found, name).probabilities) for name in curves},
        },
        "mode": found.mode,
        "baseline": {"name": found.baseline, "probability": found.baseline_probability},
        "words": found.words,
    }
    return info, [found.warning] if found.warning else []


def _sanity(subject: Subject, evidence: Evidence, progress: ProgressLine) -> Json:
    from mvit_core.explaining.sanity import sanity

    found = sanity(subject, evidence, on_step=progress.show)
    return {"head": found.head, "last_block": found.last_block, "verdict": found.verdict}


def _when(
    subject: Subject, target: Target, captured: WindowCapture, progress: ProgressLine
) -> Json:
    from mvit_core.explaining.when import order_battery, temporal_evidence

    temporal = temporal_evidence(subject, target, on_step=progress.show)
    order = order_battery(subject, target, on_step=progress.show)
    return {
        "shares": list(temporal.shares),
        "frames": [[captured.frame_indices[t] for t in sampled] for sampled in temporal.frames],
        "static": temporal.static,
        "total": temporal.total,
        "error": temporal.error,
        "order": asdict(order),
        "words": order.words,
    }


def _write(explainer: Explainer, video: Video, spec: MapSpec, options: argparse.Namespace) -> None:
    """Write the map: a film of the window or the clip, a picture of the window, or arrays."""
    from mvit_core.export import EXPORTERS, ExportRequest, export

    window = chosen_window(explainer.windows(video), options)
    captured = explainer.capture(video, window)
    target = explainer.target_of(captured, spec)  # one class throughout a film
    spec = replace(spec, target=target.index, against=target.against)
    request = ExportRequest(spec, heat_from(options), changes=explainer.changes)
    holds = EXPORTERS[options.output.suffix.lower()].holds
    if holds == "picture":
        sampled = captured.frame_indices
        request = replace(request, frame_index=sampled[len(sampled) // 2])
    elif holds == "video" and options.window is not None:
        request = replace(request, start=window.start, stop=window.stop)
    done = export(explainer, video, request, options.output, ProgressLine("frame", "fps").show)
    for note in done.notes:
        say_note(note)
    if not options.json:
        say(f"wrote {done.path}")


def print_explanation(info: Json) -> None:
    """Print an explanation as lines of text."""
    from mvit_core.explaining import EVIDENCE
    from mvit_core.render import share_text

    row, frames = EVIDENCE[info["method"]], info["frames"]
    instead = f" instead of {info['against']}" if info["against"] else ""
    say(f"window {info['window']}, frames {frames[0]} to {frames[-1]}")
    say(f"why {info['class']}{instead} (p {info['probability']:.3f})")
    say(f"  {row.title}: {row.trust} ({row.trust_words})")
    if "heads_off" in info:
        say(f"  {off_words(info)}")
    if info["baseline"]:
        compared = info["baseline"]
        say(f"  baseline {compared['name']}: p {compared['probability']:.3f}")
    if info["delta"] is not None:
        off = f"{share_text(info['error'])} off" + (
            f", {info['steps']} steps" if info["steps"] else ""
        )
        say(f"  the map adds up to {info['sum']:.3f} of {info['delta']:.3f} logits ({off})")
    for name, value in info["parts"].items():
        say(f"    {name} {value:.3f}")
    if info["class_token"] is not None:
        say(f"  on the class token, which no picture shows: {share_text(info['class_token'])}")
    if "faithfulness" in info:
        _print_faithfulness(info["faithfulness"])
    if "sanity" in info:
        found = info["sanity"]
        correlations = f"head {found['head']:.2f}, last block {found['last_block']:.2f}"
        say(f"  sanity: {found['verdict']} (map after new weights: {correlations})")
    if "when" in info:
        _print_when(info["when"])
    for note in info["notes"]:
        say(f"  note: {note}")


def _print_faithfulness(found: Json) -> None:
    say(f"  faithfulness: {found['words']}")
    areas = ", ".join(
        f"{name} {found[name]:.3f}" for name in ("deletion", "insertion", "random", "centre")
    )
    say(f"    mean p: {areas}")


def _print_when(found: Json) -> None:
    say(f"  when: {found['words']}")
    say(f"    a still frame gives {found['static']:.2f} of {found['total']:.2f} logits")
    for frames, share in zip(found["frames"], found["shares"], strict=True):
        say(f"    frame {', '.join(map(str, frames))}: {share:+.2f}")
