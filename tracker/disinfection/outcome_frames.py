"""How tasks turned out, as a frame: the rule of the day's list over many days."""

from datetime import datetime
from typing import Any

import numpy as np
import pandas as pd

from tracker.disinfection.rules import TaskState

OUTCOMES = ("on_time", "late", "not_done", "excused", "missed", "overdue", "pending")
"""Each task is one of these: their sum is what was asked for."""


def states(tasks: pd.DataFrame, now: datetime) -> "pd.Series[str]":
    """How each task (see `frames.TASKS`) stands at `now`: `rules.outcome_of`, for columns."""
    moment = pd.Timestamp(now).tz_convert("UTC")
    finished = tasks["finished"].notna()
    nothing = (tasks["not_done"] > 0) & (tasks["done"] == 0)
    # The first that applies.
    found: list[tuple[Any, Any]] = [
        (tasks["excused"], TaskState.EXCUSED),
        (tasks["rejected"], np.where(moment <= tasks["late_until"], TaskState.REJECTED, TaskState.MISSED)),
        (~finished & (moment < tasks["opens"]), TaskState.SOON),
        (~finished & (moment <= tasks["due"]), TaskState.DUE),
        (~finished & (moment <= tasks["late_until"]), TaskState.OVERDUE),
        (~finished | (tasks["finished"] > tasks["late_until"]), TaskState.MISSED),
        (nothing & (tasks["not_done"] == tasks["not_done_excused"]), TaskState.EXCUSED),
        (nothing, TaskState.NOT_DONE),
        (tasks["verified"], TaskState.VERIFIED),
        (tasks["finished"] > tasks["due"], TaskState.LATE),
    ]
    which = np.select([applies for applies, _ in found], [state for _, state in found], TaskState.DONE)
    return pd.Series(which, index=tasks.index).astype("str")


def outcomes(tasks: pd.DataFrame, now: datetime) -> pd.DataFrame:
    """Tasks (see `frames.TASKS`) with their state, and a column each of OUTCOMES: whether it is that one."""
    state = states(tasks, now)
    done = state.isin([TaskState.DONE, TaskState.LATE, TaskState.VERIFIED])
    late = tasks["finished"] > tasks["due"]
    is_open = state.isin([TaskState.SOON, TaskState.DUE, TaskState.OVERDUE, TaskState.REJECTED])
    is_past = tasks["due"] < pd.Timestamp(now).tz_convert("UTC")
    return tasks.assign(
        state=state,
        on_time=done & ~late,
        late=done & late,
        not_done=state == TaskState.NOT_DONE,
        excused=state == TaskState.EXCUSED,
        missed=state == TaskState.MISSED,
        # What is not done by its time is owed, though it may still be done late.
        overdue=is_open & is_past,
        pending=is_open & ~is_past,
    )
