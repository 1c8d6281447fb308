"""Commands that explain a class, check explanations, and switch heads off."""

from __future__ import annotations

from dataclasses import replace

from app.commands.base import (
    BOTH,
    CLASSIFIED,
    WEIGHTS,
    WITH_CLASSES,
    Command,
    N,
    Need,
    with_weights,
)
from app.commands.clips import READER
from mvit_core.explaining.methods import EVIDENCE

EXPLAINED = Need(
    lambda s, w: s.map.method in EVIDENCE and w.why is not None,
    N("commands", "explain a class with W first"),
)
TWO = Need(
    lambda s, w: EXPLAINED(s, w) and s.map.against is not None,
    N("commands", "choose a class to explain it instead of with Shift and a click on Why?"),
)
OFF = Need(lambda s, _: bool(s.changes.heads_off), N("commands", "all heads are on"))
CHANGED = Need(lambda s, _: bool(s.changes), N("commands", "nothing is changed"))
MEAN_OF_BATCH = replace(CLASSIFIED, further=replace(WEIGHTS, further=READER))

WHY = (
    Command(
        "explain.why",
        N("commands", "Why this class?"),
        "explain",
        ("W",),
        lambda d: d.intents.why.toggle(),
        "stage",
        with_weights(WITH_CLASSES),
        checked_when=lambda s, _: s.workspace == "explain" and s.map.method in EVIDENCE,
        tooltip=N("commands", "Show what of the clip speaks for a class; again: back"),
        keywords=N("commands", "Explain, evidence, attribution, saliency"),
        repeats=False,
    ),
    Command(
        "explain.swap",
        N("commands", "Exchange the two classes"),
        "explain",
        ("Shift+W",),
        lambda d: d.intents.why.swap(),
        "stage",
        TWO,
        repeats=False,
    ),
    Command(
        "explain.faithfulness",
        N("commands", "Check the faithfulness"),
        "explain",
        (),
        lambda d: d.control.checks.faithfulness(),
        enabled_when=EXPLAINED,
        tooltip=N("commands", "Remove what the map shows, and see whether the class goes"),
        keywords=N("commands", "Deletion, insertion"),
    ),
    Command(
        "explain.sanity",
        N("commands", "Check the sanity"),
        "explain",
        (),
        lambda d: d.control.checks.sanity(),
        enabled_when=EXPLAINED,
        tooltip=N("commands", "Make the map again with weights drawn anew; it must change"),
    ),
    Command(
        "explain.when",
        N("commands", "When: what each frame adds"),
        "explain",
        (),
        lambda d: d.control.checks.when(),
        enabled_when=EXPLAINED,
        tooltip=N("commands", "Freeze the clip before and after each sampled frame"),
    ),
    Command(
        "explain.toggle_head",
        N("commands", "Switch the head off or on"),
        "explain",
        ("Shift+O",),
        lambda d: d.intents.heads_off.toggle_chosen(),
        "stage",
        with_weights(WITH_CLASSES),
        tooltip=N("commands", "The model runs without the head that is chosen; again: with it"),
        keywords=N("commands", "Ablation, ablate, knock out"),
        repeats=False,
    ),
    Command(
        "explain.all_on",
        N("commands", "All heads on"),
        "explain",
        ("Shift+A",),
        lambda d: d.intents.heads_off.all_on(),
        "stage",
        OFF,
        keywords=N("commands", "Ablation, ablate, knock out"),
        repeats=False,
    ),
    Command(
        "explain.paint",
        N("commands", "Paint a tube"),
        "explain",
        ("Shift+E",),
        lambda d: d.intents.tubes.paint(),
        "stage",
        with_weights(BOTH),
        repeats=False,
        checked_when=lambda s, _: s.drawing == "tube",
        tooltip=N("commands", "Drag on the frame: erase, blur, freeze or keep what lies there"),
        keywords=N("commands", "What if, erase, blur, freeze, occlusion, mask"),
        submenu="what_if",
    ),
    Command(
        "explain.patch",
        N("commands", "Patch from another clip…"),
        "explain",
        (),
        lambda d: d.dialogs.patch(),
        enabled_when=with_weights(CLASSIFIED),
        tooltip=N("commands", "A head, an MLP or a block gives what it gave for another clip"),
        keywords=N("commands", "What if, activation patching, causal tracing"),
        submenu="what_if",
    ),
    Command(
        "explain.undo_changes",
        N("commands", "Undo all changes"),
        "explain",
        (),
        lambda d: d.intents.undo_changes(),
        enabled_when=CHANGED,
        tooltip=N("commands", "All heads on, and all tubes off"),
        keywords=N("commands", "What if, original, reset"),
        submenu="what_if",
    ),
    Command(
        "explain.effects",
        N("commands", "Find the effects of heads"),
        "explain",
        (),
        lambda d: d.control.effects.fill(),
        enabled_when=with_weights(CLASSIFIED),
        tooltip=N("commands", "What the class loses without each head, the last block first"),
    ),
    Command(
        "explain.mean_of_batch",
        N("commands", "Mean of heads over a batch result…"),
        "explain",
        (),
        lambda d: d.dialogs.mean_of_batch(),
        enabled_when=MEAN_OF_BATCH,
        tooltip=N("commands", "A head that is off gives its mean over all windows of a batch"),
        keywords=N("commands", "Ablation, ablate, knock out"),
        submenu="means",
    ),
    Command(
        "explain.mean",
        N("commands", "Mean of heads over the whole clip"),
        "explain",
        (),
        lambda d: d.control.effects.improve(),
        enabled_when=with_weights(CLASSIFIED),
        tooltip=N("commands", "Run the clip, so that a head that is off gives a better mean"),
        submenu="means",
    ),
)
