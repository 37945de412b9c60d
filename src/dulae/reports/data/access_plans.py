"""Which plans a period tells of, and of whom each has the word: a newer plan's replaces an older one's."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from dulae.ledger.views.access import Plan


@dataclass(frozen=True)
class Told:
    """One plan as a period tells it: wholly, or only what was done of it.

    ``superseded`` are the places (system, number of a person) of which a newer plan has the word.
    """

    plan: Plan
    whole: bool
    superseded: frozenset[tuple[str, int]] = frozenset()

    def entries(self, *sections: str) -> Iterator[Mapping[str, Any]]:
        """Yield the entries of some sections of which this plan has the word; none where it is not told wholly."""
        for section in sections if self.whole else ():
            for entry in self.plan.content.get(section, ()):
                if (entry["system"], entry["person"]) not in self.superseded:
                    yield entry


def told(plans: Iterable[Plan], start: datetime, end: datetime) -> tuple[Told, ...]:
    """Return the plans of which a period has something to tell, as they stood at its end; a list's newest wholly."""
    stood = [as_of(plan, end) for plan in plans if plan.made.ts < end]
    newest = {_list_of(plan): plan.sha256 for plan in stood if plan.made.ts >= start}
    found: list[Told] = []
    named: set[tuple[str, str]] = set()
    for plan in reversed(stood):
        if plan.made.ts >= start or any(event.ts >= start for event in (*plan.results, *plan.undos)):
            is_whole = newest.get(_list_of(plan)) == plan.sha256
            found.append(Told(plan, is_whole, _superseded(plan, named) if is_whole else frozenset()))
            named |= set(_named(plan)) if is_whole else set()
    return tuple(reversed(found))


def owner(person: Mapping[str, Any]) -> str:
    """Return what is the same for the same person in every plan."""
    return str(person.get("ref") or (person.get("name"), person.get("citizen_id")))


def _named(plan: Plan) -> Iterator[tuple[str, str]]:
    """Yield system and person of everything that a plan has a word on: it names him, or a list has him stay."""
    people = {*map(owner, plan.content.get("persons", ())), *plan.content.get("staying", ())}
    for system in plan.content.get("systems", ()):
        if system.get("readable", True):
            yield from ((str(system["system"]), person) for person in people)


def _superseded(plan: Plan, named: set[tuple[str, str]]) -> frozenset[tuple[str, int]]:
    found = ((str(system), owner(person), person) for system, person in _places(plan))
    return frozenset(
        (system, person["number"]) for system, whose, person in found if (system, whose) in named
    )


def _places(plan: Plan) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for system in plan.content.get("systems", ()):
        yield from ((system["system"], person) for person in plan.content.get("persons", ()))


def as_of(plan: Plan, end: datetime) -> Plan:
    """Return a plan with nothing that came later."""
    parts: dict[str, Any] = {
        name: tuple(event for event in getattr(plan, name) if event.ts < end)
        for name in ("approvals", "changes", "undos")
    }
    return replace(plan, **parts)


def _list_of(plan: Plan) -> str:
    return str(plan.content.get("list", {}).get("sha256", plan.sha256))


def persons(plan: Plan) -> Mapping[int, Mapping[str, Any]]:
    """Return the persons of a plan by number."""
    return {person["number"]: person for person in plan.content.get("persons", ())}
