"""What a whole cell says of a movement: its words, and what offices write around them (a date, an order, a place).

All of a cell must be understood. One word that is not leads to review, with what was understood and why it is not
certain; nothing is inferred from a part.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache

from rapidfuzz.distance import OSA
from rapidfuzz.process import extractOne

from dulae.people import movements
from dulae.people.tails import DATE, ORDER, SIGNS, Tail, taken
from dulae.people.text import arabic, plain

_REMEMBERED = 1 << 12
# What follows is why somebody leaves, or of his health or conduct, which may not be read.
_WHY = re.compile(
    "เนื่องจาก|เนื่องด้วย|เพราะ|ด้วยเหตุ|สาเหตุ|เหตุผล|(?:อยู่)?(?:ใน)?ระหว่าง(?:การ)?(?:สอบสวน|สืบสวน|ถูกสอบสวน|ดำเนินการทางวินัย|รักษา)"
    "|วินัย|ทุจริต|ความผิด|กระทำผิด|ละทิ้ง|ป่วย|โรค|มะเร็ง|สุขภาพ|รักษาตัว|ทุพพลภาพ|ตั้งครรภ์|due to|because"
)
_BRACKETS = re.compile(r"[()\[\]{}\"'\u2018-\u201d]")
_FRONT = re.compile(
    r"ข้าราชการ(?:พลเรือน)?(?:สามัญ)?|พนักงานราชการ(?:ทั่วไป)?|พนักงานกระทรวงสาธารณสุข|ลูกจ้าง(?:ประจำ|ชั่วคราว)?"
    r"|(?:ได้รับ|ได้)?(?:การ)?(?:อนุญาต|อนุมัติ)(?:แล้ว)?|(?:มี)?คำสั่ง|สั่ง|การ|กรณี|เหตุ|ประเภท|ผู้|ให้|ได้|is|was|has"
    r"|(?:พ้น|ออก)จาก(?:ราชการ|งาน)(?:เพราะ|เนื่องจาก|ด้วย|โดย)?(?:เหตุ)?(?:การ)?|[:\-]"
)
_NUMBERED = re.compile(r"\d{1,2}[.)](?!\d)")
_TAKES_BACK = re.compile(
    "ไม่|มิได้|มิใช่|ยกเลิก|เพิกถอน|ถอน|ชะลอ|ระงับ|เลื่อน|แก้ไข|ขยาย|งด|ห้าม|กลับ|คืน|เว้น|not|cancel|withdr|revok|postpon"
)
_NOT_YET = re.compile("ยัง(?:ไม่|มิ)|not ?yet")
_UNDECIDED = re.compile(
    "ยัง|รอ|จะ|อาจ|คาด|ประสงค์|จำนง|ยื่น|เสนอ|ระหว่าง|พิจารณา|ถ้า|หาก|แต่|หรือ|ทดลอง|ขอ|ดำเนินการ|\\?|pending|maybe|if|request"
)
_LONGEST, _FEWEST_LETTERS, _MANY_LETTERS = 300, 4, 8


@dataclass(frozen=True)
class Said:
    """What a cell says. ``kind`` is a movement's id where all of the cell was understood, else ``unknown``.

    Then ``begins`` is the movement that some of its words name, ``other`` a second one, and ``doubt`` why it is not
    certain: taken_back, undecided, several, why, more, mistyped. Dates, fiscal years (BE), places and orders that
    stand beside the movement are given as they were written.
    """

    kind: str = movements.UNKNOWN
    begins: str = ""
    other: str = ""
    doubt: str = ""
    dates: tuple[str, ...] = ()
    fiscal_year: int | None = None
    place: str = ""
    order_no: str = ""


@lru_cache(_REMEMBERED)
def said(wording: str) -> Said:
    """Return what a cell says of a movement."""
    whole = movements.named(wording)
    text = " ".join(_BRACKETS.sub(" ", arabic(plain(wording)).casefold()).split())
    if whole.id != movements.UNKNOWN or len(text) > _LONGEST:
        return Said(whole.id)
    turned = _turned(text)
    for kind, rest in _heads(turned):
        tail = Tail(kind, rest)
        if taken(tail):
            return Said(
                kind,
                dates=tail.dates,
                fiscal_year=tail.fiscal_year,
                place=tail.place,
                order_no=tail.order_no,
            )
    return _doubtful(text)


def without_why(wording: str) -> str:
    """Return a wording as it may be shown, without why somebody leaves; one that was understood stays whole."""
    cut = _WHY.search(wording)
    if cut is None or movements.named(wording).id != movements.UNKNOWN:
        return wording
    return wording[: cut.start()].rstrip(" (")


def speaks_against(text: str, kind: str) -> bool:
    """Say whether a remark beside a movement names another one, takes it back, or says that it is not decided."""
    bare = "".join(arabic(plain(text)).casefold().split())
    found, rest = movements.inside(bare)
    others = set(found) - {kind} - _ALIKE.get(kind, set()) - movements.of_no_matter()
    return bool(others or _AGAINST.search(rest))


# Kinds that a remark may name in other words without a contradiction.
_ALIKE = {
    "transfer_out": {"transfer_ambiguous"},
    "early_retire": {"resign", "retire"},
    "resign_military": {"resign"},
}
# A remark is free text: only what is surely said of an order counts there.
_AGAINST = re.compile(
    "ยกเลิก|เพิกถอน|ชะลอ|ระงับ(?:คำสั่ง|การ)|ถอน(?:เรื่อง|คำขอ|ใบ|การ|แล้ว|$)|แก้ไข|ต่ออายุราชการ|ต่อสัญญา|เลื่อน(?:วัน|การ|กำหนด|ออก|ไป)|ขยายเวลา"
    "|(?:ยัง)?ไม่(?:ได้)?(?:อนุมัติ|อนุญาต|ลงนาม|มีคำสั่ง|มีผล|ออกคำสั่ง|ลาออก|โอน|ย้าย|เกษียณ|ไป|พ้น|แน่)|ยังไม่|รอ(?:การ)?(?:อนุมัติ|อนุญาต|คำสั่ง|ลงนาม|พิจารณา|ยืนยัน|มติ)"
    "|อยู่ระหว่าง(?:การ)?(?:พิจารณา|เสนอ|ขอ|ดำเนิน|รอ|ทบทวน)|เปลี่ยนใจ|กลับเข้า|กลับมา|ยังปฏิบัติ|ยังคง|ปฏิบัติราชการต่อ|cancel|pending|postpon|notyet|withdr"
)


def date_in(remark: str) -> str:
    """Return the date from which a remark says that something holds, as it is written, or nothing."""
    text = " ".join(_BRACKETS.sub(" ", arabic(plain(remark)).casefold()).split())
    found = _HOLDS_FROM.search(text)
    dated = DATE.match(text, found.start()) if found else None
    return dated["date"] if dated else ""


_HOLDS_FROM = re.compile("มีผล|ตั้งแต่|นับแต่|effective|from ")


def _turned(text: str) -> str:
    """Return a text with the date or order that stands before its movement behind it."""
    for pattern in (DATE, ORDER):
        if (found := pattern.match(text)) and found.end() < len(text):
            return f"{text[found.end() :].strip(SIGNS)} {found.group()}"
    return text


def _heads(text: str) -> Iterator[tuple[str, str]]:
    """Yield each movement that a text begins with, the longest words first, and what stands behind it."""
    at = [index for index, letter in enumerate(text) if letter != " "]
    compact = text.replace(" ", "")
    numbered = _NUMBERED.match(compact)
    begin = numbered.end() if numbered else 0
    coded, length = movements.code_before(compact[begin:])
    cut: int | None = begin + length
    while cut is not None:
        for wording, kind in movements.at_beginning(compact, cut):
            behind = cut + len(wording)
            if coded in ("", kind):
                yield kind, text[at[behind] :] if behind < len(at) else ""
        front = _FRONT.match(compact, cut)
        cut = front.end() if front else None


def _doubtful(text: str) -> Said:
    """Return what some words of a text name, and why the whole is not certain."""
    compact = text.replace(" ", "")
    found, rest = movements.inside(compact)
    if not found:
        return _mistyped(compact)
    doubt = _doubt(rest, several=len(found) > 1)
    typed = _mistyped(compact) if doubt == "more" else Said()
    return (
        typed
        if typed.doubt
        else Said(begins=found[0], other=[*found, ""][1] if doubt == "several" else "", doubt=doubt)
    )


def _doubt(rest: str, *, several: bool) -> str:
    """Return why a wording is not certain, from what stands beside the words that are known."""
    doubts = (
        ("undecided", _NOT_YET.search(rest)),
        ("taken_back", _TAKES_BACK.search(rest)),
        ("several", several),
        ("why", _WHY.search(rest)),
        ("undecided", _UNDECIDED.search(rest)),
    )
    return next((doubt for doubt, applies in doubts if applies), "more")


def _mistyped(compact: str) -> Said:
    """Return the movement whose words differ by a letter, or by two where they are long: a hint and no more."""
    if not _FEWEST_LETTERS <= len(compact) <= _LONGEST_MISTYPED:
        return Said()
    most = 1 if len(compact) < _MANY_LETTERS else 2
    near = extractOne(compact, _spelled(), scorer=OSA.distance, score_cutoff=most)
    # What stands there whole was not mistyped; something else stands beside it.
    near = None if near and near[0] in compact else near
    return Said(begins=movements.beginnings()[near[0]], doubt="mistyped") if near else Said()


_LONGEST_MISTYPED = 40


@cache
def _spelled() -> list[str]:
    return [wording for wording in movements.beginnings() if len(wording) >= _FEWEST_LETTERS]
