"""Weekly access review (procedure step 4, 6.4): the list that came, what was done about each person, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from dulae.ledger.views.access import KINDS, Event, Plan, access
from dulae.reports.data.common import Row
from dulae.reports.data.coverage import working_time
from dulae.reports.data.incidents import Case, cases
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

CONTROL = "access"
LIST_CHECK, USE_CHECK, ACCOUNTS_CHECK = "leavers", "access_use", "accounts"
_NOT_PROVEN = ("still_open", "unread")


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

    ``status`` is done, unproven, undone, waiting, protected, or how far the plan has come.
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
    """One row that a person must decide, and why."""

    name: str
    unit: str
    movement: str
    system: Words | None
    said: Said
    reason_th: str
    rejected: bool


@dataclass(frozen=True)
class Undone:
    """One account that got its previous values back."""

    login: str
    system: Words | None
    at: datetime
    by: str
    reason: str
    seq: int


@dataclass(frozen=True)
class AccessReview:
    """The body of the report."""

    lists: tuple[Event, ...]
    list_rows: tuple[Row, ...]
    summary: Mapping[str, int]
    actions: tuple[Action, ...]
    doubts: tuple[Doubt, ...]
    uses: tuple[Row, ...]
    use_cases: tuple[Case, ...]
    account_rows: tuple[Row, ...]
    undone: tuple[Undone, ...]
    rows: tuple[Row, ...]
    runs: tuple[Run, ...]

    @property
    def reviewed(self) -> bool:
        """Say whether any system's accounts could be compared with a list."""
        return any(row.check == CONTROL and row.state != "unchecked" for row in self.rows)


def body(evidence: Evidence, period: Period) -> AccessReview:
    """Return the body of the report for a period."""
    zone = evidence.settings.calendar.zone
    start, end = period.start(zone), period.end(zone)
    known = access(evidence.entries(*KINDS))
    lists = tuple(event for event in known.lists if start <= event.ts < end)
    plans = _standing(plan for plan in known.plans if start <= plan.made.ts < end)
    made = runs(evidence, period, (CONTROL,))
    rows = tuple(row for run in made for row in run.rows)
    actions = tuple(action for plan in plans for action in _actions(evidence, plan))
    doubts = (*_returned(lists), *(doubt for plan in plans for doubt in _reviews(evidence, plan)))
    return AccessReview(
        lists=lists,
        list_rows=tuple(row for row in rows if row.check == LIST_CHECK),
        summary=_summary(lists, plans, actions, doubts),
        actions=actions,
        doubts=doubts,
        uses=tuple(row for row in rows if row.check == USE_CHECK),
        use_cases=tuple(case for case in cases(evidence, period) if case.incident.kind == "fault"),
        account_rows=tuple(row for row in rows if row.check == ACCOUNTS_CHECK),
        undone=tuple(one for plan in known.plans for one in _undone(evidence, plan) if start <= one.at < end),
        rows=rows,
        runs=made,
    )


def _standing(plans: Iterable[Plan]) -> tuple[Plan, ...]:
    """Return one plan for each list: one that was carried out, else the newest."""
    found: dict[str, Plan] = {}
    for plan in plans:
        name = str(plan.content.get("list", {}).get("sha256", plan.sha256))
        if name not in found or plan.results or not found[name].results:
            found[name] = plan
    return tuple(found.values())


def _title(evidence: Evidence, system: str) -> Words | None:
    return evidence.titles.get(system)


def _said(match: Mapping[str, Any]) -> Said:
    places = {name: value for name, value in match.items() if name not in ("code", "because")}
    return Said(str(match.get("code", "")), str(match.get("because", "")), measured=places)


def _persons(plan: Plan) -> Mapping[int, Mapping[str, Any]]:
    return {person["number"]: person for person in plan.content.get("persons", ())}


def _results(plan: Plan) -> Mapping[tuple[str, int], tuple[Event, Mapping[str, Any]]]:
    """Return what was done to each person in each system."""
    return {
        (event.body["system"], item["person"]): (event, item)
        for event in plan.results
        for item in event.body.get("items", ())
    }


def _actions(evidence: Evidence, plan: Plan) -> Iterator[Action]:
    done = _results(plan)
    taken_back = {
        (event.body["system"], item["person"])
        for event in plan.undos
        if event.kind == "undo.result" and event.body.get("outcome") == "undone"
        for item in event.body.get("items", ())
    }
    for entry in plan.content.get("items", ()):
        place = (entry["system"], entry["person"])
        event, item = done.get(place, (None, {}))
        if place in taken_back:
            status = "undone"
        elif event is None:
            status = plan.status
        else:
            status = "unproven" if item.get("verified") in _NOT_PROVEN else "done"
        yield _action(evidence, plan, entry, (status, event, item))
    for section in ("waiting", "protected"):
        for entry in plan.content.get(section, ()):
            yield _action(evidence, plan, entry, (section, None, {}))


def _action(
    evidence: Evidence,
    plan: Plan,
    entry: Mapping[str, Any],
    outcome: tuple[str, Event | None, Mapping[str, Any]],
) -> Action:
    status, event, item = outcome
    person = _persons(plan).get(entry["person"], {})
    effective = date.fromisoformat(person["effective_date"]) if person.get("effective_date") else None
    at = event.ts if event else None
    lag = (working_time(evidence).today(at) - effective).days if at and effective else None
    return Action(
        name=str(person.get("name", "")),
        citizen_id=str(person.get("citizen_id", "")),
        unit=str(person.get("unit", "")),
        movement=str(person.get("movement", "")),
        suspends=str(person.get("action", "")).startswith("SUSPEND"),
        effective=effective,
        system=_title(evidence, entry["system"]),
        login=_login(entry),
        match=_said(entry["match"]),
        status=status,
        at=at,
        lag_days=lag,
        approver=_approver(evidence, plan),
        verified=str(item.get("verified", "")),
        seq=event.seq if event else plan.made.seq,
    )


def _login(entry: Mapping[str, Any]) -> str:
    if "account" in entry:
        return str(entry["account"]["login"])
    return ", ".join(str(account["login"]) for account in entry.get("accounts", ()))


def _approver(evidence: Evidence, plan: Plan) -> Words | str:
    name = str(plan.approvals[-1].body.get("approver", "")) if plan.approvals else ""
    holder = evidence.settings.people.holder(name)
    return holder.name if holder else name


def _returned(lists: Iterable[Event]) -> Iterator[Doubt]:
    """Yield the rows of the lists that cannot be read and go back."""
    for event in lists:
        for row in event.body.get("returned", ()):
            if row.get("standing") == "rejected":
                name = " ".join(str(row.get(part, "")) for part in ("prefix", "first_name", "last_name"))
                said = Said("", str(row.get("reason", "")))
                movement, unit = str(row.get("movement", "")), str(row.get("unit", ""))
                yield Doubt(
                    name.strip(), unit, movement, None, said, str(row.get("reason_th", "")), rejected=True
                )


def _reviews(evidence: Evidence, plan: Plan) -> Iterator[Doubt]:
    persons = _persons(plan)
    for entry in plan.content.get("review", ()):
        person = persons.get(entry["person"], {})
        yield Doubt(
            name=str(person.get("name", "")),
            unit=str(person.get("unit", "")),
            movement=str(person.get("movement", "")),
            system=_title(evidence, entry["system"]),
            said=_said(entry["match"]),
            reason_th=str(entry["match"].get("reason_th", "")),
            rejected=False,
        )


def _undone(evidence: Evidence, plan: Plan) -> Iterator[Undone]:
    by = {event.body.get("attempt"): event.body for event in plan.undos if event.kind == "undo.intent"}
    for event in plan.undos:
        if event.kind == "undo.result" and event.body.get("outcome") == "undone":
            intent = by.get(event.body.get("attempt"), {})
            for item in event.body.get("items", ()):
                yield Undone(
                    login=str(item.get("login", "")),
                    system=_title(evidence, event.body["system"]),
                    at=event.ts,
                    by=str(intent.get("by", "")),
                    reason=str(intent.get("reason", "")),
                    seq=event.seq,
                )


def _summary(
    lists: Sequence[Event], plans: Sequence[Plan], actions: Sequence[Action], doubts: Sequence[Doubt]
) -> Mapping[str, int]:
    """Return the counts of the report's summary: rows of lists, then accounts."""

    def section(name: str) -> int:
        return sum(len(plan.content.get(name, ())) for plan in plans)

    done = [action for action in actions if action.status == "done"]
    persons = [person for plan in plans for person in plan.content.get("persons", ())]
    return {
        "received": sum(int(event.body.get("counts", {}).get("received", 0)) for event in lists),
        "matched": section("items") + section("protected") + section("waiting") + section("already"),
        "disabled": sum(not action.suspends for action in done),
        "suspended": sum(action.suspends for action in done),
        "transferred": sum(person.get("action") == "TRANSFER_RIGHTS" for person in persons),
        "waiting": section("waiting"),
        "review": sum(not doubt.rejected for doubt in doubts),
        "no_account": section("no_account"),
        "rejected": sum(doubt.rejected for doubt in doubts),
    }
