"""The page of what each disease asks for before the return to class."""

from typing import Any

from flask import Blueprint, abort, flash, g, url_for
from flask_babel import gettext as _

from tracker import clock, edge
from tracker.absence import return_forms as forms
from tracker.absence import return_queries as queries
from tracker.absence import return_service as service
from tracker.absence.return_rules import Rule
from tracker.accounts.guards import requires
from tracker.facts.rules import Diagnosis
from tracker.permissions import Permission

bp = Blueprint("return_rules", __name__, url_prefix="/absences/return-rules")

WITH_A_RULE = [one for one in Diagnosis if one is not Diagnosis.OTHER]


@bp.get("/")
@requires(Permission.RETURN_RULES)
def overview() -> Any:
    """Every disease's rule as it holds today."""
    return edge.page(
        "absence/return_rules.html",
        rules={one.rule.disease: one for one in queries.rules_on(clock.today())},
        diseases=WITH_A_RULE,
        wait_words=forms.wait_words,
    )


@bp.route("/<disease>", methods=["GET", "POST"])
@requires(Permission.RETURN_RULES)
def change(disease: str) -> Any:
    """Change one disease's rule from a day on."""
    found = next((one for one in WITH_A_RULE if one.value == disease), None) or abort(404)
    today = clock.today()
    versions = queries.rule_versions(found)
    form = forms.RuleForm()
    if not form.is_submitted():
        holds = next((one for one in versions if one.valid_from <= today), None)
        form.fill(holds.rule if holds else Rule(found), today)

    def verb() -> str:
        service.change_rule(
            g.identity.user_id, clock.now(), form.rule(found), form.valid_from.data, form.source.data
        )
        return url_for(".overview", _anchor=found.value)

    answer = edge.taken(form, "absence.return_rule", verb, forms.refusal_words)
    if answer:
        flash(_("The rule is saved."))
        return answer
    return edge.page(
        "absence/return_rule.html",
        form=form,
        disease=found,
        versions=versions,
        wait_words=forms.wait_words,
    )
