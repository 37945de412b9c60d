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


def _result(intent: Entry, findings: Iterable[Entry], now: datetime) -> dict[str, Any]:
    owed: dict[Key, Mapping[str, str]] = {
        _key(item["host"], item): item for item in intent.body["population"]
    }
    # What was measured last about a thing is what counts.
    found = {
        _key(entry.body.get("host", ""), entry.body.get("finding", _ERASED)): entry.verdict
        for entry in findings
    }
    missing = [item for key, item in owed.items() if key not in found]
    counted = Counter({verdict.value: 0 for verdict in Verdict})
    counted.update([*found.values(), *(Verdict.UNKNOWN.value for _ in missing)])
    started = to_moment(intent.body["started_at"])
    elapsed_ms = max(0, round((now - started).total_seconds() * 1000))
    limit_minutes = intent.body["limit_minutes"]
    within_limit = elapsed_ms <= limit_minutes * 60_000
    measured = {
        **counted,
        "expected": len(owed),
        "missing": len(missing),
        "which": _named(missing),
        "elapsed_seconds": round(elapsed_ms / 1000),
    }
    verdict = worst(Verdict(name) for name, count in counted.items() if count)
    why = COMPLETE if within_limit else OVER_LIMIT
    if missing:
        why = INCOMPLETE
    elif not within_limit:
        verdict = max(verdict, Verdict.WARN, key=severity)
    finding = judged(
        "control", intent.control, verdict, why, measured=measured, limit={"limit_minutes": limit_minutes}
    )
    return {
        "run": intent.run,
        "control": intent.control,
        "verdict": verdict.value,
        "counts": dict(counted),
        "expected": len(owed),
        "observed": len(owed) - len(missing),
        "unexpected": len(found.keys() - owed.keys()),
        "missing": [dict(item) for item in missing],
        "started_at": intent.body["started_at"],
        "finished_at": utc_text(now),
        "elapsed_ms": elapsed_ms,
        "limit_minutes": limit_minutes,
        "within_limit": within_limit,
        "evidenced": not missing,
        "check_mode": intent.body["check_mode"],
        "finding": finding.to_dict(),
    }


def _key(host: str, named: Mapping[str, str]) -> Key:
    return (host, named["check"], named["subject"])


def _named(missing: list[Mapping[str, str]]) -> str:
    shown = [f"{item['host']}: {item['subject']} ({item['check']})" for item in missing[:_SHOWN]]
    return ", ".join(shown) + (f" and {len(missing) - _SHOWN} more" if len(missing) > _SHOWN else "")
