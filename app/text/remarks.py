"""Title of the canvas, and remarks on the view shown, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QCoreApplication

from app.results import DIFFERENCE_PLACE, TaskKey
from app.text.boxes import box_badge
from app.text.captures import no_picture_words
from app.text.effects import changed_words
from app.text.phrases import frame_number, head_words, map_words
from app.text.terms import sentence
from app.text.tubes import tube_badge
from app.text.why import doubts, removed_words, why_title
from mvit_core.attribution import needs_token

if TYPE_CHECKING:
    from app.results import FramePicture, PaneInfo, ShownMap
    from app.results.snapshot import Snapshot


def tr(text: str) -> str:
    """Translate a text of this module."""
    return QCoreApplication.translate("remarks", text)


def title_words(shown: ShownMap | None) -> str:
    """Stage, block, head and map of the canvas in one line; empty without a map."""
    if shown is None:
        return ""
    result = shown.result
    off = changed_words(result.request.changes)
    if result.evidence is not None:
        return " · ".join(filter(None, (why_title(result), off)))
    parts = [
        tr("Stage {s} · Block {b}").format(s=result.layer.stage, b=result.request.block),
        head_words(shown.head, result.maps.heads),
        map_words(result.request.map.method, result.request.map.query),
    ]
    if not result.request.is_of_attention:
        del parts[1]  # features are of the block
    return " · ".join(filter(None, (*parts, off)))


def sampled_words(snapshot: Snapshot) -> str:
    """Number of the sampled frame, and the tubelet that the frame belongs to."""
    state, results = snapshot.state, snapshot.results
    window = results.window(state.frame)
    if window is None:
        return ""
    sampled = sorted(set(window.frame_indices))
    words = (
        tr("sampled frame {i} of {n}").format(i=sampled.index(state.frame) + 1, n=len(sampled))
        if state.frame in sampled
        else tr("not sampled")
    )
    shown = results.shown
    if shown is None or shown.result.request.window != window:
        return words
    t = shown.heatmap.token_time(state.frame)
    frames = shown.heatmap.token_frames(t)
    if len(frames) == 1:
        words += tr(" · tubelet t={t} (frame {a})").format(t=t, a=frame_number(frames[0]))
    elif frames:
        words += tr(" · tubelet t={t} (frames {a}–{b})").format(
            t=t, a=frame_number(frames[0]), b=frame_number(frames[-1])
        )
    return words


def short_sampled_words(snapshot: Snapshot) -> str:
    """The same as ``sampled_words`` where there is little room."""
    state, results = snapshot.state, snapshot.results
    window = results.window(state.frame)
    if window is None:
        return ""
    sampled = sorted(set(window.frame_indices))
    if state.frame not in sampled:
        return tr("not sampled")
    return tr("sampled {i}/{n}").format(i=sampled.index(state.frame) + 1, n=len(sampled))


def remarks(snapshot: Snapshot) -> tuple[str, ...]:
    """Remarks that a reader of the view must see, most important last."""
    state, results = snapshot.state, snapshot.results
    if results.video is None or results.picture is None:
        return ()
    found = _frame_remarks(snapshot, results.picture)
    if state.view == "compare" and ranges_differ(results.panes):
        found.append(tr("Ranges differ: one colour is not one number in all panes"))
    if state.picking:
        found.append(_picking_words(state.map.method))
    found += filter(None, (box_badge(snapshot), tube_badge(snapshot)))
    if results.shown is None:
        if results.problem:
            found.append(results.problem)
        return tuple(found)
    if state.overlay and not state.hold_to_hide:
        found += _map_remarks(snapshot, results.shown)
    return tuple(found)


def _picking_words(method: str) -> str:
    """What a click picks."""
    if needs_token(method):
        return tr("Click or drag: what is alike. Shift+click: who looks at it. Esc ends")
    return tr("Click a token: where it looks. Shift+click: who looks at it. Esc ends")


def _frame_remarks(snapshot: Snapshot, picture: FramePicture) -> list[str]:
    """What is to be known of the picture of the frame."""
    found = []
    if picture.index != snapshot.state.frame:
        words = tr("Frame {a}; frame {b} is being decoded")
        wanted = frame_number(snapshot.state.frame)
        found.append(words.format(a=frame_number(picture.index), b=wanted))
    elif picture.is_preview:
        found.append(tr("Preview; the frame itself is being decoded"))
    if not snapshot.results.has_picture:
        found.append(no_picture_words())
    if picture.is_damaged:
        found.append(tr("Damaged: painted from broken data; the picture may be wrong"))
    return found


def ranges_differ(panes: tuple[PaneInfo, ...]) -> bool:
    """True where panes of maps print other numbers at the ends of their colours."""
    scales = [pane.scale for pane in panes if pane.place != DIFFERENCE_PLACE and pane.scale]
    return len({(scale.ends, scale.unit) for scale in scales}) > 1


def _map_remarks(snapshot: Snapshot, shown: ShownMap) -> list[str]:
    results = snapshot.results
    assert results.picture is not None
    result = shown.result
    found = []
    if result.is_damaged:
        found.append(tr("The model was fed damaged frames: the map is hatched"))
    if result.maps.note:
        found.append(sentence(result.maps.note))
    if result.evidence is not None:
        found += doubts(result)
    if results.why is not None and results.why.removed is not None:
        found.append(removed_words(results.why.removed.removal))
    if results.is_stale:
        assert results.request is not None
        found.append(_stale_words(snapshot))
    elif results.request is None and results.problem:
        found.append(tr("Map of before. {problem}").format(problem=results.problem))
    elif results.has_picture and results.picture.index not in result.frame_indices:
        t = shown.heatmap.token_time(results.picture.index)
        found.append(tr("Not a sampled frame: map of the nearest tubelet, t={t}").format(t=t))
    return found


def _stale_words(snapshot: Snapshot) -> str:
    results = snapshot.results
    assert results.shown is not None
    assert results.request is not None
    old, new = results.shown.result.request, results.request
    if results.problem:
        return tr("Map of before. {problem}").format(problem=results.problem)
    if old.spec != new.spec:
        return tr("Map of the preprocessing before; the one asked for is on its way")
    if old.window == new.window and old.changes.tubes != new.changes.tubes:
        return tr("Map with other tubes; the one asked for is on its way")
    if old.window == new.window and old.changes != new.changes:
        return tr("Map with other heads on; the one asked for is on its way")
    if old.window == new.window and old.boxes != new.boxes:
        return tr("Predictions of other boxes; those asked for are on their way")
    if old.window != new.window:
        running = (job for job in results.jobs if job.key == TaskKey.EXPLAIN)
        job = next((job for job in running if job.state == "running"), None)
        if job is None:
            words = tr("Map of window {a}; window {b} has not been run yet")
        elif job.total:
            words = tr("Map of window {a}; window {b} is running, {n} of {all}")
        else:
            words = tr("Map of window {a}; window {b} is running")
        numbers = {"n": job.done, "all": job.total} if job is not None else {}
        return words.format(
            a=results.placed(old.window).index + 1, b=new.window.index + 1, **numbers
        )
    if old.is_of_evidence or new.is_of_evidence:
        return tr("Map of before; the one asked for is on its way")
    return tr("Map of block {a}; the one asked for is on its way").format(a=old.block)
