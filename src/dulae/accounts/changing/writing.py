"""The statements that change accounts: by primary key, the old state in WHERE, exactly one row each, read back."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Table
from sqlalchemy.engine import Connection

from dulae.accounts import refusing
from dulae.accounts.applications import Application
from dulae.accounts.changing import changed
from dulae.accounts.changing.keeping import Change, Row
from dulae.accounts.changing.replacing import Step, replace
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.databases import belongings, transactions
from dulae.accounts.databases.belongings import Source
from dulae.accounts.databases.columns import fitted
from dulae.accounts.databases.tables import Tables, users_by_key
from dulae.accounts.databases.values import decoded, encoded_row
from dulae.errors import DatabaseError


def prepared(
    connection: Connection,
    application: Application,
    tables: Tables,
    order: tuple[bytes, Sequence[Mapping[str, Any]]],
    *,
    lock: bool = True,
) -> list[Change]:
    """Return the change of each item of a plan, its row locked; raise StaleError where one is not as planned.

    ``order`` is the node's key and the items. Raise DatabaseError where nothing could be taken back.
    """
    transactions.demand(connection, tables, application.database.place)
    key, items = order
    keys = [decoded(item["account"]["key"]) for item in items]
    rows = users_by_key(connection, application.profile, tables, keys, lock=lock)
    changes, stale = [], []
    for item, account_key in zip(items, keys, strict=True):
        row = rows.get(account_key)
        how = changed.since_planned(application, key, item, row)
        if row is None or how:
            stale.append(f"{item['account']['login']} ({how})")
            continue
        changes.append(_change(application, tables.users, item, row))
    if stale:
        logins = ", ".join(stale)
        raise StaleError(refusing.CHANGED_SINCE_PLANNED, system=application.system, logins=logins)
    return changes


def _change(application: Application, users: Table, item: Mapping[str, Any], row: Row) -> Change:
    profile = application.profile
    before = {column: row[column] for column in profile.written}
    is_new = not profile.is_disabled(row)
    values = profile.values() if is_new else {}
    after = {name: fitted(users.c[name], value, profile.timezone) for name, value in values.items()} or before
    return Change(
        item["person"], row[profile.users.key], str(row[profile.users.login]), before, after, is_new
    )


def write(
    connection: Connection, application: Application, tables: Tables, changes: Sequence[Change]
) -> None:
    """Write the changes and end what belongs to the accounts; raise StaleError if a row is not as it was read."""
    new = [Step(change.key, change.before, change.after) for change in changes if change.is_new]
    replace(connection, application, tables.users, new)
    rows = users_by_key(connection, application.profile, tables, [change.key for change in changes])
    demand(application, rows, {change.key: change.after for change in changes})
    for source in tables.ends:
        column = source[0].of or application.profile.users.key
        owners = {change.owner(rows[change.key], column): change for change in changes}
        _end(connection, source, {owner: change for owner, change in owners.items() if owner is not None})


def demand(application: Application, rows: Mapping[Any, Row], wanted: Mapping[Any, Row]) -> None:
    """Raise StaleError where the rows that were read back do not hold what was written."""
    for key, values in wanted.items():
        row = rows.get(key)
        if row is None or any(row[column] != value for column, value in values.items()):
            raise StaleError(refusing.READS_OTHERWISE, system=application.system)


def _end(connection: Connection, source: Source, owners: Mapping[Any, Change]) -> None:
    """Delete the rows of one table that belong to some accounts; count them, and keep those that undo restores."""
    end, by_name = source[0], {str(owner): change for owner, change in owners.items()}
    if end.restore:
        for name, row in belongings.rows(connection, source, owners):
            _demand_keepable(source, row)
            by_name[name].kept.setdefault(end.what, []).append(row)
    for name, count, _ in belongings.owned(connection, source, owners):
        change = by_name[name]
        change.ended[end.what] = change.ended.get(end.what, 0) + count
    belongings.end_all(connection, source, owners)


def _demand_keepable(source: Source, row: Row) -> None:
    """Raise DatabaseError where undo could not give a row back."""
    end, table = source
    try:
        encoded_row(row)
    except TypeError as error:
        remedy = f"Nothing was changed; write restore: false for {end.what} to let them go for good"
        raise DatabaseError(str(error), place=f"table {table.name}", remedy=remedy) from error


def restore(
    connection: Connection, application: Application, tables: Tables, changes: Iterable[Change]
) -> None:
    """Write previous values and kept rows back; raise StaleError where an account was changed since.

    Raise DatabaseError where half of it could stay.
    """
    transactions.demand(connection, tables, application.database.place)
    inserts: dict[str, list[Row]] = defaultdict(list)
    wanted: dict[Any, Row] = {}
    changes = list(changes)
    back = [Step(change.key, change.after, change.before) for change in changes if change.is_new]
    replace(connection, application, tables.users, back)
    for change in changes:
        wanted[change.key] = change.before
        for what, kept in change.kept.items():
            inserts[what].extend(kept)
    for end, table in tables.ends:
        belongings.put_back(connection, table, inserts[end.what])
    demand(application, users_by_key(connection, application.profile, tables, wanted), wanted)
