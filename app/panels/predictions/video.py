"""Controls of the prediction for the whole video: plan of views and progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QComboBox, QGridLayout, QPushButton, QWidget

from app.text.phrases import duration_words, views_words
from app.widgets import theme
from app.widgets.basic import label, set_tip
from mvit_core.video.multi_view import ViewPlan

if TYPE_CHECKING:
    from app.results import AverageInfo

CLIPS = (0, 1, 3, 4, 5, 7, 10)
"""Numbers of clips offered; on Kinetics MViTv2 is tested with 5, MViT with 10 and 3 crops."""


class VideoControls(QWidget):
    """Choices of clips and crops, a button that runs them, and the progress."""

    changed = Signal(str, object)

    def __init__(self) -> None:
        super().__init__()
        self.clips, self.crops = QComboBox(), QComboBox()
        self.clips.setAccessibleName(self.tr("Clips in time"))
        self.crops.setAccessibleName(self.tr("Crops of each clip"))
        for count in CLIPS:
            words = self.tr("every window")
            if count:
                words = self.tr("{n} clips").format(n=count) if count > 1 else self.tr("1 clip")
            self.clips.addItem(words, count)
        self.crops.addItem(self.tr("1 crop"), 1)
        self.crops.addItem(self.tr("3 crops"), 3)
        set_tip(self.crops, self.tr("Along the longer side: both ends and the middle"))
        self.run = QPushButton(self.tr("Run"))
        set_tip(self.run, self.tr("Run the views that are missing, and average all"))
        self.words = label("", "faint")
        self.words.setWordWrap(True)
        self.words.setFont(theme.small_font(self))
        for control in (self.clips, self.crops, self.run):
            control.setFont(theme.small_font(self))
            control.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for box in (self.clips, self.crops):
            box.setSizeAdjustPolicy(
                QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
            )
            box.setMinimumContentsLength(3)
            box.activated.connect(self._chosen)
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(6)
        grid.setVerticalSpacing(4)
        grid.addWidget(self.clips, 0, 0)
        grid.addWidget(self.crops, 0, 1)
        grid.addWidget(self.words, 1, 0)
        grid.addWidget(self.run, 1, 1)
        grid.setColumnStretch(0, 3)
        grid.setColumnStretch(1, 2)

    def show_plan(self, plan: ViewPlan) -> None:
        """Show a plan, even one of a session that is not offered."""
        for box, value, words in (
            (self.clips, plan.clips, self.tr("{n} clips")),
            (self.crops, plan.crops, ""),
        ):
            with QSignalBlocker(box):
                if box.findData(value) < 0:
                    box.addItem(words.format(n=value), value)
                box.setCurrentIndex(box.findData(value))

    def show_average(self, average: AverageInfo | None) -> None:
        """Show the progress of an average."""
        self.run.setVisible(average is not None and average.known < average.total)
        self.run.setEnabled(average is not None and not average.running)
        self.words.setText("" if average is None else self._words(average))
        self.words.setVisible(bool(self.words.text()))

    def _words(self, average: AverageInfo) -> str:
        if average.problem:
            return average.problem[:1].upper() + average.problem[1:]
        if average.known == average.total:
            return self.tr("Mean probability over {views}").format(views=views_words(average.total))
        words = views_words(average.total)
        if average.known:
            words = self.tr("Mean of {k} of {views} so far").format(k=average.known, views=words)
        if average.seconds is not None:
            words += self.tr(", about {time} more").format(time=duration_words(average.seconds))
        return words

    def _chosen(self) -> None:
        plan = ViewPlan(self.clips.currentData(), self.crops.currentData())
        self.changed.emit("views", plan)
