"""The contractor's claims: each file as it was taken in, row by row, with the rows that could not be read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any

from dulae.ledger.entry import Entry

KIND = "claim"
CONTROL = "recoverability"


@dataclass(frozen=True)
class Claim:
    """One row: on which day (and at what time, if told) which work was done for which system, with what result.

    ``said`` is the work in the contractor's own words; ``reference`` may name an incident, a set, a file or a path.
    """

    row: int
    day: date
    clock: str
    system: str
    work: str
    said: str
    reference: str
    result: str


@dataclass(frozen=True)
class Refused:
    """One row that could not be read: the code of the reason, and the cell that it is about."""

    row: int
    code: str
    value: str


@dataclass(frozen=True)
class Handed:
    """One file: for which days, its name and SHA-256, its rows; ``problem`` = why it could not be read at all, a code.

    ``seq`` is the entry that tells of it, -1 as long as none does.
    """

    period: str
    first: date
    last: date
    name: str
    sha256: str
    encoding: str = ""
    claims: tuple[Claim, ...] = ()
    refused: tuple[Refused, ...] = ()
    problem: str = ""
    seq: int = -1
    at: datetime | None = None

    @property
    def rows(self) -> int:
        """Return how many rows it has, refused ones included."""
        return len(self.claims) + len(self.refused)

    def body(self) -> dict[str, Any]:
        """Return what an entry says of it."""
        told = {**asdict(self), "first": self.first.isoformat(), "last": self.last.isoformat()}
        claims = [{**asdict(claim), "day": claim.day.isoformat()} for claim in self.claims]
        refused = [asdict(row) for row in self.refused]
        return {
            **{name: value for name, value in told.items() if name not in ("seq", "at")},
            "claims": claims,
            "refused": refused,
            "rows": self.rows,
        }


def handed(entries: Iterable[Entry]) -> tuple[Handed, ...]:
    """Return the newest file of each period; what was erased is passed over."""
    newest = {
        entry.body["period"]: entry for entry in entries if entry.kind == KIND and "period" in entry.body
    }
    return tuple(_handed(entry) for entry in newest.values())


def of_period(found: Iterable[Handed], text: str, days: tuple[date, date]) -> tuple[Handed, ...]:
    """Return the file of a period, or those of the periods within it, in the order of time."""
    known = tuple(found)
    same = tuple(one for one in known if one.period == text)
    within = (one for one in known if days[0] <= one.first and one.last <= days[1])
    return same or tuple(sorted(within, key=lambda one: (one.first, one.last)))


def _handed(entry: Entry) -> Handed:
    body: Mapping[str, Any] = entry.body
    return Handed(
        period=body["period"],
        first=date.fromisoformat(body["first"]),
        last=date.fromisoformat(body["last"]),
        name=body["name"],
        sha256=body["sha256"],
        encoding=body["encoding"],
        claims=tuple(Claim(**{**row, "day": date.fromisoformat(row["day"])}) for row in body["claims"]),
        refused=tuple(Refused(**row) for row in body["refused"]),
        problem=body["problem"],
        seq=entry.seq,
        at=entry.ts,
    )
