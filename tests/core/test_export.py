import csv
import json
import subprocess
import sys
import zlib
from dataclasses import replace
from fractions import Fraction
from itertools import product

import av
import cv2
import numpy as np
import pytest

from mvit_core import open_video
from mvit_core.attribution import HeadSet
from mvit_core.errors import Cancelled, ClipError, ExportError
from mvit_core.export import EXPORTERS, LAYOUTS, SIZES, ExportRequest, check_target, export
from mvit_core.export.caption import Caption, caption_lines
from mvit_core.export.figure import GAP, plan
from mvit_core.export.layouts import panels_of
from mvit_core.export.scene import Scene
from mvit_core.pipeline import MapSpec
from mvit_core.render import HeatSettings, heat_layer, overlay
from mvit_core.system.atomic_file import whole_file
from mvit_core.video import window_of
from mvit_core.video.encode.encoders import Encoding
from tests.fixtures_video import blank_packet, read_barcode, write_barcode_clip


def bare(**changes) -> ExportRequest:
    """No caption and no heat to be seen, so that the frames' own pixels can be read."""
    return ExportRequest(heat=HeatSettings(opacity=0.0), caption=False, **changes)


def frames_of(path):
    with av.open(str(path)) as container:
        return [frame.to_ndarray(format="rgb24") for frame in container.decode(video=0)]


@pytest.mark.parametrize("ending", EXPORTERS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_exporter_writes_every_layout(explainer, video, tmp_path, ending, layout):
    target = tmp_path / f"out{ending}"
    seen = []
    request = ExportRequest(layout=layout, stop=6)
    summary = export(explainer, video, request, target, lambda *progress: seen.append(progress))
    assert target.stat().st_size > 0
    assert summary.path == str(target)
    assert seen[-1][0] == seen[-1][1]
    assert [p.name for p in tmp_path.iterdir() if p.name.startswith(".")] == []


def test_a_video_export_has_every_frame_in_order_and_plays_anywhere(explainer, video, tmp_path):
    target = tmp_path / "out.mp4"
    export(explainer, video, bare(), target)
    numbers = [read_barcode(frame) for frame in frames_of(target)]
    assert numbers == list(range(40))
    with av.open(str(target)) as container:
        stream = container.streams.video[0]
        assert stream.codec_context.name == "h264"
        assert stream.codec_context.pix_fmt == "yuv420p"
        assert (stream.width % 2, stream.height % 2) == (0, 0)
        assert stream.average_rate == Fraction(30)


def test_an_exported_frame_equals_what_the_canvas_blends(explainer, video, tmp_path):
    heat, spec = HeatSettings(), MapSpec(block=1, head=0)
    target = tmp_path / "out.png"
    export(explainer, video, ExportRequest(spec, heat, frame_index=17, caption=False), target)
    answer = explainer.explain(video, window_of(explainer.windows(video), 17), spec)
    style = heat.style(answer.maps, answer.saliency)
    expected = overlay(video.frame(17), answer.heatmap, 17, style)
    picture = cv2.cvtColor(cv2.imread(str(target)), cv2.COLOR_BGR2RGB)
    np.testing.assert_array_equal(picture, expected)


def test_a_video_frame_equals_the_still_of_that_frame(explainer, video, tmp_path):
    still, moving = tmp_path / "out.png", tmp_path / "out.mp4"
    export(explainer, video, ExportRequest(frame_index=5), still)
    export(explainer, video, ExportRequest(), moving)
    picture = cv2.cvtColor(cv2.imread(str(still)), cv2.COLOR_BGR2RGB)
    difference = np.abs(frames_of(moving)[5].astype(int) - picture)
    assert difference.mean() < 4  # what H.264 in 4:2:0 costs


def test_the_caption_names_block_head_class_and_colour_bar_below_the_picture(
    explainer, video, tmp_path
):
    plain, told = tmp_path / "plain.png", tmp_path / "told.png"
    export(explainer, video, ExportRequest(frame_index=0, caption=False), plain)
    export(explainer, video, ExportRequest(frame_index=0), told)
    picture, captioned = cv2.imread(str(plain)), cv2.imread(str(told))
    assert captioned.shape[0] > picture.shape[0]
    strip = captioned[picture.shape[0] :]
    assert strip.std() > 10  # text and a colour bar, not an empty strip
    assert captioned.shape[1] >= 320


def test_a_picture_holds_what_it_was_made_of(explainer, video, tmp_path):
    target = tmp_path / "out.png"
    export(explainer, video, ExportRequest(MapSpec(block=2, head="max"), frame_index=3), target)
    made_of = json.loads(png_comment(target.read_bytes()))
    assert (made_of["block"], made_of["head"]) == (2, "max")
    assert made_of["preprocessing"]["short_side"] == 40
    assert made_of["windows"][0]["frames"] == list(explainer.windows(video)[0].frame_indices)


def test_several_averaged_heads_are_in_the_comment_and_in_the_caption(explainer, video, tmp_path):
    target, spec = tmp_path / "out.png", MapSpec(block=3, head=HeadSet((0, 2)))
    export(explainer, video, ExportRequest(spec, frame_index=3), target)
    assert json.loads(png_comment(target.read_bytes()))["head"] == [0, 2]
    answer = explainer.explain(video, explainer.windows(video)[0], spec)
    assert "heads 0, 2 averaged" in caption_lines(answer, 3)[0]
    export(explainer, video, ExportRequest(spec), tmp_path / "out.npz")
    with np.load(tmp_path / "out.npz") as arrays:
        chosen = arrays["maps"][:, [0, 2]].mean(axis=1)
        np.testing.assert_allclose(arrays["selected"], chosen, atol=1e-6)


def png_comment(data: bytes) -> bytes:
    """The iTXt chunk's text: length and name before it, checksum behind it."""
    name = data.index(b"iTXt")
    length = int.from_bytes(data[name - 4 : name], "big")
    assert int.from_bytes(data[name + 4 + length : name + 8 + length], "big") == zlib.crc32(
        data[name : name + 4 + length]
    )
    return data[name + 4 : name + 4 + length].removeprefix(b"Comment\0\0\0\0\0")


def test_arrays_hold_raw_values_and_all_that_places_them(explainer, video, tmp_path):
    target = tmp_path / "out.npz"
    export(explainer, video, ExportRequest(MapSpec(block=1, head="mean")), target)
    windows = explainer.windows(video)
    with np.load(target) as arrays:
        assert arrays["maps"].shape == (len(windows), 2, 2, 4, 4)
        np.testing.assert_allclose(arrays["selected"], arrays["maps"].mean(axis=1), atol=1e-7)
        totals = arrays["maps"].sum(axis=(2, 3, 4)) + arrays["sinks"]
        np.testing.assert_allclose(totals, 1, atol=1e-5)
        assert arrays["frame_indices"].tolist() == [list(w.frame_indices) for w in windows]
        assert json.loads(str(arrays["facts"]))["method"] == "row"


def test_a_table_has_the_best_classes_of_every_window(explainer, video, tmp_path):
    target = tmp_path / "out.csv"
    export(explainer, video, ExportRequest(), target)
    rows = list(csv.DictReader(target.read_text().splitlines()))
    assert len(rows) == 5 * len(explainer.windows(video))
    assert rows[0]["rank"] == "1"
    assert float(rows[0]["probability"]) >= float(rows[1]["probability"])


def test_an_export_of_an_odd_sized_variable_rate_clip_keeps_frames_and_times(explainer, tmp_path):
    times = [0, 0.1, 0.15, 0.4, 0.5, 0.9, 1.0, 1.05]
    source, target = tmp_path / "vfr.mkv", tmp_path / "out.mp4"
    write_barcode_clip(source, frames=8, size=(193, 109), pts_seconds=times, pixel_format="yuv444p")
    with open_video(source) as video:
        summary = export(explainer, video, bare(), target)
    assert summary.frame_count == 8
    with open_video(target) as made:
        assert made.frame_count == 8
        np.testing.assert_allclose(made.pts_seconds - made.pts_seconds[0], times, atol=2e-3)
        assert [n % 2 for n in made.size] == [0, 0]


def test_an_unreadable_frame_becomes_a_placeholder_and_the_rest_goes_on(explainer, tmp_path):
    source, target = tmp_path / "hole.avi", tmp_path / "out.mp4"
    write_barcode_clip(source, frames=20, codec="mjpeg", pixel_format="yuvj420p", b_frames=0)
    blank_packet(source, 7)
    with open_video(source) as video:
        count = video.frame_count
        export(explainer, video, bare(), target)
    numbers = [read_barcode(frame) for frame in frames_of(target)]
    assert len(numbers) == count
    assert [n for n in numbers if n is not None][-1] == 19


@pytest.mark.parametrize("caption", [False, True])
@pytest.mark.parametrize(
    "heat",
    [
        HeatSettings(),
        HeatSettings(mode="spotlight"),
        HeatSettings(gamma=0.6, threshold=0.4),
        HeatSettings(smooth=False),
        HeatSettings(mode="even", opacity=0.6),
        HeatSettings(colormap="lime", outline=True),
    ],
    ids=["tint", "spotlight", "threshold", "cells", "even", "outline"],
)
def test_every_picture_of_a_video_equals_the_still_of_its_frame(explainer, tmp_path, heat, caption):
    source, moving = tmp_path / "odd.mkv", tmp_path / "out.mp4"
    write_barcode_clip(source, frames=12, size=(333, 181), pixel_format="yuv444p")
    spec = MapSpec(block=0, query=(1, 3, 5))  # with a ring
    request = ExportRequest(spec, heat, caption=caption, encoding=Encoding("h264", "best"))
    with open_video(source) as video:
        export(explainer, video, request, moving)
        pictures = frames_of(moving)
        assert len(pictures) == 12
        for index in (0, 5, 11):
            still = tmp_path / f"{index}.png"
            wanted = replace(request, frame_index=index, encoding=Encoding())
            export(explainer, video, wanted, still)
            wanted = cv2.cvtColor(cv2.imread(str(still)), cv2.COLOR_BGR2RGB)
            assert pictures[index].shape == wanted.shape
            difference = np.abs(pictures[index].astype(int) - wanted)
            assert difference.mean() < 4  # what H.264 in 4:2:0 costs
            strip = difference[182:]
            assert not caption or strip.mean() < 4


@pytest.mark.parametrize("ending", [".png", ".mov"])
def test_heat_of_damaged_frames_is_hatched_in_pictures_and_films(
    explainer, video, tmp_path, monkeypatch, ending
):
    heat = HeatSettings(colormap="lime", range_policy="map", outline=True)
    request = ExportRequest(heat=heat, frame_index=None if ending == ".mov" else 0, caption=False)
    if ending == ".mov":
        request = replace(request, encoding=Encoding(codec="prores"))  # lines of a pixel survive it
    pictures = []
    for damaged in (frozenset(), frozenset({0})):
        monkeypatch.setattr(type(video), "damaged_frames", property(lambda _, d=damaged: d))
        target = tmp_path / f"{len(damaged)}{ending}"
        export(explainer, video, request, target)
        read = frames_of(target)[0] if ending == ".mov" else cv2.imread(str(target))[..., ::-1]
        pictures.append(read.astype(int))
    # Below, the damaged one says what it is.
    whole, hatched = (picture[: picture.shape[0] // 2] for picture in pictures)
    height, width = whole.shape[:2]
    bare = np.add.outer(np.arange(height), np.arange(width)) % 8 == 0
    frame = video.frame(0).astype(int)[:height]
    if ending == ".png":
        assert (hatched[bare] == frame[bare]).all()
        assert (hatched[~bare] == whole[~bare]).all()
    assert np.abs(whole - hatched)[bare].mean() > 4 * np.abs(whole - hatched)[~bare].mean()


def test_only_the_lines_of_a_caption_that_change_are_drawn_anew(explainer, video):
    request = ExportRequest()
    scene = Scene(explainer, video, request, lambda: None)
    figure = plan(video.display_size, scene.shot(0).panels, caption=True)
    caption = Caption(figure, request)
    rows = caption.update(0, scene.shot(0))
    assert rows.stop - rows.start > 0.8 * caption.strip.shape[0]
    assert caption.update(0, scene.shot(0)) is None
    before = caption.strip.copy()
    rows = caption.update(1, scene.shot(1))
    changed = np.nonzero((caption.strip != before).any(axis=(1, 2)))[0]
    assert rows.start <= changed.min()
    assert changed.max() < rows.stop
    assert rows.stop - rows.start < 0.5 * caption.strip.shape[0]
    fresh = Caption(figure, request)
    fresh.update(1, scene.shot(1))
    np.testing.assert_array_equal(caption.strip, fresh.strip)


def test_heat_is_made_once_per_token_time(explainer, video, tmp_path, monkeypatch):
    made = []

    def counted(*given):
        made.append(given[1])
        return heat_layer(*given)

    monkeypatch.setattr("mvit_core.export.drawing.heat_layer", counted)
    export(explainer, video, ExportRequest(), tmp_path / "out.mp4")
    times = set()
    for window in explainer.windows(video):
        heatmap = explainer.explain(video, window, MapSpec()).heatmap
        frames = range(window.start, window.stop)
        times |= {(window.index, heatmap.token_time(frame)) for frame in frames}
    assert len(made) == len(times) < video.frame_count


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm", ".gif"])
def test_every_kind_of_video_holds_what_it_was_made_of(explainer, video, tmp_path, ending):
    target = tmp_path / f"out{ending}"
    export(explainer, video, ExportRequest(MapSpec(block=2), stop=4), target)
    with av.open(str(target)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 4  # a GIF tells its comment at its end
        told = {name.lower(): text for name, text in container.metadata.items()}
    made_of = json.loads(told["comment"])
    assert (made_of["block"], made_of["frames"]) == (2, [0, 4])


def test_rotation_and_pixel_aspect_are_those_of_the_screen(explainer, tmp_path):
    source, target = tmp_path / "turned.mp4", tmp_path / "out.mp4"
    write_barcode_clip(source, frames=6, rotation=90, pixel_aspect=Fraction(4, 3))
    with open_video(source) as video:
        wanted = cv2.resize(video.frame(3), video.display_size)
        export(explainer, video, bare(), target)
        size = video.display_size
    picture = frames_of(target)[3][: size[1], : size[0]]
    assert np.abs(picture.astype(int) - wanted).mean() < 4


def test_progress_never_goes_back_and_can_stop_the_export_between_layers(
    explainer, video, tmp_path
):
    seen = []
    export(explainer, video, ExportRequest(), tmp_path / "out.mp4", lambda *p: seen.append(p))
    assert seen == sorted(seen)
    assert len(seen) > video.frame_count  # also told while the model runs
    assert seen[-1] == (video.frame_count, video.frame_count)


def test_an_export_can_be_stopped_after_its_last_frame(explainer, video, tmp_path):
    """While the encoder gives what it still holds."""
    ended = []

    def stop(done, total):
        if done == total:
            ended.append(done)
            if len(ended) == 3:  # the first tells the last frame
                raise Cancelled

    with pytest.raises(Cancelled):
        export(explainer, video, ExportRequest(stop=6), tmp_path / "out.mp4", stop)
    assert list(tmp_path.glob("*out*")) == []


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")
def test_a_disk_that_fills_up_leaves_the_old_file_as_it_was(toy_checkpoint, barcode_clip, tmp_path):
    target = tmp_path / "out.mkv"
    target.write_bytes(b"before")
    script = (
        "import resource, signal, sys, app.cli.entry as cli\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (3000, 3000))\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = ["export", barcode_clip, "--checkpoint", toy_checkpoint, "-o", target]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)], capture_output=True, check=False
    )
    assert done.returncode == 1, done.stderr.decode()
    assert "cannot be written (File too large); check free space" in done.stderr.decode()
    assert target.read_bytes() == b"before"
    assert [p.name for p in tmp_path.iterdir() if "out" in p.name] == ["out.mkv"]


@pytest.mark.parametrize("ending", EXPORTERS)
def test_a_cancelled_export_leaves_the_old_file_as_it_was(explainer, video, tmp_path, ending):
    target = tmp_path / f"out{ending}"
    target.write_bytes(b"before")

    def stop(done, total):
        raise Cancelled

    names = {p.name for p in tmp_path.iterdir()}
    with pytest.raises(Cancelled):
        export(explainer, video, ExportRequest(), target, stop)
    assert target.read_bytes() == b"before"
    assert {p.name for p in tmp_path.iterdir()} == names


@pytest.mark.parametrize(
    ("name", "request_", "message"),
    [
        ("out.avi", ExportRequest(), "allowed are .mp4"),
        ("out", ExportRequest(), "ends in nothing"),
        ("out.mp4", ExportRequest(layout="ring"), "allowed are single"),
        ("nowhere/out.mp4", ExportRequest(), "does not exist"),
        ("out.webm", ExportRequest(encoding=Encoding("h264")), ".webm holds vp9, av1"),
        ("out.png", ExportRequest(encoding=Encoding("h264")), "no video; leave codec"),
        ("out.gif", ExportRequest(sound=True), "holds no sound"),
        ("out.mp4", ExportRequest(start=50), "no range of a video"),
    ],
)
def test_an_export_that_cannot_be_is_refused_before_work(
    explainer, video, tmp_path, name, request_, message
):
    with pytest.raises(ExportError, match=message):
        export(explainer, video, request_, tmp_path / name)


def test_an_export_never_overwrites_the_video_it_shows(explainer, video):
    before = video.path.read_bytes()
    with pytest.raises(ExportError, match="video itself"):
        export(explainer, video, ExportRequest(), video.path)
    assert video.path.read_bytes() == before


def test_a_still_of_a_frame_that_is_not_there_is_refused(explainer, video, tmp_path):
    with pytest.raises(ClipError, match="frame 40 does not exist"):
        export(explainer, video, ExportRequest(frame_index=40), tmp_path / "out.png")


def test_a_whole_file_appears_at_the_end_or_not_at_all(tmp_path):
    target = tmp_path / "data.bin"
    with whole_file(target) as partial:
        partial.write_bytes(b"new")
        assert not target.exists()
    assert target.read_bytes() == b"new"
    with pytest.raises(KeyboardInterrupt), whole_file(target) as partial:  # noqa: PT012
        partial.write_bytes(b"torn")
        raise KeyboardInterrupt
    assert target.read_bytes() == b"new"
    assert [p.name for p in tmp_path.iterdir()] == ["data.bin"]


def test_a_target_that_cannot_be_written_is_named(tmp_path):
    with pytest.raises(ExportError, match="is a folder"), whole_file(tmp_path):
        pass
    with pytest.raises(ExportError, match="does not exist"), whole_file(tmp_path / "a" / "b"):
        pass
    with pytest.raises(ExportError, match="No space left"), whole_file(tmp_path / "x"):
        raise OSError(28, "No space left on device")


def test_a_picked_token_is_ringed_at_its_own_place(explainer, video, tmp_path):
    spec = MapSpec(block=0, query=(0, 3, 5))
    target = tmp_path / "out.png"
    heat = HeatSettings(opacity=0.0)
    export(explainer, video, ExportRequest(spec, heat, frame_index=0, caption=False), target)
    answer = explainer.explain(video, explainer.windows(video)[0], spec)
    picture = cv2.cvtColor(cv2.imread(str(target)), cv2.COLOR_BGR2RGB).astype(int)
    changed = (np.abs(picture - video.frame(0)) > 8).any(axis=-1)
    ys, xs = np.nonzero(changed)
    centre = (xs.min() + xs.max()) / 2, (ys.min() + ys.max()) / 2
    assert centre == pytest.approx(answer.picked.centre_px, abs=1)
    assert answer.picked.centre_px == pytest.approx(
        answer.capture.pixel_map.to_source(5 * 4, 3 * 4)
    )
    assert answer.picked.is_at(answer.heatmap, 0)
    assert not answer.picked.is_at(answer.heatmap, answer.capture.frame_indices[-1])


def test_a_readout_has_no_place_to_ring(explainer, video):
    answer = explainer.explain(video, explainer.windows(video)[0], MapSpec())
    assert answer.picked is None


def test_an_export_never_overwrites_the_checkpoint(explainer, video, tmp_path):
    target = tmp_path / "weights.png"
    target.hardlink_to(explainer.loaded.path)
    with pytest.raises(ExportError, match="checkpoint itself"):
        export(explainer, video, ExportRequest(), target)


def test_an_export_through_a_link_writes_what_it_names_and_keeps_the_link(
    explainer, video, tmp_path
):
    (tmp_path / "real").mkdir()
    link = tmp_path / "out.csv"
    link.symlink_to(tmp_path / "real" / "table.csv")
    export(explainer, video, ExportRequest(), link)
    assert link.is_symlink()
    assert (tmp_path / "real" / "table.csv").stat().st_size


def test_stages_show_a_picked_token_at_the_same_place_on_every_grid(explainer, video):
    window = explainer.windows(video)[0]
    spec = MapSpec(block=0, query=(1, 4, 6))
    panels = panels_of(explainer, video, window, "stages", spec)
    places = [panel.explanation.picked.centre_px for panel in panels]
    scale = panels[0].explanation.capture.pixel_map.scale[0]
    for place in places:
        assert place == pytest.approx(places[0], abs=8 * scale)
    assert [panel.explanation.maps.query for panel in panels][-1] != (1, 4, 6)


# -- size, rate and choice of frames -------------------------------------------------------------


@pytest.mark.parametrize("caption", [True, False])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_picture_has_the_lines_or_the_width_that_its_size_promises(
    explainer, video, layout, caption
):
    panels = panels_of(explainer, video, explainer.windows(video)[0], layout, MapSpec())
    shapes = ((320, 180), (1080, 1920), (5000, 1000))
    for display_size, (name, size) in product(shapes, SIZES.items()):
        if size is None:
            continue
        width, height = size.most
        figure = plan(display_size, panels, caption=caption, size=name)
        if size.dpi:
            assert figure.size[0] == width
        else:
            assert figure.size[1] == height
            assert figure.size[0] <= width
        across = figure.columns * (figure.panel_size[0] + GAP) - GAP
        assert across <= figure.size[0]
        assert figure.caption_top + figure.caption_height <= figure.size[1]
        # Fonts are whole pixels, so that a caption may leave some of the room.
        assert width - across <= 8 * 4 or figure.top <= 8 * 4
        assert figure.panel_size[0] / figure.panel_size[1] == pytest.approx(
            display_size[0] / display_size[1], rel=0.02
        )


def test_a_native_picture_has_the_pixels_of_the_frame(explainer, video):
    panels = panels_of(explainer, video, explainer.windows(video)[0], "single", MapSpec())
    for display_size in ((320, 180), (5000, 1000)):
        figure = plan(display_size, panels, caption=False)
        assert (figure.panel_size, figure.size) == (display_size, display_size)


def test_a_small_video_is_enlarged_to_the_lines_that_are_asked_for(explainer, video, tmp_path):
    summary = export(explainer, video, bare(size="1080p", stop=3), tmp_path / "out.mp4")
    frames = frames_of(tmp_path / "out.mp4")
    assert summary.size == (1920, 1080)
    assert [read_barcode(cv2.resize(frame, (192, 108))) for frame in frames] == [0, 1, 2]


def test_a_picture_for_print_has_its_width_and_says_its_dots_per_inch(explainer, video, tmp_path):
    target = tmp_path / "out.png"
    summary = export(explainer, video, ExportRequest(frame_index=0, size="85mm"), target)
    assert summary.size[0] == round(85 / 25.4 * 300)
    data = target.read_bytes()
    place = data.index(b"pHYs") + 4
    assert int.from_bytes(data[place : place + 4], "big") == round(300 / 0.0254)
    assert cv2.imread(str(target)).shape[1] == summary.size[0]
    assert json.loads(png_comment(data))["block"] == 3
    export(explainer, video, ExportRequest(frame_index=0), target)
    assert b"pHYs" not in target.read_bytes()


def test_a_scaled_down_video_shows_every_frame_and_says_its_size(explainer, tmp_path):
    clip = write_barcode_clip(tmp_path / "wide.mp4", frames=40, size=(1000, 600))
    with open_video(clip) as video:
        summary = export(explainer, video, bare(size="480p", stop=8), tmp_path / "out.mp4")
    frames = frames_of(tmp_path / "out.mp4")
    assert summary.size == (800, 480)
    assert frames[0].shape == (480, 800, 3)
    assert [read_barcode(cv2.resize(frame, (1000, 600))) for frame in frames] == list(range(8))


def test_a_lower_rate_leaves_frames_out_and_keeps_the_times_of_the_others(
    explainer, video, tmp_path
):
    for rate, wanted in ((15, list(range(0, 40, 2))), (10, list(range(0, 40, 3)))):
        summary = export(explainer, video, bare(rate=rate), tmp_path / "out.mp4")
        assert summary.frame_count == len(wanted)
        with open_video(tmp_path / "out.mp4") as written:
            numbers = [read_barcode(written.frame(i)) for i in range(written.frame_count)]
            assert numbers == wanted
            assert np.allclose(written.pts_seconds, video.pts_seconds[wanted], atol=2e-3)


def test_a_rate_above_that_of_the_video_adds_no_frames(explainer, video, tmp_path):
    assert export(explainer, video, bare(rate=60.0), tmp_path / "out.mp4").frame_count == 40


def test_only_the_frames_that_the_model_saw_are_written_where_asked(explainer, video, tmp_path):
    sampled = sorted({i for w in explainer.windows(video) for i in w.frame_indices})
    assert len(sampled) < 40
    export(explainer, video, bare(sampled_only=True), tmp_path / "out.mp4")
    assert [read_barcode(frame) for frame in frames_of(tmp_path / "out.mp4")] == sampled
    between = next(i for i in range(40) if i not in sampled)
    with pytest.raises(ExportError, match="the model saw none of frames"):
        export(
            explainer,
            video,
            bare(sampled_only=True, start=between, stop=between + 1),
            tmp_path / "none.mp4",
        )


@pytest.mark.parametrize(
    ("name", "changes", "message"),
    [
        ("out.mp4", {"size": "4k"}, "size is '4k'; allowed are native"),
        ("out.mp4", {"rate": 0.0}, "above 0"),
        ("out.mp4", {"rate": float("nan")}, "above 0"),
        ("out.png", {"rate": 10.0}, "no video; leave the rate"),
        ("out.png", {"sampled_only": True}, "no video; leave the rate"),
        ("out.csv", {"size": "720p"}, "holds no pictures; leave the size out"),
        ("out.mp4", {"size": "170mm"}, "for print; a video takes native or a height"),
    ],
)
def test_a_size_or_rate_that_cannot_be_is_refused(tmp_path, name, changes, message):
    with pytest.raises(ExportError, match=message):
        check_target(tmp_path / name, ExportRequest(**changes))
