"""SECURITY.md: nothing is executed, nothing is fetched, nothing is written but what was named."""

import ast
import json
import subprocess
import sys
from pathlib import Path

import pytest

from app.state.session_file import Place, model_source, read_session, session_of, write_session
from app.state.view_state import ModelSource, Pane, ViewState
from mvit_core import load_model
from mvit_core.attribution import MapSpec
from mvit_core.errors import CheckpointReadError, OwnCodeError
from mvit_core.system.own_code import allow, find_code
from mvit_core.video.clip import ClipSpec

ROOT = Path(__file__).resolve().parents[2]
NETWORK = {
    "aiohttp", "ftplib", "http", "huggingface_hub", "imaplib", "poplib", "requests", "smtplib",
    "socket", "socketserver", "ssl", "telnetlib", "torch.hub", "urllib.request", "urllib3",
    "webbrowser", "xmlrpc", "PySide6.QtNetwork", "PySide6.QtWebEngineCore", "ray",
}  # fmt: skip
PROGRAMS = {"multiprocessing", "pty", "runpy", "subprocess", "code", "codeop"}
BUILT_IN = {"eval", "exec", "compile", "__import__"}
OF_THE_SYSTEM = {"system", "popen", "execv", "execve", "spawnv", "posix_spawn", "startfile", "fork"}
ALLOWED = {
    "app/window/display.py": {"socket", "subprocess"},  # asks a display, and a child, for a window
    "mvit_core/batch/local.py": {"multiprocessing"},  # the processes that run a batch
    "mvit_core/batch/ray_cluster.py": {"ray", "socket"},  # the cluster that a user asks for
    "mvit_core/batch/ray_engine.py": {"ray"},
    "mvit_core/training/helpers.py": {"multiprocessing"},  # the second process of a training
}
"""Modules that need one of these, and for what."""


def modules():
    for folder in ("app", "mvit_core"):
        for path in sorted((ROOT / folder).rglob("*.py")):
            yield path.relative_to(ROOT).as_posix(), path.read_text(encoding="utf-8")


def imported(source):
    """Modules and the names taken from them, dotted."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def reached(source, what):
    """Those of some modules that a source imports, whole or in part."""
    names = [f"{name}." for name in imported(source)]
    return {one for one in what if any(name.startswith(f"{one}.") for name in names)}


def called(source):
    """Functions that run what is no code of ours; ``model.eval()`` and ``dialog.exec()`` do not."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in BUILT_IN:
                yield function.id
            elif ast.unparse(function).removeprefix("os.") in OF_THE_SYSTEM:
                yield ast.unparse(function)


def test_no_module_can_reach_a_network_or_start_a_program():
    found = {name: reached(source, NETWORK | PROGRAMS) for name, source in modules()}
    assert {name: used for name, used in found.items() if used} == ALLOWED


def test_no_module_runs_a_text_as_code():
    found = {name: set(called(source)) for name, source in modules()}
    assert {name: used for name, used in found.items() if used} == {}


def imported_by_name(source):
    """Names of modules that are imported as a text, where that is none of ours and no constant."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and ast.unparse(node.func).endswith(
            ("import_module", "exec_module", "SourceFileLoader", "spec_from_file_location")
        ):
            name = node.args[0] if node.args else node
            is_ours = ast.unparse(name).startswith(("f'mvit_core.", "_HOMES["))
            if not isinstance(name, ast.Constant) and not is_ours:
                yield ast.unparse(node)


def test_code_that_is_named_is_imported_in_one_place_alone():
    found = {name: [*imported_by_name(source)] for name, source in modules()}
    assert [name for name, calls in found.items() if calls] == ["mvit_core/system/own_code.py"]
    (place,) = found["mvit_core/system/own_code.py"]
    assert place == "importlib.import_module(code.module)"
    allowing = [name for name, source in modules() if "import allow\n" in source]
    # The window after its question; the command that names the code.
    assert allowing == ["app/cli/model_options.py", "app/window/own_code.py"]


def test_no_file_runs_the_code_that_it_names(tmp_path, monkeypatch):
    (tmp_path / "hostile.py").write_text("open(__file__ + '.ran', 'w').close()\n\ndef build(): 1\n")
    monkeypatch.setattr(sys, "path", [*sys.path, str(tmp_path)])
    source = ModelSource(tmp_path / "hostile.py", module="hostile:build", is_allowed=True)
    pane = Pane(tmp_path / "clip.mp4", source, ClipSpec(), MapSpec(block=0))
    session = session_of(ViewState(model=source, panes=(pane,)), Place(), tmp_path)
    write_session(session, path := tmp_path / "x.mvitlens")
    page = json.loads(path.read_text())
    page["model"] |= {"is_allowed": True}
    page["view"]["panes"][0]["model"]["is_allowed"] = True
    path.write_text(json.dumps(page))

    allow(find_code("hostile:build", tmp_path))  # even where the user allowed it before
    read = read_session(path)
    named = {role: Path(ref.absolute) for role, ref in read.files.items()}
    for model in (model_source(read, named), read.view["panes"][0].model):
        assert model.module == "hostile:build"
        with pytest.raises(OwnCodeError, match="nothing but `mvit-lens view --module"):
            model.load()
    with pytest.raises(CheckpointReadError):
        load_model(tmp_path / "hostile.py")
    assert not (tmp_path / "hostile.py.ran").exists()
    assert "hostile" not in sys.modules


@pytest.mark.parametrize(
    "source",
    ["import socket", "from urllib.request import urlopen", "from urllib import request",
     "import http.client", "from PySide6 import QtNetwork", "import torch.hub"],
)  # fmt: skip
def test_a_way_to_the_network_would_be_found(source):
    assert reached(source, NETWORK)
    assert not reached("from urllib.parse import quote", NETWORK)


def test_a_text_that_is_run_would_be_found():
    assert list(called("value = eval(text)")) == ["eval"]
    assert list(called("os.system(words)")) == ["os.system"]
    assert list(called("pattern = re.compile(text); model.eval(); QLocale.system()")) == []


HEARD = """
import json, os, sys
heard = []

def hear(event, given):
    if event.startswith(("socket.connect", "socket.getaddrinfo", "socket.bind", "subprocess.",
                         "os.system", "os.exec", "os.posix_spawn", "os.fork", "urllib.",
                         "ftplib.", "smtplib.", "webbrowser.")):
        heard.append([event, repr(given[:2])[:200]])
    elif event == "open" and isinstance(given[0], (str, bytes)):
        path, mode, flags = given
        if (isinstance(mode, str) and set(mode) & set("wax+")) or (
                mode is None and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)):
            heard.append(["write", os.path.abspath(os.fsdecode(path))])
    elif event in ("os.remove", "os.rename", "os.rmdir", "os.mkdir", "os.link", "os.symlink"):
        place = os.fsdecode(given[0])
        if event in ("os.remove", "os.rmdir") and given[1] >= 0:  # within a folder that is open
            place = os.path.join(os.readlink(f"/proc/self/fd/{given[1]}"), place)
        heard.append([event, os.path.abspath(place)])

import torch, cv2, av, numpy  # what libraries do when they are loaded is theirs
import app.cli as cli
sys.addaudithook(hear)
codes = [cli.main(words) for words in json.loads(sys.argv[1])]
print(json.dumps([codes, heard]))
"""


def test_commands_reach_nothing_start_nothing_and_write_what_was_named(
    barcode_clip, toy_checkpoint, tmp_path, monkeypatch
):
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")
    home, out = tmp_path / "home", tmp_path / "out"
    out.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("XDG_CACHE_HOME", str(home / "cache"))
    monkeypatch.setenv("TMPDIR", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    model = ["--checkpoint", str(toy_checkpoint)]
    clip = [str(barcode_clip), *model]
    address = "http://127.0.0.1:9/clip.mp4"
    commands = [
        ["predict", *clip, "--all", "--json"],
        *(
            ["export", *clip, "-o", str(out / f"out.{kind}")]
            for kind in ("mp4", "png", "npz", "csv")
        ),
        ["explain", *clip, "-o", str(out / "why.png")],
        *(["figure", *clip, "-o", str(out / f"figure.{kind}")] for kind in ("svg", "pdf")),
        ["report", *clip, "--no-faithfulness", "-o", str(out / "report.html")],
        ["inspect", str(toy_checkpoint)],
        ["provenance", str(out / "out.mp4")],
        ["verify", str(out / "out.npz"), "--clip", *clip],
        ["predict", address, *model],
        ["predict", str(barcode_clip), "--checkpoint", address],
    ]
    done = subprocess.run(
        [sys.executable, "-c", HEARD, json.dumps(commands)],
        capture_output=True, text=True, check=False, timeout=240,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    codes, heard = json.loads(done.stdout.splitlines()[-1])
    assert codes == [0] * 12 + [1] * 2
    allowed = tuple(f"{folder}/" for folder in (out, home, tmp_path / "tmp"))
    strange = [(event, what) for event, what in heard if not f"{what}/".startswith(allowed)]
    assert strange == []
    assert {path.name for path in out.iterdir()} == {
        "out.mp4", "out.png", "out.npz", "out.csv", "why.png", "figure.svg", "figure.pdf",
        "report.html",
        "out.csv.provenance.json",  # where the table comes from, as SECURITY.md says
    }  # fmt: skip
    assert list((tmp_path / "tmp").iterdir()) == []
