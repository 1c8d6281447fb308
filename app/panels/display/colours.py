"""Controls of the colours: table, mode, opacity, gamma and threshold."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QImage, QPixmap, QStandardItemModel
from PySide6.QtWidgets import (
    QButtonGroup,
    QComboBox,
    QHBoxLayout,
    QSizePolicy,
    QToolButton,
    QWidget,
)

from app.panels.display.forms import combo, form, leave_keys
from app.panels.display.sliders import GAMMA, PERCENT, ValueSlider
from app.state.view_state import setting
from app.text.terms import term
from app.widgets.basic import label, set_choice_tip, set_tip
from mvit_core.render import COLORMAPS, MODES, colormaps, colour_table

if TYPE_CHECKING:
    from app.state.view_state import ViewState
    from mvit_core.render import Mode

SWATCH = QSize(44, 12)


class ColourControls(QWidget):
    """The controls of the colours."""

    changed = Signal(str, object)
    """Emitted with the name of a setting and its new value."""
    held = Signal(bool)
    """Emitted with True when a drag on a slider begins, False when it ends."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.colormap = self._make_colormaps()
        self.modes = self._make_modes()
        self.opacity = ValueSlider(
            self.tr("Opacity of the heat"), self.tr("Opacity (Ctrl+Up, Ctrl+Down)"), PERCENT
        )
        self.gamma = ValueSlider(
            self.tr("Gamma"),
            self.tr("Exponent on the values: below 1 lifts weak attention, above 1 lowers it"),
            GAMMA,
        )
        self.threshold = ValueSlider(
            self.tr("Threshold"),
            self.tr("Values below this share of the range are not drawn"),
            PERCENT,
        )
        buttons = QHBoxLayout()
        buttons.setSpacing(6)
        for button in self.modes.values():
            buttons.addWidget(button)
        lines = form(self)
        lines.addWidget(label(self.tr("Colours"), "soft", of=self.colormap), 0, 0)
        lines.addWidget(self.colormap, 0, 1)
        lines.addLayout(buttons, 1, 0, 1, 2)
        words = (self.tr("Opacity"), self.tr("Gamma"), self.tr("Threshold"))
        for at, (name, (field, slider)) in enumerate(
            zip(words, self._sliders(), strict=True), start=2
        ):
            slider.changed.connect(lambda value, field=field: self.changed.emit(field, value))
            slider.held.connect(self.held)
            lines.addWidget(label(name, "soft"), at, 0)
            lines.addWidget(slider, at, 1)

    def show_state(self, state: ViewState) -> None:
        """Show the settings of a state."""
        self.colormap.setCurrentIndex(self.colormap.findData(state.heat.colormap))
        tint = state.heat.mode != "spotlight"
        self.colormap.setEnabled(tint)
        set_tip(
            self.colormap,
            self.tr("Colour map (C, Shift+C)") if tint else self.tr("A spotlight has no colours"),
        )
        self.modes[state.heat.mode].setChecked(True)
        for field, slider in self._sliders():
            slider.show_value(setting(state, field))

    def _sliders(self) -> tuple[tuple[str, ValueSlider], ...]:
        return (
            ("opacity", self.opacity),
            ("gamma", self.gamma),
            ("threshold", self.threshold),
        )

    def _make_colormaps(self) -> QComboBox:
        made = combo(self.tr("Colour map"))
        made.view().setMinimumWidth(180)  # its headings are longer than its names
        made.setIconSize(SWATCH)
        safe = [name for name in colormaps("sequential") if COLORMAPS[name].is_recommended]
        tips = {
            True: self.tr("Equal steps of attention look equal, also without red and green"),
            False: self.tr("Steps look larger than they are, and its order needs red and green"),
        }
        others = [name for name in colormaps("sequential") if name not in safe]
        for heading, names in (
            (self.tr("Colour-blind safe"), safe),
            (self.tr("Not colour-blind safe"), others),
        ):
            made.addItem(heading)
            model = made.model()
            assert isinstance(model, QStandardItemModel)
            model.item(made.count() - 1).setFlags(Qt.ItemFlag.NoItemFlags)
            for name in names:
                made.addItem(_swatch(name), name, name)
                set_choice_tip(made, made.count() - 1, tips[name in safe])
        made.activated.connect(lambda at: self.changed.emit("colormap", made.itemData(at)))
        return made

    def _make_modes(self) -> dict[Mode, QToolButton]:
        words: dict[Mode, str] = {
            "tint": self.tr("Tint"),
            "even": self.tr("Even tint"),
            "spotlight": self.tr("Spotlight"),
        }
        group = QButtonGroup(self)
        made = {}
        for mode, tip in MODES.items():
            button = QToolButton()
            button.setText(words[mode])
            button.setObjectName("segment")
            set_tip(button, term(tip))
            button.setCheckable(True)
            button.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
            button.clicked.connect(lambda _=False, mode=mode: self.changed.emit("mode", mode))
            leave_keys(button)
            group.addButton(button)
            made[mode] = button
        return made


def _swatch(name: str) -> QIcon:
    table = colour_table(name)
    image = QImage(table.tobytes(), len(table), 1, 3 * len(table), QImage.Format.Format_RGB888)
    return QIcon(QPixmap.fromImage(image.scaled(SWATCH)))
