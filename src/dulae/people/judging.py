"""Where one person of the list stands: to act on, scheduled, to review, nothing to do, or rejected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from dulae.people import (
    citizen_id,
    days,
    doubled,
    doubting,
    movements,
    names,
    places,
    row_reasons,
    rows,
    wordings,
)
from dulae.people.citizen_id import CitizenId
from dulae.people.days import Day
from dulae.people.doubting import SHOWN
from dulae.people.movements import Counting, Movement
from dulae.people.names import PersonName
from dulae.people.personnel_list import Row
from dulae.people.row_reasons import Because, because
from dulae.people.tables import Record
from dulae.people.wordings import Said

_NAME_CELLS = ("prefix", "full_name", "first_name", "last_name")
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
    said: Said
    dated: Day
    flags: frozenset[str]


def judge(record: Record, around: Surroundings) -> Row:
    """Return the row of one record; nothing is left out, and what is not certain is not acted on."""
    read = _understood(record, around)
    reasons = _rejections(read)
    if reasons:
        return _row(read, "rejected", reasons)
    if not _takes_away(read.movement):
        if leaves := doubting.about_staying(read.record):
            return _row(read, "review", leaves)
        return _row(read, "no_action", [_about(row_reasons.NOT_A_LEAVER, read)])
    reasons = _doubts(read, around.today)
    if reasons:
        return _row(read, "review", reasons)
    return _row(read, *_certain(read, around.today))


def cell(record: Record, kind: str) -> str:
    """Return a field of a record as text."""
    return record.texts.get(kind, "")


def _understood(record: Record, around: Surroundings) -> _Read:
    name = _name(record)
    number = citizen_id.read(record.cells.get("citizen_id"))
    said, wording, flags = _said(record)
    movement = _directed(record, movements.all_movements()[said.kind], said, around.units)
    dated = days.of(record, movement, said, around.today)
    every = name.flags | number.flags | dated.read.flags | flags | dated.flags
    if number.is_placeholder:
        every |= {"placeholder_id"}
    return _Read(record, name, number, movement, wording, said, dated, every)


def _name(record: Record) -> PersonName:
    if "first_name" in record.cells and "last_name" in record.cells:
        parts = [str(record.cells.get(kind) or "") for kind in ("prefix", "first_name", "last_name")]
        return names.without_title_alone(names.from_parts(*parts))
    whole = str(record.cells.get("full_name") or record.cells.get("first_name") or "")
    name = names.without_title_alone(names.read(whole))
    prefix = str(record.cells.get("prefix") or "")
    return names.with_prefix(prefix, name) if prefix.strip() else name


def _said(record: Record) -> tuple[Said, str, frozenset[str]]:
    """Return what is said of the movement in its cell, else in the category above, else in the title."""
    wording = cell(record, "movement") or cell(record, "movement_remark")
    found = wordings.said(wording)
    if found.kind == movements.UNKNOWN and (not wording or "movement" not in record.cells):
        titled = movements.in_title(record.title)
        above = wordings.said(record.movement) if record.movement else Said(titled.id) if titled else None
        if above:
            return above, wordings.without_why(wording), frozenset({"movement_from_title"})
    return found, wordings.without_why(wording), frozenset()


def _directed(record: Record, movement: Movement, said: Said, units: frozenset[str]) -> Movement:
    """Return a movement with its direction; who goes to where this list comes from does not surely leave."""
    from_unit, to_unit = _unit(record, "from_unit") or _unit(record, "unit"), _to_unit(record, said)
    found = movements.directed(movement, from_unit, to_unit, units)
    if found.id != "transfer_out" or not said.place:
        return found
    ours = (
        said.place in units or places.named_in(said.place, record.title) or places.same(said.place, from_unit)
    )
    named = cell(record, "to_unit")
    comes = places.is_agency(from_unit) and from_unit not in units and from_unit not in record.title
    if ours or comes or (named and not places.same(named, said.place)):
        return movements.all_movements()["transfer_ambiguous"]
    return found


def _to_unit(record: Record, said: Said) -> str:
    """Return where somebody goes: from its column, or from the wording."""
    comes = movements.all_movements()[said.kind].is_joining
    return cell(record, "to_unit") or ("" if comes else said.place)


def _unit(record: Record, kind: str) -> str:
    return cell(record, kind) or (record.unit if kind == "unit" else "")


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
    if read.dated.read.status.startswith("bad") and _takes_away(read.movement):
        found.append(because(row_reasons.BAD_DATE, date=_shown_date(read)))
    return found


def _doubts(read: _Read, today: date) -> list[Because]:
    differing = doubled.differing(read.record, read.movement.id, today)
    return [
        *_about_row(read.record),
        *(because(row_reasons.COLUMNS_DIFFER, title=title[:SHOWN]) for title in differing),
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
        found.append(doubting.about_wording(read.said, read.wording))
    elif read.movement.id == "transfer_ambiguous":
        found.append(because(row_reasons.NO_DIRECTION))
    elif not read.movement.automatic:
        found.append(_about(row_reasons.NEEDS_DECISION, read))
    remark = " ".join(filter(None, (cell(read.record, "remark"), _remark_of_movement(read))))
    if read.movement.is_leaving and remark and wordings.speaks_against(remark, read.movement.id):
        found.append(because(row_reasons.REMARK_CONTRADICTS, remark=wordings.without_why(remark)[:SHOWN]))
    return found


def _remark_of_movement(read: _Read) -> str:
    """Return the remark that could have been the movement and was not."""
    return cell(read.record, "movement_remark") if "movement_from_title" in read.flags else ""


def _about_number(read: _Read) -> list[Because]:
    if read.number.status != "ok":
        return [because(row_reasons.ID_WRONG[read.number.status])]
    return [because(row_reasons.ID_PLACEHOLDER)] if read.number.is_placeholder else []


def _about_date(read: _Read) -> list[Because]:
    for flag, why in row_reasons.DATES_DIFFER.items():
        if flag in read.flags and read.movement.is_leaving:
            return [because(why)]
    status = read.dated.read.status
    at_once = read.movement.counting is Counting.AT_ONCE and status == "empty"
    doubt = row_reasons.DATE_DOUBTFUL.get(status)
    if not doubt or at_once or not read.movement.is_leaving:
        return []
    return [because(doubt, date=_shown_date(read)) if "{date}" in doubt.text else because(doubt)]


def _about_name(read: _Read) -> list[Because]:
    if _NAME_DOUBTS.keys().isdisjoint(read.name.flags):
        return []
    found = dict.fromkeys(why for flag, why in _NAME_DOUBTS.items() if flag in read.name.flags)
    return [because(why) for why in found]


def _certain(read: _Read, today: date) -> tuple[str, list[Because]]:
    if read.movement.counting is Counting.AT_ONCE:
        # Never the kind of movement: an order about discipline or death is nobody else's business.
        return "act", [because(row_reasons.AT_ONCE)]
    first_out = read.dated.first_out
    due = first_out is not None and first_out <= today
    why = row_reasons.HAS_LEFT if due else row_reasons.WILL_LEAVE
    day = first_out.isoformat() if first_out else ""
    return "act" if due else "scheduled", [because(why, movement=read.movement.id, effective_date=day)]


def _about(why: Any, read: _Read) -> Because:
    return because(why, movement=read.movement.id)


def _shown_date(read: _Read) -> str:
    return read.dated.typed[:SHOWN]


def _row(read: _Read, standing: str, reasons: list[Because]) -> Row:
    texts = read.record.texts
    typed = {
        "name": " ".join(texts[kind] for kind in _NAME_CELLS if texts.get(kind)),
        "citizen_id": texts.get("citizen_id", ""),
        "movement": read.wording,
        "effective_date": _shown_date(read),
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
        effective_date=read.dated.first_out,
        unit=_unit(read.record, "unit"),
        to_unit=_to_unit(read.record, read.said),
        order_no=cell(read.record, "order_no") or read.said.order_no or rows.order_no(read.record.title),
        standing=standing,
        flags=tuple(sorted(read.flags)),
        because=tuple(reasons),
        typed=typed,
    )
