"""What carrying out a plan, or taking it back, would do: all is looked at, nothing is written (check mode)."""

from __future__ import annotations

from collections.abc import Iterator

from dulae.accounts.applications import Application
from dulae.accounts.changing import writing
from dulae.accounts.changing.applying import application_of, permitted
from dulae.accounts.changing.result import Result
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.changing.undo import to_undo
from dulae.accounts.databases import database
from dulae.accounts.databases.tables import tables
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan
from dulae.accounts.standing import Standing, standings
from dulae.errors import DatabaseError, RemoteError
from dulae.refusals import said


def apply(desk: Desk, plan: Plan) -> Iterator[Result]:
    """Yield what would come of a plan in each system; raise PlanError where it may not be carried out."""
    standing = permitted(desk, plan) if plan.items else Standing()
    for system in plan.systems:
        if system in standing.applied:
            yield Result(system, "already")
        else:
            yield _apply(desk, plan, application_of(desk, system))


def _apply(desk: Desk, plan: Plan, application: Application) -> Result:
    system = application.system
    try:
        with database.reading(application.database) as connection:
            found = tables(connection, application.profile)
            order = (desk.key, plan.of(system))
            changes = writing.prepared(connection, application, found, order, lock=False)
    except StaleError as error:
        return Result(system, "refused", str(error), said=said(error))
    except (DatabaseError, RemoteError) as error:
        return Result(system, "unreadable", str(error))
    items = [{"person": change.person, "login": change.login} for change in changes]
    return Result(system, "would_apply", items=items, changed=True)


def undo(desk: Desk, plan: Plan, person: int | None) -> Iterator[Result]:
    """Yield what would be restored in each system; raise PlanError where there is nothing to undo."""
    standing = standings(desk.evidence).get(plan.plan_id, Standing())
    for system, changes in to_undo(desk, plan, standing, person):
        items = [{"person": change.person, "login": change.login} for change in changes]
        yield Result(system, "would_undo" if items else "restored_before", items=items, changed=bool(items))
