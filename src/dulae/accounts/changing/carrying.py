"""Carrying out what has been approved, or taking it back, as findings and differences: the room behind two doors."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from dulae.accounts import refusing
from dulae.accounts.changing import applying, rehearsing
from dulae.accounts.changing import undo as undoing
from dulae.accounts.changing.result import Result, not_proven
from dulae.accounts.changing.verifying import LOGIN_REFUSED, ROW_READ_BACK
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan, find, plans
from dulae.accounts.refusing import RefusedPlan, of_plan
from dulae.accounts.standing import Standing, standings
from dulae.accounts.telling import shown
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.errors import PlanError
from dulae.refusals import said

CHECK = "access_change"

NOTHING = reason("access.nothing_approved", "no approved plan is waiting to be carried out")
EMPTY = reason("access.plan_empty", "plan {plan_id} names no account here; nothing was to be done")
APPLIED = reason(
    "access.applied",
    "plan {plan_id}: {disabled} accounts disabled, {ended} sessions and tokens ended; "
    "proven by a refused login {login_refused}, by reading back {row_read_back}",
)
DISABLED_BEFORE = reason(
    "access.disabled_before",
    "plan {plan_id}: somebody had disabled these accounts already, and they stay so when it is taken back: {logins}",
)
RECOVERED = reason(
    "access.recovered",
    "plan {plan_id}: an interrupted run had carried it out wholly; its {accounts} accounts are recorded now",
)
ALREADY = reason(
    "access.applied_before",
    "plan {plan_id} was carried out before, and its {accounts} accounts stay disabled",
)
NOT_PROVEN = reason(
    "access.not_proven", "plan {plan_id}: these accounts are open again or could not be looked at: {logins}"
)
SWEPT = reason(
    "access.swept",
    "plan {plan_id}: {ended_late} sessions or tokens that came while it was being carried out were ended after it",
)
COLLEAGUE = reason(
    "access.colleague_locked_out", "plan {plan_id}: the login of {colleague}, who has not left, is refused"
)
REFUSED = reason("access.refused", "plan {plan_id} was not carried out: {error}")
NOT_RESTORED = reason("access.undo_refused", "plan {plan_id} was not taken back: {error}")
UNREADABLE = reason("access.change_unknown", "plan {plan_id}: {error}")
WOULD = reason(
    "access.would_apply", "plan {plan_id} would disable {accounts} accounts; nothing was changed (check mode)"
)
UNDONE = reason(
    "access.undone", "plan {plan_id}: {accounts} accounts restored ({logins}); not restored: {not_restored}"
)
RESTORED_BEFORE = reason(
    "access.restored_before", "plan {plan_id} was taken back before; nothing is left to restore"
)
WOULD_UNDO = reason(
    "access.would_undo", "plan {plan_id} would restore {accounts} accounts; nothing was changed (check mode)"
)
_NONE = "-"


@dataclass(frozen=True)
class Order:
    """What to carry out: a plan by number (every approved one if empty), forwards or back, of one person or all."""

    plan: str = ""
    restore: bool = False
    person: int | None = None
    reason: str = ""


@dataclass
class Carried:
    """What came of it: findings, each plan's results, whether anything changed, and Ansible's differences.

    ``restores`` says that plans are taken back.
    """

    findings: list[Finding] = field(default_factory=list)
    plans: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = False
    diff: list[dict[str, str]] = field(default_factory=list)
    restores: bool = False


def carry_out(desk: Desk, order: Order, *, check_mode: bool = False) -> Carried:
    """Carry out an order; what may not be carried out is a finding that fails, and changes nothing.

    Raise PlanError where the order names no plan, LedgerError where evidence cannot be kept.
    """
    carried = Carried(restores=order.restore)
    if order.restore and not order.plan:
        raise RefusedPlan(refusing.UNNAMED)
    if order.restore and not order.reason.strip():
        raise of_plan(refusing.NO_REASON, order.plan)
    if not order.plan and not check_mode:
        _settle_undoing(desk, carried)
    for plan in [find(desk, order.plan)] if order.plan else list(_waiting(desk)):
        _add(carried, plan, _results(desk, plan, order, check_mode=check_mode), desk)
    idle = sorted(
        {kept.system for kept in desk.applications} - {finding.subject for finding in carried.findings}
    )
    if order.plan and not carried.findings:
        carried.findings += _about_empty(find(desk, order.plan))
    if not order.plan:
        carried.findings += [_said(system, Verdict.PASS, NOTHING) for system in idle]
    return carried


def _about_empty(plan: Plan) -> Iterator[Finding]:
    """Yield that a plan names nobody; of a system that could not be read, nobody knows whom it should have named."""
    for system in plan.document["systems"]:
        if system["readable"]:
            yield _said(system["system"], Verdict.PASS, EMPTY, plan_id=plan.plan_id)
        else:
            error = (
                f"could not be read when the plan was made ({system['observed']['unreadable']}); plan again"
            )
            yield _said(system["system"], Verdict.UNKNOWN, UNREADABLE, plan_id=plan.plan_id, error=error)


def _settle_undoing(desk: Desk, carried: Carried) -> None:
    """Find out how interrupted undoings ended; what is left of them is taken up by whoever asked for it."""
    known = standings(desk.evidence)
    for plan in list(plans(desk)):
        intents = known.get(plan.plan_id, Standing()).open_intents.values()
        if any(intent["kind"] == "undo.intent" for intent in intents):
            found = applying.settled(desk, plan).values()
            _add(carried, plan, [result for result in found if result.outcome != "rolled_back"], desk)


def _waiting(desk: Desk) -> Iterator[Plan]:
    """Yield the approved plans of which something is left to do, the oldest first."""
    known = standings(desk.evidence)
    for plan in reversed(list(plans(desk))):
        standing = known.get(plan.plan_id, Standing())
        state = standing.state(plan.systems, expired=desk.clock() >= plan.valid_until)
        if state in ("approved", "partly_applied", "interrupted"):
            yield plan


def _results(desk: Desk, plan: Plan, order: Order, *, check_mode: bool) -> list[Result]:
    made: list[Result] = []
    try:
        steps = _steps(desk, plan, order, check_mode=check_mode)
        made.extend(steps)
    except PlanError as error:
        # What was done in other systems before this stays told.
        done = {result.system for result in made}
        because = f"{error.what}. {error.remedy}" if error.remedy else error.what
        left = [system for system in plan.systems if system not in done]
        made.extend(Result(system, "refused", because, said=said(error)) for system in left)
    return made


def _steps(desk: Desk, plan: Plan, order: Order, *, check_mode: bool) -> Iterable[Result]:
    if order.restore:
        if check_mode:
            return rehearsing.undo(desk, plan, order.person)
        return undoing.undo(desk, plan, person=order.person, reason=order.reason)
    return rehearsing.apply(desk, plan) if check_mode else applying.apply(desk, plan)


def _add(carried: Carried, plan: Plan, results: Sequence[Result], desk: Desk) -> None:
    for result in results:
        carried.findings.append(_finding(plan, result, restore=carried.restores))
        carried.changed = carried.changed or result.changed
        carried.diff += [dict(each) for each in differences(plan, result)]
        if result.outcome in ("applied", "recovered"):
            carried.findings += [*_about_sweep(plan, result), *_about_colleague(desk, plan, result)]
            carried.findings += _about_disabled_before(plan, result)
    told = [
        {"system": each.system, "outcome": each.outcome, "because": each.because, "items": each.items}
        for each in results
    ]
    carried.plans.append({"plan_id": plan.plan_id, "plan_sha256": plan.sha256, "results": told})


def _said(system: str, verdict: Verdict, why: Reason, **measured: Any) -> Finding:
    return replace(judged(CHECK, system, verdict, why, measured=measured), system=system)


def _finding(plan: Plan, result: Result, *, restore: bool) -> Finding:
    numbers = {"plan_id": plan.plan_id, "accounts": len(result.items), **_numbers(result.items)}
    if result.because:
        refused = NOT_RESTORED if restore else REFUSED
        is_refused = result.outcome == "refused"
        verdict, why = (Verdict.FAIL, refused) if is_refused else (Verdict.UNKNOWN, UNREADABLE)
        quoted = {"error_said": [dict(result.said)]} if result.said else {}
        return _said(result.system, verdict, why, **numbers, error=result.because, **quoted)
    if result.outcome in ("applied", "recovered", "already") and (still := not_proven(result.items)):
        return _said(result.system, Verdict.FAIL, NOT_PROVEN, **{**numbers, "logins": shown(still)})
    return _said(result.system, Verdict.PASS, _WORDS[result.outcome], **numbers)


_WORDS = {
    "applied": APPLIED,
    "recovered": RECOVERED,
    "already": ALREADY,
    "undone": UNDONE,
    "restored_before": RESTORED_BEFORE,
    "would_apply": WOULD,
    "would_undo": WOULD_UNDO,
}


def _numbers(items: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    left = sum((Counter(item.get("not_restored", {})) for item in items), Counter[str]())
    return {
        "disabled": sum("disabled" in item.get("done", ()) for item in items),
        "ended": _total(items, "ended"),
        "login_refused": sum(item.get("verified") == LOGIN_REFUSED for item in items),
        "row_read_back": sum(item.get("verified") == ROW_READ_BACK for item in items),
        "logins": shown([str(item["login"]) for item in items]) or _NONE,
        "not_restored": ", ".join(f"{what} {count}" for what, count in sorted(left.items())) or _NONE,
    }


def _about_sweep(plan: Plan, result: Result) -> Iterator[Finding]:
    """Yield how many sessions and tokens came in the moment of the commit, where any did."""
    if ended := _total(result.items, "ended_late"):
        yield _said(result.system, Verdict.PASS, SWEPT, plan_id=plan.plan_id, ended_late=ended)


def _total(items: Sequence[Mapping[str, Any]], name: str) -> int:
    return sum(sum(item.get(name, {}).values()) for item in items)


def _about_colleague(desk: Desk, plan: Plan, result: Result) -> Iterator[Finding]:
    """Yield a finding that fails where a colleague who has not left cannot get in any more."""
    application = desk.application(result.system)
    probe = application.login_probe if application else None
    if probe and probe.colleague_gets_in() is False:
        yield _said(result.system, Verdict.FAIL, COLLEAGUE, plan_id=plan.plan_id, colleague=probe.colleague)


def _about_disabled_before(plan: Plan, result: Result) -> Iterator[Finding]:
    """Yield which accounts the plan found disabled: by hand, or by another control host."""
    if logins := [str(item["login"]) for item in result.items if "was_disabled" in item.get("done", ())]:
        yield _said(result.system, Verdict.PASS, DISABLED_BEFORE, plan_id=plan.plan_id, logins=shown(logins))


def differences(plan: Plan, result: Result) -> Iterator[dict[str, str]]:
    """Yield Ansible's difference of each account that was changed, or would be; secrets only as their state."""
    if not (result.changed or result.outcome.startswith("would")):
        return
    planned = {item["person"]: item for item in plan.of(result.system)}
    for item in result.items:
        before, after = _lines(planned[item["person"]])
        if result.outcome in ("undone", "would_undo"):
            before, after = after, before
        header = f"{result.system}: {item['login']}"
        yield {"before_header": header, "after_header": header, "before": before, "after": after}


def _lines(item: Mapping[str, Any]) -> tuple[str, str]:
    shown_before = {**item["before"], **item["observed"]["also"]}
    before = "".join(f"{column}: {value}\n" for column, value in shown_before.items())
    after = "".join(f"{column}: {value}\n" for column, value in item["writes"].items())
    return before, after + "".join(f"{what}: ended\n" for what in item["ends"])
