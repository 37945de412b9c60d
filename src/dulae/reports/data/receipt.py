"""Receipt to the personnel division: for each list that came, what became of every row of it (procedure 6.4).

Each row stands in exactly one group, so that the groups add up to the rows received. It is told as it stands now: what
was done for a person under a later list counts as well.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from dulae.ledger.views.access import KINDS, Event, Plan, access
from dulae.reports.data import access_actions as parts
from dulae.reports.data.access_actions import Said
from dulae.reports.data.access_plans import owner, persons
from dulae.reports.data.common import Row
from dulae.reports.data.runs import runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

GROUPS = ("act", "scheduled", "review", "no_account", "no_action", "rejected")
CONTROL, LIST_CHECK = "access", "leavers"
# Each reason for refusing a file has a code of its own; earlier ledgers have one for all.
UNREADABLE = ("list_file.", "list.unreadable")
_SECTIONS = ("items", "protected", "waiting", "review", "already", "no_account")
# States in which the list brought about nothing but waiting.
_PASSIVE = {"waiting", "already", "no_account", "unread", "repeated"}


@dataclass(frozen=True)
class State:
    """One person in one system. ``status`` is done, waiting, review, no_account, unread, ...; ``said`` says why."""

    system: Words | None
    login: str
    status: str
    at: datetime | None
    said: Said | None


@dataclass(frozen=True)
class Person:
    """One row of the list: who it is, to which group it belongs, and how he stands in each system."""

    row: int
    sheet: str
    name: str
    citizen_id: str
    unit: str
    movement: str
    suspends: bool
    effective: date | None
    group: str
    states: tuple[State, ...]


@dataclass(frozen=True)
class Returned:
    """One row that goes back: it cannot be read, or somebody must confirm it."""

    row: int
    sheet: str
    name: str
    movement: str
    rejected: bool
    reason: str
    reason_th: str


@dataclass(frozen=True)
class Receipt:
    """One list: the entry of its arrival, its rows by group, each person, and what goes back.

    ``compared`` says whether the accounts were compared with it yet.
    """

    event: Event
    received: int
    groups: Mapping[str, int]
    people: tuple[Person, ...]
    returned: tuple[Returned, ...]
    compared: bool

    @property
    def adds_up(self) -> bool:
        """Say whether the groups add up to the rows received."""
        return sum(self.groups.values()) == self.received


@dataclass(frozen=True)
class Receipts:
    """The body of the report: the lists of a period, and those that could not be read at all."""

    lists: tuple[Receipt, ...]
    unreadable: tuple[Row, ...]
    missing: tuple[Row, ...]


def body(evidence: Evidence, period: Period) -> Receipts:
    """Return the receipts for the lists that came in a period."""
    zone = evidence.settings.calendar.zone
    start, end = period.start(zone), period.end(zone)
    known = access(evidence.entries(*KINDS))
    rows = [row for run in runs(evidence, period, (CONTROL,)) for row in run.rows if row.check == LIST_CHECK]
    came = {event.body.get("sha256"): event for event in known.lists if start <= event.ts < end}
    return Receipts(
        lists=tuple(_receipt(evidence, event, known.plans) for event in came.values()),
        unreadable=tuple(
            {str(row.measured): row for row in rows if row.code.startswith(UNREADABLE)}.values()
        ),
        missing=tuple(row for row in rows if row.code == "list.missing")[-1:],
    )


def _receipt(evidence: Evidence, event: Event, plans: Sequence[Plan]) -> Receipt:
    about = [plan for plan in plans if plan.content.get("list", {}).get("sha256") == event.body.get("sha256")]
    plan = about[-1] if about else None
    people = tuple(_people(evidence, event, plan, _Done(plans, event.ts))) if plan else ()
    counts = event.body.get("counts", {})
    return Receipt(
        event=event,
        received=int(counts.get("received", 0)),
        groups=_groups(counts, people),
        people=people,
        returned=tuple(_returned(event.body.get("returned", ()))),
        compared=plan is not None,
    )


def _groups(counts: Mapping[str, Any], people: Sequence[Person]) -> Mapping[str, int]:
    """Return the rows by group; of a list that was not compared yet, as it was judged."""
    if not people:
        return {group: int(counts.get(group, 0)) for group in GROUPS}
    found = Counter(person.group for person in people)
    apart = {group: int(counts.get(group, 0)) for group in ("no_action", "rejected")}
    return {group: found[group] + apart.get(group, 0) for group in GROUPS}


class _Done:
    """What was done for each person since a list came, under whichever list it was planned."""

    def __init__(self, plans: Iterable[Plan], since: datetime) -> None:
        self._last: dict[tuple[str, str], tuple[str, datetime]] = {}
        found = sorted(self._found(plans), key=lambda one: one[1][1])
        self._last = {place: told for place, told in found if told[1] >= since}

    def _found(self, plans: Iterable[Plan]) -> Iterator[tuple[tuple[str, str], tuple[str, datetime]]]:
        for plan in plans:
            back = parts.taken_back(plan)
            people = persons(plan)
            for (system, number), (event, item) in parts.results(plan).items():
                status = parts.status_in(plan, (system, number), item, back)
                yield (system, owner(people.get(number, {}))), (status, event.ts)

    def of(self, system: str, person: Mapping[str, Any]) -> tuple[str, datetime] | None:
        """Return what was done last to a person's account in a system, and when."""
        return self._last.get((system, owner(person)))


def _people(evidence: Evidence, event: Event, plan: Plan, done: _Done) -> Iterator[Person]:
    """Yield each person of a list's own rows, not those carried over from earlier ones."""
    entries: dict[int, dict[str, tuple[str, Mapping[str, Any]]]] = {}
    for section in _SECTIONS:
        for entry in plan.content.get(section, ()):
            entries.setdefault(entry["person"], {}).setdefault(entry["system"], (section, entry))
    for person in plan.content.get("persons", ()):
        if not person.get("list"):
            own = entries.get(person["number"], {})
            states = tuple(_states(evidence, plan, person, own, done))
            yield _person(person, states)


def _states(
    evidence: Evidence,
    plan: Plan,
    person: Mapping[str, Any],
    own: Mapping[str, tuple[str, Mapping[str, Any]]],
    done: _Done,
) -> Iterator[State]:
    for name, title in _systems(evidence, plan, own):
        section, entry = own.get(name, ("unread" if title[1] else "repeated", {}))
        told = done.of(name, person)
        status = told[0] if told else _standing(plan, name, section, person)
        login = parts.login_of(entry) if entry else ""
        said = parts.said(entry["match"]) if section in ("review", "protected") else None
        yield State(title[0], login, status, told[1] if told else None, said)


def _systems(
    evidence: Evidence, plan: Plan, own: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[Words | None, bool]]]:
    """Yield each system of a plan with its title, and whether it could not be read."""
    listed = {
        system["system"]: not system.get("readable", True) for system in plan.content.get("systems", ())
    }
    for name in (*listed, *(name for name in own if name not in listed)):
        yield name, (evidence.titles.get(name), listed.get(name, False))


def _standing(plan: Plan, system: str, section: str, person: Mapping[str, Any]) -> str:
    if section != "items":
        return section
    return parts.status_in(plan, (system, person["number"]), {}, set())


def _person(person: Mapping[str, Any], states: tuple[State, ...]) -> Person:
    effective = person.get("effective_date")
    return Person(
        row=int(person.get("row", 0)),
        sheet=str(person.get("sheet", "")),
        name=str(person.get("name", "")),
        citizen_id=str(person.get("citizen_id", "")),
        unit=str(person.get("unit", "")),
        movement=str(person.get("movement", "")),
        suspends=str(person.get("action", "")).startswith("SUSPEND"),
        effective=date.fromisoformat(effective) if effective else None,
        group=_group(str(person.get("standing", "")), {state.status for state in states}),
        states=states,
    )


def _group(standing: str, statuses: set[str]) -> str:
    """Return the one group of a row, from how the list was judged and how its person stands in each system."""
    if standing == "review" or "review" in statuses:
        return "review"
    if statuses - _PASSIVE:
        return "act"
    if "waiting" in statuses:
        return "scheduled"
    if "unread" in statuses:
        return "act" if standing == "act" else "scheduled"
    if "already" in statuses:
        return "act"
    return "no_account" if "no_account" in statuses else "no_action"


def _returned(rows: Iterable[Mapping[str, Any]]) -> Iterator[Returned]:
    for row in rows:
        name = " ".join(str(row.get(part, "")) for part in ("prefix", "first_name", "last_name"))
        yield Returned(
            row=int(row.get("row", 0)),
            sheet=str(row.get("sheet", "")),
            name=" ".join(name.split()),
            movement=str(row.get("movement", "")),
            rejected=row.get("standing") == "rejected",
            reason=str(row.get("reason", "")),
            reason_th=str(row.get("reason_th", "")),
        )
