"""Layer and heads are named the same everywhere in the window."""

from itertools import combinations

import pytest

from app.dialogs.export.dialog import ExportDialog
from mvit_core.model import MViT
from tests.app.acceptance.person import (
    CONTROL,
    Key,
    dialog,
    frame_seen,
    keys,
    no_dialog,
    rest,
    scale,
    title,
    words_on,
)
from tests.app.conftest import WAIT_MS

pytestmark = pytest.mark.gui


def test_09_up_and_down_go_through_all_layers_and_all_panels_agree(both, qtbot, monkeypatch):
    def run_again(*_):
        pytest.fail("a captured layer needs no run")

    def act(window):
        seen, rows = {}, window.panels.layers.tree
        monkeypatch.setattr(MViT, "forward", run_again)

        def look(block):
            rest(qtbot, window)
            row = rows.currentItem()
            assert row.text(0) == f"Block {block}"
            assert f"{row.parent().text(0)} · Block {block} · " in title(window)
            assert f"mean of {row.text(1)} heads" in title(window) or row.text(1) == "1"
            assert f"block {block}" in words_on(window.docks.titles["heads"])
            heads = window.panels.heads.grid
            assert len(heads._strip.images) == int(row.text(1))
            assert heads.thumb_box(int(row.text(1)) - 1).isValid()
            now = scale(window), frame_seen(window).tobytes(), heads.grab().toImage()
            assert seen.setdefault(block, now) == now

        look(3)
        for key, blocks in ((Key.Key_Up, (2, 1, 0)), (Key.Key_Down, (1, 2, 3))):
            for block in blocks:
                keys(key)
                look(block)
        assert len({ends for (ends, _), *_ in seen.values()}) == 4, "each layer has its own range"
        assert len({pixels for _, pixels, _ in seen.values()}) == 4
        strips = [strip for *_, strip in seen.values()]
        assert all(one != other for one, other in combinations(strips, 2)), "and its own heads"

    assert both(act) == 0


def test_10_keys_choose_heads_and_title_and_name_of_the_export_say_so(both, qtbot):
    def act(window):
        seen = []
        for key, words, name in (
            (Key.Key_1, "head h0 of 4", "h0"),
            (Key.Key_2, "head h1 of 4", "h1"),
            (Key.Key_A, "mean of 4 heads", "mean"),
            (Key.Key_A, "maximum of 4 heads", "max"),
        ):
            keys(key)
            rest(qtbot, window)
            assert words in title(window)
            seen.append(frame_seen(window).tobytes())
            keys((Key.Key_E, CONTROL))
            export = dialog(qtbot, ExportDialog)
            assert words in words_on(export)
            assert f"-b3-{name}-all." in export.target.text()
            keys(Key.Key_Escape)
            qtbot.waitUntil(no_dialog, timeout=WAIT_MS)
        assert len(set(seen)) == 4, "each has a picture of its own"

    assert both(act) == 0
