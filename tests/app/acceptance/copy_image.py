"""``python -m tests.app.acceptance.copy_image CLIP CHECKPOINT PNG``: opens both, presses Ctrl+C.

A process of its own, because the scale of a display is fixed when Qt begins.
"""

import sys

from PySide6.QtCore import QTimer
from PySide6.QtGui import QGuiApplication
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from app.cli import main
from tests.app.acceptance.person import CONTROL, Key, is_at_rest, the_window


def run(clip, checkpoint, target):
    """Save what Ctrl+C copies; the exit code is the program's."""
    pressed = []

    def look():
        if not any(w.objectName() == "main" for w in QApplication.topLevelWidgets()):
            return
        window = the_window()
        if not pressed:
            if window.controller.world.shown is not None and is_at_rest(window):
                pressed.append(window.devicePixelRatioF())
                QTest.keyClick(window.stage.canvas, Key.Key_C, CONTROL)
        elif not QGuiApplication.clipboard().image().isNull():
            timer.stop()
            QGuiApplication.clipboard().image().save(target)
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
