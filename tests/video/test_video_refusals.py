"""A file that is no video is refused in one clear line, at once, without the network."""

import os
import time

import pytest

from mvit_core.errors import VideoOpenError
from mvit_core.video import open_video
from tests.fixtures_video import read_barcode, write_barcode_clip

HLS = "#EXTM3U\n#EXT-X-TARGETDURATION:1\n#EXTINF:1,\n{target}\n#EXT-X-ENDLIST\n"
DASH = """<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" type="static"
 mediaPresentationDuration="PT1S" minBufferTime="PT1S"
 profiles="urn:mpeg:dash:profile:isoff-on-demand:2011"><Period><AdaptationSet
 mimeType="video/mp4"><Representation id="0" bandwidth="1"><BaseURL>{target}</BaseURL>
</Representation></AdaptationSet></Period></MPD>"""


def refuse(path, match):
    began = time.monotonic()
    with pytest.raises(VideoOpenError, match=match) as caught:
        open_video(path)
    assert time.monotonic() - began < 2
    assert "\n" not in str(caught.value)


def test_a_missing_file_is_refused(tmp_path):
    refuse(tmp_path / "none.mp4", "cannot be read .No such file.*choose an existing")


def test_a_folder_is_refused(tmp_path):
    refuse(tmp_path, "is a folder without pictures")


def test_an_empty_file_is_refused(tmp_path):
    (tmp_path / "empty.mp4").touch()
    refuse(tmp_path / "empty.mp4", "is empty")


@pytest.mark.parametrize("ending", ["mp4", "txt", "nfo", "ans", "avi", "bin"])
def test_text_is_refused_whatever_its_name(tmp_path, ending):
    path = tmp_path / f"text.{ending}"
    path.write_text("It was a dark and stormy night; the rain fell in torrents.\n" * 40)
    refuse(path, "cannot be opened as a video")


def test_a_pipe_is_refused_without_waiting(tmp_path):
    os.mkfifo(tmp_path / "pipe.mp4")
    refuse(tmp_path / "pipe.mp4", "is a pipe or device")


@pytest.mark.parametrize("name", ["http://127.0.0.1:9/a.mp4", "rtsp://127.0.0.1:9/a", "pipe:0"])
def test_an_address_is_only_ever_a_file_name(name):
    refuse(name, "cannot be read")


@pytest.mark.parametrize("ending", ["mp4", "m3u8", "mpd", "ffconcat"])
@pytest.mark.parametrize("target", ["http://127.0.0.1:9/x.mp4", "clip.mp4"])
@pytest.mark.parametrize("text", [HLS, DASH, "ffconcat version 1.0\nfile {target}\n"])
def test_a_playlist_is_refused_in_any_disguise(tmp_path, clip_path, ending, target, text):
    (tmp_path / "clip.mp4").write_bytes(clip_path.read_bytes())
    path = tmp_path / f"list.{ending}"
    path.write_text(text.format(target=target))
    refuse(path, "cannot be opened as a video")


def test_a_name_with_a_null_byte_is_refused():
    refuse("a\0b.mp4", "cannot be read")


def test_random_bytes_are_refused(tmp_path):
    path = tmp_path / "noise.mp4"
    path.write_bytes(bytes(i * 7919 % 251 for i in range(5000)))
    refuse(path, "cannot be opened as a video|has no video stream")


@pytest.mark.parametrize(
    "name", ["-first.mp4", "with:colon.mp4", "http:x.mp4", "sp & 'q' %d #1.mp4"]
)
def test_odd_names_are_plain_files(tmp_path, monkeypatch, clip_path, name):
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_bytes(clip_path.read_bytes())
    with open_video(name) as video:
        assert read_barcode(video.frame(13)) == 13


def test_an_undecodable_file_is_refused(tmp_path):
    path = write_barcode_clip(tmp_path / "all.mov", frames=4, codec="png", pixel_format="rgb24")
    path.write_bytes(path.read_bytes().replace(b"\x89PNG", b"\0\0\0\0"))
    refuse(path, "no frame of all.mov can be decoded|cannot be opened")
