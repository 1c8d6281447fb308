"""Commands for the boxes that a model of detection predicts for."""

from __future__ import annotations

from app.commands.base import VIDEO, Command, N, Need
from app.results.boxes import boxes_of, chosen_box
from app.results.tubes import chosen_tube

DETECTION = Need(
    lambda _, w: w.video is not None and w.model is not None and w.model.reads_boxes,
    N("commands", "open a video and load a model of detection first"),
)
BOXED = Need(lambda s, w: bool(boxes_of(s, w)), N("commands", "this window has no boxes"))
CHOSEN = Need(
    lambda s, w: chosen_box(s, w) is not None or chosen_tube(s) is not None,
    N("commands", "choose a box or a tube first: click it"),
)

BOXES = (
    Command(
        "boxes.draw",
        N("commands", "Draw a box"),
        "attention",
        ("Shift+B",),
        lambda d: d.intents.boxes.draw(),
        "stage",
        DETECTION,
        repeats=False,
        checked_when=lambda s, _: s.drawing == "box",
        submenu="boxes",
        tooltip=N("commands", "Drag on the frame: the model predicts for what lies in the box"),
    ),
    Command(
        "boxes.next",
        N("commands", "Next box"),
        "attention",
        (),
        lambda d: d.intents.boxes.step(1),
        "stage",
        BOXED,
        submenu="boxes",
    ),
    Command(
        "boxes.delete",
        N("commands", "Delete the box or the tube"),
        "attention",
        ("Delete",),
        lambda d: d.intents.delete_chosen(),
        "stage",
        CHOSEN,
        submenu="boxes",
    ),
    Command(
        "boxes.copy",
        N("commands", "Copy boxes to all windows"),
        "attention",
        (),
        lambda d: d.intents.boxes.copy_to_all(),
        enabled_when=BOXED,
        submenu="boxes",
        tooltip=N("commands", "Every window of the clip gets the boxes of the window shown"),
    ),
    Command(
        "boxes.open",
        N("commands", "Open boxes…"),
        "attention",
        (),
        lambda d: d.dialogs.open_boxes(),
        enabled_when=VIDEO,
        submenu="boxes",
        tooltip=N("commands", "Read boxes from a CSV file: seconds or frame, x1, y1, x2, y2"),
    ),
)
