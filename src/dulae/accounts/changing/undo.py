"""Taking back what a plan did: exactly the previous values of what it changed, and what cannot come back is said."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace

from dulae.accounts import refusing
from dulae.accounts.applications import Application
from dulae.accounts.changing import changed, keeping, recovery, writing
from dulae.accounts.changing.applying import application_of, locked, settled
from dulae.accounts.changing.keeping import Change
from dulae.accounts.changing.result import Result, failed, head
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.databases import database, refusals
from dulae.accounts.databases.tables import tables, users_by_key
from dulae.accounts.databases.values import encoded
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan
from dulae.accounts.refusing import RefusedPlan, of_plan
from dulae.accounts.standing import Standing, standings
from dulae.errors import DatabaseError, RemoteError
from dulae.refusals import said

_TOKEN_BYTES = 8


def undo(desk: Desk, plan: Plan, *, person: int | None = None, reason: str = "") -> Iterator[Result]:
    """Yield what was restored in each system in which the plan was applied; ``person`` is a number of the plan, or all.

    Raise PlanError where there is nothing to undo, LedgerError where evidence cannot be kept.
    """
    yield from (
        result for result in settled(desk, plan).values() if result.outcome in ("unreadable", "undone")
    )
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    for system, _ in list(to_undo(desk, plan, standing, person)):
        if system not in standing.open_intents:
            with locked(desk, system):
                yield _undo(desk, plan, application_of(desk, system), (person, reason))


def to_undo(
    desk: Desk, plan: Plan, standing: Standing, person: int | None
) -> Iterator[tuple[str, tuple[Change, ...]]]:
    """Yield each system in which the plan was applied, with what is not taken back yet of one person or all.

    Raise PlanError where there is none, or where the previous values are gone.
    """
    if person is not None:
        plan.person(person)
    if not standing.applied and not standing.open_intents:
        raise of_plan(refusing.NOT_APPLIED, plan.plan_id)
    if person is not None and standing.applied and not _is_concerned(standing, person):
        raise of_plan(refusing.NOT_CHANGED, plan.plan_id, person=person)
    for system in plan.systems:
        if system in standing.applied:
            changes = _changes(desk, plan, standing, (system, person))
            if changes or person in (None, *(number for kept, number in standing.undone if kept == system)):
                yield system, changes


def _is_concerned(standing: Standing, person: int) -> bool:
    """Say whether a plan has disabled somebody anywhere, also where that was taken back since."""
    return any(number == person for _, number in standing.disabled)


def _undo(desk: Desk, plan: Plan, application: Application, asked: tuple[int | None, str]) -> Result:
    person, reason = asked
    # Read again under the lock: another run may have been faster.
    standing = standings(desk.evidence)[plan.plan_id]
    changes = _changes(desk, plan, standing, (application.system, person))
    if not changes:
        return Result(application.system, "restored_before")
    return _attempt(desk, plan, application, (standing.applied[application.system], changes, reason))


def _changes(desk: Desk, plan: Plan, standing: Standing, asked: tuple[str, int | None]) -> tuple[Change, ...]:
    """Return what was changed and is not taken back yet; raise PlanError if the previous values are gone."""
    system, person = asked
    attempt = standing.applied[system]
    kept = keeping.load(desk, plan.plan_id, system, attempt)
    if kept is None:
        raise RefusedPlan(refusing.GONE, str(keeping.path(desk, plan.plan_id, system, attempt)))
    return tuple(
        change
        for change in kept.changes
        if person in (None, change.person) and (system, change.person) not in standing.undone
    )


def _attempt(
    desk: Desk, plan: Plan, application: Application, order: tuple[str, tuple[Change, ...], str]
) -> Result:
    undoes, changes, reason = order
    system, attempt = application.system, secrets.token_hex(_TOKEN_BYTES)
    intent = {
        **head(plan, system, attempt),
        "undoes": undoes,
        "by": desk.operator.name,
        "reason": reason,
        "items": [{"person": change.person, "account_key": encoded(change.key)} for change in changes],
    }
    desk.record("undo.intent", intent)
    committing = False
    try:
        with database.writing(application.database) as connection:
            found = tables(connection, application.profile)
            keys = [change.key for change in changes]
            rows = users_by_key(connection, application.profile, found, keys, lock=True)
            now = [(change, rows.get(change.key)) for change in changes]
            changed.demand_as_disabled(application, desk.key, plan, now)
            writing.restore(connection, application, found, changes)
            committing = True
    except StaleError as error:
        made = failed(desk, plan, "undo.result", (system, attempt, "refused", str(error)))
        return replace(made, said=said(error))
    except (DatabaseError, RemoteError) as error:
        if committing and not refusals.is_whole(error.__cause__):
            return Result(system, "unclear", f"{error}. Run it again: it finds out what was written")
        return failed(desk, plan, "undo.result", (system, attempt, "rolled_back", str(error)))
    return recovery.undone(desk, plan, application, (attempt, changes))
