"""The accounts against the full staff list: who has one and is not on it, who has several (6.4, monthly).

By citizen number alone. An account without a number is only told: a name and a unit never prove anything. Nothing is
disabled by this, for a staff list says who is there, not who has left.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from dulae.accounts.account import Account, Spelling, accounts
from dulae.accounts.applications import Application
from dulae.accounts.databases import database
from dulae.accounts.databases.tables import tables, users_rows
from dulae.accounts.monthly.owning import is_known
from dulae.accounts.telling import counted
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.errors import DatabaseError, ListError, RemoteError

CHECK = "accounts_staff"

RECONCILED = reason(
    "access.staff_agrees",
    "{matched} of {active} active accounts belong to people on the staff list of {staff}; {without} have none",
)
TO_CLEAR = reason(
    "access.staff_differs",
    "{not_listed} active accounts are of nobody on the staff list ({not_listed_logins}), {unnumbered} cannot be "
    "compared ({unnumbered_logins}), {several} are further ones of one person ({several_logins}), {other_name} have "
    "another name than the list ({other_name_logins}); nothing was disabled",
)
DOUBTFUL = reason(
    "access.staff_doubtful",
    "only {matched} of {active} active accounts belong to people on the list of {staff}: "
    "it may not be the full staff list",
)
UNREAD = reason("access.staff_unread", "the accounts were not compared with a staff list: {error}")


@dataclass(frozen=True)
class Staff:
    """The staff list by citizen number: names in one spelling; how many rows have none, and how many are repeated."""

    names: Mapping[str, str]
    unnumbered_rows: int = 0
    repeated_rows: int = 0


def staff(rows: Iterable[Mapping[str, Any]], place: str = "staff list") -> Staff:
    """Return the staff of a list's rows as the people room reads them (whole citizen numbers).

    Raise ListError where no row has a citizen number, so that nothing can be compared.
    """
    found: dict[str, str] = {}
    counts: Counter[str] = Counter()
    for row in rows:
        number = str(row.get("citizen_id") or "")
        if not number.isdecimal():
            counts["unnumbered"] += 1
        elif number in found:
            counts["repeated"] += 1
        else:
            found[number] = str(row.get("name_key") or "")
    if not found:
        raise ListError("no row of it has a citizen number", place=place, remedy="Ask for the list with them")
    return Staff(found, counts["unnumbered"], counts["repeated"])


@dataclass
class _Compared:
    active: int = 0
    numbers: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    not_listed: list[str] = field(default_factory=list)
    unnumbered: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    other_name: list[str] = field(default_factory=list)

    def note(self, account: Account, listed: Staff) -> None:
        """Compare one active account that is a single person's."""
        self.active += 1
        if not account.citizen_id:
            self.unnumbered.append(account.login)
        elif account.citizen_id not in listed.names:
            self.not_listed.append(account.login)
        else:
            same = self.numbers[account.citizen_id]
            if same:
                self.several.append(account.login)
            same.append(account.login)
            if account.name_key != listed.names[account.citizen_id]:
                self.other_name.append(account.login)


def reconcile(application: Application, spelling: Spelling, listed: Staff) -> Finding:
    """Return how an application's active accounts stand against the staff list; what cannot be read is unknown."""
    try:
        compared = _compared(application, spelling, listed)
    except (DatabaseError, RemoteError) as error:
        return unread(application.system, error)
    return replace(_judged(application.system, compared, listed), system=application.system)


def unread(system: str, error: Exception) -> Finding:
    """Return that a system's accounts were not compared, and why."""
    return replace(
        judged(CHECK, system, Verdict.UNKNOWN, UNREAD, measured={"error": str(error)}), system=system
    )


def _compared(application: Application, spelling: Spelling, listed: Staff) -> _Compared:
    profile, compared = application.profile, _Compared()
    with database.reading(application.database) as connection:
        rows = users_rows(connection, tables(connection, profile))
        for account in accounts(rows, profile, spelling):
            if account.active and not is_known(application, account.login):
                compared.note(account, listed)
    return compared


def _judged(system: str, compared: _Compared, listed: Staff) -> Finding:
    matched = sum(len(logins) for logins in compared.numbers.values())
    lists = {name: getattr(compared, name) for name in ("not_listed", "unnumbered", "several", "other_name")}
    measured = {
        "staff": len(listed.names),
        "staff_rows_without_number": listed.unnumbered_rows,
        "staff_rows_repeated": listed.repeated_rows,
        "active": compared.active,
        "matched": matched,
        "without": len(listed.names.keys() - compared.numbers.keys()),
        **dict(counted(lists)),
    }
    verdict, why = _word(compared, matched, any(lists.values()))
    return judged(CHECK, system, verdict, why, measured=measured)


def _word(compared: _Compared, matched: int, differs: bool) -> tuple[Verdict, Reason]:
    comparable = compared.active - len(compared.unnumbered)
    # Were it the whole staff, most accounts would be somebody's.
    if comparable and matched * 2 < comparable:
        return Verdict.UNKNOWN, DOUBTFUL
    return (Verdict.WARN, TO_CLEAR) if differs else (Verdict.PASS, RECONCILED)


def reconciled(
    kept: Iterable[Application], spelling: Spelling, read: Callable[[], Iterable[Mapping[str, Any]]]
) -> list[Finding]:
    """Return how each application stands against the staff list that ``read`` gives; unknown where it gives none."""
    every = tuple(kept)
    try:
        listed = staff(read())
    except ListError as error:
        return [unread(application.system, error) for application in every]
    return [reconcile(application, spelling, listed) for application in every]
