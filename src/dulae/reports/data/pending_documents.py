"""Documents that wait at leavers' accounts, by unit, for its head to hand over (report 4, section 6)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from dulae.reports.data.common import Row
from dulae.settings.shape import Words

CHECK = "access_pending"


@dataclass(frozen=True)
class Pending:
    """What waits at one leaver's account in one system: how many documents, and the register numbers of the first."""

    unit: str
    name: str
    system: Words | None
    login: str
    documents: int
    numbers: tuple[str, ...]
    seq: int

    @property
    def unlisted(self) -> int:
        """Return how many more there are than numbers."""
        return self.documents - len(self.numbers)


def newest(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return the last that was said of each system in a period."""
    return tuple({row.subject: row for row in rows if row.check == CHECK}.values())


def pending(rows: Iterable[Row]) -> tuple[Pending, ...]:
    """Return what waits by unit and person, as it was told last."""
    found = (_pending(row, told) for row in newest(rows) for told in row.measured.get("waiting", ()))
    return tuple(sorted(found, key=lambda one: (one.unit, one.name, one.login)))


def _pending(row: Row, told: dict[str, object]) -> Pending:
    numbers = told.get("numbers")
    return Pending(
        unit=str(told.get("unit", "")),
        name=str(told.get("name", "")),
        system=row.title,
        login=str(told.get("login", "")),
        documents=int(str(told.get("documents", 0))),
        numbers=tuple(map(str, numbers)) if isinstance(numbers, list) else (),
        seq=row.seq,
    )
