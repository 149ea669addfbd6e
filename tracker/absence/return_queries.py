"""Reading what diseases ask for before the return to class.  Nothing here writes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import aliased

from tracker.absence.models import ReturnRule
from tracker.absence.return_rules import Anchor, Condition, Rule, Unit, Wait, in_order
from tracker.absence.rules import PaperKind
from tracker.accounts.models import User
from tracker.db import built_once, db
from tracker.facts.rules import Diagnosis


@built_once
def rule_holds(day: date) -> sa.ColumnElement[bool]:
    """The condition that a disease's rule is the newest not after a day."""
    newer = aliased(ReturnRule)
    newest = (
        sa.select(sa.func.max(newer.valid_from))
        .where(newer.disease == ReturnRule.disease, newer.valid_from <= day)
        .correlate(ReturnRule)
        .scalar_subquery()
    )
    return ReturnRule.valid_from == newest


def rule_of(row: ReturnRule) -> Rule:
    """A rule as it was written."""
    waits = [Wait(Anchor(code), count, Unit(unit)) for code, count, unit in row.anchors]
    return Rule(
        row.disease,
        in_order(waits),
        tuple(Condition(code) for code in row.conditions),
        tuple(PaperKind(code) for code in row.papers),
        row.contacts_days,
    )


def written(rule: Rule) -> dict[str, Any]:
    """A rule as its columns keep it; `rule_of` reads it back."""
    return {
        "disease": rule.disease,
        "anchors": [[wait.anchor.value, wait.count, wait.unit.value] for wait in rule.waits],
        "conditions": [one.value for one in rule.conditions],
        "papers": [one.value for one in rule.papers],
        "contacts_days": rule.contacts_days,
    }


@dataclass(frozen=True)
class RuleSeen:
    """One version of a disease's rule: what it asks for, since when, and who says so."""

    rule: Rule
    valid_from: date
    source: str
    by_name: str | None
    """Who at the school set it; None: as it was shipped."""


def _seen(*where: sa.ColumnElement[bool]) -> Iterable[RuleSeen]:
    rows = db.session.execute(
        sa.select(ReturnRule, User.name)
        .outerjoin(User, User.id == ReturnRule.by)
        .where(*where)
        .order_by(ReturnRule.valid_from.desc())
    )
    return [RuleSeen(rule_of(row), row.valid_from, row.source, name) for row, name in rows]


def rules_on(day: date) -> list[RuleSeen]:
    """The rules that hold on a day, in the order of the diseases.  One statement."""
    order = list(Diagnosis)
    return sorted(_seen(rule_holds(day)), key=lambda one: order.index(one.rule.disease))


def rule_versions(disease: Diagnosis) -> list[RuleSeen]:
    """All versions of a disease's rule, newest first."""
    return list(_seen(ReturnRule.disease == disease))
