"""Export: what the overlay costs beside decoding and encoding, and beside matplotlib.animation.

The clip is 1080p, the model the small one of the demo; its windows are captured before anything
is timed, so that only pictures are measured. All figures are process time, interleaved.
"""

import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median

import numpy as np

from benchmarks.peers import peer_module
from benchmarks.results import Row, Section, gate
from mvit_core import load_model
from mvit_core.demo import demo_checkpoint
from mvit_core.export import ExportRequest, export
from mvit_core.export.drawing import PlaneArtist
from mvit_core.export.figure import plan
from mvit_core.export.scene import Scene
from mvit_core.pipeline import Explainer
from mvit_core.render import OPACITIES, HeatSettings, colour_table, overlay
from mvit_core.video import Video, VideoWriter, open_video
from mvit_core.video.decode.planes import PlaneCanvas, Planes

SHARED_CLIP = Path(__file__).resolve().parents[2] / "shared" / "clips" / "street_1080p.mp4"
SIZE, FRAMES = (1920, 1080), 72
PEER_FRAMES = 8
"""Frames that the peer draws, which takes a second for each."""


@dataclass(frozen=True)
class Bench:
    """Explainer, video and requests that all measurements share."""

    explainer: Explainer
    video: Video
    folder: Path

    def scene(self, request: ExportRequest) -> Scene:
        """The scene of a request, its windows captured already."""
        return Scene(self.explainer, self.video, request, lambda: None)


def measure(rounds: int) -> Section:
    """The table of exports."""
    bare, told = ExportRequest(caption=False), ExportRequest(caption=True)
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        clip = SHARED_CLIP if SHARED_CLIP.exists() else made_clip(folder / "clip.mp4")
        explainer = Explainer(load_model(demo_checkpoint(), device="cpu"))
        with open_video(clip) as video:
            bench = Bench(explainer, video, folder)
            for window in explainer.windows(video):
                explainer.capture(video, window)
            rows = [agreement_row(bench, bare)]
            for words, request in (("bare", bare), ("with caption", told)):
                rows.append(overlay_row(bench, request, words, rounds))
                rows.append(export_row(bench, request, words, rounds))
            even = HeatSettings(mode="even", opacity=OPACITIES["even"])  # the peer has one opacity
            rows.append(peer_row(bench, replace(bare, heat=even)))
    note = f"{clip.name}, 1920x1080, H.264 crf 18 preset medium, process time, {rounds} rounds"
    return Section("Export", note, rows)


def made_clip(path: Path) -> Path:
    """Smooth shapes that move, where no real clip is at hand."""
    y, x = np.mgrid[: SIZE[1], : SIZE[0]] / 300
    with VideoWriter(path, size=SIZE, fps=28) as writer:
        for number in range(FRAMES):
            waves = [np.sin(x + number / 9), np.cos(y - number / 7), np.sin(x + y + number / 5)]
            writer.write((np.stack(waves, axis=-1) * 100 + 128).astype(np.uint8))
    return path


def agreement_row(bench: Bench, request: ExportRequest) -> Row:
    """Measure the distance of pictures on planes from the same ones in RGB, before encoding."""
    levels = []
    for index, canvas in drawn(bench, request, range(0, bench.video.frame_count, 9)):
        code = canvas.matrix.colorspace
        found = canvas.frame.reformat(format="rgb24", src_colorspace=code, dst_colorspace=code)
        shot = bench.scene(request).shot(index)
        heatmap = shot.panels[0].explanation.heatmap
        wanted = overlay(bench.video.frame(index), heatmap, index, shot.styles[0])
        levels.append(np.abs(found.to_ndarray().astype(int) - wanted).mean())
    return gate("blend on planes beside RGB, mean difference", max(levels), 2, unit=" levels")


def drawn(
    bench: Bench, request: ExportRequest, indices: Sequence[int]
) -> Iterator[tuple[int, PlaneCanvas]]:
    """Frames as an export draws them: (index, canvas), the canvas drawn over by the next."""
    scene = bench.scene(request)
    figure = plan(bench.video.display_size, scene.shot(0).panels, caption=request.caption)
    artist = PlaneArtist(figure, request, bench.video.matrix)
    for index in indices:
        yield index, artist.draw(bench.video.planes(index), index, scene.shot(index))


def overlay_row(bench: Bench, request: ExportRequest, words: str, rounds: int) -> Row:
    """Process milliseconds for each frame, its share of colouring the map among them."""
    scene = bench.scene(request)
    figure = plan(bench.video.display_size, scene.shot(0).panels, caption=request.caption)
    frames = [kept(bench.video.planes(index)) for index in range(bench.video.frame_count)]
    costs = []
    for _ in range(rounds):
        artist = PlaneArtist(figure, request, bench.video.matrix)
        began = time.process_time()
        for index, frame in enumerate(frames):
            artist.draw(frame, index, scene.shot(index))
        costs.append((time.process_time() - began) / len(frames) * 1000)
    return gate(f"overlay of a 1080p frame, {words}", median(costs), 3, unit=" CPU ms")


def kept(planes: Planes) -> Planes:
    """A copy that outlives the decoder's frame."""
    return Planes(*(plane.copy() for plane in planes.each))


def export_row(bench: Bench, request: ExportRequest, words: str, rounds: int) -> Row:
    """A whole export over decoding the source and encoding the very same pictures."""
    every = range(bench.video.frame_count)
    pictures = [kept(canvas.planes()) for _, canvas in drawn(bench, request, every)]

    def decode() -> None:
        for index in every:
            bench.video.planes(index)

    def encode() -> None:
        height, width = pictures[0].y.shape
        canvas = PlaneCanvas((width, height), bench.video.matrix)
        target = bench.folder / "encoded.mp4"
        with VideoWriter(target, size=canvas.size, fps=bench.video.fps) as writer:
            for index, picture in enumerate(pictures):
                canvas.planes().take(picture)
                writer.write_canvas(canvas, float(bench.video.pts_seconds[index]))

    def whole() -> None:
        export(bench.explainer, bench.video, request, bench.folder / "export.mp4")

    ratios = [seconds(whole) / (seconds(encode) + seconds(decode)) for _ in range(rounds)]
    return gate(f"export / (encode only + decode), {words}", median(ratios), 1.1)


def seconds(work: Callable[[], object]) -> float:
    """Process seconds of a piece of work."""
    began = time.process_time()
    work()
    return time.process_time() - began


def peer_row(bench: Bench, request: ExportRequest) -> Row:
    """The same first frames through matplotlib.animation, its pictures encoded by our writer."""
    metric = "matplotlib.animation / export, for each frame"
    animation = peer_module("matplotlib.animation")
    if animation is None:
        return Row(metric, "not installed: `make bench` brings it")
    theirs = seconds(lambda: animate(bench, request)) / PEER_FRAMES
    wanted = replace(request, stop=PEER_FRAMES)
    target = bench.folder / "ours.mp4"
    ours = seconds(lambda: export(bench.explainer, bench.video, wanted, target)) / PEER_FRAMES
    ratio = theirs / ours
    return Row(metric, f"{ratio:.1f}", ">= 5", ratio >= 5)


def animate(bench: Bench, request: ExportRequest) -> None:
    """Animate as the peer's users do: two images in one pair of axes, redrawn for each frame."""
    import matplotlib as mpl
    from matplotlib import animation

    mpl.use("agg")
    from matplotlib import pyplot

    shot = bench.scene(request).shot(0)
    heatmap, style = shot.panels[0].explanation.heatmap, shot.styles[0]
    left, top, right, bottom = heatmap.box_px
    figure = pyplot.figure(figsize=(SIZE[0] / 100, SIZE[1] / 100), dpi=100)
    axes = figure.add_axes((0, 0, 1, 1), frameon=False, xticks=(), yticks=())
    below = axes.imshow(bench.video.frame(0))
    table = mpl.colors.ListedColormap(colour_table(style.colormap) / 255)
    above = axes.imshow(
        heatmap.values[0],
        table,
        alpha=style.opacity,
        interpolation="bilinear",
        norm=mpl.colors.Normalize(style.range.low, style.range.high),
        extent=(left, right, bottom, top),
    )

    class Writer(animation.AbstractMovieWriter):  # type: ignore[misc, name-defined]
        """Hands what is drawn to the same encoder as ours."""

        def setup(self, fig, outfile, dpi=None):
            super().setup(fig, outfile, dpi=dpi)
            self.video = VideoWriter(outfile, size=SIZE, fps=28).__enter__()

        def grab_frame(self, **_):
            self.fig.canvas.draw()
            self.video.write(np.asarray(self.fig.canvas.buffer_rgba())[..., :3].copy())

        def finish(self):
            self.video.__exit__(None, None, None)

    def show(index):
        below.set_data(bench.video.frame(index))
        above.set_data(heatmap.values[heatmap.token_time(index)])

    moving = animation.FuncAnimation(figure, show, frames=PEER_FRAMES)
    moving.save(bench.folder / "theirs.mp4", writer=Writer(fps=28))
    pyplot.close(figure)
