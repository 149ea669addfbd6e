"""Importing what was recorded before, by command."""

import hashlib
from pathlib import Path

import click
import sqlalchemy as sa
from flask.cli import with_appcontext
from flask_babel import gettext as _

from tracker import clock
from tracker.cli.common import deed, reading, tell_wrong
from tracker.errors import RunAgain
from tracker.history import files, forms, queries, service
from tracker.history.plan import HistoryPlan, Options
from tracker.school import table_file


@click.command("import-history")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--dry-run", is_flag=True, help="Say what would be written, and write nothing.")
@click.option(
    "--assume-complete",
    is_flag=True,
    help="Every class reported every session the file names, on each school day from its first to its last;"
    " who is not in the file was normal.",
)
@click.option("--open-days", is_flag=True, help="Let days of a term that were no school days become some.")
@with_appcontext
def import_history(file: Path, dry_run: bool, assume_complete: bool, open_days: bool) -> None:
    """Write absences, symptoms and temperatures of days gone by: all of an .xlsx or .csv FILE, or nothing."""
    options = Options(assume_complete, open_days)
    with reading(forms.refusal_words):
        with file.open("rb") as opened:
            content = opened.read(table_file.MOST_BYTES + 1)
        table = files.read_table(content)
        plan = queries.history_plan(table, options, clock.today())
    _tell(plan)
    if plan.wrong:
        raise click.ClickException(_("Nothing was imported. Please correct the file."))
    if dry_run or plan.is_empty:
        click.echo(_("Nothing to import.") if plan.is_empty else _("Dry run: nothing was imported."))
        return
    sha256 = hashlib.sha256(content).hexdigest()
    try:
        with deed(forms.refusal_words):
            service.import_history(None, clock.now(), clock.today(), table, sha256, options, seen=plan.digest)
    except (RunAgain, sa.exc.IntegrityError):
        raise click.ClickException(
            _("Somebody wrote a sheet of these days at the same moment. Please run the command again.")
        ) from None
    click.echo(_("The history is imported."))


def _tell(plan: HistoryPlan) -> None:
    """The dry run in lines: counts, what is wrong, what else whoever imports should know."""
    click.echo(
        _(
            "rows %(rows)s, new sheets %(sheets)s, unchanged sheets %(unchanged)s, sheets left as they are"
            " %(kept)s, absences %(absences)s, days opened %(opened)s, wrong rows %(wrong)s",
            **plan.counts,
        )
    )
    for words in forms.notice_words(plan.history.unknown_headers, plan.history.unlikely):
        click.echo("! " + words)
    for one in plan.opened:
        click.echo(_("becomes a school day: %(day)s", day=one.day.isoformat()))
    tell_wrong(forms.shown(plan.wrong), forms.reason_words, forms.COLUMN_WORDS)


commands: list[click.Command] = [import_history]
