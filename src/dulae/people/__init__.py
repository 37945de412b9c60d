"""The personnel division's list: reading, normalising, judging.

``read_list`` returns every person of a list with where he stands; ``spelling`` brings what applications
hold of their users into the same spelling, so that both can be compared.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection
from datetime import date
from pathlib import Path

from dulae.people import guards, judging, reading, tables, together
from dulae.people.personnel_list import PersonnelList, Row, counted
from dulae.people.text import plain

__all__ = ["PersonnelList", "Row", "read_list"]


def read_list(path: Path, *, today: date, units: Collection[str] = ()) -> PersonnelList:
    """Return the persons of a list (CSV or XLSX) with where each stands on ``today`` in Bangkok.

    ``units`` are the department's own units; with them a transfer's direction can be told. Raise ListError
    where the file is no list that can be trusted.
    """
    data = guards.content(path)
    document = reading.document(data, path.name)
    found = tables.extract(document, path.name)
    around = judging.Surroundings(today, frozenset(map(plain, units)))
    judged = together.settled([judging.judge(record, around) for record in found.records])
    return PersonnelList(
        file=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=document.encoding,
        rows=tuple(judged),
        counts=counted(judged),
        dropped_columns=tuple(found.dropped_columns),
        ignored_columns=tuple(found.ignored_columns),
        unread_sheets=tuple(found.unread_sheets),
        other_rows={kind: count for kind, count in sorted(found.other_rows.items()) if count},
        declared_total=found.declared_total,
        nothing_to_report=found.nothing_to_report and not judged,
    )
