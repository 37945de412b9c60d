"""Is the week's list as long as usual? One that lost half of its rows looks like any other (procedure 6.4)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from statistics import median_low
from typing import Any

from dulae.accounts.desk import Desk
from dulae.checks.finding import Finding, Verdict, judged, reason

CHECK = "access_list"
SUBJECT = "leavers_list"
_ENTRY = "list.received"

SHORT = reason(
    "access.list_short",
    "{file} names {received} persons, half of the usual {usual} of the last {lists} lists or fewer; "
    "ask the personnel division whether it is whole",
)
USUAL = reason(
    "access.list_usual", "{file} names {received} persons; the last {lists} lists named {usual} as a rule"
)
# Fewer lists, or shorter ones, say nothing of what is usual.
_FEWEST_LISTS = 4
_MOST_LISTS = 12
_FEWEST_PERSONS = 4


def findings(desk: Desk, document: Mapping[str, Any]) -> Iterator[Finding]:
    """Yield whether a judged list is as long as those before it; nothing while that cannot be told.

    A list that says that there is nothing to report is signed for, and none is measured against it.
    """
    earlier = [length for length in _lengths(desk, document["sha256"]) if length][-_MOST_LISTS:]
    if not document["file"] or document.get("nothing_to_report") or len(earlier) < _FEWEST_LISTS:
        return
    received, usual = len(document["rows"]), median_low(earlier)
    if usual >= _FEWEST_PERSONS:
        is_short = received * 2 <= usual
        verdict, why = (Verdict.WARN, SHORT) if is_short else (Verdict.PASS, USUAL)
        told = {"file": document["file"], "received": received, "usual": usual, "lists": len(earlier)}
        yield judged(CHECK, SUBJECT, verdict, why, measured=told)


def _lengths(desk: Desk, own: str) -> Iterator[int]:
    """Yield how many persons each earlier list named, each content once."""
    seen = {own}
    for entry in desk.evidence.entries(kinds=(_ENTRY,)):
        if entry.body.get("sha256") not in seen:
            seen.add(str(entry.body.get("sha256")))
            yield int(entry.body.get("counts", {}).get("received", 0))
