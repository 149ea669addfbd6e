"""Who may say of a task that it was done as it should be.  Nothing here writes."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa

from tracker.accounts.rules import Identity
from tracker.assessment.rules import DEFAULT_SCHEME, RankingGroup
from tracker.db import db
from tracker.disinfection.queries import Task, does
from tracker.disinfection.record_queries import worked_on
from tracker.disinfection.rules import Refusal
from tracker.school.models import SchoolClass
from tracker.school.rules import grade_of


def refusal_to_verify(who: Identity, task: Task) -> Refusal | None:
    """Why a person may not verify a task that was begun, nor give it back; None: nothing is against it.

    Who verifies has neither done it nor to do it, and has no class in the ranking group of the class
    that does it: what is given back lowers a score.
    """
    if does(who, task.done_by) or (task.recorded and who.user_id in worked_on(task.recorded.record_id)):
        return Refusal.OWN_WORK
    doer = task.done_by.school_class
    if doer is None or not who.classes:
        return None
    of_class = DEFAULT_SCHEME.group_of(grade_of(doer.stage, doer.entry_year, task.day))
    return Refusal.OWN_GROUP if of_class and of_class in _groups(who.classes, task.day) else None


def _groups(classes: Collection[int], day: date) -> set[RankingGroup | None]:
    """The ranking groups of some classes.  One statement."""
    rows = db.session.execute(
        sa.select(SchoolClass.stage, SchoolClass.entry_year).where(SchoolClass.id.in_(classes))
    )
    return {DEFAULT_SCHEME.group_of(grade_of(stage, year, day)) for stage, year in rows}
