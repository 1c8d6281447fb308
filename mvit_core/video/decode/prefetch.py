"""Chooses the frames to decode before anyone asks for them.

The video is cut into *cells* of frames that are fetched together. Decoding only goes forward from
a keyframe, so going back costs a whole walk however few frames it yields; cells make such walks
few, and because their bounds do not move with the playhead, a walk that was interrupted is gone
on with, not begun anew.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

Direction = Literal[-1, 0, 1]

MOST_CELL = 48
"""Frames of a cell: over a second and a half at the pace of a held key."""
_CELLS_OF_ROOM = 5
"""Cells that the room is divided into; at most four are wanted at a time."""


@dataclass(frozen=True)
class Place:
    """Position in a video, and the direction of travel."""

    frame: int
    direction: Direction = 0
    """-1 back, 1 on, 0 after a jump."""


def cell_size(room: int) -> int:
    """Frames of a cell where ``room`` frames can be kept; 0 where that is too few to fetch."""
    return min(MOST_CELL, room // _CELLS_OF_ROOM)


def next_run(
    place: Place, frame_count: int, room: int, is_kept: Callable[[int], bool]
) -> range | None:
    """The frames to decode next, in one walk forward; None when all that is likely is kept.

    Args:
        place: where the user is.
        frame_count: frames of the video.
        room: frames that can be kept.
        is_kept: tells of a frame that it need not be fetched.
    """
    cell = cell_size(room)
    if cell == 0:
        return None
    for stretch in stretches(place, frame_count, cell):
        missing = [frame for frame in stretch if not is_kept(frame)]
        if missing:
            return range(missing[0], missing[-1] + 1)
    return None


def stretches(place: Place, frame_count: int, cell: int) -> Iterator[range]:
    """The frames that are likely to be asked for, the most urgent stretch first."""
    here = place.frame // cell
    back_in_cell = range(here * cell, place.frame + 1)
    if place.direction < 0:
        cells = [back_in_cell, _cell(here - 1, cell), _cell(here - 2, cell)]
        cells.append(range(place.frame, (here + 1) * cell))
    else:
        cells = [range(place.frame, (here + 2) * cell), back_in_cell, _cell(here - 1, cell)]
    for stretch in cells:
        yield range(max(stretch.start, 0), max(min(stretch.stop, frame_count), 0))


def _cell(number: int, cell: int) -> range:
    return range(number * cell, (number + 1) * cell)
