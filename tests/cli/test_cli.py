import ctypes
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from app import checks
from app.cli.video_options import ProgressLine
from mvit_core import open_video
from mvit_core.export import SIZES
from mvit_core.video.encode.encoders import CONTAINERS, ENCODERS, QUALITIES


def test_predict_prints_classes_and_json_agrees(run, barcode_clip, toy_checkpoint):
    code, text, _ = run("predict", barcode_clip, "--checkpoint", toy_checkpoint)
    assert code == 0
    assert "window 0 of" in text
    code, printed, _ = run("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--json")
    info = json.loads(printed)
    (window,) = info["windows"]
    assert window["index"] == 0
    assert len(window["frames"]) == 4
    assert len(window["top"]) == 5
    assert set(window["top"][0]) == {"index", "class", "probability"}
    assert [row["index"] for row in info["average"]] == [row["index"] for row in window["top"]]
    assert window["top"][0]["class"] in text


def test_predict_of_all_windows_averages_their_probabilities(run, barcode_clip, toy_checkpoint):
    words = (
        "predict",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "--all",
        "--top",
        "7",
        "--json",
    )
    info = json.loads(run(*words)[1])
    assert len(info["windows"]) > 1
    for row in info["average"]:
        each = [
            next(t["probability"] for t in w["top"] if t["index"] == row["index"])
            for w in info["windows"]
        ]
        assert row["probability"] == pytest.approx(sum(each) / len(each))


def test_predict_of_views_averages_clips_and_crops(run, barcode_clip, toy_checkpoint):
    words = ("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--top", "7", "--json")
    info = json.loads(run(*words, "--views", "2x3")[1])
    assert [view["crop"] for view in info["windows"]] == ["start", "centre", "end"] * 2
    for row in info["average"]:
        each = [
            next(t["probability"] for t in view["top"] if t["index"] == row["index"])
            for view in info["windows"]
        ]
        assert row["probability"] == pytest.approx(sum(each) / 6)
    text = run(*words[:-1], "--views", "2x3")[1]
    assert "average of 6 views" in text


def test_predict_refuses_views_that_mean_nothing(run, barcode_clip, toy_checkpoint):
    words = ("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--views", "5x2")
    code, _, complaint = run(*words)
    assert code == 1
    assert "crops must be 1 or 3" in complaint
    words = ("predict", barcode_clip, "--checkpoint", "missing.pyth", "--views", "five")
    assert "allowed is TxS" in run(*words)[2]  # before a model is looked for


def test_half_precision_changes_the_probabilities_little(run, barcode_clip, toy_checkpoint):
    words = ("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--top", "7", "--json")
    whole, half = (json.loads(run(*words, *more)[1])["average"] for more in ((), ("--half",)))
    expected = {row["class"]: row["probability"] for row in whole}
    assert half != whole
    for row in half:
        assert row["probability"] == pytest.approx(expected[row["class"]], abs=0.02)


def test_predict_of_one_window_and_of_none(run, barcode_clip, toy_checkpoint):
    words = ("predict", barcode_clip, "--checkpoint", toy_checkpoint, "--window")
    assert json.loads(run(*words, "1", "--json")[1])["windows"][0]["index"] == 1
    code, _, complaint = run(*words, "99")
    assert code == 1
    assert "window 99 does not exist" in complaint


def test_inspect_prints_a_row_per_layer_and_json_holds_the_contract(run, toy_checkpoint):
    code, text, _ = run("inspect", toy_checkpoint)
    assert code == 0
    assert "pyslowfast" in text
    assert len([line for line in text.splitlines() if "x" in line and line[:9].strip().isdigit()])
    info = json.loads(run("inspect", toy_checkpoint, "--json")[1])
    assert {"format", "decided_from", "architecture", "layers", "report", "classes"} <= set(info)
    assert set(info["report"]) >= {"converted", "missing", "unexpected", "resized"}
    layer = info["layers"][1]
    assert layer["q_shape"] == [2, 4, 4]
    assert layer["k_shape"] == [2, 4, 4]
    assert layer["attention_bytes"] == 2 * 33 * 33 * 4
    assert layer["macs"] < layer["unpooled_macs"]


def test_export_writes_what_the_ending_names(run, barcode_clip, toy_checkpoint, tmp_path):
    target = tmp_path / "out.mp4"
    code, text, _ = run(
        "export",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "-o",
        target,
        "--block",
        "1",
        "--head",
        "1",
        "--query",
        "0,1,2",
        "--method",
        "column",
    )
    assert code == 0
    assert "40 frames" in text
    with open_video(target) as video:
        assert video.frame_count == 40


def test_export_averages_the_heads_that_are_listed(run, barcode_clip, toy_checkpoint, tmp_path):
    target = tmp_path / "out.npz"
    code, _, complaint = run(
        "export", barcode_clip, "--checkpoint", toy_checkpoint, "-o", target, "--head", "0,2"
    )
    assert (code, complaint) == (0, "")
    with np.load(target) as arrays:
        chosen = arrays["maps"][:, [0, 2]].mean(axis=1)
        np.testing.assert_allclose(arrays["selected"], chosen, atol=1e-6)


@pytest.mark.parametrize("policy", ["map", "layer", "clip", "model", "0,0.5"])
def test_export_draws_as_its_options_say(run, barcode_clip, toy_checkpoint, tmp_path, policy):
    target = tmp_path / "out.png"
    code, _, complaint = run(
        "export",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "-o",
        target,
        "--mode",
        "spotlight",
        "--gamma",
        "0.5",
        "--threshold",
        "0.1",
        "--range",
        policy,
        "--tails",
        "2,98",
        "--units",
        "uniform",
    )
    assert (code, complaint) == (0, "")
    data = target.read_bytes()
    info = json.loads(data[data.index(b"Comment\0\0\0\0\0") + 12 :].split(b"IEND")[0][:-8])
    heat = info["look"]
    assert (heat["mode"], heat["gamma"], heat["threshold"]) == ("spotlight", 0.5, 0.1)
    assert (heat["tails_percent"], heat["units"]) == ([2, 98], "uniform")
    by_hand = policy == "0,0.5"
    assert heat["range_policy"] == ("manual" if by_hand else policy)
    assert heat["manual_range"] == ({"low": 0, "high": 0.5} if by_hand else None)


def test_export_says_when_a_query_cannot_have_mattered(run, barcode_clip, toy_checkpoint, tmp_path):
    code, printed, complaint = run(
        "export",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "-o",
        tmp_path / "out.png",
        "--query",
        "0,1,1",
        "--json",
    )
    assert code == 0
    assert "class token" in complaint
    assert json.loads(printed)["notes"]


def broken(kind: str, folder: Path, clip: Path, checkpoint: Path) -> tuple[Path, Path]:
    """A clip and a checkpoint of which one is at fault."""
    bad = folder / f"bad{'.mp4' if 'clip' in kind else '.pyth'}"
    data = (clip if "clip" in kind else checkpoint).read_bytes()
    content = {
        "empty": b"",
        "text": b"This is no such file.\n" * 40,
        "truncated": data[: len(data) // 2],
    }
    if kind == "a checkpoint that is no MViT":
        torch.save({"model_state": {"conv1.weight": torch.zeros(2, 3, 3, 3)}}, bad)
    elif kind == "a pickle with code in it":
        torch.save({"model_state": {}, "x": Payload()}, bad)
    elif not kind.startswith("missing"):
        bad.write_bytes(content[kind.split()[0]])
    return (bad, checkpoint) if "clip" in kind else (clip, bad)


class Payload:
    """Would set an environment variable, were it ever unpickled."""

    def __reduce__(self):
        return eval, ("__import__('os').environ.__setitem__('MVIT_LENS_UNSAFE', '1')",)


@pytest.mark.parametrize(
    "kind",
    [
        "empty clip",
        "text clip",
        "missing clip",
        "empty checkpoint",
        "text checkpoint",
        "missing checkpoint",
        "truncated checkpoint",
        "a checkpoint that is no MViT",
        "a pickle with code in it",
    ],
)
@pytest.mark.parametrize("command", ["predict", "export"])
def test_a_broken_input_ends_in_one_line_and_writes_nothing(
    run, barcode_clip, toy_checkpoint, tmp_path, kind, command
):
    folder = tmp_path / "work"
    folder.mkdir()
    clip, checkpoint = broken(kind, folder, barcode_clip, toy_checkpoint)
    target = folder / "out.mp4"
    target.write_bytes(b"before")
    names = {path.name for path in folder.iterdir()}
    words = [command, clip, "--checkpoint", checkpoint]
    code, printed, complaint = run(*words, *(["-o", target] if command == "export" else []))
    assert code == 1
    assert printed == ""
    assert len(complaint.strip().splitlines()) == 1
    assert complaint.startswith("mvit-lens: ")
    assert "Traceback" not in complaint
    assert target.read_bytes() == b"before"
    assert {path.name for path in folder.iterdir()} == names
    assert "MVIT_LENS_UNSAFE" not in os.environ


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        (["--head", "two"], "allowed are a number"),
        (["--head", "0,9"], "got head 9"),
        (["--query", "1,2"], "allowed are class"),
        (["--block", "9"], "has 4 blocks"),
        (["--layout", "ring"], "allowed are single"),
        (["--colormap", "jet"], "allowed are inferno"),
        (["--opacity", "3"], "opacity is 3"),
        (["--method", "magic"], "allowed are row"),
        (["--labels", "/nowhere/names.txt"], "does not exist"),
        (["--config", "/nowhere/cfg.yaml"], "does not exist"),
        (["--frame", "400"], "frame 400 does not exist"),
        (["--mode", "glow"], "allowed are tint, even, spotlight"),
        (["--gamma", "0"], "gamma is 0"),
        (["--threshold", "2"], "threshold is 2"),
        (["--units", "bits"], "allowed are probability, uniform"),
        (["--range", "stage"], "allowed are map, layer, clip, model and two rising numbers"),
        (["--range", "0.2,0.1"], "--range is '0.2,0.1'"),
        (["--tails", "5"], "--tails is '5'; allowed are two rising numbers"),
        (["--tails", "5,101"], "tails are 5 and 101 %"),
    ],
)
def test_a_request_that_cannot_be_met_ends_in_one_line(
    run, barcode_clip, toy_checkpoint, tmp_path, extra, message
):
    code, _, complaint = run(
        "export", barcode_clip, "--checkpoint", toy_checkpoint, "-o", tmp_path / "out.png", *extra
    )
    assert code == 1
    assert message in complaint
    assert len(complaint.strip().splitlines()) == 1
    assert not (tmp_path / "out.png").exists()


@pytest.mark.parametrize(
    "words",
    [
        ["predict"],
        ["export", "a.mp4", "--checkpoint", "b"],
        ["predict", "a", "--checkpoint", "b", "--top", "0"],
        ["inspect", "a", "--device", "abacus"],
    ],
)
def test_wrong_usage_exits_with_two(run, words):
    code, _, complaint = run(*words)
    assert code == 2
    assert "usage" in complaint


def test_a_name_that_begins_with_a_dash_is_a_file_behind_two_dashes(
    run, barcode_clip, toy_checkpoint, monkeypatch
):
    dashed = barcode_clip.with_name("-dash.mp4")
    barcode_clip.rename(dashed)
    monkeypatch.chdir(dashed.parent)
    code, printed, _ = run("predict", "--checkpoint", toy_checkpoint, "--json", "--", "-dash.mp4")
    assert code == 0
    assert json.loads(printed)["windows"]


def test_without_a_display_view_names_the_ways_out(run, monkeypatch):
    monkeypatch.setattr(sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(name, raising=False)
    code, _, complaint = run("view")
    assert code == 1
    assert len(complaint.strip().splitlines()) == 1
    assert "xvfb-run" in complaint
    assert "mvit-lens export" in complaint


def test_a_missing_system_library_is_named_with_the_line_that_brings_it(run, monkeypatch):
    def refuse(path: str):
        raise OSError("libEGL.so.1: cannot open shared object file: No such file or directory")

    monkeypatch.setattr(ctypes, "CDLL", refuse)
    code, _, complaint = run("view")
    assert code == 1
    assert "libEGL.so.1 is missing" in complaint
    assert "apt-get install -y" in complaint
    code, printed, _ = run("checks")
    assert code == 1
    assert "PROBLEM" in printed


def test_checks_names_every_package(run):
    code, printed, _ = run("checks", "--json")
    found = {check["name"]: check for check in json.loads(printed)}
    assert code == 0
    assert all(name in found for name in checks.PACKAGES)
    assert "libx264" in found["encoders"]["found"]


def test_a_package_that_is_not_there_is_a_problem_with_advice(monkeypatch):
    monkeypatch.setattr(checks, "PACKAGES", ("no-such-package",))
    problem = next(check for check in checks.run_checks() if check.name == "no-such-package")
    assert not problem.ok
    assert "pip install" in problem.advice


def test_commands_without_a_window_never_import_qt(barcode_clip, toy_checkpoint):
    script = (
        "import sys; from app.cli.entry import main;"
        f"main(['predict', {str(barcode_clip)!r}, '--checkpoint', {str(toy_checkpoint)!r}]);"
        "sys.exit(any(name.startswith('PySide6') for name in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_window_does_not_wait_for_torch():
    script = (
        "import sys, app.window.launch, mvit_core.render, mvit_core.attribution;"
        "sys.exit('torch' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


@pytest.mark.corpus
@pytest.mark.golden
@pytest.mark.parametrize("case", ["sf_v2_full", "sf_v1_cls_sep"])
@pytest.mark.parametrize("name", ["arm_wrestling_340x256.mp4", "mpeg4_320x240.avi"])
def test_real_clips_and_real_checkpoint_files_go_the_whole_way(
    run, clips, goldens, tmp_path, name, case
):
    clip, checkpoint = clips / name, goldens / case / "checkpoint_epoch_00010.pyth"
    target = tmp_path / "out.mp4"
    assert run("predict", clip, "--checkpoint", checkpoint, "--all")[0] == 0
    assert run("export", clip, "--checkpoint", checkpoint, "-o", target)[0] == 0
    with open_video(clip) as source, open_video(target) as made:
        assert made.frame_count == source.frame_count
        assert made.codec == "h264"


def test_what_a_user_must_know_of_a_load_is_said(run, barcode_clip, toy_checkpoint, tmp_path):
    names = tmp_path / "names.txt"
    names.write_text("one\ntwo\nthree\n")
    code, printed, complaint = run(
        "predict", barcode_clip, "--checkpoint", toy_checkpoint, "--labels", names, "--json"
    )
    assert code == 0
    assert complaint.startswith("note: ")
    assert json.loads(printed)["notes"]


def test_a_frame_for_a_video_is_refused(run, barcode_clip, toy_checkpoint, tmp_path):
    code, _, complaint = run(
        "export",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "-o",
        tmp_path / "out.mp4",
        "--frame",
        "3",
    )
    assert code == 1
    assert "--frame picks the frame of a PNG" in complaint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM", "SIGHUP"])
def test_a_signal_during_an_export_leaves_no_torn_file(
    barcode_clip, toy_checkpoint, tmp_path, name
):
    folder = tmp_path / "work"
    folder.mkdir()
    target = folder / "out.mp4"
    target.write_bytes(b"before")
    script = (
        "import os, signal, sys, app.cli.entry as cli\n"
        "from mvit_core.export.drawing import PlaneArtist\n"
        "draw = PlaneArtist.draw\n"
        "def draw_and_stop(*given):\n"
        f"    if given[2] == 5: os.kill(os.getpid(), signal.{name})\n"
        "    return draw(*given)\n"
        "PlaneArtist.draw = draw_and_stop\n"
        "signal.signal(signal.SIGINT, signal.default_int_handler)\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = ["export", barcode_clip, "--checkpoint", toy_checkpoint, "-o", target]
    done = subprocess.run(
        [sys.executable, "-c", script, *map(str, words)], capture_output=True, check=False
    )
    assert done.returncode == 1, done.stderr.decode()
    assert done.stderr.decode().strip() == "mvit-lens: stopped"
    assert target.read_bytes() == b"before"
    assert [path.name for path in folder.iterdir()] == ["out.mp4"]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_output_to_a_full_disk_ends_in_one_line(barcode_clip, toy_checkpoint):
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [
                sys.executable,
                "-m",
                "app",
                "predict",
                str(barcode_clip),
                "--checkpoint",
                str(toy_checkpoint),
                "--json",
            ],
            stdout=full,
            stderr=subprocess.PIPE,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.decode().strip() == (
        "mvit-lens: the output cannot be written: the disk is full"
    )


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X displays")
@pytest.mark.parametrize(
    ("name", "value", "message"),
    [("DISPLAY", ":4711", "does not answer"), ("QT_QPA_PLATFORM", "abacus", "does not have here")],
)
def test_a_display_that_cannot_be_used_ends_in_one_line(run, monkeypatch, name, value, message):
    for other in ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM"):
        monkeypatch.delenv(other, raising=False)
    monkeypatch.setenv(name, value)
    code, _, complaint = run("view")
    assert code == 1
    assert message in complaint
    assert "mvit-lens export" in complaint


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such signals")
@pytest.mark.parametrize("name", ["SIGINT", "SIGTERM"])
def test_a_signal_closes_the_window_quietly(barcode_clip, toy_checkpoint, name):
    script = (
        "import os, signal, sys, app.cli.entry as cli\n"
        "from PySide6.QtCore import QTimer\n"
        "import app.window.launch as launch\n"
        "opened = launch.open_window\n"
        "def open_and_stop(*given):\n"
        "    window = opened(*given)\n"
        f"    QTimer.singleShot(1500, lambda: os.kill(os.getpid(), signal.{name}))\n"
        "    return window\n"
        "launch.open_window = open_and_stop\n"
        "sys.exit(cli.main(sys.argv[1:]))\n"
    )
    words = ["view", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
    done = subprocess.run(
        [sys.executable, "-c", script, *words], capture_output=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr.decode()
    told = done.stderr.decode().splitlines()
    assert [line for line in told if "propagateSizeHints" not in line] == []  # offscreen's own


def test_an_export_takes_codec_quality_and_sound(run, barcode_clip, toy_checkpoint, tmp_path):
    target = tmp_path / "out.mkv"
    code, _, told = run(
        "export",
        barcode_clip,
        "--checkpoint",
        toy_checkpoint,
        "-o",
        target,
        "--codec",
        "vp9",
        "--quality",
        "small",
        "--audio",
    )
    assert code == 0
    assert "has no sound; the video was written without" in told
    with open_video(target) as video:
        assert (video.codec, video.frame_count) == ("vp9", 40)


@pytest.mark.parametrize(
    ("name", "options", "message"),
    [
        ("out.mp4", ["--codec", "prores"], "a prores file must end in .mov, .mkv; .mp4 holds h264"),
        ("out.mp4", ["--codec", "divx"], "codec must be one of h264, h265"),
        ("out.mp4", ["--quality", "fine"], "quality must be one of small, good, best"),
        ("out.gif", ["--audio"], "a .gif file holds no sound"),
        ("out.png", ["--codec", "h264"], "out.png is no video; leave codec and quality out"),
        ("out.csv", ["--audio"], "a .csv file holds no sound"),
        ("out.png", ["--rate", "10"], "out.png is no video; leave the rate"),
        ("out.mp4", ["--size", "4k"], "size is '4k'; allowed are native, 2160p"),
    ],
)
def test_what_does_not_go_together_is_refused_before_the_model_is_loaded(
    run, barcode_clip, tmp_path, name, options, message
):
    words = ["export", barcode_clip, "--checkpoint", tmp_path / "none", "-o", tmp_path / name]
    code, _, told = run(*words, *options)
    assert code == 1
    assert message in told


def test_an_export_takes_a_rate_and_the_sampled_frames(run, barcode_clip, toy_checkpoint, tmp_path):
    target = tmp_path / "out.mp4"
    words = ["export", barcode_clip, "--checkpoint", toy_checkpoint, "-o", target]
    counts = []
    for options in (["--rate", "10", "--size", "480p"], ["--sampled"]):
        assert run(*words, *options)[0] == 0
        with open_video(target) as video:
            counts.append(video.frame_count)
    assert counts[0] == 14
    assert counts[1] < 40


def test_every_codec_and_size_is_named_by_the_help(run):
    code, told, _ = run("export", "--help")
    assert code == 0
    assert all(
        name in told for name in (*ENCODERS, *SIZES, *QUALITIES, *(e[1:] for e in CONTAINERS))
    )


def test_progress_tells_rate_and_time_left_to_people_only(monkeypatch, capsys):
    now = iter([0.0, 2.0, 4.0])
    monkeypatch.setattr("app.cli.video_options.monotonic", lambda: next(now))
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    line = ProgressLine("frame", "fps")
    line.show(20, 100)
    assert "frame 20 of 100, 10.0 fps, 0:08 left" in capsys.readouterr().err
    monkeypatch.setattr("sys.stderr.isatty", lambda: False, raising=False)
    line.show(40, 100)
    assert capsys.readouterr().err == ""
