"""`dulae people`: read the personnel division's list and say where each person stands (procedure step 4, 6.4)."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from dulae.people import PersonnelList

# A list of this size takes longer than two seconds.
_LONG_BYTES = 500_000
_SHOWN = ("row", "name", "citizen id", "movement", "first day out", "standing", "reason")


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
@click.option(
    "--format",
    "output_format",
    type=click.Choice(["text", "json"]),
    default="text",
    show_default=True,
    help="How to print: for people or for programs.",
)
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
    help="A unit of the department; tells a transfer's direction. Repeatable.",
)
@click.option(
    "--on",
    "day",
    type=click.DateTime(["%Y-%m-%d"]),
    help="Judge as on this day (2026-10-01) instead of today.",
)
def read(file: Path, output_format: str, errors: Path | None, unmasked: bool, **judging: Any) -> None:
    """Read a list (CSV or XLSX), and say of each row: act, scheduled, review, no_action or rejected.

    The list is only read; no account is touched. Citizen numbers are masked unless asked.

    \b
    Examples:
      dulae people read lists/leavers.xlsx
      dulae people read lists/leavers.csv --format json --errors send_back.xlsx
    """
    from dulae.people import read_list
    from dulae.people.dates import BANGKOK

    now = datetime.now(BANGKOK)
    if file.is_file() and file.stat().st_size > _LONG_BYTES:
        click.echo(f"reading {file.name}, which takes some seconds", err=True)
    found = read_list(file, today=(judging["day"] or now).date(), units=judging["units"])
    if output_format == "json":
        click.echo(json.dumps(found.to_dict(unmasked=unmasked), ensure_ascii=False, indent=2))
    else:
        _print(found, unmasked=unmasked)
    if errors:
        _send_back(found, errors, now)


def _send_back(found: PersonnelList, path: Path, now: datetime) -> None:
    """Write the rows that go back into a new file; raise ListError where a file of that name is there already."""
    from dulae.errors import ListError
    from dulae.people import error_sheet

    count = len(error_sheet.returned(found))
    if not count:
        click.echo("no row goes back, so no sheet is written", err=True)
        return
    try:
        with path.open("xb"):
            error_sheet.write(found, path, now)
    except FileExistsError:
        raise ListError(
            "it is there already, and nothing is written over it",
            place=str(path),
            remedy="Name another file after --errors, or move this one away",
        ) from None
    click.echo(f"{count} {'row goes' if count == 1 else 'rows go'} back: {path}", err=True)


def _print(found: PersonnelList, *, unmasked: bool) -> None:
    """Print the list as a table with its figures below."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(*_SHOWN, box=None, pad_edge=False)
    for row in found.rows:
        shown = row.to_dict(unmasked=unmasked)
        name = f"{row.prefix} {row.first_name} {row.last_name}".strip()
        words = [shown[kind] for kind in ("citizen_id", "movement", "effective_date", "standing", "reason")]
        table.add_row(str(row.row), *map(Text, [name, *words]))
    console = Console(
        file=sys.stdout, highlight=False, markup=False, width=None if sys.stdout.isatty() else 200
    )
    if found.rows:
        console.print(table)
    counts = dict(found.counts)
    console.print(f"{found.file}: {counts.pop('received')} received", end="")
    console.print("".join(f", {count} {standing}" for standing, count in counts.items()))
    for what, titles in _asides(found):
        console.print(f"{what}: {', '.join(titles)}")


def _doubts(found: PersonnelList) -> tuple[str, ...]:
    """Return what is odd about a list as a whole; the review of access judges the same as findings."""
    received = found.counts["received"]
    told = (
        (
            not received and not found.nothing_to_report,
            'the list holds no row and does not say "ไม่มีข้อมูล" (nothing to report)',
        ),
        (
            bool(received) and found.nothing_to_report,
            'the list says "ไม่มีข้อมูล" (nothing to report) and holds rows',
        ),
        (
            found.declared_total not in (None, received),
            f"the list declares {found.declared_total} persons and holds {received}",
        ),
    )
    return tuple(words for odd, words in told if odd)


def _asides(found: PersonnelList) -> list[tuple[str, tuple[str, ...]]]:
    """Return what else the reader should know, leaving out what does not apply."""
    said = [
        ("columns that may not be read, dropped", found.dropped_columns),
        ("columns not used", found.ignored_columns),
        ("sheets not read", found.unread_sheets),
        ("declared by the list", () if found.declared_total is None else (str(found.declared_total),)),
        ("LOOK AGAIN", _doubts(found)),
        ("the personnel division says", ("nothing to report",) if found.nothing_to_report else ()),
    ]
    return [(what, titles) for what, titles in said if titles]
