"""The personnel division's list as values: each row with where it stands, and the list's own figures."""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from datetime import date
from typing import Any

from dulae.people import citizen_id
from dulae.people.row_reasons import Because

# Each row stands in exactly one of these; the counts of them add up to the rows received.
STANDINGS = ("act", "scheduled", "review", "no_action", "rejected")


@dataclass(frozen=True)
class Row:
    """One person of the list. Dates are days in Asia/Bangkok; ``effective_date`` is the first day out.

    ``row`` is the sheet's own row number, from 1. ``typed`` holds what was typed, for the sheet that goes back.
    """

    row: int
    sheet: str
    name_key: str
    prefix: str
    first_name: str
    last_name: str
    former_surname: str
    citizen_id: str
    citizen_id_status: str
    movement: str
    action: str
    effective_date: date | None
    unit: str
    to_unit: str
    order_no: str
    standing: str
    flags: tuple[str, ...] = ()
    because: tuple[Because, ...] = ()
    typed: Mapping[str, str] = field(default_factory=dict)

    @property
    def reason(self) -> str:
        """Return the English words for where the row stands."""
        return "; ".join(each.english for each in self.because)

    @property
    def reason_th(self) -> str:
        """Return the Thai words for where the row stands."""
        return "; ".join(each.thai for each in self.because)

    def to_dict(self, *, unmasked: bool = False) -> dict[str, Any]:
        """Return the row as plain JSON types, its citizen number masked unless asked."""
        made = {name: getattr(self, name) for name in _PLAIN}
        made["citizen_id"] = self.citizen_id if unmasked else citizen_id.masked(self.citizen_id)
        made["effective_date"] = self.effective_date.isoformat() if self.effective_date else ""
        made["flags"] = list(self.flags)
        made["reason"], made["reason_th"] = self.reason, self.reason_th
        made["reasons"] = [each.to_dict() for each in self.because]
        return made


# What a row tells as it is.
_PLAIN = tuple(one.name for one in fields(Row) if one.name not in {"typed", "because"})


@dataclass(frozen=True)
class PersonnelList:
    """A list as it was read. ``declared_total`` is what the list itself says it holds, if it says so."""

    file: str
    sha256: str
    encoding: str
    rows: tuple[Row, ...]
    counts: Mapping[str, int]
    dropped_columns: tuple[str, ...]
    ignored_columns: tuple[str, ...]
    unread_sheets: tuple[str, ...]
    other_rows: Mapping[str, int]
    declared_total: int | None
    nothing_to_report: bool

    @property
    def content_sha256(self) -> str:
        """Return a sum of who is on the list and why, the same however the file was saved."""
        persons = sorted(
            (row.name_key, row.citizen_id, row.movement, str(row.effective_date), row.unit)
            for row in self.rows
        )
        return hashlib.sha256(json.dumps(persons, ensure_ascii=False).encode()).hexdigest()

    def to_dict(self, *, unmasked: bool = False) -> dict[str, Any]:
        """Return the list as plain JSON types, citizen numbers masked unless asked."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "encoding": self.encoding,
            "rows": [row.to_dict(unmasked=unmasked) for row in self.rows],
            "counts": dict(self.counts),
            "dropped_columns": list(self.dropped_columns),
            "ignored_columns": list(self.ignored_columns),
            "unread_sheets": list(self.unread_sheets),
            "other_rows": dict(self.other_rows),
            "declared_total": self.declared_total,
            "nothing_to_report": self.nothing_to_report,
        }


def counted(rows: Iterable[Row]) -> dict[str, int]:
    """Return how many rows were received and how many stand where; the latter add up to the former."""
    found = Counter(row.standing for row in rows)
    return {"received": found.total(), **{standing: found[standing] for standing in STANDINGS}}
