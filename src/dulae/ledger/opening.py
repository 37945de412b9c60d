"""Open a run: what it must account for, under which circumstances, written before anything is done."""

from __future__ import annotations

import re
import secrets
from collections.abc import Collection, Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from dulae.checks.finding import Finding, Verdict, judged, reason, utc_text
from dulae.errors import LedgerError
from dulae.ledger import provenance
from dulae.ledger.locks import Holder, running
from dulae.ledger.store import Ledger
from dulae.ledger.views.runs import SUMMARY_KINDS, counted
from dulae.procedure.cadence import period_at
from dulae.procedure.calendar import WorkingTime
from dulae.procedure.population import LOCALHOST, population
from dulae.procedure.sop import Work, work
from dulae.settings import Settings

# The environment variable by which a module knows that the callback of its own process keeps evidence.
SESSION = "DULAE_EVIDENCE"
LEDGER = "ledger"
OPENED = reason(
    "run.opened", "the run of {subject} must account for {expected} checks; {excluded} are left out"
)
_OUTSIDE = "outside --limit"


@dataclass(frozen=True)
class Opened:
    """A run that has begun: its id, what it must account for, and what --limit left out."""

    run: str
    population: tuple[Mapping[str, str], ...]
    excluded: tuple[Mapping[str, str], ...]
    finding: Finding


def ledger_of(settings: Settings) -> Ledger:
    """Open the ledger of an inventory; raise LedgerError if there is none."""
    return Ledger.open(settings.state_dir / LEDGER)


def session_of(settings: Settings, control: str, environ: Mapping[str, str]) -> Holder:
    """Return who keeps evidence in the process that this one was started by; raise LedgerError if nobody does."""
    holder = running(settings.state_dir, control)
    if holder and holder.session == environ.get(SESSION):
        return holder
    raise LedgerError(
        f"nobody keeps the evidence of {control}: the callback dulae_evidence is not at work",
        remedy="Run from the project's folder (its ansible.cfg enables it), with dulae_control among the play's vars",
    )


def open_run(settings: Settings, holder: Holder, hosts: Collection[str], now: datetime) -> Opened:
    """Write ``run.intent`` and return the run; raise LedgerError, SettingsError, OSError if it cannot begin.

    ``hosts`` are the inventory names that --limit leaves, all of them where there is no limit.
    """
    task = work(settings.procedure, holder.control)
    owed, excluded = _population(settings, holder, set(hosts))
    ledger = ledger_of(settings)
    run = f"{now:%Y%m%dT%H%M%S}-{task.id}-{secrets.token_hex(3)}"
    body = {
        **provenance.circumstances(settings.inventory, holder.playbook),
        "run": run,
        "control": task.id,
        "clause": task.control.clause,
        "step": task.control.step,
        "owner": task.control.owner,
        "procedure_version": settings.procedure.version,
        "node": settings.site.node,
        "playbook": re.sub(r".*/", "", holder.playbook),
        "trigger": holder.trigger,
        "session": holder.session,
        "check_mode": holder.check_mode,
        "limit": holder.limit,
        "tags": list(holder.tags),
        "population": list(owed),
        "excluded": list(excluded),
        "limit_minutes": task.limit_minutes,
        "started_at": utc_text(now),
        **_due(settings, ledger, task, now),
    }
    ledger.append("run.intent", body, run=run, control=task.id)
    ledger.close()
    counts = {"expected": len(owed), "excluded": len(excluded)}
    return Opened(run, owed, excluded, judged("control", task.id, Verdict.PASS, OPENED, measured=counts))


def _population(
    settings: Settings, holder: Holder, hosts: Collection[str]
) -> tuple[tuple[dict[str, str], ...], tuple[dict[str, str], ...]]:
    """Return what the run owes, and what --limit leaves out of it."""
    owed, excluded = [], []
    for item in population(settings, holder.control):
        if not holder.limit or item.host in hosts:
            owed.append(asdict(item))
        else:
            excluded.append({**asdict(item), "reason": _OUTSIDE})
    if not owed:
        what = f"--limit {holder.limit} leaves nothing to check" if excluded else "there is nothing to check"
        remedy = (
            f"Widen --limit (it must name {LOCALHOST} too where the controller checks)" if excluded else ""
        )
        raise LedgerError(what, place=holder.control, remedy=remedy or "Declare it in systems.yml")
    return tuple(owed), tuple(excluded)


def _due(settings: Settings, ledger: Ledger, task: Work, now: datetime) -> dict[str, Any]:
    """Return the due time that this run answers: that of its period, where nothing has answered it yet."""
    period = period_at(task.rhythm, WorkingTime(settings.calendar), now)
    begun = counted(ledger.entries(SUMMARY_KINDS, control=task.id, since=period.starts))
    answered = now < period.due_at or any(run.done and not run.partial for run in begun)
    due_at = "" if answered else utc_text(period.due_at)
    return {"period": period.key, "due_at": due_at, "grace_minutes": task.rhythm.grace}
