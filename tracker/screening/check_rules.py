"""What a sheet that the nurse has checked still takes: bad news always, its opposite from her alone.

No database, no web.
"""

from tracker.screening.rules import COUNTED_FEVERS, ILL_REASONS, PRESENT, Line, State

WORSE = frozenset({State.IN_ROOM, State.LEFT})


def bad_news(line: Line, *, trigger: int, retest_trigger: int) -> frozenset[str]:
    """What a line says that is not plain normal: signs, a fever, being elsewhere than in class.

    *Not here yet* and *not recorded* are no news but questions: whoever answers them takes none away.
    """
    found = {symptom.value for symptom in line.symptoms}
    if line.state is State.SYMPTOMATIC or line.reason in ILL_REASONS:
        found.add("ill")
    if line.state not in PRESENT | {State.NOT_HERE, State.UNSET}:
        found.add("out")
    if line.fever_state(trigger=trigger, retest_trigger=retest_trigger) in COUNTED_FEVERS:
        found.add("fever")
    return frozenset(found)


def is_softer(before: Line, after: Line, *, trigger: int, retest_trigger: int) -> bool:
    """Whether a change takes bad news away.

    Who was ill in class and is now at home ill, in the room or on the way home is worse off, not better;
    a waiting fever may be answered by its retest.
    """
    if before.state in PRESENT and (after.state in WORSE or after.reason in ILL_REASONS):
        return False
    gone = bad_news(before, trigger=trigger, retest_trigger=retest_trigger) - bad_news(
        after, trigger=trigger, retest_trigger=retest_trigger
    )
    answered = before.retest is None and after.retest is not None and after.first == before.first
    return bool(gone - {"fever"} if answered else gone)
