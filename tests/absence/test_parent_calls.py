"""A guardian calls the school: whoever takes the call notes it, and it reaches teacher and nurse."""

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from tests.absence.test_call_service import facts
from tests.absence.test_views import said
from tests.absence.town import ILL, LEAVE, UNKNOWN, at, episodes, log, only, take
from tests.cast import TODAY, Cast, count
from tests.conftest import Visitor
from tracker import clock
from tracker.absence.models import Call, Episode, Leave, ParentCall
from tracker.absence.rules import CallResult, CallWay, EpisodeState
from tracker.db import db
from tracker.facts.rules import ObservationKind
from tracker.notices.models import Notice
from tracker.notices.rules import NoticeKind
from tracker.screening.rules import HalfDay

MON, TUE, WED, THU = TODAY, date(2026, 9, 22), date(2026, 9, 23), date(2026, 9, 24)
HOLIDAY, NEXT_MON = date(2026, 9, 25), date(2026, 9, 28)
SignIn = Callable[[str], Visitor]
PAGE = "/absences/parent-call"


def note(who: Visitor, when: Any, seat: int = 3, expect: int = 303, **told: Any) -> Any:
    """Find the child of 3(1) on a seat, and note what was told."""
    clock.freeze(when)
    page = who.send(who.get(PAGE), who_is(), expect=200, who=f"3-1 {seat}", find="1")
    return who.send(page, who_is(), expect=expect, **told)


def who_is() -> str:
    return f'form[action^="{PAGE}#"]'


def test_illness_opens_the_absence_before_any_sheet(cast: Cast, sign_in: SignIn) -> None:
    note(
        sign_in("carl"),
        at("07:30"),
        what="ill",
        symptoms=["fever", "cough"],
        onset_on="2026-09-20",
        note="38.5 at night",
    )
    found = only(cast.students["3-1"][2])
    assert (found.state, found.reason, found.first_on) == (EpisodeState.TO_REVIEW, ILL, MON)
    assert (found.first_half, found.class_id) == (HalfDay.MORNING, cast.classes["3-1"])
    call = db.session.scalars(sa.select(Call)).one()
    assert (call.way, call.result, call.by) == (
        CallWay.PARENT_CALLED,
        CallResult.HOME_ILL,
        cast.users["carl"],
    )
    assert {(kind, code, onset) for kind, code, *_, onset in facts(found.student_id)} == {
        (ObservationKind.SYMPTOM, "fever", date(2026, 9, 20)),
        (ObservationKind.SYMPTOM, "cough", date(2026, 9, 20)),
    }
    take(cast, at("08:10"), {3: ILL})
    assert only(found.student_id).state is EpisodeState.TO_REVIEW
    page = sign_in("ann").get(f"/absences/{found.id}")
    assert "A guardian called, before any sheet" in page.text


def test_teacher_and_nurse_are_told_and_the_noter_keeps_a_receipt_without_a_name(
    cast: Cast, sign_in: SignIn
) -> None:
    asa = sign_in("asa")
    note(asa, at("07:30"), what="ill", note="fever")
    told = db.session.scalars(sa.select(Notice).where(Notice.kind == NoticeKind.PARENT_CALLED)).all()
    assert {one.user_id for one in told} == {cast.users["ann"], cast.users["nora"]}
    page = asa.get(asa.location)
    assert "The homeroom teacher and the school nurse are told." in page.text
    assert "07:30 3(1)" in page.text and "not read yet" in page.text
    assert "Child" not in page.text and "fever" not in page.select_one("section").text
    assert not sign_in("carl").get("/absences/").select("#parents")
    ann = sign_in("ann")
    queue = ann.get("/absences/")
    assert "Child 3-1 03" in queue.select_one(".notices").text
    for _ in range(2):
        ann.send(queue, f'form[action^="{PAGE}/"]')
    assert not ann.get("/absences/").select("#parents")
    assert "read 07:30 by Ann Teacher" in asa.get(PAGE).text


def test_the_nurses_own_note_is_read_at_once(cast: Cast, sign_in: SignIn) -> None:
    note(sign_in("nora"), at("07:30"), what="ill")
    assert only(cast.students["3-1"][2]).state is EpisodeState.OPEN
    told = db.session.scalars(sa.select(Notice.user_id)).all()
    assert told == [cast.users["ann"]]  # not who noted it


@pytest.mark.parametrize(
    ("when", "sheet", "typed", "first"),
    [
        (at("07:30"), None, "", MON),
        (at("13:00"), None, "", MON),
        (at("16:40"), None, "", TUE),  # after school: of the next day
        (at("10:00"), {}, "", TUE),  # the child is at school
        (at("10:00"), {3: UNKNOWN}, "", MON),
        (at("10:00", date(2026, 9, 26)), None, "", NEXT_MON),
        (at("10:00"), None, "2026-09-23", WED),
    ],
)
def test_from_which_day_on(
    cast: Cast, sign_in: SignIn, when: Any, sheet: dict[int, Any] | None, typed: str, first: date
) -> None:
    if sheet is not None:
        take(cast, at("08:10"), sheet)
    note(sign_in("ann"), when, what="ill", from_on=typed)
    found = only(cast.students["3-1"][2])
    assert found.first_on == first
    assert db.session.scalars(sa.select(ParentCall.from_on)).one() == first


def test_announced_for_tomorrow_todays_sheet_does_not_end_it(cast: Cast, sign_in: SignIn) -> None:
    take(cast, at("08:10"))
    note(sign_in("ann"), at("12:00"), what="ill")
    take(cast, at("13:50"), session="noon")
    assert only(cast.students["3-1"][2]).back_on is None
    take(cast, at("08:10", TUE))
    found = only(cast.students["3-1"][2])
    assert (found.state, found.back_on) == (EpisodeState.TO_REVIEW, TUE)


def test_into_the_absence_that_is_open(cast: Cast, sign_in: SignIn) -> None:
    take(cast, at("08:10"), {3: UNKNOWN})
    note(sign_in("carl"), at("09:00"), what="ill")
    found = only(cast.students["3-1"][2])
    assert (found.first_on, found.reason, found.due_at) == (MON, ILL, at("12:00", TUE))


@pytest.mark.parametrize(("back", "again", "number"), [(TUE, WED, 1), (TUE, THU, 2)])
def test_soon_after_the_return_the_same_absence_goes_on(
    cast: Cast, sign_in: SignIn, back: date, again: date, number: int
) -> None:
    from tests.absence.test_call_service import close

    take(cast, at("08:10"), {3: ILL})
    take(cast, at("08:10", back))
    close(cast, only(cast.students["3-1"][2]), day=back)
    note(sign_in("carl"), at("07:30", again), what="ill")
    found = episodes(cast.students["3-1"][2])
    assert len(found) == number
    assert (found[-1].state, found[-1].last_absent_on, found[-1].back_on) == (
        EpisodeState.TO_REVIEW,
        again,
        None,
    )


def test_who_comes_later_is_noted_and_opens_nothing(cast: Cast, sign_in: SignIn) -> None:
    note(sign_in("carl"), at("07:30"), what="late", note="dentist, by nine")
    assert count(Episode) == 0
    assert "Child 3-1 03 3(1) · seat 3" in " ".join(
        sign_in("ann").get("/absences/").select_one("#parents").parent.text.split()
    )
    assert "dentist, by nine" in sign_in("ann").get("/absences/").text
    told = sign_in("ann").get(f"/students/{cast.students['3-1'][2]}").select_one("li.story").text
    assert "07:30" in told and "A guardian called" in told and "dentist, by nine" in told and "Carl" in told


def test_leave_is_entered_ahead(cast: Cast, sign_in: SignIn) -> None:
    note(sign_in("carl"), at("07:30"), what="leave", until_on="2026-09-22")
    (leave,) = db.session.scalars(sa.select(Leave)).all()
    assert (leave.student_id, leave.from_on, leave.to_on) == (cast.students["3-1"][2], MON, TUE)
    take(cast, at("08:10"), {3: LEAVE})
    assert only(leave.student_id).due_at == at("08:40", WED)
    note(sign_in("carl"), at("09:00"), what="leave")
    assert count(Leave) == 1  # there is leave already


@pytest.mark.parametrize(
    ("typed", "field"),
    [
        ({"what": None}, "what"),
        ({"what": "nonsense"}, "what"),
        ({"from_on": "2026-09-20"}, "from_on"),
        ({"from_on": "2026-09-25"}, "from_on"),
        ({"from_on": "soon"}, "from_on"),
        ({"from_on": "2026-09-23", "until_on": "2026-09-22"}, "until_on"),
        ({"onset_on": "2026-09-22"}, "onset_on"),
        ({"what": "late", "from_on": "2026-09-22"}, "from_on"),
        ({"what": "leave", "symptoms": ["cough"]}, "symptoms"),
        ({"what": "leave", "until_on": "2027-06-01"}, "until_on"),
        ({"student": "999"}, "student"),
        ({"note": "x" * 256}, "note"),
    ],
)
def test_what_cannot_be_noted(cast: Cast, sign_in: SignIn, typed: dict[str, Any], field: str) -> None:
    page = note(sign_in("carl"), at("07:30"), expect=422, **{"what": "ill", **typed})
    assert {(where or "").partition("-")[0] for where, _sentence in said(page)} == {field}
    assert count(ParentCall) == count(Episode) == 0


@pytest.mark.parametrize(
    ("typed", "fields"),
    [
        (
            {"from_on": "2026-09-25", "until_on": "2026-09-22", "onset_on": "2026-09-22"},
            {"from_on", "until_on", "onset_on"},
        ),
        (
            {"what": "leave", "from_on": "2026-09-20", "symptoms": ["cough"], "onset_on": "2026-09-20"},
            {"from_on", "symptoms", "onset_on"},
        ),
        ({"what": None, "from_on": "soon", "onset_on": "2026-13-01"}, {"what", "from_on", "onset_on"}),
        (
            {"what": None, "from_on": "2026-09-20", "until_on": "2026-09-19"},
            {"what", "from_on", "until_on"},
        ),
        ({"note": "x" * 256, "onset_on": "2026-09-22"}, {"note", "onset_on"}),
    ],
)
def test_all_that_is_wrong_is_told_at_once_and_what_was_typed_stays(
    cast: Cast, sign_in: SignIn, typed: dict[str, Any], fields: set[str]
) -> None:
    page = note(sign_in("carl"), at("07:30"), expect=422, **{"what": "ill", **typed})
    told = [(where or "").partition("-")[0] for where, _sentence in said(page)]
    assert len(told) == len(fields) and set(told) == fields
    for name, text in typed.items():
        if isinstance(text, str) and name not in ("what", "note"):
            assert page.select_one(f"#{name}")["value"] == text
    assert count(ParentCall) == count(Episode) == 0


def test_who_was_seen_today_is_not_ill_since_today(cast: Cast, sign_in: SignIn) -> None:
    take(cast, at("08:10"))
    page = note(sign_in("carl"), at("09:00"), expect=422, what="ill", from_on="2026-09-21")
    assert "Today's sheet shows the student present" in page.text


@pytest.mark.parametrize(("typed", "found"), [("child 3-1 03", 1), ("c0", 17), ("zzz", 0)])
def test_the_child_is_found_by_name_and_never_by_the_address(sign_in: SignIn, typed: str, found: int) -> None:
    carl = sign_in("carl")
    page = carl.send(carl.get(PAGE), who_is(), expect=200 if found else 422, who=typed, find="1")
    assert len(page.select("#student input")) == found
    assert len(page.select("#student input[checked]")) == (found == 1)


def test_another_search_keeps_what_was_typed(cast: Cast, sign_in: SignIn) -> None:
    carl = sign_in("carl")
    page = carl.send(carl.get(PAGE), who_is(), expect=200, who="3-1 3", find="1")
    page = carl.send(page, who_is(), expect=422, who="zzz", find="1", note="by nine", what="late")
    assert page.select_one("#note")["value"] == "by nine"
    page = carl.send(page, who_is(), expect=200, who="3-1 4", find="1")
    carl.send(page, who_is())
    assert db.session.scalars(sa.select(ParentCall.note)).one() == "by nine"


def test_the_same_form_sent_five_times_is_noted_once(cast: Cast, sign_in: SignIn) -> None:
    carl = sign_in("carl")
    clock.freeze(at("07:30"))
    page = carl.send(carl.get(PAGE), who_is(), expect=200, who="3-1 3", find="1")
    for _ in range(5):
        carl.send(page, who_is(), what="ill")
    assert count(ParentCall) == count(Call) == count(Episode) == 1


def test_a_teacher_of_another_class_marks_nothing_as_read(cast: Cast, sign_in: SignIn) -> None:
    note(sign_in("asa"), at("07:30"), what="late")
    number = db.session.scalars(sa.select(ParentCall.id)).one()
    carl = sign_in("carl")
    token = carl.token(carl.get(PAGE))
    body = {"csrf_token": token, "key": "00000000-0000-0000-0000-000000000001"}
    carl.post(f"{PAGE}/{number}/read", body, expect=404)


def test_logging_by_hand_what_a_parent_called_about_still_works(cast: Cast, sign_in: SignIn) -> None:
    note(sign_in("ann"), at("16:40"), what="ill")
    found = only(cast.students["3-1"][2])
    log(cast, at("08:30", TUE), found, CallResult.HOME_BETTER)
    assert only(found.student_id).due_at == at("12:00", WED)
