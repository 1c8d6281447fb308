"""The model card: prose that says what the demo model is, and figures that a script fills in."""

from collections.abc import Sequence
from pathlib import Path

from mvit_core.errors import ExportError
from mvit_core.system.atomic_file import whole_file
from mvit_core.system.ordinary_file import read_bounded
from mvit_core.training.evaluation import Evaluation, MapScore
from mvit_core.training.explained import Explained, MethodFigures
from mvit_core.training.recipe import Recipe, Stage
from mvit_core.training.scoring import Score

__all__ = ["CARD_NAME", "card_text", "figures_text", "refresh_card"]

CARD_NAME = "card.md"
_LARGEST_BYTES = 1 << 20

Figures = Evaluation | Explained
"""What a command measured; each kind has its own place in the card."""

_MARKS: dict[type[Figures], tuple[str, str]] = {
    Evaluation: (
        "<!-- figures: begin (written by 'mvit-lens demo evaluate --card', not by hand) -->",
        "<!-- figures: end -->",
    ),
    Explained: (
        "<!-- explanations: begin (written by 'mvit-lens demo evaluate --explanations --card', "
        "not by hand) -->",
        "<!-- explanations: end -->",
    ),
}

_NOT_MEASURED = (
    "Not measured yet: `mvit-lens demo evaluate --explanations --card F.md` writes them here."
)

_CARD = """\
# Model card: the embedded demo of MViT Lens

A small MViT that was really trained, on generated clips whose every pixel is known. It exists so
that a newcomer sees real predictions and real attention at once, offline, and so that every map
can be measured against the truth. It is a demonstration, not a model of the world.

## Task
Eleven classes of motion: moves left, right, up or down; circles clockwise or counter-clockwise;
grows; shrinks; bounces; shakes; spins. One vivid actor performs the class. Two to five muted
distractors stand around, up to three of which perform *another* class, so the motion must be
bound to the vivid object. The motion fills 60 to 100 % of the 16 frames. Background, camera
jitter and sensor noise vary. Scenes are drawn from a seed (`mvit_core/training/scene.py`) and are
rendered at any size; scene seeds below 1,000,000,000 are never trained on.

## Model
An MViTv2 of this project's own `MViT`: 16 frames of 96x96 pixels, patches (3, 7, 7) with stride
(2, 4, 4), 5 blocks in stages of 1, 3 and 1 with 24, 48 and 96 channels and 1, 2 and 4 heads,
{parameters:,} parameters, stored in half precision. The last block is a stage transition, so its
keys lie on the finer 8x12x12 grid. The file is an ordinary PySlowFast checkpoint.

## Recipe
`{command}`

{stages}

AdamW (betas {beta1}, {beta2}), weight decay {decay} on matrices, gradient norm {norm}, batch
{batch}, warm-up {warm_up:.0%} then cosine, every clip seen once; mirrors, reversal, channel order
and gain as augmentation, labels adapted. The number of steps is fixed, so the weights depend on the
seed alone, but for the order in which a processor sums. Position tables are interpolated between
the stages.

**First weights.** Linear layers begin with a standard deviation of 1/sqrt(inputs). In the last
block the key pool begins as the identity, the value pool mixes times but hardly places, and the
four heads begin with like queries and keys. With the usual random beginning the model classified
as well, but single heads looked beside the actor, or where it had been two frames before (mean
lift about 10).

**The auxiliary head.** Plain classification does not leave chance within this budget. In training
a small head reads the tokens of block 3: one softmax over space per time slot is pulled towards
the actor, and dx, dy, growth, turn and place are read out there. Its weight falls to zero at
{until:.0%} of each stage, so the rest is classification alone; the head is not in the file. Its
targets are placed by the network's true geometry (token j lies at input pixel 8j in block 3).

## Figures
Maps are scored as a user sees them: captured, projected on the frame by the project's geometry
and interpolated smoothly, on all 16 frames. *Share*: of the map's mass that lies on the actor's
pixels. *Lift*: that share over the actor's share of the picture; 1 is a flat map. *Hit*: share of
frames in which the peak token's cell touches the actor; *strict hit*: in which its centre lies on
the actor. A token stands for two frames, so a fast actor has left the peak of every second frame.

{figures}

## Explanations
What speaks for a class, by every method of `mvit-lens explain`, on scenes that no training saw.
*Lift* and *hit* are as above, of the part above zero, on each method's own grid. *Deletion* and
*insertion* are areas under p(class) while tubes of 2 frames by 8 pixels are removed in the order of
the map (low is good), or restored to a clip of its mean colour (high is good). *Own* and *right*
are of scenes in which two actors perform the model's first two classes: the density on the actor of
the class over that on both, and the share of targets whose own actor has more; a map that knows no
class gets .500 of both. *Flips*: how often the other class wins once the first 5 % of the tubes are
gone. *Rho* is the signed Spearman correlation with the map of a network whose head, then last block
too, was drawn anew; a map that shows what was learnt has little. Oracle is the actor's own pixels,
random is noise, row the attention of the class token. Methods of many passes were measured on fewer
clips, as the table says.

*When* is the evidence of each sampled frame, in clips of one actor that moves for 60 to 80 % of the
time, while the distractors move in the rest of it: the share of it in frames in which the actor
moves over their share of all frames, the largest such figure possible, and how often the frame with
the most evidence is one of them.

{explanations}

## Limits, and what not to conclude
- No attention weight was ever supervised, but features were taught where the actor is. That the
  maps point so well is therefore partly by design.
- The first weights of the last block favour maps that stay in place (see the recipe).
- Half a cell (4 pixels of 96) is less than the radius of most actors, and heads may sit a little
  off centre themselves: maps moved to one side can come close to the true geometry. The usual
  stretching of the grid over the picture ("right and down") must stay clearly behind it.
- One seed per run. Another seed gives other heads and slightly other figures.
- The world is synthetic. Models trained on Kinetics will not look this clean, and a real video
  given to this model gets one of eleven motions as an answer whatever it shows.
- Lift and hit say that attention lies on the actor. They do not say that attention *explains* the
  prediction; the deletion figures are a check on that, with the clip's mean colour as baseline.
- The figures of explanations are of this one small trained model and its generated scenes. Their
  order is a reason to prefer one method, and none of them holds for a Kinetics model: there, look
  at the deletion curve and the sanity check of the very clip.
- Scenes of two actors are none that the model was trained on, and those are counted in which both
  classes are its first two. Clips that are covered or stand still in part are foreign to it too.
"""


def card_text(recipe: Recipe, command: str, parameters: int, evaluation: Evaluation) -> str:
    """The whole card in Markdown."""
    return _CARD.format(
        parameters=parameters,
        command=command,
        stages="\n".join(_stage_line(stage, recipe) for stage in recipe.stages),
        beta1=recipe.betas[0],
        beta2=recipe.betas[1],
        decay=recipe.weight_decay,
        norm=recipe.clip_norm,
        batch=recipe.batch,
        warm_up=recipe.warm_up,
        until=recipe.auxiliary_until,
        figures=_marked(Evaluation, figures_text(evaluation)),
        explanations=_marked(Explained, _NOT_MEASURED),
    )


def _stage_line(stage: Stage, recipe: Recipe) -> str:
    return (
        f"- Stage {stage.name}: {stage.size} px, {stage.steps} steps "
        f"({stage.steps * recipe.batch:,} clips), learning rate {stage.learning_rate:g}, "
        f"auxiliary weight {stage.auxiliary:g}."
    )


def refresh_card(path: Path, found: Figures) -> None:
    """Put new figures into a card, where those of their kind stand.

    Raises:
        ExportError: there is no card with a place for figures, or it cannot be written.
    """
    try:
        text = read_bounded(path, _LARGEST_BYTES, ExportError).decode("utf-8")
    except (ExportError, UnicodeDecodeError) as error:
        raise ExportError(
            f"{path} cannot be read; give the card that 'demo train' wrote"
        ) from error
    first, last = _MARKS[type(found)]
    before, begin, rest = text.partition(first)
    _, end, after = rest.partition(last)
    if not (begin and end):
        raise ExportError(f"{path} has no place for figures; give the card that 'demo train' wrote")
    write_card(path, before + _marked(type(found), figures_text(found)) + after)


def write_card(path: Path, text: str) -> None:
    """Write a card whole.

    Raises:
        ExportError: it cannot be written.
    """
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8")


def _marked(kind: type[Figures], figures: str) -> str:
    first, last = _MARKS[kind]
    return f"{first}\n{figures}\n{last}"


def figures_text(found: Figures) -> str:
    """All figures as Markdown tables; also what the command prints."""
    return _of_explanations(found) if isinstance(found, Explained) else _of_maps(found)


def _of_maps(evaluation: Evaluation) -> str:
    return "\n\n".join(
        (
            _accuracy_table(evaluation),
            _class_table(evaluation),
            _geometry_table(evaluation),
            _deletion_table(evaluation),
            _map_table(evaluation),
        )
    )


def _table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _accuracy_table(e: Evaluation) -> str:
    default = e.default_map.score
    rows = [
        ("accuracy", f"{e.accuracy:.1%}"),
        ("frozen middle frame (chance " + f"{e.chance:.1%})", f"{e.frozen_accuracy:.1%}"),
        ("played backwards, mirrored label", f"{e.reversed_accuracy:.1%}"),
        ("last block, class token: lift", f"{default.lift:.1f}"),
        ("last block, class token: share on the actor", f"{default.share:.1%}"),
        ("last block, class token: hit per frame", f"{default.hit:.3f}"),
        ("the same by chance", f"{default.hit_chance:.3f}"),
    ]
    return _table((f"{e.clips:,} held-out clips at {e.size} px", ""), rows)


def _class_table(e: Evaluation) -> str:
    rows = [(name, f"{value:.1%}") for name, value in e.accuracy_of_class.items()]
    return _table(("class", "accuracy"), rows)


def _geometry_table(e: Evaluation) -> str:
    rows = [
        (name if name == "true" else f"half a cell {name}", *_figures(found))
        for name, found in e.geometry.items()
    ]
    head = f"default map ({e.map_clips} clips), drawn by the geometry"
    return _table((head, *_HEADS), rows)


def _deletion_table(e: Evaluation) -> str:
    rows = [(name, f"{value:.1%}") for name, value in e.deletion.items()]
    return _table((f"tokens chosen by ({e.map_clips} clips)", "accuracy"), rows)


_HEADS = ("share", "lift", "hit", "strict hit", "hit by chance")


def _map_table(e: Evaluation) -> str:
    rows = [(str(row.block), row.method, _head(row), *_figures(row.score)) for row in e.maps]
    return _table(("block", "method", "head", *_HEADS), rows)


def _head(row: MapScore) -> str:
    return f"{row.head}" if row.query == "readout" else f"{row.head} ({row.query} key)"


def _figures(found: Score) -> tuple[str, ...]:
    return (
        f"{found.share:.1%}",
        f"{found.lift:.2f}",
        f"{found.hit:.3f}",
        f"{found.hit_strict:.3f}",
        f"{found.hit_chance:.3f}",
    )


_OF_METHODS = ("lift", "hit", "deletion", "insertion", "own", "right", "flips")


def _of_explanations(e: Explained) -> str:
    rows = [
        (name, *(f"{getattr(found, figure):.3f}" for figure in _OF_METHODS), *_counted(found))
        for name, found in {**e.methods, **e.references}.items()
    ]
    head = ("method", *_OF_METHODS, "rho head", "rho last block", "clips", "pairs")
    when = (f"{e.when.lift:.3f}", f"{e.when.most:.3f}", f"{e.when.peak:.3f}", f"{e.when.n}")
    return "\n\n".join(
        (
            f"{e.clips} clips, {e.pairs} pairs (of {e.scenes_tried} scenes with two actors), "
            f"seed {e.seed}.",
            _table(head, rows),
            _table(("when: lift", "of the most possible", "peak", "clips"), [when]),
        )
    )


def _counted(found: MethodFigures) -> tuple[str, ...]:
    rhos = (found.rho_head, found.rho_last_block)
    return (
        *("" if rho is None else f"{rho:.3f}" for rho in rhos),
        str(found.n),
        str(found.pairs),
    )
