"""Lists that came and were never compared, because a run broke off in between: their rows join the next comparison.

``dulae_leavers`` keeps them aside before another list takes their place. Of one that nothing is left of, the personnel
division has to be asked again, and that is told.
"""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from dulae.accounts.desk import Desk
from dulae.accounts.referring import reference
from dulae.accounts.sheet import load
from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.errors import ListError
from dulae.ledger.views.lists import KINDS, Arrived, lists

CHECK = "access_lists"

LATE = reason(
    "access.list_late",
    "{file}, received {received_at}, was never compared with the accounts, for a run broke off; its {rows} rows are "
    "part of this comparison",
)
LOST = reason(
    "access.list_lost",
    "{file}, received {received_at}, was never compared with the accounts and is not kept any more; ask the personnel "
    "division to send its {rows} rows again",
)
# A list that nobody can send again is told as long as thirteen weekly and three monthly reports show it.
_TOLD_FOR = timedelta(days=92)

List = Mapping[str, Any]


@dataclass(frozen=True)
class Overdue:
    """The lists that are compared now, the oldest first, and those that are lost.

    ``arrived`` gives the entry with which a list came, by its SHA-256, where the ledger knows it: a file's own date may
    be older.
    """

    late: tuple[List, ...] = ()
    lost: tuple[Arrived, ...] = ()
    arrived: Mapping[str, int] = field(default_factory=dict)


def overdue(desk: Desk, own: str) -> Overdue:
    """Return what was never compared besides the list with SHA-256 ``own``."""
    known = lists(desk.evidence.entries(kinds=KINDS))
    aside = {one["sha256"]: one for one in kept(desk) if one["sha256"] not in known.compared | {own}}
    since = desk.clock() - _TOLD_FOR
    lost = (
        one for one in known.forgotten if one.sha256 not in aside and one.sha256 != own and one.at >= since
    )
    # One that the ledger never heard of was broken off in its arrival, so it is the newest.
    late = sorted(aside.values(), key=lambda one: known.arrived.get(one["sha256"], sys.maxsize))
    return Overdue(tuple(late), tuple(lost), known.arrived)


def kept(desk: Desk) -> Iterator[List]:
    """Yield the judged lists that were kept aside."""
    for path in sorted(desk.uncompared.glob("*.json")):
        # What was broken off in the writing of it is told as lost.
        with contextlib.suppress(ListError):
            yield load(path)


def told_by(desk: Desk, found: Overdue) -> list[List]:
    """Return the late lists without the rows of whoever a list that came after them has spoken of already."""
    said = list(_said(desk)) if found.late else []
    return [_unsaid(desk, one, found.arrived.get(one["sha256"]), said) for one in found.late]


def _unsaid(desk: Desk, one: List, came: int | None, said: Sequence[tuple[int, set[str]]]) -> List:
    later = set().union(*(refs for at, refs in said if came is not None and at > came))
    return {**one, "rows": [row for row in one["rows"] if reference(desk.key, row) not in later]}


def _said(desk: Desk) -> Iterator[tuple[int, set[str]]]:
    """Yield of whom each plan's own list has spoken, and with which entry it was made."""
    for entry in desk.evidence.entries(kinds=("plan",)):
        plan = entry.body.get("plan", {})
        own = {person.get("ref", "") for person in plan.get("persons", ()) if not person.get("list")}
        yield entry.seq, own | set(plan.get("staying", ()))


def findings(found: Overdue) -> Iterator[Finding]:
    """Yield one finding for each list that comes late to its comparison, or never."""
    for one in found.late:
        measured = {
            "file": one["file"],
            "received_at": _day(str(one.get("received_at", ""))),
            "rows": len(one["rows"]),
        }
        yield judged(
            CHECK, str(one["file"]), Verdict.WARN, LATE, measured={**measured, "sha256": one["sha256"]}
        )
    for gone in found.lost:
        measured = {"file": gone.file, "received_at": f"{gone.at:%Y-%m-%d}", "rows": gone.rows}
        yield judged(CHECK, gone.file, Verdict.FAIL, LOST, measured={**measured, "sha256": gone.sha256})


def _day(received_at: str) -> str:
    try:
        return f"{datetime.fromisoformat(received_at):%Y-%m-%d}"
    except ValueError:
        return "-"


def forget(desk: Desk) -> None:
    """Remove what was kept aside of lists that were compared meanwhile: it holds whole citizen numbers."""
    aside = list(desk.uncompared.glob("*.json"))
    compared = lists(desk.evidence.entries(kinds=KINDS)).compared if aside else frozenset()
    for path in aside:
        if path.stem in compared:
            path.unlink(missing_ok=True)
