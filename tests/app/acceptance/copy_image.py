"""``python -m tests.app.acceptance.copy_image CLIP CHECKPOINT FOLDER``: what is copied and seen.

Opens both, and saves what Ctrl+C copies and what the screen shows at actual size. It is a process
of its own, because the scale of a display is fixed when Qt begins.
"""

import sys
from pathlib import Path

import cv2
from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.cli.entry import main
from tests.app.acceptance.person import (
    CONTROL,
    SHIFT,
    Key,
    frame_seen,
    is_at_rest,
    the_window,
)

COPIED, SEEN = "copied.png", "seen.png"


def run(clip, checkpoint, folder):
    """Save both pictures; the exit code is the program's."""
    pressed = []

    def look():
        if not any(w.objectName() == "main" for w in QApplication.topLevelWidgets()):
            return
        window = the_window()
        window.activateWindow()  # no one does it on a display without a window manager
        canvas = window.stage.canvas
        if not pressed:
            has_map = window.controller.results.shown is not None and is_at_rest(window)
            if has_map and window.isActiveWindow():
                pressed.append(window.devicePixelRatioF())
                QTest.keyClick(canvas, Key.Key_F, SHIFT)
                window.actions_table.run("view.coverage")
                QTest.keyClick(canvas, Key.Key_C, CONTROL)
        elif not QGuiApplication.clipboard().image().isNull():
            timer.stop()
            QGuiApplication.clipboard().image().save(str(Path(folder) / COPIED))
            cv2.imwrite(str(Path(folder) / SEEN), frame_seen(window)[..., ::-1])
            window.close()

    timer = QTimer(interval=20)
    timer.timeout.connect(look)
    timer.start()
    code = main(["view", clip, "--checkpoint", checkpoint])
    print(f"scale {pressed[0]:g}")
    return code


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    sys.exit(run(*sys.argv[1:]))
