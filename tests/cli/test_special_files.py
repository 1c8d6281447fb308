"""Pipes, devices, sockets, folders and loops in every place of a file: refused, not waited for."""

import argparse
import json
import os
import signal
import socket
import stat
import sys
from contextlib import contextmanager
from pathlib import Path

import pytest
import torch

from app.cli.entry import COMMANDS, build_parser, main
from app.cli.model_options import file_name
from mvit_core.model import MViT
from mvit_core.printable import MESSAGE_LIMIT
from tests.checkpoint.tiny import cfg, tiny

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="files as POSIX has them")
SECONDS = 60
"""What waits for a writer would wait for ever."""


def pipe(path):
    os.mkfifo(path)


def device(path):
    path.symlink_to("/dev/zero")


def bound_socket(path):
    here = Path.cwd()
    os.chdir(path.parent)  # names of sockets are short
    with socket.socket(socket.AF_UNIX) as server:
        server.bind(path.name)
    os.chdir(here)


def loop(path):
    path.symlink_to(path.name)


def kernel_state(path):
    path.symlink_to("/proc/self/environ")


KINDS = {each.__name__: each for each in (pipe, device, bound_socket, loop, kernel_state)}
KINDS["folder"] = Path.mkdir
PLACES = {
    "clip": ["predict", "{evil}", "--checkpoint", "{model}"],
    "checkpoint": ["predict", "{clip}", "--checkpoint", "{evil}"],
    "configuration": ["predict", "{clip}", "--checkpoint", "{model}", "--config", "{evil}"],
    "class names": ["predict", "{clip}", "--checkpoint", "{model}", "--labels", "{evil}"],
    "inspected": ["inspect", "{evil}"],
    "target": ["export", "{clip}", "--checkpoint", "{model}", "-o", "{evil}"],
    "boxes": ["predict", "{clip}", "--checkpoint", "{detector}", "--boxes", "{evil}"],
    "figure target": ["figure", "{clip}", "--checkpoint", "{model}", "-o", "{evil}"],
    "compared clip": [
        *("figure", "{clip}", "--checkpoint", "{model}", "-o", "a.svg"),
        *("--compare-clip", "{evil}"),
    ],
    "compared checkpoint": [
        *("figure", "{clip}", "--checkpoint", "{model}", "-o", "a.svg"),
        *("--compare-checkpoint", "{evil}"),
    ],
    "report target": ["report", "{clip}", "--checkpoint", "{model}", "-o", "{evil}"],
    "explained target": ["explain", "{clip}", "--checkpoint", "{model}", "-o", "{evil}"],
    "patching clip": [
        *("what-if", "{clip}", "--checkpoint", "{model}"),
        *("--patch", "block", "0", "--from", "{evil}"),
    ],
    "capture target": ["capture", "{clip}", "--checkpoint", "{model}", "-o", "{evil}"],
    "capture file": ["export", "{evil}", "-o", "heat.csv"],
    "capture inspected": ["inspect", "{evil}"],
    "batch of means": [
        *("heads", "{clip}", "--checkpoint", "{model}"),
        *("--ablate", "mean", "--mean-of", "{evil}"),
    ],
    "list of clips": ["batch", "{evil}", "--checkpoint", "{model}", "-o", "{out}"],
    "figures": ["demo", "evaluate", "--figures", "{evil}"],
    "result": ["provenance", "{evil}"],
    "verified result": ["verify", "{evil}"],
    "request": ["export", "--request", "{evil}", "-o", "heat.csv"],
}
FOLDERS = {
    "folder of clips": ["demo", "clips", "--out", "{evil}"],
    "folder of a batch": ["batch", "{list}", "--checkpoint", "{model}", "-o", "{evil}"],
    "folder of a crate": [
        *("export", "{clip}", "--checkpoint", "{model}"),
        *("-o", "{out}.csv", "--crate", "{evil}"),
    ],
    "folder of a training": ["demo", "train", "--out", "{evil}"],
}
"""What is written into a folder that is made where it is not there."""
ELSEWHERE = {"session", "card", "root"}
"""Tried by test_special_files.py of tests/app, test_demo_shipped.py and test_batch.py."""


@contextmanager
def patience():
    def give_up(*_):
        raise TimeoutError(f"not refused within {SECONDS} s")

    before = signal.signal(signal.SIGALRM, give_up)
    signal.alarm(SECONDS)
    try:
        yield
    finally:
        signal.alarm(0)
        signal.signal(signal.SIGALRM, before)


@pytest.fixture
def paths(barcode_clip, toy_checkpoint, tmp_path):
    """Good files for the places beside the one that is tried."""
    detector = tmp_path / "detector.pyth"
    settings = cfg(tiny()) | {"DETECTION": {"ENABLE": True, "SPATIAL_SCALE_FACTOR": 16}}
    torch.save({"model_state": MViT(tiny()).state_dict(), "cfg": json.dumps(settings)}, detector)
    clips = tmp_path / "clips.csv"
    clips.write_text(f"path,label\n{barcode_clip.name},3\n")
    return {
        "clip": barcode_clip,
        "model": toy_checkpoint,
        "detector": detector,
        "list": clips,
        "out": tmp_path / "out",
    }


@pytest.fixture
def said(capsys, paths):
    """The one line in which a command refuses a path."""

    def call(words, evil):
        with patience():
            assert main([word.format(**paths, evil=evil) for word in words]) == 1
        told = capsys.readouterr()
        assert told.out == ""
        (line,) = [x for x in told.err.splitlines() if not x.startswith("note: ")]
        assert len(line) <= MESSAGE_LIMIT + len("mvit-lens: ")
        return line

    return call


def options_of(parser):
    """Every option of a parser and of the commands within it."""
    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for inner in action.choices.values():
                yield from options_of(inner)
        else:
            yield action


def test_every_option_that_names_a_file_is_tried():
    """A new one is met here, and gets a row above."""
    named = {
        action.dest
        for command in COMMANDS
        for action in options_of(build_parser(command))
        if action.type in (file_name, Path)
    }
    tried = set()
    for words in (*PLACES.values(), *FOLDERS.values()):
        given = vars(build_parser(words[0]).parse_args(words))
        tried |= {name for name, value in given.items() if value == Path("{evil}")}
    assert named == tried | ELSEWHERE
    assert {"clip", "checkpoint", "config", "labels", "output"} <= tried


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"folder"}))
@pytest.mark.parametrize("place", FOLDERS)
def test_what_is_no_folder_is_refused_in_the_place_of_one_and_stays(said, tmp_path, place, kind):
    evil = tmp_path / "evil"
    KINDS[kind](evil)
    before = evil.lstat()
    assert "evil cannot be made" in said(FOLDERS[place], evil)
    assert evil.lstat().st_ino == before.st_ino


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("place", PLACES)
def test_what_is_no_ordinary_file_is_refused_in_every_place_and_stays(said, tmp_path, place, kind):
    is_film = place.endswith(("clip", "target"))
    ending = ".mvitcap" if place.startswith("capture ") else ".mp4" if is_film else ".bin"
    ending = {"figure target": ".svg", "report target": ".html"}.get(place, ending)
    evil = tmp_path / f"evil{ending}"
    KINDS[kind](evil)
    before = evil.lstat()
    words = said(PLACES[place], evil)
    assert "evil" in words or (is_film and evil.is_symlink()), "or what the link names"
    assert f"{evil} does not exist" not in words, "it is there"
    after = evil.lstat()
    assert (after.st_ino, stat.S_IFMT(after.st_mode)) == (
        before.st_ino,
        stat.S_IFMT(before.st_mode),
    )


@pytest.mark.parametrize("place", PLACES)
@pytest.mark.parametrize("name", ["n" * 300, "/".join(["folder"] * 1000)])
def test_a_name_or_a_path_that_is_too_long_is_one_line(said, tmp_path, place, name):
    ending = ".mvitcap" if place.startswith("capture ") else ".mp4"
    ending = {"figure target": ".svg", "report target": ".html"}.get(place, ending)
    assert said(PLACES[place], tmp_path / f"{name}{ending}")


@pytest.mark.parametrize(
    "place",
    ["checkpoint", "configuration", "class names", "inspected", "boxes", "figures",
     "capture file", "capture inspected", "result", "verified result", "request"],
)  # fmt: skip
def test_a_file_of_any_size_is_refused_unread(said, tmp_path, place):
    evil = tmp_path / ("evil.mvitcap" if place.startswith("capture ") else "evil.bin")
    with evil.open("wb") as file:
        file.truncate(1 << 42)  # takes no room
    assert said(PLACES[place], evil)
