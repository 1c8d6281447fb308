"""``mvit-lens report``: options become what the page holds, shows first and repeats."""

import json
import re
import shlex

import pytest

from app.state.session_file import read_session
from mvit_core.capture_file import CAPTURE_ENDING
from mvit_core.repeating.compare import compared


@pytest.fixture
def run(run_on_clip, tmp_path):
    """``report`` on a clip of several windows: (exit code, printed, complained)."""
    command = run_on_clip("report")

    def call(*words, output="r.html"):
        return command("-o", tmp_path / output, "--no-faithfulness", *words)

    return call


def test_a_report_is_written_and_its_size_said(run, tmp_path):
    code, printed, complained = run("--method", "none")
    assert (code, complained) == (0, "")
    size = (tmp_path / "r.html").stat().st_size
    assert printed == f"wrote {tmp_path}/r.html (4 frames, {size / 1000:.0f} kB)\n"


def test_json_tells_what_it_holds(run):
    told = json.loads(run("--json", "--maps", "received,row", "--method", "relevance")[1])
    assert (told["maps"], told["heads"]) == (["received", "row", "why"], 9)
    assert len(told["frames"]) == 4


def test_the_session_is_what_the_page_shows_first(run, tmp_path, barcode_clip, toy_checkpoint):
    words = ("--frame", 9, "--block", 2, "--head", 1, "--colormap", "viridis", "--cells")
    assert run("--method", "none", *words)[0] == 0
    session = read_session(tmp_path / "r.html")
    view = session.view
    assert (view["map"].block, view["map"].head, view["map"].method) == (2, 1, "row")
    assert (view["heat"].colormap, view["heat"].smooth) == ("viridis", False)
    assert abs(view["frame"] - 9) <= 4
    named = {role: ref.absolute for role, ref in session.files.items()}
    assert named == {"clip": str(barcode_clip), "checkpoint": str(toy_checkpoint)}


def test_without_paths_no_folder_is_named_anywhere(run, tmp_path):
    assert run("--without-paths", "--method", "none")[0] == 0
    text = (tmp_path / "r.html").read_text()
    assert str(tmp_path.parent) not in text
    assert tmp_path.name not in text
    session = read_session(tmp_path / "r.html")
    assert [(ref.relative, ref.absolute) for ref in session.files.values()] == [
        ("clip.mp4", ""),
        ("toy.pyth", ""),
    ]


def test_the_command_that_repeats_it_is_in_it(
    run, command_line, tmp_path, barcode_clip, monkeypatch
):
    run("--method", "none", "--window", 1)
    text = (tmp_path / "r.html").read_text()
    command = re.search(r'<pre id="command"[^>]*>(.*?)</pre>', text)[1]
    assert command == (
        "mvit-lens report clip.mp4 --checkpoint toy.pyth --method none --window 1 "
        "--no-faithfulness -o r.html"
    )
    monkeypatch.chdir(barcode_clip.parent)
    _, *words = shlex.split(command)
    assert command_line(*words)[0] == 0
    again = (tmp_path / "r.html").read_text()
    document = re.compile(r'id="report-data">(.*?)</script>')
    assert document.search(again)[1] == document.search(text)[1]


def test_a_capture_file_needs_no_checkpoint(command_line, barcode_clip, toy_checkpoint, tmp_path):
    kept = tmp_path / f"x{CAPTURE_ENDING}"
    clip = (barcode_clip, "--checkpoint", toy_checkpoint)
    assert command_line("capture", *clip, "-o", kept, "--windows", "1")[0] == 0
    code, printed, complained = command_line(
        "report", kept, "-o", tmp_path / "r.html", "--window", 1
    )
    assert (code, complained) == (0, "")
    assert "4 frames" in printed
    assert read_session(tmp_path / "r.html").files["checkpoint"].name == kept.name


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--maps", "column"), "maps of a report are column; allowed are"),
        (("--method", "row"), "'row' explains no class; allowed are stage_evidence"),
        (("--class", "no such"), "is no class of the model"),
        (("--window", "99"), "window 99 does not exist"),
        (("--colormap", "pink"), "colormap is 'pink'"),
        (("--frame", "999"), "frame 999"),
        (("--block", "44"), "block 44"),
    ],
)
def test_what_cannot_be_met_is_one_line(run, tmp_path, words, said):
    code, printed, complained = run(*words)
    assert (code, printed) == (1, "")
    assert said in complained
    assert complained.count("\n") == 1
    assert not (tmp_path / "r.html").exists()


def test_a_report_ends_as_a_page(run):
    assert "a report ends in .html or .htm" in run(output="r.pdf")[2]


def test_a_report_is_made_again_and_found_to_be_the_same(run, command_line, tmp_path):
    assert run("--method", "relevance", "--frame", 3)[0] == 0
    page, again = tmp_path / "r.html", tmp_path / "again.html"
    assert "report" in command_line("provenance", page)[1]
    code, printed, _ = command_line("provenance", page, "--repeat", "-o", again)
    assert (code, "again.html" in printed) == (0, True)
    assert compared(page, again) == ""
    other = again.read_bytes().replace(b'"smooth":true', b'"smooth":false')
    again.write_bytes(other)
    assert compared(page, again) == "what is shown differs"
