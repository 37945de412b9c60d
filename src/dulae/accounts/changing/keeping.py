"""Previous values, on the disk before anything is committed: for undo, and to tell how far a killed attempt came."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dulae.accounts import private, refusing
from dulae.accounts.databases.values import decoded, decoded_row, encoded, encoded_row, keyed
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan

Row = Mapping[Any, Any]


@dataclass
class Change:
    """One account: its written columns before and after, the rows that ended with it, and those kept of them.

    ``is_new`` is False where somebody had disabled the account already, so that nothing was written.
    """

    person: int
    key: Any
    login: str
    before: Row
    after: Row
    is_new: bool = True
    ended: dict[str, int] = field(default_factory=dict)
    kept: dict[str, list[Row]] = field(default_factory=dict)

    @property
    def done(self) -> list[str]:
        """Return what was done, in words code: ``disabled``, and each kind of thing that was ended."""
        first = "disabled" if self.is_new else "was_disabled"
        return [first, *(f"{what}_ended" for what, count in self.ended.items() if count)]

    def owner(self, row: Row, column: str) -> Any:
        """Return the value by which other tables name the account: what stood there before anything was written."""
        return self.before.get(column, row[column])

    def sha(self, key: bytes) -> str:
        """Return a keyed hash of the previous values, by which undo is shown to restore the same."""
        return keyed(key, encoded_row(self.before))


@dataclass(frozen=True)
class Kept:
    """All changes of one attempt in one system."""

    attempt: str
    changes: tuple[Change, ...]


def path(desk: Desk, plan_id: str, system: str, attempt: str) -> Path:
    """Return the file of one attempt; each has its own, so that none is ever overwritten."""
    return desk.kept / plan_id / f"{system}-{attempt}.json"


def keep(desk: Desk, plan: Plan, system: str, kept: Kept) -> None:
    """Write the previous values to the disk; raise PlanError if they cannot be kept."""
    document = {
        "plan_id": plan.plan_id,
        "plan_sha256": plan.sha256,
        "system": system,
        "attempt": kept.attempt,
        "items": [_plain(change) for change in kept.changes],
    }
    private.write_json(path(desk, plan.plan_id, system, kept.attempt), document)


def load(desk: Desk, plan_id: str, system: str, attempt: str) -> Kept | None:
    """Return what one attempt kept, or None where it never came so far; raise PlanError if the file is broken."""
    file = path(desk, plan_id, system, attempt)
    if not file.exists():
        return None
    document = private.read_json(file, refusing.UNREAD_KEPT)
    return Kept(attempt, tuple(_change(item) for item in document["items"]))


def _plain(change: Change) -> dict[str, Any]:
    return {
        "person": change.person,
        "key": encoded(change.key),
        "login": change.login,
        "before": encoded_row(change.before),
        "after": encoded_row(change.after),
        "is_new": change.is_new,
        "ended": change.ended,
        "kept": {what: [encoded_row(row) for row in rows] for what, rows in change.kept.items()},
    }


def _change(item: Mapping[str, Any]) -> Change:
    kept: Mapping[str, Sequence[Row]] = item["kept"]
    return Change(
        person=item["person"],
        key=decoded(item["key"]),
        login=item["login"],
        before=decoded_row(item["before"]),
        after=decoded_row(item["after"]),
        is_new=item["is_new"],
        ended=dict(item["ended"]),
        kept={what: [decoded_row(row) for row in rows] for what, rows in kept.items()},
    )
