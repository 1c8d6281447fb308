"""The page of a report in a real browser: it fetches nothing, and obeys mouse and keys."""

import base64
import json
import shutil
import subprocess
from dataclasses import replace

import cv2
import numpy as np
import pytest

from mvit_core import load_model, open_video
from mvit_core.export import ExportRequest
from mvit_core.pipeline import Explainer, MapSpec
from mvit_core.render import HeatSettings, ValueRange, blend, heat_layer
from mvit_core.report import ReportRequest, content_of, page_of
from tests.browser import browser, program
from tests.fixtures_video import write_barcode_clip
from tests.toys import toy_model, write_toy_checkpoint

pytestmark = pytest.mark.skipif(program() is None, reason="no Chromium is installed here")

SIZE = (256, 144)


@pytest.fixture(scope="module")
def path(tmp_path_factory):
    """An explainer of a toy model, and a clip that is wider than what the model sees."""
    folder = tmp_path_factory.mktemp("report-page")
    clip = folder / "clip.mp4"
    write_barcode_clip(clip, frames=40, size=SIZE)
    loaded = load_model(write_toy_checkpoint(folder / "toy.pyth", toy_model()), device="cpu")
    with open_video(clip) as video:
        yield Explainer(loaded), video, folder


@pytest.fixture(scope="module")
def running(path, tmp_path_factory):
    """One browser for all tests, with the report open for the first time, and the file."""
    explainer, video, folder = path
    shown = ExportRequest(MapSpec(block=2, head=1, method="row"), frame_index=5)
    content = content_of(explainer, video, ReportRequest(shown))
    target = folder / "clip \u00fc.html"
    target.write_bytes(page_of(content, {"kind": "MViT Lens session", "view": {"a": "<&"}}))
    with browser(tmp_path_factory.mktemp("browser")) as page:
        page.size(1280, 900)
        page.prefers("light")
        page.open(target)
        yield page, target


@pytest.fixture
def page(running):
    """The report, opened anew."""
    page, target = running
    page.size(1280, 900)
    page.prefers("light")
    page.open(target)
    return page


def pixels(page, selector="#canvas"):
    """The pixels of a canvas, (H, W, 3)."""
    data = page.run(f"document.querySelector('{selector}').toDataURL('image/png')")
    raw = np.frombuffer(base64.b64decode(data.partition(",")[2]), np.uint8)
    return cv2.imdecode(raw, cv2.IMREAD_COLOR_RGB)


def text(page, selector):
    return page.run(f"document.querySelector({json.dumps(selector)}).textContent")


def test_the_page_asks_for_nothing_but_itself_and_nothing_goes_wrong(running):
    page, target = running
    asked = [
        event["params"]["request"]["url"]
        for event in page.events
        if event.get("method") == "Network.requestWillBeSent"
    ]
    assert {url for url in asked if not url.startswith("data:image/webp;base64,")} == {
        target.as_uri()
    }
    wrong = [
        event
        for event in page.events
        if event.get("method") in ("Runtime.exceptionThrown", "Log.entryAdded")
    ]
    assert wrong == []


def test_what_is_forbidden_stays_so(page):
    """Scripts, pictures and requests that the page did not bring are refused by its policy."""
    found = page.run("""(async () => {
        const told = [];
        const hear = (event) => told.push(event.effectiveDirective);
        document.addEventListener("securitypolicyviolation", hear);
        const script = document.createElement("script");
        script.textContent = "window.ran = true";
        document.body.append(script);
        const image = new Image();
        image.src = "http://127.0.0.1:9/x.png";
        try { await fetch("http://127.0.0.1:9/"); } catch {}
        await new Promise((done) => setTimeout(done, 50));
        return [Boolean(window.ran), told.sort()];
    })()""")
    assert found == [False, ["connect-src", "img-src", "script-src-elem"]]


@pytest.mark.parametrize("smooth", [True, False])
def test_heat_lies_where_the_product_lays_it(page, path, smooth):
    """On the frame that the browser decoded; a byte of the map is half a step of its peak."""
    explainer, video, _ = path
    if not smooth:
        page.click("#smooth")
    shown = explainer.explain(
        video, explainer.windows(video)[0], MapSpec(block=2, head=1, method="row")
    )
    heat = HeatSettings(smooth=smooth)
    layer = heat_layer(shown.heatmap, 5, heat.style(shown.maps, shown.saliency))
    found = pixels(page)
    page.press("o")
    wanted = blend(pixels(page), layer)
    off = np.abs(found.astype(int) - wanted)
    assert found.shape == (*SIZE[::-1], 3)
    assert np.percentile(off, 99) <= 3
    assert off.max() <= 12
    assert np.abs(found.astype(int) - pixels(page)).max() > 60, "there is heat"


def near(mask, reach=2):
    """Pixels of a mask, and those beside them."""
    side = 2 * reach + 1
    return cv2.dilate(mask.astype(np.uint8), np.ones((side, side), np.uint8)) > 0


@pytest.mark.parametrize("shown", ["attention", "explanation", "cells"])
def test_outlines_lie_where_the_product_draws_them(page, path, shown):
    """Black and white where its lines are, and nowhere else; dashed where values speak against."""
    explainer, video, _ = path
    window = explainer.windows(video)[0]
    spec = MapSpec(block=2, head=1, method="row")
    if shown == "explanation":
        spec = ReportRequest().why
        page.press("m")
        page.press("m")
    if shown == "cells":
        page.press("s")
    explained = explainer.explain(video, window, spec)
    heat = HeatSettings(smooth=shown != "cells")
    style = heat.style(explained.maps, explained.saliency)
    lined = replace(style, outline=True)
    page.press("o")
    frame = pixels(page)
    page.press("o")
    plain = pixels(page)
    page.click("#outline")
    found = pixels(page)
    made = [blend(frame, heat_layer(explained.heatmap, 5, each)) for each in (style, lined)]
    ours, theirs = (
        np.abs(one.astype(int) - other).max(axis=2) > 60 for one, other in ((plain, found), made)
    )
    assert theirs.sum() > 50, "there are lines"
    assert (theirs & ~near(ours)).sum() <= theirs.sum() // 50
    assert (ours & ~near(theirs)).sum() <= ours.sum() // 50
    white = (found.min(axis=2) > 180) & ours
    assert white.sum() > ours.sum() // 20, "the middle of a line is white"
    page.press("l")
    assert np.array_equal(pixels(page), plain)


def test_a_map_names_its_source_in_words(page):
    assert text(page, "#map-words").endswith("Source: Fan et al., ICCV 2021, section 3.1.")
    page.press("m")
    page.press("m")
    assert "Source: Sundararajan et al., ICML 2017" in text(page, "#map-words")
    assert page.run("document.querySelectorAll('[href], [src]').length") == page.run(
        "document.querySelectorAll('#strip img').length"
    )


def test_an_outline_and_the_range_of_the_view_are_shown_first_where_the_view_had_them(path):
    explainer, video, _ = path
    heat = HeatSettings(outline=True, locked_range=ValueRange(0, 0.25))
    request = ReportRequest(ExportRequest(MapSpec(2, 1), heat), why=None)
    first = content_of(explainer, video, request).document["first"]
    assert (first["outline"], first["range"], first["ends"]) == (True, "given", [0, 0.25])
    plain = content_of(explainer, video, replace(request, shown=ExportRequest(MapSpec(2, 1))))
    first = plain.document["first"]
    assert (first["outline"], first["range"], first["ends"]) == (False, "layer", None)


def test_frames_are_walked_by_keys_clicks_and_the_slider(page):
    first = pixels(page)
    assert "frame 5" in text(page, "#time")
    page.press("ArrowRight")
    assert "frame 10" in text(page, "#time")
    assert np.abs(pixels(page).astype(int) - first).max() > 30
    page.press("End")
    page.press("ArrowRight")
    assert "frame 0 " in text(page, "#time"), "from the last to the first"
    page.click(".thumb:nth-child(2)")
    np.testing.assert_array_equal(pixels(page), first)
    page.click("#frame", (0.99, 0.5))
    assert "frame 15" in text(page, "#time")
    page.press("ArrowLeft")
    assert "frame 10" in text(page, "#time"), "the slider moves by its own keys, once"


def test_block_head_map_colours_and_opacity_change_the_picture(page):
    seen = [pixels(page)]

    def differs():
        now = pixels(page)
        assert all(np.any(now != before) for before in seen)
        seen.append(now)

    page.click("#heads-choice label:nth-child(4)")
    assert text(page, "#shown") == "Block 2, head 0"
    differs()
    for key in "mbhc":
        page.press(key)
        differs()
    page.click("#opacity", (0.2, 0.5))
    differs()
    page.click("#range-choice label:nth-child(2)")
    differs()
    page.press("B", shift=True)
    assert text(page, "#shown").startswith("Block 2")


def test_a_head_that_the_next_block_lacks_gives_way_to_the_mean(page):
    for _ in range(4):
        page.press("h")
        page.press("b")
        words = text(page, "#shown")
        assert "undefined" not in words
    page.press("B", shift=True)
    page.run("document.getElementById('block').focus()")
    for _ in range(4):
        page.press("ArrowUp")
    assert text(page, "#shown").startswith("Block 0, ")
    assert page.run("document.querySelectorAll('#heads-choice input:checked').length") == 1


def test_the_explanation_can_be_shown_and_has_no_block_and_head(page):
    before = pixels(page)
    page.click("#why-body button")
    assert text(page, "#shown").startswith("Why ")
    assert page.run("document.getElementById('block').disabled")
    assert np.any(pixels(page) != before)
    assert page.run("document.querySelectorAll('#why-body svg.plot').length") == 2
    page.press("b")
    assert not page.run("document.getElementById('block').disabled")


def column(page, number):
    return page.run(
        "[...document.querySelectorAll('#heads-rows tr')]"
        f".map((row) => row.children[{number}].textContent)"
    )


def test_the_table_of_heads_sorts_and_shows_a_head_on_the_frame(page):
    blocks = column(page, 0)
    assert blocks == sorted(blocks, key=int)
    page.click("th[data-name=entropy] button")
    assert (found := [float(value) for value in column(page, 3)]) == sorted(found)
    page.click("th[data-name=entropy] button")
    assert (found := [float(value) for value in column(page, 3)]) == sorted(found, reverse=True)
    sort = page.run("document.querySelector('th[data-name=entropy]').getAttribute('aria-sort')")
    assert sort == "descending"
    block, head = column(page, 0)[0], column(page, 2)[0]
    page.click("#heads-rows tr:first-child button")
    assert text(page, "#shown") == f"Block {block}, head {head}"
    assert page.run("document.querySelectorAll('#heads-rows tr[aria-current]').length") == 1


def test_everything_is_reached_by_tab_and_the_focus_is_seen(page):
    reached, order = set(), []
    for _ in range(70):
        page.press("Tab", wait=False)
        name, seen = page.run("""(() => {
            const e = document.activeElement;
            const s = getComputedStyle(e);
            const twin = e.nextElementSibling && getComputedStyle(e.nextElementSibling);
            const outlined = (style) => style && style.outlineStyle !== "none";
            return [e.id || e.className || e.tagName, outlined(s) || outlined(twin)];
        })()""")
        order.append((name, seen))
        reached.add(name)
    wanted = {"open-session", "print-page", "theme", "stage", "play", "frame", "map", "block",
              "colours", "opacity", "overlay", "smooth", "sheet-rows", "sheet-frames", "sort",
              "pick", "heads-body", "cell", "command", "copy-command"}  # fmt: skip
    assert wanted <= reached
    assert [name for name, seen in order if not seen and name not in ("BODY", "HTML")] == []


def ground(page):
    return page.run("getComputedStyle(document.body).backgroundColor")


def test_the_page_is_dark_where_the_system_is_and_by_its_button(page):
    assert ground(page) == "rgb(243, 244, 247)"
    page.prefers("dark")
    assert ground(page) == "rgb(21, 24, 29)"
    page.click("#theme")
    assert ground(page) == "rgb(243, 244, 247)", "light, whatever the system has"
    page.prefers("light")
    page.press("t")
    assert ground(page) == "rgb(21, 24, 29)"


def test_the_button_saves_the_session_as_a_file(page, tmp_path):
    page.ask("Page.setDownloadBehavior", behavior="allow", downloadPath=str(tmp_path))
    page.click("#open-session")
    page.wait("document.getElementById('live').textContent.startsWith('The session was saved')")
    saved = tmp_path / "clip.mvitlens"
    for _ in range(100):
        if saved.exists():
            break
        page.run("new Promise((done) => setTimeout(done, 20))")
    assert json.loads(saved.read_text()) == {"kind": "MViT Lens session", "view": {"a": "<&"}}


def test_a_narrow_page_has_nothing_beside_its_edge(page):
    for width in (1280, 640, 360):
        page.size(width, 800)
        page.frame()
        assert page.run("document.documentElement.scrollWidth") <= width


@pytest.mark.skipif(shutil.which("pdftotext") is None, reason="poppler-utils are not installed")
def test_it_prints_on_a4_as_text_without_its_controls(page, tmp_path):
    page.press("t")
    target = tmp_path / "r.pdf"
    target.write_bytes(page.pdf())
    told = subprocess.run(["pdfinfo", target], capture_output=True, text=True, check=True).stdout
    assert "A4" in told
    words = subprocess.run(
        ["pdftotext", "-layout", target, "-"], capture_output=True, text=True, check=True
    ).stdout
    for wanted in ("Predictions", "Explanation", "Overview", "Heads", "Provenance", "Entropy",
                   "mvit-lens report clip.mp4", "Stage 3", "Software:"):  # fmt: skip
        assert wanted in words
    assert "Open in MViT Lens" not in words
    assert "Opacity" not in words
