"""What is still open when the day is to be signed: sheets and children, each apart.  Nothing here writes."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from tracker import clock
from tracker.nurse.desk_queries import WaitingChild, desk
from tracker.nurse.sheet_queries import Unchecked, unchecked
from tracker.room.queries import StaySeen, board
from tracker.screening.missing_queries import NotHere, not_here
from tracker.screening.summary_queries import DaySummary, SessionSum


@dataclass(frozen=True)
class StillOpen:
    """What is open on a day; of a day gone by only which sheets never came."""

    not_open: Sequence[SessionSum] = ()
    """Sessions that have not opened yet."""
    missing: Sequence[SessionSum] = ()
    """Sessions that have opened, and whose sheets have not all come."""
    plain: int = 0
    """Sheets without exceptions that the nurse has not checked: one button checks them all."""
    others: Sequence[Unchecked] = ()
    """The other sheets that she has not checked."""
    on_the_way: Sequence[StaySeen] = ()
    in_room: Sequence[StaySeen] = ()
    waiting: Sequence[WaitingChild] = ()
    feverish: Sequence[WaitingChild] = ()
    """Whose fever is confirmed and whom nobody has sent to the observation room."""
    unaccounted: Sequence[NotHere] = ()

    @property
    def missing_count(self) -> int:
        """The sheets that could have come: the number of the nurse's page."""
        return sum(len(one.missing) for one in self.missing)

    @property
    def is_empty(self) -> bool:
        return not any(vars(self).values())

    @property
    def needs_reason(self) -> bool:
        """Whether a child is open that nobody has in sight: signing then needs a reason."""
        return bool(self.on_the_way or self.waiting or self.feverish or self.unaccounted)

    def known_by(self) -> list[int]:
        """What it is compared by with what a page has shown."""
        return [one if isinstance(one, int) else len(one) for one in vars(self).values()]


def still_open(summary: DaySummary, now: datetime) -> StillOpen:
    """What is open of a day whose sums these are.  Four statements, none for a day gone by."""
    sessions = summary.sessions
    not_open = [one for one in sessions if one.to_open]
    missing = [one for one in sessions if one.missing]
    if summary.day != clock.local(now).date():
        return StillOpen(not_open, missing)
    to_check = unchecked(summary.day, {})
    rooms, on_desk = board(summary.day), desk(summary.day)
    return StillOpen(
        not_open,
        missing,
        sum(one.is_plain for one in to_check),
        [one for one in to_check if not one.is_plain],
        rooms.on_the_way,
        rooms.here,
        on_desk.waiting,
        on_desk.feverish,
        [one for one in not_here(None, summary.day) if one.is_unaccounted(now)],
    )
