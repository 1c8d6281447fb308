"""Each call of the system fails once: no torn file, nothing left, no foreign exception."""

import os
import resource
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mvit_core.errors import MvitError
from mvit_core.export import ExportRequest, export
from mvit_core.provenance import read_document, side_of
from mvit_core.system import atomic_file
from mvit_core.system.atomic_file import whole_file
from tests.system.torture import every_failure

posix = pytest.mark.skipif(sys.platform == "win32", reason="modes, links and locks of POSIX")

OLD, NEW = b"old" * 1000, b"new" * 5000


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


@posix
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_target_is_old_or_new_whatever_call_fails(is_linked: bool, tmp_path, monkeypatch):
    folder = tmp_path / "exports"
    folder.mkdir()
    target = folder / "out.bin"

    def work() -> None:
        monkeypatch.setattr(atomic_file, "_looked_at", set())
        with whole_file(target) as partial, partial.open("wb") as file:
            file.write(NEW)

    target.write_bytes(OLD)
    if is_linked:
        os.link(target, tmp_path / "other")
    failed = 0
    for number, failure in every_failure(work, folder, lambda: target.write_bytes(OLD)):
        assert failure is None or isinstance(failure, MvitError), (number, failure)
        expected = NEW if failure is None else OLD
        assert files(folder) == {"out.bin": expected}, number
        failed += failure is not None
    assert failed >= 4  # making, writing, syncing and replacing fail for sure


@pytest.fixture(scope="module")
def explainer(tmp_path_factory):
    from mvit_core.checkpoint import load_model
    from mvit_core.model import MViT
    from mvit_core.pipeline import Explainer
    from tests.toys import toy_config, write_toy_checkpoint

    path = write_toy_checkpoint(tmp_path_factory.mktemp("m") / "toy.pyth", MViT(toy_config()))
    return Explainer(load_model(path))


def is_as(content: bytes, whole: bytes) -> bool:
    """As long; of a picture, which says how many seconds it took, every pixel."""
    if not whole.startswith(b"\x89PNG"):
        return len(content) == len(whole)
    one, other = (cv2.imdecode(np.frombuffer(c, np.uint8), 1) for c in (content, whole))
    return np.array_equal(one, other) and content.endswith(whole[-8:])


@posix
@pytest.mark.parametrize("name", ["out.csv", "out.npz", "out.png", "out.mp4", "out.gif"])
def test_an_export_leaves_the_old_file_or_a_whole_new_one(
    name: str, explainer, barcode_clip, tmp_path, monkeypatch
):
    from mvit_core import open_video

    folder = tmp_path / "exports"
    folder.mkdir()
    target = folder / name
    request = ExportRequest(frame_index=3) if name.endswith("png") else ExportRequest()
    with open_video(barcode_clip) as video:

        def work() -> None:
            monkeypatch.setattr(atomic_file, "_looked_at", set())
            export(explainer, video, request, target)

        work()
        whole = target.read_bytes()
        target.write_bytes(OLD)
        expected = [name]
        if name.endswith(("csv", "gif")):  # where it comes from is told beside it
            expected.append(side_of(target).name)
        for number, failure in every_failure(work, folder, lambda: target.write_bytes(OLD)):
            assert failure is None or isinstance(failure, MvitError), (number, failure)
            assert sorted(files(folder)) == expected, number
            for beside in expected[1:]:
                read_document((folder / beside).read_bytes(), beside)  # whole, too
            content = target.read_bytes()
            assert content == OLD or (failure is None and is_as(content, whole)), number


@posix
@pytest.mark.parametrize("is_linked", [False, True])
def test_a_session_save_leaves_the_old_session_or_a_whole_new_one(
    is_linked: bool, barcode_clip, toy_checkpoint, tmp_path, monkeypatch
):
    from app.state.session_file import Place, read_session, session_of, write_session
    from app.state.view_state import ModelSource, ViewState

    folder = tmp_path / "sessions"
    folder.mkdir()
    clip = barcode_clip.rename(folder / "clip.mp4")  # its digest is read when it is saved
    target, model = folder / "view.mvitlens", ModelSource(toy_checkpoint)
    states = [ViewState(clip=clip, model=model, frame=frame) for frame in (3, 8)]

    def save(state: ViewState) -> None:
        monkeypatch.setattr(atomic_file, "_looked_at", set())
        write_session(session_of(state, Place(), folder), target)

    save(states[0])
    if is_linked:
        os.link(target, tmp_path / "other")
    before = target.read_bytes()
    failed = 0
    for number, failure in every_failure(
        lambda: save(states[1]), folder, lambda: target.write_bytes(before)
    ):
        assert failure is None or isinstance(failure, MvitError), (number, failure)
        assert sorted(files(folder)) == ["clip.mp4", "view.mvitlens"], number
        assert read_session(target).view["frame"] == (8 if failure is None else 3), number
        assert failure is None or target.read_bytes() == before, number
        failed += failure is not None
    assert failed >= 4  # reading the clip, making, writing and replacing fail for sure


LIMITED = """
import resource, sys
from pathlib import Path
from mvit_core import load_model, open_video
from mvit_core.errors import MvitError
from mvit_core.export import ExportRequest, export
from mvit_core.pipeline import Explainer
from mvit_core.provenance import SIDE_ENDING
clip, checkpoint, *targets = map(Path, sys.argv[1:])
explainer = Explainer(load_model(checkpoint))
with open_video(clip) as video:
    for target in targets:
        old = target.read_bytes()
        for limit in (0, 1, 100, 5_000, 9_000):
            resource.setrlimit(resource.RLIMIT_FSIZE, (limit, resource.RLIM_INFINITY))
            still = target.suffix == ".png"
            try:
                export(explainer, video, ExportRequest(frame_index=3 if still else None), target)
                assert target.stat().st_size <= limit, (target, limit)
            except MvitError:
                assert target.read_bytes() == old, (target, limit)
            resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY,) * 2)
            named = {t.name + more for t in targets for more in ("", SIDE_ENDING)}
            left = {p.name for p in target.parent.iterdir()}
            assert {t.name for t in targets} <= left <= named, left
            target.write_bytes(old)
print("whole")
"""


@posix
def test_a_disk_that_is_full_at_any_byte_tears_nothing(toy_checkpoint, barcode_clip, tmp_path):
    folder = tmp_path / "exports"
    folder.mkdir()
    targets = [folder / name for name in ("out.csv", "out.npz", "out.png", "out.mp4")]
    for target in targets:
        target.write_bytes(OLD)
    words = [sys.executable, "-c", LIMITED, *map(str, (barcode_clip, toy_checkpoint, *targets))]
    done = subprocess.run(words, capture_output=True, text=True, timeout=300, check=False)
    assert done.stdout == "whole\n", done.stderr[-2000:]


def test_the_limit_on_file_sizes_is_an_error_here_and_no_signal():
    # Python ignores SIGXFSZ, on which the test above rests.
    if hasattr(signal, "SIGXFSZ"):
        assert signal.getsignal(signal.SIGXFSZ) is signal.SIG_IGN
        assert resource.getrlimit(resource.RLIMIT_FSIZE)[1] == resource.RLIM_INFINITY
