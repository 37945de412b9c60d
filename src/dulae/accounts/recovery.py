"""What a killed attempt left behind: the ledger has its intent but no result, and the rows say which result is true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dulae.accounts import database, keeping
from dulae.accounts.applications import Application
from dulae.accounts.desk import Desk
from dulae.accounts.keeping import Change, Kept, Row
from dulae.accounts.plan import Plan
from dulae.accounts.result import Result, applied, failed, head
from dulae.accounts.standing import Standing, standings
from dulae.accounts.tables import tables, users_by_key
from dulae.accounts.values import encoded
from dulae.accounts.verifying import still_open

_NOTHING_WRITTEN = "the attempt was interrupted before anything was written"


def settle(desk: Desk, plan: Plan, application: Application) -> Result | None:
    """Find out and record how an interrupted attempt ended; None where there was none.

    Raise DatabaseError or RemoteError where the rows cannot be read: the attempt then stays open.
    """
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    intent = standing.open_intents.get(application.system)
    if intent is None:
        return None
    source = intent["attempt"] if intent["kind"] == "change.intent" else intent["undoes"]
    kept = keeping.load(desk, plan.plan_id, application.system, source)
    return _SETTLE[intent["kind"]](desk, plan, application, (intent, kept))


Begun = tuple[Mapping[str, Any], Kept | None]


def _settle_change(desk: Desk, plan: Plan, application: Application, begun: Begun) -> Result:
    intent, kept = begun
    # Previous values are on the disk before anything is committed.
    if kept is None or not _is_written(application, kept):
        outcome = (application.system, intent["attempt"], "rolled_back", _NOTHING_WRITTEN)
        return failed(desk, plan, "change.result", outcome)
    return applied(desk, plan, application, kept, examined=True)


def _settle_undo(desk: Desk, plan: Plan, application: Application, begun: Begun) -> Result:
    intent, kept = begun
    persons = {item["person"] for item in intent["items"]}
    changes = tuple(change for change in kept.changes if change.person in persons) if kept else ()
    if _is_written(application, Kept(intent["attempt"], changes)):
        outcome = (application.system, intent["attempt"], "rolled_back", _NOTHING_WRITTEN)
        return failed(desk, plan, "undo.result", outcome)
    return undone(desk, plan, application, (intent["attempt"], changes))


def undone(
    desk: Desk, plan: Plan, application: Application, written: tuple[str, tuple[Change, ...]]
) -> Result:
    """Record what an undoing brought back and what it could not, and return it."""
    attempt, changes = written
    items = [
        {
            "person": change.person,
            "account_key": encoded(change.key),
            "login": change.login,
            "restored_sha": change.sha(desk.key),
            "restored": sorted(change.before) if change.is_new else [],
            "rows_restored": {what: len(rows) for what, rows in change.kept.items()},
            "not_restored": {
                what: count for what, count in change.ended.items() if count and what not in change.kept
            },
        }
        for change in changes
    ]
    body = {**head(plan, application.system, attempt), "outcome": "undone", "items": items}
    desk.record("undo.result", body)
    return Result(application.system, "undone", items=items, changed=True)


_SETTLE = {"change.intent": _settle_change, "undo.intent": _settle_undo}


def _is_written(application: Application, kept: Kept) -> bool:
    """Say whether the rows hold what an attempt wrote. Random text in them settles it; a flag must agree everywhere."""
    new = [change for change in kept.changes if change.is_new]
    with database.reading(application.database) as connection:
        found = tables(connection, application.profile)
        rows = users_by_key(connection, application.profile, found, [change.key for change in kept.changes])
        if kept.changes and not new:
            # Nothing was to be written, only to be ended.
            return not any(True for _ in still_open(connection, application, kept.changes))
    if application.profile.is_random:
        return any(_holds(rows.get(change.key), change.after) for change in new)
    return all(_holds(rows.get(change.key), change.after) for change in new)


def _holds(row: Row | None, values: Row) -> bool:
    return row is not None and all(row[column] == value for column, value in values.items())
