"""The panel of predictions for the window or the whole video."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from PySide6.QtCore import QSignalBlocker, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QLineEdit,
    QMenu,
    QToolButton,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from app.panels.predictions.before import BeforeLine
from app.panels.predictions.chips import Chips
from app.panels.predictions.classes import Bars
from app.panels.predictions.pinned import PinnedList, pinned_classes
from app.panels.predictions.video import VideoControls
from app.panels.spec import Panel
from app.results.boxes import listed_box
from app.state.view_state import TOP_CHOICES
from app.text.class_list import listed_classes, scores_before
from app.text.terms import sentence
from app.widgets import theme
from app.widgets.basic import icon_button, label, set_tip
from app.widgets.segment_button import segment_button

if TYPE_CHECKING:
    from app.panels.spec import PanelContext
    from app.results import (
        AverageInfo,
        BoxPredictions,
        HeadPredictions,
        MapRequest,
        ModelInfo,
        PredictionInfo,
    )
    from app.results.snapshot import Snapshot
    from app.state.view_state import ViewState
    from mvit_core.multiview import Scores


@dataclass(frozen=True)
class WindowPredictions:
    """Predictions for one window."""

    predictions: tuple[PredictionInfo, ...] = ()
    """Most probable first; empty where there are none."""
    note: str = ""
    """A remark, or the reason why there are none."""
    stale: bool = False
    """True where they belong to the window before."""
    boxes: tuple[BoxPredictions, ...] = ()
    """Predictions for each box of the window."""
    heads: tuple[HeadPredictions, ...] = ()
    """Predictions of each head, of a model with several."""
    own_head: str = ""
    """Name of the head that gives the model's own predictions."""
    before: Scores | None = field(default=None, compare=False)
    """(classes,) with nothing changed, where something is and that is known."""


class PredictionsPanel(Panel):
    """Classes with their probabilities."""

    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    pin_asked = Signal(int)
    box_asked = Signal(int)
    """Emitted with the place of a box whose classes are to be listed."""
    command = Signal(str)
    """Emitted with the id of a command that a button stands for."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bars = Bars()
        self.boxes, self.heads = Chips(self.tr("Boxes")), Chips(self.tr("Prediction heads"))
        self.boxes.chosen.connect(self.box_asked)
        self.heads.chosen.connect(self._head_chosen)
        self.bars.pin_asked.connect(self.pin_asked)
        self.pinned = PinnedList()
        self.video = VideoControls()
        self.video.changed.connect(self.changed)
        self.video.run.clicked.connect(lambda: self.command.emit("attention.average"))
        self.search = self._search_field()
        self.before = BeforeLine()
        self.before.all_on.clicked.connect(lambda: self.command.emit(self.before.command))
        self._note = label("", "faint")
        self._note.setWordWrap(True)
        self._note.setFont(theme.small_font(self))
        self._window = WindowPredictions()
        self._told = ""
        self._average: AverageInfo | None = None
        self._state: ViewState | None = None
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 0, 12, 6)
        column.setSpacing(6)
        column.addLayout(self._head())
        for part in (
            self.video,
            self.boxes,
            self.heads,
            self.search,
            self.before,  # above: the bars may reach beyond the dock
            self.bars,
            self._note,
            self.pinned,
        ):
            column.addWidget(part)
        column.addStretch(1)
        for part in (self.video, self.search):
            part.hide()

    def _search_field(self) -> QLineEdit:
        field = QLineEdit()
        field.setPlaceholderText(self.tr("Find a class"))
        field.setAccessibleName(self.tr("Find a class"))
        field.setClearButtonEnabled(True)
        for button in field.findChildren(QToolButton):  # Qt gives it no name
            button.setAccessibleName(self.tr("Clear the search"))
            set_tip(button, self.tr("Clear the search"))
        field.textChanged.connect(self._list)
        return field

    def _head(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(2)
        self.scopes = QButtonGroup(self)
        for whole, words in ((0, self.tr("Window")), (1, self.tr("Video"))):
            button = segment_button(words, self)
            self.scopes.addButton(button, whole)
            row.addWidget(button)
        set_tip(self.scopes.button(0), self.tr("What the model says of the window shown"))
        set_tip(self.scopes.button(1), self.tr("One prediction for the whole video"))
        self.scopes.idClicked.connect(lambda whole: self.changed.emit("whole_video", bool(whole)))
        row.addStretch(1)
        self.top = QComboBox()
        self.top.setAccessibleName(self.tr("Classes listed"))
        self.top.setFont(theme.small_font(self))
        self.top.setSizeAdjustPolicy(
            QComboBox.SizeAdjustPolicy.AdjustToMinimumContentsLengthWithIcon
        )
        self.top.setMinimumContentsLength(2)
        set_tip(self.top, self.tr("How many of the most probable classes are listed"))
        self.top.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        for count in TOP_CHOICES:
            words = str(count) if count else self.tr("All")
            self.top.addItem(words, count)
        self.top.activated.connect(lambda _: self.changed.emit("top_k", self.top.currentData()))
        row.addWidget(self.top)
        self.copy = icon_button("copy", self.tr("Copy the classes listed"))
        self.copy.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self.copy)
        for words, command in (
            (self.tr("Copy as text"), "edit.copy_predictions"),
            (self.tr("Copy as CSV"), "edit.copy_predictions_csv"),
        ):
            action = QAction(words, menu)
            action.triggered.connect(lambda _=False, command=command: self.command.emit(command))
            menu.addAction(action)
        self.copy.setMenu(menu)
        row.addWidget(self.copy)
        return row

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.changed.connect(context.intents.set_field)
        self.pin_asked.connect(context.intents.pin_class)
        self.bars.why_asked.connect(context.intents.why.explain)
        self.bars.against_asked.connect(context.intents.why.against)
        self.bars.swap_asked.connect(context.intents.why.swap)
        self.box_asked.connect(context.intents.boxes.choose)
        self.command.connect(context.run)
        self.remarked.connect(context.show_remark)

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        if old is None or _listing(old.state) != _listing(new.state):
            self.show_state(new.state)
        model = new.results.model
        self.scopes.button(1).setEnabled(model is None or model.has_classes)
        remark = self._remark(new)
        if old is None or remark != self._told:
            self._told = remark
            tip = self._independent() if remark.endswith("sigmoid") else ""
            self.remarked.emit(remark, tip)
        self.show_window(self._window_predictions(new))
        self.before.show_changes(new.state.changes, whole_video=new.state.whole_video)
        self.pinned.show_classes(pinned_classes(new))
        self._show_explained(new)
        if old is None or old.results.average != new.results.average:
            self.show_average(new.results.average)

    def _show_explained(self, snapshot: Snapshot) -> None:
        """Mark the classes that are explained; heads but the model's own have no evidence."""
        state, results = snapshot.state, snapshot.results
        is_own = results.model is not None and state.listed_head in ("", results.model.head)
        shown = None if results.shown is None else results.shown.result
        evidence = None if shown is None else shown.evidence
        explained = (
            (None, None) if evidence is None else (evidence.target.index, evidence.target.against)
        )
        can_ask = is_own and bool(self._window.predictions) and not state.whole_video
        self.bars.show_explained(explained, can_ask=can_ask)

    def _remark(self, snapshot: Snapshot) -> str:
        """The window or the views that the predictions belong to, in words."""
        state, results = snapshot.state, snapshot.results
        window = results.window(state.frame)
        if state.whole_video or window is None:
            return self.tr("whole video") if state.whole_video else ""
        words = self.tr("window {i} of {n}").format(i=window.index + 1, n=len(results.windows))
        is_independent = results.model is not None and results.model.activation == "sigmoid"
        return f"{words} · sigmoid" if is_independent else words

    def _window_predictions(self, snapshot: Snapshot) -> WindowPredictions:
        """Predictions for the window shown, or the reason why there are none."""
        results = snapshot.results
        if results.model is None:
            return WindowPredictions(note=self.tr("Load a model to see what it predicts."))
        if results.video is None:
            return WindowPredictions(note=self.tr("Open a video to see what the model predicts."))
        if results.shown is None:
            note = results.problem or self.tr("The window has not been run yet.")
            return WindowPredictions(note=note)
        result, request = results.shown.result, results.request
        shown = result.request
        if not results.model.has_classes:
            words = self.tr("This model has no classes (masked pre-training)")
            return WindowPredictions(note=words)
        if not result.is_complete:
            note = self.tr(
                "Cancelled before the classes were known; run the window again with Ctrl+R"
            )
            return WindowPredictions(note=note)
        stale = request is not None and _run_of(request) != _run_of(shown)
        return WindowPredictions(
            result.predictions_of(listed_box(snapshot), snapshot.state.listed_head),
            self._remarks(results.model, sentence(result.note)),
            stale,
            result.boxes,
            result.heads if len(result.heads) > 1 else (),
            results.model.head,
            scores_before(snapshot.state, results),
        )

    def _remarks(self, model: ModelInfo, note: str) -> str:
        """Notes for reading the list: on the clip, and on independent classes."""
        if model.activation != "sigmoid":
            return note
        return " · ".join(filter(None, (note, self._independent())))

    def _independent(self) -> str:
        return self.tr("Each class by itself (sigmoid): the percentages do not sum to 100 %")

    def show_state(self, state: ViewState) -> None:
        """Show the settings of a state."""
        self._state = state
        button = self.scopes.button(int(state.whole_video))
        button.setChecked(True)
        with QSignalBlocker(self.top):
            self.top.setCurrentIndex(self.top.findData(state.top_k))
        self._show_choices()
        self.search.setVisible(state.top_k == 0)
        if state.top_k and self.search.text():
            self.search.clear()
        self.video.setVisible(state.whole_video)
        self.video.show_plan(state.views)
        self._list()

    def show_window(self, window: WindowPredictions) -> None:
        """Show the classes of a window, or the reason why there are none."""
        if window != self._window or window.before is not self._window.before:
            self._window = window
            self._show_choices()
            self._list()

    def _show_choices(self) -> None:
        """Show the buttons of boxes and of heads that there are."""
        state, window = self._state, self._window
        if state is None:
            return
        is_window = not state.whole_video
        count = len(window.boxes) if is_window else 0
        chosen = state.box if state.box is not None and state.box < count else 0
        tips = tuple(self._box_tip(place) for place in range(count))
        self.boxes.show_choice(tuple(str(place + 1) for place in range(count)), tips, chosen)
        names = tuple(head.name for head in window.heads) if is_window else ()
        listed = state.listed_head if state.listed_head in names else window.own_head
        place = names.index(listed) if listed in names else 0
        tips = tuple(self.tr("Classes of head {name}").format(name=name) for name in names)
        self.heads.show_choice(names, tips, place)

    def _box_tip(self, place: int) -> str:
        name = self._window.boxes[place].box.name
        words = self.tr("Classes of box {n}").format(n=place + 1)
        return f"{words} ({name})" if name else words

    def _head_chosen(self, place: int) -> None:
        self.changed.emit("listed_head", self._window.heads[place].name)

    def show_average(self, average: AverageInfo | None) -> None:
        """Show the classes of the whole video."""
        self._average = average
        self.video.show_average(average)
        self._list()

    def _list(self) -> None:
        state = self._state
        if state is None:
            return
        note, stale = self._window.note, self._window.stale
        predictions = self._window.predictions
        if state.whole_video:
            predictions = self._average.predictions if self._average is not None else ()
            note, stale = (self._window.note if self._average is None else ""), False
        search = self.search.text() if state.top_k == 0 else ""
        before = None if state.whole_video else self._window.before
        rows = listed_classes(predictions, state.top_k, state.pinned_classes, search, before)
        self.bars.show_rows(rows, stale=stale)
        if predictions and not rows:
            note = self.tr("No class is called so")
        self._note.setText(note)
        self._note.setVisible(bool(note))
        self.copy.setEnabled(bool(predictions))


def _run_of(request: MapRequest) -> object:
    """What the classes of a request depend on."""
    return request.window, request.spec, request.boxes, request.changes


def _listing(state: ViewState) -> object:
    """Key of the fields of the state that decide which classes are listed."""
    listed = state.top_k, state.pinned_classes, state.whole_video, state.views
    return *listed, state.box, state.listed_head
