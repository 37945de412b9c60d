"""`dulae access plan`: a list is received, compared with every system's accounts, and what follows is told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
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

_WORDS: Mapping[str, Mapping[str, str]] = {
    "en": {
        "reading": "reading the accounts of {}",
        "opened": "{} opened: {}",
        "plan": "plan {}: {} accounts to disable",
        "as_before": " (as before)",
        "next": "next, by a second person",
        "again": "{system} {login} ({name}): {opened}; {closed}noticed {noticed_at}, {used}",
        "closed": "disabled {closed_at}, ",
        "used": "used {last_used_at}",
        "unused": "no use found",
        "unread": "not in this plan, for they could not be read: {}; plan again",
        "no_list": "no list came, so this plan is about leavers of earlier lists alone; plan again with one",
    },
    "th": {
        "reading": "กำลังอ่านบัญชีผู้ใช้ของ {}",
        "opened": "เปิดเหตุ {}: {}",
        "plan": "แผน {}: ปิดการใช้งาน {} บัญชี",
        "as_before": " (เหมือนเดิม)",
        "next": "ขั้นต่อไป ให้บุคคลที่สองลงนาม",
        "again": "{system} {login} ({name}): {opened} {closed}พบว่าเปิดเมื่อ {noticed_at} {used}",
        "closed": "ปิดเมื่อ {closed_at} ",
        "used": "ใช้ล่าสุด {last_used_at}",
        "unused": "ยังไม่พบการใช้งาน",
        "unread": "ไม่อยู่ในแผนนี้ เพราะอ่านไม่ได้: {} ให้จัดทำแผนอีกครั้ง",
        "no_list": "ไม่ได้รับรายชื่อ แผนนี้จึงมีเฉพาะผู้พ้นจากราชการตามรายชื่อครั้งก่อน ให้จัดทำแผนอีกครั้งเมื่อได้รับรายชื่อ",
    },
}


@dataclass(frozen=True)
class Asked:
    """What is to be planned: from which list (or the newest of a folder), only to say it, in which language."""

    file: Path | None = None
    check: bool = False
    language: str = "en"


def planned(settings: Settings, desk: Desk, asked: Asked) -> bool:
    """Receive a list and make its plan; say whether the plan speaks of everybody whom it should.

    Raise ListError where the list that is named is none that can be read, DulaeError where a list, a plan or an
    incident cannot be kept.
    """
    from dulae.cli.language import tell_in

    words = _WORDS[asked.language]
    received = _received(settings, desk, asked)
    tell_in(asked.language, settings, received.findings)
    if asked.file and received.read is None:
        return False
    click.echo(words["reading"].format(", ".join(one.system for one in desk.applications)), err=True)
    made = _reviewed(desk, received, check=asked.check)
    tell_in(asked.language, settings, made.findings)
    _tell_again(made, asked.language)
    if not asked.check:
        _opened(settings, made, words)
    if made.plan is None:
        return False
    _tell_plan(made.plan, words, changed=made.changed)
    return _speaks_of_all(made.plan, words, came=received.read is not None)


def _received(settings: Settings, desk: Desk, asked: Asked) -> Receipt:
    from dulae.people import guards, receiving, refusals

    file = asked.file
    if file and file.is_dir():
        file = receiving.newest(file)
        if file is None:
            raise refusals.RefusedList(refusals.NO_LIST, str(asked.file))
    if file:
        # A file that was named and is none is a mistake of the moment, not a week without a list.
        guards.content(file)
    kept = desk.judged_list
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    request = receiving.Request(file, settings.lists_dir, output=kept, ledger=desk.state_dir / "ledger")
    return receiving.receive(request, clock.now(), check_mode=asked.check)


def _reviewed(desk: Desk, received: Receipt, *, check: bool) -> Review:
    from dulae.accounts.reviewing import Manner, review
    from dulae.people import spelling

    # In check mode the list was judged and not kept.
    return review(desk, received.judged_list if check else desk.judged_list, spelling, Manner(check))


def _tell_again(made: Review, language: str) -> None:
    """Tell each account that is open again: whose, what of it is open, since when, and whether it was used."""
    from dulae.cli.findings import printable
    from dulae.reports import languages

    words, kinds = _WORDS[language], languages.words(language)["access"]["opened_kinds"]
    for finding in made.findings:
        for one in finding.measured.get("accounts", ()) if finding.check == "access_again" else ():
            told = words["again"].format(
                system=finding.subject,
                login=one["login"],
                name=one["name"],
                opened=", ".join(kinds.get(what, what) for what in one["opened"]),
                closed=words["closed"].format_map(one) if one["closed_at"] else "",
                noticed_at=one["noticed_at"],
                used=words["used" if one["used"] else "unused"].format_map(one),
            )
            click.echo(f"  {printable(told)}")


def _opened(settings: Settings, made: Review, words: Mapping[str, str]) -> None:
    """Open an incident for each account that was used too late, and tell its number."""
    from dulae.cli.findings import printable
    from dulae.incidents import after_leaving, doors

    for opened in after_leaving.open_for(doors.desk_of(settings), made.findings, clock.now()):
        click.echo(words["opened"].format(opened.number, printable(opened.symptom)))


def _tell_plan(plan: Plan, words: Mapping[str, str], *, changed: bool) -> None:
    if plan.plan_id:
        again = "" if changed else words["as_before"]
        click.echo(words["plan"].format(plan.plan_id, len(plan.items)) + again)
        if plan.items:
            click.echo(f"{words['next']}: dulae access approve {plan.plan_id} --as HOLDER --key PATH")


def _speaks_of_all(plan: Plan, words: Mapping[str, str], *, came: bool) -> bool:
    """Say whether a plan rests on a list and on every system, and what is to be done where it does not."""
    if plan.unread:
        click.echo(words["unread"].format(", ".join(plan.unread)), err=True)
    if not came:
        click.echo(words["no_list"], err=True)
    return came and not plan.unread
