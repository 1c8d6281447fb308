"""Applies a theme to the application: palette and style sheet."""

from __future__ import annotations

from dataclasses import fields
from string import Template
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from app.widgets.icons import icon_url
from app.widgets.theme import choose, current

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication, QWidget

    from app.widgets.theme import Theme, ThemeName


def apply_theme(app: QApplication, name: ThemeName, *, high_contrast: bool = False) -> None:
    """Apply a theme to the application and every window that has none above it.

    The application has no style sheet of its own: with each change of one, Qt restyles a widget
    once for every widget that it lies in, which takes four times as long.
    """
    theme = choose(name, high_contrast=high_contrast)
    app.setPalette(_palette(theme))
    for window in app.topLevelWidgets():
        is_one = window.windowType() in (Qt.WindowType.Window, Qt.WindowType.Dialog)
        if is_one and window.parentWidget() is None:
            dress(window)


def dress(window: QWidget) -> None:
    """Give a window, and all that it will hold or open, the style sheet of the theme in use."""
    window.setStyleSheet(_style_sheet(current()))


def _palette(theme: Theme) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for key, colour in (
        (role.Window, theme.window),
        (role.WindowText, theme.text),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.control),
        (role.Text, theme.text),
        (role.PlaceholderText, theme.text_faint),
        (role.Button, theme.control),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.error),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Link, theme.accent),
        (role.ToolTipBase, theme.control),
        (role.ToolTipText, theme.text),
        (role.Light, theme.control_hover),
        (role.Midlight, theme.control_hover),
        (role.Mid, theme.border),
        (role.Dark, theme.border),
        (role.Shadow, theme.stage),
        (role.Accent, theme.accent),
    ):
        palette.setColor(key, QColor(colour))
    for key in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, key, QColor(theme.text_faint))
    return palette


def _style_sheet(theme: Theme) -> str:
    values = {field.name: getattr(theme, field.name) for field in fields(theme)}
    for name in ("chevron_down", "chevron_right", "check"):
        values[f"icon_{name}"] = icon_url(name, theme.text_soft)
    values["icon_tick"] = icon_url("check", theme.on_accent)
    return Template(_SHEET).substitute(values)


_SHEET = """
QMainWindow, QDialog { background: $window; }
QMainWindow::separator { background: $window; width: 6px; height: 6px; }
QMainWindow::separator:hover { background: $accent; }
QToolTip { background: $control; color: $text; border: 1px solid $border; padding: 5px 7px; }

QWidget#menuRow { background: $window; }
QToolButton#searchField { color: $text_soft; padding: 3px 8px; text-align: left; }
QMenuBar { background: $window; }
QMenuBar::item { padding: 5px 8px; border-radius: 5px; background: transparent; }
QMenuBar::item:selected { background: $control; }
QMenu { background: $panel; border: 1px solid $border; padding: 5px; }
QMenu::item { padding: 6px 26px 6px 28px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $text; }
QMenu::item:disabled { color: $text_faint; }
QMenu::separator { height: 1px; background: $border; margin: 5px 8px; }
QMenu::indicator { width: 14px; height: 14px; left: 8px; }
QMenu::indicator:checked { image: url($icon_check); }

QToolBar { background: $window; border: none; border-bottom: 1px solid $border;
           padding: 2px; spacing: 6px; }
QToolBar::separator { background: $border; width: 1px; margin: 5px 4px; }
QStatusBar { background: $window; border-top: 1px solid $border; }
QStatusBar::item { border: none; }

QDockWidget > QWidget#body, QWidget#body { background: $panel; }
QWidget#dockTitle { background: $panel; }
QLabel#dockName { color: $text_soft; font-weight: 600; }
QLabel#soft { color: $text_soft; }
QLabel#faint { color: $text_faint; }
QLabel#warning { color: $warning; }
QLabel#good { color: $good; }
QLabel#error { color: $error; }
QLabel#title { color: $text; font-weight: 600; }
QLabel#onStage { background: $stage; color: $text; }
QFrame#failure { background: $control; border: none; border-left: 3px solid $warning;
    border-radius: 6px; }
QFrame#failure QPushButton { background: $control_hover; padding: 4px 6px; }
QPushButton#primary { background: $accent; color: $on_accent; }
QFrame#rule { background: $border; max-height: 1px; border: none; }

QToolButton, QPushButton { background: $control; color: $text; border: 1px solid transparent;
    border-radius: 6px; padding: 5px 10px; min-height: 16px; }
QToolButton { padding: 4px 8px; min-height: 18px; }
QToolButton#helpMark { padding: 0; min-height: 0; }
QToolButton:hover, QPushButton:hover { background: $control_hover; }
QToolButton:pressed, QPushButton:pressed { background: $border; }
QToolButton:checked, QPushButton:checked { background: $accent_soft; border-color: $accent; }
QToolButton:disabled, QPushButton:disabled { color: $text_faint; background: transparent;
    border-color: $border; }
QToolButton:focus, QPushButton:focus { border: 2px solid $accent; padding: 3px 7px; }
QPushButton:focus { padding: 4px 9px; }
QToolButton#flat { background: transparent; padding: 4px; min-height: 16px; }
QStatusBar QToolButton#flat { padding: 0 4px; min-height: 16px; }
QToolButton#flat:hover { background: $control; }
QToolButton#flat:checked { background: $accent_soft; }
QToolButton#flat:disabled { border-color: transparent; }
QFrame#segments { background: $control; border-radius: 6px; }
QToolButton#segment, QPushButton#segment { background: transparent; color: $text_soft;
    padding: 4px 7px; min-height: 18px; }
QPushButton#segment { padding: 4px 2px; }
QToolButton#segment:checked, QPushButton#segment:checked { background: $accent_soft; color: $text;
    font-weight: 600; border-color: transparent; border-bottom: 2px solid $accent;
    padding-bottom: 3px; }
QToolButton#segment:disabled, QPushButton#segment:disabled { color: $text_faint;
    border-color: transparent; }
QToolButton#segment:focus, QPushButton#segment:focus { border: 2px solid $accent;
    padding: 3px 6px; }
QPushButton#segment:focus { padding: 3px 1px; }
QPushButton#changed { background: transparent; text-align: left; padding: 2px 6px;
    min-height: 16px; }
QPushButton#changed:hover { background: $control; }
QPushButton#changed:checked { background: $accent_soft; border-color: transparent; }
QPushButton#changed:focus { border: 2px solid $accent; padding: 1px 5px; }
QToolButton#seriesTitle { background: transparent; color: $text_soft; padding: 1px 6px;
    margin-left: -6px; min-height: 16px; }
QToolButton#seriesRun { color: $accent; padding: 1px 8px; min-height: 16px; }
QToolButton#seriesRun:disabled { color: $text_soft; border-color: transparent; }
QToolButton#seriesRun:focus { padding: 0 7px; }
QToolButton#seriesTitle:hover { background: $control; color: $text; }
QToolButton#seriesTitle:focus { padding: 0 5px; }
QToolButton#seriesTitle::menu-indicator { image: none; }
QListView#bars { background: transparent; border: none; outline: none; }
QToolButton#fold, QToolButton#foldWarning { background: transparent; padding: 3px 6px 3px 0;
    min-height: 16px; }
QToolButton#fold:checked, QToolButton#foldWarning:checked { background: transparent;
    border-color: transparent; }
QToolButton#fold:focus, QToolButton#foldWarning:focus { border: 2px solid $accent;
    padding: 2px 5px 2px 0; }
QToolButton#foldWarning { color: $warning; }
QToolButton::menu-indicator { image: none; }
QPushButton#link, QPushButton#slimLink { background: transparent; color: $accent; }
QPushButton#link:hover, QPushButton#slimLink:hover { background: $control; }
QPushButton#slimLink { padding: 0 4px; min-height: 14px; }
QPushButton#primary { background: $accent; color: $on_accent; font-weight: 600; }
QPushButton#primary:disabled { background: $control; color: $text_faint; }
QPushButton#primary:focus { border-color: $text; }

QComboBox, QSpinBox, QDoubleSpinBox, QLineEdit { background: $control; color: $text;
    border: 1px solid transparent; border-radius: 6px; padding: 4px 8px; min-height: 16px;
    selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit { placeholder-text-color: $text_faint; }
QComboBox:hover, QSpinBox:hover, QDoubleSpinBox:hover, QLineEdit:hover {
    background: $control_hover; }
QComboBox:focus, QSpinBox:focus, QDoubleSpinBox:focus, QLineEdit:focus {
    border: 2px solid $accent; padding: 3px 7px; }
QComboBox:disabled, QLineEdit:disabled, QDoubleSpinBox:disabled { color: $text_faint; }
QComboBox QLineEdit, QComboBox QLineEdit:hover { border: 2px solid transparent;
    background: transparent; padding: 0 2px; min-height: 0; }
QComboBox QLineEdit:focus { border: 2px solid transparent; padding: 0 2px; }
QComboBox::drop-down { border: none; width: 20px; }
QComboBox::down-arrow { image: url($icon_chevron_down); width: 14px; height: 14px; }
QComboBox QAbstractItemView { background: $panel; border: 1px solid $border; padding: 4px;
    selection-background-color: $accent_soft; selection-color: $text; outline: none; }
QSpinBox::up-button, QSpinBox::down-button,
QDoubleSpinBox::up-button, QDoubleSpinBox::down-button { width: 0; border: none; }

QCheckBox { spacing: 8px; padding: 0 2px; border: 2px solid transparent; border-radius: 5px; }
QCheckBox:focus { outline: none; border-color: $accent; }
QCheckBox::indicator, QTableView::indicator { width: 15px; height: 15px; border-radius: 4px;
    background: $control; border: 1px solid $edge; }
QCheckBox::indicator:checked, QTableView::indicator:checked { background: $accent;
    border-color: $accent; image: url($icon_tick); }
QCheckBox::indicator:disabled { border-color: $border; }
QCheckBox::indicator:checked:disabled { background: $text_faint; }

QSlider { border: 2px solid transparent; border-radius: 6px; }
QSlider:focus { border-color: $accent; }
QSlider::groove:horizontal { height: 4px; background: $edge; border-radius: 2px; }
QSlider::sub-page:horizontal { background: $accent; border-radius: 2px; }
QSlider::sub-page:horizontal:disabled { background: $edge; }
QSlider::handle:horizontal { background: $text; width: 14px; height: 14px; margin: -5px 0;
    border-radius: 7px; }
QSlider::handle:horizontal:hover, QSlider::handle:horizontal:focus { background: $accent; }
QSlider::handle:horizontal:disabled { background: $text_faint; }

QTreeWidget { background: $panel; border: 2px solid transparent; outline: none; }
QTreeWidget::item { height: 24px; border: none; padding-right: 6px; }
QTreeWidget::item:hover { background: $control; }
QTreeWidget::item:selected { background: $accent_soft; color: $text; }
QTreeWidget::branch { background: $panel; }
QTreeWidget::branch:hover { background: $control; }
QTreeWidget::branch:selected { background: $accent_soft; }
QTreeWidget::branch:has-children:closed { image: url($icon_chevron_right); }
QTreeWidget::branch:has-children:open { image: url($icon_chevron_down); }
QTreeWidget:focus { border-color: $accent; }
QDialog#palette { background: $panel; border: 1px solid $border; }
QListWidget#entries { background: $panel; border: none; outline: none; }
QListWidget#gallery { background: transparent; border: 2px solid transparent; outline: none;
    border-radius: 6px; }
QListWidget#gallery::item { color: $text_soft; border-radius: 6px; padding: 3px; }
QListWidget#gallery::item:hover { background: $control; color: $text; }
QListWidget#gallery::item:selected { background: $accent_soft; color: $text; }
QListWidget#gallery:focus { border-color: $accent; }
QListWidget#kinds { background: transparent; border: 2px solid transparent; outline: none;
    border-radius: 6px; }
QListWidget#kinds::item { color: $text_soft; border-radius: 6px; padding: 0 10px; }
QListWidget#kinds::item:hover { background: $control; color: $text; }
QListWidget#kinds::item:selected { background: $accent_soft; color: $text; }
QListWidget#kinds:focus { border-color: $accent; }
QTableView { background: $panel; color: $text; border: 2px solid transparent; outline: none;
    gridline-color: $border; selection-background-color: $accent_soft; selection-color: $text; }
QTableView:focus { border-color: $accent; }
QDialogButtonBox { dialogbuttonbox-buttons-have-icons: 0; }
QHeaderView { background: $panel; }
QHeaderView::section { background: $panel; color: $text_faint; border: none;
    padding: 3px 6px 5px 6px; }
QHeaderView::section:first { padding-left: 10px; }
QTableView#clips QHeaderView::section { padding-left: 3px; }

QScrollArea { background: $panel; border: none; }
QScrollArea#guidePage { border: 2px solid transparent; border-radius: 6px; }
QScrollArea#guidePage:focus { border-color: $accent; }
QScrollArea#stage, QWidget#stagePanes { background: $stage; }
QScrollArea#exportPreview { background: $stage; border: 2px solid transparent; }
QScrollArea#exportPreview:focus { border-color: $accent; }
QScrollBar:vertical { background: transparent; width: 8px; margin: 1px; }
QScrollBar:horizontal { background: transparent; height: 8px; margin: 1px; }
QScrollBar::handle { background: $edge; border-radius: 3px; min-height: 24px;
    min-width: 24px; }
QScrollBar::handle:hover { background: $text_faint; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }

QProgressBar { background: $control; border: none; border-radius: 3px; max-height: 6px;
    min-height: 6px; }
QProgressBar::chunk { background: $accent; border-radius: 3px; }
QProgressBar#thin, QProgressBar#thin::chunk { min-height: 2px; max-height: 2px;
    border-radius: 1px; }

QFrame#popup { background: $panel; border: 1px solid $border; }
QFrame#toast { background: $control; border: 1px solid $border; border-radius: 8px; }
QFrame#toast QLabel, QFrame#toast QScrollArea { background: transparent; }
QFrame#toast QScrollArea > QWidget > QWidget { background: transparent; }
QPushButton#toastsMore { background: $control; border: 1px solid $border; border-radius: 8px;
    padding: 2px 12px; }
QPushButton#toastsMore:hover { background: $control_hover; }
QFrame#toast QPushButton { background: $control_hover; }
QFrame#toast QPushButton#primary { background: $accent; color: $on_accent; }
QFrame#toast QPushButton:hover { background: $border; }
QPlainTextEdit { background: $stage; color: $text_soft; border: 1px solid $border;
    border-radius: 6px; padding: 4px; }
QPlainTextEdit:focus { border: 2px solid $accent; padding: 3px; }
QTabBar { qproperty-drawBase: 0; }
QTabBar::tab { background: $window; color: $text_soft; padding: 6px 12px; border: none;
    min-height: 18px; }
QTabBar::tab:selected { background: $panel; color: $text; }
QTabBar:focus { border: 2px solid $accent; }
"""
