"""`dulae access`: plan, approve, apply and undo the removal of leavers' access (procedure step 4, 6.4)."""

from __future__ import annotations

import json
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from dulae.cli import clock
from dulae.cli.door import REFUSED, InOrder, settings_of
from dulae.cli.tables import format_option, language_option

if TYPE_CHECKING:
    from dulae.accounts.desk import Desk
    from dulae.cli.plan_words import PlanWords

_AS = click.option(
    "--as",
    "holder",
    metavar="HOLDER",
    default="",
    help="Who you are: your id in people.yml (default: whose id or mail name this login is).",
)
_CHECK = click.option(
    "--check", is_flag=True, help="Only say what would be done; nothing is kept or changed."
)


@click.group(cls=InOrder)
def access() -> None:
    """Plan, approve, apply and undo the removal of leavers' access (procedure step 4).

    Nobody is disabled before a second person has signed the plan. PLAN is its number, or the beginning of it. What is
    refused ends with status 4 and one line that says why and what to do; wrong usage ends with 2.

    \b
    Examples, the week's list from its arrival to the proof:
      dulae access plan lists/leavers.xlsx --as officer1
      dulae access show 20261122-3fa9c1d2
      dulae access approve 20261122-3fa9c1d2 --as head1 --key ~/.ssh/id_ed25519
      dulae access apply 20261122-3fa9c1d2
      dulae access receipt 20261122-3fa9c1d2 --pdf
    A mistake of the list, mended for one person:
      dulae access undo 20261122-3fa9c1d2 --person 3 --reason "the order was cancelled"
    """


def _desk(ctx: click.Context, holder: str = "") -> Desk:
    from dulae.accounts import desk

    return replace(desk.at(Path(ctx.find_root().obj), desk.Setting(holder=holder)), clock=clock.now)


def _words(ctx: click.Context, language: str) -> PlanWords:
    from dulae.cli.plan_words import PlanWords
    from dulae.cli.tables import speech_of

    return PlanWords(speech_of(settings_of(ctx), language))


@access.command(short_help="1. Compare a list with all accounts, and plan.")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@_AS
@_CHECK
@language_option
@click.pass_context
def plan(ctx: click.Context, file: Path | None, holder: str, check: bool, language: str) -> None:
    """Compare a list with every system's accounts, and keep the plan that follows.

    FILE is the personnel division's list, or a folder whose newest list is read; by default the folder where lists
    arrive (lists_dir in site.yml). Nothing is changed
    in any system. Planning the same again gives the same plan. Leavers of earlier lists who can
    still log in are part of it. Exit status 4: no list came, or a system could not be read, so that the plan does not
    speak of everybody.

    \b
    Examples:
      dulae access plan
      dulae access plan lists/leavers.xlsx --as officer1 --language th
    """
    from dulae.cli.planning import Asked, planned

    settings, desk = settings_of(ctx), _desk(ctx, holder)
    sys.exit(0 if planned(settings, desk, Asked(file, check, language)) else REFUSED)


@access.command("list", short_help="The plans, and how far each has come.")
@language_option
@click.pass_context
def list_(ctx: click.Context, language: str) -> None:
    """List the plans, the newest first, and how far each has come.

    \b
    Example:
      dulae access list
    """
    from dulae.cli.plans import listed

    click.echo(listed(_desk(ctx), _words(ctx, language)))


@access.command(short_help="2. Read a plan before it is signed.")
@click.argument("plan_id", metavar="PLAN")
@format_option
@click.option("--statement", is_flag=True, help="Print only the line that an approver signs.")
@click.option("--bulk", type=int, help="With --statement: the number of accounts of a planned bulk.")
@language_option
@click.pass_context
def show(ctx: click.Context, /, plan_id: str, language: str, **asked: Any) -> None:
    """Show a plan: whom it concerns, how each was matched, what would be written and ended.

    \b
    Examples:
      dulae access show 20261122-3fa9c1d2
      dulae access show 20261122-3fa9c1d2 --statement | ssh-keygen -Y sign -f KEY -n dulae-approve > plan.sig
    """
    from dulae.accounts import approval
    from dulae.accounts.plan import find
    from dulae.accounts.standing import Standing, standings
    from dulae.cli.plans import told

    desk = _desk(ctx)
    found = find(desk, plan_id)
    # Nobody may read, or sign, what somebody has changed since it was recorded.
    approval.demand_known(found, standings(desk.evidence).get(found.plan_id, Standing()))
    if asked["statement"]:
        click.echo(approval.statement(found.sha256, asked["bulk"]), nl=False)
    elif asked["output_format"] == "json":
        document = {**found.document, "sha256": found.sha256}
        click.echo(json.dumps(document, ensure_ascii=False, indent=2))
    else:
        click.echo(told(found, _words(ctx, language)))


@access.command(short_help="3. Sign a plan, as a second person.")
@click.argument("plan_id", metavar="PLAN")
@click.option(
    "--as", "holder", metavar="HOLDER", required=True, help="Who you are: an approver's id in people.yml."
)
@click.option("--key", type=click.Path(path_type=Path), help="Your private SSH key.")
@click.option(
    "--signature", type=click.Path(path_type=Path), help="Instead of --key: a signature made elsewhere."
)
@click.option(
    "--bulk",
    type=int,
    help="The plan's number of accounts, where a brake stops it and this is a planned bulk.",
)
@click.option("--reject", is_flag=True, help="Refuse the plan instead.")
@click.option("--reason", default="", help="Why, for the record.")
@language_option
@click.pass_context
def approve(
    ctx: click.Context, /, plan_id: str, key: Path | None, signature: Path | None, **said: Any
) -> None:
    """Approve a plan as a second person, by signing its SHA-256 with your own SSH key.

    The plan's maker cannot approve it, by any of his names; nor can anybody under the login that made it, where that is
    no holder's. What is signed is the line of "dulae access show PLAN --statement", in the namespace dulae-approve
    (dulae-reject with --reject), so that a signature can be made on another machine. A plan that a brake stops needs
    --bulk with exactly its number of accounts.

    \b
    Examples:
      dulae access approve 20261122-3fa9c1d2 --as officer2 --key ~/.ssh/id_ed25519
      dulae access approve 20261122-3fa9c1d2 --as officer2 --signature plan.sig
    """
    from dulae.accounts import approval, private, refusing
    from dulae.accounts.plan import find

    if (key is None) == (signature is None):
        raise click.UsageError("Give either --key or --signature.")
    desk = _desk(ctx)
    found = find(desk, plan_id)
    decision = "rejected" if said["reject"] else "approved"
    vote = approval.Vote(said["holder"], decision, said["reason"], said["bulk"])
    signed = (
        approval.sign(found, vote, key)
        if key
        else private.read(signature or Path(), refusing.NO_SIGNATURE).decode("ascii", "replace")
    )
    body = approval.approve(desk, found, vote, signed)
    voted = _words(ctx, said["language"])[f"voted_{decision}"]
    click.echo(voted.format(found.plan_id, body["approver"], body["key_fingerprint"]))


@access.command(short_help="Monthly: accounts against the full staff list.")
@click.argument("file", type=click.Path(path_type=Path))
@language_option
@click.pass_context
def reconcile(ctx: click.Context, file: Path, language: str) -> None:
    """Compare every system's active accounts with the full staff list, by citizen number; nothing is disabled.

    FILE is the personnel division's list of everybody who works here, or a folder whose newest list is read. Told are
    accounts of nobody on it, further accounts of one person, other names, and accounts without a number, which cannot
    be compared. Exit status 4: the list or a system could not be read.

    \b
    Example:
      dulae access reconcile lists/staff-2026-11.xlsx
    """
    from dulae.accounts.applications import applications
    from dulae.accounts.monthly.reconciling import reconciled
    from dulae.checks.finding import Verdict
    from dulae.cli.language import tell_in
    from dulae.people import spelling, staff_list

    settings = settings_of(ctx)
    staff = staff_list.rows(file, clock.now())
    found = reconciled(applications(settings), spelling, lambda: staff)
    tell_in(language, settings, found)
    if any(one.verdict is Verdict.UNKNOWN for one in found):
        sys.exit(REFUSED)


@access.command(short_help="5. The letter back to the personnel division.")
@click.argument("plan_id", metavar="PLAN")
@click.option("--pdf", is_flag=True, help="Print a PDF of each too; needs Chromium.")
@click.pass_context
def receipt(ctx: click.Context, plan_id: str, pdf: bool) -> None:
    """Write the receipt for the list that a plan was made from, for the personnel division.

    It says of every row what became of it, in Thai and English, HTML and Markdown. The receipts of a week:
    dulae report receipt.

    \b
    Example:
      dulae access receipt 20261122-3fa9c1d2 --pdf
    """
    from dulae.accounts.plan import find
    from dulae.cli.receipts import written

    for path in written(settings_of(ctx), find(_desk(ctx), plan_id), pdf=pdf):
        click.echo(str(path))


@access.command(short_help="4. Carry out a signed plan, and prove it.")
@click.argument("plan_id", metavar="PLAN")
@_AS
@_CHECK
@language_option
@click.pass_context
def apply(ctx: click.Context, /, plan_id: str, **asked: Any) -> None:
    """Carry out exactly an approved plan, and prove it: read back, and by a refused login where one can be tried.

    One transaction for each system, wholly or not at all; doing it again changes nothing and looks again. What may not
    be carried out is refused with the reason (exit status 4), and nothing is changed.

    \b
    Example:
      dulae access apply 20261122-3fa9c1d2
    """
    from dulae.accounts.changing.carrying import Order

    _carry(ctx, Order(plan_id), **asked)


@access.command(short_help="Give back what a plan took, to one person or all.")
@click.argument("plan_id", metavar="PLAN")
@click.option(
    "--person", metavar="NUMBER", type=int, help="The number of one person in the plan; by default all."
)
@click.option("--reason", required=True, help="Why, for the record.")
@_AS
@_CHECK
@language_option
@click.pass_context
def undo(ctx: click.Context, /, plan_id: str, person: int | None, reason: str, **asked: Any) -> None:
    """Write back exactly the previous values of what a plan changed; say what cannot come back.

    Sessions and tokens that ended stay ended. No second signature is needed, so that a mistake is mended at once.

    \b
    Example:
      dulae access undo 20261122-3fa9c1d2 --person 3 --reason "the order was cancelled"
    """
    from dulae.accounts.changing.carrying import Order

    _carry(ctx, Order(plan_id, restore=True, person=person, reason=reason), **asked)


def _carry(ctx: click.Context, order: Any, *, holder: str, check: bool, language: str) -> None:
    from dulae.accounts.changing.carrying import carry_out
    from dulae.checks.finding import Verdict
    from dulae.cli.language import tell_in

    desk, words = _desk(ctx, holder), _words(ctx, language)
    click.echo(words["asking"].format(order.plan, len(desk.applications)), err=True)
    made = carry_out(desk, order, check_mode=check)
    tell_in(language, settings_of(ctx), made.findings)
    if any(found.verdict is not Verdict.PASS for found in made.findings):
        sys.exit(REFUSED)
