"""What state a stay and a room are in, and when a guardian is overdue: the tables."""

from datetime import UTC, datetime, timedelta

import pytest

from tracker.room.rules import (
    Room,
    RoomState,
    StayState,
    Trouble,
    Waiting,
    is_soiled,
    room_state,
    rooms_for,
    stay_state,
    waiting,
)

NOON = datetime(2026, 9, 21, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("arrived", "ended", "cleaned", "state"),
    [
        (False, False, False, StayState.ON_THE_WAY),
        (True, False, False, StayState.HERE),
        (True, True, False, StayState.TO_CLEAN),
        (True, True, True, StayState.DONE),
        (False, True, False, StayState.DONE),  # it never came into a room
    ],
)
def test_where_a_stay_stands(arrived, ended, cleaned, state):
    assert stay_state(arrived, ended, cleaned) is state


@pytest.mark.parametrize(
    ("stays", "state"),
    [
        ([], RoomState.FREE),
        ([StayState.DONE], RoomState.FREE),
        ([StayState.HERE], RoomState.OCCUPIED),
        ([StayState.TO_CLEAN], RoomState.TO_CLEAN),
        ([StayState.TO_CLEAN, StayState.HERE], RoomState.OCCUPIED),
    ],
)
def test_a_room_is_free_only_once_it_was_disinfected(stays, state):
    assert room_state(stays) is state


@pytest.mark.parametrize(
    ("minutes", "reached", "result"),
    [
        (None, False, Waiting.NOT_LONG),
        (29, False, Waiting.NOT_LONG),
        (30, False, Waiting.LONG),
        (60, False, Waiting.LONG),
        (61, False, Waiting.OVERDUE),
        (90, True, Waiting.NOT_LONG),
    ],
)
def test_after_half_an_hour_a_hint_after_an_hour_overdue(minutes, reached, result):
    arrived = NOON - timedelta(minutes=minutes) if minutes is not None else None
    assert waiting(arrived, NOON, reached=reached) is result


@pytest.mark.parametrize(
    ("trouble", "said", "soiled"),
    [
        (Trouble.VOMITING, None, True),
        (Trouble.VOMITING, False, False),
        (Trouble.INJURY, None, False),
        (Trouble.INJURY, True, True),
    ],
)
def test_vomiting_soils_the_floor_unless_somebody_says_otherwise(trouble, said, soiled):
    assert is_soiled(trouble, said) is soiled


def test_who_is_hurt_needs_no_isolation():
    assert [trouble for trouble in Trouble if rooms_for(trouble)[0] is Room.NURSE] == [Trouble.INJURY]
