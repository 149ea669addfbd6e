"""Setting up a school, its terms and its roster, by command."""

import hashlib
from datetime import date
from pathlib import Path

import click
from flask import current_app
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker import clock
from tracker.accounts.rules import USERNAME_PATTERN
from tracker.accounts.service import hash_password
from tracker.cli.common import DAY, PASSWORD_FILE, deed, read_password, reading, tell_wrong
from tracker.school import (
    forms,
    roster_file,
    roster_forms,
    roster_queries,
    roster_service,
    service,
    table_file,
)
from tracker.school.models import SchoolClass
from tracker.school.roster_cells import ClassKey, Table
from tracker.school.roster_plan import Days, Plan
from tracker.setup import forms as setup_forms
from tracker.setup import service as setup_service
from tracker.templating import class_label


@click.command("setup")
@click.option("--school", required=True, help="Name of the school.")
@click.option("--admin", required=True, help="User name of the administrator.")
@click.option("--name", help="Name of the administrator; the user name if left away.")
@PASSWORD_FILE
@click.option("--term", required=True, help="Name of the term.")
@click.option("--from", "starts", type=DAY, required=True, help="First day of the term.")
@click.option("--to", "ends", type=DAY, required=True, help="Last day of the term.")
@with_appcontext
def setup(
    school: str, admin: str, name: str | None, password_file: Path | None, term: str, starts: date, ends: date
) -> None:
    """Make the administrator, the school's name and its term."""
    require_username(admin)
    beginning = setup_service.Beginning(
        school, admin, name or admin, hash_password(read_password(password_file)), term, starts, ends
    )
    with deed(setup_forms.refusal_words):
        setup_service.set_up(None, clock.now(), clock.today(), beginning)
    setup_service.forget_code(Path(current_app.config["DATA_DIR"]))
    click.echo(_("The school is set up. Please sign in as %(username)s.", username=admin))


def require_username(username: str) -> None:
    """Ends the command where nobody could sign in with the name."""
    import re

    if not re.fullmatch(USERNAME_PATTERN, username):
        raise click.ClickException(_("2 to 64 letters or digits; also . - _ @, and no blank."))


@click.command("term")
@click.argument("name")
@click.option("--from", "starts", type=DAY, required=True, help="First day.")
@click.option("--to", "ends", type=DAY, required=True, help="Last day.")
@with_appcontext
def term(name: str, starts: date, ends: date) -> None:
    """Add a term, past ones too, with its public holidays and make-up days."""
    with deed(forms.refusal_words):
        service.add_term(None, clock.now(), name, starts, ends)
    click.echo(_("The term %(name)s is added.", name=name))


@click.command("import-roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--on",
    type=DAY,
    help="First day in the class; left away: today, and for a class without students the term's first day.",
)
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@with_appcontext
def import_roster(file: Path, on: date | None, dry_run: bool) -> None:
    """Bring the roster to what an .xlsx or .csv FILE says: all of it, or nothing."""
    with reading(forms.refusal_words):
        with file.open("rb") as opened:
            content = opened.read(table_file.MOST_BYTES + 1)
        table = roster_file.read_table(content)
        days = roster_queries.import_days(on, clock.today())
        plan = roster_queries.roster_plan(table, days)
        _tell(plan, days)
    if plan.wrong:
        raise click.ClickException(_("Nothing was imported. Please correct the file."))
    if dry_run or plan.is_empty:
        click.echo(_("Nothing to import.") if plan.is_empty else _("Dry run: nothing was imported."))
        return
    _import(table, days, content, plan.digest)
    click.echo(_("The roster is imported."))


def _import(table: Table, days: Days, content: bytes, seen: str) -> None:
    sha256 = hashlib.sha256(content).hexdigest()
    with deed(forms.refusal_words):
        roster_service.import_roster(None, clock.now(), table, sha256, days, seen=seen)


def _tell(plan: Plan, days: Days) -> None:
    """The dry run in lines: counts, what is wrong, what changes, whom the file leaves out."""

    def label(key: ClassKey | None) -> str:
        if key is None:
            return str(_("no class"))
        return class_label(
            SchoolClass(stage=roster_queries.stage(days.today), entry_year=key[0], number=key[1]),
            days.chosen or days.today,
        )

    click.echo(
        _(
            "new %(new)s, changed %(changed)s, unchanged %(unchanged)s, wrong rows %(wrong)s,"
            " not in the file %(missing)s",
            **plan.counts,
        )
    )
    for notice, details in plan.notices:
        click.echo("! " + roster_forms.notice_words(notice, details, label))
    tell_wrong(plan.wrong, roster_forms.reason_words, roster_forms.COLUMN_WORDS)
    for line in plan.changed:
        for change in line.changes:
            before = roster_forms.value_words(change.column, change.before, label)
            after = roster_forms.after_words(change, label)
            click.echo(f"{line.row.number} {change.column.value}: {before} → {after}")
    for student in plan.missing:
        click.echo(_("not in the file: %(number)s", number=student.number))


commands: list[click.Command] = [setup, term, import_roster]
