"""Printing of the command line: foreign texts escaped, for every encoding and every stream."""

import json
import os
import shutil
import subprocess
import sys
from contextlib import suppress
from pathlib import Path

import pytest

from app.cli import main
from app.cli.entry import COMMANDS
from mvit_core.checkpoint import load_model
from mvit_core.printable import printable

ROOT = Path(__file__).resolve().parents[2]

linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="names of bytes")

NAMES = {
    "no UTF-8": b"bad\xff\xfe.mp4",
    "terminal escapes": b"esc\x1b[31mred\x07.mp4",
    "a line break": b"line\nbreak.mp4",
    "reading direction": "cod\u202e4pm.mp4".encode(),
    "Chinese": "名字.mp4".encode(),
    "quotes and commands": b"a'b \"c$(x).mp4",
}

PLACES = {
    "UTF-8": {"LC_ALL": "C.UTF-8"},
    "LC_ALL=C": {"LC_ALL": "C"},
    "ASCII names": {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"},
    "cp1252": {"PYTHONIOENCODING": "cp1252"},
    "ASCII": {"PYTHONIOENCODING": "ascii"},
}


def ran(*words, place=None, **how) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        env={**os.environ, **(place or {})},
        capture_output="stdout" not in how,
        check=False,
        timeout=120,
        **how,
    )


def is_plain(printed: bytes) -> bool:
    """Neither a control character but line ends, nor a mark that turns the reading direction."""
    text = printed.decode("utf-8", "strict")
    return not any(
        (ord(character) < 32 and character != "\n") or character in "\x7f\u202e"
        for character in text
    )


EACH_NAME = """
import os, sys
from app.cli import main
model = ["--checkpoint", sys.argv[1]]
for name in sorted(os.listdir()):
    code = main(["export", name, *model, "-o", name + ".png"])
    gone = main(["predict", name + ".gone", *model])
    print(code, gone)
"""


@linux
@pytest.mark.parametrize("place", PLACES)
def test_names_are_printed_escaped_everywhere(barcode_clip, toy_checkpoint, tmp_path, place):
    folder = tmp_path / "names"
    folder.mkdir()
    for name in NAMES.values():
        shutil.copy(barcode_clip, os.fsencode(folder) + b"/" + name)
    done = subprocess.run(
        [sys.executable, "-c", EACH_NAME, str(toy_checkpoint)],
        env={**os.environ, "PYTHONPATH": str(ROOT), **PLACES[place]},
        cwd=folder,
        capture_output=True,
        check=False,
        timeout=240,
    )
    assert done.returncode == 0, done.stderr
    assert is_plain(done.stdout + done.stderr)
    told = done.stdout.splitlines()
    assert len(told) == 2 * len(NAMES)
    assert all(line.startswith(b"wrote ") for line in told[::2])
    assert set(told[1::2]) == {b"0 1"}
    assert len(done.stderr.splitlines()) == len(NAMES)
    assert all(line.startswith(b"mvit-lens: ") for line in done.stderr.splitlines())
    assert len(list(folder.iterdir())) == 2 * len(NAMES)


@linux
def test_what_was_typed_wrong_is_named_escaped():
    done = ran(b"predict", b"clip.mp4", b"--checkpoint", b"m", b"--oops\x1b[31m\xff")
    assert done.returncode == 2
    assert rb"--oops\x1b[31m\xff" in done.stderr
    assert is_plain(done.stderr)


def test_class_names_are_printed_escaped(barcode_clip, toy_checkpoint, tmp_path, capsys):
    names = tmp_path / "names.json"
    count = len(load_model(toy_checkpoint).classes or ()) or 7
    evil = [f"\x1b7title{i}\x07\u202eline\nbreak" for i in range(count)]
    names.write_text(json.dumps(evil))
    words = ["predict", str(barcode_clip), "--checkpoint", str(toy_checkpoint)]
    assert main([*words, "--labels", str(names)]) == 0
    told = capsys.readouterr()
    assert is_plain(told.out.encode())
    assert is_plain(told.err.encode())
    assert r"\x1b7title" in told.out
    assert main([*words, "--labels", str(names), "--json"]) == 0
    printed = capsys.readouterr().out
    assert printed.isascii()
    # Class names are made printable where they are read, so that all see the same name.
    told_class = json.loads(printed)["windows"][0]["top"][0]["class"]
    assert told_class in [printable(name, 1_000) for name in evil]


@pytest.mark.parametrize("words", [["--help"], ["checks"], ["inspect"]])
def test_a_reader_that_goes_away_is_no_error(toy_checkpoint, words):
    reading, writing = os.pipe()
    os.close(reading)
    more = [str(toy_checkpoint)] if words == ["inspect"] else []
    try:
        done = ran(*words, *more, stdout=writing, stderr=subprocess.PIPE)
    finally:
        os.close(writing)
    assert (done.returncode, done.stderr) == (0, b"")


@linux
@pytest.mark.parametrize("closed", [">&-", "2>&-", "<&-", "<&- >&- 2>&-"])
def test_closed_streams_are_no_error_and_never_another_file(
    barcode_clip, toy_checkpoint, tmp_path, closed
):
    target = tmp_path / "out.png"
    words = f'"$0" -m app export "$1" --checkpoint "$2" -o "$3" {closed}'
    done = subprocess.run(
        ["sh", "-c", words, sys.executable, barcode_clip, toy_checkpoint, target],
        capture_output=True,
        check=False,
        timeout=120,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert target.read_bytes()[:4] == b"\x89PNG"


def test_every_command_is_tried_with_a_hostile_name(tmp_path, capsys):
    """One line, or the help of wrong usage; never a traceback."""
    evil = str(tmp_path / "no\x1b[2Jsuch\n\udcff")
    words = {
        "view": ["--session", evil],
        "predict": [evil, "--checkpoint", evil],
        "export": [evil, "--checkpoint", evil, "-o", evil + ".mp4"],
        "figure": [evil, "--checkpoint", evil, "-o", evil + ".svg"],
        "report": [evil, "--checkpoint", evil, "-o", evil + ".html"],
        "explain": [evil, "--checkpoint", evil],
        "heads": [evil, "--checkpoint", evil],
        "what-if": [evil, "--checkpoint", evil, "--erase", "0,0,9,9"],
        "capture": [evil, "--checkpoint", evil, "-o", evil + ".mvitcap"],
        "batch": [evil, "--checkpoint", evil, "-o", evil + "-out"],
        "inspect": [evil],
        "provenance": [evil],
        "verify": [evil],
        "checks": [evil],
        "demo": ["evaluate", "--checkpoint", evil, "--clips", "2"],
    }
    assert set(words) == set(COMMANDS)
    del words["view"]  # opens its window first, and tells there
    for command, rest in words.items():
        with suppress(SystemExit):  # of wrong usage
            assert main([command, *rest]) == 1
        told = capsys.readouterr()
        assert is_plain((told.out + told.err).encode())
        assert r"\x1b[2J" in told.err
