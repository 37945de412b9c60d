"""Weekly access review (procedure step 4, 6.4): the list that came, what was done about each person, what waits."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from dulae.ledger.views.access import KINDS, Event, access
from dulae.ledger.views.lag import Spread, spread
from dulae.reports.data import access_actions as parts
from dulae.reports.data.access_actions import Action, Doubt, Undone
from dulae.reports.data.access_plans import Told, owner, persons, told
from dulae.reports.data.common import Row
from dulae.reports.data.late_uses import LateUses, late_uses
from dulae.reports.data.pending_documents import Pending, newest, pending
from dulae.reports.data.reopened import CHECK as AGAIN_CHECK
from dulae.reports.data.reopened import Reopened, reopened
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period

CONTROL = "access"
LIST_CHECK, LAG_CHECK = "leavers", "access_lag"
# What hinders a review, besides what it found.
HINDERING_CHECKS = ("access_lists", "access_numbers", "access_tables")
ACCOUNTS_CHECKS = ("accounts", "accounts_owners", "accounts_staff")
# Days from the first day out to the disabling, where no finding of the period says what is allowed: a week's list.
MAX_LAG_DAYS = 7


@dataclass(frozen=True)
class AccessReview:
    """The body of the report; ``lag`` is that of what was done in the period, None where nothing was.

    ``lag_rows`` say how it stood at its end, with whoever could still log in. ``carried_out`` gives, for the entry of
    a finding that a plan waits, the result that came after it.
    """

    lists: tuple[Event, ...]
    list_rows: tuple[Row, ...]
    summary: Mapping[str, int]
    lag: Spread | None
    max_lag_days: int
    lag_rows: tuple[Row, ...]
    actions: tuple[Action, ...]
    doubts: tuple[Doubt, ...]
    hindering_rows: tuple[Row, ...]
    uses: tuple[LateUses, ...]
    again: tuple[Reopened, ...]
    again_rows: tuple[Row, ...]
    pending: tuple[Pending, ...]
    pending_rows: tuple[Row, ...]
    account_rows: tuple[Row, ...]
    undone: tuple[Undone, ...]
    rows: tuple[Row, ...]
    carried_out: Mapping[int, Event]
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
    plans = told(known.plans, start, end)
    made = runs(evidence, period, (CONTROL,))
    rows = tuple(row for run in made for row in run.rows)
    actions = tuple(action for one in plans for action in parts.actions(evidence, one, start))
    reviews = (doubt for one in plans for doubt in parts.reviews(evidence, one))
    doubts = (*parts.returned(lists), *reviews)
    limit = _limit(rows)
    again_rows = _newest(row for row in rows if row.check == AGAIN_CHECK)
    return AccessReview(
        lists=lists,
        list_rows=_once(row for row in rows if row.check == LIST_CHECK),
        summary=_summary(lists, plans, actions, doubts),
        lag=spread([action.lag_days for action in actions if action.lag_days is not None], limit),
        max_lag_days=limit,
        lag_rows=_newest(row for row in rows if row.check == LAG_CHECK),
        actions=actions,
        doubts=doubts,
        hindering_rows=_newest(row for row in rows if row.check in HINDERING_CHECKS),
        uses=tuple(late_uses(evidence, rows)),
        again=tuple(reopened(evidence, again_rows)),
        again_rows=again_rows,
        pending=pending(rows),
        pending_rows=newest(rows),
        account_rows=_newest(row for row in rows if row.check in ACCOUNTS_CHECKS),
        undone=tuple(
            one for plan in known.plans for one in parts.undone(evidence, plan) if start <= one.at < end
        ),
        rows=rows,
        carried_out=dict(_carried_out(rows, plans)),
        runs=made,
    )


def _once(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return what was said of each thing, as it was said last: a list is received again by each run of the week."""
    return tuple({(row.subject, row.because): row for row in rows}.values())


def _carried_out(rows: Iterable[Row], plans: Iterable[Told]) -> Iterator[tuple[int, Event]]:
    """Yield the entries of findings that a plan waits, with how it was carried out in that system afterwards."""
    done = {
        (one.plan.plan_id, event.body["system"]): event
        for one in plans
        for event in one.plan.results
        if event.body.get("outcome") == "applied"
    }
    for row in rows:
        event = done.get((str(row.measured.get("plan_id", "")), row.system)) if row.check == CONTROL else None
        if event and event.seq > row.seq:
            yield row.seq, event


def _newest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return what the last run said of each thing: accounts are told as they are, not as often as they were counted."""
    every = tuple(rows)
    last = {(row.check, row.subject): row.run for row in every}
    return tuple(row for row in every if last[row.check, row.subject] == row.run)


def _limit(rows: Sequence[Row]) -> int:
    """Return after how many days disabling is late, as the newest finding of the period had it."""
    told = [row.limit.get("max_lag_days") for row in rows if row.check == LAG_CHECK]
    return next((days for days in reversed(told) if isinstance(days, int)), MAX_LAG_DAYS)


def _summary(
    lists: Sequence[Event], plans: Sequence[Told], actions: Sequence[Action], doubts: Sequence[Doubt]
) -> Mapping[str, int]:
    """Return the counts of the report's summary: rows of lists, then accounts, each in one place."""

    def section(*names: str) -> list[tuple[str, str]]:
        return [
            (str(entry["system"]), owner(persons(one.plan).get(entry["person"], {})))
            for one in plans
            for entry in one.entries(*names)
        ]

    done = [action for action in actions if action.status == "done"]
    waiting = [doubt for doubt in doubts if not doubt.rejected]
    return {
        "received": sum(int(event.body.get("counts", {}).get("received", 0)) for event in lists),
        "matched": len(set(section("items", "protected", "waiting", "already"))),
        "disabled": sum(not action.suspends for action in done),
        "suspended": sum(action.suspends for action in done),
        "given_back": sum(action.status == "undone" for action in actions),
        "transferred": sum(doubt.transfers for doubt in waiting),
        "waiting": len(section("waiting")),
        "review": sum(not doubt.transfers for doubt in waiting),
        "no_account": len(section("no_account")),
        "rejected": sum(doubt.rejected for doubt in doubts),
    }
