"""Whether a column can hold what disabling writes there: told when a plan is made, not when it is carried out."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import Column, Enum, String, Table

from dulae.accounts.databases.columns import DECLARED, Padded, python_type
from dulae.accounts.profiles.profile import Profile
from dulae.accounts.profiles.shapes import Expiry, Scramble, Stamp, Value
from dulae.errors import DatabaseError

_TEXT, _NUMBERS, _MOMENT, _BOOLEAN = "text", "numbers", "a moment", "true or false"
_KINDS: dict[str, tuple[type, ...]] = {
    _TEXT: (str,),
    _BOOLEAN: (bool,),
    _NUMBERS: (int, float, Decimal),
    _MOMENT: (date,),
}
_REMEDIES = {
    _TEXT: "Write the application's own text for it in quotes: '0', 'N' (without them, no and off mean false)",
    _NUMBERS: "Write the application's own number for it, without quotes",
    _BOOLEAN: "Write true or false, without quotes",
    _MOMENT: "Write {stamp: now} where it is empty as long as an account may be used, {expires: now} where it says "
    "until when",
}


def demand_room(users: Table, profile: Profile) -> None:
    """Raise DatabaseError where a column cannot hold what disabling would write there, or a sign could never hold."""
    for name, value in profile.written.items():
        column = users.c[name]
        if value is None and column.nullable is False:
            what = f"column {name} of table {users.name} may not be empty"
            raise DatabaseError(what, remedy="Write what the application itself would write there")
        _demand_kind(column, value)
        _demand_length(column, value.scramble if isinstance(value, Scramble) else value)
    for sign in profile.users.signs:
        if not sign.table and sign.contains is None and not sign.listed:
            _demand_kind(users.c[sign.column], sign.equals, "privileged asks for")


def _demand_kind(column: Column[Any], value: Value, does: str = "disabling writes") -> None:
    held = next(_held(column), "")
    words = _misfit(held, value)
    if words:
        what = f"column {column.name} of table {column.table.name} holds {held}, {does} {words}"
        raise DatabaseError(what, remedy=_REMEDIES[held])


def _held(column: Column[Any]) -> Iterator[str]:
    """Yield what kind of values a column holds; nothing where it may be any."""
    kind = python_type(column)
    if isinstance(column.info.get(DECLARED), String):
        # SQLite turns numbers into text there.
        kind = str
    yield from (
        name
        for name, kinds in _KINDS.items()
        if kind in kinds or (name == _MOMENT and issubclass(kind, date))
    )


def _misfit(held: str, value: Value) -> str:
    """Return a value as words, if it is of another kind than the column's; nothing if it fits."""
    if value is None or not held:
        return ""
    if isinstance(value, Scramble):
        return "" if held == _TEXT else "text"
    if isinstance(value, Stamp | Expiry):
        return (
            "" if held in (_MOMENT, _NUMBERS) or (held == _TEXT and isinstance(value, Stamp)) else "a moment"
        )
    if isinstance(value, str):
        return "" if held == _TEXT else f"the text {value!r}"
    told = str(value).lower()
    return "" if held == _NUMBERS or (held == _BOOLEAN and value in (0, 1)) else told


def _demand_length(column: Column[Any], text: object) -> None:
    kind = column.type
    if not isinstance(text, str) or not isinstance(kind, String | Padded):
        return
    if isinstance(kind, Enum):
        _demand_one_of(column, text, kind.enums)
    elif kind.length is not None and len(text) > kind.length:
        what = (
            f"column {column.name} of table {column.table.name} holds {kind.length} characters, "
            f"disabling writes {len(text)}"
        )
        remedy = "Write under accounts in systems.yml what the application itself would take there"
        raise DatabaseError(what, remedy=remedy)


def _demand_one_of(column: Column[Any], text: str, known: list[str]) -> None:
    if text not in known:
        what = (
            f"column {column.name} of table {column.table.name} cannot hold {text!r}, which disabling writes"
        )
        raise DatabaseError(what, remedy=f"It holds {', '.join(known)}: write one of them in systems.yml")
