"""`dulae report`: the reports that committees sign, computed from the ledger."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.cli.door import settings_of

if TYPE_CHECKING:
    from dulae.reports.writing import Written

REPORTS = ("availability", "incidents", "maintenance", "access", "receipt", "usage", "internal_control")


@click.command()
@click.argument("what", type=click.Choice([*REPORTS, "all"]), default="all", required=False)
@click.option(
    "--period",
    default="this",
    show_default=True,
    metavar="PERIOD",
    help="this, last, 2026-11-22, 2026-W47, 2026-11, 2570-Q1 or 2570 (fiscal year of the Buddhist era).",
)
@click.option(
    "--language",
    "languages",
    type=click.Choice(["th", "en"]),
    multiple=True,
    help="Only this language (default: both).",
)
@click.option(
    "--format",
    "formats",
    type=click.Choice(["html", "markdown"]),
    multiple=True,
    help="Only this format (default: both).",
)
@click.option("--pdf", is_flag=True, help="Print a PDF of each too; needs Chromium.")
@click.option(
    "--claims",
    type=click.Path(dir_okay=False),
    metavar="FILE",
    help="What the contractor says was done (CSV or XLSX), for maintenance (default: PERIOD.csv in claims_dir).",
)
@click.option("--output", type=click.Path(file_okay=False), help="Folder to write to (default: report_dir).")
@click.pass_context
def report(ctx: click.Context, /, what: str, **wanted: Any) -> None:
    """Write reports from the ledger, in Thai and English, HTML and Markdown; unchanged files are left alone.

    \b
    Each report has its own kind of period: availability a day, access and receipt a week, incidents and maintenance a
    month, usage and internal_control a quarter. Any other period can be asked for.

    \b
    Example:
      dulae report maintenance --period 2026-11 --language th --pdf
      dulae report maintenance --period 2026-11 --claims contractor-november.csv
      dulae report receipt --period last --pdf
      dulae report all --period last
    """
    from dulae.ledger import Ledger
    from dulae.reports.making import chosen
    from dulae.reports.writing import Order, write

    settings = settings_of(ctx)
    order = Order(
        reports=chosen(what),
        period=wanted["period"],
        languages=wanted["languages"] or ("th", "en"),
        formats=wanted["formats"] or ("html", "markdown"),
        pdf=wanted["pdf"],
        folder=Path(wanted["output"]) if wanted["output"] else None,
        claims=Path(wanted["claims"]) if wanted["claims"] else None,
    )
    ledger = Ledger.open(settings.state_dir / "ledger")
    today = datetime.now(UTC).astimezone(settings.calendar.zone).date()
    changed = 0
    for file in write(ledger, settings, order, today):
        _told(file)
        changed += file.changed
    click.echo(f"{changed} new" if changed else "nothing has changed", err=True)


def _told(file: Written) -> None:
    """Print the path of each file as it is there; a terminal also hears whether it is new."""
    click.echo(str(file.path))
    if _is_terminal():
        state = "new" if file.changed else "unchanged"
        click.echo(f"  {file.number} {file.language} {file.format}: {state}", err=True)


def _is_terminal() -> bool:
    return sys.stderr.isatty()
