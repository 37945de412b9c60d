"""What keeps a review from its work: no citizen numbers to match by, tables that keep half of a change.

Neither is anybody's fault who is on a list, so it is told besides what the review found.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

from dulae.accounts.applications import Application
from dulae.accounts.databases.transactions import remedy_of
from dulae.accounts.desk import Desk
from dulae.accounts.placing import tables_of
from dulae.accounts.plan import Plan
from dulae.accounts.profiles.shapes import Attribute, Elsewhere
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason

NUMBERS_CHECK = "access_numbers"
TABLES_CHECK = "access_tables"

NOT_NAMED = reason(
    "access.numbers_not_named",
    "matching by names only, so that a person must decide on every leaver: the settings do not say where the citizen "
    "numbers of {active} active accounts stand; write accounts.users.citizen_id in systems.yml",
)
NONE_FILLED = reason(
    "access.numbers_missing",
    "matching by names only, so that a person must decide on every leaver: none of {active} active accounts has a "
    "valid citizen number in {column}; have them filled in, or name the right column in systems.yml",
)
NO_TRANSACTIONS = reason(
    "access.tables_without_transactions",
    "no account can be disabled here, for half of a change could stay: {tables}; after a backup: {statements}",
)


def findings(desk: Desk, plan: Plan) -> Iterator[Finding]:
    """Yield what hinders in each application that could be read."""
    for system in plan.document["systems"]:
        application = desk.application(system["system"])
        if application and system["readable"]:
            yield from _about(application, system["observed"])


def _about(application: Application, observed: Mapping[str, Any]) -> Iterator[Finding]:
    if observed["active"] and not observed["numbered"]:
        column = application.profile.users.citizen_id
        measured = {"active": observed["active"], "column": _named(column)}
        why = NOT_NAMED if column is None else NONE_FILLED
        yield _warning(application, NUMBERS_CHECK, why, measured)
    if obstacles := observed["obstacles"]:
        statements = "; ".join(map(remedy_of, obstacles))
        measured = {"tables": tables_of(obstacles), "statements": statements}
        yield _warning(application, TABLES_CHECK, NO_TRANSACTIONS, measured)


def _named(column: Attribute | None) -> str:
    """Return a column as the settings write it."""
    return f"{column.table}.{column.column}" if isinstance(column, Elsewhere) else column or "-"


def _warning(application: Application, check: str, why: Reason, measured: Mapping[str, Any]) -> Finding:
    made = judged(check, application.system, Verdict.WARN, why, measured=measured)
    return replace(made, system=application.system)
