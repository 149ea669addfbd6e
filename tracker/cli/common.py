"""What every command does the same way: prepare the schema, one transaction, a refusal in one line."""

from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from typing import Any

import click
from flask_babel import gettext as _

from tracker import schema
from tracker.accounts.rules import MINIMUM_PASSWORD
from tracker.db import transaction
from tracker.errors import Rejected
from tracker.school.roster_cells import Wrong
from tracker.school.rules import PLAUSIBLE_YEARS

Words = Callable[[Any, Mapping[str, Any]], str]


@contextmanager
def deed(words: Words) -> Iterator[None]:
    """Do everything inside in one transaction on a schema that is ready, or say in a line why not."""
    with reading(words), transaction():
        yield


@contextmanager
def reading(words: Words) -> Iterator[None]:
    """Read inside, on a schema that is ready, or say in a line why not."""
    try:
        schema.prepare()
        yield
    except Rejected as no:
        raise click.ClickException(words(no.reason, no.details)) from None


def tell_wrong(
    wrong: Iterable[Wrong],
    words: Callable[[Any, Mapping[str, Any]], tuple[str, str]],
    columns: Mapping[Any, Any],
) -> None:
    """A line for each cell of a file that cannot be taken."""
    for cell in wrong:
        why, remedy = words(cell.reason, cell.details)
        click.echo(
            _(
                "row %(row)s, %(column)s, “%(value)s”: %(why)s. %(remedy)s.",
                row=cell.row,
                column=columns[cell.column],
                value=cell.value,
                why=why,
                remedy=remedy,
            )
        )


class DayType(click.ParamType[date]):
    """A day as `2026-09-21`."""

    name = "date"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> date:
        """Reads it; a year no school could mean is none."""
        if isinstance(value, date):
            return value
        try:
            day = date.fromisoformat(value)
        except ValueError:
            day = None
        if day is None or day.year not in PLAUSIBLE_YEARS:
            self.fail(f"{value!r} is not a day such as 2026-09-21", param, ctx)
        return day


DAY = DayType()


class PlaceType(click.ParamType[Path]):
    """A file or folder.  Nothing at all is none: a script whose variable is unset would mean the folder it
    stands in."""

    name = "path"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Path:
        """Reads it."""
        if isinstance(value, Path):
            return value
        if not value.strip():
            self.fail("nothing is given", param, ctx)
        return Path(value).expanduser()


PLACE = PlaceType()

PASSWORD_FILE = click.option(
    "--password-file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="A file whose first line is the password; without it, it is asked for.",
)


def read_password(file: Path | None) -> str:
    """The password from a file's first line, or typed unseen; never from the command line, where others
    on the computer could read it."""
    if file:
        try:
            lines = file.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError):
            raise click.ClickException(f"{file} cannot be read as text") from None
        password = lines[0] if lines else ""
    else:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    if not MINIMUM_PASSWORD <= len(password) <= 128:
        raise click.ClickException(f"The password needs at least {MINIMUM_PASSWORD} characters, at most 128")
    return str(password)
