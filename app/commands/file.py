"""Opening, saving and closing."""

from __future__ import annotations

from app.commands.base import SAMPLES, VIDEO, Command, N

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
    Command("file.close_clip", N("commands", "Close video"), "file", ("Ctrl+W",),
            lambda d: d.control.close_clip(), enabled_when=VIDEO),
    Command("file.quit", N("commands", "Quit"), "file", ("Ctrl+Q",),
            lambda d: d.window.close_window()),
)  # fmt: skip
