"""``python -m benchmarks.screenshots``: every view in both themes, on the demo.

Without arguments the pictures of docs/images are made anew; with ``--out FOLDER --all`` also those
of a small window and of one at twice the scale, to be looked at.
"""

import argparse
import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication, QDialog, QWidget

from benchmarks.driver import Driver, driven

IMAGES = Path(__file__).resolve().parents[1] / "docs" / "images"
THEMES = ("dark", "light")


@dataclass(frozen=True)
class Screen:
    """One size of window."""

    name: str
    size: tuple[int, int]
    scale: int = 1
    """Device pixels for each of ours."""


USUAL = Screen("", (1400, 860))
SCREENS = (USUAL, Screen("-1024x700", (1024, 700)), Screen("-2560x1440@2", (1280, 720), scale=2))


def main() -> None:
    """Start a process for each screen, because the scale is read when Qt starts."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.screenshots")
    parser.add_argument("--out", type=Path, default=IMAGES)
    parser.add_argument("--all", action="store_true", help="small and high-resolution windows too")
    parser.add_argument("--screen", type=int, help=argparse.SUPPRESS)
    options = parser.parse_args()
    options.out.mkdir(parents=True, exist_ok=True)
    if options.screen is not None:
        take_all(SCREENS[options.screen], options.out)
        return
    for number, screen in enumerate(SCREENS if options.all else (USUAL,)):
        environment = {**os.environ, "QT_SCALE_FACTOR": str(screen.scale)}
        command = [sys.executable, "-m", "benchmarks.screenshots", "--screen", str(number)]
        subprocess.run([*command, "--out", str(options.out)], env=environment, check=True)


def has_thumbnails(driver: Driver) -> bool:
    """Every sample of the first page has its picture."""
    gallery = driver.window.welcome.gallery
    icons = [gallery.item(row).icon() for row in range(gallery.count())]
    return all(icon.pixmap(48).toImage().pixelColor(24, 24).alpha() for icon in icons)


def take_all(screen: Screen, out: Path) -> None:
    """All views of one screen, in each theme."""
    with driven() as driver:
        driver.window.resize(*screen.size)
        driver.wait(lambda: has_thumbnails(driver), "the pictures of the samples")
        take_themes(driver, screen, out, "welcome")
    with driven(demo=True) as driver:
        driver.window.resize(*screen.size)
        driver.settle()
        driver.rest(5.0)  # what was said of the opening goes by itself
        driver.canvas.setFocus()
        driver.store.update(frame=driver.controller.results.video.frame_count // 2)
        for name, prepare in VIEWS.items():
            prepare(driver)
            take_themes(driver, screen, out, name)
        show_look(driver)  # panes side by side are not exported
        for name, command in DIALOGS.items():
            for theme in THEMES:
                driver.window.preferences.update(theme=theme)
                take_dialog(driver, command, out / f"{name}-{theme}{screen.name}.png")


def take_themes(driver: Driver, screen: Screen, out: Path, name: str) -> None:
    """Save a picture of the present view in each theme."""
    for theme in THEMES:
        driver.window.preferences.update(theme=theme)
        driver.rest(1.5)
        save(driver.window, out / f"{name}-{theme}{screen.name}.png")


def show_single(driver: Driver) -> None:
    """Show one map over the frame."""
    driver.store.update(view="single")
    driver.settle()


def show_heads(driver: Driver) -> None:
    """All heads of the block."""
    driver.store.update(view="heads")
    driver.rest(2.0)


def show_layers(driver: Driver) -> None:
    """All heads of all blocks."""
    driver.store.update(view="layers")
    driver.rest(6.0)


def show_compare(driver: Driver) -> None:
    """The selection, two other heads, and the difference of two."""
    run = driver.window.actions_table.run
    driver.store.update(view="single", head=0)
    driver.settle()
    run("view.pin")
    driver.store.update(head=2)
    driver.settle()
    run("view.pin")
    driver.store.update(view="compare", head="mean")
    driver.settle()
    run("view.difference")
    driver.rest(3.0)


def show_explain(driver: Driver) -> None:
    """Why the class, and what each head does for it."""
    driver.window.controller.intents.workspaces.go_to("explain", "single")
    driver.store.update(view="single", head="mean", difference=None)
    driver.settle()
    driver.window.actions_table.run("explain.why")
    driver.wait(lambda: has_answers(driver), "evidence and effects")
    driver.rest(2.0)


def has_answers(driver: Driver) -> bool:
    """The better map and the effects of all heads are there."""
    results = driver.controller.results
    shown, effects = results.shown, results.effects
    is_there = shown is not None and shown.result.evidence is not None and not shown.result.is_quick
    return is_there and effects is not None and effects.coming == "ready"


def show_atlas(driver: Driver) -> None:
    """All heads compared."""
    driver.window.controller.intents.workspaces.go_to("atlas", "single")
    driver.wait(lambda: driver.controller.results.atlas is not None, "numbers of heads")
    driver.store.update(block=4, head=0)
    driver.rest(3.0)


def show_look(driver: Driver) -> None:
    """One map over the frame again."""
    driver.window.controller.intents.workspaces.go_to("look", "single")
    show_single(driver)


VIEWS: dict[str, Callable[[Driver], None]] = {
    "single": show_single,
    "heads": show_heads,
    "layers": show_layers,
    "compare": show_compare,
    "explain": show_explain,
    "atlas": show_atlas,
}

DIALOGS = {
    "palette": "help.palette",
    "shortcuts": "help.shortcuts",
    "preferences": "edit.preferences",
    "export": "export.export",
}


def take_dialog(driver: Driver, command: str, path: Path) -> None:
    """Open a dialog by its command, take it, and close it."""

    def on_result() -> None:
        dialog = QApplication.activeModalWidget() or QApplication.activePopupWidget()
        if dialog is None:
            found = [w for w in QApplication.topLevelWidgets() if isinstance(w, QDialog)]
            dialog = next(w for w in found if w.isVisible())
        save(dialog, path)
        dialog.close()

    QTimer.singleShot(2500, on_result)  # the preview of an export takes a while
    driver.window.actions_table.run(command)
    driver.rest(3.0)


def save(widget: QWidget, path: Path) -> None:
    """The picture of a widget as a PNG file."""
    if not widget.grab().save(str(path)):
        raise OSError(f"{path} cannot be written")
    print(path)


if __name__ == "__main__":
    main()
