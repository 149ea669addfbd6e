"""What diseases ask for before the return to class: the earliest day, where a return stands, what a check lacks."""

from datetime import date, timedelta
from typing import Any

import pytest

from tracker.absence.models import ReturnRule
from tracker.absence.return_defaults import SHIPPED_RULES
from tracker.absence.return_queries import rule_of, written
from tracker.absence.return_rules import (
    Anchor,
    Check,
    Cleared,
    Condition,
    Return,
    ReturnRefusal,
    ReturnStage,
    Rule,
    Unit,
    Wait,
    earliest_return,
    refusals,
    wrong_anchors,
)
from tracker.absence.rules import PaperKind
from tracker.facts.rules import Diagnosis

RULES = {rule.disease: rule for rule in SHIPPED_RULES}
D = Diagnosis


def sept(day: int) -> date:
    return date(2026, 9, 1) + timedelta(days=day - 1)


def days(**known: int) -> dict[Anchor, date]:
    """Anchors by their code, as days of September (31 and more: October)."""
    return {Anchor(code): sept(day) for code, day in known.items()}


class TestEarliestReturn:
    @pytest.mark.parametrize(
        ("disease", "known", "earliest"),
        [
            (D.INFLUENZA, days(fever_gone=21, symptoms_gone=21), 23),
            (D.INFLUENZA, days(fever_gone=21, symptoms_gone=23), 25),
            (D.INFLUENZA, days(fever_gone=24, symptoms_gone=21), 26),
            (D.CHICKENPOX, days(onset=7), 21),
            (D.HFMD, days(onset=7, symptoms_gone=10), 21),
            (D.HFMD, days(onset=7, symptoms_gone=17), 24),
            (D.MUMPS, days(onset=7, swelling_gone=12), 16),
            (D.MUMPS, days(onset=7, swelling_gone=20), 20),
            (D.NOROVIRUS, days(symptoms_gone=21), 24),
            (D.SCARLET_FEVER, days(treatment=8, symptoms_gone=10), 15),
            (D.CONJUNCTIVITIS, days(onset=8, symptoms_gone=20), 20),
            (D.MEASLES, days(rash_onset=8), 13),
            (D.RUBELLA, days(rash_onset=8), 13),
            (D.PERTUSSIS, days(treatment=8), 13),
            (D.DYSENTERY, days(symptoms_gone=8), 15),
            (D.HEPATITIS_A, days(onset=8), 29),
            (D.COVID19, days(fever_gone=8), 9),
            (D.FEVER_UNDIAGNOSED, days(fever_gone=8), 9),
        ],
    )
    def test_it_is_the_latest_of_all_waits(self, disease: Diagnosis, known: Any, earliest: int) -> None:
        assert earliest_return(RULES[disease], known) == sept(earliest)

    def test_what_is_missing_is_named_in_the_rules_order(self) -> None:
        assert earliest_return(RULES[D.HFMD], {}) == (Anchor.ONSET, Anchor.SYMPTOMS_GONE)
        assert earliest_return(RULES[D.HFMD], days(onset=8)) == (Anchor.SYMPTOMS_GONE,)

    def test_a_rule_of_papers_alone_gives_no_day(self) -> None:
        assert earliest_return(RULES[D.TUBERCULOSIS], {}) == date.min

    @pytest.mark.parametrize(
        ("hours", "whole"), [(0, 0), (1, 1), (24, 1), (25, 2), (36, 2), (48, 2), (72, 3)]
    )
    def test_hours_are_rounded_up_to_whole_days(self, hours: int, whole: int) -> None:
        assert Wait(Anchor.FEVER_GONE, hours, Unit.HOURS).days == whole

    def test_every_disease_that_has_a_name_has_a_rule(self) -> None:
        assert set(RULES) == set(Diagnosis) - {Diagnosis.OTHER}
        assert all(rule.asks for rule in SHIPPED_RULES)

    def test_a_rule_is_read_back_as_it_was_written(self) -> None:
        for rule in SHIPPED_RULES:
            assert rule_of(ReturnRule(**written(rule))) == rule


FLU = RULES[D.INFLUENZA]
SEEN = frozenset({Condition.TEMPERATURE_NORMAL, Condition.SYMPTOMS_GONE})
HELD = frozenset({PaperKind.RECOVERY})
KNOWN = days(onset=14, fever_gone=19, symptoms_gone=20)  # earliest: the 22nd


class TestCheck:
    @pytest.mark.parametrize(
        ("check", "refusal"),
        [
            (Check(sept(22), SEEN, HELD), {}),
            (Check(sept(23), SEEN, HELD), {}),
            (Check(sept(21), SEEN, HELD), {"returns_on": ReturnRefusal.TOO_EARLY}),
            (Check(sept(21), SEEN, HELD, "the doctor says so"), {}),
            (Check(sept(22), SEEN), {"papers": ReturnRefusal.PAPER_MISSING}),
            (
                Check(sept(22), SEEN, frozenset({PaperKind.DIAGNOSIS})),
                {"papers": ReturnRefusal.PAPER_MISSING},
            ),
            (Check(sept(22), SEEN, reason="lost"), {"papers": ReturnRefusal.PAPER_MISSING}),
            (Check(sept(22), frozenset(), HELD), {"conditions": ReturnRefusal.CONDITIONS_OPEN}),
            (Check(sept(22), frozenset(), HELD, "seen by the doctor today"), {}),
            (Check(sept(13), SEEN, HELD, "any"), {"returns_on": ReturnRefusal.RETURN_BEFORE_ONSET}),
            (Check(sept(18), SEEN, HELD, "any"), {"returns_on": ReturnRefusal.RETURN_IN_PAST}),
            (Check(sept(26), SEEN, HELD, "any"), {"returns_on": ReturnRefusal.RETURN_NO_SCHOOL_DAY}),
            (
                Check(None, frozenset()),
                {
                    "returns_on": ReturnRefusal.DAY_MISSING,
                    "papers": ReturnRefusal.PAPER_MISSING,
                    "conditions": ReturnRefusal.CONDITIONS_OPEN,
                },
            ),
        ],
    )
    def test_what_clears_and_what_does_not(self, check: Check, refusal: Any) -> None:
        school_days = [sept(day) for day in (14, 15, 16, 17, 18, 21, 22, 23, 24, 25)]
        assert refusals(FLU, KNOWN, check, today=sept(21), school_days=school_days) == refusal

    def test_a_day_that_is_not_known_is_asked_for_at_its_field(self) -> None:
        check = Check(sept(22), SEEN, HELD)
        known = days(fever_gone=19)
        found = refusals(FLU, known, check, today=sept(21), school_days=[sept(22)])
        assert found == {"symptoms_gone": ReturnRefusal.ANCHOR_MISSING}

    @pytest.mark.parametrize(
        ("known", "wrong"),
        [
            (days(onset=14, fever_gone=21), {}),
            (days(fever_gone=22), {Anchor.FEVER_GONE: ReturnRefusal.ANCHOR_IN_FUTURE}),
            (
                days(onset=14, fever_gone=13, symptoms_gone=22),
                {
                    Anchor.FEVER_GONE: ReturnRefusal.ANCHOR_BEFORE_ONSET,
                    Anchor.SYMPTOMS_GONE: ReturnRefusal.ANCHOR_IN_FUTURE,
                },
            ),
            (days(onset=22, fever_gone=20), {Anchor.ONSET: ReturnRefusal.ANCHOR_IN_FUTURE}),
        ],
    )
    def test_days_that_cannot_be(self, known: Any, wrong: Any) -> None:
        assert wrong_anchors(known, sept(21)) == wrong


def coming(
    known: Any = KNOWN,
    *,
    cleared: int | None = None,
    agreed: int | None = None,
    missed: int = 18,
    back: int | None = None,
    rule: Rule = FLU,
) -> Return:
    return Return(
        episode_id=1,
        student_id=1,
        rule=rule,
        rule_from=sept(1),
        known=known,
        cleared=Cleared(1, sept(cleared)) if cleared else None,
        agreed_on=sept(agreed) if agreed else None,
        last_absent_on=sept(missed),
        back_on=sept(back) if back else None,
    )


S = ReturnStage


class TestStage:
    @pytest.mark.parametrize(
        ("one", "stage"),
        [
            (coming(), S.AT_HOME),  # on the 21st; the earliest day is the 22nd
            (coming(days(onset=14, fever_gone=18, symptoms_gone=19)), S.TO_CLEAR),
            (coming(days(onset=14)), S.AT_HOME),
            (coming(days(onset=14), agreed=21), S.TO_CLEAR),
            (coming(days(onset=14), agreed=22), S.AT_HOME),
            (coming(agreed=21), S.AT_HOME),  # agreed on too early a day
            (coming(days(onset=14, fever_gone=17, symptoms_gone=17), agreed=24), S.AT_HOME),
            (coming(rule=RULES[D.TUBERCULOSIS]), S.AT_HOME),
            (coming(rule=RULES[D.TUBERCULOSIS], agreed=21), S.TO_CLEAR),
            (coming(cleared=21), S.CLEARED),
            (coming(cleared=21, back=21), S.CLEARED),
            (coming(cleared=22), S.CLEARED_LATER),
            (coming(back=21), S.CAME_WITHOUT),
            (coming(cleared=22, back=21), S.CAME_EARLY),  # sent back a day too early
            (coming(cleared=17, back=21), S.CAME_WITHOUT),  # missed again since: the word has lapsed
            (coming(cleared=18, back=21), S.CLEARED),  # stayed at home the day it was for
        ],
    )  # fmt: skip
    def test_where_a_return_stands_on_the_21st(self, one: Return, stage: ReturnStage) -> None:
        assert one.stage(sept(21)) is stage

    def test_who_came_a_day_too_early_is_in_order_on_the_day_itself(self) -> None:
        assert coming(cleared=22, back=21).stage(sept(22)) is S.CLEARED
