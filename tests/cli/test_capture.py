"""``mvit-lens capture``, and the commands that take its files in place of a clip and a model."""

import json

import numpy as np
import pytest

from mvit_core import open_video, read_capture
from mvit_core.capture_file import CaptureFile


@pytest.fixture
def kept(run, barcode_clip, toy_checkpoint, tmp_path):
    """A capture file of some windows, in a folder of its own."""

    def call(*options):
        path = tmp_path / "away" / "x.mvitcap"
        path.parent.mkdir(exist_ok=True)
        words = ("capture", barcode_clip, "--checkpoint", toy_checkpoint, "-o", path, *options)
        code, printed, complained = run(*words)
        assert code == 0, complained
        return path, printed, complained

    return call


def test_all_windows_are_captured_and_the_file_says_where_it_comes_from(
    kept, barcode_clip, toy_checkpoint
):
    path, printed, complained = kept()
    assert printed.startswith(f"wrote {path} (3 windows, ")
    assert complained == ""
    assert [each.window.index for each in read_capture(path)] == [0, 1, 2]
    file = CaptureFile(path)
    words = "mvit-lens capture clip.mp4 --checkpoint toy.pyth -o x.mvitcap"  # without folders
    assert file.provenance.command == words
    assert dict(file.provenance.versions).keys() >= {"python", "torch", "numpy", "av"}
    assert (file.clip.name, file.model.name) == ("clip.mp4", "toy.pyth")
    assert file.clip.size == barcode_clip.stat().st_size
    assert file.model.size == toy_checkpoint.stat().st_size


def test_some_windows_and_half_say_so(kept):
    path, printed, complained = kept("--windows", "2,0,2", "--half", "--json")
    assert [each.window.index for each in read_capture(path)] == [0, 2]
    info = json.loads(printed)
    assert info == {
        "path": str(path), "windows": 2, "bytes": path.stat().st_size, "half": True
    }  # fmt: skip
    assert "stored in float16: maps differ from the run's by about a thousandth" in complained


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--windows", "3"], "window 3 does not exist; clip.mp4 has windows 0 to 2"),
        (["--windows", "-1"], "windows are '-1'; allowed are all, and numbers from 0 such as 0,3"),
        (["--windows", ""], "allowed are all, and numbers"),
        (["-o", "heat.mp4"], "a capture file ends in .mvitcap"),
        (["-o", "nowhere/x.mvitcap"], "does not exist"),
    ],
)
def test_what_cannot_be_captured_is_one_line(
    run, barcode_clip, toy_checkpoint, tmp_path, words, said
):
    target = tmp_path / "x.mvitcap"
    given = ("capture", barcode_clip, "--checkpoint", toy_checkpoint, "-o", target, *words)
    code, printed, complained = run(*given)
    assert (code, printed) == (1, "")
    (line,) = complained.splitlines()
    assert said in line
    assert not target.exists()


def test_arrays_of_a_capture_are_those_of_the_clip_and_the_model(
    run, kept, barcode_clip, toy_checkpoint, tmp_path
):
    path, _, _ = kept()
    for method in ("row", "column", "content", "value"):
        options = ("--method", method, "--block", 1, *(["--query", "0,1,1"]))
        run(
            "export",
            barcode_clip,
            "--checkpoint",
            toy_checkpoint,
            "-o",
            tmp_path / "a.npz",
            *options,
        )
        code, _, complained = run("export", path, "-o", tmp_path / "b.npz", *options)
        assert code == 0, complained
        with np.load(tmp_path / "a.npz") as ours, np.load(tmp_path / "b.npz") as theirs:
            assert ours.files == theirs.files
            for name in set(ours.files) - {"facts", "provenance"}:  # which name the files
                assert ours[name].tobytes() == theirs[name].tobytes(), (method, name)


def test_a_film_of_a_capture_has_the_sampled_frames_and_with_the_clip_beside_it_all(
    run, kept, barcode_clip, tmp_path
):
    path, _, _ = kept("--windows", "0,2")
    film = tmp_path / "heat.mkv"
    code, printed, complained = run("export", path, "-o", film, "--json", "--audio")
    assert (code, json.loads(printed)["frames"]) == (0, 6), "two are window 1's to speak for"
    assert "a capture holds the frames that the model saw, 8 of 40" in complained
    assert "has no sound" in complained
    (path.parent / "clip.mp4").write_bytes(barcode_clip.read_bytes())
    code, printed, complained = run("export", path, "-o", film, "--json")
    assert (code, json.loads(printed)["frames"]) == (0, 24), "of windows 0 and 2"
    assert complained == ""
    with open_video(film) as video:
        assert video.frame_count == 24


def test_a_picture_of_a_frame_that_was_not_captured_is_refused_in_words(
    run, kept, barcode_clip, tmp_path
):
    path, _, _ = kept("--windows", "0")
    picture = tmp_path / "heat.png"
    assert run("export", path, "-o", picture)[0] == 0
    code, _, complained = run("export", path, "-o", picture, "--frame", 3)
    assert (code, "holds no picture of frame 3" in complained) == (1, True)
    (path.parent / "clip.mp4").write_bytes(barcode_clip.read_bytes())
    assert run("export", path, "-o", picture, "--frame", 3)[0] == 0
    code, _, complained = run("export", path, "-o", picture, "--frame", 30)
    assert code == 1
    assert "frame 30 lies in no window that was captured; those are of 0 to 15" in complained


def test_what_needs_the_model_says_so_with_the_option_and_its_checkpoint_brings_it(
    run, kept, toy_checkpoint, tmp_path
):
    path, _, _ = kept("--windows", "0")
    words = ("export", path, "-o", tmp_path / "heat.png", "--method", "occlusion")
    code, _, complained = run(*words)
    assert code == 1
    assert complained.splitlines()[-1] == (
        "mvit-lens: what speaks for a class needs a run of the model, and a capture file holds "
        "none; load toy.pyth (--checkpoint FILE)"
    )
    code, _, complained = run(*words, "--checkpoint", toy_checkpoint)
    assert (code, "run anew" in complained) == (0, False)
    toy_checkpoint.write_bytes(toy_checkpoint.read_bytes() + b" ")
    code, _, complained = run(*words, "--checkpoint", toy_checkpoint)
    assert code == 0
    assert "is not the checkpoint that" in complained


def test_a_clip_without_a_checkpoint_is_wrong_usage(run, kept, barcode_clip, tmp_path):
    target = tmp_path / "heat.csv"
    code, _, complained = run("export", barcode_clip, "-o", target)
    assert code == 2
    assert "required: --checkpoint (but for a .mvitcap)" in complained
    path, _, _ = kept("--windows", "0")
    code, _, complained = run("export", path, "-o", target, "--preset", "mvit_v2_s")
    assert code == 2
    assert "--preset says how a checkpoint is read: give --checkpoint too" in complained
    assert not target.exists()


def test_inspect_describes_a_capture_and_finds_damage_anywhere_in_it(run, kept):
    path, _, _ = kept("--windows", "1")
    code, printed, _ = run("inspect", path)
    assert code == 0
    assert "clip.mp4" in printed
    assert "toy.pyth" in printed
    assert "1: frames 16 to 31, 4 blocks, " in printed
    assert "pooling attention (conv)" in printed
    info = json.loads(run("inspect", path, "--json")[1])
    (window,) = info["capture"]["windows"]
    assert window["frames"] == list(read_capture(path)[0].frame_indices)
    assert info["capture"]["frames"] == {"held": 4, "count": 40, "size": [192, 108]}
    content = bytearray(path.read_bytes())
    content[-5] ^= 1
    path.write_bytes(content)
    code, printed, complained = run("inspect", path)
    assert (code, printed) == (1, "")
    assert "x.mvitcap is a damaged capture file (tensor " in complained
