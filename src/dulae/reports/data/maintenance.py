"""Monthly maintenance and backup acceptance report (procedure step 3, 6.3): what the committee inspects."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from dulae.ledger.views import space
from dulae.ledger.views.forecast import Forecast, forecast
from dulae.ledger.views.space import Peak
from dulae.reports.data.claims import Claims, claims
from dulae.reports.data.common import Counts, Row, counted, gravest_first, worst_state
from dulae.reports.data.coverage import DONE, coverage, work_of, working_time
from dulae.reports.data.downtime import Lateness, Month, lateness, months
from dulae.reports.data.incidents import Case, cases
from dulae.reports.data.runs import Run, runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings import Contract
from dulae.settings.shape import Words

# What preventive maintenance looks at, and the checks (or kinds of probe) that show it.
CHECKLIST: tuple[tuple[str, frozenset[str]], ...] = (
    ("operating_system", frozenset({"service", "process", "tcp", "disk"})),
    ("database", frozenset({"database"})),
    ("web", frozenset({"http", "journey", "dns"})),
    ("certificates", frozenset({"tls"})),
    ("logs", frozenset({"logs"})),
    ("security_updates", frozenset({"updates"})),
    ("clock", frozenset({"clock"})),
    ("accounts", frozenset({"accounts", "accounts_owners", "accounts_staff"})),
)
_MADE, _LOOKED_AT, _DRILL, _SPACE = "backup_create", "backup", "restore_drill", "disk"
_PROTECTED, _FORESEEN = "protection", "forecast"
_NOTES = 3
_SHOWN_DAYS = 92
_AHEAD = timedelta(days=30)
# Their evidence is annexed to their own reports; what the register says stands in section 3.
_ELSEWHERE = ("restoration", "access", "usage")


@dataclass(frozen=True)
class Item:
    """One line of the checklist: ``grade`` is ``measured`` by the program, or ``missing``."""

    name: str
    grade: str
    state: str
    counts: Counts
    worst: tuple[Row, ...]
    seqs: tuple[int, int] | None


@dataclass(frozen=True)
class BackupLine:
    """One backup set over the period: what was asked, how checks and copies went, and the newest copy."""

    title: Words
    subject: str
    host: str
    plan: Any
    checked: Counts
    made: Counts
    newest: Row | None
    first_bytes: int | None
    last_bytes: int | None
    second_places: tuple[str, ...]


@dataclass(frozen=True)
class Space:
    """One file system: the newest measurement, the first of the period, and what the ledger's history foretells.

    ``forecast`` is None, and ``peaks`` is empty, where nothing was ever measured.
    """

    system: Words | None
    newest: Row
    first: Row
    measured: int
    peaks: tuple[Peak, ...] = ()
    forecast: Forecast | None = None

    @property
    def until(self) -> date:
        """Return how far a trend is drawn: as long ahead as it was looked at, a month at the least."""
        newest = self.peaks[-1].day
        return newest + max(newest - self.peaks[0].day, _AHEAD)


@dataclass(frozen=True)
class Maintenance:
    """The body of the report."""

    contract: Contract
    checklist: tuple[Item, ...]
    cases: tuple[Case, ...]
    months: tuple[Month, ...]
    lateness: tuple[Lateness, ...]
    unmeasured_days: tuple[date, ...]
    unmeasured: tuple[Row, ...]
    backups: tuple[BackupLine, ...]
    troubles: tuple[Row, ...]
    protected: tuple[Row, ...]
    drills: tuple[Row, ...]
    spaces: tuple[Space, ...]
    claims: Claims
    runs: tuple[Run, ...]
    counts: Counts
    penalty_thb: Decimal
    considered: tuple[tuple[str, int | Decimal], ...]
    hashes: tuple[tuple[str, str], ...]


def body(evidence: Evidence, period: Period) -> Maintenance:
    """Return the body of the report for a period."""
    made = runs(evidence, period)
    rows = [row for run in made for row in run.rows]
    daily = work_of(evidence, "availability")
    turns = coverage(evidence, period, daily).turns if daily else ()
    checks = [run for run in made if run.told.control == "availability"]
    time = working_time(evidence)
    faults = tuple(case for case in cases(evidence, period) if case.incident.kind == "fault")
    kept = [row for row in rows if row.check in (_MADE, _LOOKED_AT, _DRILL, _SPACE, _PROTECTED, _FORESEEN)]
    body = Maintenance(
        contract=evidence.settings.contract,
        checklist=_checklist(rows),
        cases=faults,
        months=months(evidence, period, faults),
        lateness=lateness(evidence, faults),
        unmeasured_days=tuple(time.today(turn.due_at) for turn in turns if turn.state not in DONE),
        unmeasured=tuple(row for run in checks for row in run.rows if row.state == "unchecked"),
        backups=_backups(evidence, rows),
        troubles=_troubles(kept),
        protected=_protected(rows),
        drills=tuple(row for row in rows if row.check == _DRILL),
        spaces=spaces(evidence, period, rows),
        claims=claims(evidence, period),
        runs=tuple(run for run in made if run.told.control not in _ELSEWHERE),
        counts=counted(kept),
        penalty_thb=Decimal(0),
        considered=(),
        hashes=_hashes(kept),
    )
    fines = [month.sheet.fine_thb for month in body.months] + [late.sheet.fine_thb for late in body.lateness]
    body = replace(body, penalty_thb=sum(fines, Decimal(0)))
    return replace(body, considered=_considered(body))


def _troubles(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return what was wrong in the period, healed since or not: each kind of trouble of each thing once, the last."""
    bad = [row for row in rows if row.state in ("abnormal", "unchecked")]
    return tuple({(row.host, row.check, row.subject, row.code): row for row in bad}.values())


def _considered(body: Maintenance) -> tuple[tuple[str, int | Decimal], ...]:
    """Return the facts that speak against accepting without remark; the proposal itself is a person's."""
    facts: tuple[tuple[str, int | Decimal], ...] = (
        ("troubles", body.counts.abnormal + body.counts.unchecked),
        ("days", len(body.unmeasured_days)),
        ("drill", int(not body.drills)),
        ("second", sum(not line.second_places for line in body.backups)),
        ("missing", sum(item.grade == "missing" for item in body.checklist)),
        ("contradicted", body.claims.count("contradicted")),
        ("unsupported", body.claims.count("unsupported")),
        ("refused", body.claims.count("refused")),
        ("unread", sum(bool(file.handed.problem) for file in body.claims.files)),
        ("penalty", body.penalty_thb),
    )
    return tuple((name, value) for name, value in facts if value)


def _hashes(rows: Iterable[Row]) -> tuple[tuple[str, str], ...]:
    """Return file and SHA-256 of each copy that was read or made, once."""
    found = {
        (str(row.measured.get("file") or row.subject), str(row.measured["sha256"]))
        for row in rows
        if row.measured.get("sha256")
    }
    return tuple(sorted(found))


def _checklist(rows: Iterable[Row]) -> tuple[Item, ...]:
    # A probe's check is its kind. Its subject alone says too little: a backup set may be named like a probe.
    by_kind: dict[str, list[Row]] = {}
    for row in rows:
        by_kind.setdefault(row.check, []).append(row)
    return tuple(
        _item(name, [row for kind in sorted(checks) for row in by_kind.get(kind, ())])
        for name, checks in CHECKLIST
    )


def _item(name: str, rows: Sequence[Row]) -> Item:
    bad = [row for row in gravest_first(rows) if row.state != "normal"]
    different = {(row.subject, row.state): row for row in reversed(bad)}
    return Item(
        name=name,
        grade="measured" if rows else "missing",
        state=worst_state(rows),
        counts=counted(rows),
        worst=tuple(gravest_first(different.values()))[:_NOTES],
        seqs=(min(row.seq for row in rows), max(row.seq for row in rows)) if rows else None,
    )


def _backups(evidence: Evidence, rows: Sequence[Row]) -> tuple[BackupLine, ...]:
    lines = []
    for system in evidence.settings.systems:
        for plan in system.backup_sets:
            subject = f"{system.name}/{plan.name}"
            own = [row for row in rows if row.check == _LOOKED_AT and row.subject == subject]
            made = [row for row in rows if row.check == _MADE and row.subject == subject]
            sizes = [row.measured["bytes"] for row in own if isinstance(row.measured.get("bytes"), int)]
            others = {
                other.host
                for other in system.backup_sets
                if other.kind == plan.kind and other.host != plan.host
            }
            lines.append(
                BackupLine(
                    title=plan.title,
                    subject=subject,
                    host=plan.host,
                    plan=plan,
                    checked=counted(own),
                    made=counted(made),
                    newest=own[-1] if own else None,
                    first_bytes=sizes[0] if sizes else None,
                    last_bytes=sizes[-1] if sizes else None,
                    second_places=tuple(sorted(others)),
                )
            )
    return tuple(lines)


def _protected(rows: Iterable[Row]) -> tuple[Row, ...]:
    """Return for each store of data the newest result, and what was found before in the period."""
    stores: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.check == _PROTECTED:
            stores.setdefault((row.host, row.subject), []).append(row)
    told = []
    for same in stores.values():
        bad = {(row.code, row.because): row for row in same if row.state != "normal" and row is not same[-1]}
        told += [*bad.values(), same[-1]]
    return tuple(told)


def spaces(evidence: Evidence, period: Period, rows: Iterable[Row]) -> tuple[Space, ...]:
    """Return each file system that was measured in a period, with what could be foreseen at its end."""
    places: dict[tuple[str, str], list[Row]] = {}
    for row in rows:
        if row.check == _SPACE:
            places.setdefault((row.host, row.subject), []).append(row)
    history = _peaks(evidence, period) if places else {}
    return tuple(_space(evidence, same, history.get(place, ())) for place, same in places.items())


def _space(evidence: Evidence, same: Sequence[Row], peaks: tuple[Peak, ...]) -> Space:
    return Space(
        system=evidence.titles.get(same[-1].system),
        newest=same[-1],
        first=same[0],
        measured=len(same),
        peaks=peaks[-_SHOWN_DAYS:],
        forecast=forecast(peaks) if peaks else None,
    )


def _peaks(evidence: Evidence, period: Period) -> Mapping[space.Place, tuple[Peak, ...]]:
    """Return the daily peaks of each file system up to the end of a period, read once."""
    zone = evidence.settings.calendar.zone
    end = period.end(zone)
    key = ("peaks", end)
    if key not in evidence.memo:
        entries = evidence.entries(*space.KINDS, control=space.CONTROL, since=end - space.LOOKBACK, until=end)
        evidence.memo[key] = space.peaks(entries, zone)
    found: Mapping[space.Place, tuple[Peak, ...]] = evidence.memo[key]
    return found
