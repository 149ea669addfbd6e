"""Accounts, by command.  A password comes from a file or is typed unseen."""

from datetime import date
from pathlib import Path

import click
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts import forms, queries, service
from tracker.accounts.models import User
from tracker.accounts.rules import PLACE_OF, Duty, Place, Role
from tracker.cli.common import DAY, PASSWORD_FILE, deed, read_password
from tracker.cli.school import require_username
from tracker.disinfection.zone_queries import departments
from tracker.school import queries as school

ROLE = click.Choice([role.value for role in Role])
DUTY = click.Choice([duty.value for duty in Duty])


def _user(username: str) -> User:
    user = queries.user_named(username)
    if user is None:
        raise click.ClickException(_("There is no account %(username)s.", username=username))
    return user


@click.command("user-create")
@click.argument("username")
@click.option("--name", required=True, help="The person's name.")
@click.option("--role", "roles", type=ROLE, multiple=True, help="A role; may be given several times.")
@PASSWORD_FILE
@with_appcontext
def create(username: str, name: str, roles: tuple[str, ...], password_file: Path | None) -> None:
    """Make an account."""
    require_username(username)
    hashed = service.hash_password(read_password(password_file))
    with deed(forms.refusal_words):
        service.create(
            None,
            clock.now(),
            username=username,
            name=name,
            password_hash=hashed,
            roles=[Role(role) for role in roles],
        )
    click.echo(_("The account %(username)s is made.", username=username))


@click.command("user-roles")
@click.argument("username")
@click.option("--role", "roles", type=ROLE, multiple=True, help="A role; may be given several times.")
@with_appcontext
def change_roles(username: str, roles: tuple[str, ...]) -> None:
    """Give an account exactly these roles."""
    with deed(forms.refusal_words):
        user = _user(username)
        service.change_roles(None, clock.now(), user.id, user.name, [Role(role) for role in roles])
    click.echo(_("The account is changed."))


@click.command("user-disable")
@click.argument("username")
@with_appcontext
def disable(username: str) -> None:
    """Close an account and sign its devices out."""
    with deed(forms.refusal_words):
        service.set_disabled(None, clock.now(), _user(username).id, True)
    click.echo(_("The account is disabled."))


@click.command("user-enable")
@click.argument("username")
@with_appcontext
def enable(username: str) -> None:
    """Open a disabled account again."""
    with deed(forms.refusal_words):
        service.set_disabled(None, clock.now(), _user(username).id, False)
    click.echo(_("The account is open again."))


@click.command("user-password")
@click.argument("username")
@PASSWORD_FILE
@with_appcontext
def set_password(username: str, password_file: Path | None) -> None:
    """Give an account a new password."""
    hashed = service.hash_password(read_password(password_file))
    with deed(forms.refusal_words):
        service.set_password(None, clock.now(), _user(username).id, hashed)
    click.echo(_("The password is changed. All devices of this account must sign in again."))


@click.command("user-assign")
@click.argument("username")
@click.argument("duty", type=DUTY)
@click.option("--class", "ref", help="The class as entry year and number: 2024-2.")
@click.option("--grade", "entry_year", type=int, help="The grade by its entry year: 2024.")
@click.option("--department", help="The department's name.")
@click.option("--from", "starts", type=DAY, help="First day; today if left away.")
@click.option("--to", "ends", type=DAY, help="Last day; until it is ended if left away.")
@with_appcontext
def assign(
    username: str,
    duty: str,
    ref: str | None,
    entry_year: int | None,
    department: str | None,
    starts: date | None,
    ends: date | None,
) -> None:
    """Give a person a DUTY in a class, a grade or a department, or for the whole school."""
    given = {Place.CLASS: ref, Place.GRADE: entry_year, Place.DEPARTMENT: department}
    asked = PLACE_OF[Duty(duty)]
    if {place for place, value in given.items() if value is not None} != {asked} - {Place.SCHOOL}:
        takes = f"takes --{asked.value} alone" if asked in given else "takes no place"
        raise click.UsageError(f"{duty} {takes}")
    with deed(forms.refusal_words):
        class_id, department_id = _place(ref, department)
        service.assign(
            None,
            clock.now(),
            _user(username).id,
            Duty(duty),
            class_id=class_id,
            entry_year=entry_year,
            department_id=department_id,
            starts=starts or clock.today(),
            ends=ends,
        )
    click.echo(_("The assignment is made."))


def _place(ref: str | None, department: str | None) -> tuple[int | None, int | None]:
    if ref is not None:
        school_class = school.class_named(ref)
        if school_class is None:
            raise click.ClickException(_("There is no class %(ref)s.", ref=ref))
        return school_class.id, None
    if department is None:
        return None, None
    found = next((one for one in departments() if one.name == department), None)
    if found is None:
        raise click.ClickException(_("There is no department %(name)s.", name=department))
    return None, found.id


commands: list[click.Command] = [create, change_roles, disable, enable, set_password, assign]
