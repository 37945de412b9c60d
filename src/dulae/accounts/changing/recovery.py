"""What a killed attempt left behind: the ledger has its intent but no result, and the rows say which result is true."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from dulae.accounts.applications import Application
from dulae.accounts.changing import keeping, witnessing
from dulae.accounts.changing.keeping import Change, Kept
from dulae.accounts.changing.result import Result, applied, failed, head
from dulae.accounts.databases.values import encoded
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan
from dulae.accounts.standing import Standing, standings

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
    if kept is None or not witnessing.is_applied(application, kept.changes):
        outcome = (application.system, intent["attempt"], "rolled_back", _NOTHING_WRITTEN)
        return failed(desk, plan, "change.result", outcome)
    return applied(desk, plan, application, kept, examined=True)


def _settle_undo(desk: Desk, plan: Plan, application: Application, begun: Begun) -> Result:
    intent, kept = begun
    persons = {item["person"] for item in intent["items"]}
    changes = tuple(change for change in kept.changes if change.person in persons) if kept else ()
    if not changes or not witnessing.is_taken_back(application, changes):
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
