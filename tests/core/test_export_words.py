"""Words on exported pictures: whole, and never without what a reader must know."""

from dataclasses import replace

import numpy as np
import pytest

from mvit_core.explaining.methods import EVIDENCE
from mvit_core.export import ExportRequest, draw_still, export
from mvit_core.export.lettering import extent, fitted, wrapped
from mvit_core.export.remarks import DAMAGED, FAILING
from mvit_core.pipeline import MapSpec
from mvit_core.render import RANGE_POLICIES, UNITS, HeatSettings
from mvit_core.video.encode.encoders import Encoding
from tests.core.test_export import frames_of

FAILED = [name for name, row in EVIDENCE.items() if row.trust in FAILING]


@pytest.fixture
def written(monkeypatch):
    """Every text that is written on a picture."""
    import mvit_core.export.drawing
    import mvit_core.export.strip

    texts, real = [], mvit_core.export.strip.write

    def write(picture, text, *rest):
        texts.append(text)
        real(picture, text, *rest)

    for module in (mvit_core.export.strip, mvit_core.export.drawing):
        monkeypatch.setattr(module, "write", write)
    return texts


@pytest.mark.parametrize("policy", RANGE_POLICIES)
@pytest.mark.parametrize("units", UNITS)
@pytest.mark.parametrize("size", ["native", "480p"])
def test_range_and_unit_of_the_colour_bar_are_never_cut(
    explainer, video, written, policy, units, size
):
    heat = HeatSettings(range_policy=policy, units=units)
    draw_still(explainer, video, ExportRequest(heat=heat, frame_index=0, size=size))
    assert UNITS[units] in " ".join(written)
    assert not any("…" in text and UNITS[units][:9] in text for text in written)


def test_a_text_is_broken_at_spaces_and_a_long_word_alone_is_shortened():
    text = "this layer, whole clip, 1-99.5 % · attention probability"
    lines = wrapped(text, 12, 150)
    assert " ".join(lines) == text
    assert all(extent(line, 12)[2] <= 150 for line in lines)
    assert wrapped("", 12, 150) == ()
    long, short = wrapped("n" * 400 + " end", 12, 150)
    assert long.endswith("…")
    assert short == "end"
    assert fitted("anything", 12, 0) == ""


@pytest.mark.parametrize("caption", [True, False])
@pytest.mark.parametrize("method", FAILED)
def test_a_method_that_fails_is_named_whether_there_is_a_caption_or_not(
    explainer, video, written, method, caption
):
    row = EVIDENCE[method]
    draw_still(explainer, video, ExportRequest(MapSpec(method=method), caption=caption))
    said = " ".join(written)
    assert f"{row.title}: {row.trust}" in said
    assert (row.trust_words in said) == caption


def test_a_method_that_is_trusted_has_no_such_words(explainer, video, written):
    spec = MapSpec(method="gradient_attention")
    draw_still(explainer, video, ExportRequest(spec, caption=False))
    assert written == []


@pytest.mark.parametrize("caption", [True, False])
def test_damaged_frames_are_named_whether_there_is_a_caption_or_not(
    explainer, video, written, monkeypatch, caption
):
    request = ExportRequest(frame_index=0, caption=caption)
    draw_still(explainer, video, request)
    assert not any(DAMAGED in text for text in written)
    monkeypatch.setattr(type(video), "damaged_frames", property(lambda _: frozenset({0})))
    draw_still(explainer, video, request)
    assert DAMAGED in " ".join(written), "broken into lines where the picture is narrow"


def test_what_must_be_read_stands_on_films_as_on_stills(explainer, video, tmp_path, monkeypatch):
    monkeypatch.setattr(type(video), "damaged_frames", property(lambda _: frozenset({0})))
    request = ExportRequest(caption=False, encoding=Encoding("h264", "best"), stop=3)
    export(explainer, video, request, tmp_path / "out.mp4")
    wanted = draw_still(explainer, video, replace(request, frame_index=2, encoding=Encoding()))
    film, still = frames_of(tmp_path / "out.mp4")[2].astype(int), wanted.picture
    below = slice(still.shape[0] // 2, None)
    assert np.abs(film - still)[below].mean() < 4  # what H.264 in 4:2:0 costs
    monkeypatch.setattr(type(video), "damaged_frames", property(lambda _: frozenset()))
    bare = draw_still(explainer, video, replace(request, frame_index=2, encoding=Encoding()))
    assert np.abs(bare.picture.astype(int) - still)[below].mean() > 10
