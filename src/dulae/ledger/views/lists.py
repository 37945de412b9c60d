"""The personnel division's lists: which ones came and were never compared with the accounts."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from dulae.ledger.entry import Entry

LIST, PLAN = "list.received", "plan"
KINDS = (LIST, PLAN)


@dataclass(frozen=True)
class Arrived:
    """One list as the ledger tells of it: its file and folder, when it came, how many rows it has."""

    file: str
    origin: str
    sha256: str
    at: datetime
    seq: int
    rows: int


@dataclass(frozen=True)
class Lists:
    """The SHA-256 sums of all lists that the accounts were compared with, and the lists that were forgotten.

    ``arrived`` gives the number of the entry with which each list came last: moments may be the same, or go back.
    """

    compared: frozenset[str]
    forgotten: tuple[Arrived, ...]
    arrived: Mapping[str, int]


def lists(entries: Iterable[Entry]) -> Lists:
    """Return what some entries tell of lists (give entries of KINDS).

    One whose persons stood on a list that was compared is not forgotten, nor is one that names nobody.
    """
    compared: set[str] = set()
    arrived: dict[str, Arrived] = {}
    content: dict[str, str] = {}
    for entry in entries:
        if entry.kind == PLAN:
            compared.update(_compared(entry.body))
        elif sha256 := str(entry.body.get("sha256", "")):
            arrived[sha256] = _arrived(entry)
            content[sha256] = str(entry.body.get("content_sha256") or sha256)
    known = {content[sha256] for sha256 in compared if sha256 in content}
    forgotten = (
        one
        for sha256, one in arrived.items()
        if one.rows and sha256 not in compared and content[sha256] not in known
    )
    order = {sha256: one.seq for sha256, one in arrived.items()}
    return Lists(frozenset(compared), tuple(forgotten), order)


def _compared(body: Mapping[str, Any]) -> Iterable[str]:
    told = body.get("plan", {}).get("list", {})
    return filter(None, (str(told.get("sha256", "")), *told.get("also", ())))


def _arrived(entry: Entry) -> Arrived:
    body, rows = entry.body, entry.body.get("rows", 0)
    return Arrived(
        file=str(body.get("file", "")),
        origin=str(body.get("origin", "")),
        sha256=str(body["sha256"]),
        at=entry.ts,
        seq=entry.seq,
        rows=rows if isinstance(rows, int) else len(rows),
    )
