"""``mvit-lens view``: open the window."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from app.cli.model_options import add_fps, add_model_options, file_name

if TYPE_CHECKING:
    import argparse


def add_options(view: argparse.ArgumentParser) -> None:
    """Give ``view`` its options."""
    view.add_argument("clip", nargs="?", type=file_name, help="a video, or a folder of pictures")
    add_fps(view)
    view.add_argument("--checkpoint", metavar="F", type=file_name)
    add_model_options(view)
    view.add_argument("--session", metavar="F", type=file_name, help="a saved .mvitlens session")
    view.add_argument("--demo", action="store_true", help="open the sample clip and model")
    view.set_defaults(run=run)


def run(options: argparse.Namespace) -> int:
    """Run the window until it is closed; returns the exit code."""
    from app.checks import display_problem

    problem = display_problem()
    if problem:
        print(f"mvit-lens: {problem}", file=sys.stderr)
        return 1
    if sys.platform == "win32":
        import torch  # noqa: F401 - must come before Qt there (pytorch#166628)
    if options.fps is not None:
        from mvit_core.video.decode.image_folder import checked_fps

        checked_fps(options.fps, options.clip)
    from app.window.launch import ViewOptions, launch

    return launch(
        ViewOptions(
            clip=options.clip,
            checkpoint=options.checkpoint,
            config=options.config,
            preset=options.preset,
            labels=options.labels,
            device=options.device,
            half=options.half,
            session=options.session,
            fps=options.fps,
            demo=options.demo,
        )
    )
