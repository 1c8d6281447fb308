"""The row of sessions: changed and hand-made files, opened by the real window."""

import json
import os
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from random import Random

from app.state.session_file import Place, session_of, write_session
from app.state.view_state import ModelSource, ViewState
from benchmarks.hardening.children import Broken, Case, Figure, Gates, Limits, Met
from benchmarks.hardening.mutants import mutants
from benchmarks.hardening.session_texts import changed_pages, pages, texts
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

TITLE = "sessions through the real window"
CASES = 1_000
LIMITS = Limits(wall_seconds=60.0, cases=100)
FREEZES = "freezes over 1 s"
_FREEZE_MS = 1_000.0
GATES = Gates(
    rules=(FREEZES, "tracebacks", "applied to another clip"),
    cpu_seconds=30.0,  # of all threads: the model runs beside the window
    figure=Figure("longest work of the window's thread without a pause", _FREEZE_MS, "ms"),
)
_PATIENCE_SECONDS = 30.0


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """Write the files one by one; each is removed when the next is asked for."""
    random, beside = Random(seed), str(folder)
    clip = write_barcode_clip(folder / "clip.mp4", frames=24)
    write_barcode_clip(folder / "other.mp4", frames=16)
    good = _good_session(folder, clip)
    page = json.loads(good)
    step = max(1, round(CASES / max(count, 1)))
    made = list(islice(pages(page, beside), 0, None, step)) + list(islice(texts(), 0, None, step))
    made = made[: max(1, count // 2)]
    for name, content in made:
        yield from _written(folder, name, content)
    left = max(0, count - len(made))
    for name, content in mutants({"mvitlens": good}, left // 4, random):
        yield from _written(folder, name, content)
    for name, content in changed_pages(page, left - left // 4, random):
        yield from _written(folder, name, content)


def meet(case: Case) -> Met:
    """Open the session in the window; a clip and a model may be there from the case before."""
    from benchmarks.hardening.used_window import used_window

    used, path = used_window(), Path(case.path)
    sessions, store = used.window.sessions, used.window.store
    if store.state.clip is None:
        used.open(Path(case.beside) / "clip.mp4")
    sessions.path = None
    before = store.state.clip
    with used.watched() as meter:
        sessions.open(path)
        used.calm(_PATIENCE_SECONDS, lambda: sessions._opening is None)
    longest = max(meter.work_ms, default=0.0)
    if longest > _FREEZE_MS:
        raise Broken(FREEZES, f"the window's thread worked for {longest:.0f} ms")
    is_open = sessions.path == path
    if not is_open and store.state.clip not in (before, None) and not _names_clip(path):
        raise Broken("applied to another clip", f"{store.state.clip}")
    return Met("opened" if is_open else "refused", longest)


def _names_clip(path: Path) -> bool:
    """True where the text of the file names a clip."""
    try:
        return b'"clip"' in path.read_bytes()
    except OSError:
        return False


def _good_session(folder: Path, clip: Path) -> bytes:
    import torch

    from mvit_core.model import MViT

    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    state = ViewState(clip=clip, model=ModelSource(folder / "toy.pyth"), frame=5)
    write_session(session_of(state, Place(), folder), folder / "good.mvitlens")
    return (folder / "good.mvitlens").read_bytes()


def _written(folder: Path, name: str, content: bytes) -> Iterator[Case]:
    path = folder / "case.mvitlens"
    path.write_bytes(content)
    yield Case(name, str(path), "session", os.fspath(folder))
    path.unlink()
