"""The report of a message: all that is needed to see the same again."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from app.widgets import theme
from app.widgets.basic import PlainLines


class ProblemReportDialog(QDialog):
    """Shows a report, beside the window.

    Args:
        report: the text.
        parent: the widget that it is about.
    """

    log_asked = Signal()

    def __init__(self, report: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("Details"))
        self.resize(680, 440)
        self.lines = PlainLines(report)
        self.lines.setFont(theme.number_font())
        self.lines.setTabChangesFocus(True)
        self.lines.setAccessibleName(self.tr("Details"))
        self.copy = QPushButton(self.tr("Copy report"))
        self.copy.clicked.connect(self._copy)
        self.log = QPushButton(self.tr("Open log"))
        self.log.clicked.connect(self.log_asked)
        close = QPushButton(self.tr("Close"))
        close.setObjectName("primary")
        close.clicked.connect(self.accept)
        row = QHBoxLayout()
        row.addWidget(self.copy)
        row.addWidget(self.log)
        row.addStretch(1)
        row.addWidget(close)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 16, 16, 12)
        column.setSpacing(12)
        column.addWidget(self.lines, 1)
        column.addLayout(row)
        close.setFocus()

    def _copy(self) -> None:
        QGuiApplication.clipboard().setText(self.lines.toPlainText())
        self.copy.setText(self.tr("Copied"))
