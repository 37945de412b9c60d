"""Take findings from modules into entries. What targets send is not trusted: it is cleaned, checked and limited."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from dulae.checks.door import redacted
from dulae.checks.finding import Finding, Verdict, from_dict, judged, reason
from dulae.errors import LedgerError
from dulae.ledger import canonical
from dulae.ledger.entry import Draft

MALFORMED = reason("run.finding_malformed", "{host} returned something that is no finding: {problem}")
MEASURED = "measured"
LARGEST_FINDING = 64 * 1024
_LONGEST_NAME = 200
# C0 and C1 controls but tab and line feed: they could drive a terminal.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f]")
_TEXTS = ("check", "subject", "code", "because", "system", "started_at")


def is_ours(action: str) -> bool:
    """Say whether an action is a module of dulae."""
    return action.rpartition(".")[2].startswith("dulae_")


def has_findings(action: str, values: Mapping[str, Any]) -> bool:
    """Say whether a task's result holds findings of a module of dulae, also one that ran asynchronously."""
    ours = is_ours(action) or action.rpartition(".")[2] == "async_status"
    return ours and isinstance(values.get("findings"), list)


def drafts(host: str, task: str, findings: Iterable[Any]) -> list[Draft]:
    """Return an entry for each finding; what is none becomes a finding that says so."""
    made = [_checked(host, plain) for plain in findings]
    return [
        Draft(
            "finding",
            {"host": host, "task": redacted(task), "grade": MEASURED, "finding": finding.to_dict()},
            verdict=finding.verdict.value,
        )
        for finding in made
    ]


def key_of(draft: Draft) -> tuple[str, str, str]:
    """Return host, check and subject of a finding's entry."""
    finding = draft.body["finding"]
    return (draft.body["host"], finding["check"], finding["subject"])


def _checked(host: str, plain: Any) -> Finding:
    try:
        cleaned = _clean(canonical.plain(plain))
        finding = from_dict(cleaned)
        _hold(finding)
        return finding
    except (LedgerError, KeyError, ValueError, TypeError) as error:
        names = plain if isinstance(plain, Mapping) else {}
        check, subject = (_clean(str(names.get(name, "")))[:_LONGEST_NAME] for name in ("check", "subject"))
        problem = redacted(f"{type(error).__name__}: {error}")
        return judged(check, subject, Verdict.UNKNOWN, MALFORMED, measured={"host": host, "problem": problem})


def _hold(finding: Finding) -> None:
    """Raise TypeError or LedgerError if a part of a finding is of the wrong type or too large."""
    if not all(isinstance(getattr(finding, name), str) for name in _TEXTS):
        raise TypeError(f"one of {', '.join(_TEXTS)} is no text")
    if not isinstance(finding.measured, Mapping) or not isinstance(finding.limit, Mapping):
        raise TypeError("measured and limit must be mappings")
    size = len(canonical.encode(finding.to_dict()))
    if size > LARGEST_FINDING:
        raise LedgerError(f"a finding of {size} bytes is too large")


def _clean(value: Any) -> Any:
    """Return a value without control characters and without halves of characters."""
    if isinstance(value, str):
        return _CONTROLS.sub("", value.encode("utf-8", "replace").decode())
    if isinstance(value, dict):
        return {key: _clean(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [_clean(inner) for inner in value]
    return value
