"""What of an entry of a plan was closed before, and what is open: whoever approves sees why somebody is named again."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from dulae.accounts.account import Account, Leaver
from dulae.accounts.profiles.shapes import Scramble
from dulae.accounts.referring import key_text
from dulae.accounts.survey import Survey, Use

FLAG, PASSWORD, ACCOUNT = "flag", "password", "account"


def marks(survey: Survey, ref: str, leaver: Leaver, accounts: Sequence[Account]) -> Mapping[str, str]:
    """Return that access was closed before and since when; nothing of whoever leaves for the first time.

    ``closed_at`` is empty where the account is one that nobody has closed yet: it came after its owner had left.
    """
    known = [at for one in accounts if (at := survey.closed.get((ref, key_text(one.key))))]
    if known:
        return {"closed_at": min(known).isoformat(timespec="seconds")}
    return {"closed_at": ""} if leaver.ref or _is_further(survey, ref, leaver, accounts) else {}


def _is_further(survey: Survey, ref: str, leaver: Leaver, accounts: Sequence[Account]) -> bool:
    """Say whether somebody whose account here was closed has another one, by his number and not by a name alone."""
    was_closed = any(of == ref for of, _ in survey.closed)
    return was_closed and any(one.citizen_id and one.citizen_id == leaver.citizen_id for one in accounts)


def opened(survey: Survey, mark: Mapping[str, str], account: Account) -> list[str]:
    """Return what is open of an account: ``flag``, ``password`` or ``account``, and each kind of rows of its own."""
    found: list[str] = []
    if account.active:
        found += _ways(survey, account) if mark["closed_at"] else [ACCOUNT]
    return [*found, *(what for what, rows in survey.uses.get(account.key, Use()).open.items() if rows)]


def _ways(survey: Survey, account: Account) -> Iterator[str]:
    """Yield which of the columns that close an account are not closed any more."""
    disable: Mapping[str, Any] = survey.application.profile.disable
    kinds = {
        PASSWORD if isinstance(value, Scramble) else FLAG
        for column, value in disable.items()
        if not survey.application.profile.holds(column, account.row)
    }
    yield from sorted(kinds)
