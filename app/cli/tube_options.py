"""Options of the command line that paint tubes on a clip, and patch parts from another."""

from __future__ import annotations

import re
from functools import partial
from typing import TYPE_CHECKING, get_args

from app.cli.model_options import file_name
from mvit_core.errors import CaptureError, ClipError
from mvit_core.printable import brief

if TYPE_CHECKING:
    import argparse

    from mvit_core.explaining import Tube, TubeWhat
    from mvit_core.explaining.patches import Patch
    from mvit_core.video import Video

_OPTIONS: dict[TubeWhat, tuple[str, str]] = {
    "mean": (
        "--erase",
        "show the clip's mean colour in a box, X,Y,W,H in pixels, over frames A to B",
    ),
    "blur": ("--blur", "blur it there"),
    "freeze": ("--freeze", "let it stand still from frame A to B"),
    "keep": ("--keep", "show nothing else: all outside of it is the mean colour"),
}
"""Option and help text of each row of ``TUBE_KINDS``."""

_NUMBER = r"(\d{1,6}(?:\.\d{1,6})?)"
_TUBE = re.compile(
    rf"{_NUMBER},{_NUMBER},{_NUMBER},{_NUMBER}(?:@(\d{{1,9}})(?:-(\d{{1,9}}))?)?", re.ASCII
)
_PLACE = re.compile(r"(\d{1,4})(?:/(\d{1,4}))?", re.ASCII)


def add_tube_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options for tubes; each may be given several times."""
    group = parser.add_argument_group("changes of the clip")
    for what, (option, words) in _OPTIONS.items():
        group.add_argument(
            option,
            dest="tubes",
            action="append",
            default=[],
            type=partial(_text_of, what),
            metavar="X,Y,W,H[@A-B]",
            help=f"{words} (all frames)",
        )


def add_patch_options(parser: argparse.ArgumentParser) -> None:
    """Give a command the options for patches."""
    group = parser.add_argument_group("patches from another clip")
    group.add_argument(
        "--patch",
        action="append",
        default=[],
        nargs=2,
        metavar=("PART", "PLACE"),
        help="take the output of a part from another clip: block 14, mlp 14 or head 14/3",
    )
    group.add_argument(
        "--from", dest="other", metavar="CLIP", type=file_name, help="the clip of --patch"
    )
    group.add_argument(
        "--from-window", type=int, metavar="I", help="window of that clip, from 0 (0)"
    )


def tubes_from(options: argparse.Namespace, video: Video) -> tuple[Tube, ...]:
    """The tubes of the options, in their order.

    Raises:
        ClipError: one is malformed, or reaches beyond the clip.
    """
    from mvit_core.explaining.painting import check_tubes

    tubes = tuple(_tube(what, text, video.frame_count) for what, text in options.tubes)
    check_tubes(tubes, video.size, video.frame_count)
    return tubes


def patches_from(options: argparse.Namespace) -> tuple[Patch, ...]:
    """The patches of the options, in their order.

    Raises:
        CaptureError: one is malformed, or patches and their clip are not given together.
    """
    patches = tuple(_patch(part, place) for part, place in options.patch)
    if (options.other is None) != (not patches):
        raise CaptureError("--patch and --from go together: a part, and the clip it is taken from")
    if options.from_window is not None and not patches:
        raise CaptureError("--from-window is of the clip of --patch; give --patch and --from")
    return patches


def _text_of(what: TubeWhat, text: str) -> tuple[TubeWhat, str]:
    return what, text


def _tube(what: TubeWhat, text: str, frame_count: int) -> Tube:
    from mvit_core.explaining import Tube
    from mvit_core.video.boxes import Box

    option, found = _OPTIONS[what][0], _TUBE.fullmatch(text)
    if found is None:
        raise ClipError(
            f"{option} is {brief(text)}; it takes X,Y,W,H or X,Y,W,H@A-B, such as 10,20,64,48@0-31"
        )
    x, y, width, height = (float(found[index]) for index in range(1, 5))
    if not (width and height):
        raise ClipError(f"{option} is {brief(text)}; width and height are above 0")
    first = int(found[5]) if found[5] else 0
    last = int(found[6] or found[5] or frame_count - 1)
    return Tube(what, Box(x, y, x + width, y + height), first, last)


def _patch(part: str, place: str) -> Patch:
    from mvit_core.explaining.patches import Patch, PatchPart

    found = _PLACE.fullmatch(place)
    kind = next((kind for kind in get_args(PatchPart) if kind == part), None)
    if kind is None or found is None or (kind == "head") != bool(found[2]):
        raise CaptureError(
            f"--patch is {brief(f'{part} {place}')}; it takes a block (block 14), its MLP (mlp 14) "
            "or one of its heads (head 14/3)"
        )
    return Patch(kind, int(found[1]), int(found[2]) if found[2] else None)
