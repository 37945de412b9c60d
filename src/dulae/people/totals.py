"""How many persons a list says it holds: in its titles, by category, page by page, or in all."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field

from dulae.people.text import arabic

_FIGURE = r"[\"'(=\u201c\u2018\-\s]{0,6}(\d{1,3}(?:,\d{3})+|\d{1,6})(?:\.0+)?[\"')\u201d\u2019\-\s]{0,6}"
_PERSONS = r"(?:\([^)]{0,40}\)\s?)?(?:ราย|คน|นาย|อัตรา|persons?|people)"
_WORDS = "รวม|จำนวน|ทั้งสิ้น|ทั้งหมด|total"
_SAID = re.compile(rf"(?:{_WORDS})[^\d]{{0,25}}?{_FIGURE}{_PERSONS}", re.I)
_IN_ALL = re.compile(
    rf"(?:รวม|ทั้งสิ้น|ทั้งหมด|total)[^\d]{{0,25}}?{_FIGURE}{_PERSONS}|{_FIGURE}{_PERSONS}\s*(?:ถ้วน)?\s*(?:ทั้งสิ้น|ทั้งหมด)",
    re.I,
)
_ROW = re.compile(
    rf"(?:grand\s+)?(?:{_WORDS})(?:{_WORDS}|บุคลากร|ข้าราชการ|ผู้พ้นจากราชการ|เป็น|[:=]|\s)*(?:{_FIGURE}(?:{_PERSONS})?)?",
    re.I,
)
_BARE = re.compile(rf"^\D{{0,60}}?{_FIGURE}(?:{_PERSONS})?\D*$", re.I)
_GRAND = re.compile("ทั้งสิ้น|ทั้งหมด|grand", re.I)
_MOST_CELLS = 4


def said(text: str) -> int | None:
    """Return the number of persons that a text says: the one in all, or else the sum of its parts."""
    figures = arabic(text)
    if in_all := _IN_ALL.findall(figures):
        return _number("".join(in_all[-1]))
    parts = [_number(figure) for figure in _SAID.findall(figures)]
    return sum(parts) if parts else None


def is_row(filled: Sequence[str]) -> bool:
    """Say whether a row is a total: it begins with the word, alone or with its number."""
    return len(filled) <= _MOST_CELLS and bool(_ROW.fullmatch(arabic(filled[0])))


def of_row(filled: Sequence[str]) -> int | None:
    """Return the number in a row of totals, with or without a word behind it."""
    text = arabic(" ".join(filled))
    found = _BARE.match(text)
    return _number(found.group(1)) if found else said(text)


def _number(figure: str) -> int:
    return int(figure.replace(",", ""))


@dataclass
class Totals:
    """What one sheet says of its own length, and how many persons were found in it."""

    found: int = 0
    title: int | None = None
    grand: int | None = None
    rows: list[int] = field(default_factory=list)
    categories: dict[str, list[int | None]] = field(default_factory=dict)

    def add_title(self, text: str) -> None:
        """Take what a text around the list says; a later one stands for an earlier one."""
        number = said(text)
        self.title = self.title if number is None else number

    def add_row(self, filled: Sequence[str]) -> None:
        """Take a row of totals: of a page or category, or of all."""
        number = of_row(filled)
        if number is None:
            return
        if _GRAND.search(filled[0]):
            self.grand = number
        else:
            self.rows.append(number)

    def add_category(self, level: str, text: str) -> None:
        """Take what a category says of the persons below it; categories of one level stand beside each other."""
        self.categories.setdefault(level, []).append(said(text))

    def declared(self) -> int | None:
        """Return what the sheet declares; where it says several numbers, one that is not what was found."""
        numbers = [number for number in (self.grand, self.title, self._of_rows()) if number is not None]
        for level in self.categories.values():
            numbers += [sum(number or 0 for number in level)] if None not in level else []
        return next((number for number in numbers if number != self.found), numbers[0] if numbers else None)

    def _of_rows(self) -> int | None:
        """Return the sum of the rows of totals; a last one that is the sum of those before is that sum."""
        if len(self.rows) > 1 and self.rows[-1] == sum(self.rows[:-1]):
            return self.rows[-1]
        return sum(self.rows) if self.rows else None


def of_sheets(sheets: Sequence[Totals]) -> int | None:
    """Return what several sheets declare together; one alone may speak for itself or for all of them."""
    speaking = [(sheet, number) for sheet in sheets if (number := sheet.declared()) is not None]
    if not speaking:
        return None
    silent = sum(sheet.found for sheet in sheets if sheet.declared() is None)
    (first, number), *others = speaking
    if not others and number != first.found:
        return number
    return silent + sum(number for _, number in speaking)
