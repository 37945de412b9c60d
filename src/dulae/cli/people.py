"""`dulae people`: read the personnel division's list and say where each person stands (procedure step 4, 6.4)."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.cli.findings import printable
from dulae.cli.tables import format_option, language_option, table

if TYPE_CHECKING:
    from dulae.people import PersonnelList

# A list of this size takes longer than two seconds.
_LONG_BYTES = 500_000


@click.group()
def people() -> None:
    """Read the personnel division's list (procedure step 4).

    \b
    Example:
      dulae people read lists/leavers.xlsx --errors send_back.xlsx
    """


def _xlsx(ctx: click.Context, param: click.Parameter, value: Path | None) -> Path | None:
    """Return a path that ends in .xlsx; raise BadParameter otherwise."""
    if value and value.suffix.lower() != ".xlsx":
        raise click.BadParameter(f"{value} must end in .xlsx", ctx, param)
    return value


@people.command()
@click.argument("file", type=click.Path(path_type=Path))
@format_option
@language_option
@click.option(
    "--errors",
    type=click.Path(path_type=Path, dir_okay=False),
    callback=_xlsx,
    help="Write the rows that go back to the personnel division into this XLSX file.",
)
@click.option("--unmasked", is_flag=True, help="Print whole citizen numbers.")
@click.option(
    "--unit",
    "units",
    multiple=True,
    metavar="NAME",
    help="A unit of the department, as the list writes it; tells a transfer's direction. Repeatable.",
)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    metavar="YYYY-MM-DD",
    help="Judge as on this day (a Christian year: 2026-10-01) instead of today.",
)
def read(file: Path, output_format: str, language: str, errors: Path | None, **how: Any) -> None:
    """Read the personnel division's list (CSV or XLSX, as it came) and say of each person what follows.

    The list is only read; no account is touched. Citizen numbers are masked unless asked.

    \b
    act        out of service already: can be disabled once a second person agrees
    scheduled  out of service on a later day
    review     a person decides (a move inside, a cancelled order, a doubt); the reason says why
    no_action  keeps the login (joined, promoted, came back)
    rejected   cannot be read: goes back to the personnel division (--errors)

    \b
    Examples:
      dulae people read lists/leavers.xlsx --language th
      dulae people read lists/leavers.csv --format json --errors send_back.xlsx
    """
    from dulae.cli import people_words as words
    from dulae.people import read_list
    from dulae.people.dates import BANGKOK

    now = datetime.now(BANGKOK)
    if file.is_file() and file.stat().st_size > _LONG_BYTES:
        click.echo(words.reading(file.name, language), err=True)
    found = read_list(file, today=(how["day"] or now).date(), units=how["units"])
    if output_format == "json":
        click.echo(json.dumps(found.to_dict(unmasked=how["unmasked"]), ensure_ascii=False, indent=2))
    else:
        _print(found, language, unmasked=how["unmasked"])
    if errors:
        _send_back(found, errors, now, language)


def _send_back(found: PersonnelList, path: Path, now: datetime, language: str) -> None:
    """Write the rows that go back into a new file; raise ListError where a file of that name is there already."""
    from dulae.cli import people_words as words
    from dulae.people import error_sheet, refusals

    count = len(error_sheet.returned(found))
    if not count:
        click.echo(words.sent_back(0, path, language), err=True)
        return
    try:
        with path.open("xb"):
            error_sheet.write(found, path, now)
    except FileExistsError:
        raise refusals.RefusedList(refusals.OUTPUT_EXISTS, str(path)) from None
    except (FileNotFoundError, NotADirectoryError):
        raise refusals.RefusedList(refusals.OUTPUT_FOLDER, str(path.parent)) from None
    click.echo(words.sent_back(count, path, language), err=True)


def _print(found: PersonnelList, language: str, *, unmasked: bool) -> None:
    """Print the list as a table with its figures below."""
    from dulae.cli import people_words as words

    if found.rows:
        lines = [words.line(row, language, unmasked=unmasked) for row in found.rows]
        if len({row.sheet for row in found.rows}) > 1:
            lines = [(f"{row.sheet}!{at}", *rest) for row, (at, *rest) in zip(found.rows, lines, strict=True)]
        click.echo(table(words.HEAD[language], lines))
    for said in (words.figures(found, language), *words.asides(found, language)):
        click.echo(printable(said))
