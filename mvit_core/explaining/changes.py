"""What is changed in a network or a clip before it is run; a value without torch."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import Literal, Self

from mvit_core.errors import CaptureError
from mvit_core.explaining.painting import TUBE_KINDS, Tube
from mvit_core.printable import brief
from mvit_core.video.boxes import Box
from mvit_core.video.clip import ClipWindow

__all__ = ["UNCHANGED", "BatchMean", "Changes", "HeadPlace", "StandIn", "parse_heads"]

StandIn = Literal["mean", "zero"]
"""What a head gives that is off: its mean over windows and tokens (docs/adr/0012), or zero."""


@dataclass(frozen=True, order=True)
class HeadPlace:
    """One head of the network."""

    block: int
    """From 0."""
    head: int
    """From 0."""

    def __str__(self) -> str:
        return f"{self.block}/{self.head}"


_SHA256 = re.compile(r"[0-9a-f]{64}")
_MOST_NAME = 1024


@dataclass(frozen=True)
class BatchMean:
    """A batch result that the mean is of: known by what it holds, not by where it lies.

    Raises:
        CaptureError: the name is a path, the digest is none, or it is of no window.
    """

    name: str
    """Of its folder."""
    sha256: str
    """Digest of the means, in hexadecimal."""
    windows: int
    """Windows that the mean is of."""

    def __post_init__(self) -> None:
        is_name = 0 < len(self.name) <= _MOST_NAME and not set(self.name) & set("/\\\0")
        if not is_name or self.name in (".", ".."):
            raise CaptureError(
                f"the mean is of the batch result {brief(self.name)}; allowed are names of folders"
            )
        if not _SHA256.fullmatch(self.sha256) or self.windows < 1:
            raise CaptureError(
                f"the mean over {self.windows} windows has the digest {brief(self.sha256)}; "
                "allowed are 1 window and more, and 64 hexadecimal digits"
            )

    @property
    def words(self) -> str:
        """What the mean is of, as part of a sentence."""
        return f"{self.windows} window{'s' if self.windows > 1 else ''} of the batch {self.name}"

    @property
    def facts(self) -> dict[str, object]:
        """What the mean is of as JSON values."""
        return {"batch": self.name, "windows": self.windows, "sha256": self.sha256}


@dataclass(frozen=True)
class Changes:
    """What is changed; runs, maps and evidence of other changes are others.

    Raises:
        CaptureError: heads are out of order, named twice, or below 0.
    """

    heads_off: tuple[HeadPlace, ...] = ()
    """Heads that are off, ascending."""
    by: StandIn = "mean"
    """What they give instead."""
    mean_of: tuple[ClipWindow, ...] = ()
    """Windows that the mean is of; () for all of the clip, side by side."""
    batch: BatchMean | None = None
    """The mean is over a batch result instead; None for windows of the clip."""
    tubes: tuple[Tube, ...] = ()
    """Painted on what the model sees (docs/adr/0013), the later over the earlier."""

    def __post_init__(self) -> None:
        places = self.heads_off
        if tuple(sorted(set(places))) != places or any(min(p.block, p.head) < 0 for p in places):
            raise CaptureError(
                f"heads that are off are {brief([str(place) for place in places])}; allowed are "
                "different ones of blocks and heads from 0, in order"
            )

    def __bool__(self) -> bool:
        return bool(self.heads_off or self.tubes)

    def without(self, places: Iterable[HeadPlace]) -> Self:
        """The same with other heads off."""
        return replace(self, heads_off=tuple(sorted(set(places))))

    def boxes_at(self, frame: int) -> tuple[Box, ...]:
        """Edges of the tubes that span a frame of the clip, in stored pixels."""
        return tuple(tube.box for tube in self.tubes if frame in tube.frames)

    @property
    def words(self) -> str:
        """What is changed, for captions; empty where nothing is."""
        off = f"heads off: {', '.join(map(str, self.heads_off))}" if self.heads_off else ""
        if off and self.by == "mean" and self.batch is not None:
            off = f"{off} (mean over {self.batch.words})"
        return "; ".join(filter(None, (off, *_tube_words(self.tubes))))

    @property
    def facts(self) -> dict[str, object]:
        """What is changed as JSON values; empty where nothing is."""
        facts: dict[str, object] = {}
        if self.heads_off:
            facts |= {"heads_off": [str(place) for place in self.heads_off]}
            facts |= {"heads_off_by": self.by}
            if self.by == "mean" and self.batch is not None:
                facts |= {"heads_off_mean_of": self.batch.facts}
            elif self.by == "mean":
                windows = [window.index for window in self.mean_of] or "all"
                facts |= {"heads_off_mean_of_windows": windows}
        if self.tubes:
            facts |= {"tubes": [tube.facts for tube in self.tubes]}
        return facts


def _tube_words(tubes: tuple[Tube, ...]) -> Iterator[str]:
    """Such as ``erased: 1 tube`` and ``blurred: 2 tubes``."""
    for what, kind in TUBE_KINDS.items():
        count = sum(tube.what == what for tube in tubes)
        if count:
            yield f"{kind.words}: {count} tube{'s' if count > 1 else ''}"


UNCHANGED = Changes()
"""Network and clip as they are."""


def parse_heads(text: str) -> tuple[HeadPlace, ...]:
    """Heads written as ``2/1,3/0``: block and head, from 0.

    Raises:
        CaptureError: the text is none of this form.
    """
    places = set()
    for word in text.split(","):
        block, slash, head = word.strip().partition("/")
        if not (slash and block.isdecimal() and head.isdecimal() and len(word) < 20):
            raise CaptureError(
                f"heads are {brief(text)}; allowed are block/head from 0, as 2/1 or 2/1,3/0"
            )
        places.add(HeadPlace(int(block), int(head)))
    return tuple(sorted(places))
