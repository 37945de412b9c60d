"""Turning rows from one state into another, exactly one row for each step, in as few statements as possible."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Column, ColumnElement, Table, bindparam, update
from sqlalchemy.engine import Connection

from dulae.accounts import refusing
from dulae.accounts.applications import Application
from dulae.accounts.changing.keeping import Row
from dulae.accounts.changing.stale import StaleError
from dulae.accounts.databases.hidden import MOVES
from dulae.accounts.databases.tables import among

# Steps that share both states go together in one statement from so many on.
_ALIKE = 2


@dataclass(frozen=True)
class Step:
    """One row: its key, the values that it must hold now, and those that it shall hold."""

    key: Any
    old: Row
    new: Row


def replace(connection: Connection, application: Application, users: Table, steps: Sequence[Step]) -> None:
    """Write the new values of each row; raise StaleError unless each step found exactly one row in its old state."""
    together: dict[Any, list[Step]] = defaultdict(list)
    for step in steps:
        together[_states(step)].append(step)
    single = []
    for alike in together.values():
        if len(alike) < _ALIKE:
            single += alike
            continue
        _demand(application, _together(connection, application, users, alike), len(alike))
    _each(connection, application, users, single)


def _states(step: Step) -> tuple[Any, ...]:
    """Return both states as something that can be compared; values of no such type stay apart."""
    try:
        states = tuple(
            (name, type(value), value) for row in (step.old, step.new) for name, value in row.items()
        )
        hash(states)
    except TypeError:
        return (id(step),)
    return states


def _together(connection: Connection, application: Application, users: Table, steps: Sequence[Step]) -> int:
    key, first = users.c[application.profile.users.key], steps[0]
    same = [users.c[column] == value for column, value in first.old.items()]
    statement = update(users).where(*same).values({**_unmoved(users, first), **first.new})
    some = among(connection, key, [step.key for step in steps])
    return sum(connection.execute(statement.where(condition)).rowcount for condition in some)


def _each(connection: Connection, application: Application, users: Table, steps: Sequence[Step]) -> None:
    """Write rows that each get values of their own: those that are empty in the same columns in one go."""
    alike: dict[tuple[str, ...], list[Step]] = defaultdict(list)
    for step in steps:
        alike[tuple(name for name, value in step.old.items() if value is None)].append(step)
    for empty, some in alike.items():
        statement = _prepared(application, users, (some[0], set(empty)))
        rows = [_parameters(step, set(empty)) for step in some]
        if len(rows) > 1 and connection.dialect.supports_sane_multi_rowcount:
            _demand(application, connection.execute(statement, rows).rowcount, len(rows))
            continue
        for row in rows:
            _demand(application, connection.execute(statement, row).rowcount, 1)


def _prepared(application: Application, users: Table, form: tuple[Step, set[str]]) -> Any:
    step, empty = form
    key = users.c[application.profile.users.key]
    same = [_still(users.c[name], number, name in empty) for number, name in enumerate(step.old)]
    values = {
        name: bindparam(f"new_{number}", type_=users.c[name].type) for number, name in enumerate(step.new)
    }
    return (
        update(users)
        .where(key == bindparam("its_key", type_=key.type), *same)
        .values({**_unmoved(users, step), **values})
    )


def _unmoved(users: Table, step: Step) -> dict[str, ColumnElement[Any]]:
    """Return the columns that the database would write by itself, as they are."""
    return {column.key: column for column in users.c if column.info.get(MOVES) and column.key not in step.new}


def _still(column: Column[Any], number: int, is_empty: bool) -> ColumnElement[bool]:
    return column.is_(None) if is_empty else column == bindparam(f"old_{number}", type_=column.type)


def _parameters(step: Step, empty: set[str]) -> dict[str, Any]:
    old = {
        f"old_{number}": value for number, (name, value) in enumerate(step.old.items()) if name not in empty
    }
    new = {f"new_{number}": value for number, value in enumerate(step.new.values())}
    return {"its_key": step.key, **old, **new}


def _demand(application: Application, changed: int, wanted: int) -> None:
    if changed != wanted:
        raise StaleError(refusing.CHANGED_MEANWHILE, system=application.system)
