"""Commands for opening, saving and closing."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.commands.base import EITHER, RECENT, SAMPLES, VIDEO, Command, N, Need
from app.commands.clips import CLIP_COMMANDS
from app.commands.model import MODEL_COMMANDS

if TYPE_CHECKING:
    from app.commands.base import CommandContext
    from app.results import Results
    from app.state.view_state import ViewState


MOST_STREAMS = 6
"""Video streams of a file that the menu offers."""


def _recent(number: int) -> Command:
    def run(context: CommandContext) -> None:
        context.recent.open(number - 1)

    there = Need(lambda _, w: len(w.recent) >= number, N("commands", "no such file was opened yet"))
    return Command(
        f"file.recent_{number}",
        N("commands", "Recent file {n}"),
        "file",
        (f"Ctrl+{number}",),
        run,
        enabled_when=there,
        submenu="recent",
    )


def _stream(place: int) -> Command:
    def run(context: CommandContext) -> None:
        context.control.choose_stream(place)

    def is_shown(_: ViewState, results: Results) -> bool:
        video = results.video
        if video is None or video.file is None or place >= len(video.streams):
            return False
        return video.file.stream == video.streams[place].index

    several = Need(
        lambda _, w: w.video is not None and len(w.video.streams) > max(place, 1),
        N("commands", "the file has no such further video stream"),
    )
    return Command(
        f"file.stream_{place + 1}",
        N("commands", "Video stream {n}"),
        "file",
        (),
        run,
        enabled_when=several,
        checked_when=is_shown,
        submenu="streams",
    )


FILE = (
    Command(
        "file.open_video",
        N("commands", "Open video…"),
        "file",
        ("Ctrl+O",),
        lambda d: d.dialogs.open_video(),
        icon="video",
        short=N("commands", "Open"),
        tooltip=N("commands", "Open a video"),
    ),
    Command(
        "file.open_folder",
        N("commands", "Open folder of pictures…"),
        "file",
        (),
        lambda d: d.dialogs.open_folder(),
        tooltip=N("commands", "Open numbered pictures as the frames of a video"),
    ),
    *(_stream(place) for place in range(MOST_STREAMS)),
    *CLIP_COMMANDS,
    Command(
        "file.load_model",
        N("commands", "Load model…"),
        "file",
        ("Ctrl+Shift+O",),
        lambda d: d.dialogs.load_model(),
        icon="model",
        short=N("commands", "Model"),
        tooltip=N("commands", "Load a trained checkpoint"),
    ),
    *MODEL_COMMANDS,
    Command(
        "file.open_sample",
        N("commands", "Open sample"),
        "file",
        ("Ctrl+T",),
        lambda d: d.window.open_sample(),
        enabled_when=SAMPLES,
        tooltip=N("commands", "Open the first sample clip with the demo model"),
    ),
    *(_recent(number) for number in range(1, 10)),
    Command(
        "file.clear_recent",
        N("commands", "Clear the list"),
        "file",
        (),
        lambda d: d.recent.clear(),
        enabled_when=RECENT,
        submenu="recent",
    ),
    Command(
        "file.open_session",
        N("commands", "Open session…"),
        "file",
        (),
        lambda d: d.sessions.open_dialog(),
        tooltip=N("commands", "Open a video, a model and a view as they were saved"),
    ),
    Command(
        "file.save_session",
        N("commands", "Save session"),
        "file",
        ("Ctrl+S",),
        lambda d: d.sessions.save(),
        enabled_when=EITHER,
        repeats=False,
        tooltip=N("commands", "Save which video and model are open, and how they are shown"),
    ),
    Command(
        "file.save_session_as",
        N("commands", "Save session as…"),
        "file",
        ("Ctrl+Shift+S",),
        lambda d: d.sessions.save_as(),
        enabled_when=EITHER,
        repeats=False,
    ),
    Command(
        "file.close_clip",
        N("commands", "Close video"),
        "file",
        ("Ctrl+W",),
        lambda d: d.window.close_clip(),
        enabled_when=VIDEO,
    ),
    Command(
        "file.quit", N("commands", "Quit"), "file", ("Ctrl+Q",), lambda d: d.window.close_window()
    ),
)
