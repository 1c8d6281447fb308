"""``mvit-lens inspect``: describe a checkpoint or a capture file, as JSON or as a page of text."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from app.cli.captured import captured, captured_lines
from app.cli.model_options import add_model_options, file_name, load
from app.cli.printing import say, say_json

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from mvit_core.checkpoint import LoadedModel
    from mvit_core.model import MViTConfig

_SHOWN_LISTS = ("missing", "unexpected", "resized", "warnings")
"""Lists of the load report that are printed; converted names are many and only counted."""


def add_options(inspect: argparse.ArgumentParser) -> None:
    """Give ``inspect`` its options."""
    inspect.add_argument("checkpoint", type=file_name, help="a checkpoint, or a capture file")
    add_model_options(inspect)
    inspect.add_argument("--json", action="store_true", help="print JSON")
    inspect.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Print the description of a checkpoint or a capture file; returns the exit code."""
    from mvit_core.capture_file import CaptureFile, is_capture

    if is_capture(options.checkpoint):
        file = CaptureFile(options.checkpoint)
        kept = captured(file)
        info, words = {**inspection(file.loaded()), "capture": kept}, [*captured_lines(kept), ""]
    else:
        info, words = inspection(load(options)), []
    if options.json:
        say_json(info)
    else:
        say(*words, *inspection_lines(info))
    return 0


def inspection(loaded: LoadedModel) -> dict[str, Any]:
    """Describe a model as JSON values: format, architecture, a row per layer, load report."""
    from mvit_core.model.cost import layer_costs

    costs = layer_costs(loaded.config)
    report = loaded.report
    return {
        "format": loaded.format,
        "family": loaded.config.family,
        "decided_from": report.decided_from,
        "weights": report.weights,
        "architecture": _architecture(loaded.config),
        "parameters": sum(p.numel() for p in loaded.model.parameters()),
        "clip": asdict(loaded.clip_spec),
        "readout": loaded.config.readout,
        "heads": _heads(loaded),
        "layers": [
            {
                "block": cost.block,
                "stage": cost.stage,
                "heads": cost.heads,
                "head_dim": cost.head_dim,
                "tokens": cost.tokens,
                "q_shape": list(cost.q_shape),
                "k_shape": list(cost.k_shape),
                "attention_bytes": cost.attention_bytes,
                "macs": cost.macs,
                "unpooled_macs": cost.unpooled_macs,
            }
            for cost in costs
        ],
        "report": {
            "converted": list(report.converted),
            "missing": list(report.missing),
            "unexpected": list(report.unexpected),
            "resized": list(report.resized),
            "warnings": list(report.warnings),
        },
        "classes": loaded.classes,
    }


def _heads(loaded: LoadedModel) -> list[dict[str, Any]]:
    """One row for each head that predicts classes; the chosen one gives the logits."""
    config = loaded.config
    if not config.num_classes:
        return []
    if not loaded.heads:
        plain = {"name": "head", "classes": config.num_classes, "chosen": True}
        return [plain | {"activation": config.head_act}]
    return [
        {
            "name": head.name,
            "classes": head.classes,
            "chosen": head.name == config.head_name,
            "activation": config.head_act,
        }
        for head in loaded.heads
    ]


def _architecture(config: MViTConfig) -> dict[str, Any]:
    info = {name: value for name, value in asdict(config).items() if name != "blocks"}
    info["depth"] = config.depth
    info["embed_dim"] = config.embed_dim
    info["blocks"] = [asdict(block) for block in config.blocks]
    return info


def inspection_lines(info: dict[str, Any]) -> list[str]:
    """Write a description as lines for a terminal."""
    return [*_head(info), "", *_table(info["layers"]), "", *_report(info)]


def _head(info: dict[str, Any]) -> list[str]:
    from mvit_core.model.families import FAMILIES

    arch, clip = info["architecture"], info["clip"]
    positions = [
        name
        for name, used in (
            ("absolute", arch["use_abs_pos"]),
            ("fixed sincos", arch["use_fixed_sincos_pos"]),
            ("relative y, x", arch["rel_pos_spatial"]),
            ("relative t", arch["rel_pos_temporal"]),
        )
        if used
    ]
    frames, height, width = arch["input_shape"]
    rows = {
        "format": info["format"],
        "family": FAMILIES[info["family"]].title,
        "decided from": info["decided_from"],
        **({"weights": info["weights"]} if info["weights"] else {}),
        "network": f"{arch['depth']} blocks from {arch['embed_dim']} channels, "
        f"{info['parameters'] / 1e6:.2f} M parameters, {arch['attention']} attention "
        f"({arch['mode']}{', pool first' if arch['pool_first'] else ''})",
        "input": f"{frames} frames of {width}x{height}, every {clip['rate']:g} at "
        f"{clip['target_fps']:g} fps",
        "positions": ", ".join(positions) or "none",
        "fed": f"short side {clip['short_side']}, crop {clip['size']}, {clip['sampling']}, mean "
        f"{_numbers(clip['mean'])}, std {_numbers(clip['std'])}",
        "readout": info["readout"],
        "head": _head_words(info),
    }
    return [f"{name:<13} {value}" for name, value in rows.items()]


def _numbers(values: Sequence[float]) -> str:
    return " ".join(f"{value:.4g}" for value in values)


def _head_words(info: dict[str, Any]) -> str:
    """Every head with its classes; the chosen one is marked where there are several."""
    heads = info["heads"]
    if not heads:
        return "none: no classes are predicted"
    words = [
        f"{head['name']}{' (shown)' if head['chosen'] and len(heads) > 1 else ''}: "
        f"{head['classes']} classes, {head['activation']}"
        for head in heads
    ]
    names = "" if info["classes"] else " (names not known: indices are shown)"
    return "; ".join(words) + names


def _table(layers: list[dict[str, Any]]) -> list[str]:
    header = (
        "block",
        "stage",
        "heads",
        "tokens",
        "q grid",
        "k grid",
        "full map",
        "Mmacs",
        "unpooled",
        "saved",
    )
    rows = [header]
    for layer in layers:
        saved = layer["unpooled_macs"] / layer["macs"]
        rows.append(
            (
                str(layer["block"]),
                str(layer["stage"]),
                str(layer["heads"]),
                str(layer["tokens"]),
                "x".join(map(str, layer["q_shape"])),
                "x".join(map(str, layer["k_shape"])),
                _bytes(layer["attention_bytes"]),
                f"{layer['macs'] / 1e6:.1f}",
                f"{layer['unpooled_macs'] / 1e6:.1f}",
                f"{saved:.1f}x",
            )
        )
    widths = [max(len(row[i]) for row in rows) for i in range(len(header))]
    return ["  ".join(cell.rjust(w) for cell, w in zip(row, widths, strict=True)) for row in rows]


def _bytes(count: int) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if count < 1024 or unit == "GiB":
            return f"{count:.0f} {unit}" if unit == "B" else f"{count:.1f} {unit}"
        count /= 1024  # type: ignore[assignment]  # a float from here on, for display only
    raise AssertionError("unreachable")


def _report(info: dict[str, Any]) -> list[str]:
    report = info["report"]
    lines = [f"{'converted':<13} {len(report['converted'])} names"]
    for name in _SHOWN_LISTS:
        entries = report[name]
        most = len(entries) if name == "warnings" else 6
        shown = "; ".join(map(str, entries[:most])) + ("; ..." if len(entries) > most else "")
        lines.append(f"{name:<13} {shown or 'none'}")
    return lines
