"""How all work of the procedure stands by what the ledger holds, and what was last scheduled."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from dulae.ledger.opening import ledger_of
from dulae.ledger.views.runs import SUMMARY_KINDS, runs
from dulae.procedure.schedule import Timer
from dulae.procedure.standing import Standing, standings
from dulae.settings import Settings

# Two quarters and a margin: nothing that is due looks further back.
_LOOK_BACK = timedelta(days=220)


def standings_of(settings: Settings, now: datetime) -> tuple[Standing, ...]:
    """Return how all work stands at ``now``; raise LedgerError if there is no ledger."""
    ledger = ledger_of(settings)
    first = next(ledger.entries())
    since = now - _LOOK_BACK
    made = runs(ledger.entries(SUMMARY_KINDS, since=since))
    return standings(settings, made, max(first.ts, since), now)


def schedule_body(settings: Settings, timers: Iterable[Timer]) -> dict[str, Any]:
    """Return what is kept about a schedule: what starts when, by which version of the procedure."""
    kept = ("id", "cadence", "playbook", "on_calendar", "cron")
    works = [{name: timer.to_dict()[name] for name in kept} for timer in timers]
    return {"node": settings.site.node, "procedure_version": settings.procedure.version, "works": works}


def keep_schedule(settings: Settings, body: Mapping[str, Any], *, only_look: bool = False) -> bool:
    """Write the schedule into the ledger unless it is the one kept last; say whether it is new; raise LedgerError."""
    ledger = ledger_of(settings)
    last: Mapping[str, Any] | None = None
    for entry in ledger.entries(("schedule",)):
        last = entry.body
    if last == body:
        return False
    if not only_look:
        ledger.append("schedule", body)
        ledger.close()
    return True
