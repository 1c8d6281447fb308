"""A slider with its number beside it, to be dragged or typed."""

from __future__ import annotations

from dataclasses import dataclass
from math import log
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QObject, QSignalBlocker, Qt, Signal
from PySide6.QtWidgets import QDoubleSpinBox, QHBoxLayout, QSlider, QWidget
from typing_extensions import override

from app.widgets.basic import set_spoken_description, set_spoken_name, set_tip

if TYPE_CHECKING:
    from collections.abc import Callable


@dataclass(frozen=True)
class Scale:
    """Conversion of a value to a slider's position and to the number shown."""

    to_slider: Callable[[float], float]
    from_slider: Callable[[int], float]
    ends: tuple[int, int]
    """Lowest and highest position of the slider."""
    factor: float = 1.0
    """Factor from the value to the number shown."""
    decimals: int = 0
    suffix: str = ""


PERCENT = Scale(lambda v: 100 * v, lambda at: at / 100, (0, 100), factor=100, suffix=" %")
"""Scale of fractions from 0 to 1."""

GAMMA_SPAN = 5.0
GAMMA = Scale(
    lambda v: 50 * log(v, GAMMA_SPAN),
    lambda at: round(GAMMA_SPAN ** (at / 50), 2),
    (-50, 50),
    decimals=2,
)
"""Scale of gamma from 0.2 to 5, with 1 in the middle."""


class _WheelGuard(QObject):
    """Leaves the wheel to the panel around a control unless the control has the focus."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() != QEvent.Type.Wheel or not isinstance(watched, QWidget):
            return False
        if watched.hasFocus():
            return False
        event.ignore()
        return True


class ValueSlider(QWidget):
    """A slider and a number field for one value."""

    changed = Signal(float)
    held = Signal(bool)
    """Emitted with True when a drag on the slider begins, False when it ends."""

    def __init__(self, name: str, tip: str, scale: Scale, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._scale, self._tip = scale, tip
        self.slider = QSlider(Qt.Orientation.Horizontal)
        self.slider.setRange(*scale.ends)
        self.slider.setPageStep(5)
        self.slider.setMinimumWidth(40)
        self.slider.valueChanged.connect(lambda at: self.changed.emit(scale.from_slider(at)))
        self.slider.sliderPressed.connect(lambda: self.held.emit(True))
        self.slider.sliderReleased.connect(lambda: self.held.emit(False))
        self.number = QDoubleSpinBox()
        self.number.setKeyboardTracking(False)  # a number counts once it is typed to its end
        self.number.setDecimals(scale.decimals)
        self.number.setSingleStep(1.0 if scale.factor == 100 else 0.05)
        self.number.setSuffix(scale.suffix)
        self.number.setRange(*(scale.factor * scale.from_slider(end) for end in scale.ends))
        self.number.setAlignment(Qt.AlignmentFlag.AlignRight)
        self.number.setFixedWidth(62)
        self.number.lineEdit().setTextMargins(0, 0, 6, 0)
        self.number.valueChanged.connect(lambda shown: self.changed.emit(shown / scale.factor))
        of_number = self.tr("{name}, number").format(name=name)
        guard = _WheelGuard(self)
        for control, words in ((self.slider, name), (self.number, of_number)):
            control.installEventFilter(guard)
            set_spoken_name(control, words)
            set_tip(control, tip)
        self.slider.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.slider, 1)
        row.addWidget(self.number)

    def show_value(self, value: float) -> None:
        """Show a value; a number that is being typed stays."""
        blockers = [QSignalBlocker(self.slider), QSignalBlocker(self.number)]
        self.slider.setValue(round(self._scale.to_slider(value)))
        self.number.setValue(self._scale.factor * value)
        del blockers
        # Screen readers read the slider's position as its value, which is 0 for a gamma of 1.
        set_spoken_description(self.slider, f"{self.number.text()}. {self._tip}")
