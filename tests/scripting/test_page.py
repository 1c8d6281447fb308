"""What a notebook shows of a window: small, whole, of no colours of its own, and escaped."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import mvit_core
from mvit_core import load_model
from mvit_core.captured import Prediction
from mvit_core.scripting.page import page_of

MOST_BYTES = 300_000
HOSTILE = '<script>alert("1")</script>&\u202egnp"onerror=x'


class _Seen(HTMLParser):
    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.tags, self.words = [], ""

    def handle_starttag(self, tag, attrs):
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.words += data


def seen(html):
    found = _Seen()
    found.feed(html)
    return found


@pytest.fixture(scope="module")
def html(explained):
    return explained._repr_html_()


def test_it_shows_frames_with_heat_classes_and_heads(html, explained):
    found = seen(html)
    pictures = [attrs for tag, attrs in found.tags if tag == "img"]
    assert len(pictures) == 5, "four frames and a colour bar"
    assert all(each["alt"] for each in pictures)
    assert f"frame {explained.frames[0]}" in pictures[0]["alt"]
    for each in explained.predictions[:5]:
        assert each.name in found.words
    assert f"All {len(explained.statistics)} heads" in found.words
    assert "clip.mp4" in found.words
    assert "toy.pyth" in found.words


def test_it_asks_for_nothing_from_outside_and_runs_nothing(html):
    found = seen(html)
    links = [v for _, attrs in found.tags for name, v in attrs.items() if name in ("src", "href")]
    assert all(link.startswith("data:image/") for link in links)
    assert "script" not in {tag for tag, _ in found.tags}
    assert not re.search(r"https?:|@import|url\(", html)


def test_it_has_no_colour_of_its_own_but_grey_and_the_ground_of_the_notebook(html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    colours = re.findall(r"#[0-9a-f]{3,8}\b|rgba?\([^)]*\)|(?<![-\w])background[^;}]*", style)
    assert set(colours) <= {"rgba(128,128,128,.6)", "background:rgba(128,128,128,.6)"}
    assert set(re.findall(r"[^-]color:([^;}]+)", style)) == {"inherit"}


def test_every_rule_is_of_this_piece_alone(html):
    style = re.search(r"<style>(.*?)</style>", html, re.DOTALL)[1]
    selectors = [s for rule in re.findall(r"([^{}]+)\{", style) for s in rule.split(",")]
    assert all(selector.strip().startswith(".mvit-lens") for selector in selectors)


def test_every_text_from_outside_is_escaped(explained):
    named = [Prediction(0, HOSTILE, 0.5)]
    html = page_of(explained.maps(), named, explained.statistics, (HOSTILE, HOSTILE), [HOSTILE])
    found = seen(html)
    assert "script" not in {tag for tag, _ in found.tags}
    assert not any("onerror" in name for _, attrs in found.tags for name in attrs)
    assert found.words.count('<script>alert("1")</script>&') == 4
    assert "\u202e" not in html


def test_it_is_small_whatever_the_clip_and_the_network(toy_files, explained):
    noise = np.random.default_rng(0).integers(0, 256, (16, 360, 640, 3), np.uint8)
    loaded = load_model(toy_files[1], device="cpu")
    with mvit_core.explain(noise, loaded) as held:
        heads = held.statistics * 200
        named = [Prediction(n, "x" * 5000, 0.2) for n in range(5)]
        html = page_of(held.maps(), named, heads, ("c" * 5000, "m" * 5000), ["n" * 5000] * 9)
    assert len(html.encode()) < MOST_BYTES
    assert f"{len(heads) - 240} more" in html
    assert len(explained._repr_html_().encode()) < 100_000


def test_a_window_without_classes_says_so(explained):
    html = page_of(explained.maps(), [], explained.statistics, ("clip", "model"), [])
    assert "no classes" in html


def test_a_frame_that_cannot_be_decoded_is_left_out(explained, monkeypatch):
    from mvit_core.errors import FrameDecodeError

    frame, broken = explained.video.frame, explained.frames[0]

    def fails(index):
        if index == broken:
            raise FrameDecodeError("damaged")
        return frame(index)

    monkeypatch.setattr(explained.video, "frame", fails)
    html = explained._repr_html_()
    assert len([tag for tag, _ in seen(html).tags if tag == "img"]) == 4


def test_head_rows_have_a_dash_for_what_they_lack(explained):
    rows = [replace(row, sink=None, distance_px=None) for row in explained.statistics]
    html = page_of(explained.maps(), [], rows, ("clip", "model"), [])
    assert "<td>–" in html
