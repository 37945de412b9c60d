"""A second look after the commit: a session that came while accounts were being disabled is ended too, once.

Between the statement that ends an account's sessions and the commit somebody who is logged in can begin another. Only
what no undo gives back is swept; roles that come in that moment are told.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from dulae.accounts.applications import Application
from dulae.accounts.changing.keeping import Change
from dulae.accounts.changing.verifying import STILL_OPEN, verify
from dulae.accounts.databases import belongings, database
from dulae.accounts.databases.tables import tables, users_by_key
from dulae.errors import DatabaseError, RemoteError

Counts = dict[Any, dict[str, int]]


def verified(application: Application, changes: Sequence[Change]) -> tuple[dict[Any, str], Counts]:
    """Return how each account's disabling is proven, and how many rows of each kind were ended on the second look."""
    proofs = verify(application, changes)
    still_open = [change for change in changes if proofs[change.key] == STILL_OPEN]
    swept = _swept(application, still_open) if still_open else {}
    if swept:
        proofs |= verify(application, [change for change in still_open if change.key in swept])
    return proofs, swept


def _swept(application: Application, changes: Sequence[Change]) -> Counts:
    """End what accounts that are disabled have open, in a transaction of its own; what cannot be ended stays told."""
    try:
        with database.writing(application.database) as connection:
            return _ended(connection, application, changes)
    except (DatabaseError, RemoteError):
        return {}


def _ended(connection: Any, application: Application, changes: Sequence[Change]) -> Counts:
    profile, ended = application.profile, dict[Any, dict[str, int]]()
    found = tables(connection, profile)
    rows = users_by_key(connection, profile, found, [change.key for change in changes], lock=True)
    closed = [change for change in changes if change.key in rows and profile.is_disabled(rows[change.key])]
    for source in found.ends:
        end = source[0]
        if end.restore:
            continue
        named = ((change.owner(rows[change.key], end.of or profile.users.key), change) for change in closed)
        owners = {owner: change.key for owner, change in named if owner is not None}
        keys = {str(owner): key for owner, key in owners.items()}
        counts = list(belongings.owned(connection, source, owners))
        for name, count, _ in counts:
            ended.setdefault(keys[name], {})[end.what] = count
        if counts:
            belongings.end_all(connection, source, owners)
    return ended
