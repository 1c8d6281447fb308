"""Drives a headless Chromium over two pipes, with real clicks and keys; needs no further package.

Messages are JSON, each ended by a zero byte (``--remote-debugging-pipe``: 3 is read, 4 is written).
"""

import base64
import json
import os
import select
import shutil
import signal
import subprocess
from contextlib import contextmanager
from time import monotonic

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
ANSWER_SECONDS = 30

_SWITCHES = (
    "--headless=new",
    "--remote-debugging-pipe",
    "--no-sandbox",  # CI is root, for whom Chromium has none
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-extensions",
    "--disable-component-update",
    "--disable-background-networking",
    "--disable-default-apps",
    "--disable-sync",
    "--hide-scrollbars",
    "--force-color-profile=srgb",
    "--host-resolver-rules=MAP * ~NOTFOUND",
)


def program():
    """The browser of this machine; None where there is none."""
    return next((found for name in PROGRAMS if (found := shutil.which(name))), None)


class Browser:
    """One page of a browser that runs."""

    def __init__(self, read, write, folder):
        self._read, self._write, self._kept = read, write, b""
        self._number, self._session = 0, None
        self.events = []
        self.folder = folder
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)[
            "sessionId"
        ]
        for name in ("Page", "Runtime", "Network", "Log"):
            self.ask(f"{name}.enable")

    def ask(self, method, **params):
        """Send a command and return its result; what is told meanwhile is kept as events."""
        self._number += 1
        message = {"id": self._number, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write, json.dumps(message).encode() + b"\0")
        while True:
            told = self._next()
            if told.get("id") == self._number:
                assert "error" not in told, (method, told["error"])
                return told["result"]
            self.events.append(told)

    def _next(self):
        until = monotonic() + ANSWER_SECONDS
        while b"\0" not in self._kept:
            ready, _, _ = select.select([self._read], [], [], max(until - monotonic(), 0))
            assert ready, f"the browser does not answer within {ANSWER_SECONDS} s"
            piece = os.read(self._read, 1 << 20)
            assert piece, "the browser has ended"
            self._kept += piece
        message, _, self._kept = self._kept.partition(b"\0")
        return json.loads(message)

    def open(self, path):
        """Open a file and wait until its script has begun."""
        self.ask("Page.navigate", url=path.as_uri())
        self.wait("document.documentElement?.dataset.ready === 'yes'")

    def run(self, script):
        """The value of an expression in the page; promises are waited for."""
        found = self.ask(
            "Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True
        )
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def wait(self, condition):
        """Wait until an expression in the page is true."""
        until = monotonic() + ANSWER_SECONDS
        while not self.run(f"Boolean({condition})"):
            assert monotonic() < until, condition
            self.run("new Promise((done) => setTimeout(done, 15))")

    def frame(self):
        """Wait until what was asked for is painted."""
        self.run("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)))")

    def click(self, selector, share=(0.5, 0.5)):
        """Click on an element with the mouse, at a share of its width and height."""
        self.run(
            f"document.querySelector({json.dumps(selector)}).scrollIntoView({{block: 'center'}})"
        )
        left, top, width, height = self.run(
            f"(({{x, y, width, height}}) => [x, y, width, height])"
            f"(document.querySelector({json.dumps(selector)}).getBoundingClientRect())"
        )
        at = {"x": left + share[0] * width, "y": top + share[1] * height}
        self.ask("Input.dispatchMouseEvent", type="mouseMoved", **at)
        for kind in ("mousePressed", "mouseReleased"):
            self.ask("Input.dispatchMouseEvent", type=kind, button="left", clickCount=1, **at)
        self.frame()

    def press(self, key, *, shift=False, wait=True):
        """Press and release a key: a letter, or a name such as ArrowRight."""
        codes = {"Tab": 9, "Enter": 13, " ": 32, "End": 35, "Home": 36, "ArrowLeft": 37,
                 "ArrowUp": 38, "ArrowRight": 39, "ArrowDown": 40}  # fmt: skip
        code = codes.get(key) or ord(key.upper())
        text = {"Enter": "\r"}.get(key, key if len(key) == 1 else "")
        given = {"key": key, "windowsVirtualKeyCode": code, "modifiers": 8 * shift}
        down = {"type": "keyDown", "text": text} if text else {"type": "rawKeyDown"}
        self.ask("Input.dispatchKeyEvent", **down, **given)
        self.ask("Input.dispatchKeyEvent", type="keyUp", **given)
        if wait:
            self.frame()

    def size(self, width, height, scale=1):
        """Give the page a size and a device scale."""
        self.ask("Emulation.setDeviceMetricsOverride", width=width, height=height,
                 deviceScaleFactor=scale, mobile=False)  # fmt: skip

    def prefers(self, scheme):
        """The system is light or dark."""
        features = [{"name": "prefers-color-scheme", "value": scheme}]
        self.ask("Emulation.setEmulatedMedia", features=features)

    def screenshot(self, *, whole=True):
        """The page as PNG."""
        found = self.ask("Page.captureScreenshot", captureBeyondViewport=whole)
        return base64.b64decode(found["data"])

    def pdf(self):
        """The page as it is printed."""
        found = self.ask("Page.printToPDF", preferCSSPageSize=True, printBackground=False)
        return base64.b64decode(found["data"])


@contextmanager
def browser(folder):
    """A browser that keeps all of its files in a folder, and is ended in the end."""
    child_in, ours_out = os.pipe()
    ours_in, child_out = os.pipe()
    words = [program(), *_SWITCHES, f"--user-data-dir={folder / 'profile'}", "about:blank"]
    as_3_and_4 = f'exec "$@" 3<&{child_in} 4>&{child_out}'
    process = subprocess.Popen(
        ["bash", "-c", as_3_and_4, "bash", *words],  # sh may know single digits alone
        pass_fds=(child_in, child_out),
        env={**os.environ, "HOME": str(folder)},
        start_new_session=True,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(child_in)
    os.close(child_out)
    try:
        yield Browser(ours_in, ours_out, folder)
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
        os.close(ours_in)
        os.close(ours_out)
