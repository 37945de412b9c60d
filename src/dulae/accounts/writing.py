"""The statements that change accounts: by primary key, the old state in WHERE, exactly one row each, read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.engine import Connection

from dulae.accounts.applications import Application
from dulae.accounts.keeping import Change, Row
from dulae.accounts.planning import identity
from dulae.accounts.profile import End
from dulae.accounts.tables import Tables, belonging, fitted, parts, users_by_key
from dulae.accounts.values import decoded, words
from dulae.errors import PlanError


class StaleError(PlanError):
    """The rows are no longer what the plan was made from; nothing was changed."""


def prepared(
    connection: Connection,
    application: Application,
    tables: Tables,
    order: tuple[bytes, Sequence[Mapping[str, Any]]],
    *,
    lock: bool = True,
) -> list[Change]:
    """Return the change of each item of a plan, its row locked; raise StaleError where one is not as planned.

    ``order`` is the node's key and the items.
    """
    key, items = order
    keys = [decoded(item["account"]["key"]) for item in items]
    rows = users_by_key(connection, application.profile, tables.users, keys, lock=lock)
    changes, stale = [], []
    for item, account_key in zip(items, keys, strict=True):
        row = rows.get(account_key)
        if row is None or not _is_as_planned(application, key, item, row):
            stale.append(item["account"]["login"])
            continue
        changes.append(_change(application, tables.users, item, row))
    if stale:
        what = f"changed since it was planned: {', '.join(stale)}"
        raise StaleError(
            what, place=f"system {application.system}", remedy="Make a new plan with: dulae run access"
        )
    return changes


def _is_as_planned(application: Application, key: bytes, item: Mapping[str, Any], row: Row) -> bool:
    """Say whether a row still belongs to the same person in the same state, or was disabled in the meantime."""
    if application.protects(str(row[application.profile.users.login])):
        return False
    if item["identity"] != identity(key, application, row):
        return False
    shown = {column: words(value) for column, value in application.profile.shown(row).items()}
    return shown == item["before"] or application.profile.is_disabled(row)


def _change(application: Application, users: Table, item: Mapping[str, Any], row: Row) -> Change:
    profile = application.profile
    before = {column: row[column] for column in profile.written}
    is_new = not profile.is_disabled(row)
    after = (
        {name: fitted(users.c[name], value) for name, value in profile.values().items()} if is_new else before
    )
    return Change(
        item["person"], row[profile.users.key], str(row[profile.users.login]), before, after, is_new
    )


def write(
    connection: Connection, application: Application, tables: Tables, changes: Sequence[Change]
) -> None:
    """Write the changes and end what belongs to the accounts; raise StaleError if a row is not as it was read."""
    for change in changes:
        if change.is_new:
            replace(connection, application, tables.users, (change.key, change.before, change.after))
    rows = users_by_key(connection, application.profile, tables.users, [change.key for change in changes])
    for end, table in tables.ends:
        owners = {rows[change.key][end.of or application.profile.users.key]: change for change in changes}
        _end(
            connection, (end, table), {owner: change for owner, change in owners.items() if owner is not None}
        )
    demand(application, rows, {change.key: change.after for change in changes})


def replace(
    connection: Connection, application: Application, users: Table, step: tuple[Any, Row, Row]
) -> None:
    """Turn one row's values from one state into another; raise StaleError unless exactly one row was in the first."""
    key, old, new = step
    same = [users.c[column] == value for column, value in old.items()]
    statement = update(users).where(users.c[application.profile.users.key] == key, *same).values(dict(new))
    if connection.execute(statement).rowcount != 1:
        remedy = "Nothing was changed; make a new plan with: dulae run access"
        raise StaleError("a row changed while it was being written", place=application.system, remedy=remedy)


def demand(application: Application, rows: Mapping[Any, Row], wanted: Mapping[Any, Row]) -> None:
    """Raise StaleError where the rows that were read back do not hold what was written."""
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None or any(row[column] != value for column, value in values.items()):
            remedy = "Nothing was changed; look for a trigger or rule on the users' table"
            raise StaleError(
                "a row reads back otherwise than it was written", place=application.system, remedy=remedy
            )


def _end(connection: Connection, source: tuple[End, Table], owners: Mapping[Any, Change]) -> None:
    """Delete the rows of one table that belong to some accounts; count them, and keep those that undo restores."""
    end, table = source
    by_name = {str(owner): change for owner, change in owners.items()}
    for some in parts(list(owners)):
        theirs = belonging(end, table, some)
        if end.restore:
            for row in connection.execute(select(table).where(theirs)).mappings():
                by_name[str(row[end.user])].kept.setdefault(end.what, []).append(dict(row))
        owner = table.c[end.user]
        for name, count in connection.execute(select(owner, func.count()).where(theirs).group_by(owner)):
            change = by_name[str(name)]
            change.ended[end.what] = change.ended.get(end.what, 0) + count
        connection.execute(delete(table).where(theirs))


def restore(
    connection: Connection, application: Application, tables: Tables, changes: Iterable[Change]
) -> None:
    """Write previous values and kept rows back; raise StaleError where an account was changed since."""
    inserts: dict[str, list[Row]] = defaultdict(list)
    wanted: dict[Any, Row] = {}
    for change in changes:
        if change.is_new:
            replace(connection, application, tables.users, (change.key, change.after, change.before))
        wanted[change.key] = change.before
        for what, kept in change.kept.items():
            inserts[what].extend(kept)
    for end, table in tables.ends:
        if inserts[end.what]:
            connection.execute(insert(table), inserts[end.what])
    demand(application, users_by_key(connection, application.profile, tables.users, list(wanted)), wanted)
