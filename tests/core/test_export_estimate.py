"""What is told of an export beforehand: the beginning of its numbers, its size and its cost."""

import csv

import numpy as np
import pytest

from mvit_core import open_video
from mvit_core.errors import Cancelled, ExportError
from mvit_core.export import EXPORTERS, ExportRequest, export
from mvit_core.export.estimate import estimate_film, estimate_still
from mvit_core.pipeline import MapSpec
from mvit_core.render import HeatSettings
from tests.fixtures_video import write_barcode_clip


@pytest.mark.parametrize("ending", [".csv", ".npz"])
@pytest.mark.parametrize("frame", [0, 20])
def test_the_rows_that_are_told_beforehand_are_in_the_file(
    explainer, video, tmp_path, ending, frame
):
    request, target = ExportRequest(frame_index=frame), tmp_path / f"out{ending}"
    heads, *rows = EXPORTERS[ending].sheet(explainer, video, request).rows
    assert rows
    export(explainer, video, request, target)
    if ending == ".csv":
        written = [tuple(row) for row in csv.reader(target.read_text().splitlines())]
        assert written[0] == heads
        start = written.index(rows[0])
        assert written[start : start + len(rows)] == rows
        return
    with np.load(target) as arrays:
        told = [
            (name, " × ".join(map(str, arrays[name].shape)), str(arrays[name].dtype))
            for name in arrays.files
        ]
    assert told[-1][0] == "provenance"  # as long as the names of the files in it
    assert (*told[:-1], ("provenance", "", "text")) == tuple(rows)


@pytest.mark.parametrize("ending", [".csv", ".npz"])
def test_the_size_of_numbers_is_told_within_half(explainer, video, tmp_path, ending):
    target = tmp_path / f"out{ending}"
    told = EXPORTERS[ending].sheet(explainer, video, ExportRequest()).nbytes
    export(explainer, video, ExportRequest(), target)
    # Every window has the small arrays again in what is reckoned.
    assert target.stat().st_size / 2 < told < 4 * target.stat().st_size


def test_the_size_of_a_picture_is_told_but_for_the_names_of_its_files(explainer, video, tmp_path):
    request, target = ExportRequest(frame_index=9), tmp_path / "out.png"
    told = estimate_still(explainer, video, request)
    export(explainer, video, request, target)
    assert told.runs == 1
    assert told.nbytes == pytest.approx(target.stat().st_size, abs=500)


@pytest.mark.parametrize("ending", [".mp4", ".gif"])
def test_the_size_of_a_film_is_told_within_a_factor_of_two(explainer, tmp_path, ending):
    clip = write_barcode_clip(tmp_path / "long.mp4", frames=90, size=(192, 108))
    target = tmp_path / f"out{ending}"
    with open_video(clip) as video:
        told = estimate_film(explainer, video, ExportRequest(frame_index=40), ending)
        export(explainer, video, ExportRequest(), target)
        windows = len(explainer.windows(video))
    assert target.stat().st_size / 2 < told.nbytes < 2 * target.stat().st_size
    assert told.runs == windows
    assert told.seconds > 0
    assert list(tmp_path.glob("sample*")) == []


def test_a_range_of_the_whole_clip_costs_each_window_twice(explainer, video):
    request = ExportRequest(heat=HeatSettings(range_policy="clip"), stop=6, frame_index=3)
    told = estimate_film(explainer, video, request, ".mp4")
    assert told.runs == len(explainer.windows(video)) + 1


@pytest.mark.parametrize("frame", [0, 39])
def test_frames_are_tried_within_the_range_that_is_written(explainer, video, frame):
    request = ExportRequest(MapSpec(), start=12, stop=20, frame_index=frame)
    assert estimate_film(explainer, video, request, ".mp4").nbytes > 0
    sampled = ExportRequest(MapSpec(), sampled_only=True, rate=3.0, frame_index=frame)
    assert estimate_film(explainer, video, sampled, ".mp4").nbytes > 0


def test_what_cannot_be_written_is_told_and_reckoning_can_be_stopped(explainer, video):
    with pytest.raises(ExportError, match="no range of a video"):
        estimate_film(explainer, video, ExportRequest(start=60), ".mp4")

    def stop():
        raise Cancelled

    with pytest.raises(Cancelled):
        estimate_film(explainer, video, ExportRequest(frame_index=0), ".mp4", stop)
