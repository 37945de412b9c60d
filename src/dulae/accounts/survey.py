"""What one application's database says of the leavers: their accounts, and whether these are still used. Reads only."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy.engine import Connection

from dulae.accounts.account import Account, Spelling, accounts, moment
from dulae.accounts.applications import Application
from dulae.accounts.databases import database, transactions
from dulae.accounts.databases.belongings import Source, owned
from dulae.accounts.databases.tables import tables, users_rows
from dulae.accounts.earlier.glancing import Glance
from dulae.accounts.earlier.watching import Watch
from dulae.accounts.matching import Index, Matches
from dulae.accounts.profiles.profile import Profile
from dulae.errors import DatabaseError, RemoteError


@dataclass(slots=True)
class Use:
    """What an account has open, by kind of thing, and when it was last used (UTC)."""

    last_used_at: datetime | None = None
    open: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Survey:
    """One application's answer; ``unreadable`` says why there is none.

    ``ends`` are the kinds of things that would end with an account, ``absent`` those that it keeps elsewhere or not.
    ``obstacles`` are the tables that would keep half of a change, so that none can be made, each with its engine.
    ``bearers`` counts the active accounts with each sign whose last bearer is kept, ``numbered`` those with a citizen
    number. ``met`` are the accounts of people who left earlier, by their references, and ``closed`` says which accounts
    were closed before, by the owner's reference and the key as text.
    """

    application: Application
    matches: Matches = field(default_factory=Matches)
    uses: Mapping[Any, Use] = field(default_factory=dict)
    unreadable: str = ""
    ends: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    bearers: Mapping[str, int] = field(default_factory=dict)
    numbered: int = 0
    obstacles: Mapping[str, str] = field(default_factory=dict)
    met: tuple[tuple[str, Account], ...] = ()
    closed: Mapping[tuple[str, str], datetime] = field(default_factory=dict)


def survey(application: Application, index: Index, spelling: Spelling, watch: Watch | None = None) -> Survey:
    """Return what an application says of the leavers, and of those whom ``watch`` looks for.

    A database that cannot be asked is told, not raised.
    """
    profile = application.profile
    glance = Glance(application, watch)
    try:
        with database.reading(application.database) as connection:
            found = tables(connection, profile)
            obstacles = transactions.lacking(connection, found)
            stream = accounts(users_rows(connection, found), profile, spelling)
            matches = index.matches(glance.over(stream))
            candidates = _candidates(matches, glance.met)
            uses = {account.key: Use(account.last_login_at) for account in candidates}
            for source in found.ends:
                _count(connection, profile, source, (candidates, uses))
    except (DatabaseError, RemoteError) as error:
        return Survey(application, unreadable=str(error))
    return Survey(
        application,
        matches,
        uses,
        ends=tuple(end.what for end, _ in found.ends),
        absent=found.absent,
        bearers=glance.bearers,
        numbered=glance.numbered,
        obstacles=obstacles,
        met=tuple(glance.met),
        closed=watch.closed(application.system) if watch else {},
    )


def _candidates(matches: Matches, met: Iterable[tuple[str, Account]]) -> list[Account]:
    found = (match for person in matches.by_person.values() for match in person if match.tier.is_candidate)
    own = {match.account.key: match.account for match in found}
    return list({**own, **{account.key: account for _, account in met}}.values())


def _count(
    connection: Connection,
    profile: Profile,
    source: Source,
    target: tuple[Iterable[Account], Mapping[Any, Use]],
) -> None:
    """Add what one table holds of some accounts to their use."""
    (end, _), (candidates, uses) = source, target
    owned_by: dict[str, list[Use]] = defaultdict(list)
    owners: dict[str, Any] = {}
    for account in candidates:
        owner = account.row[end.of or profile.users.key]
        if owner is not None:
            owned_by[str(owner)].append(uses[account.key])
            owners[str(owner)] = owner
    for name, rows, used_at in owned(connection, source, list(owners.values())):
        seen = moment(used_at, profile)
        for use in owned_by[name]:
            use.open[end.what] = use.open.get(end.what, 0) + rows
            use.last_used_at = max(filter(None, (use.last_used_at, seen)), default=None)
