"""The layers panel: a tree of stages and blocks."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QIcon, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QStackedLayout,
    QTreeWidget,
    QTreeWidgetItem,
    QWidget,
)
from typing_extensions import override

from app.panels.spec import Panel
from app.text.phrases import grid_words
from app.widgets import theme
from app.widgets.basic import label, set_column_tip

if TYPE_CHECKING:
    from collections.abc import Mapping

    from PySide6.QtGui import QImage

    from app.panels.spec import PanelContext
    from app.results import LayerInfo
    from app.results.snapshot import Snapshot

BLOCK_ROLE = Qt.ItemDataRole.UserRole

MINI = QSize(24, 18)
"""Size of the small picture of a block, in points."""


class LayersPanel(Panel):
    """All attention layers, grouped by stage; the one shown is selected."""

    block_chosen = Signal(int)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._layers: tuple[LayerInfo, ...] = ()
        self._rows: dict[int, QTreeWidgetItem] = {}
        self._minis: dict[int, QImage] = {}
        self._waiting = _icon(None)
        self.tree = QTreeWidget()
        self.tree.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the keys on the stage
        self.tree.setIconSize(MINI)
        self.tree.setColumnCount(3)
        self.tree.setHeaderLabels([self.tr("Layer"), self.tr("Heads"), self.tr("Keys")])
        set_column_tip(
            self.tree.headerItem(), 2, self.tr("Grid of the keys: time × rows × columns")
        )
        self.tree.setAccessibleName(self.tr("Stages and blocks"))
        self.tree.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.tree.setUniformRowHeights(True)
        self.tree.setIndentation(12)
        self.tree.setMinimumHeight(90)
        header = self.tree.header()
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(40)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        header.setFont(theme.small_font(self))
        # In a narrow dock the grid of the keys is cut, never the name.
        for column in (0, 1):
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.ResizeToContents)
        header.setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        left = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        self.tree.headerItem().setTextAlignment(0, left)
        self.tree.currentItemChanged.connect(self._chosen)
        self._empty = label(self.tr("Load a model to see its stages and blocks."), "faint")
        self._empty.setWordWrap(True)
        self._empty.setMargin(12)
        self._empty.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._pages = QStackedLayout(self)
        self._pages.addWidget(self._empty)
        self._pages.addWidget(self.tree)

    @override
    def connect_to(self, context: PanelContext) -> None:
        self.block_chosen.connect(context.intents.choose_block)
        self.remarked.connect(context.show_remark)

    @property
    @override
    def first_stop(self) -> QWidget:
        return self.tree

    @override
    def show_snapshot(self, old: Snapshot | None, new: Snapshot) -> None:
        results, model = new.results, new.results.model
        if old is None or old.results.model is not model:
            self.remarked.emit(
                model.source.name if model else "",
                f"{model.source.checkpoint}\n{model.report}" if model else "",
            )
        layers = results.layers
        if (
            old is None
            or old.results.layers != layers
            or old.state.map.block != new.state.map.block
        ):
            self.show_layers(layers)
            layer = results.layer(new.state.map.block)
            self.show_block(layer.block if layer else None)
        if (old.results.minis if old else ()) != results.minis:
            self.show_minis({m.key.result.request.block: m.images[0] for m in results.minis})

    def show_layers(self, layers: tuple[LayerInfo, ...]) -> None:
        """Show the layers of a model."""
        self._pages.setCurrentIndex(1 if layers else 0)
        if layers == self._layers:
            return
        outline = [(layer.block, layer.stage, layer.heads) for layer in layers]
        if outline != [(layer.block, layer.stage, layer.heads) for layer in self._layers]:
            self._build(layers)
        self._layers = layers
        for layer in layers:
            row = self._rows[layer.block]
            row.setText(2, grid_words(layer.k_shape))
            tip = self.tr("{name}: queries {q}, keys {k} (time × rows × columns)").format(
                name=layer.name, q=grid_words(layer.q_shape), k=grid_words(layer.k_shape)
            )
            for column in range(3):
                set_column_tip(row, column, tip)

    def show_minis(self, pictures: Mapping[int, QImage]) -> None:
        """Show a small picture beside each block that has one, by its number."""
        for block, row in self._rows.items():
            image = pictures.get(block)
            if self._minis.get(block) is not image:
                row.setIcon(0, self._waiting if image is None else _icon(image))
        self._minis = dict(pictures)

    def show_block(self, block: int | None) -> None:
        """Select a block."""
        row = self._rows.get(-1 if block is None else block)
        if row is not None and self.tree.currentItem() is not row:
            self.tree.blockSignals(True)  # the choice came from elsewhere; do not emit it again
            self.tree.setCurrentItem(row)
            self.tree.blockSignals(False)
            self.tree.scrollToItem(row)

    def _build(self, layers: tuple[LayerInfo, ...]) -> None:
        self.tree.blockSignals(True)
        self.tree.clear()
        self._rows, self._minis = {}, {}
        stages: dict[int, QTreeWidgetItem] = {}
        right = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
        for layer in layers:
            if layer.stage not in stages:
                stage = QTreeWidgetItem([self.tr("Stage {n}").format(n=layer.stage)])
                stage.setFlags(Qt.ItemFlag.ItemIsEnabled)
                self.tree.addTopLevelItem(stage)
                stages[layer.stage] = stage
            row = QTreeWidgetItem([self.tr("Block {n}").format(n=layer.block), str(layer.heads)])
            row.setData(0, BLOCK_ROLE, layer.block)
            row.setIcon(0, self._waiting)
            for column in (1, 2):
                row.setTextAlignment(column, right)
            stages[layer.stage].addChild(row)
            self._rows[layer.block] = row
        self.tree.expandAll()
        self.tree.blockSignals(False)

    def _chosen(self, row: QTreeWidgetItem | None) -> None:
        block = None if row is None else row.data(0, BLOCK_ROLE)
        if block is not None:
            self.block_chosen.emit(block)


def _icon(image: QImage | None) -> QIcon:
    """An icon that stays the same where its row is selected; None is a blank one."""
    pixmap = QPixmap(MINI)
    pixmap.fill(Qt.GlobalColor.transparent)
    if image is not None:
        pixmap = QPixmap.fromImage(image)
    icon = QIcon(pixmap)
    icon.addPixmap(pixmap, QIcon.Mode.Selected)
    return icon
