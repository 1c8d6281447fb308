"""Numbers and choices in words, the same on every panel."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

if TYPE_CHECKING:
    from mvit_core.attribution import HeadChoice, Query
    from mvit_core.geometry import Triple


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("text", text)


def clock(seconds: float) -> str:
    """``00:01.567``, with hours where there are any."""
    minutes, rest = divmod(max(seconds, 0.0), 60)
    hours, minutes = divmod(int(minutes), 60)
    head = f"{hours}:{minutes:02d}" if hours else f"{minutes:02d}"
    return f"{head}:{rest:06.3f}"


def head_words(head: HeadChoice, heads: int) -> str:
    """A head as titles name it."""
    if head == "mean":
        return tr("mean of {n} heads").format(n=heads) if heads > 1 else tr("its one head")
    if head == "max":
        return tr("maximum of {n} heads").format(n=heads)
    if head == "min":
        return tr("minimum of {n} heads").format(n=heads)
    return tr("head {i} of {n}").format(i=head, n=heads)


def query_words(query: Query) -> str:
    """A query as titles name it."""
    if query == "readout":
        return tr("readout")
    if query == "class":
        return tr("class token")
    t, y, x = query
    return tr("token t{t} y{y} x{x}").format(t=t, y=y, x=x)


def grid_words(shape: Triple) -> str:
    """A token grid, time first."""
    return "×".join(map(str, shape))


def value_words(value: float) -> str:
    """A probability in three digits."""
    if value == 0:
        return "0"
    if abs(value) >= 0.01:
        return f"{value:.3f}"
    return f"{value:.2e}"


def times_words(times: float) -> str:
    """A multiple of uniform attention."""
    return f"{times:.2f}×" if times < 10 else f"{times:.0f}×"


def share_words(share: float) -> str:
    """A share in percent."""
    return f"{100 * share:.1f} %"
