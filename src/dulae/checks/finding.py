"""What a check says: one verdict, the reason in words, and the numbers that led to it.

A reason has a stable code and an English sentence with named places. The places are filled from
``measured`` and ``limit``, so that a report can say the same thing in Thai from the same numbers.
"""

from __future__ import annotations

import enum
from dataclasses import asdict, dataclass, field
from datetime import datetime, timezone
from typing import Any, Iterable, Mapping


class Verdict(str, enum.Enum):
    """How a measurement stands against what the procedure asks: Nagios' states 0 to 3.

    UNKNOWN says that no verdict could be reached; it is never folded into PASS or FAIL.
    """

    PASS = "pass"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"

    @property
    def exit_status(self) -> int:
        """Return the exit status that a Nagios plugin gives for this verdict."""
        return list(Verdict).index(self)


# From best to worst: a known failure outweighs a check that could not be made.
_SEVERITY = (Verdict.PASS, Verdict.WARN, Verdict.UNKNOWN, Verdict.FAIL)


def severity(verdict: Verdict) -> int:
    """Return the rank of a verdict, 0 (pass) to 3 (fail)."""
    return _SEVERITY.index(verdict)


def worst(verdicts: Iterable[Verdict]) -> Verdict:
    """Return the worst of some verdicts; raise ValueError if there are none, for nothing is no pass."""
    return max(verdicts, key=severity)


@dataclass(frozen=True)
class Reason:
    """Why a verdict was reached: a stable code, and the English sentence with named places."""

    code: str
    text: str


REASONS: dict[str, Reason] = {}


def reason(code: str, text: str) -> Reason:
    """Register a reason; raise ValueError where the code already says something else."""
    made = Reason(code, text)
    if REASONS.setdefault(code, made) != made:
        raise ValueError(f"reason {code} is declared twice")
    return made


@dataclass(frozen=True)
class Finding:
    """One verdict about one subject. Times are UTC in ISO 8601; numbers carry their unit in the name."""

    check: str
    subject: str
    verdict: Verdict
    code: str
    because: str
    measured: Mapping[str, Any] = field(default_factory=dict)
    limit: Mapping[str, Any] = field(default_factory=dict)
    system: str = ""
    started_at: str = ""
    elapsed_ms: int = 0

    def to_dict(self) -> dict[str, Any]:
        """Return the finding as plain JSON types."""
        return {**asdict(self), "verdict": self.verdict.value}


def from_dict(plain: Mapping[str, Any]) -> Finding:
    """Return the finding that crossed a door as JSON; raise KeyError or ValueError if it is none."""
    return Finding(**{**plain, "verdict": Verdict(plain["verdict"])})


def judged(check: str, subject: str, verdict: Verdict, why: Reason, **numbers: Mapping[str, Any]) -> Finding:
    """Return a finding whose words are made from its own numbers (``measured=``, ``limit=``)."""
    measured = dict(numbers.get("measured", {}))
    limit = dict(numbers.get("limit", {}))
    because = why.text.format_map({"subject": subject, **limit, **measured})
    return Finding(check, subject, verdict, why.code, because, measured, limit)


def utc_text(moment: datetime) -> str:
    """Return a moment as ISO 8601 in UTC with milliseconds."""
    return moment.astimezone(timezone.utc).isoformat(timespec="milliseconds")
