"""Leavers of earlier lists whose access has not ended: each week's list names only new ones, nobody may be forgotten.

They are kept privately with their whole citizen numbers and join the next review. They are dropped once no account of
theirs is active, once a list says that they stay (an order cancelled), or once a change to them was taken back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from dulae.accounts import private
from dulae.accounts.account import DISABLING, KEEPING
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan, plans
from dulae.accounts.planning import reference
from dulae.accounts.standing import standings

Row = Mapping[str, Any]
DUE = ("act", "scheduled")
# Sections of a plan in which a person's access has not ended.
_UNFINISHED = ("items", "protected", "waiting", "review")
_CONTRADICTED = "access.contradicted"


def joined(desk: Desk, document: Mapping[str, Any]) -> dict[str, Any]:
    """Return a judged list with the outstanding rows of earlier lists after its own, each judged for today."""
    own = list(document["rows"])
    named = {
        reference(desk.key, row) for row in own if row.get("action") in DISABLING and row["standing"] in DUE
    }
    gone = named | _taken_back(desk)
    today = desk.clock().astimezone(desk.zone).date().isoformat()
    carried = [
        {**row, "standing": "act" if row["effective_date"] <= today else "scheduled"}
        for row in _kept(desk)
        if row["list_sha256"] != document["sha256"] and reference(desk.key, row) not in gone
    ]
    return {**document, "rows": own + carried}


def keep(desk: Desk, document: Mapping[str, Any], plan: Plan) -> None:
    """Keep the rows of a joined list whose persons' access has not ended; raise PlanError if that is not possible."""
    blind = any(not system["readable"] for system in plan.document["systems"])
    unfinished = {
        entry["person"]
        for section in _UNFINISHED
        for entry in plan.document[section]
        if entry["match"]["code"] != _CONTRADICTED
    }
    rows = [
        {"list": document["file"], "list_sha256": document["sha256"], **row}
        for number, row in enumerate(document["rows"], 1)
        if row.get("action") in DISABLING and row["standing"] in DUE and (blind or number in unfinished)
    ]
    if rows != _kept(desk):
        private.write_json(desk.outstanding, rows)


def returned(desk: Desk) -> set[str]:
    """Return the references of those who stay by the newest list, whatever an earlier plan says of them."""
    if not desk.judged_list.exists():
        return set()
    rows = private.read_json(desk.judged_list)["rows"]
    return {
        reference(desk.key, row)
        for row in rows
        if row.get("action") in KEEPING and row["standing"] != "rejected"
    }


def _kept(desk: Desk) -> list[Row]:
    return list(private.read_json(desk.outstanding)) if desk.outstanding.exists() else []


def _taken_back(desk: Desk) -> set[str]:
    """Return the references of the persons to whom a change was taken back."""
    known = standings(desk.evidence)
    found: Iterable[Plan] = (
        plan for plan in plans(desk) if plan.plan_id in known and known[plan.plan_id].undone
    )
    return {reference for plan in found for reference in _references(plan, known[plan.plan_id].undone)}


def _references(plan: Plan, undone: Iterable[tuple[str, int]]) -> Iterator[str]:
    for _, number in undone:
        yield str(plan.person(number)["ref"])
