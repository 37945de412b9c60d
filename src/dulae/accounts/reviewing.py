"""The weekly review's word on each system: can anybody log in whose day has come? (procedure 6.4)

Not to know is never a pass: no list, or a database that cannot be read, is unknown.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from dulae.accounts import hindering, lagging, pending, placing
from dulae.accounts import plan as plans
from dulae.accounts.account import Spelling
from dulae.accounts.desk import Desk
from dulae.accounts.earlier import again, catching_up, departing, outstanding, reopened
from dulae.accounts.earlier.watching import Watch
from dulae.accounts.lagging import LagLimit
from dulae.accounts.matching import PROPOSING, Index, Tier
from dulae.accounts.plan import Plan
from dulae.accounts.sheet import NO_LIST, Sheet, checked, load, sheet
from dulae.accounts.standing import Standing, standings
from dulae.accounts.survey import Survey, survey
from dulae.accounts.telling import shown
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.errors import ListError

CHECK = "access"
USE_CHECK = "access_use"

NO_LIST_CAME = reason("access.no_list", "there is no list to compare the accounts with: {error}")
UNREADABLE = reason("access.unreadable", "the accounts cannot be read: {error}")
NONE_ACTIVE = reason(
    "access.none_active",
    "nobody who has left can log in: {already} disabled, {no_account} without an account; {waiting} wait for their day",
)
TO_APPROVE = reason(
    "access.still_active",
    "{proposed} who have left can still log in ({logins}); plan {plan_id} awaits a second person's approval",
)
TO_APPLY = reason(
    "access.not_applied",
    "{proposed} who have left can still log in ({logins}); plan {plan_id} is approved, not applied",
)
BRAKED = reason(
    "access.braked", "{proposed} who have left can still log in; plan {plan_id} is stopped: {brake}"
)
PROTECTED = reason(
    "access.protected_leaver",
    "{protected} who have left hold an account that is only changed by hand: {logins}",
)
NO_TRANSACTIONS = reason(
    "access.not_changeable",
    "{protected} who have left can still log in ({logins}); no plan can disable them, "
    "for {tables} keep no transactions",
)
REVIEW = reason(
    "access.to_review", "{review} open accounts may belong to people on the list; a person must decide"
)
USED = reason("access.used_after_leaving", "{used} accounts were used after their owner's last day: {logins}")
OPEN = reason(
    "access.open_after_disabling", "{used} disabled accounts still have sessions or tokens: {logins}"
)

_NOT_YET = "-"
_SURE = {tier.why.code for tier in (*PROPOSING, Tier.ID_AND_FIRST_NAME)}


@dataclass(frozen=True)
class Review:
    """What came of a week's list: the findings, and the plan where one could be made."""

    findings: tuple[Finding, ...]
    plan: Plan | None = None
    changed: bool = False

    def told(self) -> dict[str, Any]:
        """Return what a door says of the plan: its number, hash and file, how many accounts it concerns.

        Of these it says how many are open again though their owners left earlier.
        """
        plan = self.plan
        return {
            "plan_id": plan.plan_id if plan else "",
            "plan_sha256": plan.sha256 if plan else "",
            "plan_path": str(plan.path) if plan and plan.sha256 else "",
            "proposed": len(plan.items) if plan else 0,
            "opened_again": sum(item.get("again") is not None for item in plan.items) if plan else 0,
        }


@dataclass(frozen=True)
class Manner:
    """How a review is made: in check mode nothing is kept; from which lag on disabling is late."""

    check_mode: bool = False
    lag: LagLimit = field(default_factory=LagLimit)


def review(
    desk: Desk, source: Path | Mapping[str, Any], spelling: Spelling, manner: Manner | None = None
) -> Review:
    """Compare a judged list (its file, or itself) with every application and keep the plan that follows.

    Leavers of earlier lists who can still log in, or can again, are part of it, also in a week without a list: then all
    that is not worse is unknown. Raise PlanError or LedgerError if the plan cannot be kept.
    """
    manner, missing = manner or Manner(), None
    try:
        document = load(source) if isinstance(source, Path) else checked(source)
        sheet(document, spelling, str(source) if isinstance(source, Path) else "")
    except ListError as error:
        missing, document = error, dict(NO_LIST)
    overdue = catching_up.overdue(desk, str(document["sha256"]))
    past = departing.past(desk.evidence)
    document = outstanding.joined(desk, document, past.undone, catching_up.told_by(desk, overdue))
    kept = again.without_given_back(desk, sheet(document, spelling, str(desk.outstanding)), past)
    watched = again.watch(desk, spelling, kept, past)
    is_asked = not missing or kept.leavers or watched.known
    surveys = surveyed(desk, kept, spelling, watched) if is_asked else []
    kept, surveys = again.joined(kept, surveys, watched)
    if missing and not kept.leavers:
        unknown = (_unknown(one.system, NO_LIST_CAME, missing) for one in desk.applications)
        said = reopened.findings(desk, watched, surveys, None)
        return Review((*unknown, *catching_up.findings(overdue), *said))
    plan, is_new = plans.draft(desk, kept, surveys)
    if not manner.check_mode:
        plan = _kept(desk, document, plan)
    made = findings(desk, plan)
    told = [*(_without_list(made, missing) if missing else made), *catching_up.findings(overdue)]
    told += [*reopened.findings(desk, watched, surveys, plan), *_figures(desk, plan, manner)]
    return Review(tuple(told), plan, is_new and not manner.check_mode)


def _kept(desk: Desk, document: Mapping[str, Any], drafted: Plan) -> Plan:
    """Keep what must not be forgotten, then the plan: with its entry in the ledger the list counts as compared."""
    outstanding.keep(desk, document, drafted)
    plan = plans.keep(desk, drafted)
    catching_up.forget(desk)
    return plan


def _figures(desk: Desk, plan: Plan, manner: Manner) -> Iterator[Finding]:
    """Yield what a review measures besides: what hinders it, the lag, and what waits at the leavers' accounts."""
    yield from hindering.findings(desk, plan)
    yield from lagging.findings(desk, plan, manner.lag)
    yield from pending.findings(desk, plan)


def _without_list(made: Iterable[Finding], missing: ListError) -> Iterator[Finding]:
    """Yield what is known without this week's list: what fails, fails; that all is well cannot be known."""
    for finding in made:
        fails = finding.verdict in (Verdict.FAIL, Verdict.UNKNOWN)
        yield finding if fails else _unknown(finding.system, NO_LIST_CAME, missing)


def surveyed(desk: Desk, kept: Sheet, spelling: Spelling, watched: Watch | None = None) -> list[Survey]:
    """Return what each application says of the people on a list, and of those whom ``watched`` looks for."""
    index = Index(kept.sought)
    return [survey(application, index, spelling, watched) for application in desk.applications]


def findings(desk: Desk, plan: Plan) -> Iterator[Finding]:
    """Yield one finding for each system, and one more where an account was used that should not have been."""
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    told = _told_before(desk)
    for system in plan.document["systems"]:
        name = system["system"]
        if not system["readable"]:
            yield _unknown(name, UNREADABLE, system["observed"]["unreadable"])
            continue
        yield replace(_about(plan, system, approved=bool(standing.approvals)), system=name)
        yield from _about_use(plan, name, told)


def _unknown(system: str, why: Reason, error: object) -> Finding:
    return replace(judged(CHECK, system, Verdict.UNKNOWN, why, measured={"error": str(error)}), system=system)


def _about(plan: Plan, system: Mapping[str, Any], *, approved: bool) -> Finding:
    counts, obstacles = system["observed"]["counts"], system["observed"]["obstacles"]
    section = {name: _of(plan, name, system["system"]) for name in ("items", "protected", "review")}
    measured = {
        "plan_id": plan.plan_id or _NOT_YET,
        "accounts": system["observed"]["accounts"],
        "proposed": len(section["items"]),
        "protected": len(section["protected"]),
        "review": len(section["review"]),
        "logins": _logins(section["items"] or section["protected"]),
        "tables": placing.tables_of(obstacles) or _NOT_YET,
        "brake": "; ".join(brake["because"] for brake in system["brakes"]) or _NOT_YET,
        **({"brake_said": system["brakes"]} if system["brakes"] else {}),
        **{
            name: counts.get(name, 0)
            for name in ("waiting", "already", "no_account", "repeated", "set_aside")
        },
    }
    active = BRAKED if system["brakes"] and not approved else TO_APPLY if approved else TO_APPROVE
    for holds, verdict, why in (
        (section["items"], Verdict.FAIL, active),
        (section["protected"] and obstacles, Verdict.FAIL, NO_TRANSACTIONS),
        (section["protected"], Verdict.FAIL, PROTECTED),
        (section["review"], Verdict.WARN, REVIEW),
    ):
        if holds:
            return judged(CHECK, system["system"], verdict, why, measured=measured)
    return judged(CHECK, system["system"], Verdict.PASS, NONE_ACTIVE, measured=measured)


def _of(plan: Plan, section: str, system: str) -> list[Mapping[str, Any]]:
    return [entry for entry in plan.document[section] if entry["system"] == system]


def _logins(entries: Sequence[Mapping[str, Any]]) -> str:
    return shown([entry["account"]["login"] for entry in entries])


def _about_use(plan: Plan, system: str, told: set[tuple[str, str, str]]) -> Iterator[Finding]:
    """Yield what was used after its owner's last day, and disabled accounts with something still open.

    A use by an account that is disabled by now is told once.
    """
    now = [*_of(plan, "items", system), *_of(plan, "protected", system)]
    before = [entry for entry in _of(plan, "already", system) if entry["match"]["code"] in _SURE]
    late = list(_late(plan, now))
    late += [use for use in _late(plan, before) if (system, use["login"], use["last_used_at"]) not in told]
    if late:
        yield _use_finding(system, USED, late)
    uses = itertools.chain.from_iterable(map(_of_the_disabled, [*now, *_of(plan, "review", system)]))
    if still_open := [use for use in uses if any(use["open"].values())]:
        yield _use_finding(system, OPEN, still_open)


def _of_the_disabled(entry: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Yield how the disabled ones of an entry's accounts were used that are surely the leaver's."""
    uses = entry["observed"]["uses"]
    if "account" in entry:
        yield from uses if entry["account"].get("disabled") else ()
        return
    for account, use in zip(entry["accounts"], uses, strict=True):
        if not account["active"] and account["tier"] in _SURE:
            yield use


def _late(plan: Plan, entries: Sequence[Mapping[str, Any]]) -> Iterator[dict[str, Any]]:
    for entry in entries:
        person = plan.person(entry["person"])
        for use in entry["observed"]["uses"]:
            if reopened.was_used(entry, use):
                yield {**use, "person": person["number"], "effective_date": person["effective_date"]}


def _use_finding(system: str, why: Reason, uses: Sequence[Mapping[str, Any]]) -> Finding:
    measured = {"used": len(uses), "logins": shown([use["login"] for use in uses]), "uses": list(uses)}
    return replace(judged(USE_CHECK, system, Verdict.FAIL, why, measured=measured), system=system)


def _told_before(desk: Desk) -> set[tuple[str, str, str]]:
    """Return which uses earlier findings have told: system, login, and when."""
    found = (entry.body.get("finding", {}) for entry in desk.evidence.entries(kinds=("finding",)))
    return {
        (finding["subject"], use["login"], use["last_used_at"])
        for finding in found
        if finding.get("code") == USED.code
        for use in finding["measured"]["uses"]
    }
