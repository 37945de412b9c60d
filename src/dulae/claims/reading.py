"""A contractor's file as claims: every row is a claim or is refused with a reason; none is dropped."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dulae.claims import words
from dulae.errors import ListError
from dulae.ledger.views.claims import Claim, Refused
from dulae.people import dates, reading
from dulae.people.text import arabic, plain

MOST_BYTES = 2 * 1024 * 1024
MOST_ROWS = 5000
# A header stands within these rows; above it are titles.
DEEPEST_HEADER = 20
_SHOWN = 120
_CLOCK = re.compile(r"(\d{1,2})[:.](\d{2})(?:[:.]\d{2})?\s*(?:น\.?)?")
_CLOCK_IN_DATE = re.compile(r"\b(\d{1,2}):(\d{2})\b")
# What a spreadsheet would compute: such text is kept with an apostrophe in front.
_FORMULA = ("=", "+", "-", "@")
_LAST_HOUR, _LAST_MINUTE = 23, 59
_SAVE = "Save it as CSV UTF-8 with the columns day, system, work, reference, result"


@dataclass(frozen=True)
class Around:
    """The days that a file is for, and by which words systems are called."""

    first: date
    last: date
    systems: Mapping[str, str]


@dataclass(frozen=True)
class Rows:
    """What was read: in which encoding, the claims, and the rows that were refused."""

    encoding: str
    claims: tuple[Claim, ...]
    refused: tuple[Refused, ...]


class Unfit(ListError):
    """A file as a whole cannot be read; the report says why from the code."""

    def __init__(self, code: str, what: str, place: str, remedy: str = "") -> None:
        super().__init__(what, place=place, remedy=remedy)
        self.code = code


class _Refusal(Exception):
    """A row cannot be read: the code of the reason, and the cell."""

    def __init__(self, code: str, value: object = "") -> None:
        super().__init__(code)
        self.code, self.value = code, shown(value)


def content(path: Path) -> bytes:
    """Return the bytes of a file; raise Unfit for what is no file, may not be read or is too large."""
    try:
        if not path.is_file():
            raise Unfit("unreadable", "there is no such file", str(path), "Name the contractor's file")
        with path.open("rb") as stream:
            data = stream.read(MOST_BYTES + 1)
    except OSError as error:
        raise Unfit("unreadable", f"it cannot be read ({error.strerror})", str(path)) from error
    if len(data) > MOST_BYTES:
        raise Unfit("too_large", "it has more than 2 MiB", path.name, f"Hand in one month. {_SAVE}")
    return data


def read(data: bytes, name: str, around: Around) -> Rows:
    """Return the rows of a file; raise ListError (Unfit) where it is no table that can be trusted."""
    if not data.strip():
        raise Unfit("empty", "the file is empty", name, _SAVE)
    document = reading.document(data, name)
    table = document.tables[0] if document.tables else reading.Table(name, [])
    if len(table.rows) > MOST_ROWS:
        raise Unfit("too_large", f"it has more than {MOST_ROWS} rows", name, "Hand in one month")
    last, columns = _header(table.rows, name)
    computed = {int(re.sub(r"\D", "", cell)) for cell in table.formulas}
    claims: list[Claim] = []
    refused: list[Refused] = []
    for number, cells in enumerate(table.rows[last + 1 :], start=last + 2):
        if not any(plain(cell) for cell in cells):
            continue
        try:
            if number in computed:
                raise _Refusal("formula")
            claims.append(_claim(number, _named(cells, columns), around))
        except _Refusal as refusal:
            refused.append(Refused(number, refusal.code, refusal.value))
    return Rows(document.encoding, tuple(claims), tuple(refused))


def shown(cell: object) -> str:
    """Return a cell as it may be shown anywhere: on one line, not too long, computed by no spreadsheet."""
    text = plain(cell)
    text = text if len(text) <= _SHOWN else f"{text[:_SHOWN]}…"
    return f"'{text}" if text.startswith(_FORMULA) else text


def _header(rows: Sequence[Sequence[Any]], name: str) -> tuple[int, Mapping[str, int]]:
    """Return the header's row (from 0) and where each field stands; raise Unfit if there is none."""
    for index, row in enumerate(rows[:DEEPEST_HEADER]):
        found: dict[str, int] = {}
        for place, cell in enumerate(row):
            found.setdefault(words.column(cell), place)
        if {"day", "work"} <= found.keys():
            return index, {field: place for field, place in found.items() if field}
    raise Unfit("no_header", "no row names the columns for the day and the work", name, _SAVE)


def _named(cells: Sequence[Any], columns: Mapping[str, int]) -> dict[str, Any]:
    return {field: cells[place] if place < len(cells) else "" for field, place in columns.items()}


def _claim(number: int, cells: Mapping[str, Any], around: Around) -> Claim:
    """Return the claim of a row; raise _Refusal for the first thing that cannot be read."""
    day = _day(cells["day"], around)
    said = cells["work"]
    work = words.work(said)
    if not work:
        raise _Refusal("unknown_work" if plain(said) else "no_work", said)
    reference = plain(cells.get("reference"))
    if work == "incident_fixed" and not reference:
        raise _Refusal("no_incident")
    result = words.result(cells.get("result"))
    if not result:
        raise _Refusal("unknown_result", cells.get("result"))
    return Claim(
        row=number,
        day=day,
        clock=_clock(cells.get("clock"), cells["day"]),
        system=_system(cells.get("system"), work, around),
        work=work,
        said=shown(said),
        reference=shown(reference),
        result=result,
    )


def _day(cell: Any, around: Around) -> date:
    found = dates.read(cell, today=around.last)
    if found.day is None or found.status != "ok":
        raise _Refusal(found.status, cell)
    if not around.first <= found.day <= around.last:
        raise _Refusal("other_period", cell)
    return found.day


def _system(cell: Any, work: str, around: Around) -> str:
    """Return the system; an incident's number tells its system by itself."""
    called = words.called(cell)
    if not called and work == "incident_fixed":
        return ""
    if called not in around.systems:
        raise _Refusal("unknown_system" if called else "no_system", cell)
    return around.systems[called]


def _clock(cell: Any, day: Any) -> str:
    """Return the time of day as HH:MM, from its own cell or the day's; nothing where none is told."""
    if isinstance(day, datetime) and (day.hour or day.minute) and not plain(cell):
        return f"{day:%H:%M}"
    text = arabic(plain(cell))
    found = _CLOCK.fullmatch(text) if text else _CLOCK_IN_DATE.search(arabic(plain(day)))
    if text and not found:
        raise _Refusal("bad_time", cell)
    if not found:
        return ""
    hour, minute = int(found[1]), int(found[2])
    if hour > _LAST_HOUR or minute > _LAST_MINUTE:
        raise _Refusal("bad_time", cell or day)
    return f"{hour:02}:{minute:02}"
