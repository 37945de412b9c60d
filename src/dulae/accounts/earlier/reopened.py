"""The review's word on what was closed before: does it stay closed, and what was opened, since when, and used? (6.4)

What cannot be looked at is unknown: an application that does not answer this week, or one that the settings no longer
name.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from dulae.accounts.desk import Desk
from dulae.accounts.earlier.watching import Watch
from dulae.accounts.plan import Plan
from dulae.accounts.survey import Survey
from dulae.accounts.telling import shown
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason

CHECK = "access_again"

STAYS = reason(
    "access.stays_closed",
    "none of {people} who left earlier can log in again; {closed} accounts that were disabled stay closed",
)
OPENED = reason(
    "access.opened_again",
    "{again} accounts of people who left earlier are open again ({logins}), {used} of them were used since; none is "
    "disabled before a second person has approved it",
)
TO_REVIEW = reason(
    "access.opened_to_review",
    "{again} open accounts may be those of people who left earlier ({logins}); a person must decide",
)
UNREADABLE = reason(
    "access.again_unknown",
    "whether {people} who left earlier can log in again is not known, for the accounts cannot be read: {error}",
)
REMOVED = reason(
    "access.again_removed",
    "{closed} accounts that were disabled here cannot be looked at: systems.yml no longer names the accounts of this "
    "system; name them again, unless the system is gone (this is told for {told_for_days} days)",
)

# Sections whose accounts are surely the leaver's; of the others a person decides.
_SURE = ("items", "protected")
_SECTIONS = (*_SURE, "review")
_TOLD = (OPENED.code, TO_REVIEW.code)
_NONE = "-"
_NEVER = "1970-01-01T00:00:00+00:00"
# A system that is gone for good is told as long as thirteen weekly and three monthly reports show it.
_TOLD_FOR = timedelta(days=92)


@dataclass
class _Told:
    """What earlier reviews said: since when each reopening is known, and when each system was last found quiet."""

    noticed: dict[tuple[str, str, str], tuple[str, str]] = field(default_factory=dict)
    looked_at: dict[str, str] = field(default_factory=dict)

    def last(self, system: str) -> datetime:
        """Return when a system was last looked at; long ago where it never was."""
        return datetime.fromisoformat(self.looked_at.get(system, _NEVER))


def findings(desk: Desk, watched: Watch, surveys: Sequence[Survey], plan: Plan | None) -> Iterator[Finding]:
    """Yield one finding for each system in which somebody who left earlier could have something open."""
    closed = Counter(system for system, _ in watched.closed_of_known())
    told = _told(desk)
    for survey in surveys:
        system = survey.application.system
        opened = list(_opened(desk, plan, system, told)) if plan and not survey.unreadable else []
        if opened or watched.known:
            measured = {
                "people": len(watched.known),
                "closed": closed[system] - sum(bool(one["closed_at"]) for one in opened),
                "again": len(opened),
                "used": sum(one["used"] for one in opened),
                "logins": shown([one["login"] for one in opened]) or _NONE,
                "accounts": opened,
                "error": survey.unreadable or _NONE,
            }
            yield _said(system, measured)
    for system in sorted(closed.keys() - {survey.application.system for survey in surveys}):
        if desk.clock() - max(watched.last_closed(system), told.last(system)) <= _TOLD_FOR:
            measured = {"closed": closed[system], "told_for_days": _TOLD_FOR.days}
            yield _finding(system, Verdict.UNKNOWN, REMOVED, measured)


def _said(system: str, measured: Mapping[str, Any]) -> Finding:
    if measured["error"] != _NONE:
        return _finding(system, Verdict.UNKNOWN, UNREADABLE, measured)
    if any(one["sure"] for one in measured["accounts"]):
        return _finding(system, Verdict.FAIL, OPENED, measured)
    if measured["accounts"]:
        return _finding(system, Verdict.WARN, TO_REVIEW, measured)
    return _finding(system, Verdict.PASS, STAYS, measured)


def _finding(system: str, verdict: Verdict, why: Reason, measured: Mapping[str, Any]) -> Finding:
    return replace(judged(CHECK, system, verdict, why, measured=measured), system=system)


def _opened(desk: Desk, plan: Plan, system: str, told: _Told) -> Iterator[dict[str, Any]]:
    """Yield each account that is open again, with whose it is, what opened, since when, and whether it was used."""
    for section in _SECTIONS:
        for entry in plan.document[section]:
            if entry["system"] == system and "again" in entry:
                yield from _accounts(desk, plan, (section, entry), told)


def _accounts(
    desk: Desk, plan: Plan, found: tuple[str, Mapping[str, Any]], told: _Told
) -> Iterator[dict[str, Any]]:
    section, entry = found
    person, closed_at = plan.person(entry["person"]), entry["again"]["closed_at"]
    now = desk.clock().isoformat(timespec="seconds")
    for use, opened in zip(entry["observed"]["uses"], entry["observed"]["opened"], strict=True):
        known = (entry["system"], use["login"], closed_at)
        noticed_at, seen_closed_at = told.noticed.get(known, (now, told.looked_at.get(entry["system"], "")))
        if opened:
            yield {
                "person": person["number"],
                "name": person["name"],
                "unit": person["unit"],
                "list": person["list"],
                "effective_date": person["effective_date"],
                "login": use["login"],
                "opened": opened,
                "closed_at": closed_at,
                "seen_closed_at": max(seen_closed_at, closed_at),
                "noticed_at": noticed_at,
                "last_used_at": use["last_used_at"],
                "used": was_used(entry, use),
                "sure": section in _SURE,
            }


def was_used(entry: Mapping[str, Any], use: Mapping[str, Any]) -> bool:
    """Say whether an account was used after its owner had left and, where it was closed before, after that."""
    closed_at = entry.get("again", {}).get("closed_at", "")
    if not use["used_after_leaving"] or not closed_at:
        return bool(use["used_after_leaving"])
    return datetime.fromisoformat(use["last_used_at"]) > datetime.fromisoformat(closed_at)


def _told(desk: Desk) -> _Told:
    """Return what earlier findings have told of reopened accounts."""
    told = _Told()
    for entry in desk.evidence.entries(kinds=("finding",)):
        finding = entry.body.get("finding", {})
        if finding.get("check") != CHECK or finding.get("verdict") == Verdict.UNKNOWN.value:
            continue
        system, at = str(finding["subject"]), entry.ts.isoformat(timespec="seconds")
        quiet = told.looked_at.get(system, "")
        for one in finding["measured"]["accounts"] if finding["code"] in _TOLD else ():
            told.noticed.setdefault((system, one["login"], one["closed_at"]), (at, quiet))
        told.looked_at[system] = at
    return told
