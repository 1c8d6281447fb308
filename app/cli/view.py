"""``mvit-lens view``: open the window."""

from __future__ import annotations

import gc
import os
import sys
from typing import TYPE_CHECKING

from app.cli.model_options import (
    add_clip_options,
    add_model_options,
    add_module_option,
    file_name,
    own_code,
)
from app.cli.printing import complain, say_note
from mvit_core.errors import OwnCodeError

if TYPE_CHECKING:
    import argparse
    from types import ModuleType

    from mvit_core.system.own_code import OwnCode


_UNSEEN = ("offscreen", "minimal")
"""Platforms of Qt that show nothing."""


def add_options(view: argparse.ArgumentParser) -> None:
    """Give ``view`` its options."""
    view.add_argument(
        "clip",
        nargs="?",
        type=file_name,
        help="a video, a folder of pictures, a list or folder of clips, a batch result, a "
        "session or a report",
    )
    add_clip_options(view)
    add_module_option(view)
    view.add_argument(
        "--boxes",
        metavar="F.csv",
        type=file_name,
        help="what a model of detection predicts for, as of predict",
    )
    add_model_options(view)
    view.add_argument(
        "--session", metavar="F", type=file_name, help="a saved .mvitlens session, or a report"
    )
    view.add_argument("--demo", action="store_true", help="open the sample clip and model")
    view.set_defaults(run=run)


def window_code() -> ModuleType:
    """The module that opens the window; what its import makes is no garbage, so none is sought."""
    is_first = "app.window.launch" not in sys.modules
    gc.disable()
    try:
        from app.window import launch

        if is_first:
            gc.freeze()
    finally:
        gc.enable()
    return launch


def run(options: argparse.Namespace) -> int:
    """Run the window until it is closed; returns the exit code."""
    from app.window.display import choose_platform

    code = _asked_code(options)
    chosen = choose_platform()
    if chosen.problem:
        complain(chosen.problem)
        return 1
    if chosen.note:
        say_note(chosen.note)
    if chosen.name:
        os.environ["QT_QPA_PLATFORM"] = chosen.name
    _check_seen(code)
    if sys.platform == "win32":
        import torch  # noqa: F401 - must come before Qt there (pytorch#166628)
    if options.fps is not None:
        from mvit_core.video.decode.image_folder import checked_fps

        checked_fps(options.fps, options.clip)
    start = window_code()
    ended: int = start.launch(
        start.ViewOptions(
            clip=options.clip,
            checkpoint=options.checkpoint,
            config=options.config,
            preset=options.preset,
            labels=options.labels,
            device=options.device,
            weights=options.weights,
            head=options.head_name,
            half=options.half,
            session=options.session,
            fps=options.fps,
            stream=options.stream,
            demo=options.demo,
            boxes=options.boxes,
            module=code,
        )
    )
    return ended


def _asked_code(options: argparse.Namespace) -> OwnCode | None:
    """The code that is asked about in the window; None where the options name none."""
    code = own_code(options)
    if code is not None and options.session is not None:
        raise OwnCodeError(
            "--session does not go with --module: a session runs no code; open it in the window "
            "once the model is there"
        )
    return code


def _check_seen(code: OwnCode | None) -> None:
    """See whether anybody can answer whether code may run."""
    if code is not None and os.environ.get("QT_QPA_PLATFORM", "").partition(":")[0] in _UNSEEN:
        raise OwnCodeError(
            f"the window asks before it runs {code.file}, and no display shows the question; run "
            f"it where one does, or write a file with `mvit-lens capture --module {code.text}`"
        )
