"""Leaving a video or the program: whatever would be lost is asked about first."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Slot

from app.widgets.basic import ask

if TYPE_CHECKING:
    from PySide6.QtWidgets import QMainWindow

    from app.controller.controller import Controller
    from app.results import TaskKey
    from app.window.session_manager import SessionManager


class Leaving(QObject):
    """Asks what becomes of a changed session and of long jobs, before they are lost.

    Args:
        window: the parent of the questions; it is closed once its jobs have finished.
        controller: whose jobs they are.
        sessions: knows whether the session was changed.
    """

    def __init__(
        self, window: QMainWindow, controller: Controller, sessions: SessionManager
    ) -> None:
        super().__init__(window)
        self._window = window
        self._controller = controller
        self._sessions = sessions
        self._awaited: tuple[TaskKey, ...] = ()
        controller.follow(self._changed)

    def may_quit(self) -> bool:
        """Ask whatever there is to ask; False if the window stays open."""
        self._awaited = ()
        return self._ask_jobs() and self._sessions.may_close()

    def may_close_clip(self) -> bool:
        """The same before the video is closed; an export has a video of its own and goes on."""
        return self._sessions.may_close()

    def _ask_jobs(self) -> bool:
        jobs = self._controller.unfinished
        if not jobs:
            return True
        words = self.tr("{what} is not finished. It is lost if MViT Lens quits now.")
        answers = (
            ("stay", self.tr("Keep running")),
            ("finish", self.tr("Finish, then quit")),
            ("stop", self.tr("Stop and quit")),
        )
        title, text = self.tr("Work in progress"), words.format(what=jobs[0].title)
        answer = ask(self._window, title, text, answers, "stay")
        unfinished = self._controller.unfinished  # less than before, it may have taken a while
        self._awaited = tuple(job.key for job in unfinished) if answer == "finish" else ()
        return answer == "stop" or (answer == "finish" and not self._awaited)

    @Slot(object, object)
    def _changed(self, _old: object, _new: object) -> None:
        """Quit once what was to be finished is; where it failed, the user has to read why."""
        if not self._awaited or self._controller.unfinished:
            return
        jobs = self._controller.results.jobs
        failed = any(job.key in self._awaited and job.state == "failed" for job in jobs)
        self._awaited = ()
        if not failed and self._sessions.may_close():
            self._window.close()
