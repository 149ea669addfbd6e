"""The administrator's pages of accounts: making them, their roles, passwords and duties."""

from datetime import date, timedelta
from typing import Any

from flask import Blueprint, flash, g, request, url_for
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts import forms, queries, service
from tracker.accounts.guards import requires, sign_device_in_again, signed_in
from tracker.accounts.models import Assignment, User
from tracker.accounts.queries import Account
from tracker.accounts.rules import CLASS_DUTIES, Duty, Place, Role
from tracker.disinfection.zone_queries import departments
from tracker.edge import page, taken
from tracker.permissions import Permission, permits
from tracker.school import queries as school
from tracker.school.forms import grade_label
from tracker.school.rules import is_grade_class
from tracker.templating import class_label, class_ref

bp = Blueprint("admin", __name__, url_prefix="/admin")


@bp.get("/")
@requires(Permission.ACCOUNTS_MANAGE)
def accounts() -> Any:
    """All accounts, and the classes nobody is homeroom teacher of."""
    today = clock.today()
    day = school.roster_day(today)
    classes = school.classes_on(day)
    return page(
        "accounts/accounts.html",
        accounts=queries.accounts(today),
        places=_places(day),
        day=day,
        has_students=bool(classes),
        open_classes=queries.without_homeroom(classes, day),
    )


def _places(day: date) -> dict[tuple[str, int], str]:
    """What every place of a duty is called: classes, grades by entry year, departments, the school."""
    classes = school.all_classes()
    grades = {one.entry_year: grade_label(one.stage, one.entry_year, day) for one in classes}
    return {
        **{(Place.CLASS.value, one.id): class_label(one, day) for one in classes},
        **{(Place.GRADE.value, year): label for year, label in grades.items()},
        **{(Place.DEPARTMENT.value, one.id): one.name for one in departments()},
        (Place.SCHOOL.value, 0): _("The whole school"),
    }


@bp.route("/accounts/new", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE)
def new_account() -> Any:
    """Make an account, together with the class of a homeroom teacher or the department of staff."""
    day = school.roster_day(clock.today())
    classes = {class_ref(one): one for one in queries.without_homeroom(school.classes_on(day), day)}
    wanted = request.args.get("class") if request.args.get("class") in classes else ""
    form = forms.NewAccountForm(
        homeroom=wanted,
        roles=[Role.TEACHER.value] if wanted else [],
        starts=school.first_day(clock.today()),
    )
    form.offer(
        [(ref, class_label(one, day)) for ref, one in classes.items()],
        [(one.id, one.name) for one in departments()],
    )

    def make() -> str:
        user = service.create(
            g.identity.user_id,
            clock.now(),
            username=form.username.data,
            name=form.name.data,
            password_hash=service.hash_password(form.password.data),
            roles=form.chosen_roles,
        )
        by, at = g.identity.user_id, clock.now()
        if form.class_ref and form.starts.data:
            class_id = classes[form.class_ref].id
            service.assign(by, at, user.id, Duty.HOMEROOM, class_id=class_id, starts=form.starts.data)
        if form.department_id and form.starts.data:
            service.assign(
                by, at, user.id, Duty.DEPARTMENT, department_id=form.department_id, starts=form.starts.data
            )
        flash(_("The account %(username)s is made.", username=form.username.data))
        return url_for(".accounts")

    return taken(form, "account.create", make, forms.refusal_words) or page(
        "accounts/new.html", form=form, classes=classes
    )


def account_of(user_id: int) -> Account | None:
    """What the address of an account names."""
    return queries.account(user_id, clock.today())


@bp.route("/accounts/<id:user_id>", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE, of=account_of)
def account(account: Account) -> Any:
    """One account: its name and roles, its duties, and what else can be done with it."""
    form = forms.AccountForm(name=account.user.name, roles=[role.value for role in account.roles])

    def change() -> str:
        service.change_roles(
            g.identity.user_id, clock.now(), account.user.id, form.name.data, form.chosen_roles
        )
        flash(_("The account is changed."))
        return url_for(".account", user_id=account.user.id)

    return taken(form, "account.roles", change, forms.refusal_words) or page(
        "accounts/account.html",
        form=form,
        account=account,
        places=_places(school.roster_day(clock.today())),
        idle=any(duty.what in CLASS_DUTIES for duty in account.assignments)
        and Role.TEACHER not in account.roles,
    )


def user_of(user_id: int) -> User | None:
    """The account an address names."""
    return queries.user_with(user_id)


@bp.route("/accounts/<id:user_id>/disable", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE, of=user_of)
def disable(user: User) -> Any:
    """Close an account, or open it again."""
    form = forms.SwitchForm(intent="disable" if user.disabled_at is None else "enable")
    user_id, disabling = user.id, form.intent.data == "disable"

    def switch() -> str:
        service.set_disabled(g.identity.user_id, clock.now(), user_id, disabling)
        flash(_("The account is disabled.") if disabling else _("The account is open again."))
        return url_for(".account", user_id=user_id)

    return taken(form, "account.disable", switch, forms.refusal_words) or page(
        "accounts/disable.html", form=form, user=user, disabling=disabling
    )


@bp.get("/passwords")
@requires(Permission.PASSWORD_RESET)
def passwords() -> Any:
    """Whom one may give a new password."""
    found = [one for one in queries.accounts(clock.today()) if one.user.disabled_at is None]
    return page(
        "accounts/passwords.html",
        accounts=[one for one in found if permits(g.identity, Permission.PASSWORD_RESET, one)],
    )


@bp.route("/accounts/<id:user_id>/password", methods=["GET", "POST"])
@requires(Permission.PASSWORD_RESET, of=account_of)
def reset_password(account: Account) -> Any:
    """Give somebody a new password."""
    form = forms.NewPasswordForm()
    user_id = account.user.id
    manages = permits(g.identity, Permission.ACCOUNTS_MANAGE)
    back = url_for(".account", user_id=user_id) if manages else url_for(".passwords")

    def reset() -> str:
        changed = service.set_password(
            g.identity.user_id, clock.now(), user_id, service.hash_password(form.password.data)
        )
        if user_id == g.identity.user_id:
            sign_device_in_again(signed_in(changed))
        flash(_("The password is changed. All devices of this account must sign in again."))
        return back

    return taken(form, "account.password", reset, forms.refusal_words) or page(
        "accounts/reset.html", form=form, user=account.user, back=back
    )


@bp.route("/accounts/<id:user_id>/assign", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE, of=user_of)
def assign(user: User) -> Any:
    """Give somebody a duty in a class or a department, from a day on."""
    day, user_id = school.roster_day(clock.today()), user.id
    form = forms.AssignForm(starts=max(clock.today(), school.first_day(clock.today())))
    no_more = {
        (Place.CLASS.value, one.id)
        for one in school.all_classes()
        if not is_grade_class(one.stage, one.entry_year, day)
    }
    no_more.add((Place.SCHOOL.value, 0))
    form.offer({place: label for place, label in _places(day).items() if place not in no_more})

    def give() -> str:
        service.assign(
            g.identity.user_id,
            clock.now(),
            user_id,
            Duty(form.duty.data),
            class_id=form.class_id,
            entry_year=form.entry_year,
            department_id=form.department_id,
            starts=form.starts.data,
            ends=form.ends.data,
        )
        flash(_("The assignment is made."))
        return url_for(".account", user_id=user_id)

    return taken(form, "account.assign", give, forms.refusal_words) or page(
        "accounts/assign.html", form=form, user=user
    )


def assignment_of(assignment_id: int) -> Assignment | None:
    """The duty an address names."""
    return queries.assignment(assignment_id)


@bp.route("/assignments/<id:assignment_id>/end", methods=["GET", "POST"])
@requires(Permission.ACCOUNTS_MANAGE, of=assignment_of)
def end_assignment(duty: Assignment) -> Any:
    """End a duty after a day."""
    form = forms.EndForm(last_day=max(clock.today(), duty.starts - timedelta(days=1)))
    duty_id, user_id = duty.id, duty.user_id

    def end() -> str:
        service.end_assignment(g.identity.user_id, clock.now(), duty_id, form.last_day.data)
        flash(_("The assignment ends on %(day)s.", day=form.last_day.data.isoformat()))
        return url_for(".account", user_id=user_id)

    return taken(form, "account.unassign", end, forms.refusal_words) or page(
        "accounts/end.html", form=form, duty=duty, places=_places(school.roster_day(clock.today()))
    )
