"""Seal a run: is everything that was due accounted for, and what came of it?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from dulae.checks.finding import Finding, Verdict, from_dict, judged, reason, severity, utc_text, worst
from dulae.errors import LedgerError
from dulae.ledger.entry import Entry
from dulae.ledger.header import to_moment
from dulae.ledger.store import Ledger

COMPLETE = reason(
    "run.complete",
    "{subject}: {pass} pass, {warn} warn, {fail} fail, {unknown} unknown; all {expected} checks are accounted for, "
    "in {elapsed_seconds} s ({limit_minutes} minutes allowed)",
)
OVER_LIMIT = reason(
    "run.over_limit",
    "{subject}: {pass} pass, {warn} warn, {fail} fail, {unknown} unknown; all {expected} checks are accounted for, "
    "but it took {elapsed_seconds} s, and {limit_minutes} minutes are allowed",
)
INCOMPLETE = reason(
    "run.incomplete",
    "{subject} is not evidenced: {missing} of {expected} checks left no evidence ({which})",
)
_SHOWN = 5
_MINUTE_MS = 60_000
_ERASED = {"check": "", "subject": "", "verdict": "unknown"}
Key = tuple[str, str, str]


@dataclass(frozen=True)
class Sealed:
    """How a run ended."""

    run: str
    verdict: Verdict
    evidenced: bool
    counts: Mapping[str, int]
    expected: int
    observed: int
    missing: tuple[Mapping[str, str], ...]
    finding: Finding


def seal(ledger: Ledger, run: str, now: datetime | None = None) -> Sealed:
    """Write ``run.result`` and sign a checkpoint; raise LedgerError if that is not possible.

    A run is sealed once: a second call returns how it ended.
    """
    intent, findings, result = _read(ledger, run)
    if result is None:
        # Without the key nothing could be sealed: then the run stays open, for all to see.
        ledger.demand_key()
        body = _result(intent, findings, now or ledger.clock().astimezone(UTC))
        result = ledger.append("run.result", body, run=run, control=intent.control, verdict=body["verdict"])
    ledger.checkpoint()
    body = result.body
    return Sealed(
        run=run,
        verdict=Verdict(body["verdict"]),
        evidenced=body["evidenced"],
        counts=body["counts"],
        expected=body["expected"],
        observed=body["observed"],
        missing=tuple(body["missing"]),
        finding=from_dict(body["finding"]),
    )


def _read(ledger: Ledger, run: str) -> tuple[Entry, list[Entry], Entry | None]:
    intent = result = None
    findings = []
    for entry in ledger.entries(("run.intent", "finding", "run.result"), run=run):
        if entry.kind == "finding":
            findings.append(entry)
        elif entry.kind == "run.intent":
            intent = entry
        else:
            result = entry
    if intent is None:
        raise LedgerError(
            f"there is no run {run}", place=str(ledger.folder), remedy="A run is opened before it is sealed"
        )
    return intent, findings, result


@dataclass(frozen=True)
class _Account:
    """What a run owed, and what was found.

    Of several findings of one task about one thing the worst counts; a later task that looked again has the last word.
    """

    owed: Mapping[Key, Mapping[str, str]]
    found: Mapping[Key, Verdict]

    @property
    def missing(self) -> list[Mapping[str, str]]:
        """Return what left no evidence."""
        return [item for key, item in self.owed.items() if key not in self.found]

    @property
    def counts(self) -> dict[str, int]:
        """Return how many things have each verdict; what left no evidence is unknown."""
        counted = Counter(verdict.value for verdict in self.found.values())
        counted[Verdict.UNKNOWN.value] += len(self.missing)
        return {verdict.value: counted[verdict.value] for verdict in Verdict}

    @property
    def worst(self) -> Verdict:
        """Return the worst verdict of all."""
        return worst(Verdict(name) for name, count in self.counts.items() if count)


def _account(intent: Entry, findings: Iterable[Entry]) -> _Account:
    found: dict[Key, tuple[str, Verdict]] = {}
    for entry in findings:
        finding = entry.body.get("finding", _ERASED)
        key = _key(entry.body.get("host", ""), finding)
        # What stands for a task that failed yields to whatever was measured after it, by whichever task.
        task = "" if finding.get("code", "").startswith("run.") else str(entry.body.get("task", ""))
        verdict = Verdict(entry.verdict)
        same, before = found.get(key, (task, verdict))
        found[key] = (task, max(before, verdict, key=severity) if same == task else verdict)
    owed = {_key(item["host"], item): item for item in intent.body["population"]}
    return _Account(owed, {key: verdict for key, (_, verdict) in found.items()})


def _judged(intent: Entry, account: _Account, elapsed_ms: int) -> tuple[Verdict, Finding]:
    """Return the run's verdict, and the finding that tells it in words."""
    limit_minutes = intent.body["limit_minutes"]
    verdict, why = account.worst, COMPLETE
    if account.missing:
        why = INCOMPLETE
    elif elapsed_ms > limit_minutes * _MINUTE_MS:
        verdict, why = max(verdict, Verdict.WARN, key=severity), OVER_LIMIT
    measured = {
        **account.counts,
        "expected": len(account.owed),
        "missing": len(account.missing),
        "which": _named(account.missing),
        "elapsed_seconds": round(elapsed_ms / 1000),
    }
    limit = {"limit_minutes": limit_minutes}
    return verdict, judged("control", intent.control, verdict, why, measured=measured, limit=limit)


def _result(intent: Entry, findings: Iterable[Entry], now: datetime) -> dict[str, Any]:
    account = _account(intent, findings)
    started = to_moment(intent.body["started_at"])
    elapsed_ms = max(0, round((now - started).total_seconds() * 1000))
    verdict, finding = _judged(intent, account, elapsed_ms)
    limit_minutes = intent.body["limit_minutes"]
    return {
        "run": intent.run,
        "control": intent.control,
        "verdict": verdict.value,
        "counts": account.counts,
        "expected": len(account.owed),
        "observed": len(account.owed) - len(account.missing),
        "unexpected": len(account.found.keys() - account.owed.keys()),
        "missing": [dict(item) for item in account.missing],
        "started_at": intent.body["started_at"],
        "finished_at": utc_text(now),
        "elapsed_ms": elapsed_ms,
        "limit_minutes": limit_minutes,
        "within_limit": elapsed_ms <= limit_minutes * _MINUTE_MS,
        "evidenced": not account.missing,
        "check_mode": intent.body["check_mode"],
        "finding": finding.to_dict(),
    }


def _key(host: str, named: Mapping[str, str]) -> Key:
    return (host, named["check"], named["subject"])


def _named(missing: list[Mapping[str, str]]) -> str:
    shown = [f"{item['host']}: {item['subject']} ({item['check']})" for item in missing[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
