"""Write reports as private files, each known to the ledger by its SHA-256; what has not changed stays."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from dulae import settings as office
from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.claims import receiving
from dulae.errors import ReportError
from dulae.ledger import Ledger, files
from dulae.ledger.views.claims import Handed
from dulae.reports import printing, typed
from dulae.reports.data.common import Report
from dulae.reports.evidence import Evidence, gather
from dulae.reports.making import make, period_for, with_months
from dulae.reports.rendering import FORMATS, render
from dulae.reports.speech import Speech
from dulae.settings import Settings

ENTRY = "report"
CHECK = "report"
WRITTEN = reason("report.written", "{number}: {files} files, {changed} of them new")
WOULD = reason(
    "report.would_write",
    "{number}: in check mode nothing was written; {changed} of {files} files would be new",
)
# Reports in which people have words of their own.
_TYPED = ("internal_control", "usage")
# The report that holds the contractor's claims.
_CLAIMED = "maintenance"


@dataclass(frozen=True)
class Order:
    """What to write: names of reports, the period as a text (``this``, ``last`` or a period), languages, formats.

    ``claims`` is a contractor's file for the maintenance report; without one it is looked for in ``claims_dir``.
    """

    reports: tuple[str, ...]
    period: str = "this"
    languages: tuple[str, ...] = ("th", "en")
    formats: tuple[str, ...] = ("html", "markdown")
    pdf: bool = False
    folder: Path | None = None
    claims: Path | None = None


@dataclass(frozen=True)
class Written:
    """One file: what it is, where it lies, its SHA-256, and whether it is new."""

    report: str
    number: str
    period: str
    language: str
    format: str
    path: Path
    sha256: str
    changed: bool


@dataclass(frozen=True)
class _Place:
    """Where files go, and what the ledger knows of them already."""

    ledger: Ledger
    folder: Path
    known: frozenset[tuple[str, str]]
    check_mode: bool


def write(
    ledger: Ledger, settings: Settings, order: Order, today: date, *, check_mode: bool = False
) -> Iterator[Written]:
    """Write the reports of an order one by one, yielding each file; in check mode nothing is written.

    Raise ReportError where a report cannot be made or written, ListError where the claims that are named cannot be
    read, LedgerError where the ledger fails.
    """
    folder = order.folder or settings.report_dir
    pending = _claims(ledger, settings, order, today, check_mode)
    evidence = gather(ledger, settings)
    known = frozenset((entry.body["path"], entry.body["sha256"]) for entry in ledger.entries((ENTRY,)))
    place = _Place(ledger, folder, known, check_mode)
    for name in order.reports:
        period = period_for(name, order.period, today)
        kept = typed.path_of(folder, period)
        if name == "internal_control" and not kept.exists() and not check_mode:
            _put(kept, typed.blank(settings, period).encode())
        words = typed.load(kept) if name in _TYPED else {}
        report = make(name, replace(evidence, typed=words, pending=pending), period)
        yield from _files(place, report, evidence, order)


def _claims(
    ledger: Ledger, settings: Settings, order: Order, today: date, check_mode: bool
) -> tuple[Handed, ...]:
    """Take in what the contractor says was done, and return what in check mode was not kept."""
    if _CLAIMED not in order.reports:
        if order.claims:
            remedy = f"Ask for {_CLAIMED} too, or leave the claims out"
            raise ReportError(f"only the report '{_CLAIMED}' holds claims", remedy=remedy)
        return ()
    periods = with_months(period_for(_CLAIMED, order.period, today))
    taken = receiving.take(ledger, settings, receiving.Request(periods, order.claims, check_mode))
    return taken if check_mode else ()


def order_from(given: Mapping[str, Any]) -> Order:
    """Return the order that a module's parameters give."""
    return Order(
        reports=tuple(given["reports"]),
        period=given["period"],
        languages=tuple(given["languages"]),
        formats=tuple(given["formats"]),
        pdf=given["pdf"],
        folder=Path(given["folder"]) if given["folder"] else None,
        claims=Path(given["claims"]) if given["claims"] else None,
    )


def write_for(inventory: Path, order: Order, now: datetime, *, check_mode: bool = False) -> list[Written]:
    """Write the reports of an inventory; raise DulaeError where that cannot be done."""
    settings = office.load(inventory)
    ledger = Ledger.open(settings.state_dir / "ledger")
    today = now.astimezone(settings.calendar.zone).date()
    return list(write(ledger, settings, order, today, check_mode=check_mode))


def _files(place: _Place, report: Report, evidence: Evidence, order: Order) -> Iterator[Written]:
    settings = evidence.settings
    for language in order.languages:
        speech = Speech(language, settings.site.digits, settings.calendar.zone)
        html = render(report, speech, "html").encode()
        for output in order.formats:
            data = html if output == "html" else render(report, speech, output).encode()
            yield _file(place, report, (language, output), data)
        if order.pdf:
            yield _pdf(place, report, language, html)


def _path(report: Report, language: str, output: str) -> str:
    return f"{report.head.kind}/{report.head.number}.{language}.{FORMATS.get(output, output)}"


def _file(place: _Place, report: Report, kind: tuple[str, str], data: bytes) -> Written:
    """Write one file and tell the ledger, unless both are as they should be."""
    language, output = kind
    path = _path(report, language, output)
    sha256 = hashlib.sha256(data).hexdigest()
    target = place.folder / path
    new = _content(target) != data
    if not place.check_mode:
        if new:
            _put(target, data)
        if new or (path, sha256) not in place.known:
            _tell(place.ledger, report, kind, (path, sha256))
    head = report.head
    changed = new or (path, sha256) not in place.known
    return Written(head.kind, head.number, head.period.text, language, output, target, sha256, changed)


def _pdf(place: _Place, report: Report, language: str, html: bytes) -> Written:
    """Print one report, unless the same page was printed already: a PDF holds the time of its printing."""
    path = _path(report, language, "pdf")
    target = place.folder / path
    printed = _content(target)
    source = hashlib.sha256(html).hexdigest()
    if printed and printing.source_of(printed) == source:
        return _file(place, report, (language, "pdf"), printed)
    data = b"" if place.check_mode else printing.pdf(html, source)
    return _file(place, report, (language, "pdf"), data)


def _tell(ledger: Ledger, report: Report, kind: tuple[str, str], file: tuple[str, str]) -> None:
    head = report.head
    body = {
        "report": head.kind,
        "number": head.number,
        "period": head.period.text,
        "language": kind[0],
        "format": kind[1],
        "path": file[0],
        "sha256": file[1],
        "evidence": {"count": head.anchor.count, "sha256": head.anchor.sha256},
    }
    ledger.append(ENTRY, body)


def _content(path: Path) -> bytes | None:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise ReportError(f"it cannot be read ({error.strerror})", place=str(path)) from error


def _put(path: Path, data: bytes) -> None:
    try:
        files.make_folder(path.parent)
        files.write(path, data)
    except OSError as error:
        remedy = "Look at the free space there and at who owns the folder"
        raise ReportError(
            f"it cannot be written ({error.strerror})", place=str(path), remedy=remedy
        ) from error


def told(written: Sequence[Written]) -> dict[str, Any]:
    """Return what a module says of the files; in check mode ``changed`` says what would be."""
    listed = [{**asdict(file), "path": str(file.path)} for file in written]
    return {"changed": any(file.changed for file in written), "files": listed}


def findings(written: Sequence[Written], *, check_mode: bool = False) -> list[Finding]:
    """Return one finding for each report that was written."""
    numbers = dict.fromkeys(file.number for file in written)
    return [_finding([file for file in written if file.number == number], check_mode) for number in numbers]


def _finding(own: list[Written], check_mode: bool) -> Finding:
    changed = sum(file.changed for file in own)
    measured = {"number": own[0].number, "files": len(own), "changed": changed}
    waits = check_mode and changed
    verdict, why = (Verdict.UNKNOWN, WOULD) if waits else (Verdict.PASS, WRITTEN)
    return judged(CHECK, own[0].number, verdict, why, measured=measured)
