"""`dulae access plan`: a list is received, compared with every system's accounts, and what follows is told."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from dulae.cli import clock

if TYPE_CHECKING:
    from dulae.accounts.desk import Desk
    from dulae.accounts.plan import Plan
    from dulae.accounts.reviewing import Review
    from dulae.people.receiving import Receipt
    from dulae.settings import Settings


def planned(settings: Settings, desk: Desk, file: Path | None, *, check: bool) -> bool:
    """Receive a list and make its plan; say whether the plan speaks of everybody whom it should.

    Raise DulaeError where a list, a plan or an incident cannot be kept.
    """
    from dulae.cli.findings import tell

    received = _received(settings, desk, file, check=check)
    tell(received.findings)
    if file and received.read is None:
        return False
    click.echo(f"reading the accounts of {', '.join(one.system for one in desk.applications)}", err=True)
    made = _reviewed(desk, received, check=check)
    tell(made.findings)
    _tell_again(made)
    if not check:
        _opened(settings, made)
    if made.plan is None:
        return False
    _tell_plan(made.plan, changed=made.changed)
    return _speaks_of_all(made.plan, came=received.read is not None)


def _received(settings: Settings, desk: Desk, file: Path | None, *, check: bool) -> Receipt:
    from dulae.people import receiving

    kept = desk.judged_list
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    asked = receiving.Request(file, settings.lists_dir, output=kept, ledger=desk.state_dir / "ledger")
    return receiving.receive(asked, clock.now(), check_mode=check)


def _reviewed(desk: Desk, received: Receipt, *, check: bool) -> Review:
    from dulae.accounts.reviewing import Manner, review
    from dulae.people import spelling

    # In check mode the list was judged and not kept.
    return review(desk, received.judged_list if check else desk.judged_list, spelling, Manner(check))


def _tell_again(made: Review) -> None:
    """Tell each account that is open again: whose, what of it is open, since when, and whether it was used."""
    from dulae.cli.findings import printable

    for finding in made.findings:
        for one in finding.measured.get("accounts", ()) if finding.check == "access_again" else ():
            since = f"disabled {one['closed_at']}, " if one["closed_at"] else ""
            used = f"used {one['last_used_at']}" if one["used"] else "no use found"
            opened, noticed = ", ".join(one["opened"]), f"noticed {one['noticed_at']}"
            told = f"{finding.subject} {one['login']} ({one['name']}): {opened}; {since}{noticed}, {used}"
            click.echo(f"  {printable(told)}")


def _opened(settings: Settings, made: Review) -> None:
    """Open an incident for each account that was used too late, and tell its number."""
    from dulae.cli.findings import printable
    from dulae.incidents import after_leaving, doors

    for opened in after_leaving.open_for(doors.desk_of(settings), made.findings, clock.now()):
        click.echo(f"{opened.number} opened: {printable(opened.symptom)}")


def _tell_plan(plan: Plan, *, changed: bool) -> None:
    if plan.plan_id:
        again = "" if changed else " (as before)"
        click.echo(f"plan {plan.plan_id}: {len(plan.items)} accounts to disable{again}")
        if plan.items:
            click.echo(
                f"next, by a second person: dulae access approve {plan.plan_id} --as HOLDER --key PATH"
            )


def _speaks_of_all(plan: Plan, *, came: bool) -> bool:
    """Say whether a plan rests on a list and on every system, and what is to be done where it does not."""
    if plan.unread:
        systems = ", ".join(plan.unread)
        click.echo(f"not in this plan, for they could not be read: {systems}; plan again", err=True)
    if not came:
        click.echo(
            "no list came, so this plan is about leavers of earlier lists alone; plan again with one",
            err=True,
        )
    return came and not plan.unread
