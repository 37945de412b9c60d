"""Tables of cells as persons: two-row headers and two-row persons joined, everything else counted by its kind.

A row that is no person and nothing known stays a person without a name: it is rejected, never dropped.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from dulae.people import cells, headers, refusals, rows, totals
from dulae.people.reading import Cells, Document, Table
from dulae.people.refusals import RefusedList
from dulae.people.text import plain

# A header that is repeated is seen by a header word among these.
_FIRST_CELLS = 4
_MOST_PAGE_TITLES = 6
_MOST_TITLE_CELLS = 2
_DATES = {"effective_date", "last_day", "order_date"}
_TOLD_ONCE = {"full_name", "first_name", "last_name", "citizen_id", "movement", "effective_date", "last_day"}


@dataclass
class Record:
    """The cells of one person by field, as they were typed, and what stood around them."""

    row: int
    sheet: str
    cells: dict[str, Any] = field(default_factory=dict)
    movement: str = ""
    unit: str = ""
    title: str = ""
    spilled: bool = False
    hidden: bool = False
    long: bool = False
    # What a further column of one kind holds, where only one can be right: the kind, the cell, the column's title.
    further: list[tuple[str, Any, str]] = field(default_factory=list)

    @property
    def formula(self) -> str:
        """Return the first cell that a spreadsheet would compute, or nothing."""
        return next((str(cell) for cell in self.cells.values() if cells.is_formula(cell)), "")

    @cached_property
    def texts(self) -> dict[str, str]:
        """Return the cells as text; whole numbers lose the decimals that a spreadsheet gives them."""
        return {kind: cells.as_text(cell) for kind, cell in self.cells.items() if kind != "seq"}


@dataclass
class Extract:
    """Everything that was found in a list."""

    records: list[Record] = field(default_factory=list)
    other_rows: Counter[str] = field(default_factory=Counter)
    dropped_columns: list[str] = field(default_factory=list)
    ignored_columns: list[str] = field(default_factory=list)
    unread_sheets: list[str] = field(default_factory=list)
    totals: list[totals.Totals] = field(default_factory=list)
    nothing_to_report: bool = False

    @property
    def declared_total(self) -> int | None:
        """Return how many persons the list says it holds, or None where it says nothing."""
        return totals.of_sheets(self.totals)


def extract(document: Document, name: str) -> Extract:
    """Return the persons in a document; raise ListError if no sheet has a header with names in it."""
    made = Extract(unread_sheets=list(document.unread_sheets))
    headed = False
    for table in document.tables:
        if header := headers.find(table.rows):
            headed = True
            _Sheet(table, made, spills=document.encoding != "xlsx").read(header)
        elif said := " ".join(filter(None, map(rows.joined, table.rows))):
            nothing = rows.says_nothing(said)
            made.nothing_to_report = made.nothing_to_report or nothing
            # A sheet that says "nothing to report" has been read.
            made.unread_sheets += [] if nothing else [table.name]
    if not headed and not made.nothing_to_report:
        raise RefusedList(refusals.NO_HEADER, name)
    return made


class _Sheet:
    """Reads one table, row after row, into an extract."""

    def __init__(self, table: Table, made: Extract, *, spills: bool) -> None:
        self.table, self.made, self.spills = table, made, spills
        self.totals = totals.Totals()
        self.header = headers.Header(0, 0)
        self.name_column, self.name_end, self.width = -1, 0, 0
        self.used: tuple[tuple[int, headers.Column], ...] = ()
        self.untitled: tuple[int, ...] = ()
        self.movement = self.unit = self.title = ""
        self.titles: list[str] = []
        self.signed = self.waits = False

    def read(self, header: headers.Header) -> None:
        """Add the table's persons and what stands around them to the extract."""
        self.made.totals.append(self.totals)
        at = self._begin(header, 0)
        while at < len(self.table.rows):
            found = self._header_below(at)
            at = self._begin(found, at) if found else self._take(at, cells.cut(self.table.rows[at]))

    def _header_below(self, at: int) -> headers.Header | None:
        """Return the header that a printed page repeats, at a row or below the page's titles."""
        for index in range(at, min(at + _MOST_PAGE_TITLES + 1, len(self.table.rows))):
            row = self.table.rows[index]
            if headers.has_word(row[:_FIRST_CELLS]):
                return self._header_at(index)
            if plain(cells.at(row, self.name_column)) or len(list(filter(plain, row))) > _MOST_TITLE_CELLS:
                return None
        return None

    def _header_at(self, at: int) -> headers.Header | None:
        """Return the header that begins at a row within the list."""
        if not headers.has_word(self.table.rows[at][:_FIRST_CELLS]):
            return None
        found = headers.find(self.table.rows[at : at + 2])
        if not found or found.last_row - found.rows + 1:
            return None
        return headers.Header(at + found.last_row, found.rows, found.columns, found.two_rows)

    def _begin(self, header: headers.Header, at: int) -> int:
        """Take the titles from a row on and the header below them; return the index of the row below it."""
        above = list(map(rows.joined, self.table.rows[at : header.last_row - header.rows + 1]))
        titles = list(filter(None, above))
        kinds = [rows.TITLE] * len(titles) + [rows.HEADER] * header.rows
        blank = len(above) - len(titles) if at else 0
        self.made.other_rows.update(kinds + [rows.BLANK] * blank)
        # What begins like a note is a title above the list, and a note between its pages.
        new = [title for title in titles if title not in self.titles and not (at and rows.is_footnote(title))]
        if new:
            # What a new title does not say again no longer holds below it.
            self.titles, self.movement = [*self.titles, *new], ""
            self.title = " ".join(new)
            self.totals.add_title(self.title)
            self.made.nothing_to_report |= rows.says_nothing(self.title)
        self.header, self.signed = header, False
        self._take_columns(header)
        self._refuse_formulas()
        held = Counter(column.first for _, column in self.used)
        if (
            held["full_name"] + held["first_name"] > 1
            and max(held["citizen_id"], held["seq"], held["movement"]) > 1
        ):
            raise RefusedList(refusals.SIDE_BY_SIDE, self.table.name)
        return header.last_row + 1

    def _take_columns(self, header: headers.Header) -> None:
        name = header.column_of("full_name")
        # A name's title may span several columns: title, first name and surname each in one.
        self.name_column = name if name is not None else header.column_of("first_name") or 0
        self.name_end = min(
            (at for at in header.columns if at > self.name_column), default=self.name_column + 1
        )
        self.used = tuple(self._used())
        named = {*header.columns, *range(self.name_column, self.name_end)}
        self.width = max(named, default=0) + 1
        self.untitled = tuple(at for at in range(self.width) if at not in named)
        for known, forbidden in ((self.made.dropped_columns, True), (self.made.ignored_columns, False)):
            known.extend(title for title in header.titles(forbidden=forbidden) if title not in known)

    def _take(self, at: int, row: Cells) -> int:
        filled = [text for text in map(plain, row) if text]
        kind = self._kind(filled, row)
        if kind == rows.PERSON:
            self._person(at, row, lone=len(filled) == 1)
            return at + 1
        self.made.other_rows[kind] += 1
        if kind == "continuation":
            self._continue(self.made.records[-1], row)
        elif filled:
            self._note(kind, filled)
        self.waits = False
        return at + 1

    def _kind(self, filled: list[str], row: Cells) -> str:
        if not filled:
            return rows.BLANK
        named = plain(cells.at(row, self.name_column))
        if rows.are_column_numbers(filled):
            return rows.HEADER
        if self._is_continuation(row, named):
            return "continuation"
        if self.signed and len(filled) == 1:
            return rows.SIGNATURE
        return rows.kind_of(filled, named)

    def _note(self, kind: str, filled: list[str]) -> None:
        if kind == rows.CATEGORY:
            text = rows.category(filled)
            movement, unit = rows.movement_of(text), rows.unit_of(text)
            self.movement, self.unit = movement or self.movement, unit or self.unit
            self.totals.add_category("movement" if movement else "unit" if unit else "personnel", text)
        elif kind == rows.TOTAL:
            self.totals.add_row(filled)
        self.signed = self.signed or kind == rows.SIGNATURE
        self.made.nothing_to_report |= kind == rows.NOTHING

    def _is_continuation(self, row: Cells, named: str) -> bool:
        """Say whether a row is the second one of the person above: by the header, or by a number below a name."""
        if not self.made.records or self.made.records[-1].sheet != self.table.name:
            return False
        sequence = self.header.column_of("seq")
        if self.waits and self.header.two_rows and sequence is not None and sequence != self.name_column:
            return not plain(cells.at(row, sequence))
        return rows.is_number_cell(named) and not plain(self.made.records[-1].cells.get("citizen_id"))

    def _person(self, at: int, row: Cells, *, lone: bool) -> None:
        person = Record(at + 1, self.table.name, movement=self.movement, unit=self.unit, title=self.title)
        person.hidden = at + 1 in self.table.hidden
        person.long = row is not self.table.rows[at]
        self._look_beyond(person, row)
        for index, column in self.used:
            self._put(person, column.first, self._cell(row, index), column.title)
        cells.split_name(person.cells, self.header.columns[self.name_column].second)
        self.made.records.append(person)
        self.totals.found += 1
        self.waits = True
        # A line that nobody knows may be a category: what was said above may not hold below it.
        if lone and not rows.is_name(plain(self._cell(row, self.name_column))):
            self.movement = ""

    def _look_beyond(self, person: Record, row: Cells) -> None:
        """Notice what stands in columns without a title: it is not read."""
        if not self.untitled and len(row) <= self.width:
            return
        for index in (*self.untitled, *range(self.width, len(row))):
            if not plain(cells.at(row, index)):
                continue
            person.spilled = person.spilled or (self.spills and index >= self.width)
            title = f"({cells.letters(index)})"
            if title not in self.made.ignored_columns:
                self.made.ignored_columns.append(title)

    def _continue(self, person: Record, row: Cells) -> None:
        for index, column in self.used:
            below = "citizen_id" if rows.is_number_cell(plain(cells.at(row, index))) else column.second
            kind = (below or "citizen_id") if index == self.name_column else column.second or column.first
            self._put(person, kind, self._cell(row, index), column.title)

    def _put(self, person: Record, kind: str, cell: Any, title: str) -> None:
        if self.table.from_1904 and kind in _DATES:
            cell = cells.of_1904(cell)
        held = person.cells.get(kind)
        if held is None:
            person.cells[kind] = cell
            return
        if kind in _TOLD_ONCE and held not in ("", cell) and plain(held) and plain(cell):
            person.further.append((kind, cell, title))
        cells.put(person.cells, kind, cell)

    def _cell(self, row: Cells, index: int) -> Any:
        """Return a cell; the name's own with what stands in the columns that its title spans."""
        if index == self.name_column and self.name_end > index + 1:
            return cells.joined_name(row, index, self.name_end)
        return cells.at(row, index)

    def _used(self) -> Iterator[tuple[int, headers.Column]]:
        return (
            (index, column)
            for index, column in self.header.columns.items()
            if column.first and not column.is_forbidden
        )

    def _refuse_formulas(self) -> None:
        """Raise ListError where a used cell is computed: what it shows may not be what was meant."""
        letters = {cells.letters(index) for index, column in self.used if column.first != "seq"}
        for cell in sorted(self.table.formulas):
            column = cell.rstrip("0123456789")
            if column in letters and int(cell[len(column) :]) > self.header.last_row + 1:
                raise RefusedList(refusals.FORMULA, f"{self.table.name}!{cell}")
