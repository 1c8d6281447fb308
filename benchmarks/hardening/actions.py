"""The row of random actions: keys, clicks, drags, commands and files in the real window.

A case is a stretch of actions in the window as the stretch before it left it; a child meets so many
of them that a window sees 500 actions.
"""

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from random import Random
from types import MappingProxyType
from typing import TYPE_CHECKING

from benchmarks.hardening.children import Broken, Case, Figure, Gates, Limits, Met
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_config, write_toy_checkpoint

if TYPE_CHECKING:
    from PySide6.QtCore import QPoint
    from PySide6.QtWidgets import QWidget

    from benchmarks.hardening.used_window import UsedWindow

__all__ = ["CASES", "GATES", "LIMITS", "TITLE", "cases", "meet"]

SEEDS, ACTIONS, STRETCH = 20, 500, 25
PER_WINDOW = ACTIONS // STRETCH
TITLE = f"random actions in the window ({SEEDS} x {ACTIONS}, a case is {STRETCH} of them)"
CASES = SEEDS * PER_WINDOW
STALLS = "stalls over 250 ms of own work"
_STALL_MS = 250.0
LIMITS = Limits(wall_seconds=120.0, cases=PER_WINDOW)
GATES = Gates(
    rules=(STALLS, "tracebacks"),
    cpu_seconds=60.0,  # of all threads: the model runs beside the window
    figure=Figure("longest work of the window's thread without a pause", _STALL_MS, "ms"),
)
_CLIPS = ("a.mp4", "b.mkv")
_LEFT_OUT = frozenset({"file.quit"})
_KEYS = "QWERTYUIOPASDFGHJKLZXCVBNM0123456789[],.+-"


def cases(folder: Path, count: int, seed: int) -> Iterator[Case]:
    """Stretches of actions, each with a seed of its own."""
    import torch

    from mvit_core.model import MViT

    write_barcode_clip(folder / _CLIPS[0], frames=60)
    write_barcode_clip(folder / _CLIPS[1], frames=24, size=(320, 180))
    torch.manual_seed(0)
    write_toy_checkpoint(folder / "toy.pyth", MViT(toy_config()).eval())
    for number in range(count):
        yield Case(f"stretch {number}", str(folder / _CLIPS[0]), f"{seed}/{number}", str(folder))


def meet(case: Case) -> Met:
    """Do the actions of one stretch; each has the window's attention for a moment."""
    from benchmarks.hardening.used_window import used_window

    used, random, folder = used_window(), Random(case.kind), Path(case.beside)
    if used.driver.controller.results.video is None:
        used.open(folder / random.choice(_CLIPS), folder / "toy.pyth")
        used.troubles.taken()
    longest = 0.0
    for _ in range(STRETCH):
        name = random.choice(list(ACTS))
        with used.watched() as meter:
            words = ACTS[name](used, random, folder)
            used.driver.rest(random.choice((0.0, 0.02, 0.1)))
        took = max(meter.work_ms, default=0.0)
        if took > _STALL_MS:
            raise Broken(STALLS, f"{name} {words}: {took:.0f} ms")
        longest = max(longest, took)
    return Met(figure=longest)


def _command(used: "UsedWindow", random: Random, _: Path) -> str:
    """A command that is possible now."""
    by_id = used.window.actions_table.by_id
    possible = sorted(k for k, a in by_id.items() if a.isEnabled() and k not in _LEFT_OUT)
    chosen = random.choice(possible)
    by_id[chosen].trigger()
    return chosen


def _key(used: "UsedWindow", random: Random, _: Path) -> str:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    named = ("Left", "Right", "Up", "Down", "Home", "End", "Space", "Escape", "Tab", "PageUp")
    text = random.choice((*_KEYS, *named))
    widget = random.choice((used.window.stage.front, used.window.panels.timeline.track))
    modifier = random.choice((Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.ShiftModifier))
    if text in named:
        QTest.keyClick(widget, Qt.Key[f"Key_{text}"], modifier)
    else:
        QTest.keyClick(widget, text, modifier)
    return text


def _click(used: "UsedWindow", random: Random, _: Path) -> str:
    """A click on any widget that is seen, or a drag across it."""
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    widget = random.choice(_seen(used))
    button = random.choice((Qt.MouseButton.LeftButton,) * 3 + (Qt.MouseButton.RightButton,))
    place = _place(widget, random)
    if random.random() < 0.7:
        QTest.mouseClick(widget, button, pos=place)
    else:
        QTest.mousePress(widget, Qt.MouseButton.LeftButton, pos=place)
        for _ in range(3):
            QTest.mouseMove(widget, _place(widget, random))
        QTest.mouseRelease(widget, Qt.MouseButton.LeftButton, pos=_place(widget, random))
    return f"on {type(widget).__name__} {widget.objectName()}"


def _double_click(used: "UsedWindow", random: Random, _: Path) -> str:
    from PySide6.QtCore import Qt
    from PySide6.QtTest import QTest

    widget = random.choice(_seen(used))
    QTest.mouseDClick(widget, Qt.MouseButton.LeftButton, pos=_place(widget, random))
    return f"on {type(widget).__name__}"


def _frame(used: "UsedWindow", random: Random, _: Path) -> str:
    """Another frame, as the frame field asks for it."""
    video = used.driver.controller.results.video
    number = random.randrange(video.frame_count) if video is not None else 0
    used.window.store.update(frame=number, playing=False, jump=True)
    return str(number)


def _resize(used: "UsedWindow", random: Random, _: Path) -> str:
    size = random.choice(((1280, 800), (900, 600), (640, 480), (1600, 1000)))
    used.window.resize(*size)
    return str(size)


def _file(used: "UsedWindow", random: Random, folder: Path) -> str:
    """Another clip, or the model again."""
    from app.state.view_state import ModelSource

    name = random.choice((*_CLIPS, "toy.pyth"))
    controller = used.driver.controller
    if name.endswith(".pyth"):
        controller.load_model(ModelSource(folder / name))
    else:
        controller.open_video(folder / name)
    return name


def _seen(used: "UsedWindow") -> "list[QWidget]":
    from PySide6.QtWidgets import QWidget

    found = used.window.findChildren(QWidget)
    return [each for each in found if each.isVisible() and each.isEnabled() and each.width() > 3]


def _place(widget: "QWidget", random: Random) -> "QPoint":
    from PySide6.QtCore import QPoint

    return QPoint(random.randrange(widget.width()), random.randrange(max(widget.height(), 1)))


Act = Callable[["UsedWindow", Random, Path], str]
ACTS: Mapping[str, Act] = MappingProxyType(
    {
        "command": _command,
        "key": _key,
        "click": _click,
        "double click": _double_click,
        "frame": _frame,
        "resize": _resize,
        "open": _file,
    }
)
"""Name and what is done; each says in words what it chose."""
