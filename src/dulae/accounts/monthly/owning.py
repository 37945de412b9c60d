"""Accounts that are no single person's: shared ones with their owner, contractors' with their last day (6.4, monthly).

What is declared is looked for; what looks shared and is not declared is told. Nothing is ever disabled by this.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from dulae.accounts.account import Account
from dulae.accounts.applications import Application
from dulae.accounts.telling import counted
from dulae.checks.finding import Finding, Reason, Verdict, judged, reason

CHECK = "accounts_owners"

IN_ORDER = reason(
    "access.owners_in_order",
    "{shared} shared accounts have an owner ({shared_logins}), {vendor} of contractors are within their time "
    "({vendor_logins})",
)
SUSPECTED = reason(
    "access.shared_suspected",
    "{suspected} accounts look shared and have no owner in the settings ({suspected_logins})",
)
SEVERAL = reason(
    "access.several_of_one",
    "{several} active accounts share a citizen number with another ({several_logins})",
)
VENDOR_ENDED = reason(
    "access.vendor_ended",
    "{ended} accounts of contractors are still active after their last day ({ended_logins})",
)
NOT_THERE = reason(
    "access.declared_missing", "{missing} accounts that the settings name are not there ({missing_logins})"
)

# Whole words of a login, or the whole name, that stand for a place or a task and for nobody.
_GENERIC = frozenset(Path(__file__).with_name("generic_names.csv").read_text(encoding="utf-8").split())
_PARTS = re.compile(r"[^\w\u0e00-\u0e7f]+|_+|\d+")


@dataclass
class Owned:
    """Logins by kind, in the order of the accounts."""

    shared: list[str] = field(default_factory=list)
    vendor: list[str] = field(default_factory=list)
    ended: list[str] = field(default_factory=list)
    suspected: list[str] = field(default_factory=list)
    several: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)


class Owners:
    """Takes one account after the other, and says at the end what belongs to nobody alone."""

    def __init__(self, application: Application, today: date) -> None:
        self._application, self._today = application, today
        self._found = Owned()
        self._seen: set[str] = set()
        self._by_number: dict[str, list[str]] = defaultdict(list)

    def note(self, account: Account) -> None:
        """Look at one account; disabled ones count only as being there."""
        login = account.login.casefold()
        self._seen.add(login)
        if not account.active:
            return
        application, found = self._application, self._found
        if login in application.shared:
            found.shared.append(f"{account.login} ({application.shared[login]})")
        elif login in application.vendors:
            ends = application.vendors[login]
            kind = found.vendor if self._today <= ends else found.ended
            kind.append(f"{account.login} ({ends.isoformat()})")
        elif not application.protects(account.login):
            self._note_unknown(account)

    def _note_unknown(self, account: Account) -> None:
        if account.citizen_id:
            self._by_number[account.citizen_id].append(account.login)
        elif is_generic(account):
            self._found.suspected.append(account.login)

    def owned(self) -> Owned:
        """Return what was found."""
        declared = {*self._application.shared, *self._application.vendors}
        several = [login for logins in self._by_number.values() if len(logins) > 1 for login in logins]
        return replace(self._found, several=several, missing=sorted(declared - self._seen))


def is_generic(account: Account) -> bool:
    """Say whether an account is named after a place or a task; its number would name a person."""
    local = account.login.partition("@")[0].casefold()
    words = {word for word in _PARTS.split(local) if word}
    name = account.name_key.replace("|", " ").split()
    return bool(words & _GENERIC) or (bool(name) and (name[0] in _GENERIC or "".join(name) in _GENERIC))


def is_known(application: Application, login: str) -> bool:
    """Say whether somebody answers for an account that is no single person's: protected, shared, a contractor's."""
    folded = login.casefold()
    return application.protects(login) or folded in application.shared or folded in application.vendors


def findings(system: str, owned: Owned) -> Iterator[Finding]:
    """Yield each thing that is wrong, or that all is in order."""
    measured = dict(counted(vars(owned)))
    wrong = [
        (verdict, why)
        for logins, verdict, why in (
            (owned.ended, Verdict.FAIL, VENDOR_ENDED),
            (owned.suspected, Verdict.WARN, SUSPECTED),
            (owned.several, Verdict.WARN, SEVERAL),
            (owned.missing, Verdict.WARN, NOT_THERE),
        )
        if logins
    ]
    told: Sequence[tuple[Verdict, Reason]] = wrong or [(Verdict.PASS, IN_ORDER)]
    for verdict, why in told:
        yield replace(judged(CHECK, system, verdict, why, measured=measured), system=system)
