"""Receiving the weekly list (6.4): is there one, is it this week's, and what does it ask for.

A week without a list, an old one, a copy of an earlier one, one half as long as usual, or an empty one without
the words "nothing to report" is a finding, never a success.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from dulae.checks.finding import Finding, Reason, Verdict, judged, reason, utc_text
from dulae.ledger import Ledger, files
from dulae.people import arrivals, aside, error_sheet, read_list
from dulae.people.arrivals import ENTRY, Earlier
from dulae.people.dates import BANGKOK
from dulae.people.personnel_list import PersonnelList, counted
from dulae.people.refusals import RefusedList

CHECK = "leavers"
SUBJECT = "leavers_list"
# What a list may come as, and what it is sent as by mistake: that is told, not called a week without a list.
_SUFFIXES = {
    *(".csv", ".tsv", ".txt", ".xlsx", ".xlsm", ".xlsb", ".xls", ".ods"),
    *(".pdf", ".htm", ".html", ".mht", ".mhtml", ".doc", ".docx", ".odt", ".rtf", ".zip", ".rar", ".7z"),
}

RECEIVED = reason(
    "list.received",
    "{file}: {received} persons; {act} to act on now, {scheduled} scheduled, {no_action} without action",
)
NOTHING = reason("list.nothing_to_report", "{file}: the personnel division has nothing to report")
MISSING = reason("list.missing", "no list from the personnel division in {place}")
STALE = reason("list.stale", "{file} came {age_days} days ago; a list is due every {max_age_days} days")
REPEATED = reason("list.repeated", "{file} is an exact copy of an earlier list ({earlier})")
SAME_PERSONS = reason(
    "list.same_persons", "{file} holds exactly the persons of an earlier list ({earlier}), saved anew"
)
SHORT = reason(
    "list.short",
    "{file} holds {received} persons, half of the usual {usual} or fewer: perhaps only a part of it came",
)
EMPTY = reason("list.empty", "{file} names nobody and does not say that there is nothing to report")
SHEETS_UNREAD = reason("list.sheets_unread", "{file}: these sheets were not read: {sheets}")
TOTAL_DIFFERS = reason(
    "list.total_differs", "{file} declares {declared_total} persons, and {received} were found"
)
TO_REVIEW = reason("list.to_review", "{file}: {review} of {received} persons need a person's decision")
REJECTED = reason(
    "list.rejected",
    "{file}: {rejected} of {received} rows cannot be read and go back to the personnel division",
)


@dataclass(frozen=True)
class Request:
    """What to receive: a file, or the newest list in a folder; where to keep what was judged.

    ``seen`` are SHA-256 sums of earlier lists; ``ledger`` is the ledger's folder, which knows them too.
    """

    path: Path | None = None
    folder: Path | None = None
    max_age_days: int = 7
    seen: Collection[str] = ()
    units: Collection[str] = ()
    output: Path | None = None
    errors: Path | None = None
    ledger: Path | None = None


@dataclass(frozen=True)
class Receipt:
    """What came of it: findings, the list if it could be read, and whether anything was written."""

    findings: tuple[Finding, ...]
    judged_list: Mapping[str, Any]
    read: PersonnelList | None = None
    changed: bool = False

    @property
    def masked(self) -> dict[str, Any]:
        """Return the rows, counts and dropped columns as they may be shown."""
        shown = self.read.to_dict() if self.read else _document(None)
        return {name: shown[name] for name in ("rows", "counts", "dropped_columns")}


@dataclass(frozen=True)
class _Arrival:
    """One list file with the moment when it came."""

    path: Path
    received_at: datetime
    read: PersonnelList
    earlier: Earlier


def receive(request: Request, now: datetime, *, check_mode: bool = False) -> Receipt:
    """Read the list and judge it; keep it where the request says unless in check mode.

    Raise LedgerError if the ledger cannot be read or written, OSError if a file cannot be written.
    """
    path = request.path or newest(request.folder or Path())
    if path is None or not path.is_file():
        place = str(path or request.folder)
        found = _finding(Verdict.FAIL, MISSING, {"place": place})
        return _kept(request, [found], None, now, check_mode=check_mode)
    received_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
    try:
        read = read_list(path, today=now.astimezone(BANGKOK).date(), units=request.units)
    except RefusedList as error:
        found = _finding(Verdict.UNKNOWN, error.why, {"file": path.name, **error.places})
        return _kept(request, [found], None, now, check_mode=check_mode)
    before = arrivals.earlier(request.ledger, read.file, utc_text(received_at))
    arrival = _Arrival(path, received_at, read, before)
    return _kept(request, list(_judged(arrival, request, now)), arrival, now, check_mode=check_mode)


def newest(folder: Path) -> Path | None:
    """Return the newest list in a folder, or None; hidden and lock files are none."""
    if not folder.is_dir():
        return None
    lists = [path for path in folder.iterdir() if path.is_file() and path.suffix.lower() in _SUFFIXES]
    lists = [path for path in lists if not path.name.startswith((".", "~"))]
    return max(lists, key=lambda path: (path.stat().st_mtime_ns, path.name), default=None)


def _judged(arrival: _Arrival, request: Request, now: datetime) -> Iterator[Finding]:
    read = arrival.read
    age_days = (now - arrival.received_at) // timedelta(days=1)
    measured = {"file": read.file, "age_days": age_days, **read.counts}
    limit = {"max_age_days": request.max_age_days}
    yield from _about_arrival(arrival, request, measured, limit)
    if read.unread_sheets:
        yield _finding(
            Verdict.WARN, SHEETS_UNREAD, {"file": read.file, "sheets": ", ".join(read.unread_sheets)}
        )
    if read.declared_total not in (None, read.counts["received"]):
        yield _finding(Verdict.FAIL, TOTAL_DIFFERS, {**measured, "declared_total": read.declared_total})
    if read.counts["review"]:
        yield _finding(Verdict.WARN, TO_REVIEW, measured)
    if read.counts["rejected"]:
        yield _finding(Verdict.FAIL, REJECTED, measured)


def _about_arrival(
    arrival: _Arrival, request: Request, measured: dict[str, Any], limit: dict[str, int]
) -> Iterator[Finding]:
    """Yield what is wrong with the list as a whole, or that it came as it should."""
    wrong = [*_wrong(arrival, request, measured)]
    for verdict, why, numbers in wrong:
        yield judged(CHECK, SUBJECT, verdict, why, measured=numbers, limit=limit)
    if not wrong:
        why = RECEIVED if arrival.read.rows else NOTHING
        yield judged(CHECK, SUBJECT, Verdict.PASS, why, measured=measured, limit=limit)


def _wrong(
    arrival: _Arrival, request: Request, measured: dict[str, Any]
) -> Iterator[tuple[Verdict, Reason, dict[str, Any]]]:
    read, before = arrival.read, arrival.earlier
    if measured["age_days"] > request.max_age_days:
        yield Verdict.FAIL, STALE, measured
    if copied := before.copied(read) or ("SHA-256" if read.sha256 in request.seen else ""):
        yield Verdict.FAIL, REPEATED, {**measured, "earlier": copied}
    elif same := before.same_persons(read):
        yield Verdict.WARN, SAME_PERSONS, {**measured, "earlier": same}
    if not read.rows and not read.nothing_to_report:
        yield Verdict.FAIL, EMPTY, measured
    usual = before.usual()
    if read.rows and usual is not None and len(read.rows) * 2 <= usual:
        yield Verdict.WARN, SHORT, {**measured, "usual": usual}


def _finding(verdict: Verdict, why: Reason, measured: Mapping[str, Any]) -> Finding:
    return judged(CHECK, SUBJECT, verdict, why, measured=measured)


def _kept(
    request: Request, findings: list[Finding], arrival: _Arrival | None, now: datetime, *, check_mode: bool
) -> Receipt:
    """Write what was judged; a week without a readable list is kept as a list without rows."""
    content = _document(arrival)
    read = arrival.read if arrival else None
    if check_mode:
        return Receipt(tuple(findings), content, read)
    changed = False
    for path in filter(None, (request.output, request.errors)):
        files.make_folder(path.parent)
    if request.output and request.ledger:
        place = aside.Place(request.output, request.ledger, request.units)
        changed = aside.keep(place, content["sha256"], now.astimezone(BANGKOK).date())
    if request.output:
        changed = _write(request.output, json.dumps(content, ensure_ascii=False).encode()) or changed
    if request.errors and arrival and error_sheet.returned(arrival.read):
        changed = error_sheet.write(arrival.read, request.errors, arrival.received_at) or changed
    if request.ledger and arrival:
        changed = _record(request.ledger, arrival, findings) or changed
    return Receipt(tuple(findings), content, read, changed)


def _write(path: Path, data: bytes) -> bool:
    if path.is_file() and path.read_bytes() == data:
        return False
    files.make_folder(path.parent)
    files.write(path, data)
    return True


def _document(arrival: _Arrival | None) -> dict[str, Any]:
    """Return the judged list with whole citizen numbers, for the matching and for nobody else."""
    if arrival is None:
        return {
            "file": "",
            "sha256": "",
            "received_at": "",
            "rows": [],
            "counts": counted([]),
            "dropped_columns": [],
            "declared_total": None,
            "nothing_to_report": False,
        }
    made = arrival.read.to_dict(unmasked=True)
    return {**made, "received_at": utc_text(arrival.received_at)}


def _record(ledger: Path, arrival: _Arrival, findings: list[Finding]) -> bool:
    """Add the list to the ledger once for each arrival; the rows that need somebody are masked."""
    read = arrival.read
    identity = {"file": read.file, "received_at": utc_text(arrival.received_at), "sha256": read.sha256}
    if any(identity.items() <= body.items() for body in arrivals.recorded(ledger)):
        return False
    body = read.to_dict()
    body |= {
        **identity,
        "content_sha256": read.content_sha256,
        "origin": str(arrival.path.parent),
        "rows": len(read.rows),
        "returned": [row.to_dict() for row in error_sheet.returned(read)],
        "findings": [{"code": found.code, "verdict": found.verdict.value} for found in findings],
    }
    Ledger.open(ledger).append(ENTRY, body, control="access")
    return True
