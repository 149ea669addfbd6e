"""The rules of return: shipped to every school, old or new, and edited by the nurse from a day on."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from alembic import command
from alembic.config import Config

from tests.cast import TERM, TODAY, Cast, count
from tests.conftest import make_app
from tracker import schema
from tracker.absence.models import ReturnRule
from tracker.absence.return_defaults import SHIPPED_RULES, SOURCE
from tracker.absence.return_queries import rule_versions, rules_on
from tracker.absence.return_rules import Anchor, Condition, Unit, Wait
from tracker.audit.models import Trail
from tracker.db import db
from tracker.facts.rules import Diagnosis

SignIn = Callable[[str], Any]
MEASLES = "/absences/return-rules/measles"


class TestOverview:
    def test_it_shows_every_rule_and_where_it_comes_from(self, cast: Cast, sign_in: SignIn) -> None:
        page = sign_in("nora").get("/absences/return-rules/")
        chickenpox = page.select_one("section[aria-labelledby=chickenpox]").text
        assert "Illness began + 14 days" in chickenpox and "All spots dry and crusted" in chickenpox
        assert "watched 21 days" in chickenpox and "Set by the school" not in chickenpox
        assert "First day without fever + 48 h" in page.select_one("section[aria-labelledby=influenza]").text
        assert len(page.select("section.tile")) == len(SHIPPED_RULES)


class TestChange:
    def test_a_change_is_a_new_version_marked_as_the_schools(self, cast: Cast, sign_in: SignIn) -> None:
        nora = sign_in("nora")
        page = nora.get(MEASLES)
        nora.send(
            page,
            count_rash_onset="10",
            contacts_days="18",
            valid_from="2026-10-01",
            source="District paper 7",
        )
        assert nora.location == "/absences/return-rules/#measles"
        newest, shipped = rule_versions(Diagnosis.MEASLES)
        assert newest.rule.waits == (Wait(Anchor.RASH_ONSET, 10),)
        assert (newest.rule.contacts_days, newest.by_name) == (18, "Nora Nurse")
        assert newest.source == "District paper 7"
        assert (shipped.valid_from, shipped.by_name, shipped.source) == (TERM[0], None, SOURCE)
        before = {one.rule.disease: one.rule for one in rules_on(date(2026, 9, 30))}
        assert before[Diagnosis.MEASLES].waits == (Wait(Anchor.RASH_ONSET, 5),)
        page = nora.get(MEASLES)
        assert "Set by the school" in page.text and "District paper 7" in page.text

    def test_a_slip_of_today_is_corrected_today(self, cast: Cast, sign_in: SignIn) -> None:
        nora = sign_in("nora")
        for typed in ("50", "10"):
            nora.send(nora.get(MEASLES), count_rash_onset=typed, source="District paper 7")
        assert [one.valid_from for one in rule_versions(Diagnosis.MEASLES)] == [TODAY, TERM[0]]
        assert rule_versions(Diagnosis.MEASLES)[0].rule.waits == (Wait(Anchor.RASH_ONSET, 10),)
        deeds = sa.select(sa.func.count()).where(Trail.deed == "absence.return_rule")
        assert db.session.scalar(deeds) == 2

    def test_every_part_can_be_set_and_emptied(self, cast: Cast, sign_in: SignIn) -> None:
        nora = sign_in("nora")
        nora.send(
            nora.get(MEASLES),
            count_rash_onset="",
            count_fever_gone="36",
            unit_fever_gone="hours",
            conditions=["better", "no_medicine"],
            papers=None,
            contacts_days="",
            source="District paper 7",
        )
        rule = rule_versions(Diagnosis.MEASLES)[0].rule
        assert rule.waits == (Wait(Anchor.FEVER_GONE, 36, Unit.HOURS),)
        assert set(rule.conditions) == {Condition.BETTER, Condition.NO_MEDICINE}
        assert (rule.papers, rule.contacts_days) == ((), None)

    def test_what_cannot_be_is_said_at_the_field_and_stays(self, cast: Cast, sign_in: SignIn) -> None:
        nora = sign_in("nora")
        page = nora.send(
            nora.get(MEASLES),
            expect=422,
            count_rash_onset="ten",
            count_onset="91",
            contacts_days="900",
            valid_from="2026-09-20",
            source="",
        )
        assert page.select_one("#count_rash_onset")["value"] == "ten"
        assert "whole number from 0 to" in page.select_one("#count_rash_onset-error").text
        assert "at most 90 days" in page.select_one("#count_onset-error").text
        assert page.select_one("#contacts_days-error") and page.select_one("#source-error")
        page = nora.send(
            page, expect=422, count_rash_onset="10", count_onset="", contacts_days="18", source="Paper 7"
        )
        assert "from today on" in page.select_one("#valid_from-error").text
        assert len(rule_versions(Diagnosis.MEASLES)) == 1

    def test_an_unnamed_illness_has_no_rule(self, cast: Cast, sign_in: SignIn) -> None:
        sign_in("nora").get("/absences/return-rules/other", expect=404)
        sign_in("nora").get("/absences/return-rules/plague", expect=404)


def to_revision(folder: Path, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(schema.__file__).parent / "migrations"))
    command.upgrade(config, revision)


class TestShipped:
    def test_a_school_that_was_set_up_before_gets_them_too(self, tmp_path: Path) -> None:
        app = make_app(tmp_path / "before")
        with app.app_context():
            to_revision(tmp_path, "0002")
            with db.engine.begin() as connection:
                connection.execute(
                    sa.text(
                        "INSERT INTO fever_trigger (site, device, valid_from, tenths, source)"
                        " VALUES ('forehead', 'infrared', '2026-09-01', 373, 'x')"
                    )
                )
            schema.upgrade()
            found = rules_on(TODAY)
            assert tuple(one.rule for one in found) == SHIPPED_RULES
            assert {(one.valid_from, one.source, one.by_name) for one in found} == {(TERM[0], SOURCE, None)}
            db.session.remove()
            db.engine.dispose()

    def test_an_empty_database_waits_for_the_set_up(self, empty_app: Any) -> None:
        assert count(ReturnRule) == 0
