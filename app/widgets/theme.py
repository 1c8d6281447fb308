"""Light and dark: colours, spacing and type.

Both palettes are our own: without a desktop's theme Qt cannot be asked for one on Linux.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import TYPE_CHECKING, Literal

from PySide6.QtCore import Qt
from PySide6.QtGui import QFont, QFontDatabase, QGuiApplication

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtWidgets import QWidget

    from app.state.preferences import ThemeChoice

ThemeName = Literal["dark", "light"]

GAP = 8
"""Pixels between widgets; half of it within a group, twice between groups."""

GUTTER = 12
"""Pixels between the edge of a panel and what stands in it."""

TypeSize = Literal["axis", "caption", "body", "dialog", "page"]
TYPE_PX: Mapping[TypeSize, int] = MappingProxyType(
    {"axis": 10, "caption": 11, "body": 12, "dialog": 15, "page": 20}
)
"""Sizes of letters, in pixels where the application font has that of the body."""


@dataclass(frozen=True)
class Theme:
    """One set of colours."""

    name: ThemeName
    stage: str
    """Ground behind the frame."""
    window: str
    panel: str
    control: str
    control_hover: str
    border: str
    """Lines that only part areas; nothing is known by them alone."""
    edge: str
    """Marks that must be seen: grooves, ticks, zero lines, empty boxes."""
    text: str
    text_soft: str
    text_faint: str
    accent: str
    accent_soft: str
    """Ground behind a selected item."""
    on_accent: str
    warning: str
    error: str
    good: str
    plus: str
    """Numbers that speak for something."""
    minus: str
    """Numbers that speak against it."""
    shade: str
    """Ground behind text on a picture, as #AARRGGBB."""


DARK = Theme(
    name="dark",
    stage="#0e1014",
    window="#15181d",
    panel="#1a1e24",
    control="#242932",
    control_hover="#2d343f",
    border="#2b313b",
    edge="#6c7584",
    text="#e7eaef",
    text_soft="#aeb6c3",
    text_faint="#98a1b0",
    accent="#62aef0",
    accent_soft="#22384e",
    on_accent="#0b1520",
    warning="#e5b567",
    error="#f07f7f",
    good="#7fc8a0",
    plus="#ff9d5c",
    minus="#7db7f5",
    shade="#ee0e1014",
)

LIGHT = Theme(
    name="light",
    stage="#e4e7ec",
    window="#f3f4f7",
    panel="#fbfcfd",
    control="#eceff3",
    control_hover="#e1e6ed",
    border="#d5dae2",
    edge="#7f8897",
    text="#1a1f27",
    text_soft="#414a58",
    text_faint="#5a6473",
    accent="#1a63b0",
    accent_soft="#d6e7f8",
    on_accent="#ffffff",
    warning="#8f5b00",
    error="#b8322f",
    good="#1a7045",
    plus="#a83f06",
    minus="#1a5fae",
    shade="#eefbfcfd",
)

THEMES = {theme.name: theme for theme in (DARK, LIGHT)}

_current = DARK


def current() -> Theme:
    """The theme in use; widgets that paint themselves read it on every paint."""
    return _current


def choose(name: ThemeName, *, high_contrast: bool = False) -> Theme:
    """Set the theme in use; ``app.widgets.stylesheet`` applies it to the application."""
    global _current
    _current = contrasted(THEMES[name]) if high_contrast else THEMES[name]
    return _current


def named_by(choice: ThemeChoice, scheme: Qt.ColorScheme) -> ThemeName:
    """Resolve a choice to a theme on this desktop.

    Where no desktop states one (a bare X server, a remote screen), ``system`` is dark: heat is
    judged on frames, and a dark surround changes their apparent brightness the least.
    """
    if choice != "system":
        return choice
    return "light" if scheme == Qt.ColorScheme.Light else "dark"


def contrasted(theme: Theme) -> Theme:
    """The theme with more contrast: no faint text, and clear lines."""
    extreme = "#ffffff" if theme.name == "dark" else "#000000"
    return replace(
        theme,
        text=extreme,
        text_soft=extreme,
        text_faint=theme.text_soft,
        border=theme.text_soft,
        edge=theme.text_soft,
    )


NO_SIGN = 0.005
"""Less than this is written as 0.00, which is neither for nor against."""


def sign_ink(value: float) -> str:
    """The colour of a signed number of two decimals in the theme in use."""
    if abs(value) < NO_SIGN:
        return current().text_soft
    return current().plus if value > 0 else current().minus


def points_of(size: TypeSize) -> float:
    """Points of a size, in proportion to the application font."""
    return QGuiApplication.font().pointSizeF() * TYPE_PX[size] / TYPE_PX["body"]


def sized_font(widget: QWidget, size: TypeSize) -> QFont:
    """The widget's font in another size."""
    font = QFont(widget.font())
    font.setPointSizeF(points_of(size))
    return font


def set_strong(font: QFont, *, strong: bool = True) -> None:
    """Give a font the weight of what stands out, or that of all else."""
    font.setWeight(QFont.Weight.DemiBold if strong else QFont.Weight.Normal)


def small_font(widget: QWidget) -> QFont:
    """The font of captions."""
    return sized_font(widget, "caption")


def number_font() -> QFont:
    """The font of changing numbers: all digits of one width."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPointSizeF(points_of("caption"))
    return font
