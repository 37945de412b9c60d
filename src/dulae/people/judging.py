"""Where one person of the list stands: to act on, scheduled, to review, nothing to do, or rejected."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from dulae.people import citizen_id, dates, movements, names, row_reasons, rows
from dulae.people.citizen_id import CitizenId
from dulae.people.dates import ReadDate
from dulae.people.movements import Counting, Movement
from dulae.people.names import PersonName
from dulae.people.personnel_list import Row
from dulae.people.row_reasons import Because, because
from dulae.people.tables import Record

_SHOWN = 60
_NAME_CELLS = ("prefix", "full_name", "first_name", "last_name")
_CONTRADICTS = re.compile("ยกเลิก|เพิกถอน|ชะลอ|ระงับคำสั่ง|ถอน(เรื่อง|คำขอ)|แก้ไข|ต่ออายุราชการ|ต่อสัญญา|เลื่อนวัน|ขยายเวลา")
_END_OF_FISCAL_YEAR = (9, 30)
_NAME_DOUBTS = {
    "suspicious": row_reasons.NAME_SUSPICIOUS,
    "replacement_char": row_reasons.NAME_SUSPICIOUS,
    "prefix_typo": row_reasons.PREFIX_MISTYPED,
    "no_last_name": row_reasons.NO_SURNAME,
}


@dataclass(frozen=True)
class Surroundings:
    """What the reader knows: today, and the department's own units."""

    today: date
    units: frozenset[str] = frozenset()


@dataclass(frozen=True)
class _Read:
    """One record with its cells understood."""

    record: Record
    name: PersonName
    number: CitizenId
    movement: Movement
    wording: str
    day: date | None
    dated: ReadDate
    flags: frozenset[str]


def judge(record: Record, around: Surroundings) -> Row:
    """Return the row of one record; nothing is left out, and what is not certain is not acted on."""
    read = _understood(record, around)
    reasons = _rejections(read)
    if reasons:
        return _row(read, "rejected", reasons)
    if not _takes_away(read.movement):
        return _row(read, "no_action", [_about(row_reasons.NOT_A_LEAVER, read)])
    reasons = _doubts(read)
    if reasons:
        return _row(read, "review", reasons)
    return _row(read, *_certain(read, around.today))


def cell(record: Record, kind: str) -> str:
    """Return a field of a record as text."""
    return record.texts.get(kind, "")


def _understood(record: Record, around: Surroundings) -> _Read:
    name = _name(record)
    number = citizen_id.read(record.cells.get("citizen_id"))
    movement, wording, flags = _movement(record, around)
    dated, day, date_flags = _day(record, movement, around)
    every = name.flags | number.flags | dated.flags | flags | date_flags
    if number.is_placeholder:
        every |= {"placeholder_id"}
    return _Read(record, name, number, movement, wording, day, dated, every)


def _name(record: Record) -> PersonName:
    if "first_name" in record.cells and "last_name" in record.cells:
        parts = [str(record.cells.get(kind) or "") for kind in ("prefix", "first_name", "last_name")]
        return names.without_title_alone(names.from_parts(*parts))
    whole = str(record.cells.get("full_name") or record.cells.get("first_name") or "")
    name = names.without_title_alone(names.read(whole))
    prefix = str(record.cells.get("prefix") or "")
    return names.with_prefix(prefix, name) if prefix.strip() else name


def _movement(record: Record, around: Surroundings) -> tuple[Movement, str, frozenset[str]]:
    """Return the movement from its cell, else from the category above, else from the title."""
    wording = cell(record, "movement") or cell(record, "movement_remark")
    flags: frozenset[str] = frozenset()
    found = movements.named(wording)
    if found.id == movements.UNKNOWN and (not wording or "movement" not in record.cells):
        titled = movements.in_title(record.title)
        above = movements.named(record.movement) if record.movement else titled
        if above:
            found, flags = above, frozenset({"movement_from_title"})
    units = (_unit(record, "from_unit") or _unit(record, "unit"), _unit(record, "to_unit"))
    return movements.directed(found, *units, around.units), movements.without_why(wording), flags


def _unit(record: Record, kind: str) -> str:
    return cell(record, kind) or (record.unit if kind == "unit" else "")


def _day(
    record: Record, movement: Movement, around: Surroundings
) -> tuple[ReadDate, date | None, frozenset[str]]:
    """Return the date as read, the first day out that follows from it, and flags on how it was counted."""
    stated = dates.read(record.cells.get("effective_date"), today=around.today)
    last = dates.read(record.cells.get("last_day"), today=around.today)
    if stated.status == "empty" and last.status != "empty":
        return last, _next(last.day), frozenset({"last_day_given"})
    year = rows.fiscal_year(record.title) if movement.counting is Counting.RETIREMENT else None
    if stated.status == "empty" and year:
        return ReadDate(None, "ok"), date(year - dates.BE_OFFSET, 10, 1), frozenset({"date_computed"})
    day, flags = _first_day_out(stated, movement)
    if last.day and day and _next(last.day) != day:
        flags |= {"dates_disagree"}
    return stated, day, flags


def _first_day_out(stated: ReadDate, movement: Movement) -> tuple[date | None, frozenset[str]]:
    """Return the first day out; the words in the cell come first, then the rule of the movement."""
    day = stated.day
    if day is None or stated.bound == "first_day_out":
        return day, frozenset()
    retires_last = movement.counting is Counting.RETIREMENT and (day.month, day.day) == _END_OF_FISCAL_YEAR
    if stated.bound == "last_day" or movement.counting is Counting.LAST_DAY or retires_last:
        return _next(day), frozenset({"last_day_given"})
    return day, frozenset()


def _next(day: date | None) -> date | None:
    return day + timedelta(days=1) if day else None


def _takes_away(movement: Movement) -> bool:
    """Say whether a movement asks for something: leaving, changed rights, or a person's decision."""
    return movement.action not in {"NO_ACTION", "NO_DISABLE", "RELINK"} and movement.id != "contract_renew"


def _rejections(read: _Read) -> list[Because]:
    found = []
    if not read.name.first:
        found.append(because(row_reasons.NO_NAME))
    if read.record.formula:
        found.append(because(row_reasons.FORMULA))
    if read.record.spilled:
        found.append(because(row_reasons.SPILLED))
    if read.dated.status.startswith("bad") and _takes_away(read.movement):
        found.append(because(row_reasons.BAD_DATE, date=_typed_date(read)))
    return found


def _doubts(read: _Read) -> list[Because]:
    return [
        *_about_row(read.record),
        *_about_movement(read),
        *_about_number(read),
        *_about_date(read),
        *_about_name(read),
    ]


def _about_row(record: Record) -> list[Because]:
    told = ((record.hidden, row_reasons.HIDDEN), (record.long, row_reasons.TOO_LONG))
    return [because(why) for applies, why in told if applies]


def _about_movement(read: _Read) -> list[Because]:
    found = []
    if read.movement.id == movements.UNKNOWN:
        why = row_reasons.UNKNOWN_MOVEMENT if read.wording else row_reasons.NO_MOVEMENT
        found.append(because(why, wording=read.wording[:_SHOWN]) if read.wording else because(why))
    elif read.movement.id == "transfer_ambiguous":
        found.append(because(row_reasons.NO_DIRECTION))
    elif not read.movement.automatic:
        found.append(_about(row_reasons.NEEDS_DECISION, read))
    remark = " ".join(filter(None, (cell(read.record, "remark"), cell(read.record, "movement_remark"))))
    told = movements.in_title(remark) if remark and "movement_from_title" in read.flags else None
    other = told is not None and told.id != read.movement.id
    if read.movement.is_leaving and (other or _CONTRADICTS.search(remark)):
        found.append(because(row_reasons.REMARK_CONTRADICTS, remark=movements.without_why(remark)[:_SHOWN]))
    return found


def _about_number(read: _Read) -> list[Because]:
    if read.number.status != "ok":
        return [because(row_reasons.ID_WRONG[read.number.status])]
    return [because(row_reasons.ID_PLACEHOLDER)] if read.number.is_placeholder else []


def _about_date(read: _Read) -> list[Because]:
    if "dates_disagree" in read.flags:
        return [because(row_reasons.DATES_DISAGREE)]
    at_once = read.movement.counting is Counting.AT_ONCE and read.dated.status == "empty"
    why = row_reasons.DATE_DOUBTFUL.get(read.dated.status)
    if not why or at_once or not read.movement.is_leaving:
        return []
    return [because(why, date=_typed_date(read)) if "{date}" in why.text else because(why)]


def _about_name(read: _Read) -> list[Because]:
    if _NAME_DOUBTS.keys().isdisjoint(read.name.flags):
        return []
    found = dict.fromkeys(why for flag, why in _NAME_DOUBTS.items() if flag in read.name.flags)
    return [because(why) for why in found]


def _certain(read: _Read, today: date) -> tuple[str, list[Because]]:
    if read.movement.counting is Counting.AT_ONCE:
        # Never the kind of movement: an order about discipline or death is nobody else's business.
        return "act", [because(row_reasons.AT_ONCE)]
    due = read.day is not None and read.day <= today
    why = row_reasons.HAS_LEFT if due else row_reasons.WILL_LEAVE
    day = read.day.isoformat() if read.day else ""
    return "act" if due else "scheduled", [because(why, movement=read.movement.id, effective_date=day)]


def _about(why: Any, read: _Read) -> Because:
    return because(why, movement=read.movement.id)


def _typed_date(read: _Read) -> str:
    return (cell(read.record, "effective_date") or cell(read.record, "last_day"))[:_SHOWN]


def _row(read: _Read, standing: str, reasons: list[Because]) -> Row:
    texts = read.record.texts
    typed = {
        "name": " ".join(texts[kind] for kind in _NAME_CELLS if texts.get(kind)),
        "citizen_id": texts.get("citizen_id", ""),
        "movement": read.wording,
        "effective_date": _typed_date(read),
        "unit": _unit(read.record, "unit"),
    }
    return Row(
        row=read.record.row,
        sheet=read.record.sheet,
        name_key=read.name.key,
        prefix=read.name.prefix,
        first_name=read.name.first,
        last_name=read.name.last,
        former_surname=read.name.former_surname,
        citizen_id=read.number.value,
        citizen_id_status=read.number.status,
        movement=read.movement.id,
        action=read.movement.action,
        effective_date=read.day,
        unit=_unit(read.record, "unit"),
        to_unit=cell(read.record, "to_unit"),
        order_no=cell(read.record, "order_no") or rows.order_no(read.record.title),
        standing=standing,
        flags=tuple(sorted(read.flags)),
        because=tuple(reasons),
        typed=typed,
    )
