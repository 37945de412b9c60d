"""What became of each person in each system: proposed, waiting, done, taken back (report 4, sections 3, 4 and 8).

A period is told as it stood when it ended. What was done in it is told in it, whenever it was planned; what a later
plan for the same list no longer names is told only where it was done.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dulae.ledger.views.access import Event, Plan
from dulae.reports.data.access_plans import Told, persons
from dulae.reports.evidence import Evidence
from dulae.settings.shape import Words

NOT_PROVEN = ("still_open", "unread")
BY_HAND = "access.by_hand"
# Nobody protects these accounts: what hinders can be mended.
_HINDERED = {"access.no_transactions": "hindered", "access.last_administrator": "last_administrator"}
# What an item stands at where nothing was done in its system.
_DECIDED = ("approved", "rejected")


@dataclass(frozen=True)
class Said:
    """A reason as a plan keeps it, to be told in any language."""

    code: str
    because: str
    subject: str = ""
    measured: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Action:
    """One person in one system: how he was matched, what became of it, and how long after his last day.

    ``status`` is done, unproven, undone, waiting, protected, hindered, last_administrator, or how far the plan has come
    in that system. ``lag_days`` is known of what is done and stays done. ``approver`` is whoever allowed it, of what
    was allowed.
    """

    name: str
    citizen_id: str
    unit: str
    movement: str
    suspends: bool
    effective: date | None
    system: Words | None
    login: str
    match: Said
    status: str
    at: datetime | None
    lag_days: int | None
    approver: Words | str
    verified: str
    seq: int


@dataclass(frozen=True)
class Doubt:
    """One row that a person must decide, and why. ``transfers`` = rights that somebody must hand on himself."""

    name: str
    unit: str
    movement: str
    system: Words | None
    said: Said
    reason_th: str
    rejected: bool
    transfers: bool = False


@dataclass(frozen=True)
class Undone:
    """One account that got its previous values back."""

    login: str
    system: Words | None
    at: datetime
    by: str
    reason: str
    seq: int


def said(match: Mapping[str, Any]) -> Said:
    """Return a plan's reason."""
    places = {name: value for name, value in match.items() if name not in ("code", "because")}
    return Said(str(match.get("code", "")), str(match.get("because", "")), measured=places)


def results(plan: Plan) -> Mapping[tuple[str, int], tuple[Event, Mapping[str, Any]]]:
    """Return what was done to each person in each system."""
    return {
        (event.body["system"], item["person"]): (event, item)
        for event in plan.results
        for item in event.body.get("items", ())
    }


def taken_back(plan: Plan) -> set[tuple[str, int]]:
    """Return system and person of what was taken back."""
    return {
        (event.body["system"], item["person"])
        for event in plan.undos
        if event.kind == "undo.result" and event.body.get("outcome") == "undone"
        for item in event.body.get("items", ())
    }


def actions(evidence: Evidence, one: Told, start: datetime) -> Iterator[Action]:
    """Yield what became of each person of a plan since the beginning of a period."""
    plan, done, back = one.plan, results(one.plan), taken_back(one.plan)
    for entry in plan.content.get("items", ()):
        place = (entry["system"], entry["person"])
        event, item = done.get(place, (None, {}))
        if event is None and (not one.whole or place in one.superseded):
            continue
        if event and event.ts < start and plan.made.ts < start:
            continue
        yield _action(evidence, plan, entry, (status_in(plan, place, item, back), event, item))
    for section in ("waiting", "protected"):
        for entry in one.entries(section):
            status = _HINDERED.get(str(entry["match"].get("code", "")), section)
            yield _action(evidence, plan, entry, (status, None, {}))


def status_in(plan: Plan, place: tuple[str, int], item: Mapping[str, Any], back: set[tuple[str, int]]) -> str:
    """Return how far a plan has come for one person in one system; ``item`` is what was done to him, if anything."""
    if place in back:
        return "undone"
    if item:
        return "unproven" if item.get("verified") in NOT_PROVEN else "done"
    system = place[0]
    if any(event.body.get("system") == system for event in plan.interrupted):
        return "interrupted"
    outcomes = [
        str(event.body.get("outcome", "")) for event in plan.results if event.body["system"] == system
    ]
    return (outcomes or [plan.decision or "proposed"])[-1]


def _action(
    evidence: Evidence,
    plan: Plan,
    entry: Mapping[str, Any],
    outcome: tuple[str, Event | None, Mapping[str, Any]],
) -> Action:
    status, event, item = outcome
    person = persons(plan).get(entry["person"], {})
    effective = date.fromisoformat(person["effective_date"]) if person.get("effective_date") else None
    at = event.ts if event else None
    # What was opened again had its lag when it was disabled first.
    counts = status == "done" and "was_disabled" not in item.get("done", ()) and "again" not in entry
    return Action(
        name=str(person.get("name", "")),
        citizen_id=str(person.get("citizen_id", "")),
        unit=str(person.get("unit", "")),
        movement=str(person.get("movement", "")),
        suspends=str(person.get("action", "")).startswith("SUSPEND"),
        effective=effective,
        system=evidence.titles.get(entry["system"]),
        login=login_of(entry),
        match=said(entry["match"]),
        status=status,
        at=at,
        lag_days=_days(evidence, at, effective) if counts else None,
        approver=_approver(evidence, plan) if event or status in _DECIDED else "",
        verified=str(item.get("verified", "")),
        seq=event.seq if event else plan.made.seq,
    )


def _days(evidence: Evidence, at: datetime | None, effective: date | None) -> int | None:
    """Return the days from the first day out to the disabling, in the office's zone."""
    if at is None or effective is None:
        return None
    return (at.astimezone(evidence.settings.calendar.zone).date() - effective).days


def login_of(entry: Mapping[str, Any]) -> str:
    """Return the account of an entry, or those that may be the person's."""
    if "account" in entry:
        return str(entry["account"]["login"])
    return ", ".join(str(account["login"]) for account in entry.get("accounts", ()))


def _approver(evidence: Evidence, plan: Plan) -> Words | str:
    """Return who allowed a plan; nobody where it was refused."""
    if plan.decision != "approved":
        return ""
    name = str(plan.approvals[-1].body.get("approver", ""))
    holder = evidence.settings.people.holder(name)
    return holder.name if holder else name


def returned(lists: Iterable[Event]) -> Iterator[Doubt]:
    """Yield the rows of the lists that cannot be read and go back."""
    for event in lists:
        for row in event.body.get("returned", ()):
            if row.get("standing") == "rejected":
                name = " ".join(str(row.get(part, "")) for part in ("prefix", "first_name", "last_name"))
                why = Said("", str(row.get("reason", "")))
                movement, unit = str(row.get("movement", "")), str(row.get("unit", ""))
                yield Doubt(
                    name.strip(), unit, movement, None, why, str(row.get("reason_th", "")), rejected=True
                )


def reviews(evidence: Evidence, one: Told) -> Iterator[Doubt]:
    """Yield what a plan leaves to a person."""
    known = persons(one.plan)
    for entry in one.entries("review"):
        person, match = known.get(entry["person"], {}), entry["match"]
        yield Doubt(
            name=str(person.get("name", "")),
            unit=str(person.get("unit", "")),
            movement=str(person.get("movement", "")),
            system=evidence.titles.get(entry["system"]),
            said=said(match),
            reason_th=str(match.get("reason_th", "")),
            rejected=False,
            transfers=match.get("code") == BY_HAND and person.get("action") == "TRANSFER_RIGHTS",
        )


def undone(evidence: Evidence, plan: Plan) -> Iterator[Undone]:
    """Yield what was taken back of a plan."""
    by = {event.body.get("attempt"): event.body for event in plan.undos if event.kind == "undo.intent"}
    for event in plan.undos:
        if event.kind == "undo.result" and event.body.get("outcome") == "undone":
            intent = by.get(event.body.get("attempt"), {})
            for item in event.body.get("items", ()):
                yield Undone(
                    login=str(item.get("login", "")),
                    system=evidence.titles.get(event.body["system"]),
                    at=event.ts,
                    by=str(intent.get("by", "")),
                    reason=str(intent.get("reason", "")),
                    seq=event.seq,
                )
