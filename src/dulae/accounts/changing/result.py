"""What came of a plan in one system: verified, recorded, returned."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from dulae.accounts.applications import Application
from dulae.accounts.changing import sweeping
from dulae.accounts.changing.keeping import Change, Kept
from dulae.accounts.changing.verifying import verify
from dulae.accounts.databases.values import encoded
from dulae.accounts.desk import Desk
from dulae.accounts.plan import Plan


@dataclass(frozen=True)
class Result:
    """What came of a plan in one system; ``items`` as the ledger has them.

    ``outcome`` is applied, recovered (an interrupted attempt had been committed), already, undone,
    restored_before, refused, rolled_back, unreadable or unclear; in check mode would_apply or would_undo. ``said`` is
    why, with its code and places, where that is known.
    """

    system: str
    outcome: str
    because: str = ""
    items: list[dict[str, Any]] = field(default_factory=list)
    changed: bool = False
    said: Mapping[str, Any] = field(default_factory=dict)


def head(plan: Plan, system: str, attempt: str) -> dict[str, Any]:
    """Return what every entry about one attempt begins with."""
    return {"plan_id": plan.plan_id, "plan_sha256": plan.sha256, "system": system, "attempt": attempt}


def applied(
    desk: Desk, plan: Plan, application: Application, kept: Kept, *, examined: bool = False
) -> Result:
    """Verify what was committed, record it, and return it. ``examined`` says: found after an interruption.

    Sessions and tokens that came while it was being committed are ended, and told under ``ended_late``.
    """
    proofs, swept = sweeping.verified(application, kept.changes)
    items = [_item(desk, change, proofs[change.key], swept) for change in kept.changes]
    body = head(plan, application.system, kept.attempt)
    desk.record("change.result", {**body, "outcome": "applied", "examined": examined, "items": items})
    return Result(application.system, "recovered" if examined else "applied", items=items, changed=True)


def verified_items(desk: Desk, application: Application, kept: Kept) -> list[dict[str, Any]]:
    """Return each account with what was done to it and how that was proven just now."""
    verified = verify(application, kept.changes)
    return [_item(desk, change, verified[change.key], {}) for change in kept.changes]


def _item(desk: Desk, change: Change, verified: str, swept: sweeping.Counts) -> dict[str, Any]:
    late = {"ended_late": swept[change.key]} if change.key in swept else {}
    return {
        "person": change.person,
        "account_key": encoded(change.key),
        "login": change.login,
        "before_sha": change.sha(desk.key),
        "done": change.done,
        "ended": dict(change.ended),
        **late,
        "verified": verified,
    }


def failed(desk: Desk, plan: Plan, kind: str, outcome: tuple[str, str, str, str]) -> Result:
    """Record that an attempt changed nothing; ``outcome`` is system, attempt, outcome and the reason in words."""
    system, attempt, word, because = outcome
    desk.record(kind, {**head(plan, system, attempt), "outcome": word, "because": because, "items": []})
    return Result(system, word, because)


def not_proven(items: Sequence[Mapping[str, Any]]) -> list[str]:
    """Return the logins whose disabling could not be proven."""
    return [str(item["login"]) for item in items if item["verified"] in ("still_open", "unread")]
