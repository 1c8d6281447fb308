"""The row of what each sampled frame adds to the logit of the class that is explained."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication, QPointF, QRectF
from PySide6.QtGui import QColor, QPen
from typing_extensions import override

from app.panels.timeline.scene import Row
from app.text.phrases import signed_words
from app.widgets import theme
from mvit_core.render import AGAINST, FOR

if TYPE_CHECKING:
    from PySide6.QtGui import QPainter

    from app.panels.timeline.scene import Scene
    from app.results import WhenInfo

HEIGHT_PX = 28
EDGE_PX = 2
BAR_PX = 5.0


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("timeline", text)


class When(Row):
    """A bar for each sampled frame: up where it speaks for the class, down where against it."""

    grows = 1
    least = 20

    @override
    def follow(self, scene: Scene | None) -> None:
        self.height = HEIGHT_PX if scene is not None and scene.when is not None else 0

    @override
    def paint(self, painter: QPainter, box: QRectF, scene: Scene) -> None:
        if scene.when is None or not self.height:
            return
        place = box.adjusted(0, EDGE_PX, 0, -EDGE_PX)
        painter.fillRect(place, QColor(theme.current().control))
        most = max((abs(share) for share in scene.when.shares), default=0.0) or 1.0
        middle = place.center().y()
        for frames, share in zip(scene.when.frames, scene.when.shares, strict=True):
            x = scene.span.x_of(sum(frames) / len(frames) + 0.5)
            if place.left() <= x <= place.right():
                tall = place.height() / 2 * share / most
                bar = QRectF(x - BAR_PX / 2, middle - max(tall, 0.0), BAR_PX, abs(tall))
                painter.fillRect(bar, QColor(FOR if share > 0 else AGAINST))
        painter.setPen(QPen(QColor(theme.current().edge), 1))
        painter.drawLine(QPointF(place.left(), middle), QPointF(place.right(), middle))

    @override
    def words_at(self, scene: Scene, frame: int) -> str:
        if scene.when is None:
            return ""
        share = share_at(scene.when, frame)
        words = tr("when: the nearest sampled frame adds {value} logit")
        return words.format(value=signed_words(share, 2))


def share_at(when: WhenInfo, frame: int) -> float:
    """The share of the sampled frame nearest to a frame."""
    near = min(
        range(len(when.shares)), key=lambda i: min(abs(each - frame) for each in when.frames[i])
    )
    return when.shares[near]
