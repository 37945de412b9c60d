"""What one application's database says of the leavers: their accounts, and whether these are still used. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table, func, null, select
from sqlalchemy.engine import Connection

from dulae.accounts import database
from dulae.accounts.account import Account, Spelling, accounts, moment
from dulae.accounts.applications import Application
from dulae.accounts.matching import Index, Matches
from dulae.accounts.profile import End, Profile
from dulae.accounts.tables import belonging, parts, tables, users_rows
from dulae.errors import DatabaseError, RemoteError


@dataclass
class Use:
    """What an account has open, by kind of thing, and when it was last used (UTC)."""

    last_used_at: datetime | None = None
    open: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """One application's answer; ``unreadable`` says why there is none."""

    application: Application
    matches: Matches = field(default_factory=Matches)
    uses: Mapping[Any, Use] = field(default_factory=dict)
    unreadable: str = ""


def survey(application: Application, index: Index, spelling: Spelling) -> Survey:
    """Return what an application says of the leavers; a database that cannot be asked is told, not raised."""
    profile = application.profile
    try:
        with database.reading(application.database) as connection:
            found = tables(connection, profile)
            matches = index.matches(accounts(users_rows(connection, profile, found.users), profile, spelling))
            uses = {account.key: Use(account.last_login_at) for account in _candidates(matches)}
            for end, table in found.ends:
                _count(connection, profile, (end, table), (_candidates(matches), uses))
    except (DatabaseError, RemoteError) as error:
        return Survey(application, unreadable=str(error))
    return Survey(application, matches, uses)


def _candidates(matches: Matches) -> list[Account]:
    found = (match for person in matches.by_person.values() for match in person if match.tier.is_candidate)
    return list({match.account.key: match.account for match in found}.values())


def _count(
    connection: Connection,
    profile: Profile,
    source: tuple[End, Table],
    target: tuple[Iterable[Account], Mapping[Any, Use]],
) -> None:
    """Add what one table holds of some accounts to their use."""
    (end, _), (owned, uses) = source, target
    owned_by: dict[str, list[Use]] = defaultdict(list)
    owners: dict[str, Any] = {}
    for account in owned:
        owner = account.row[end.of or profile.users.key]
        if owner is not None:
            owned_by[str(owner)].append(uses[account.key])
            owners[str(owner)] = owner
    for owner, rows, used_at in _owners(connection, source, list(owners.values())):
        seen = moment(used_at, profile)
        for use in owned_by[str(owner)]:
            use.open[end.what] = use.open.get(end.what, 0) + rows
            use.last_used_at = max(filter(None, (use.last_used_at, seen)), default=None)


def _owners(
    connection: Connection, source: tuple[End, Table], owners: list[Any]
) -> Iterator[tuple[Any, int, Any]]:
    end, table = source
    owner = table.c[end.user]
    used_at = func.max(table.c[end.used_at]) if end.used_at else null()
    for some in parts(owners):
        query = select(owner, func.count(), used_at).where(belonging(end, table, some)).group_by(owner)
        yield from ((row[0], row[1], row[2]) for row in connection.execute(query))
