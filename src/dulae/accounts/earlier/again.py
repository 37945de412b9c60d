"""What was closed stays closed: people who left earlier and can log in again join the week's plan (6.4).

Somebody set the flag or a password, gave roles back, made a session, or made a new account. It is proposed like any
other leaver's access and waits for approval; whoever came back by a list, or was given his access back, is no finding.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from dulae.accounts.account import Account, Leaver, Spelling
from dulae.accounts.desk import Desk
from dulae.accounts.earlier import outstanding
from dulae.accounts.earlier.departing import Past
from dulae.accounts.earlier.watching import Watch
from dulae.accounts.matching import Index
from dulae.accounts.referring import reference
from dulae.accounts.sheet import Sheet
from dulae.accounts.survey import Survey, Use
from dulae.accounts.telling import told
from dulae.checks.finding import reason

GIVEN_BACK = reason(
    "access.given_back",
    "this person was given the access back after this list had come; if the list is right, have it sent once more",
)


def watch(desk: Desk, spelling: Spelling, sheet: Sheet, past: Past) -> Watch:
    """Return whom to look for besides the people of a list: whoever left before and is not spoken of in it."""
    today: date = desk.clock().astimezone(desk.zone).date()
    # Who left before, and was had both leave and stay since, is not forgotten for that.
    staying = outstanding.returned(desk) - past.doubted.keys() | {_ref(desk, row) for row in sheet.staying}
    listed = {_ref(desk, row) for row in sheet.leavers if row.standing != "rejected"}
    gone = {ref: persons for ref, persons in past.gone(today) if ref not in staying}
    known = [ref for ref in gone if ref not in listed or past.closed.get(ref)]
    looked_for = {ref: persons for ref, persons in gone.items() if ref not in listed}
    return Watch(desk.key, spelling, past, looked_for, known)


def without_given_back(desk: Desk, sheet: Sheet, past: Past) -> Sheet:
    """Return a list in which a person must decide of whom it led to an end that was taken back since it came."""
    if not past.undone:
        return sheet
    rows = (
        replace(row, doubt=told(GIVEN_BACK)) if _is_given_back(desk, row, sheet, past) else row
        for row in sheet.leavers
    )
    return replace(sheet, leavers=tuple(rows))


def _is_given_back(desk: Desk, row: Leaver, sheet: Sheet, past: Past) -> bool:
    return (_ref(desk, row), row.source_sha256 or sheet.sha256) in past.undone


def _ref(desk: Desk, row: Leaver) -> str:
    return reference(desk.key, {"citizen_id": row.citizen_id, "name_key": row.name_key})


def joined(sheet: Sheet, surveys: Sequence[Survey], watched: Watch) -> tuple[Sheet, list[Survey]]:
    """Return a list with those who left earlier and have something open after its own, and what was found of them."""
    opened = {ref for survey in surveys for ref, account in survey.met if _is_open(survey, account)}
    added: list[Leaver] = []
    for ref in watched.people:
        if ref in opened:
            added += watched.leavers(ref, len(sheet.leavers) + len(added) + 1)
    if not added:
        return sheet, list(surveys)
    index = Index(added)
    return replace(sheet, leavers=(*sheet.leavers, *added)), [_with(survey, index) for survey in surveys]


def _is_open(survey: Survey, account: Account) -> bool:
    return account.active or any(survey.uses.get(account.key, Use()).open.values())


def _with(survey: Survey, index: Index) -> Survey:
    accounts = {account.key: account for _, account in survey.met}.values()
    found = index.matches(accounts).by_person
    matches = replace(survey.matches, by_person={**survey.matches.by_person, **found})
    return replace(survey, matches=matches)
