"""``mvit-lens figure``: options become rows, columns and pages; findings are printed."""

import json
import re
from xml.etree import ElementTree as ET

import pytest

from tests.fixtures_video import write_barcode_clip

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def run(run_on_clip, tmp_path):
    """``figure`` on a clip of several windows: (exit code, printed, complained)."""
    command = run_on_clip("figure")

    def call(*words, output="figure.svg"):
        return command("-o", tmp_path / output, *words)

    return call


def texts(path):
    return [text.text for text in ET.parse(path).getroot().iter(f"{SVG}text")]


def test_a_figure_is_written_and_what_it_breaks_is_said(run, tmp_path):
    code, printed, complained = run()
    assert (code, complained) == (0, "")
    assert re.match(r"wrote .*figure\.svg \(89 x [\d.]+ mm, \d+ kB\)\n", printed)
    assert "dpi of frames: frames are printed at" in printed
    assert {"Stage 1", "Stage 2", "Stage 3"} <= set(texts(tmp_path / "figure.svg"))


def test_json_has_size_findings_and_notes(run):
    told = json.loads(run("--json", "--page", "own", "--width", 60)[1])
    assert set(told) == {"path", "size_mm", "bytes", "preset", "findings", "notes"}
    assert (told["preset"], told["size_mm"][0]) == ("own", 60)
    assert [set(finding) for finding in told["findings"]] == [{"rule", "text"}] * len(
        told["findings"]
    )


def test_a_figure_that_keeps_its_rules_says_so(run):
    words = ("--width", 40, "--frames", 2)
    assert "keeps the rules of Own size" in run(*words)[1]
    told = json.loads(run("--json", *words)[1])
    assert (told["preset"], told["findings"]) == ("own", [])


def test_options_choose_rows_columns_colours_and_page(run, tmp_path):
    words = ("--rows", "blocks", "--blocks", "3,0", "--frames", "2,5", "--shared-range")
    more = ("--page", "nature-183", "--text-size", 7, "--units", "uniform", "--colormap", "viridis")
    code, printed, _ = run(*words, *more)
    found = texts(tmp_path / "figure.svg")
    assert code == 0
    assert "(183 x" in printed
    assert [text for text in found if text.startswith("Block ")] == ["Block 3", "Block 0"]
    assert any("frame 2" in text for text in found)
    assert any("one range for all rows" in text for text in found)


def test_chosen_heads_are_rows_without_being_asked_twice(run, tmp_path):
    assert run("--heads", "1,0", "--block", 3, "--frames", "4,")[0] == 0
    found = texts(tmp_path / "figure.svg")
    assert [text for text in found if text.startswith("Head ")] == ["Head 1", "Head 0"]
    assert len([text for text in found if "frame" in text]) == 1


def test_evidence_is_one_row_and_what_misleads_is_named_even_without_labels(run, tmp_path):
    assert run("--method", "rollout", "--class", 3, "--no-labels")[0] == 0
    assert any("rollout" in text.lower() for text in texts(tmp_path / "figure.svg"))


def test_a_view_of_plots_has_neither_rows_nor_frames(run, tmp_path):
    code, printed, _ = run("--view", "atlas")
    assert code == 0
    assert "keeps the rules of Nature, one column" in printed
    found = texts(tmp_path / "figure.svg")
    assert "stage 1" in found
    assert not any("frame 0" in text for text in found)


def test_a_capture_file_stands_for_clip_and_checkpoint(
    command_line, barcode_clip, toy_checkpoint, run, tmp_path
):
    kept = tmp_path / "kept.mvitcap"
    made = command_line("capture", barcode_clip, "--checkpoint", toy_checkpoint, "-o", kept)
    assert made[0] == 0
    assert run()[0] == 0
    alone = tmp_path / "alone.svg"
    assert command_line("figure", kept, "-o", alone)[0] == 0
    (of_clip, of_capture) = (
        [each.attrib for each in ET.parse(path).getroot().iter(f"{SVG}rect")]
        for path in (tmp_path / "figure.svg", alone)
    )
    assert of_clip == of_capture


@pytest.mark.parametrize(
    ("words", "output", "said"),
    [
        (("--rows", "layers"), "a.svg", "allowed are stages, blocks, heads, map"),
        (("--rows", "stages", "--method", "relevance"), "a.svg", "allowed are rows of map"),
        (("--view", "faithfulness"), "a.svg", "faithfulness is of evidence"),
        (("--difference", "1"), "a.svg", "two rows from 0, such as 0,1"),
        (("--difference", "0,7"), "a.svg", "two of those that the figure has, 0 to 2"),
        (("--blocks", "one"), "a.svg", "numbers from 0 such as 0,3"),
        (("--frames", "-1"), "a.svg", "numbers from 0 such as 0,3"),
        (("--frames", "999,"), "a.svg", "frames 0 to 39"),
        (("--page", "science"), "a.svg", "nature-89"),
        (("--dpi", "300"), "a.pdf", "--dpi is of a PNG"),
        (("--colormap", "rainbow"), "a.svg", "colormap is 'rainbow'"),
        (("--class", "no such"), "a.svg", "no class of the model"),
        ((), "a.mp4", "a figure is one of .svg, .pdf, .png"),
    ],
)
def test_what_is_wrong_is_one_line_and_leaves_no_file(run, tmp_path, words, output, said):
    before = sorted(path.name for path in tmp_path.iterdir())
    code, printed, complained = run(*words, output=output)
    assert (code, printed) == (1, "")
    assert said in complained
    assert len(complained.splitlines()) == 1
    assert sorted(path.name for path in tmp_path.iterdir()) == before


def test_a_figure_needs_a_model_or_a_capture_file(command_line, barcode_clip, tmp_path):
    code, _, complained = command_line("figure", barcode_clip, "-o", tmp_path / "a.svg")
    assert code == 2
    assert "--checkpoint (but for a .mvitcap)" in complained


def test_a_figure_compares_with_another_clip_and_refuses_other_rows(run, tmp_path):
    other_clip = tmp_path / "other.mp4"
    write_barcode_clip(other_clip, frames=24, size=(96, 128))
    code, _, complained = run("--compare-clip", other_clip, "--difference", "0,1")
    assert (code, complained) == (0, "")
    found = texts(tmp_path / "figure.svg")
    assert [text for text in found if text in ("A", "B", "A \u2212 B")] == ["A", "B", "A \u2212 B"]
    assert any(text.startswith(f"B: {other_clip.name}") for text in found)
    code, _, complained = run("--compare-clip", other_clip, "--rows", "heads")
    assert code == 1
    assert "--rows heads" in complained
    code, _, complained = run("--rows", "panes")
    assert code == 1
    assert "nothing is compared" in complained
