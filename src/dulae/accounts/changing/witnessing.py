"""What the rows tell of an attempt whose commit nobody saw: whether it was written, once its session is surely over."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.engine import Connection

from dulae.accounts.applications import Application
from dulae.accounts.changing.keeping import Change, Row
from dulae.accounts.databases import belongings, database
from dulae.accounts.databases.tables import tables, users_by_key


def is_applied(application: Application, changes: Sequence[Change]) -> bool:
    """Say whether accounts were disabled by an attempt; raise DatabaseError while its session still holds their rows.

    Random text settles it. A flag may have been turned by hand since, so what should have ended has a word as well:
    where not one row less is there, nothing was written.
    """
    with database.writing(application.database) as connection:
        rows, left = _seen(connection, application, changes)
    new = [change for change in changes if change.is_new]
    closed = {change.key for change in new if _holds(rows.get(change.key), change.after)}
    if new and (application.profile.is_random or not closed):
        return bool(closed)
    there = [change for change in changes if change.key in closed or not change.is_new]
    ended = [(change.key, what, count) for change in there for what, count in change.ended.items() if count]
    return not ended or any(left[what].get(key, 0) < count for key, what, count in ended)


def is_taken_back(application: Application, changes: Sequence[Change]) -> bool:
    """Say whether accounts were given back by an attempt; raise DatabaseError while its session holds their rows."""
    with database.writing(application.database) as connection:
        rows, left = _seen(connection, application, changes)
    new = [change for change in changes if change.is_new]
    closed = any(_holds(rows.get(change.key), change.after) for change in new)
    if new and (application.profile.is_random or not closed):
        return not closed
    kept = [(change.key, what) for change in changes for what in change.kept]
    return all(key in left[what] for key, what in kept) if kept else not new


def _holds(row: Row | None, values: Row) -> bool:
    return row is not None and all(row[column] == value for column, value in values.items())


def _seen(
    connection: Connection, application: Application, changes: Sequence[Change]
) -> tuple[dict[Any, Row], Mapping[str, Mapping[Any, int]]]:
    """Return the users' rows, and for each kind of thing that ends with an account how many each has now.

    The rows are locked first: an attempt that is still on its way to its commit holds them.
    """
    profile = application.profile
    found = tables(connection, profile)
    rows = users_by_key(connection, profile, found, [change.key for change in changes], lock=True)
    there = [change for change in changes if change.key in rows]
    left: dict[str, dict[Any, int]] = defaultdict(dict)
    for source in found.ends:
        column = source[0].of or profile.users.key
        owners = {change.owner(rows[change.key], column): change.key for change in there}
        keys = {str(owner): key for owner, key in owners.items() if owner is not None}
        named = [owner for owner in owners if owner is not None]
        counts = belongings.owned(connection, source, named)
        left[source[0].what] |= {keys[owner]: count for owner, count, _ in counts}
    return rows, left
