"""What ``mvit-lens inspect`` says of a capture file."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from mvit_core.capture_file import CaptureFile

__all__ = ["captured", "captured_lines"]

_TOP = 5


def captured(file: CaptureFile) -> dict[str, Any]:
    """Describe a capture file as JSON values, and read all of it, so that damage is found.

    Raises:
        CaptureFileError: a part of it is damaged.
    """
    file.check_all()
    clip, model, made = file.clip, file.model, file.provenance
    return {
        "path": str(file.path),
        "clip": {"name": clip.name, "size": clip.size, "sha256": clip.sha256},
        "checkpoint": {"name": model.name, "size": model.size, "sha256": model.sha256},
        "frames": {"held": len(clip.frames), "count": clip.frame_count, "size": clip.frame_size},
        "half": made.half,
        "command": made.command,
        "versions": dict(made.versions),
        "windows": [
            {
                "index": each.window.index,
                "frames": list(each.frame_indices),
                "blocks": [layer.block for layer in each.run.layers],
                "predictions": [
                    {"index": best.index, "name": best.name, "probability": best.probability}
                    for best in each.predictions[:_TOP]
                ],
                "note": each.note,
            }
            for each in file.windows
        ],
        "damage": list(clip.damage),
    }


def captured_lines(info: dict[str, Any]) -> list[str]:
    """Write a description as lines for a terminal."""
    clip, checkpoint, frames = info["clip"], info["checkpoint"], info["frames"]
    made = ", ".join(" ".join(pair) for pair in info["versions"].items())
    rows = {
        "clip": f"{clip['name']} ({clip['size']} bytes, sha256 {clip['sha256'][:16] or 'unknown'})",
        "checkpoint": f"{checkpoint['name']} ({checkpoint['size']} bytes, sha256 "
        f"{checkpoint['sha256'][:16] or 'unknown'})",
        "frames": f"{frames['held']} of {frames['count']}, {frames['size'][0]}x{frames['size'][1]}",
        "kept in": "float16 (maps differ by about a thousandth)" if info["half"] else "full",
        "made by": info["command"] or "a script",
        "made with": made,
    }
    lines = [f"{name:<13} {value}" for name, value in rows.items()]
    for each in info["windows"]:
        best = next(iter(each["predictions"]), None)
        said = "no classes" if best is None else f"{best['name']} {best['probability']:.3f}"
        lines.append(
            f"{'window':<13} {each['index']}: frames {each['frames'][0]} to {each['frames'][-1]}, "
            f"{len(each['blocks'])} blocks, {said}"
        )
    return [*lines, *(f"{'damage':<13} {words}" for words in info["damage"])]
