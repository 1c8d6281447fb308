"""Tells which packet shows at which rank, and where decoding starts for a rank."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from mvit_core.video.decode.index import FrameIndex

_NEVER = np.iinfo(np.int64).max


@dataclass(frozen=True)
class Keyframe:
    """A packet where decoding may start."""

    ordinal: int
    """Its place in the file."""
    stamp: int
    """The stamp by which it is sought, ``NO_STAMP`` where the file has none."""
    position: int
    """The byte at which it begins, -1 where the container does not say."""
    is_shown: bool
    """Its own frame is shown."""


class PresentationOrder:
    """Ordinal to rank: complete from the start where pts are honest, else filled while decoding."""

    def __init__(self, index: "FrameIndex") -> None:
        self._index = index
        self._rank_of = index.rank_of_packet.copy()
        self._ranked = int(np.count_nonzero(self._rank_of >= 0))
        self._is_from_start = False
        self._key_ordinals = np.flatnonzero(index.packets.is_key)
        self._key_ranks = self._first_ranks_of_keys()

    def _first_ranks_of_keys(self) -> "NDArray[np.int64]":
        """The first rank that each keyframe serves, ``_NEVER`` where not yet known."""
        index = self._index
        if index.by_pts:
            shown = np.sort(index.packets.pts[index.rank_of_packet >= 0])
            ranks = np.searchsorted(shown, index.packets.pts[self._key_ordinals])
        else:
            ranks = self._rank_of[self._key_ordinals]
            ranks = np.where(ranks < 0, _NEVER, ranks)
        ranks = ranks.astype(np.int64)
        ranks[0] = 0
        return ranks

    def of(self, ordinal: int, after: int | None) -> int | None:
        """Rank of a delivered frame, assigned now if it follows the last rank known."""
        if not 0 <= ordinal < len(self._rank_of):
            return None
        rank = self.planned(ordinal)
        if rank is not None:
            return rank
        follows = self._ranked == (0 if after is None else after + 1)
        if self._index.by_pts or not follows or not self._index.packets.is_shown[ordinal]:
            return None
        return self._learn(ordinal)

    def planned(self, ordinal: int) -> int | None:
        """Rank of a packet, None where it has none or where it is not yet known."""
        rank = int(self._rank_of[ordinal])
        return rank if rank >= 0 else None

    def key_for(self, rank: int) -> Keyframe:
        """The nearest keyframe from which ``rank`` can be reached; the first one always serves."""
        place = int(np.flatnonzero(self._key_ranks <= rank)[-1])
        ordinal = int(self._key_ordinals[place])
        return Keyframe(
            ordinal=ordinal,
            stamp=int(self._index.stamps[ordinal]),
            position=int(self._index.packets.positions[ordinal]),
            is_shown=bool(self._index.packets.is_shown[ordinal]),
        )

    def end_of(self, key: Keyframe, rank: int) -> int:
        """One past the last rank from ``rank`` on that ``key`` serves, as far as known."""
        later = self._key_ranks[(self._key_ordinals > key.ordinal) & (self._key_ranks > rank)]
        return int(min(later, default=_NEVER))

    @property
    def is_complete(self) -> bool:
        """The rank of every frame is known."""
        return self._index.by_pts or self._ranked >= self._index.frame_count

    def start_at_first_key(self) -> None:
        """Decode from the beginning of the file, whatever is asked for."""
        self._is_from_start = True
        self._key_ranks[1:] = _NEVER

    def forget(self, key: Keyframe) -> bool:
        """Never start at ``key`` again; False for the first one, which must serve."""
        if key.ordinal == self._key_ordinals[0]:
            return False
        self._key_ranks[self._key_ordinals == key.ordinal] = _NEVER
        return True

    def _learn(self, ordinal: int) -> int:
        rank = self._ranked
        self._rank_of[ordinal] = rank
        self._ranked += 1
        if not self._is_from_start:
            self._key_ranks[self._key_ordinals == ordinal] = rank
        return rank
