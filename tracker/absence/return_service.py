"""Setting what diseases ask for before the return to class."""

from datetime import date, datetime

import sqlalchemy as sa

from tracker import clock
from tracker.absence.models import ReturnRule
from tracker.absence.return_defaults import SHIPPED_RULES, SOURCE
from tracker.absence.return_queries import written
from tracker.absence.return_rules import ReturnRefusal, Rule
from tracker.audit import service as audit
from tracker.db import db
from tracker.errors import Rejected


def ship_defaults(by: int | None, at: datetime, valid_from: date) -> None:
    """The rules of return that a new school begins with."""
    rows = [{**written(rule), "valid_from": valid_from, "source": SOURCE} for rule in SHIPPED_RULES]
    db.session.execute(sa.insert(ReturnRule), rows)
    audit.record(by, at, "absence.return_rules", "return_rule", None)


def change_rule(by: int, at: datetime, rule: Rule, valid_from: date, source: str) -> None:
    """Set a disease's rule from a day on; what held before stays for the days before.

    A version that begins on that day is replaced.  Rejected for a day gone by.
    """
    if valid_from < clock.local(at).date():
        raise Rejected(ReturnRefusal.RULE_IN_PAST, "valid_from")
    columns = written(rule)
    db.session.merge(ReturnRule(**columns, valid_from=valid_from, source=source, by=by))
    audit.record(
        by,
        at,
        "absence.return_rule",
        "return_rule",
        None,
        changes={**columns, "disease": rule.disease.value, "valid_from": valid_from.isoformat()},
    )
