"""Proof that whoever has left cannot get in: the rows read back, and the application's own login form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from dulae.accounts.applications import Application
from dulae.accounts.changing.keeping import Change
from dulae.accounts.databases import database
from dulae.accounts.databases.belongings import owned
from dulae.accounts.databases.tables import Row, Tables, tables, users_by_key
from dulae.accounts.profiles.profile import Profile
from dulae.errors import DatabaseError, RemoteError

LOGIN_REFUSED = "login_refused"
ROW_READ_BACK = "row_read_back"
# The application let him in, or rows that should have ended are there again.
STILL_OPEN = "still_open"
UNREAD = "unread"


def verify(application: Application, changes: Sequence[Change]) -> dict[Any, str]:
    """Return for each account how its disabling is proven: ``login_refused`` is worth more than ``row_read_back``."""
    try:
        with database.reading(application.database) as connection:
            open_again = set(still_open(connection, application, changes))
    except (DatabaseError, RemoteError):
        return {change.key: UNREAD for change in changes}
    return {
        change.key: STILL_OPEN if change.key in open_again else _login(application, change)
        for change in changes
    }


def still_open(connection: Connection, application: Application, changes: Sequence[Change]) -> Iterable[Any]:
    """Yield the keys of the accounts that are not disabled, or have rows of their own that should have ended."""
    profile = application.profile
    found = tables(connection, profile)
    rows = users_by_key(connection, profile, found, [change.key for change in changes])
    for change in changes:
        if change.key not in rows or not profile.is_disabled(rows[change.key]):
            yield change.key
    there = [(change, rows[change.key]) for change in changes if change.key in rows]
    yield from _with_rows(connection, profile, found, there)


def _with_rows(
    connection: Connection, profile: Profile, found: Tables, changed: Sequence[tuple[Change, Row]]
) -> Iterable[Any]:
    """Yield the accounts that have sessions or tokens again."""
    for source in found.ends:
        column = source[0].of or profile.users.key
        named = ((change.owner(row, column), change.key) for change, row in changed)
        owners = {owner: key for owner, key in named if owner is not None}
        keys = {str(owner): key for owner, key in owners.items()}
        for owner, _, _ in owned(connection, source, owners):
            yield keys[owner]


def _login(application: Application, change: Change) -> str:
    """Try the application's own login where a test password is known for the account."""
    probe = application.login_probe
    if probe is None or not probe.knows(change.login):
        return ROW_READ_BACK
    return {"refused": LOGIN_REFUSED, "open": STILL_OPEN}.get(probe.attempt(change.login), ROW_READ_BACK)
