"""Carrying out exactly an approved plan: one transaction for each application, wholly or not at all.

The intent is recorded before, the result after. What an attempt that was killed between the two has done is found out
and recorded before anything else happens.
"""

from __future__ import annotations

import contextlib
import secrets
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from filelock import FileLock, Timeout

from dulae.accounts import private, refusing
from dulae.accounts.applications import Application
from dulae.accounts.approval import demand_known, standing_approval
from dulae.accounts.changing import keeping, recovery, writing
from dulae.accounts.changing.keeping import Change, Kept
from dulae.accounts.changing.result import Result, applied, failed, head, verified_items
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.databases import database, refusals
from dulae.accounts.databases.tables import tables
from dulae.accounts.desk import Desk
from dulae.accounts.earlier import outstanding
from dulae.accounts.plan import Plan, given_back_since
from dulae.accounts.refusing import RefusedPlan, of_plan
from dulae.accounts.standing import Standing, standings
from dulae.errors import DatabaseError, PlanError, RemoteError
from dulae.refusals import said

_TOKEN_BYTES = 8


def permitted(desk: Desk, plan: Plan) -> Standing:
    """Return how far a plan has come, if it may be carried out; raise PlanError with what stands against it."""
    known = standings(desk.evidence)
    standing = known.get(plan.plan_id, Standing())
    demand_known(plan, standing)
    if standing.undone:
        raise of_plan(refusing.TAKEN_BACK, plan.plan_id)
    _demand_brakes(plan, standing_approval(desk, plan, standing))
    _demand_leaving(desk, plan)
    if names := given_back_since(desk, plan, known):
        raise of_plan(refusing.GIVEN_BACK, plan.plan_id, names=", ".join(names))
    # What was applied may be looked at again after the plan's time; nothing new is begun then.
    if desk.clock() >= plan.valid_until and set(plan.systems) - set(standing.applied):
        raise of_plan(refusing.EXPIRED, plan.plan_id, until=desk.told(plan.valid_until))
    return standing


def _demand_leaving(desk: Desk, plan: Plan) -> None:
    """Raise PlanError where the newest list says that somebody in the plan stays, or leaves on a later day."""
    stay = outstanding.otherwise(desk)
    names = sorted({plan.person(item["person"])["name"] for item in plan.items if _ref(plan, item) in stay})
    if names:
        raise of_plan(refusing.OTHERWISE, plan.plan_id, names=", ".join(names))


def _ref(plan: Plan, item: Mapping[str, Any]) -> str:
    return str(plan.person(item["person"])["ref"])


def _demand_brakes(plan: Plan, approval: Mapping[str, Any]) -> None:
    stopped = [brake for system in plan.document["systems"] for brake in system["brakes"]]
    declared = [brake for brake in stopped if brake["code"] == "access.brake_declared"]
    if declared:
        raise of_plan(refusing.DECLARED, plan.plan_id, **_said(declared[0]))
    if stopped and approval.get("bulk") != len(plan.items):
        raise of_plan(refusing.BRAKED, plan.plan_id, accounts=len(plan.items), **_said(stopped[0]))


def _said(brake: Mapping[str, Any]) -> dict[str, Any]:
    return {"brake": brake["because"], "brake_said": [brake]}


def apply(desk: Desk, plan: Plan) -> Iterator[Result]:
    """Yield what came of an approved plan in each system; one that cannot be asked does not stop the others.

    Raise PlanError where the plan may not be carried out, LedgerError where evidence cannot be kept.
    """
    found = settled(desk, plan)
    if plan.items:
        permitted(desk, plan)
    for system in plan.systems:
        if system in found and found[system].outcome != "rolled_back":
            yield found[system]
            continue
        with locked(desk, system):
            yield _apply(desk, plan, application_of(desk, system))


def application_of(desk: Desk, system: str) -> Application:
    """Return the application of a system; raise PlanError where the settings no longer have it."""
    found = desk.application(system)
    if found is None:
        raise RefusedPlan(refusing.NO_SYSTEM, system=system)
    return found


def settled(desk: Desk, plan: Plan) -> dict[str, Result]:
    """Find out how interrupted attempts ended, in every system of a plan; return what was found where there was one."""
    found = {}
    for system in plan.systems:
        with locked(desk, system):
            try:
                result = recovery.settle(desk, plan, application_of(desk, system))
            except (DatabaseError, RemoteError) as error:
                result = Result(system, "unreadable", str(error))
        if result:
            found[system] = result
    return found


@contextlib.contextmanager
def locked(desk: Desk, system: str) -> Iterator[None]:
    """Keep every other change of a system's accounts away; raise PlanError where one is under way."""
    try:
        with FileLock(private.folder(desk.locks) / f"accounts-{system}.lock", timeout=0, mode=0o600):
            yield
    except Timeout as error:
        raise RefusedPlan(refusing.BUSY, system=system) from error


def _apply(desk: Desk, plan: Plan, application: Application) -> Result:
    system = application.system
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    if system not in standing.applied:
        return _attempt(desk, plan, application)
    kept = keeping.load(desk, plan.plan_id, system, standing.applied[system])
    items = verified_items(desk, application, kept) if kept else []
    return Result(system, "already", items=items)


def _attempt(desk: Desk, plan: Plan, application: Application) -> Result:
    """Carry out the plan in one system; whatever goes wrong before the commit leaves everything as it was."""
    system, attempt = application.system, secrets.token_hex(_TOKEN_BYTES)
    planned = [{"person": item["person"], "account_key": item["account"]["key"]} for item in plan.of(system)]
    intent = {**head(plan, system, attempt), "by": desk.operator.name, "items": planned}
    desk.record("change.intent", intent)
    changes: list[Change] = []
    try:
        with database.writing(application.database) as connection:
            changes = _written(desk, plan, application, (connection, attempt))
    except StaleError as error:
        made = failed(desk, plan, "change.result", (system, attempt, "refused", str(error)))
        return replace(made, said=said(error))
    except (PlanError, DatabaseError, RemoteError) as error:
        if changes and not refusals.is_whole(error.__cause__):
            return _unclear(system, error)
        return failed(desk, plan, "change.result", (system, attempt, "rolled_back", str(error)))
    return applied(desk, plan, application, Kept(attempt, tuple(changes)))


def _written(desk: Desk, plan: Plan, application: Application, way: tuple[Any, str]) -> list[Change]:
    connection, attempt = way
    found = tables(connection, application.profile)
    changes = writing.prepared(connection, application, found, (desk.key, plan.of(application.system)))
    writing.write(connection, application, found, changes)
    keeping.keep(desk, plan, application.system, Kept(attempt, tuple(changes)))
    return changes


def _unclear(system: str, error: Exception) -> Result:
    """Return that the connection was lost at the commit; the intent stays open, and the next run finds out."""
    what = f"the connection was lost at the commit ({error}). Run it again: it finds out what was written"
    return Result(system, "unclear", what)
