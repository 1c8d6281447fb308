"""The platform of Qt that the window opens on, with real sockets, servers and children."""

import os
import shutil
import socket
import struct
import subprocess
import sys
import threading
from contextlib import contextmanager

import pytest

from app.cli import main
from app.window import display
from app.window.display import choose_platform

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="X and Wayland")

NAMES = (
    "DISPLAY",
    "WAYLAND_DISPLAY",
    "WAYLAND_SOCKET",
    "QT_QPA_PLATFORM",
    "XDG_SESSION_TYPE",
    "XDG_RUNTIME_DIR",
)


@pytest.fixture(autouse=True)
def _no_display(monkeypatch, tmp_path):
    for name in NAMES:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(tmp_path))
    monkeypatch.setattr(display, "PROBE_SECONDS", 1)
    monkeypatch.setattr(display, "missing_qt_library", lambda: None)


@pytest.fixture
def x_answers(monkeypatch):
    """An X server that answers, as far as is asked of it."""
    monkeypatch.setenv("DISPLAY", ":99")
    monkeypatch.setattr(display, "_x_server_answers", lambda: True)


@contextmanager
def compositor(path, *, silent=False):
    """Listens as a Wayland compositor and answers ``sync``; or accepts and says nothing."""
    server = socket.socket(socket.AF_UNIX)
    server.bind(str(path))
    server.listen()
    heard = []

    def serve():
        connection, _ = server.accept()
        with connection:
            heard.append(connection.recv(64))
            if not silent:
                connection.sendall(struct.pack("=III", 2, 12 << 16, 1))  # wl_callback.done
            connection.recv(64)

    answering = threading.Thread(target=serve, daemon=True)
    answering.start()
    try:
        yield heard
    finally:
        server.close()
        answering.join(5)


def test_without_any_display_the_ways_out_are_named():
    chosen = choose_platform()
    assert "there is no display" in chosen.problem
    assert "xvfb-run" in chosen.problem


def test_a_compositor_that_answers_is_used(monkeypatch, tmp_path):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    with compositor(tmp_path / "wayland-7") as heard:
        assert choose_platform() == display.Platform("wayland")
    assert heard == [struct.pack("=III", 1, 12 << 16, 2)]  # wl_display.sync


def test_where_both_kinds_answer_qt_chooses(monkeypatch, tmp_path, x_answers):
    monkeypatch.setenv("WAYLAND_DISPLAY", str(tmp_path / "absolute"))
    with compositor(tmp_path / "absolute"):
        assert choose_platform() == display.Platform()


@pytest.mark.parametrize("silent", [None, True])
def test_a_stale_wayland_display_falls_back_to_x_and_says_so(
    monkeypatch, tmp_path, x_answers, silent
):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    if silent:  # a server that hangs
        with compositor(tmp_path / "wayland-7", silent=True):
            chosen = choose_platform()
    else:
        chosen = choose_platform()
    assert (chosen.name, chosen.problem) == ("xcb", "")
    assert "wayland-7 does not answer" in chosen.note


def test_a_stale_wayland_display_alone_is_one_line(monkeypatch):
    monkeypatch.setenv("WAYLAND_DISPLAY", "wayland-7")
    assert "the display wayland-7 does not answer" in choose_platform().problem


def test_a_session_of_wayland_without_its_display_falls_back_to_x(monkeypatch, x_answers):
    monkeypatch.setenv("XDG_SESSION_TYPE", "wayland")
    assert choose_platform().name == "xcb"


@pytest.mark.parametrize("asked", ["wayland", "wayland-egl", "eglfs", "linuxfb", "minimalegl"])
def test_a_platform_that_opens_no_window_falls_back_to_x(monkeypatch, x_answers, asked):
    monkeypatch.setenv("QT_QPA_PLATFORM", asked)
    chosen = choose_platform()
    assert chosen.name == "xcb"
    assert asked in chosen.note


@pytest.mark.parametrize("asked", ["wayland", "eglfs", "vkkhrdisplay", "wayland;xcb"])
def test_a_platform_that_opens_no_window_is_one_line_without_x(monkeypatch, asked):
    monkeypatch.setenv("QT_QPA_PLATFORM", asked)
    chosen = choose_platform()
    assert asked in chosen.problem
    assert "opens no window here" in chosen.problem


def test_the_first_of_several_platforms_that_opens_is_used(monkeypatch):
    monkeypatch.setenv("QT_QPA_PLATFORM", "abacus;wayland;offscreen:fontconfig")
    assert choose_platform() == display.Platform("offscreen:fontconfig")


def test_a_child_that_opens_a_window_is_believed(monkeypatch):
    monkeypatch.setattr(display, "_plugin", lambda entry: display._qt_folder())
    monkeypatch.setattr(display, "loads", lambda library: True)
    for command, opens in (("", True), ("raise SystemExit(134)", False), ("1/0", False)):
        monkeypatch.setattr(display, "_OPEN_A_WINDOW", command)
        monkeypatch.setenv("QT_QPA_PLATFORM", "novelty")
        assert (choose_platform().name == "novelty") is opens


def test_a_child_that_hangs_is_given_up(monkeypatch):
    monkeypatch.setattr(display, "_OPEN_A_WINDOW", "import time; time.sleep(60)")
    monkeypatch.setattr(display, "CHILD_SECONDS", 0.5)
    monkeypatch.setenv("QT_QPA_PLATFORM", "vnc")
    assert choose_platform().problem


def test_an_x_server_that_accepts_and_stays_silent_is_dead(monkeypatch):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        port = server.getsockname()[1]
        monkeypatch.setenv("DISPLAY", f"127.0.0.1:{port - 6000}")
        assert "does not answer" in choose_platform().problem


def test_the_note_is_printed_and_the_platform_set(monkeypatch, x_answers, capsys):
    monkeypatch.setenv("QT_QPA_PLATFORM", "wayland")
    monkeypatch.setattr("app.window.launch.launch", lambda options: 0)
    assert main(["view"]) == 0
    assert os.environ["QT_QPA_PLATFORM"] == "xcb"
    assert capsys.readouterr().err.startswith("note: 'wayland' of QT_QPA_PLATFORM")


@pytest.mark.skipif(not shutil.which("Xvfb"), reason="needs Xvfb")
@pytest.mark.parametrize(
    "stale",
    [
        {"WAYLAND_DISPLAY": "wayland-7"},
        {"QT_QPA_PLATFORM": "wayland"},
        {"QT_QPA_PLATFORM": "linuxfb"},
    ],
)
def test_the_window_opens_on_x_whatever_is_stale(stale):
    script = (
        "import sys, app.window.launch as launch, app.cli as cli\n"
        "from PySide6.QtCore import QTimer\n"
        "from PySide6.QtGui import QGuiApplication\n"
        "opened = launch.open_window\n"
        "def open_and_close(app, options):\n"
        "    window = opened(app, options)\n"
        "    print(QGuiApplication.platformName())\n"
        "    QTimer.singleShot(300, app.quit)\n"
        "    return window\n"
        "launch.open_window = open_and_close\n"
        "sys.exit(cli.main(['view']))\n"
    )
    environment = {**os.environ, **stale}
    done = subprocess.run(
        ["xvfb-run", "-a", sys.executable, "-c", script],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["xcb"]
    assert "note: " in done.stderr
