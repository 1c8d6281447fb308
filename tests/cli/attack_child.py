"""A window that opens files of ``../shared/attack`` in a process with limits, and prints it all.

Run as ``python -m tests.cli.attack_child BYTES view CLIP --checkpoint F ...``: ``BYTES`` limits the
address space. It is not for use by hand.
"""

import json
import resource
import sys
from pathlib import Path

from PySide6.QtCore import Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLabel, QListView

from app.cli.entry import main
from app.results import TaskKey
from app.state.view_state import TOP_CHOICES
from mvit_core.printable import MESSAGE_LIMIT
from tests.app.test_plain_texts import rich_texts


def the_window():
    return next((w for w in QApplication.topLevelWidgets() if w.objectName() == "main"), None)


class Visitor:
    """Comes to the window, steps one frame on once all is opened, looks around and leaves."""

    def __init__(self, files):
        self.files, self.said, self.stepped = files, {}, False
        self.timer = QTimer(interval=20)
        self.timer.timeout.connect(self.look)
        self.timer.start()

    def look(self):
        window = the_window()
        if window is None:
            return
        results = window.controller.results
        jobs = {job.key: job.state for job in results.jobs}
        waits = any(jobs.get(key, "running") == "running" for key in self.files)
        if waits or results.video is None or results.is_busy:
            return
        if not self.stepped:
            self.stepped = True
            self.first = results.picture.index
            QTest.keyClick(window.stage.front, Qt.Key.Key_Right)
        elif results.picture.index == self.first + 1 and not results.picture.is_preview:
            self.timer.stop()
            self.leave(window)

    def leave(self, window):
        try:
            self.said = seen_of(window)
        finally:
            window.close()


def seen_of(window):
    """What the window shows with all its panels and details open."""
    for name in window.docks.by_name:
        window.docks.show(name)
    for toast in window.messages.toasts:
        if toast.message.level == "error":
            QTest.mouseClick(toast.details_button, Qt.MouseButton.LeftButton)
    QApplication.processEvents()
    labels = [label.text() for label in window.findChildren(QLabel)]
    window.store.update(top_k=TOP_CHOICES[-1])
    model = window.panels.predictions.findChild(QListView).model()
    classes = [model.index(row, 0).data() for row in range(model.rowCount())]
    return {
        "model": window.controller.results.model is not None,
        "frames": window.controller.results.video.frame_count,
        "messages": window.messages.texts(),
        "seen": labels,
        "classes": classes,
        "rich": rich_texts(window),
        "bounded": max(map(len, labels)) <= MESSAGE_LIMIT,
        "peak_megabytes": peak_megabytes(),
    }


def peak_megabytes():
    lines = Path("/proc/self/status").read_text(encoding="ascii").splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("VmHWM")) >> 10


if __name__ == "__main__":
    limit = int(sys.argv[1])
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    QApplication([])
    waited = (TaskKey.OPEN, TaskKey.LOAD) if "--checkpoint" in sys.argv else (TaskKey.OPEN,)
    visitor = Visitor(waited)
    code = main(sys.argv[2:])
    print(json.dumps(visitor.said))
    sys.exit(code)
