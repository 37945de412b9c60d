"""What the personnel division's words for a movement lead to, from movement_types.csv.

Words are matched whole: a wording that is not known leads to review, never to an action.
"""

from __future__ import annotations

import csv
import enum
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources

from dulae.people.text import arabic, plain


class Counting(enum.Enum):
    """How the date of a movement is to be counted."""

    FIRST_DAY_OUT = "the date is the first day out"
    LAST_DAY = "the date is the last day in force"
    AT_ONCE = "as soon as the order is known, whatever its date"
    RETIREMENT = "1 October; 30 September is the last day in service"


@dataclass(frozen=True)
class Movement:
    """One kind of movement: what it leads to, and whether an approved plan may carry it out by itself."""

    id: str
    thai: str
    english: str
    action: str
    automatic: bool
    counting: Counting

    @property
    def is_leaving(self) -> bool:
        """Say whether somebody loses a login by this movement."""
        return self.action.startswith(("DISABLE", "SUSPEND"))

    @property
    def is_joining(self) -> bool:
        """Say whether somebody comes in by this movement."""
        return self.action == "NO_DISABLE"


UNKNOWN = "unknown"
_REMEMBERED = 1 << 12
# Words shared by several kinds: the one without a direction wins, and with it a person's decision.
_SHARED = {
    "โอน": "transfer_ambiguous",
    "transfer": "transfer_ambiguous",
    "transferred": "transfer_ambiguous",
    "ย้าย": "move_inside",
    "ช่วยราชการ": "assist_out",
    "อื่นๆ": UNKNOWN,
}
_SHARED_CODES = {"111": "assist_out"}
# What overrides every other word in a title, and what a title says of people who do not move.
_OVERRULES = ("order_cancelled", "order_corrected")
_NOT_IN_TITLES = {UNKNOWN, "rename", "vendor_staff", "appoint", "outsourced_end"}
_OPEN_END = "..."
_SPACE = re.compile(r"\s+")
_BRACKET = re.compile(r"[()]")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_CODE = re.compile(r"(\d{5}|\d{3})(?!\d)(?:\.0+$)?[:.\-]?")
_CODE_BEHIND = re.compile(r"(.*\D)\(?(\d{5}|\d{3})\)?")
_NUMBERED = re.compile(r"\(?\d{1,2}[.)](?!\d)")
_SIGNS = " -\u2013*.,;:'\"\u2018\u2019\u201c\u201d"
# A title that takes back what its other words say, or says that it is not decided.
_TAKES_BACK = re.compile(
    "ยกเลิก|เพิกถอน|ถอน|ชะลอ|ระงับ|ไม่|แก้ไข|เลื่อน|ขยาย|ประสงค์|จำนง|ยื่น|คาดว่า|อยู่ระหว่าง|ร่าง(?!กาย)"
    "|รอ(?:การ|ผล)?(?:อนุมัติ|อนุญาต|คำสั่ง|พิจารณา|ลงนาม|เสนอ)"
)
_ELSEWHERE = re.compile("^(ไป)?(กรม|จังหวัด|กระทรวง|สสจ|สำนักงานสาธารณสุขจังหวัด|สำนักงานปลัดกระทรวง)")


@cache
def all_movements() -> dict[str, Movement]:
    """Return every kind of movement by its id."""
    return {row["id"]: _movement(row) for row in _rows()}


@lru_cache(_REMEMBERED)
def named(wording: str) -> Movement:
    """Return the movement that a cell names; an unknown wording is the movement ``unknown``."""
    return all_movements()[_whole(_key(wording)) or UNKNOWN]


@lru_cache(_REMEMBERED)
def in_title(text: str) -> Movement | None:
    """Return the one movement that a title or category names, or None if it names none, several or takes it back."""
    found, rest = inside(_key(text))
    overruling = [identifier for identifier in _OVERRULES if identifier in found]
    if not overruling and _TAKES_BACK.search(rest):
        return None
    only = overruling[:1] or (found if len(found) == 1 else [])
    return all_movements()[only[0]] if only else None


def inside(compact: str) -> tuple[list[str], str]:
    """Return the movements that a text without spaces names anywhere, and what is left of it."""
    found: dict[str, None] = {}
    for wording, identifier in _longest_first():
        if wording in compact and identifier not in _NOT_IN_TITLES:
            found[identifier] = None
            compact = compact.replace(wording, " ")
    return list(found), compact


@cache
def beginnings() -> dict[str, str]:
    """Return the movements by the words that may stand first in a longer wording, without spaces and brackets."""
    bare = {_BRACKET.sub("", wording): kind for wording, kind in _longest_first()}
    return {wording: kind for wording, kind in bare.items() if kind not in _NOT_IN_TITLES}


def at_beginning(compact: str, begin: int = 0) -> list[tuple[str, str]]:
    """Return the words with which a text without spaces begins at a place, the longest first, with their movements."""
    known = beginnings()
    cuts = [compact[begin : begin + length] for length in _lengths() if begin + length <= len(compact)]
    return [(wording, known[wording]) for wording in cuts if wording in known]


@cache
def _lengths() -> list[int]:
    return sorted({len(wording) for wording in beginnings()}, reverse=True)


@cache
def of_no_matter() -> set[str]:
    """Return the kinds that speak for nobody's leaving and against nobody's: leave, promotions, acting."""
    return {
        kind.id for kind in all_movements().values() if kind.action in {"NO_ACTION", "ADD_ROLE", "RELINK"}
    }


def code_before(compact: str) -> tuple[str, int]:
    """Return the movement whose code stands before its words, and the code's length; both nothing without one."""
    found = _CODE.match(compact)
    kind = _codes().get(found.group(1)) if found else None
    return (kind, found.end()) if found and kind else ("", 0)


def directed(movement: Movement, from_unit: str, to_unit: str, units: frozenset[str]) -> Movement:
    """Return a transfer or move with its direction, read from the units where both are known.

    ``units`` are the department's own units in one spelling; without them only the wording decides.
    """
    kinds = all_movements()
    if movement.id == "move_inside" and to_unit:
        away = _ELSEWHERE.match(to_unit) if not units else to_unit not in units
        return kinds["move_outside"] if away else movement
    if movement.id == "transfer_ambiguous" and units and from_unit and to_unit:
        ours = (from_unit in units, to_unit in units)
        return kinds[{(True, False): "transfer_out", (False, True): "transfer_in"}.get(ours, movement.id)]
    return movement


def _movement(row: dict[str, str]) -> Movement:
    return Movement(
        id=row["id"],
        thai=row["movement_th"],
        english=row["movement_en"],
        action=row["action"],
        automatic=row["auto_after_approval"].startswith("yes"),
        counting=_counting(row),
    )


def _counting(row: dict[str, str]) -> Counting:
    rule = row["effective_date_rule"]
    if row["id"] == "retire":
        return Counting.RETIREMENT
    if rule.startswith("disable as soon as"):
        return Counting.AT_ONCE
    return Counting.LAST_DAY if rule.startswith("date is the LAST day") else Counting.FIRST_DAY_OUT


def _rows(name: str = "movement_types.csv") -> list[dict[str, str]]:
    source = resources.files("dulae.people").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(source.splitlines()))


def _whole(key: str) -> str | None:
    """Return the movement of a whole wording, with or without its code, or None."""
    known = _wordings().get(key) or _by_open_end(key)
    if known:
        return known
    key = _NUMBERED.sub("", key, count=1)
    code, behind = _CODE.match(key), _CODE_BEHIND.fullmatch(key)
    if code and (by_code := _codes().get(code.group(1))):
        rest = key[code.end() :]
        return by_code if not rest or _wordings().get(rest) == by_code else None
    if behind and (by_code := _codes().get(behind.group(2))):
        return by_code if _wordings().get(behind.group(1).strip(f"{_SIGNS}()")) == by_code else None
    return _wordings().get(key)


def _key(wording: str) -> str:
    return arabic(_SPACE.sub("", plain(wording))).strip(_SIGNS).casefold()


@cache
def _further() -> dict[str, list[str]]:
    """Return the further wordings of each kind, which the personnel division's own table does not have."""
    return {row["id"]: row["wordings"].split("|") for row in _rows("movement_wordings.csv")}


def _spellings(row: dict[str, str]) -> Iterator[str]:
    title = row["movement_th"]
    english = row["movement_en"]
    yield from (title, english, _PARENTHESES.sub("", english), *row["synonyms_th"].split("|"))
    yield from _further().get(row["id"], [])
    yield from (title.split(" ") if row["id"] == "short_leave" else [])
    for part in (title, *title.split(" / ")):
        yield from (part, _PARENTHESES.sub("", part), _PARENTHESES.sub(r"\1", part))


@cache
def _wordings() -> dict[str, str]:
    owners: dict[str, set[str]] = {}
    for row in _rows():
        for spelling in filter(None, map(_key, _spellings(row))):
            owners.setdefault(spelling, set()).add(row["id"])
    alone = {spelling: min(ids) for spelling, ids in owners.items() if len(ids) == 1}
    known = {spelling: kind for spelling, kind in alone.items() if not spelling.endswith(_OPEN_END)}
    return {**known, **{_key(wording): kind for wording, kind in _SHARED.items()}}


@cache
def _longest_first() -> list[tuple[str, str]]:
    return sorted(_wordings().items(), key=lambda item: -len(item[0]))


@cache
def _open_ends() -> dict[str, str]:
    """Return beginnings of wordings (``ช่วยราชการกอง...``) with their movements."""
    ends = [(synonym, row["id"]) for row in _rows() for synonym in row["synonyms_th"].split("|")]
    return {
        _SPACE.sub("", synonym).removesuffix(_OPEN_END): kind
        for synonym, kind in ends
        if _OPEN_END in synonym
    }


def _by_open_end(key: str) -> str | None:
    return next((kind for start, kind in _open_ends().items() if key.startswith(start)), None)


@cache
def _codes() -> dict[str, str]:
    pairs = [(code, row["id"]) for row in _rows() for code in row["dpis_mov_codes"].split("|") if code]
    shared = Counter(code for code, _ in pairs)
    return {**{code: kind for code, kind in pairs if shared[code] == 1}, **_SHARED_CODES}
