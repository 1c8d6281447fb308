"""Figures of a model's explanations on scenes whose truth is known, as plain values."""

from dataclasses import asdict, dataclass
from typing import Any, Self

from mvit_core.errors import ClipError
from mvit_core.system.bounded_json import load_json

__all__ = ["Explained", "MethodFigures", "WhenFigures"]


@dataclass(frozen=True)
class MethodFigures:
    """What one method reached; areas, shares and correlations are means."""

    lift: float
    """Share of what speaks for the class that lies on the actor, over the actor's share."""
    hit: float
    """Share of the frames in which the peak token's cell touches the actor."""
    deletion: float
    """Area under p(class) while tubes are removed, highest first; low is good."""
    insertion: float
    """The same while they are restored; high is good."""
    own: float
    """Of two actors: density on the one of the class, over that on both."""
    right: float
    """Share of the targets whose own actor has the larger density."""
    flips: float
    """Share of the targets where the other class wins without the first 5 % of the tubes."""
    rho_head: float | None
    """Signed Spearman with the map of a head drawn anew; None of what needs no network."""
    rho_last_block: float | None
    n: int
    """Clips of one actor."""
    pairs: int
    """Scenes of two actors, each with two targets."""


@dataclass(frozen=True)
class WhenFigures:
    """How well the shares of frames find the time in which the actor moves."""

    lift: float
    """Share of the evidence in active frames over their share of all frames."""
    most: float
    """The largest lift possible."""
    peak: float
    """Share of the clips whose largest share is of an active frame."""
    n: int


@dataclass(frozen=True)
class Explained:
    """All figures of one model's explanations."""

    clips: int
    pairs: int
    seed: int
    scenes_tried: int
    """Scenes of two actors that were drawn to find the pairs: the others' classes are not the
    model's first two."""
    methods: dict[str, MethodFigures]
    """By name in ``EVIDENCE``, and of the attention row."""
    references: dict[str, MethodFigures]
    """Of maps that no network made."""
    when: WhenFigures

    def to_json(self) -> dict[str, Any]:
        """Returns plain values that JSON can hold."""
        values = asdict(self)
        methods, when = values.pop("methods"), values.pop("when")
        return {**values, "explanations": {**methods, "when": when}}

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Reads what ``to_json`` returned.

        Raises:
            ClipError: the text is something else.
        """
        try:
            values = load_json(text)
            rows = dict(values.pop("explanations"))
            when = WhenFigures(**rows.pop("when"))
            methods = {name: MethodFigures(**row) for name, row in rows.items()}
            named = values.pop("references").items()
            references = {name: MethodFigures(**row) for name, row in named}
            return cls(**values, methods=methods, references=references, when=when)
        except (ValueError, TypeError, KeyError, AttributeError) as error:
            raise ClipError(
                "these are no figures of explanations; give what "
                "'demo evaluate --explanations --json' printed"
            ) from error
