"""How tasks turned out, as a frame: the rule of the day's list over many days."""

from datetime import datetime

import pandas as pd

OUTCOMES = ("on_time", "late", "not_done", "excused", "missed", "pending")
"""Each task is one of these: their sum is what was asked for."""


def outcomes(tasks: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Tasks (see `frames.TASKS`) with a column each of OUTCOMES that says whether it is that one."""
    finished = tasks["finished"].notna() & (tasks["finished"] <= tasks["late_until"])
    nothing = finished & (tasks["not_done"] > 0) & (tasks["done"] == 0)
    excused = nothing & (tasks["not_done"] == tasks["not_done_excused"])
    did = finished & ~nothing
    over = ~finished & (tasks["late_until"] < pd.Timestamp(now).tz_convert("UTC"))
    return tasks.assign(
        on_time=did & (tasks["finished"] <= tasks["due"]),
        late=did & (tasks["finished"] > tasks["due"]),
        not_done=nothing & ~excused,
        excused=excused,
        missed=over,
        pending=~finished & ~over,
    )
