"""The row of changes: files replaced, overwritten, truncated, emptied or removed while open.

What is shown afterwards is of the file as it was opened, or says that it has changed; never is a
picture or a number of one file shown as that of another.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

import numpy as np

from benchmarks.hardening.children import Broken, Case, Gates, Limits, Met
from tests.fixtures_video import read_barcode, write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

if TYPE_CHECKING:
    from benchmarks.hardening.used_window import UsedWindow
    from mvit_core.pipeline import Explainer
    from mvit_core.video import Video

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "files changed while open"
CASES = 100
STALE = "stale pictures or numbers"
GATES = Gates(rules=(STALE, "tracebacks"), cpu_seconds=60.0)
LIMITS = Limits(wall_seconds=300.0, cases=25)
_FRAMES, _NEW = 48, 1_000
"""Frames of a clip, and the number of the first frame of the clip that takes its place."""
_NOTICED_SECONDS = 30.0


@dataclass(frozen=True)
class Files:
    """An open file, and what another content for it lies in."""

    folder: Path
    other_clip: Path
    other_model: Path

    @property
    def clip(self) -> Path:
        """Frames 0 to 47."""
        return self.folder / "clip.mp4"

    @property
    def model(self) -> Path:
        """The toy network."""
        return self.folder / "toy.pyth"

    def other(self, path: Path) -> Path:
        """What may take the place of a file."""
        return self.other_clip if path == self.clip else self.other_model


Change = Callable[[Path, Path], None]


def _replaced(path: Path, other: Path) -> None:
    beside = path.with_name("beside")
    shutil.copy(other, beside)
    beside.replace(path)


def _overwritten(path: Path, other: Path) -> None:
    path.write_bytes(other.read_bytes())


def _truncated(path: Path, _: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def _emptied(path: Path, _: Path) -> None:
    os.truncate(path, 0)


def _removed(path: Path, _: Path) -> None:
    path.unlink()


CHANGES: Mapping[str, Change] = MappingProxyType(
    {
        "replaced": _replaced,
        "overwritten": _overwritten,
        "truncated": _truncated,
        "emptied": _emptied,
        "removed": _removed,
    }
)


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """Every way to use a file with every change, over and over."""
    import torch

    from mvit_core.model import MViT

    write_barcode_clip(folder / "clip.mp4", frames=_FRAMES, gop=8)
    write_barcode_clip(folder / "other.mp4", frames=_FRAMES, gop=8, first=_NEW)
    for number, name in enumerate(("toy.pyth", "other.pyth")):
        torch.manual_seed(number)
        write_toy_checkpoint(folder / name, MViT(toy_config()).eval())
    ways = list(product(USES, CHANGES))
    for number in range(count):
        use, change = ways[number * 7 % len(ways)]  # neighbours differ in both
        yield Case(f"{use}, {change} {number}", str(folder), f"{use}/{change}", f"{seed}/{number}")


def meet(case: Case) -> Met:
    """Open, look, change the file, look on, open anew."""
    given, random = Path(case.path), Random(case.beside)
    use, _, change = case.kind.partition("/")
    folder = given / f"case-{case.beside.replace('/', '-')}"
    folder.mkdir()
    files = Files(folder, given / "other.mp4", given / "other.pyth")
    shutil.copy(given / "clip.mp4", files.clip)
    shutil.copy(given / "toy.pyth", files.model)
    try:
        USES[use](files, CHANGES[change], random)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return Met()


# -- by open_video and Explainer -------------------------------------------------------------------


def _core_clip(files: Files, change: Change, random: Random) -> None:
    """Frames after the change are those of the file as it was opened, or there are none."""
    from mvit_core.errors import MvitError
    from mvit_core.video import open_video

    before = random.sample(range(_FRAMES), random.randint(0, 6))
    order = random.sample(range(_FRAMES), 16)
    with open_video(files.clip, cache_bytes=random.choice((0, 1 << 24))) as video:
        for index in before:
            video.frame(index)
        change(files.clip, files.other(files.clip))
        for index in order:
            try:
                picture = video.frame(index)
            except MvitError:
                continue
            if index not in video.damaged_frames:
                _check_frame(picture, index, index)
    _check_anew(files, change)


def _check_anew(files: Files, change: Change) -> None:
    """The file that lies there now, opened anew, shows its own frames."""
    from mvit_core.video import open_video

    if change in (_replaced, _overwritten):
        with open_video(files.clip) as video:
            for index in (0, _FRAMES - 1):
                _check_frame(video.frame(index), index + _NEW, index)


def _check_frame(picture: "np.ndarray", wanted: int, index: int) -> None:
    seen = read_barcode(picture)
    if seen != wanted:
        raise Broken(STALE, f"frame {index} shows {seen}, not {wanted}")


def _core_numbers(files: Files, change: Change, random: Random) -> None:
    """An explainer never answers of one file with what it found out of another."""
    from mvit_core import load_model, open_video
    from mvit_core.errors import MvitError
    from mvit_core.pipeline import Explainer

    target = random.choice((files.clip, files.model))
    explainer = Explainer(load_model(files.model))
    with open_video(files.clip) as video:
        wanted = [_numbers(Explainer(explainer.loaded), video, place) for place in (0, 1)]
        _numbers(explainer, video, 0)
    with open_video(files.clip) as video:
        change(target, files.other(target))
        for place in (0, 1):
            try:
                seen = _numbers(explainer, video, place)
            except MvitError:
                continue
            if not np.array_equal(seen, wanted[place]):
                raise Broken(STALE, f"window {place} has other numbers than before")
    if change in (_replaced, _overwritten) and target == files.clip:
        with open_video(files.clip) as video:
            seen = _numbers(explainer, video, 0)
            if not np.array_equal(seen, _numbers(Explainer(explainer.loaded), video, 0)):
                raise Broken(STALE, "the new file has the numbers of the old one")


def _numbers(explainer: "Explainer", video: "Video", place: int) -> "np.ndarray":
    """Heat and probabilities of a window, in one row."""
    from mvit_core.attribution import MapSpec

    found = explainer.explain(video, explainer.windows(video)[place], MapSpec())
    chances = sorted((p.index, p.probability) for p in found.capture.predictions)
    return np.concatenate([np.ravel(found.saliency.values), [chance for _, chance in chances]])


# -- by the window ---------------------------------------------------------------------------------


def _window(files: Files, change: Change, random: Random, *, clip: bool) -> None:
    """The window takes a picture away that is of another file, and offers to read the file."""
    from benchmarks.hardening.used_window import used_window

    used, target = used_window(), files.clip if clip else files.model
    used.troubles.taken()
    with used.watched():
        used.open(files.clip, files.model)
        used.driver.settle()
        change(target, files.other(target))
        if random.random() < 0.5:
            used.window.store.update(frame=random.randrange(_FRAMES), playing=False)
        if change is not _removed:
            used.calm(_NOTICED_SECONDS, lambda: _has_noticed(used, target))
        used.window.store.update(frame=random.randrange(_FRAMES), playing=False)
        used.calm(_NOTICED_SECONDS, lambda: _is_at_rest(used))
        _check_canvas(used, _FRAMES if change is _removed or not clip else 0)
        if change in (_replaced, _overwritten):
            used.driver.controller.mend("open_again" if clip else "load_again")
            used.calm(_NOTICED_SECONDS, lambda: not _has_noticed(used, target))
            used.driver.settle()
            _check_canvas(used, _FRAMES, _NEW if clip else 0)
            _check_predictions(used, files)


def _has_noticed(used: "UsedWindow", target: Path) -> bool:
    """The window knows that what it has open is not what lies there."""
    controller = used.driver.controller
    video, model = controller.results.video, controller.results.model
    known = [video.file] if video is not None else []
    known += list(model.files) if model is not None else []
    files = controller._bench.files
    return any(
        each is not None and each.path == target and files.has_changed(each) for each in known
    )


def _is_at_rest(used: "UsedWindow") -> bool:
    picture = used.driver.controller.results.picture
    frame = used.window.store.state.frame
    return picture is not None and picture.index == frame and not picture.is_preview


def _check_canvas(used: "UsedWindow", shown: int, first: int = 0) -> None:
    """The picture is of the frame asked for, or there is none where ``shown`` is 0."""
    picture = used.driver.controller.results.picture
    if picture is None or picture.pixels is None:
        if shown:
            raise Broken(STALE, f"no picture: {picture.problem if picture else 'none'}")
        return
    if not shown:
        raise Broken(STALE, f"frame {picture.index} of a file that has changed is shown")
    _check_frame(picture.pixels, picture.index + first, picture.index)


def _check_predictions(used: "UsedWindow", files: Files) -> None:
    """Classes are those of the files that lie there now."""
    from mvit_core import load_model, open_video
    from mvit_core.pipeline import Explainer

    results = used.driver.controller.results
    if results.shown is None:
        raise Broken(STALE, "no map after opening again")
    with open_video(files.clip) as video:
        explainer = Explainer(load_model(files.model))
        window = results.shown.result.request.window
        wanted = explainer.capture(video, window).predictions
    seen = {p.index: p.probability for p in results.shown.result.predictions}
    worst = max(abs(seen.get(p.index, -1.0) - p.probability) for p in wanted)
    if worst > 1e-4:
        raise Broken(STALE, f"probabilities differ by {worst:.4f} from those of the file")


Use = Callable[[Files, Change, Random], None]
USES: Mapping[str, Use] = MappingProxyType(
    {
        "frames by the core": _core_clip,
        "numbers by the core": _core_numbers,
        "clip in the window": partial(_window, clip=True),
        "model in the window": partial(_window, clip=False),
    }
)
"""Name and how a file is used while it changes."""
