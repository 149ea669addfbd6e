"""The absences of the whole school in short: whose turn it is, without what calls have told.

Nothing here writes.
"""

from collections.abc import Collection
from datetime import datetime

from tracker import clock
from tracker.absence.call_rules import QueueGroup, group_of, group_with_return
from tracker.absence.clearance_queries import returns
from tracker.absence.models import Episode
from tracker.absence.queries import Followed, followed, tonight
from tracker.absence.rules import LIVE


def queue_in_short(now: datetime, resting: Collection[int]) -> dict[QueueGroup, list[Followed]]:
    """The absences that are followed up, as the nurse's queue groups them, each group by when it is due.

    `resting` are the classes in a vacation.  Two statements, one if there are none.
    """
    today = clock.local(now).date()
    end = tonight(today)
    groups: dict[QueueGroup, list[Followed]] = {group: [] for group in QueueGroup}
    live = followed(today, Episode.state.in_(LIVE))
    backs = returns(today) if live else {}
    for found in live:
        one = found.episode
        group = group_of(
            one.state,
            one.due_at,
            one.back_on,
            now=now,
            tonight=end,
            reviewer=True,
            gone=not found.is_enrolled(today),
            resting=found.class_id in resting,
        )
        back = backs.get(one.id)
        groups[group_with_return(group, back.stage(today) if back else None)].append(found)
    for rows in groups.values():
        rows.sort(key=lambda row: row.episode.due_at or end)
    return groups
