"""The guide: words of the field and of the window, each in two sentences, and what lies behind."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication

from app.state.language import N
from app.text.guide_entry import GuideEntry
from app.text.guide_of_heads import HEAD_WORDS


def tr(text: str) -> str:
    """Translate a text of the guide."""
    return QCoreApplication.translate("guide", text)


USE = (
    GuideEntry(
        "open",
        N("guide", "Open"),
        N(
            "guide",
            "Drop a video and a checkpoint on the window, or use Ctrl+O and Ctrl+Shift+O. The "
            "model runs on the part of the video that is shown: its window.",
        ),
        N(
            "guide",
            "A checkpoint that lacks its configuration, its class names or one of several "
            "networks says so in the Model panel, with a button for each way out.",
        ),
    ),
    GuideEntry(
        "look",
        N("guide", "Look"),
        N(
            "guide",
            "Up and Down go through the layers, 1 to 0 show one head, A their mean or maximum. "
            "Q and a click ask where a token looks; with Shift, who looks at it.",
        ),
        N(
            "guide",
            "Hold B to see the frame alone. A right click or Shift+F10 lists what can be done "
            "with a token; Shift+G goes to the strongest one.",
        ),
    ),
    GuideEntry(
        "move",
        N("guide", "Move"),
        N(
            "guide",
            "Left and Right step by frames, Alt+Left and Alt+Right by frames that the model "
            "saw, Page Up and Page Down by windows. Space plays.",
        ),
        N(
            "guide",
            "I and O set the two ends of a loop, M a marker. The timeline zooms with the wheel.",
        ),
    ),
    GuideEntry(
        "trust",
        N("guide", "Trust"),
        N(
            "guide",
            "The colour bar says what its ends are and how the range was found. A badge says "
            "where the map on screen is not the one asked for, or not of this frame.",
        ),
        N(
            "guide",
            "Two pictures can be compared by colour only where they share a range: lock it with "
            "Y, or choose a range of several maps.",
        ),
    ),
    GuideEntry(
        "keep",
        N("guide", "Keep"),
        N(
            "guide",
            "Ctrl+E exports pictures, videos and numbers. Ctrl+S saves the session, which opens "
            "the same view again.",
        ),
        N(
            "guide",
            "Ctrl+C copies the picture of the view, and the context menu the values of the map.",
        ),
    ),
    GuideEntry(
        "batch_result",
        N("guide", "Batch result"),
        N(
            "guide",
            "The folder that mvit-lens batch wrote, as a table in Clips: a row for each window and "
            "model, with one statistic of the head that is chosen above it. A click or Enter opens "
            "clip, window, block and head; Ctrl+PgDown opens the next row that is listed.",
        ),
        N(
            "guide",
            "A click on a title sorts, a drag on the histogram lists the rows of a range. The "
            "checkpoint is loaded where its content is that of the run. Atlas > Batch compares all "
            "heads over the rows that are listed.",
        ),
    ),
)
"""Working with the window."""

WORDS = (
    GuideEntry(
        "readout",
        N("guide", "Readout"),
        N(
            "guide",
            "The tokens that the prediction is read from: the class token, or the mean of all "
            "patch tokens. As a query it shows where the prediction looks.",
        ),
        N(
            "guide",
            "In the last block of a model with a class token nothing else reaches the "
            "prediction: the rows of patch tokens are dead there, and the window offers the "
            "block before.",
        ),
    ),
    GuideEntry(
        "received",
        N("guide", "Received"),
        N(
            "guide",
            "The mean over all queries: how much attention each key gets from everywhere. It "
            "tells which places many tokens look at, not which ones the prediction uses.",
        ),
        N(
            "guide",
            "'Attends to' is one row of the attention matrix: where one query looks. 'Attended "
            "by' is one column: who looks at one key. Queries and keys may lie on grids of "
            "different size, for keys are pooled.",
        ),
    ),
    GuideEntry(
        "sink",
        N("guide", "Sink"),
        N(
            "guide",
            "The share of the attention that goes to the class token, which no picture can "
            "show. A head with a large sink says little about places, however bright its map is.",
        ),
        N(
            "guide",
            "The range of a map follows its own values, so that a map of which 99 % lie on the "
            "sink still fills the colours. Read the share beside the head before the colours.",
        ),
    ),
    GuideEntry(
        "mass_on_patches",
        N("guide", "Mass on patches"),
        N(
            "guide",
            "The share of the attention that stays on patches: 1 minus the sink. Over the clip "
            "it tells in which windows the head looks at the picture at all.",
        ),
        N("guide", "In a model without a class token it is 1 everywhere."),
    ),
    GuideEntry(
        "tubelet",
        N("guide", "Tubelet"),
        N(
            "guide",
            "A patch with extent in time: MViT makes each token of two sampled frames. Frames "
            "of one tubelet therefore have the same map.",
        ),
        N(
            "guide",
            "Frames between the sampled ones were never seen; they show the map of the nearest "
            "tubelet, without blending.",
        ),
    ),
    GuideEntry(
        "coverage",
        N("guide", "Coverage"),
        N(
            "guide",
            "The part of the frame that lay inside the model's crop. What is hatched the model "
            "never saw, and no map has values there.",
        ),
        N(
            "guide",
            "Attention > Preprocessing sets how the frame is scaled and cropped; a crop of the "
            "whole frame changes what the model is used to.",
        ),
    ),
    GuideEntry(
        "evidence",
        N("guide", "Evidence"),
        N(
            "guide",
            "The part of a class's logit that each token accounts for, with its sign. For and "
            "against cancel, so look at their sum first.",
        ),
        N(
            "guide",
            "Attention says where a model looks, not for which class. Evidence is of one class, "
            "or of one class instead of another.",
        ),
    ),
    GuideEntry(
        "baseline",
        N("guide", "Baseline"),
        N(
            "guide",
            "The input without content that evidence is measured from, such as a blurred or "
            "grey clip. If the model still says the class there, the evidence is incomplete.",
        ),
        N(
            "guide",
            "The sum of the evidence is the logit of the clip minus the logit of the baseline.",
        ),
    ),
    GuideEntry(
        "faithfulness",
        N("guide", "Faithfulness"),
        N(
            "guide",
            "Remove the tokens that a map calls most important, and see how fast the class goes. "
            "A faithful map makes it fall sooner than tokens removed at random.",
        ),
        N(
            "guide",
            "Deletion begins with the whole clip, insertion with none of it. Tokens in the "
            "centre are a second control, because most objects lie there.",
        ),
    ),
    GuideEntry(
        "sanity",
        N("guide", "Sanity"),
        N(
            "guide",
            "A map that explains a model must change when its weights are replaced by random "
            "ones, and when another class is asked for. One that does not shows the picture.",
        ),
        N(
            "guide",
            "The rank correlation of both maps is printed: near 0 passes, near 1 fails "
            "(Adebayo et al., 2018).",
        ),
    ),
    GuideEntry(
        "when",
        N("guide", "When"),
        N(
            "guide",
            "What each sampled frame adds to the logit: the clip is frozen before it and after "
            "it, and the differences are taken. With what a still frame gives they add up.",
        ),
        N(
            "guide",
            "The bars are a row of the timeline. A class that stays when frames are frozen, "
            "reversed or shuffled was not read from motion; a frozen clip may be foreign to the "
            "model.",
        ),
    ),
    GuideEntry(
        "effect",
        N("guide", "Head effect"),
        N(
            "guide",
            "How much the logit of a class changes when one head is turned off. Positive: the "
            "head speaks for the class.",
        ),
        N(
            "guide",
            "Effects do not add up: heads replace each other, and what one no longer says "
            "another may.\n"
            "In Head effects a click switches a head off, so that the model runs without it: the "
            "head gives its mean over windows and tokens instead. Map, classes and exports follow, "
            "and say so. The button above the list chooses the windows: those of this clip, or "
            "all of a batch result of the same checkpoint, which knows more of what is usual.",
        ),
    ),
    GuideEntry(
        "what_if",
        N("guide", "What if"),
        N(
            "guide",
            "A tube is a box of the picture over some frames, painted with Shift+E on what the "
            "model sees. It is erased, blurred, frozen or kept alone, and the classes answer.",
        ),
        N(
            "guide",
            "A class that goes with the tube needed what was there; one that stays did not need "
            "it, or finds it elsewhere too. It does not say that the model looked there: a hole "
            "is a picture that it was never trained on, so erase as much beside it and compare. "
            "Frozen, the tube tells motion from looks; kept alone, whether it is enough.\n"
            "The model's input is covered, not the file: a pixel whose centre lies in the box. "
            "Erased is the clip's mean colour (occlusion: Zeiler and Fergus, 2014). Tubes are "
            "undone by Ctrl+Z, kept in sessions, and named in exports.",
        ),
    ),
    GuideEntry(
        "patching",
        N("guide", "Patch from another clip"),
        N(
            "guide",
            "A head, an MLP or a block gives what it gave for another clip, and the rest of the "
            "network runs on with it. The share says how much of the other's answer comes along: "
            "1 is all of it.",
        ),
        N(
            "guide",
            "A large share says that what tells the two clips apart passes through that part. It "
            "does not say that the part finds it out, for it may only hand on what came from "
            "below; a whole late block always brings everything. A small share does not say that "
            "the part is idle: others may carry the same. Shares of parts do not add up, and they "
            "are of these two clips.\n"
            "The share is of the distance between both clips' logits, of this clip's first class "
            "less the other's, or of the class that is explained; below 0 it goes the other way, "
            "and above 1 beyond. Heads that are off and tubes stay as they are in this clip, and "
            "the other is run without them (Vig et al., 2020; Meng et al., 2022).",
        ),
    ),
    GuideEntry(
        "time_to_time",
        N("guide", "Time to time"),
        N(
            "guide",
            "Attention summed over places: rows are times of queries, columns times of keys. A "
            "bright diagonal looks within its own frames, other stripes compare times.",
        ),
        N("guide", "The row of the tubelet shown is framed; a click goes to a time."),
    ),
    *HEAD_WORDS,
    GuideEntry(
        "windows",
        N("guide", "Numbers of windows"),
        N(
            "guide",
            "In this window and in captions windows count from 1. Commands and files count "
            "from 0: --window 0 is window 1, and the column is called window_index.",
        ),
        N(
            "guide",
            "Blocks, heads, tokens and frames count from 0 everywhere; Preferences can let "
            "frames count from 1.",
        ),
    ),
)
"""Words of the field."""

ENTRIES = (*USE, *WORDS)

BY_NAME = {entry.name: entry for entry in ENTRIES}


def matching_entries(text: str) -> tuple[GuideEntry, ...]:
    """Entries that have every word of a text, those with them in the title first."""
    words = text.casefold().split()
    found = []
    for entry in ENTRIES:
        title = tr(entry.title).casefold()
        whole = f"{title} {entry.title} {tr(entry.short)} {tr(entry.more)}".casefold()
        if all(word in whole for word in words):
            found.append((not all(word in title for word in words), entry))
    return tuple(entry for _, entry in sorted(found, key=lambda pair: pair[0]))
