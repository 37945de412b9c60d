"""What every module of library/ returns: findings, the worst verdict, a summary, and the time it took."""

from __future__ import annotations

import time
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timezone
from typing import Any, Iterable

from .finding import Finding, Verdict, severity, utc_text, worst

FAIL_ON = ("never", "unknown", "fail", "warn")
_LEAST_SEVERITY = {
    "warn": severity(Verdict.WARN),
    "unknown": severity(Verdict.UNKNOWN),
    "fail": severity(Verdict.FAIL),
}


@dataclass(frozen=True)
class Stopwatch:
    """Knows when something began and how long it has taken."""

    started_at: str = field(default_factory=lambda: utc_text(datetime.now(timezone.utc)))
    _tick: float = field(default_factory=time.monotonic)

    @property
    def elapsed_ms(self) -> int:
        """Return whole milliseconds since the start."""
        return round((time.monotonic() - self._tick) * 1000)


def outcome(findings: Iterable[Finding], watch: Stopwatch) -> dict[str, Any]:
    """Return a module's result; raise ValueError if nothing was checked, for nothing is no pass."""
    made: list[Finding] = list(findings)
    if not made:
        raise ValueError("nothing was checked: the list of checks is empty")
    counts = Counter(finding.verdict for finding in made)
    return {
        "findings": [finding.to_dict() for finding in made],
        "verdict": worst(counts).value,
        "summary": ", ".join(f"{counts[verdict]} {verdict.value}" for verdict in Verdict if counts[verdict]),
        "started_at": watch.started_at,
        "elapsed_ms": watch.elapsed_ms,
    }


def fails_task(verdict: str, fail_on: str) -> bool:
    """Say whether a verdict fails the task: ``never``, or from ``warn``, ``unknown`` or ``fail`` upwards."""
    return fail_on != "never" and severity(Verdict(verdict)) >= _LEAST_SEVERITY[fail_on]
