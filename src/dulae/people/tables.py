"""Tables of cells as persons: two-row headers and two-row persons joined, everything else counted by its kind.

A row that is no person and nothing known stays a person without a name: it is rejected, never dropped.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from dulae.errors import ListError
from dulae.people import headers, rows
from dulae.people.reading import Cells, Document, Table
from dulae.people.text import arabic, plain

_ID_INSIDE = re.compile(
    r"[(\[]\s*(\d(?:[\s\-\u2010-\u2015]?\d){12})\s*[)\]]|\n\s*(\d(?:[\s\-\u2010-\u2015]?\d){12})\s*$"
)
_EXCEL_TEXT = re.compile(r'="[^"]*"')
_LETTERS = 26
# A header that is repeated is seen by a header word among these.
_FIRST_CELLS = 4


@dataclass
class Record:
    """The cells of one person by field, as they were typed, and what stood around them."""

    row: int
    sheet: str
    cells: dict[str, Any] = field(default_factory=dict)
    movement: str = ""
    unit: str = ""
    spilled: bool = False

    @property
    def formula(self) -> str:
        """Return the first cell that a spreadsheet would compute, or nothing."""
        return next((str(cell) for cell in self.cells.values() if _is_formula(cell)), "")


@dataclass
class Extract:
    """Everything that was found in a list."""

    records: list[Record] = field(default_factory=list)
    other_rows: Counter[str] = field(default_factory=Counter)
    dropped_columns: list[str] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)
    title: str = ""
    declared_total: int | None = None
    nothing_to_report: bool = False

    def note(self, text: str) -> None:
        """Take the declared total and the words "nothing to report" from text around the list."""
        total = rows.declared_total(text)
        self.declared_total = self.declared_total if total is None else total
        self.nothing_to_report = self.nothing_to_report or rows.says_nothing(text)


def extract(document: Document, name: str) -> Extract:
    """Return the persons in a document; raise ListError if no sheet has a header with names in it."""
    made = Extract(unread_sheets=list(document.unread_sheets))
    headed = False
    for table in document.tables:
        filled = [text for text in map(rows.joined, table.rows) if text]
        if header := headers.find(table.rows):
            headed = True
            _Sheet(table, made, spills=document.encoding != "xlsx").read(header)
        elif filled:
            said = " ".join(filled)
            made.note(said)
            # A sheet that says "nothing to report" has been read.
            made.unread_sheets += [] if rows.says_nothing(said) else [table.name]
    if not headed and not made.nothing_to_report:
        raise ListError(
            "no header with a column of names was found in the first rows",
            place=name,
            remedy="The list needs a row with words such as ลำดับ, ชื่อ-สกุล, เลขประจำตัวประชาชน, มีผลตั้งแต่",
        )
    return made


class _Sheet:
    """Reads one table, row after row, into an extract."""

    def __init__(self, table: Table, made: Extract, *, spills: bool) -> None:
        self.table, self.made, self.spills = table, made, spills
        self.header = headers.Header(0, 0)
        self.name_column = -1
        self.movement = self.unit = ""
        self.signed = False

    def read(self, header: headers.Header) -> None:
        """Add the table's persons and what stands around them to the extract."""
        for row in self.table.rows[: header.last_row - header.rows + 1]:
            if text := rows.joined(row):
                self.made.other_rows["title"] += 1
                self.made.title = f"{self.made.title} {text}".strip()
                self.made.note(text)
        at = self._begin(header)
        while at < len(self.table.rows):
            again = self._header_at(at)
            at = self._begin(again) if again else self._take(at, self.table.rows[at])

    def _header_at(self, at: int) -> headers.Header | None:
        """Return the header that begins at a row within the list, as every printed page repeats it."""
        if not any(map(headers.is_word, self.table.rows[at][:_FIRST_CELLS])):
            return None
        found = headers.find(self.table.rows[at : at + 2])
        if not found or found.last_row - found.rows + 1:
            return None
        return headers.Header(at + found.last_row, found.rows, found.columns, found.two_rows)

    def _begin(self, header: headers.Header) -> int:
        """Take a header and return the index of the row below it."""
        self.header = header
        name = header.column_of("full_name")
        self.name_column = name if name is not None else header.column_of("first_name") or 0
        self.made.other_rows["header"] += header.rows
        for known, forbidden in ((self.made.dropped_columns, True), (self.made.ignored_columns, False)):
            known.extend(title for title in header.titles(forbidden=forbidden) if title not in known)
        self._refuse_formulas()
        return header.last_row + 1

    def _take(self, at: int, row: Cells) -> int:
        filled = [text for text in map(plain, row) if text]
        kind = self._kind(filled, plain(self._cell(row, self.name_column)))
        if kind == rows.PERSON:
            self._person(at, row)
            return at + 1
        self.made.other_rows[kind] += 1
        if kind == "continuation":
            self._continue(self.made.records[-1], row)
        elif filled:
            self._note(kind, filled)
        return at + 1

    def _kind(self, filled: list[str], named: str) -> str:
        if not filled:
            return "blank"
        if rows.are_column_numbers(filled):
            return "header"
        if self._is_continuation(named):
            return "continuation"
        if self.signed and len(filled) == 1:
            return rows.SIGNATURE
        return rows.kind_of(filled, named)

    def _note(self, kind: str, filled: list[str]) -> None:
        if kind == rows.CATEGORY:
            self.movement = rows.movement_of(filled[0]) or self.movement
            self.unit = rows.unit_of(filled[0]) or self.unit
        self.signed = self.signed or kind == rows.SIGNATURE
        self.made.nothing_to_report = self.made.nothing_to_report or kind == rows.NOTHING
        self.made.note(" ".join(filled))

    def _is_continuation(self, named: str) -> bool:
        """Say whether a row is the second one of the person above: a number where the name would be."""
        if not self.made.records or self.made.records[-1].sheet != self.table.name:
            return False
        return rows.is_number_cell(named) and not plain(self.made.records[-1].cells.get("citizen_id"))

    def _person(self, at: int, row: Cells) -> None:
        person = Record(at + 1, self.table.name, movement=self.movement, unit=self.unit)
        beyond = row[max(self.header.columns, default=0) + 1 :]
        person.spilled = self.spills and any(map(plain, beyond))
        for index, column in self._used():
            _put(person.cells, column.first, self._cell(row, index))
        _split_name(person.cells)
        self.made.records.append(person)

    def _continue(self, person: Record, row: Cells) -> None:
        for index, column in self._used():
            kind = "citizen_id" if index == self.name_column else column.second or column.first
            _put(person.cells, kind, self._cell(row, index))

    def _used(self) -> Iterator[tuple[int, headers.Column]]:
        return (
            (index, column)
            for index, column in self.header.columns.items()
            if column.first and not column.is_forbidden
        )

    def _refuse_formulas(self) -> None:
        """Raise ListError where a used cell is computed: what it shows may not be what was meant."""
        letters = {_letters(index) for index, column in self._used() if column.first != "seq"}
        for cell in sorted(self.table.formulas):
            column = cell.rstrip("0123456789")
            if column in letters and int(cell[len(column) :]) > self.header.last_row + 1:
                raise ListError(
                    "a cell of the list holds a formula",
                    place=f"{self.table.name}!{cell}",
                    remedy="Copy the list, paste it as values and save it again",
                )

    @staticmethod
    def _cell(row: Cells, index: int) -> Any:
        return row[index] if index < len(row) else ""


def _letters(index: int) -> str:
    """Return a column's letters from its index (0 is A)."""
    first, last = divmod(index, _LETTERS)
    return (chr(ord("A") + first - 1) if first else "") + chr(ord("A") + last)


def _put(cells: dict[str, Any], kind: str, cell: Any) -> None:
    """Keep a cell under its field; a further remark is added, an earlier other cell stays."""
    if kind == "remark" and plain(cells.get(kind)):
        cells[kind] = f"{cells[kind]} {plain(cell)}".strip()
    elif not plain(cells.get(kind)):
        cells[kind] = cell


def _split_name(cells: dict[str, Any]) -> None:
    """Move a citizen number that stands in the name's own cell to its field."""
    name = cells.get("full_name")
    if not isinstance(name, str) or plain(cells.get("citizen_id")):
        return
    if found := _ID_INSIDE.search(arabic(name)):
        cells["citizen_id"] = found.group(1) or found.group(2)
        cells["full_name"] = f"{name[: found.start()]} {name[found.end() :]}"


def _is_formula(cell: Any) -> bool:
    """Say whether a text cell would be computed by a spreadsheet; Excel's ``="..."`` text is none."""
    if not isinstance(cell, str) or not cell.lstrip().startswith(("=", "@")):
        return False
    return not _EXCEL_TEXT.fullmatch(cell.strip())
