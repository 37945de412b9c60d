"""An application's accounts by kind: active, dormant, orphaned, privileged. Reads only (procedure 6.4, monthly)."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from dulae.accounts.account import Account, Spelling, accounts
from dulae.accounts.applications import Application
from dulae.accounts.databases import database
from dulae.accounts.databases.tables import tables, users_rows
from dulae.accounts.monthly import owning
from dulae.accounts.telling import shown
from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.errors import DatabaseError, RemoteError

CHECK = "accounts"

IN_ORDER = reason(
    "access.accounts_in_order",
    "{accounts} accounts, {active} active: {dormant} dormant, {never_used} never used, {orphaned} without an owner, "
    "{privileged} administrators",
)
TOO_MANY = reason(
    "access.accounts_to_clear",
    "{dormant} accounts unused for {dormant_days} days ({dormant_logins}), "
    "{orphaned} without an owner ({orphaned_logins})",
)
UNREADABLE = reason("access.accounts_unreadable", "the accounts cannot be read: {error}")
_NONE = "-"
_KEPT = 200


@dataclass(frozen=True)
class Limits:
    """How long an account may be unused, and how many may be dormant or without an owner before it is a warning."""

    dormant_days: int = 90
    max_dormant: int = 0
    max_orphaned: int = 0


@dataclass
class Counts:
    """How many accounts there are of each kind; logins of the first ones for whoever follows it up."""

    accounts: int = 0
    active: int = 0
    disabled: int = 0
    privileged: int = 0
    never_used: int = 0
    dormant: int = 0
    orphaned: int = 0
    logins: dict[str, list[str]] = field(
        default_factory=lambda: {"dormant": [], "never_used": [], "orphaned": [], "privileged": []}
    )

    def note(self, kind: str, login: str) -> None:
        """Count one account of a kind, and remember the first ones."""
        setattr(self, kind, getattr(self, kind) + 1)
        if len(self.logins[kind]) < _KEPT:
            self.logins[kind].append(login)


def count(application: Application, spelling: Spelling, limits: Limits, now: datetime) -> list[Finding]:
    """Return what an application's accounts are, and whose; a database that cannot be read is unknown."""
    profile = application.profile
    owners = owning.Owners(application, now.astimezone(profile.timezone).date())
    try:
        with database.reading(application.database) as connection:
            rows = users_rows(connection, tables(connection, profile))
            found = _noted(accounts(rows, profile, spelling), owners)
            counted = counts(found, application, now - timedelta(days=limits.dormant_days))
    except (DatabaseError, RemoteError) as error:
        made = judged(CHECK, application.system, Verdict.UNKNOWN, UNREADABLE, measured={"error": str(error)})
        return [replace(made, system=application.system)]
    kinds = replace(judge(application.system, counted, limits), system=application.system)
    return [kinds, *owning.findings(application.system, owners.owned())]


def _noted(found: Iterable[Account], owners: owning.Owners) -> Iterator[Account]:
    """Yield accounts as they stream by, each shown to whoever looks for owners."""
    for account in found:
        owners.note(account)
        yield account


def counts(found: Iterable[Account], application: Application, used_since: datetime) -> Counts:
    """Return how many accounts there are of each kind.

    Never used: active, with no login on record although the application keeps it. Dormant: active, used before
    ``used_since`` for the last time. Without an owner: active, with no citizen number although the application keeps
    them. Protected accounts are known to somebody, and neither; shared ones and contractors' have an owner.
    """
    made = Counts()
    for account in found:
        made.accounts += 1
        if not account.active:
            made.disabled += 1
            continue
        made.active += 1
        for kind in _kinds(account, application, used_since):
            made.note(kind, account.login)
    return made


def _kinds(account: Account, application: Application, used_since: datetime) -> Collection[str]:
    is_known, users = owning.is_known(application, account.login), application.profile.users
    is_protected = application.protects(account.login)
    kinds = {
        "privileged": account.privileged,
        "dormant": not is_protected
        and account.last_login_at is not None
        and account.last_login_at < used_since,
        "never_used": users.last_login_at is not None and account.last_login_at is None,
        "orphaned": not is_known and users.citizen_id is not None and not account.citizen_id,
    }
    return [kind for kind, holds in kinds.items() if holds]


def judge(system: str, counted: Counts, limits: Limits) -> Finding:
    """Say whether more accounts are dormant or without an owner than allowed."""
    numbers = {name: value for name, value in vars(counted).items() if name != "logins"}
    names = {f"{kind}_logins": shown(logins) or _NONE for kind, logins in counted.logins.items()}
    too_many = counted.dormant > limits.max_dormant or counted.orphaned > limits.max_orphaned
    verdict, why = (Verdict.WARN, TOO_MANY) if too_many else (Verdict.PASS, IN_ORDER)
    return judged(CHECK, system, verdict, why, measured={**numbers, **names}, limit=vars(limits))
