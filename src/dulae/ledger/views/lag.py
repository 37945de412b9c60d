"""How long after its owner's first day out each account was disabled, in days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo
from statistics import median
from typing import Any

from dulae.ledger.views.access import Access, Event, Plan


@dataclass(frozen=True)
class Lag:
    """One account that was disabled, when, and how many days after the first day out in the office's zone."""

    system: str
    login: str
    at: datetime
    days: int


@dataclass(frozen=True)
class Spread:
    """The lag of some accounts: how many there are, median, largest, and how many are beyond a limit of days."""

    accounts: int
    median_days: float
    largest_days: int
    late: int


def spread(days: Sequence[int], limit_days: int) -> Spread | None:
    """Return median, largest and late ones; None where nothing was disabled."""
    if not days:
        return None
    return Spread(len(days), _plain(median(days)), max(days), sum(one > limit_days for one in days))


def _plain(number: float) -> float:
    return int(number) if number == int(number) else number


def lags(known: Access, zone: tzinfo) -> Iterator[Lag]:
    """Yield the lag of each account that a plan disabled and nobody took back.

    An account that somebody had disabled before has none, nor has one that could not be shown to be disabled, or one
    that was opened again after it had been closed.
    """
    for plan in known.plans:
        persons = {person["number"]: person for person in plan.content.get("persons", ())}
        back = {*_taken_back(plan), *_again(plan)}
        for event in plan.results:
            for item in event.body.get("items", ()):
                person = persons.get(item["person"], {})
                if _counts(item) and (event.body["system"], item["person"]) not in back:
                    yield from _lag(event, item, str(person.get("effective_date", "")), zone)


def _again(plan: Plan) -> Iterator[tuple[str, int]]:
    """Yield what was disabled before and opened again: its first disabling has told the lag."""
    for entry in plan.content.get("items", ()):
        if "again" in entry:
            yield entry["system"], entry["person"]


def _counts(item: Any) -> bool:
    proven = item.get("verified") not in ("still_open", "unread")
    return proven and "was_disabled" not in item.get("done", ())


def _lag(event: Event, item: Any, effective: str, zone: tzinfo) -> Iterator[Lag]:
    if effective:
        days = (event.ts.astimezone(zone).date() - date.fromisoformat(effective)).days
        yield Lag(str(event.body["system"]), str(item.get("login", "")), event.ts, days)


def _taken_back(plan: Plan) -> Iterator[tuple[str, int]]:
    for event in plan.undos:
        if event.kind == "undo.result" and event.body.get("outcome") == "undone":
            for item in event.body.get("items", ()):
                yield event.body["system"], item["person"]
