"""What the row of kills has written, how it is looked at, and how it goes on."""

import signal
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

__all__ = ["KINDS", "Work"]

Told = Callable[[], None]
"""Called after each round of writing."""


class Work(Protocol):
    """Something that writes files."""

    expected: frozenset[str]
    """Names, below the folder, of all that may be there in the end."""

    def write(self, folder: Path, told: Told) -> None:
        """Write over and over, until killed."""

    def problem(self, folder: Path) -> str:
        """What is torn; nothing if all is whole."""

    def start(self, folder: Path) -> None:
        """Do what the program does when it starts and writes there again."""

    def resume(self, folder: Path) -> str:
        """Begin again; what is wrong then, or nothing."""


class _Export:
    """Exports of one map, by turns in two opacities."""

    def __init__(self, inputs: Path, ending: str = ".mp4") -> None:
        from mvit_core import load_model, open_video
        from mvit_core.export import ExportRequest, export
        from mvit_core.pipeline import Explainer
        from mvit_core.provenance import CARRIERS, SIDE_ENDING
        from mvit_core.render import HeatSettings

        self._clip, self._name = inputs / "clip.mp4", f"out{ending}"
        self._explainer = Explainer(load_model(inputs / "toy.pyth"))
        still = 3 if ending == ".png" else None
        self._requests = [
            ExportRequest(frame_index=still, heat=replace(HeatSettings(), opacity=opacity))
            for opacity in (0.3, 0.9)
        ]
        self._whole = [inputs / f"whole-{ending[1:]}-{n}" / self._name for n in range(2)]
        with open_video(self._clip) as video:
            for request, target in zip(self._requests, self._whole, strict=True):
                target.parent.mkdir(exist_ok=True)
                export(self._explainer, video, request, target)
        beside = () if ending in CARRIERS else (f"{self._name}{SIDE_ENDING}",)
        self.expected = frozenset({self._name, *beside})

    def write(self, folder: Path, told: Told) -> None:
        """Export, over and over."""
        from mvit_core import open_video
        from mvit_core.export import export

        with open_video(self._clip) as video:
            while True:
                for request in self._requests:
                    export(self._explainer, video, request, folder / self._name)
                    told()

    def problem(self, folder: Path) -> str:
        """The file shows what one of the two does: how long a run took may differ."""
        from mvit_core.errors import MvitError
        from mvit_core.repeating import compared

        try:
            found = [compared(folder / self._name, whole) for whole in self._whole]
        except MvitError as error:
            return f"{self._name}: {error}"
        return f"{self._name}: {found[0]}, {found[1]}" if all(found) else ""

    def start(self, _: Path) -> None:
        """Clean up, as every command does first."""
        _clean_up()

    def resume(self, _: Path) -> str:
        """An export has nothing to go on from."""
        return ""


class _Session:
    """Saves of a session, by turns of two frames."""

    expected = frozenset({"my.mvitlens"})

    def __init__(self, inputs: Path) -> None:
        from app.state.session_file import Place, session_of
        from app.state.view_state import ModelSource, ViewState

        state = ViewState(clip=inputs / "clip.mp4", model=ModelSource(inputs / "toy.pyth"))
        self._sessions = [
            session_of(replace(state, frame=frame), Place(), inputs) for frame in (1, 8)
        ]

    def write(self, folder: Path, told: Told) -> None:
        """Save, over and over."""
        from app.state.session_file import write_session

        while True:
            for session in self._sessions:
                write_session(session, folder / "my.mvitlens")
                told()

    def problem(self, folder: Path) -> str:
        """The session is read, and is one of the two."""
        from app.state.session_file import read_session
        from mvit_core.errors import SessionError

        try:
            read = read_session(folder / "my.mvitlens")
        except SessionError as error:
            return str(error)
        return "" if read in self._sessions else f"a session of frame {read.view.get('frame')}"

    def start(self, _: Path) -> None:
        """Clean up, as every command does first."""
        _clean_up()

    def resume(self, folder: Path) -> str:
        """The session opens."""
        return self.problem(folder)


class _Settings:
    """Preferences and a long list beside them, changed over and over."""

    expected = frozenset({"mvit-lens/window.ini"})

    def __init__(self, _: Path) -> None:
        self._pairs = (("dark", "a" * 20_000), ("light", "b" * 20_000))

    def write(self, folder: Path, told: Told) -> None:
        """Change and sync, over and over."""
        from app.state.preferences import PreferenceStore

        settings = _settings(folder)
        preferences = PreferenceStore(settings)
        while True:
            for theme, text in self._pairs:
                settings.setValue("window/layout", text)
                preferences.update(theme=theme)
                settings.sync()
                told()

    def problem(self, folder: Path) -> str:
        """The two values are of one moment."""
        from app.state.preferences import PreferenceStore

        settings = _settings(folder)
        seen = PreferenceStore(settings).values.theme, settings.value("window/layout")
        return "" if seen in self._pairs else f"{seen[0]}, {str(seen[1])[:20]}"

    def start(self, folder: Path) -> None:
        """Clean up, and keep a preference, as a window does."""
        from app.state.preferences import PreferenceStore

        _clean_up()
        settings = _settings(folder)
        PreferenceStore(settings).update(first_index=1)
        settings.sync()

    def resume(self, folder: Path) -> str:
        """What was set is there."""
        from app.state.preferences import PreferenceStore

        return "" if PreferenceStore(_settings(folder)).values.first_index == 1 else "not kept"


class _Training:
    """A tiny run of the training of the demo model that saves every other step."""

    def __init__(self, _: Path) -> None:
        from mvit_core.training import loop
        from mvit_core.training.recipe import Recipe, Stage
        from mvit_core.training.saving import METRICS_NAME, STATE_NAME, WEIGHTS_NAME

        loop._SAVE_EVERY = 2  # type: ignore[attr-defined]
        stages = (Stage("A", 32, 400, 1e-3, 1.0), Stage("B", 48, 8, 5e-4, 1.0))
        self._recipe = Recipe(seed=3, stages=stages, batch=2)
        self.expected = frozenset({METRICS_NAME, STATE_NAME, WEIGHTS_NAME})

    def write(self, folder: Path, told: Told) -> None:
        """Train; it is told once a state was saved."""
        from mvit_core.training.loop import Progress, train

        def heard(progress: Progress) -> None:
            if progress.step > 2:
                told()

        train(self._recipe, folder, heard, processes=1)

    def problem(self, folder: Path) -> str:
        """The state is read."""
        from mvit_core.errors import MvitError
        from mvit_core.training.saving import read_state

        try:
            state = read_state(folder, self._recipe)
        except MvitError as error:
            return str(error)
        return "" if state is not None and state.step >= 2 else "no state"

    def start(self, _: Path) -> None:
        """Clean up, as every command does first."""
        _clean_up()

    def resume(self, folder: Path) -> str:
        """The run goes on after the step that was saved."""
        from mvit_core.training.loop import Progress, TrainingStopped, train
        from mvit_core.training.saving import read_state

        state, steps = read_state(folder, self._recipe), []

        def heard(progress: Progress) -> None:
            steps.append(progress.step)
            signal.raise_signal(signal.SIGINT)

        with suppress(TrainingStopped):
            train(self._recipe, folder, heard, processes=1)
        saved = state.step if state is not None else 0
        return "" if steps == [saved + 1] else f"saved after {saved}, went on with {steps}"


class _Batch:
    """Shards of a batch whose clips cost nothing."""

    def __init__(self, _: Path) -> None:
        from mvit_core.batch.shards import shards_of
        from tests.core.batch_children import Counted, listed

        clips = listed(12)
        self._shards, self._runner = shards_of(clips, 3), Counted((0.0, {}), 1)
        self._paths = [clip.name for clip in clips]
        numbers = range(len(self._shards))
        parts = {f"clips/part-{number:06}.parquet" for number in numbers}
        self.expected = frozenset(parts | {f"done/{number:06}.json" for number in numbers})

    def write(self, folder: Path, told: Told) -> None:
        """Do each shard anew, over and over."""
        from mvit_core.batch.shards import forget_done
        from mvit_core.batch.unit import run_shard

        for name in ("clips", "done"):
            (folder / name).mkdir()
        while True:
            for shard in self._shards:
                forget_done(folder, shard.number)
                run_shard(self._runner, folder, shard)
                told()

    def problem(self, folder: Path) -> str:
        """Each part is whole, and that of a shard that is done is there."""
        from mvit_core.batch.shards import read_done

        for shard in self._shards:
            path = folder / "clips" / f"part-{shard.number:06}.parquet"
            is_done = read_done(folder, shard.number) is not None
            rows = self._rows(path) if path.exists() else None
            if rows != [clip.name for clip in shard.clips] and (is_done or rows is not None):
                return f"part {shard.number} has {rows}"
        return ""

    def start(self, folder: Path) -> None:
        """Clean up, and do the shards that are left, as the same command does."""
        from mvit_core.batch.shards import read_done
        from mvit_core.batch.unit import run_shard

        _clean_up()
        for shard in self._shards:
            if read_done(folder, shard.number) is None:
                run_shard(self._runner, folder, shard)

    def resume(self, folder: Path) -> str:
        """All rows are there, each once."""
        parts = sorted((folder / "clips").iterdir())
        rows = [row for part in parts for row in self._rows(part)]
        return "" if rows == self._paths else f"rows are {rows}"

    @staticmethod
    def _rows(path: Path) -> list[str]:
        import pyarrow.parquet as pq

        return pq.read_table(path, use_threads=False).column("path").to_pylist()


class _Capture:
    """Capture files of one run."""

    expected = frozenset({"x.mvitcap"})

    def __init__(self, inputs: Path) -> None:
        from mvit_core import load_model, open_video
        from mvit_core.pipeline import Explainer

        self._clip, self._loaded = inputs / "clip.mp4", load_model(inputs / "toy.pyth")
        explainer = Explainer(self._loaded)
        with open_video(self._clip) as video:
            self._run = explainer.capture(video, explainer.windows(video)[0])

    def write(self, folder: Path, told: Told) -> None:
        """Write, over and over."""
        from mvit_core import open_video
        from mvit_core.capture_file import write_capture

        with open_video(self._clip) as video:
            while True:
                write_capture(folder / "x.mvitcap", video, self._loaded, [self._run])
                told()

    def problem(self, folder: Path) -> str:
        """Every checksum of the file fits."""
        from mvit_core.capture_file import CaptureFile
        from mvit_core.errors import CaptureFileError

        try:
            CaptureFile(folder / "x.mvitcap").check_all()
        except CaptureFileError as error:
            return str(error)
        return ""

    def start(self, _: Path) -> None:
        """Clean up, as every command does first."""
        _clean_up()

    def resume(self, folder: Path) -> str:
        """The file opens."""
        return self.problem(folder)


def _settings(folder: Path):
    from PySide6.QtCore import QSettings

    ini, user = QSettings.Format.IniFormat, QSettings.Scope.UserScope
    QSettings.setPath(ini, user, str(folder))
    return QSettings(ini, user, "mvit-lens", "window")


def _clean_up() -> None:
    from mvit_core.system.atomic_file import remove_leftovers

    remove_leftovers()


KINDS: Mapping[str, Callable[[Path], Work]] = MappingProxyType(
    {
        "film": partial(_Export, ending=".mp4"),
        "session": _Session,
        "settings": _Settings,
        "training": _Training,
        "arrays": partial(_Export, ending=".npz"),
        "table": partial(_Export, ending=".csv"),
        "picture": partial(_Export, ending=".png"),
        "batch": _Batch,
        "capture": _Capture,
    }
)
"""Name and what is written; made once in each child."""
