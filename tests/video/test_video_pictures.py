"""A folder of numbered pictures is a clip like any other; another decoder says what is right."""

import math
import struct
import zlib

import cv2
import numpy as np
import pytest

from mvit_core.errors import FrameDecodeError, VideoError, VideoOpenError
from mvit_core.video import open_video
from tests.fixtures_video import barcode_picture, read_barcode, write_barcode_clip


def write_pictures(folder, numbers, name="frame_{:04d}.png", size=(192, 108)):
    folder.mkdir(exist_ok=True)
    for number in numbers:
        write_picture(folder / name.format(number), number, size)
    return folder


def write_picture(path, number, size=(192, 108)):
    assert cv2.imwrite(str(path), barcode_picture(number, size)[..., ::-1])


def barcodes(video):
    return [read_barcode(video.frame(i)) for i in range(video.frame_count)]


def test_numbered_pictures_are_a_clip_in_natural_order(tmp_path):
    folder = write_pictures(tmp_path / "shots", range(7, 19), name="f{}.png")
    with open_video(folder) as video:
        assert barcodes(video) == list(range(7, 19))
        assert (video.fps, video.is_variable_rate, video.codec) == (25.0, False, "png")
        np.testing.assert_allclose(video.pts_seconds, np.arange(12) / 25)
        assert (video.size, video.display_size, video.damage) == ((192, 108), (192, 108), ())
        assert (video.is_folder, video.start_seconds) == (True, 0.0)
        assert [read_barcode(video.frame(i)) for i in (11, 0, 5)] == [18, 7, 12]
        assert [read_barcode(f) for f in video.frames(3, 5)] == [10, 11]


@pytest.mark.parametrize("fps", [10, 29.97])
def test_the_user_says_how_fast_pictures_follow(tmp_path, fps):
    with open_video(write_pictures(tmp_path / "shots", range(3)), fps=fps) as video:
        assert video.fps == fps
        np.testing.assert_allclose(video.pts_seconds, np.arange(3) / fps)


@pytest.mark.parametrize("fps", [0, -1, math.nan, math.inf, 1e6])
def test_a_rate_that_no_clip_has_is_refused(tmp_path, fps):
    with pytest.raises(VideoError, match=r"allowed are 0\.001 to 1000 frames per second"):
        open_video(write_pictures(tmp_path / "shots", [1]), fps=fps)


def test_a_file_has_its_own_rate(clip_path):
    with pytest.raises(VideoError, match="is a file, which has its own frame rate"):
        open_video(clip_path, fps=25)


def test_gaps_in_the_numbering_are_told_and_left_out(tmp_path):
    folder = write_pictures(tmp_path / "shots", [1, 2, 4, 8, 9])
    with open_video(folder) as video:
        assert barcodes(video) == [1, 2, 4, 8, 9]
        assert "the numbering has gaps, which are left out: 3, 5 to 7" in video.damage


def test_pictures_of_another_name_are_told_and_left_out(tmp_path):
    folder = write_pictures(tmp_path / "shots", range(3))
    write_picture(folder / "cover.jpg", 99)
    (folder / "notes.txt").write_text("no picture")
    write_picture(folder / ".hidden_7.png", 99)
    with open_video(folder) as video:
        assert barcodes(video) == [0, 1, 2]
        assert video.damage == ("pictures of other names are left out: 1, such as cover.jpg",)


def test_names_without_numbers_go_by_name(tmp_path):
    folder = write_pictures(tmp_path / "shots", [], size=(96, 54))
    for number, name in enumerate(("apple.png", "berry.jpg", "cherry.bmp")):
        write_picture(folder / name, number)
    with open_video(folder) as video:
        assert (barcodes(video), video.damage) == ([0, 1, 2], ())


def test_pictures_of_other_sizes_are_scaled_to_the_first(tmp_path):
    folder = write_pictures(tmp_path / "shots", [0])
    write_picture(folder / "frame_0001.png", 1, (384, 216))
    with open_video(folder) as video:
        assert [video.frame(i).shape for i in (1, 0)] == [(108, 192, 3)] * 2
        assert barcodes(video) == [0, 1]


def test_an_unreadable_picture_is_named_and_the_rest_goes_on(tmp_path):
    folder = write_pictures(tmp_path / "shots", range(5))
    (folder / "frame_0000.png").write_bytes(b"")
    (folder / "frame_0003.png").write_bytes(b"no picture at all")
    with open_video(folder) as video:
        assert video.frame_count == 5
        for number in (0, 3):
            with pytest.raises(FrameDecodeError, match=f"frame {number} of shots is damaged"):
                video.frame(number)
        assert [read_barcode(video.frame(i)) for i in (4, 2, 1)] == [4, 2, 1]
        assert "cannot be decoded, as far as seen: 0, 3" in video.damage[-1]


def test_a_folder_without_pictures_is_refused(tmp_path):
    (tmp_path / "clip.mp4").touch()
    with pytest.raises(VideoOpenError, match=r"is a folder without pictures .*choose a video"):
        open_video(tmp_path)


def test_a_folder_of_broken_pictures_is_refused(tmp_path):
    for number in range(3):
        (tmp_path / f"{number}.png").write_bytes(b"broken")
    with pytest.raises(VideoOpenError, match="whose first 3 pictures cannot be decoded"):
        open_video(tmp_path)


KINDS = {
    "colour": ("png", "jpg", "bmp", "tiff", "webp", "ppm"),
    "gray": ("png", "jpg", "bmp", "tiff", "webp", "pgm"),
    "sixteen bits": ("png", "tiff", "ppm"),
    "alpha": ("png", "tiff", "webp"),
}


@pytest.mark.parametrize(("kind", "ending"), [(k, e) for k, es in KINDS.items() for e in es])
def test_every_kind_of_picture_shows_what_another_decoder_sees(tmp_path, ending, kind):
    picture = cv2.GaussianBlur(barcode_picture(5), (0, 0), 3)[..., ::-1]
    if kind == "gray":
        picture = picture[..., 1]
    elif kind == "sixteen bits":
        picture = picture.astype(np.uint16) * 257
    elif kind == "alpha":
        alpha = np.linspace(40, 255, picture.shape[1]).astype(np.uint8)
        alpha = np.broadcast_to(alpha[None, :, None], (*picture.shape[:2], 1))
        picture = np.concatenate([picture, alpha], axis=2)
    path = tmp_path / f"picture_1.{ending}"
    assert cv2.imwrite(str(path), picture, [cv2.IMWRITE_WEBP_QUALITY, 101])
    other = cv2.imread(str(path), cv2.IMREAD_COLOR)[..., ::-1].astype(int)
    for name in (path, tmp_path):
        with open_video(name) as video:
            difference = np.abs(video.frame(0).astype(int) - other)
            # How halved chroma is spread over pixels is every decoder's own choice.
            assert difference.mean() < (1.5 if ending in ("jpg", "webp") else 0.6)
            assert difference.max() <= (40 if ending in ("jpg", "webp") else 1)


def test_a_palette_is_resolved(tmp_path):
    path = write_barcode_clip(
        tmp_path / "p_%d.png", frames=1, codec="png", pixel_format="rgb24", options={}
    )
    palette_png(next(tmp_path.iterdir()).rename(path))
    other = cv2.imread(str(path))[..., ::-1]
    with open_video(tmp_path) as video:
        np.testing.assert_array_equal(video.frame(0), other)


def palette_png(path):
    """Four stripes of a palette with a transparent colour, written chunk by chunk."""

    def chunk(kind, data):
        body = kind + data
        return struct.pack(">I", len(data)) + body + struct.pack(">I", zlib.crc32(body))

    rows = b"".join(b"\0" + bytes(x // 24 % 4 for x in range(96)) for _ in range(54))
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", struct.pack(">IIBBBBB", 96, 54, 8, 3, 0, 0, 0))
        + chunk(b"PLTE", bytes([255, 0, 0, 0, 200, 30, 10, 20, 230, 90, 90, 90]))
        + chunk(b"tRNS", bytes([255, 128, 255, 255]))
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def with_exif_orientation(jpeg, orientation):
    """The bytes of a JPEG with an EXIF block that holds one tag."""
    tag = struct.pack("<HHIHH", 0x0112, 3, 1, orientation, 0)
    tiff = b"II*\0" + struct.pack("<I", 8) + struct.pack("<H", 1) + tag + struct.pack("<I", 0)
    body = b"Exif\0\0" + tiff
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(body) + 2) + body + jpeg[2:]


@pytest.mark.parametrize("orientation", range(1, 9))
def test_a_photograph_stands_as_its_camera_was_held(tmp_path, orientation):
    plain = cv2.imencode(".jpg", cv2.GaussianBlur(barcode_picture(5), (0, 0), 3))[1].tobytes()
    path = tmp_path / "photo_1.jpg"
    path.write_bytes(with_exif_orientation(plain, orientation))
    other = cv2.imread(str(path))[..., ::-1].astype(int)
    for name in (path, tmp_path):
        with open_video(name) as video:
            assert video.frame(0).shape == other.shape
            assert video.size == (other.shape[1], other.shape[0])
            assert np.abs(video.frame(0).astype(int) - other).mean() < 1.5


def test_every_photograph_of_a_folder_is_turned_by_itself(tmp_path):
    for number, orientation in enumerate((1, 6, 3)):
        upright = barcode_picture(number)
        stored = {1: upright, 6: np.rot90(upright), 3: np.rot90(upright, 2)}[orientation]
        jpeg = cv2.imencode(".jpg", np.ascontiguousarray(stored))[1].tobytes()
        (tmp_path / f"{number}.jpg").write_bytes(with_exif_orientation(jpeg, orientation))
    with open_video(tmp_path) as video:
        assert video.size == (192, 108)
        assert barcodes(video) == [0, 1, 2]


@pytest.mark.parametrize(("ending", "pixels"), [("gif", "bgr8"), ("apng", "rgb24")])
def test_an_animation_keeps_its_own_delays(tmp_path, ending, pixels):
    times = [0, 0.1, 0.15, 0.55, 0.6, 1.0]
    path = write_barcode_clip(
        tmp_path / f"moves.{ending}", frames=6, codec=ending, pixel_format=pixels, pts_seconds=times
    )
    with open_video(path) as video:
        assert barcodes(video) == list(range(6))
        assert (video.is_variable_rate, video.damage) == (True, ())
        np.testing.assert_allclose(video.pts_seconds, times, atol=1e-3)


def write_webp(path, **changes):
    options = {"lossless": "1"} | changes.pop("options", {})
    return write_barcode_clip(
        path, codec="libwebp_anim", pixel_format="bgra", options=options, **changes
    )


def test_an_animated_webp_moves_at_its_own_pace(tmp_path):
    times = [0.0, 0.1, 0.15, 0.4, 0.45]
    path = write_webp(tmp_path / "moves.webp", frames=5, pts_seconds=times)
    with open_video(path) as video:
        assert barcodes(video) == list(range(5))
        assert [read_barcode(video.frame(i)) for i in (3, 0, 4)] == [3, 0, 4]
        assert (video.codec, video.is_variable_rate, video.damage) == ("webp", True, ())
        np.testing.assert_allclose(video.pts_seconds, times, atol=2e-3)


def test_an_even_webp_has_an_even_rate(tmp_path):
    with open_video(write_webp(tmp_path / "even.webp", frames=6, fps=25)) as video:
        assert not video.is_variable_rate
        assert video.fps == pytest.approx(25, rel=0.05)


def test_a_webp_that_is_cut_off_is_refused(tmp_path):
    path = write_webp(tmp_path / "cut.webp", frames=6)
    path.write_bytes(path.read_bytes()[:60])
    with pytest.raises(VideoOpenError, match=r"no frame of cut\.webp can be decoded"):
        open_video(path)


def test_a_webp_too_large_to_be_held_is_refused_before_it_is_decoded(tmp_path, monkeypatch):
    path = write_webp(tmp_path / "large.webp", frames=6)
    monkeypatch.setattr("mvit_core.video.decode.animations._MOST_BYTES", 5 * 192 * 108 * 3)
    with pytest.raises(VideoOpenError, match="more than 1 GiB once decoded"):
        open_video(path)
