"""What `dulae people read` says of a list, in Thai and English."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from dulae.people import citizen_id, dates, movements
from dulae.people.personnel_list import PersonnelList, Row

HEAD: Mapping[str, tuple[str, ...]] = {
    "en": ("row", "name", "citizen id", "movement", "first day out", "standing", "reason"),
    "th": ("แถวที่", "ชื่อ-สกุล", "เลขประจำตัวประชาชน", "การเคลื่อนไหว", "วันแรกที่พ้น", "ผลการอ่าน", "เหตุผล"),
}
_STANDINGS: Mapping[str, str] = {
    "act": "ดำเนินการทันที",
    "scheduled": "รอวันมีผล",
    "review": "รอตรวจสอบ",
    "no_action": "ไม่ต้องดำเนินการ",
    "rejected": "ปฏิเสธ",
}
_KINDS: Mapping[str, str] = {
    "title": "หัวเรื่อง",
    "header": "หัวตาราง",
    "continuation": "บรรทัดที่สองของบุคคล",
    "category": "หมวด",
    "total": "ยอดรวม",
    "footnote": "หมายเหตุท้ายตาราง",
    "signature": "ลายมือชื่อ",
    "nothing": "ไม่มีข้อมูล",
    "blank": "ว่าง",
    "unfilled": "มีแต่ลำดับที่",
}
_ASIDES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "dropped": "columns that may not be read, dropped",
        "ignored": "columns not used",
        "sheets": "sheets not read",
        "other": "lines that are no persons",
        "declared": "declared by the list",
        "look": "LOOK AGAIN",
        "says": "the personnel division says",
    },
    "th": {
        "dropped": "คอลัมน์ที่ห้ามอ่าน ตัดทิ้งแล้ว",
        "ignored": "คอลัมน์ที่ไม่ได้ใช้",
        "sheets": "แผ่นงานที่ไม่ได้อ่าน",
        "other": "บรรทัดที่ไม่ใช่รายชื่อ",
        "declared": "รายชื่อแจ้งจำนวนไว้",
        "look": "โปรดดูอีกครั้ง",
        "says": "กองการเจ้าหน้าที่แจ้งว่า",
    },
}
_LONGEST_SHOWN = 60
_READING = {"en": "reading {file}, which takes some seconds", "th": "กำลังอ่าน {file} ใช้เวลาสักครู่"}
_NONE_BACK = {
    "en": "no row goes back, so no sheet is written",
    "th": "ไม่มีแถวที่ต้องส่งคืน จึงไม่เขียนไฟล์",
}
_NOTHING = {"en": "nothing to report", "th": "ไม่มีข้อมูล"}
_EMPTY = {
    "en": 'the list holds no row and does not say "ไม่มีข้อมูล" (nothing to report)',
    "th": 'ไม่มีรายชื่อ และไม่มีข้อความ "ไม่มีข้อมูล"',
}
_DIFFERS = {
    "en": "the list declares {declared} persons and holds {received}",
    "th": "แจ้งจำนวน {declared} ราย แต่พบ {received} ราย",
}


def line(row: Row, language: str, *, unmasked: bool) -> tuple[str, ...]:
    """Return a row's cells under the head, its citizen number masked unless asked."""
    return (
        str(row.row),
        shortened(f"{row.prefix} {row.first_name} {row.last_name}".strip()),
        row.citizen_id if unmasked else citizen_id.masked(row.citizen_id),
        movement(row.movement, language),
        day(row.effective_date, language),
        standing(row.standing, language),
        row.reason_th if language == "th" else row.reason,
    )


def shortened(text: str) -> str:
    """Return a text as it fits into a column."""
    return text if len(text) <= _LONGEST_SHOWN else f"{text[:_LONGEST_SHOWN]}…"


def standing(name: str, language: str) -> str:
    """Return where a row stands, in words."""
    return _STANDINGS[name] if language == "th" else name


def movement(name: str, language: str) -> str:
    """Return a movement: by its Thai name, or by its id."""
    return movements.all_movements()[name].thai if language == "th" else name


def day(value: date | None, language: str) -> str:
    """Return a day as offices print it in Thai, or as ISO 8601."""
    if value is None:
        return ""
    return dates.in_thai(value) if language == "th" else value.isoformat()


def reading(file: str, language: str) -> str:
    """Return what is said before a long list has been read."""
    return _READING[language].format(file=file)


def sent_back(count: int, path: Path, language: str) -> str:
    """Return how many rows go back, and in which file."""
    if not count:
        return _NONE_BACK[language]
    if language == "th":
        return f"ส่งคืน {count} แถว: {path}"
    return f"{count} {'row goes' if count == 1 else 'rows go'} back: {path}"


def figures(found: PersonnelList, language: str) -> str:
    """Return how many rows were received and where they stand, in one line."""
    counts = dict(found.counts)
    received = counts.pop("received")
    parts = [
        f"{standing(name, language)} {count}" if language == "th" else f"{count} {name}"
        for name, count in counts.items()
    ]
    head = f"รับ {received} ราย" if language == "th" else f"{received} received"
    return f"{found.file}: {', '.join([head, *parts])}"


def asides(found: PersonnelList, language: str) -> list[str]:
    """Return what else the reader should know, leaving out what does not apply."""
    kinds = [
        f"{_KINDS[kind] if language == 'th' else kind} {count}" for kind, count in found.other_rows.items()
    ]
    said: Mapping[str, tuple[str, ...]] = {
        "dropped": found.dropped_columns,
        "ignored": found.ignored_columns,
        "sheets": found.unread_sheets,
        "other": tuple(kinds),
        "declared": () if found.declared_total is None else (str(found.declared_total),),
        "look": _doubts(found, language),
        "says": (_NOTHING[language],) if found.nothing_to_report else (),
    }
    return [f"{_ASIDES[language][what]}: {', '.join(titles)}" for what, titles in said.items() if titles]


def _doubts(found: PersonnelList, language: str) -> tuple[str, ...]:
    """Return what is odd about a list as a whole; the review of access judges the same as findings."""
    received, declared = found.counts["received"], found.declared_total
    told = []
    if not received and not found.nothing_to_report:
        told.append(_EMPTY[language])
    if declared not in (None, received):
        told.append(_DIFFERS[language].format(declared=declared, received=received))
    return tuple(told)
