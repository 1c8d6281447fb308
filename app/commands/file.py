"""Opening, saving and closing."""

from __future__ import annotations

from app.commands.base import EITHER, SAMPLES, VIDEO, Command, N

FILE = (
    Command("file.open_video", N("commands", "Open video…"), "file", ("Ctrl+O",),
            lambda d: d.window.open_video_dialog(), icon="video",
            tooltip=N("commands", "Open a video")),
    Command("file.load_model", N("commands", "Load model…"), "file", ("Ctrl+Shift+O",),
            lambda d: d.window.load_model_dialog(), icon="model",
            tooltip=N("commands", "Load a trained checkpoint")),
    Command("file.open_sample", N("commands", "Open sample"), "file", ("Ctrl+T",),
            lambda d: d.window.open_sample(), enabled_when=SAMPLES,
            tooltip=N("commands", "Open the first sample clip with the demo model")),
    Command("file.open_session", N("commands", "Open session…"), "file", (),
            lambda d: d.window.open_session_dialog(),
            tooltip=N("commands", "Open a video, a model and a view as they were saved")),
    Command("file.save_session", N("commands", "Save session"), "file", ("Ctrl+S",),
            lambda d: d.window.save_session(), enabled_when=EITHER, repeats=False,
            tooltip=N("commands", "Save which video and model are open, and how they are shown")),
    Command("file.save_session_as", N("commands", "Save session as…"), "file", ("Ctrl+Shift+S",),
            lambda d: d.window.save_session_as(), enabled_when=EITHER, repeats=False),
    Command("file.close_clip", N("commands", "Close video"), "file", ("Ctrl+W",),
            lambda d: d.control.close_clip(), enabled_when=VIDEO),
    Command("file.quit", N("commands", "Quit"), "file", ("Ctrl+Q",),
            lambda d: d.window.close_window()),
)  # fmt: skip
