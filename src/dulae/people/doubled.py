"""Two columns of one kind in a list (two dates, two numbers): a person decides where they do not say the same."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

from dulae.people import citizen_id, dates, names, wordings
from dulae.people.tables import Record
from dulae.people.text import plain

_DATES = {"effective_date", "last_day"}


def differing(record: Record, movement: str, today: date) -> Iterator[str]:
    """Yield the titles of the columns that say something else than the first of their kind."""
    for kind, cell, title in record.further:
        if not _same(kind, (record.cells[kind], cell), movement, today):
            yield title


def movements_of(record: Record) -> Iterator[tuple[str, str]]:
    """Yield what further columns of movements say, with their titles."""
    yield from ((str(cell), title) for kind, cell, title in record.further if kind == "movement")


def _same(kind: str, told: tuple[Any, Any], movement: str, today: date) -> bool:
    """Say whether two cells of a kind mean the same, however they are written."""
    if kind == "movement":
        return not wordings.speaks_against(str(told[1]), movement)
    if kind == "citizen_id":
        first, second = map(citizen_id.read, told)
        return first.value == second.value
    if kind in _DATES:
        return dates.read(told[0], today=today).day == dates.read(told[1], today=today).day
    one, other = (names.read(str(cell)) for cell in told)
    # A name in Latin letters is no other name.
    return one.is_latin != other.is_latin or one.key == other.key or plain(told[0]) == plain(told[1])
