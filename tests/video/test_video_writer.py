"""A file is written whole, with true colours and times, or not at all."""

import errno
from fractions import Fraction

import av
import numpy as np
import pytest

from mvit_core.errors import Cancelled, ExportError
from mvit_core.video import open_video
from mvit_core.video.decode.matrices import BT601, BT709
from mvit_core.video.decode.planes import PlaneCanvas, planes_of
from mvit_core.video.encode.amending import amend
from mvit_core.video.encode.encoders import (
    CONTAINERS,
    ENCODERS,
    QUALITIES,
    Encoding,
    codecs_for,
    misfit,
)
from mvit_core.video.encode.gif import add_comment
from mvit_core.video.encode.writer import VideoWriter
from tests.fixtures_video import barcode_picture, read_barcode

SIZE = (192, 108)
H264 = {"encoding": Encoding("h264")}


def write(path, count=10, size=SIZE, **options):
    with VideoWriter(path, size=size, fps=options.pop("fps", 25), **options) as writer:
        for number in range(count):
            writer.write(barcode_picture(number, size))
    return path


@pytest.mark.parametrize(
    "name", ["a.mp4", "a.mov", "a.mkv", "a.gif", "with:colon %d.mp4", "-a.mp4"]
)
def test_what_is_written_is_read_back(tmp_path, name):
    codec = "gif" if name.endswith("gif") else "h264"
    with open_video(write(tmp_path / name)) as video:
        assert (video.frame_count, video.size, video.codec) == (10, SIZE, codec)
        assert [read_barcode(frame) for frame in video.frames()] == list(range(10))
        assert video.fps == pytest.approx(25, rel=0.01)
    assert [p.name for p in tmp_path.iterdir()] == [name]


EVERY_FORM = [(codec, ending) for codec, e in ENCODERS.items() for ending in e.endings]


@pytest.mark.parametrize(("codec", "ending"), EVERY_FORM, ids="".join)
def test_every_codec_goes_into_every_file_that_it_names(tmp_path, codec, ending, capfd):
    path = write(tmp_path / f"a{ending}", size=(193, 109), encoding=Encoding(codec), comment="why")
    with open_video(path) as video:
        assert [read_barcode(frame) for frame in video.frames()] == list(range(10))
        assert video.size == ((193, 109) if codec == "gif" else (194, 110))
        assert video.codec == {"h265": "hevc"}.get(codec, codec)
        np.testing.assert_allclose(np.diff(video.pts_seconds), 0.04, atol=2e-3)
        difference = np.abs(video.frame(4)[:109, :193].astype(int) - barcode_picture(4, (193, 109)))
        assert difference.mean() < 6
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10  # a GIF tells its comment at its end
        told = {name.lower(): text for name, text in container.metadata.items()}
        assert told["comment"] == "why"
        if codec == "h265" and ending != ".mkv":
            assert container.streams.video[0].codec_context.codec_tag == "hvc1"
    assert capfd.readouterr().err == "", "encoders tell nothing on the console"


@pytest.mark.parametrize("count", [1, 2, 3])
@pytest.mark.parametrize(("codec", "ending"), EVERY_FORM, ids="".join)
def test_a_film_may_be_as_short_as_one_frame(tmp_path, codec, ending, count):
    with open_video(write(tmp_path / f"a{ending}", count, encoding=Encoding(codec))) as video:
        assert [read_barcode(frame) for frame in video.frames()] == list(range(count))


@pytest.mark.parametrize("codec", [c for c, e in ENCODERS.items() if e.options])
def test_a_better_quality_is_a_larger_file_nearer_to_the_picture(tmp_path, codec):
    sizes, errors = [], []
    for quality in QUALITIES:
        path = tmp_path / f"{quality}{ENCODERS[codec].endings[0]}"
        rng = np.random.default_rng(0)
        picture = rng.integers(60, 190, (64, 96, 3), dtype=np.uint8)
        with VideoWriter(path, size=(96, 64), fps=25, encoding=Encoding(codec, quality)) as writer:
            for _ in range(4):
                writer.write(picture)
        sizes.append(path.stat().st_size)
        with open_video(path) as video:
            errors.append(np.abs(video.frame(1).astype(int) - picture).mean())
    assert sizes == sorted(sizes)
    assert errors[2] <= errors[0]


def test_every_kind_of_file_has_a_usual_codec_that_fits_it():
    for ending, kind in CONTAINERS.items():
        assert codecs_for(ending)[0] == kind.codec
        assert all(misfit(codec, ending) == "" for codec in codecs_for(ending))


@pytest.mark.parametrize("codec", ["h264", "vp9"])
@pytest.mark.parametrize("matrix", [BT601, BT709], ids=["601", "709"])
def test_a_canvas_is_written_in_its_own_matrix(tmp_path, codec, matrix):
    path = tmp_path / "a.mp4"
    canvas = PlaneCanvas((192, 108), matrix)
    with VideoWriter(path, size=SIZE, fps=25, encoding=Encoding(codec)) as writer:
        for number in range(6):  # one canvas for all: the encoder may hold earlier pictures
            canvas.planes().take(planes_of(barcode_picture(number, SIZE), matrix))
            writer.write_canvas(canvas, number / 25)
    with open_video(path) as video:
        assert video.matrix == matrix
        assert [read_barcode(frame) for frame in video.frames()] == list(range(6))
        difference = np.abs(video.frame(2).astype(int) - barcode_picture(2, SIZE))
        assert difference.mean() < 4


def test_a_canvas_that_does_not_fit_is_refused(tmp_path):
    with (
        pytest.raises(ExportError, match=r"canvas must be of .*\(192, 108\), got \(64, 48\)"),
        VideoWriter(tmp_path / "a.mp4", size=SIZE, fps=25) as writer,
    ):
        writer.write_canvas(PlaneCanvas((64, 48), BT709))
    with (
        pytest.raises(ExportError, match="gif takes no planes; write RGB"),
        VideoWriter(tmp_path / "a.gif", size=SIZE, fps=25) as writer,
    ):
        writer.write_canvas(PlaneCanvas(SIZE, BT709))


def test_colours_survive_and_are_tagged(tmp_path):
    colours = np.array([(200, 40, 30), (30, 200, 60), (20, 50, 220), (255, 255, 255), (0, 0, 0)])
    picture = np.repeat(colours.astype(np.uint8), 32, axis=0)[None].repeat(64, axis=0)
    path = tmp_path / "colours.mp4"
    with VideoWriter(path, size=(160, 64), fps=25) as writer:
        for _ in range(3):
            writer.write(picture)
    with open_video(path) as video:
        found = video.frame(1)[:, 16::32].mean(axis=0)
    np.testing.assert_allclose(found, colours, atol=4)
    with av.open(str(path)) as container:
        context = container.streams.video[0].codec_context
        tags = (context.colorspace, context.color_primaries, context.color_trc)
        assert (*tags, context.color_range, context.pix_fmt) == (1, 1, 1, 1, "yuv420p")


def test_an_odd_size_grows_by_repeating_its_edge(tmp_path):
    picture = np.full((91, 161, 3), (30, 200, 60), np.uint8)
    with VideoWriter(tmp_path / "odd.mp4", size=(161, 91), fps=25) as writer:
        writer.write(picture)
    with open_video(tmp_path / "odd.mp4") as video:
        assert video.size == (162, 92)
        np.testing.assert_allclose(video.frame(0)[-1, -1], (30, 200, 60), atol=4)


@pytest.mark.parametrize("length", [1, 255, 256, 3000])
def test_a_gif_keeps_a_comment_of_any_length_and_ends_as_it_should(tmp_path, length):
    comment = "".join(chr(97 + n % 26) for n in range(length))
    path = write(tmp_path / "a.gif", comment=comment)
    bare = write(tmp_path / "b.gif").read_bytes()
    data = path.read_bytes()
    assert data[: len(bare) - 1] == bare[:-1]
    assert data.endswith(b"\0;")
    with av.open(str(path)) as container:
        assert sum(1 for _ in container.decode(video=0)) == 10
        assert container.metadata["comment"] == comment


@pytest.mark.parametrize("ending", [".mp4", ".mov", ".mkv", ".webm"])
def test_a_film_keeps_a_comment_of_any_length_and_what_was_not_known_before(tmp_path, ending):
    """QuickTime's own tag holds 64 KiB; MKV has checksums, so that nothing is changed in it."""
    text = "{" + "é" * 70_000 + '"took": null   }'
    found = ('"took": null   }', '"took": 12.5   }')
    path = write(tmp_path / f"a{ending}", 2, comment=text, at_the_end=lambda: found)
    with av.open(str(path)) as container:
        told = {name.lower(): words for name, words in container.metadata.items()}
    assert told["comment"] == (text if ending == ".mkv" else text.replace(*found))
    with open_video(path) as video:
        assert [read_barcode(frame) for frame in video.frames()] == [0, 1]


def test_what_takes_the_place_of_a_part_is_as_long_as_that(tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(ExportError, match="3 bytes do not take the place of 2"):
        write(path, 1, comment="old", at_the_end=lambda: ("ol", "new"))
    assert not path.exists()


def test_a_text_is_changed_wherever_a_piece_of_the_file_ends(tmp_path):
    path, piece = tmp_path / "a.bin", 1 << 20
    path.write_bytes(bytes(piece - 2) + b"text" + bytes(piece) + b"text")
    assert amend(path, b"text", b"made") == 2
    assert path.read_bytes() == bytes(piece - 2) + b"made" + bytes(piece) + b"made"
    assert amend(path, b"text", b"made") == 0


def test_a_comment_is_not_put_into_what_is_no_gif(tmp_path):
    path = tmp_path / "a.gif"
    path.write_bytes(b"GIF89a and no more")
    with pytest.raises(ExportError, match="does not end like a GIF"):
        add_comment(path, "why")
    assert path.read_bytes() == b"GIF89a and no more"


@pytest.mark.parametrize("ending", CONTAINERS)
def test_the_end_of_a_file_can_be_stopped_between_its_pieces(tmp_path, ending):
    """Encoders hold dozens of frames, and what they give up last takes seconds at 1080p."""
    target = tmp_path / f"a{ending}"
    pieces = []
    write(target, on_piece=lambda: pieces.append(target.exists()))
    assert len(pieces) >= 2
    assert not any(pieces), "the file has its name once nothing can stop it any more"
    target.unlink()
    for last in range(len(pieces)):
        told = []

        def stop(told=told, last=last):
            told.append(0)
            if len(told) > last:
                raise Cancelled

        with pytest.raises(Cancelled):
            write(target, on_piece=stop)
        assert list(tmp_path.iterdir()) == []


def test_the_rate_is_exact_and_the_comment_is_kept(tmp_path):
    path = write(tmp_path / "a.mp4", fps=Fraction(30000, 1001), comment="frames 0, 4, 8; naïve")
    with open_video(path) as video:
        assert video.fps == pytest.approx(30000 / 1001, rel=1e-9)
    with av.open(str(path)) as container:
        assert container.metadata["comment"] == "frames 0, 4, 8; naïve"
    data = path.read_bytes()
    assert data.find(b"moov") < data.find(b"mdat"), "a browser can start before all has come"


def test_frames_keep_their_own_times(tmp_path):
    times = np.cumsum([0.0, 0.02, 0.07, 0.3, 0.04])
    with VideoWriter(tmp_path / "vfr.mp4", size=SIZE, fps=25) as writer:
        for number, seconds in enumerate(times):
            writer.write(barcode_picture(number), seconds)
    with open_video(tmp_path / "vfr.mp4") as video:
        np.testing.assert_allclose(video.pts_seconds, times, atol=1e-4)
        assert video.is_variable_rate


def test_two_frames_of_one_time_are_both_kept(tmp_path):
    path = tmp_path / "a.mp4"
    write_at(path, [0.0, 0.5, 0.5, 1.0])
    with open_video(path) as video:
        assert video.frame_count == 4
        np.testing.assert_allclose(video.pts_seconds, [0, 0.5, 0.5, 1.0], atol=1e-3)


def test_times_that_go_back_are_refused(tmp_path):
    path = tmp_path / "a.mp4"
    with pytest.raises(ExportError, match=r"frame 1 at 0\.4000 s does not follow"):
        write_at(path, [0.5, 0.4])
    with pytest.raises(ExportError, match="a time with every frame or with none"):
        write_at(path, [None, 0.5])
    assert list(tmp_path.iterdir()) == []


def write_at(path, times):
    with VideoWriter(path, size=SIZE, fps=25) as writer:
        for seconds in times:
            writer.write(barcode_picture(0), seconds)


def write_until(path, codec, stop):
    with VideoWriter(path, size=SIZE, fps=25, encoding=Encoding(codec)) as writer:
        writer.write(barcode_picture(0))
        raise stop("now")


@pytest.mark.parametrize("stop", [KeyboardInterrupt, RuntimeError])
@pytest.mark.parametrize("codec", ["h264", "gif"])
def test_an_interrupted_export_leaves_the_old_file(tmp_path, stop, codec):
    path = tmp_path / ("a.gif" if codec == "gif" else "a.mp4")
    path.write_text("old")
    with pytest.raises(stop, match="now"):
        write_until(path, codec, stop)
    assert [p.name for p in tmp_path.iterdir()] == [path.name]
    assert path.read_text() == "old"


def test_a_finished_export_replaces_the_old_file(tmp_path):
    (tmp_path / "a.mp4").write_text("old")
    with open_video(write(tmp_path / "a.mp4")) as video:
        assert video.frame_count == 10


@pytest.mark.parametrize("moment", ["add", "finish"])
def test_a_full_disk_is_told_and_nothing_is_left(tmp_path, monkeypatch, moment):
    def full(*args):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(f"mvit_core.video.encode.writer._Output.{moment}", full)
    with pytest.raises(ExportError, match=r"\(No space left on device\); check free space"):
        write(tmp_path / "a.mp4")
    assert list(tmp_path.iterdir()) == []


def test_targets_that_cannot_be_written_are_refused(tmp_path):
    with pytest.raises(ExportError, match="does not exist; create it"):
        write(tmp_path / "none" / "a.mp4")
    (tmp_path / "b.mp4").mkdir()
    with pytest.raises(ExportError, match="is a folder; give the name"):
        write(tmp_path / "b.mp4")
    with pytest.raises(ExportError, match=r"/proc/a\.mp4 is no file on a disk"):
        VideoWriter("/proc/a.mp4", size=SIZE, fps=25).__enter__()


@pytest.mark.parametrize(
    ("name", "options", "match"),
    [
        ("a.avi", {}, r"a video must end in .mp4, .mov, .mkv, .webm, .gif, got 'a.avi'"),
        ("a.avi", H264, r"'a.avi' does not fit: a h264 file must end in .mp4, .mov, .mkv$"),
        ("a.webm", H264, r"a h264 file must end in .*; .webm holds vp9, av1$"),
        ("a.mp4", {"encoding": Encoding("divx")}, "codec must be one of h264, .*, got 'divx'"),
        ("a.mp4", {"encoding": Encoding(None, "ok")}, "quality must be one of small, good, best"),
        ("a.mp4", {"size": (0, 4)}, r"at least 1x1 pixels, got size = \(0, 4\)"),
        ("a.mp4", {"fps": 0}, "fps must be a number above 0, got 0"),
        ("a.gif", {"fps": 60}, "at most 50 frames per second, got 60"),
    ],
)
def test_a_form_that_does_not_exist_is_refused(tmp_path, name, options, match):
    with pytest.raises(ExportError, match=match):
        VideoWriter(tmp_path / name, **{"size": SIZE, "fps": 25, **options})


def test_a_frame_of_another_form_is_refused(tmp_path):
    with (
        pytest.raises(ExportError, match=r"must be uint8 \(108, 192, 3\), got uint8 \(54, 96, 3\)"),
        VideoWriter(tmp_path / "a.mp4", size=SIZE, fps=25) as writer,
    ):
        writer.write(barcode_picture(0, (96, 54)))


def test_an_export_without_frames_makes_no_file(tmp_path):
    with pytest.raises(ExportError, match=r"no frame was written; a\.mp4 was not made"):
        write(tmp_path / "a.mp4", count=0)
    assert list(tmp_path.iterdir()) == []


def test_writing_outside_the_block_is_refused(tmp_path):
    writer = VideoWriter(tmp_path / "a.mp4", size=SIZE, fps=25)
    with pytest.raises(ExportError, match="write inside `with VideoWriter"):
        writer.write(barcode_picture(0))
