"""The export dialog and what becomes of a request: codecs, sound, progress, cancelling."""

import re
import time
from dataclasses import replace

import pytest
import shiboken6
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QImage
from PySide6.QtTest import QTest

import mvit_core.checkpoint
import mvit_core.export
from app.dialogs.export.dialog import ExportDialog
from app.dialogs.export.kinds import KINDS, formats_of, kind_of
from app.dialogs.export.presets import PRESETS
from app.panels.status import JobWidget
from app.results import JobInfo, TaskKey
from app.state.view_state import Loop
from app.text.phrases import clock_words, rate_words
from app.widgets.basic import Choice
from app.workers.export import Exporter, job_for, of_frames, repeated, spans_of
from app.workers.worker import TaskHandle
from mvit_core.errors import Cancelled, MvitError
from mvit_core.export import EXPORTERS, check_target
from mvit_core.render import ValueRange
from mvit_core.video import Video, open_video
from mvit_core.video.encode.encoders import CONTAINERS, ENCODERS, Encoding, codecs_for
from tests.app.conftest import WAIT_MS, settle
from tests.app.helpers import dialog_of, messages, press
from tests.fixtures_video import write_barcode_clip

pytestmark = pytest.mark.gui


@pytest.fixture
def heat():
    """Changes of the heat before the dialog opens."""
    return {}


@pytest.fixture
def dialog(lens, qtbot, heat):
    lens.store.update(**heat)
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(ExportDialog)
    yield dialog
    if shiboken6.isValid(dialog):
        dialog.reject()


def choose(combo, data):
    """Walk to an entry with the keys, as entries that are off are stepped over."""
    combo.setFocus()
    QTest.keyClick(combo, Qt.Key.Key_Home)
    for _ in range(combo.count()):
        if combo.currentData() == data:
            return True
        QTest.keyClick(combo, Qt.Key.Key_Down)
    return combo.currentData() == data


def choose_format(dialog, ending):
    """Walk to the kind whose format an ending is, then to the ending."""
    kind = kind_of(ending)
    dialog.kinds.setFocus()
    QTest.keyClick(dialog.kinds, Qt.Key.Key_Home)
    while dialog.kinds.kind != kind:
        QTest.keyClick(dialog.kinds, Qt.Key.Key_Down)
    return choose(dialog.format, ending)


@pytest.mark.parametrize("ending", CONTAINERS)
def test_only_codecs_that_fit_the_kind_of_file_can_be_chosen(dialog, ending):
    assert choose_format(dialog, ending)
    fields = dialog.fields
    assert fields.codec.currentData() in codecs_for(ending)
    fields.codec.setEnabled(True)
    for row in range(fields.codec.count()):
        name = fields.codec.itemData(row)
        fits = ending in ENCODERS[name].endings
        reason = fields.codec.itemData(row, Qt.ItemDataRole.ToolTipRole)
        assert choose(fields.codec, name) == fits
        assert bool(reason) != fits
        if not fits:
            assert f"a {name} file must end in" in reason


@pytest.mark.parametrize("ending", [e for e in EXPORTERS if e not in CONTAINERS])
def test_what_is_no_video_has_no_codec_no_quality_and_no_sound(dialog, ending):
    assert choose_format(dialog, ending)
    fields = dialog.fields
    for field in (fields.codec, fields.quality, fields.sound):
        assert not field.isEnabled()
        assert field.toolTip()
    assert dialog.job().request.encoding == Encoding()
    assert not dialog.job().request.sound


def test_a_typed_ending_changes_what_is_offered_too(dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "a.webm"))
    assert dialog.job().request.encoding == Encoding("vp9", "good")
    dialog.target.setText(str(tmp_path / "a.png"))
    assert not dialog.span.isEnabled()
    dialog.target.setText(str(tmp_path / "a.gif"))
    assert dialog.span.isEnabled()
    assert not dialog.fields.quality.isEnabled()
    assert not dialog.fields.sound.isEnabled()


def test_codec_quality_and_sound_of_the_dialog_reach_the_file(lens, qtbot, dialog, tmp_path):
    target = tmp_path / "out.mkv"
    dialog.target.setText(str(target))
    assert choose(dialog.fields.codec, "vp9")
    assert choose(dialog.fields.quality, "small")
    QTest.keyClick(dialog.fields.sound, Qt.Key.Key_Space)
    dialog.span.setCurrentIndex(1)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    with open_video(target) as video:
        assert video.codec == "vp9"
    assert "has no sound" in messages(lens)


def test_the_lists_of_the_dialog_show_all_their_rows(lens, qtbot, dialog):
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    for combo in (*dialog.findChildren(Choice),):
        combo.showPopup()
        view = combo.view()
        qtbot.waitUntil(view.isVisible, timeout=WAIT_MS)
        last = view.visualRect(combo.model().index(combo.count() - 1, 0))
        assert view.visualRect(combo.model().index(0, 0)).top() >= 0
        assert last.bottom() <= view.viewport().height()
        combo.hidePopup()


def exported(qtbot, window, path):
    qtbot.waitUntil(lambda: path.exists(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: not window.controller.results.is_busy, timeout=WAIT_MS)


def test_the_last_export_is_repeated_for_what_is_shown_now(lens, qtbot, dialog, tmp_path):
    """The same kind of file, layout, range and quality, of another head and window."""
    repeat = lens.actions_table.by_id["export.repeat"]
    assert not repeat.isEnabled()
    assert "export something first" in repeat.toolTip()
    dialog.target.setText(str(tmp_path / "first.mkv"))
    assert choose(dialog.fields.quality, "small")
    assert choose(dialog.pictures.layouts, "side-by-side")
    assert choose(dialog.span, "window")
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "first.mkv")
    first = lens.controller.results.window(lens.store.state.frame)
    lens.activateWindow()
    qtbot.waitUntil(lens.isActiveWindow, timeout=WAIT_MS)
    lens.stage.canvas.setFocus()
    press(qtbot, lens, Qt.Key.Key_2)
    press(qtbot, lens, Qt.Key.Key_PageDown)
    settle(qtbot, lens)
    window = lens.controller.results.window(lens.store.state.frame)
    assert window != first
    both = Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier
    for name in ("clip-b3-h1-f16-31.mkv", "clip-b3-h1-f16-31-2.mkv"):
        press(qtbot, lens, Qt.Key.Key_E, both)
        exported(qtbot, lens, tmp_path / name)
        with open_video(tmp_path / name) as video:
            assert video.frame_count == window.stop - window.start
            assert video.size[0] > 2 * lens.controller.results.video.size[0]  # frame and map


def test_a_saved_file_leads_to_its_folder(lens, qtbot, dialog, tmp_path, monkeypatch):
    opened = []
    monkeypatch.setattr("app.window.folders.QDesktopServices.openUrl", opened.append)
    dialog.target.setText(str(tmp_path / "a.png"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.png")
    qtbot.waitUntil(lambda: "Saved" in messages(lens), timeout=WAIT_MS)
    toast = next(t for t in lens.messages.toasts if t.message.text.startswith("Saved"))
    assert toast.way_button.text() == "Show in folder"
    qtbot.mouseClick(toast.way_button, Qt.MouseButton.LeftButton)
    assert [url.toLocalFile() for url in opened] == [str(tmp_path)]
    assert "Saved" not in messages(lens)


def test_pictures_can_be_written_without_the_caption(lens, qtbot, dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "bare.png"))
    QTest.keyClick(dialog.pictures.caption, Qt.Key.Key_Space)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "bare.png")
    assert QImage(str(tmp_path / "bare.png")).size().toTuple() == lens.controller.results.video.size


def test_numbers_have_neither_caption_nor_layout(dialog, tmp_path):
    for ending, shows in ((".npz", False), (".png", True), (".csv", False), (".mp4", True)):
        assert choose_format(dialog, ending)
        assert dialog.pictures.caption.isEnabled() == dialog.pictures.layouts.isEnabled() == shows
        assert bool(dialog.pictures.caption.toolTip()) != shows


def test_a_repeated_export_without_its_loop_takes_the_whole_video(lens, tmp_path):
    state, results = lens.store.state, lens.controller.results
    looped = replace(state, loop=Loop("range", 3, 7))
    assert spans_of(looped, results)["loop"] == (3, 8)
    first = job_for(looped, results, tmp_path)
    request = of_frames(first.request, "loop", (3, 8))
    last = replace(first, target=tmp_path / "a.gif", span="loop", request=request)
    again = repeated(last, looped, results).request
    assert (again.start, again.stop) == (3, 8)
    job = repeated(last, state, results)
    frames = job.request.start, job.request.stop
    assert (job.span, *frames) == ("all", 0, results.video.frame_count)
    assert job.target.parent == tmp_path
    assert job.target.name == f"{results.video.path.stem}-b3-mean-all.gif"
    assert repeated(last, state, replace(results, video=None)) is None


def test_a_loop_can_be_exported_alone(lens, qtbot, tmp_path):
    for key, frame in ((Qt.Key.Key_I, 2), (Qt.Key.Key_O, 6)):
        lens.controller.intents.go_to(frame)
        press(qtbot, lens, key)
    press(qtbot, lens, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    dialog = dialog_of(ExportDialog)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    assert choose(dialog.span, "loop")
    assert dialog.span.currentText() == "Loop (frames 2–6)"
    dialog.target.setText(str(tmp_path / "loop.mp4"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "loop.mp4")
    with open_video(tmp_path / "loop.mp4") as video:
        assert video.frame_count == 5


def test_the_layout_offered_first_is_that_of_the_view_and_its_maps_are_named(lens, qtbot):
    layouts = {"single": "single", "heads": "heads", "layers": "stages"}
    said = []
    for view, layout in layouts.items():
        lens.store.update(view=view)
        lens.actions_table.run("export.export")
        dialog = dialog_of(ExportDialog)
        assert dialog.job().request.layout == layout
        said.append(dialog.content.text())
        dialog.reject()
    assert "mean of 4 heads" in said[0]
    assert "each head alone" in said[1]
    assert "Last block of each stage" in said[2]


def pin_and_compare(qtbot, lens):
    """Pin the map shown, go to another block and compare, with the difference of both."""
    lens.controller.intents.panes.pin()
    lens.store.update(block=1, view="compare", difference=(0, 1))
    settle(qtbot, lens)


def test_the_panes_of_compare_are_offered_first_and_each_layout_beside(lens, qtbot):
    pin_and_compare(qtbot, lens)
    for command in ("export.export", "export.repeat"):
        reason = lens.actions_table.by_id[command].toolTip()
        assert "panes side by side" not in reason
    lens.actions_table.run("export.export")
    dialog = dialog_of(ExportDialog)
    qtbot.waitUntil(dialog.isActiveWindow, timeout=WAIT_MS)
    request = dialog.job().request
    assert [pane.name for pane in request.comparison.panes] == ["Now", "A"]
    assert [pane.map.block for pane in request.comparison.panes] == [1, 3]
    assert request.comparison.difference == (0, 1)
    assert "Now, A and their difference" in dialog.content.text()
    assert dialog.job().target.name == "clip-compare-all.mp4"
    assert choose(dialog.pictures.layouts, "single")
    assert dialog.job().request.comparison is None
    assert dialog.job().target.name == "clip-b1-mean-all.mp4"
    assert choose_format(dialog, ".csv")
    assert dialog.job().request.comparison is None
    dialog.reject()


def test_a_compare_view_without_pins_exports_its_one_map(lens):
    lens.store.update(view="compare")
    job = lens.controller.exports.job()
    assert (job.request.comparison, job.others) == (None, ())


def test_panes_of_another_clip_and_model_are_exported_as_they_were_previewed(
    lens, qtbot, tmp_path, toy_checkpoint
):
    copy = tmp_path / "other.pyth"
    copy.write_bytes(toy_checkpoint.read_bytes())
    clip = write_barcode_clip(tmp_path / "slow.mp4", frames=20, size=(120, 120), fps=15)
    lens.controller.intents.panes.pin()
    (pin,) = lens.store.state.panes
    pins = (
        pin,
        replace(pin, clip=clip, map=replace(pin.map, block=1)),
        replace(pin, model=replace(pin.model, checkpoint=copy)),
    )
    lens.store.update(panes=pins, view="compare", difference=(0, 2))
    settle(qtbot, lens)
    job = lens.controller.exports.job()
    assert [(each.clip.name, each.is_own_clip) for each in job.others] == [
        ("slow.mp4", False),
        (job.clip.name, True),
    ]
    lens.actions_table.run("export.export")
    dialog = dialog_of(ExportDialog)
    dialog.target.setText(str(tmp_path / "a.png"))
    image = previewed(qtbot, dialog)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.png")
    written = QImage(str(tmp_path / "a.png")).convertToFormat(QImage.Format.Format_RGB888)
    assert image == written


def test_an_export_of_a_pane_whose_clip_has_gone_says_so(lens, qtbot, tmp_path):
    clip = write_barcode_clip(tmp_path / "gone.mp4", frames=20)
    lens.controller.intents.panes.pin()
    (pin,) = lens.store.state.panes
    lens.store.update(panes=(replace(pin, clip=clip),), view="compare")
    settle(qtbot, lens)
    job = replace(lens.controller.exports.job(), target=tmp_path / "out.png")
    clip.unlink()
    host = Exporter()
    with pytest.raises(MvitError, match=r"gone\.mp4"):
        host.run(job, TaskHandle("export", 1, lambda _: None))
    assert not job.target.exists()
    host.close()


def test_an_export_stops_while_the_model_runs(lens, tmp_path):
    request = lens.controller.exports.job()
    target = tmp_path / "out.mp4"
    host = Exporter()
    task = TaskHandle("export", 1, lambda progress: task.cancel())  # at the first layer
    began = time.monotonic()
    with pytest.raises(Cancelled):
        host.run(replace(request, target=target), task)
    assert time.monotonic() - began < WAIT_MS / 1000
    assert list(tmp_path.glob("*out*")) == []
    host.close()


def test_an_export_stops_after_its_last_frame_while_the_file_is_ended(lens, tmp_path):
    told = []

    def record(progress):
        told.append(progress)
        if progress.done == progress.total:
            task.cancel()

    job = lens.controller.exports.job()
    request = replace(job.request, stop=12)
    host, task = Exporter(), TaskHandle("export", 1, record)
    with pytest.raises(Cancelled):
        host.run(replace(job, target=tmp_path / "out.mp4", request=request), task)
    assert told[-1].done == told[-1].total == 12
    assert list(tmp_path.glob("*out*")) == []
    host.close()


def test_an_export_can_be_cancelled_while_its_model_loads(lens, tmp_path, monkeypatch):
    real, loaded = mvit_core.checkpoint.load_model, []

    def cancelled_meanwhile(path, **options):
        task.cancel()
        loaded.append(real(path, **options))
        return loaded[0]

    monkeypatch.setattr(mvit_core.checkpoint, "load_model", cancelled_meanwhile)
    host, task = Exporter(), TaskHandle("export", 1, lambda _: None)
    with pytest.raises(Cancelled):
        host.run(replace(lens.controller.exports.job(), target=tmp_path / "out.png"), task)
    assert loaded == []
    host.close()


SPARING = [
    ("single", "layer", {2}),
    ("heads", "clip", {2}),
    ("stages", "layer", {0, 2, 3}),
    ("single", "model", None),
]


@pytest.mark.parametrize(("layout", "policy", "kept"), SPARING)
def test_where_one_layer_is_to_be_kept_an_export_keeps_what_it_shows_and_shows_the_same(
    lens, tmp_path, monkeypatch, layout, policy, kept
):
    lens.store.update(block=2, range_policy=policy)
    job = lens.controller.exports.job()
    request = replace(job.request, layout=layout)
    job = replace(job, request=request, target=tmp_path / "all.png")
    sparing = replace(
        job, model=replace(job.model, one_layer=True), target=tmp_path / "sparing.png"
    )
    real, keeps = mvit_core.export.export, []

    def export(explainer, *rest):
        keeps.append(explainer.keep.blocks)
        return real(explainer, *rest)

    monkeypatch.setattr(mvit_core.export, "export", export)
    host = Exporter()
    for each in (job, sparing):
        host.run(each, TaskHandle("export", 1, lambda _: None))
    host.close()
    assert keeps == [None, kept]
    assert QImage(str(job.target)) == QImage(str(sparing.target))


# -- preview, presets, size and rate -------------------------------------------------------------


def previewed(qtbot, dialog):
    """Wait for the picture of the choices made last."""
    qtbot.waitUntil(lambda: not dialog.is_drawing, timeout=WAIT_MS)
    return dialog.preview.picture.image


@pytest.mark.parametrize(
    "heat",
    [
        {},
        {"mode": "even", "opacity": 0.6},
        {"colormap": "lime", "outline": True},
        {"mode": "spotlight", "threshold": 0.2},
    ],
    ids=str,
)
def test_the_preview_is_the_picture_that_is_written(lens, qtbot, dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "a.png"))
    assert choose(dialog.pictures.layouts, "side-by-side")
    image = previewed(qtbot, dialog)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.png")
    written = QImage(str(tmp_path / "a.png")).convertToFormat(QImage.Format.Format_RGB888)
    assert image == written


def test_each_choice_renews_the_preview(qtbot, dialog):
    seen = [previewed(qtbot, dialog)]
    for act in (
        lambda: choose(dialog.pictures.layouts, "heads"),
        lambda: QTest.keyClick(dialog.pictures.caption, Qt.Key.Key_Space),
    ):
        act()
        assert dialog.is_drawing
        seen.append(previewed(qtbot, dialog))
    sizes = [image.size().toTuple() for image in seen]
    assert len(set(sizes)) == len(sizes)
    assert f"{sizes[-1][0]} × {sizes[-1][1]} pixels" in dialog.preview.words.text()


def test_a_choice_opens_no_video_for_its_preview(qtbot, dialog, monkeypatch):
    previewed(qtbot, dialog)
    real, opened = Video.__init__, []

    def init(video, *args, **options):
        opened.append(args)
        real(video, *args, **options)

    monkeypatch.setattr(Video, "__init__", init)
    for layout in ("heads", "stages", "side-by-side"):
        assert choose(dialog.pictures.layouts, layout)
        assert previewed(qtbot, dialog) is not None
    assert opened == []


@pytest.mark.parametrize("ending", formats_of("data"))
def test_numbers_have_no_picture_and_the_dialog_shows_what_they_begin_with(
    lens, qtbot, dialog, ending
):
    previewed(qtbot, dialog)
    assert choose_format(dialog, ending)
    assert previewed(qtbot, dialog) is None
    assert "numbers" in dialog.preview.words.text()
    table = dialog.preview.table
    assert table.isVisible()
    heads = [table.horizontalHeaderItem(c).text() for c in range(table.columnCount())]
    assert ("class" if ending == ".csv" else "array") in heads
    assert table.rowCount() >= 4
    assert choose_format(dialog, ".gif")
    assert previewed(qtbot, dialog) is not None
    assert not table.isVisible()


def test_a_preview_that_cannot_be_drawn_says_why(lens, qtbot, dialog, monkeypatch):
    def broken(*_):
        raise MvitError("nothing to see")

    previewed(qtbot, dialog)
    monkeypatch.setattr(mvit_core.export, "draw_still", broken)
    assert choose(dialog.pictures.layouts, "stages")
    assert previewed(qtbot, dialog) is None
    assert "nothing to see" in dialog.preview.words.text()
    assert "nothing to see" not in messages(lens)
    assert dialog.accept_button.isEnabled()


def test_a_dialog_that_is_closed_wants_no_preview(lens, qtbot, dialog):
    dialog.reject()
    qtbot.waitUntil(
        lambda: not lens.controller.workers.infer.is_pending(TaskKey.EXPORT_PREVIEW),
        timeout=WAIT_MS,
    )


@pytest.mark.parametrize(
    "target", ["~nobody-of-that-name/a.mp4", "n" * 300 + ".mp4", "f/" * 3000 + "a.mp4", "a\0.mp4"]
)
def test_a_target_that_cannot_be_is_a_word_in_the_dialog(dialog, tmp_path, target):
    dialog.target.setText(target if target[0] in "~f" else str(tmp_path / target))
    assert dialog.job().target.suffix == ".mp4"
    if target[0] in "~f":
        assert "does not exist" in dialog.problem.text()
        assert not dialog.accept_button.isEnabled()


@pytest.mark.parametrize("name", PRESETS)
def test_a_preset_makes_the_choices_that_it_names(dialog, name):
    preset = PRESETS[name]
    assert choose(dialog.preset, name)
    job, request = dialog.job(), dialog.job().request
    assert job.target.suffix == preset.ending == dialog.format.currentData()
    if preset.ending in (*CONTAINERS, ".png"):
        assert (request.layout, request.size) == (preset.layout, preset.size)
    assert request.rate == preset.rate
    assert dialog.preset.currentData() == name, "and it is seen which one it was"
    check_target(job.target, request)


def test_choices_that_no_preset_makes_are_ones_own(dialog):
    assert dialog.preset.currentData() is None
    assert choose(dialog.preset, "slide")
    assert choose(dialog.pictures.size, "720p")
    assert dialog.preset.currentData() is None
    assert dialog.preset.currentText() == "Own choices"
    assert choose(dialog.pictures.size, "1080p")
    assert dialog.preset.currentData() == "slide"


def test_a_kind_shows_the_choices_that_it_has_and_no_others(dialog):
    fields, pictures = dialog.fields, dialog.pictures
    of_films = (dialog.span, dialog.rate, fields.codec, fields.quality, fields.sound)
    of_pictures = (pictures.layouts, pictures.size, pictures.policy, pictures.caption)
    for kind in KINDS:
        assert choose_format(dialog, formats_of(kind)[0])
        assert dialog.kinds.kind == kind
        assert {field.isVisible() for field in of_films} == {kind == "film"}
        assert {field.isVisible() for field in of_pictures} == {kind != "data"}
        offered = [dialog.format.itemData(row) for row in range(dialog.format.count())]
        assert offered == list(formats_of(kind))


def test_the_dialog_opens_with_the_kind_of_last_time(lens, dialog):
    assert dialog.kinds.kind == "film"
    assert choose_format(dialog, ".npz")
    dialog.reject()
    lens.actions_table.run("export.export")
    again = dialog_of(ExportDialog)
    assert (again.kinds.kind, again.job().target.suffix) == ("data", ".npz")
    again.reject()


def test_a_film_is_offered_with_the_range_of_the_clip_and_a_picture_with_that_on_screen(
    lens, qtbot, dialog, tmp_path
):
    assert dialog.job().request.heat.range_policy == "clip"
    assert choose_format(dialog, ".png")
    assert dialog.job().request.heat == lens.store.state.heat
    assert choose_format(dialog, ".mp4")
    assert choose(dialog.pictures.policy, "layer")
    assert choose_format(dialog, ".webm")
    assert dialog.job().request.heat == lens.store.state.heat, "a choice is kept within a kind"
    assert choose(dialog.pictures.policy, "clip")
    dialog.target.setText(str(tmp_path / "a.mp4"))
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.mp4")
    last = replace(job_for(lens.store.state, lens.controller.results, tmp_path), policy="clip")
    again = repeated(last, lens.store.state, lens.controller.results)
    assert again.request.heat.range_policy == "clip"


@pytest.mark.parametrize(
    "heat", [{"range_policy": "manual", "manual_range": ValueRange(0.0, 0.5)}], ids=["by hand"]
)
def test_a_range_by_hand_stays_in_films(lens, dialog):
    assert not dialog.pictures.policy.isEnabled()
    assert dialog.pictures.policy.toolTip()
    assert dialog.job().request.heat == lens.store.state.heat


def test_the_preview_is_in_true_size_or_whole_and_says_what_the_file_costs(qtbot, dialog):
    assert choose(dialog.pictures.size, "1080p")
    image = previewed(qtbot, dialog)
    picture, ratio = dialog.preview.picture, dialog.devicePixelRatioF()
    assert picture.size() == image.size() / ratio
    bar = dialog.preview.area.horizontalScrollBar()
    before = bar.value()
    middle = dialog.preview.area.viewport().rect().center()
    at = picture.mapFrom(dialog.preview.area.viewport(), middle)
    QTest.mousePress(picture, Qt.MouseButton.LeftButton, pos=at)
    QTest.mouseMove(picture, at - QPoint(40, 0))
    QTest.mouseRelease(picture, Qt.MouseButton.LeftButton)
    assert bar.value() > before
    QTest.keyClick(dialog.preview.whole, Qt.Key.Key_Space)
    room = dialog.preview.area.viewport()
    qtbot.waitUntil(lambda: picture.width() <= room.width(), timeout=WAIT_MS)
    qtbot.waitUntil(lambda: "about" in dialog.preview.words.text(), timeout=WAIT_MS)
    assert re.search(r"about \d[\d.]* [kMG]B · \d+:\d\d", dialog.preview.words.text())


def test_no_rate_above_that_of_the_clip_is_offered(lens, dialog):
    rates = [dialog.rate.itemData(row) for row in range(dialog.rate.count())]
    assert rates[0] is None
    assert rates[1:] == sorted(rates[1:], reverse=True)
    assert max(rates[1:]) < lens.controller.results.video.fps


def test_rate_and_sampled_frames_of_the_dialog_reach_the_file(lens, qtbot, dialog, tmp_path):
    dialog.target.setText(str(tmp_path / "a.mp4"))
    assert choose(dialog.span, "sampled")
    assert choose(dialog.rate, 5.0)
    qtbot.mouseClick(dialog.accept_button, Qt.MouseButton.LeftButton)
    exported(qtbot, lens, tmp_path / "a.mp4")
    sampled = {i for window in lens.controller.results.windows for i in window.frame_indices}
    with open_video(tmp_path / "a.mp4") as video:
        assert video.frame_count == 7 < len(sampled), "one of each fifth of a second"


def test_the_name_says_the_range_until_one_writes_another(dialog):
    def name():
        return dialog.target.text().rpartition("/")[2]

    assert name() == "clip-b3-mean-all.mp4"
    assert choose(dialog.span, "window")
    assert name() == "clip-b3-mean-f0-15.mp4"
    assert choose(dialog.span, "sampled")
    assert name() == "clip-b3-mean-sampled.mp4"
    assert choose_format(dialog, ".png")
    assert name() == "clip-b3-mean-f0.png"
    assert choose_format(dialog, ".npz")
    assert name() == "clip-b3-mean-all.npz"
    dialog.target.setText(dialog.target.text().replace("mean-all", "mine"))
    assert choose_format(dialog, ".gif")
    assert choose(dialog.span, "all")
    assert name() == "clip-b3-mine.gif"


@pytest.mark.parametrize(
    ("job", "words"),
    [
        (
            JobInfo("export", "Exporting a.mp4", "running", 30, 534, 42.3, 12.0),
            "42 fps, 0:12 left",
        ),
        (
            JobInfo("export", "Exporting a.mp4", "running", 3, 534, 2.34, 3700.0),
            "2.3 fps, 1:01:40",
        ),
        (JobInfo("explain", "Running", "running", 3, 16, 2.0, 6.5), "3 of 16 · 0:06 left"),
        (JobInfo("export", "Exporting a.mp4", "running", 0, 534), "0 of 534"),
        (JobInfo("export", "Exporting a.mp4", "stopping", 3, 534, 2.0, 9.0), "Stopping: "),
    ],
)
def test_the_status_line_tells_rate_and_time_left(qtbot, job, words):
    widget = JobWidget()
    qtbot.addWidget(widget)
    widget.show_jobs((job,))
    assert words in widget.title.text()


def test_durations_and_rates_in_words():
    assert [clock_words(s) for s in (0.4, 59.6, 61, 3600)] == ["0:00", "1:00", "1:01", "1:00:00"]
    assert [rate_words(r) for r in (0.04, 9.94, 9.95, 120.4)] == ["0.0", "9.9", "10", "120"]
