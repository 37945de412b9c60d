"""`dulae incident`: reports by telephone and mail, from the first word to the closing (procedure step 2, 6.2)."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from zoneinfo import ZoneInfo

import click

from dulae.cli.door import settings_of
from dulae.errors import IncidentError

if TYPE_CHECKING:
    from dulae.incidents.desk import Desk
    from dulae.ledger.views.incidents import Incident


@click.group()
def incident() -> None:
    """Take reports, tell the contractor, and keep the clocks (procedure step 2).

    \b
    Examples, from a report by telephone to its closing:
      dulae incident open --system saraban --symptom "เปิดหนังสือรับไม่ได้" --phone 02-000-0000 --reporter "กองคลัง"
      dulae incident notify INC-2570-0001 --phone
      dulae incident start INC-2570-0001
      dulae incident finish INC-2570-0001 --cause "ดิสก์เต็ม" --fix "ลบไฟล์ชั่วคราว"
      dulae incident close INC-2570-0001
    """


def _desk(ctx: click.Context) -> Desk:
    from dulae.incidents.doors import desk_of

    return desk_of(settings_of(ctx))


def _moment(ctx: click.Context, text: str) -> datetime:
    """Return a local time typed by a person as UTC; raise IncidentError if it is none."""
    try:
        typed = datetime.fromisoformat(text)
    except ValueError as error:
        remedy = "Write it as 2026-11-22T09:15 (year of the Common Era)."
        raise IncidentError(f"{text!r} is no time", place="--reported-at", remedy=remedy) from error
    zone = ZoneInfo(settings_of(ctx).calendar.timezone)
    return (typed if typed.tzinfo else typed.replace(tzinfo=zone)).astimezone(UTC)


def _said(found: Incident, changed: bool) -> None:
    click.echo(f"{found.number}: {found.status}{'' if changed else ' (already so)'}")


@incident.command("open")
@click.option("--system", required=True, help="Name of the system, as in systems.yml.")
@click.option("--symptom", required=True, help="What does not work, in a few words.")
@click.option("--subject", default="", help="The check it is about (SYSTEM/PROBE), if there is one.")
@click.option("--phone", "contact", default="", help="The caller's telephone number.")
@click.option("--reporter", default="", help="Who reports.")
@click.option("--unit", default="", help="The reporter's unit.")
@click.option(
    "--channel", type=click.Choice(["phone", "email", "walk_in"]), default="phone", show_default=True
)
@click.option(
    "--kind",
    type=click.Choice(["fault", "advice", "rights_request", "security"]),
    default="fault",
    show_default=True,
)
@click.option(
    "--severity",
    type=click.Choice(["low", "normal", "high", "critical"]),
    default="normal",
    show_default=True,
)
@click.option("--reported-at", default="", help="When it was reported, if not now: 2026-11-22T09:15.")
@click.option("--reason", "late_reason", default="", help="Why it is entered late.")
@click.pass_context
def open_(ctx: click.Context, /, reported_at: str, **said: Any) -> None:
    """Open an incident, or add to the open one about the same fault.

    \b
    Example:
      dulae incident open --system saraban --symptom "เปิดหนังสือรับไม่ได้" --phone 02-000-0000 --reporter "กองคลัง"
    """
    from dulae.incidents.register import Report

    when = _moment(ctx, reported_at) if reported_at else None
    _said(*_desk(ctx).register.open(Report(reported_at=when, **said), datetime.now(UTC)))


@incident.command()
@click.argument("number")
@click.option(
    "--phone", is_flag=True, help="The contractor was told by telephone; otherwise a mail is sent now."
)
@click.pass_context
def notify(ctx: click.Context, number: str, phone: bool) -> None:
    """Tell the contractor, once.

    \b
    Example:
      dulae incident notify INC-2570-0001 --phone
    """
    desk, now = _desk(ctx), datetime.now(UTC)
    if phone:
        _said(*desk.register.advance(number, "notified", now, to=desk.settings.contract.phone, how="phone"))
        return
    found = desk.register.find(number)
    if not found.notified_at:
        desk.prepare_notice(found)
        click.echo(desk.send(now).because)
    _said(desk.register.find(found.number), not found.notified_at)


@incident.command()
@click.argument("number")
@click.pass_context
def start(ctx: click.Context, number: str) -> None:
    """Record that the contractor has begun to repair.

    \b
    Example:
      dulae incident start INC-2570-0001
    """
    _said(*_desk(ctx).register.advance(number, "started", datetime.now(UTC)))


@incident.command()
@click.argument("number")
@click.option("--cause", required=True, help="What was wrong.")
@click.option("--fix", required=True, help="What was done.")
@click.pass_context
def finish(ctx: click.Context, number: str, cause: str, fix: str) -> None:
    """Record that the contractor says it is repaired.

    \b
    Example:
      dulae incident finish INC-2570-0001 --cause "ดิสก์เต็ม" --fix "ลบไฟล์ชั่วคราว"
    """
    _said(*_desk(ctx).register.advance(number, "finished", datetime.now(UTC), cause=cause, fix=fix))


@incident.command()
@click.argument("number")
@click.option("--confirmed-by", default="", help="The user who confirms that it works again.")
@click.option("--reason", default="", help="Why it is closed although no check has passed since.")
@click.pass_context
def close(ctx: click.Context, number: str, confirmed_by: str, reason: str) -> None:
    """Close an incident: a check of it must have passed since, or a reason be given.

    \b
    Example:
      dulae incident close INC-2570-0001 --confirmed-by "กองคลัง"
    """
    register = _desk(ctx).register
    _said(*register.close(number, datetime.now(UTC), confirmed_by=confirmed_by, reason=reason))


@incident.command()
@click.argument("number")
@click.option("--text", required=True, help="The advice that was given.")
@click.pass_context
def advise(ctx: click.Context, number: str, text: str) -> None:
    """Record the advice given to the reporter.

    \b
    Example:
      dulae incident advise INC-2570-0002 --text "ล้างแคชของเบราว์เซอร์แล้วเข้าใหม่"
    """
    _said(*_desk(ctx).register.advance(number, "advised", datetime.now(UTC), advice=text))


@incident.command("list")
@click.option("--all", "everything", is_flag=True, help="Closed ones too.")
@click.pass_context
def list_(ctx: click.Context, everything: bool) -> None:
    """List the open incidents, and whether the contractor was told.

    \b
    Example:
      dulae incident list --all
    """
    found = [one for one in _desk(ctx).register.all() if everything or not one.closed_at]
    for one in found:
        told = "contractor told" if one.notified_at else "contractor not told"
        told = told if one.kind == "fault" else one.kind
        click.echo(f"{one.number}  {one.system}  {one.status}  {told}  {one.symptom}")
    if not found:
        click.echo("No incident is open.")


@incident.command()
@click.argument("number")
@click.pass_context
def show(ctx: click.Context, number: str) -> None:
    """Show everything that is known about one incident.

    \b
    Example:
      dulae incident show INC-2570-0001
    """
    from dataclasses import asdict

    for name, value in asdict(_desk(ctx).register.find(number)).items():
        if value not in ("", None, {}, ()):
            click.echo(f"{name:14} {value}")


@incident.command()
@click.pass_context
def intake(ctx: click.Context) -> None:
    """Take in the mailbox now.

    \b
    Example:
      dulae incident intake
    """
    click.echo(_desk(ctx).take_mail(datetime.now(UTC)).because)
