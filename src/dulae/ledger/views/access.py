"""The access reviews: the lists that came, and each plan with its approval, its execution and its undoing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Any

from dulae.ledger.entry import Entry

LIST = "list.received"
KINDS = (LIST, "plan", "approval", "change.intent", "change.result", "undo.intent", "undo.result")


@dataclass(frozen=True)
class Event:
    """One entry about a list or plan, with its body as it was written."""

    seq: int
    ts: datetime
    run: str
    kind: str
    verdict: str
    body: Mapping[str, Any]


@dataclass(frozen=True)
class Plan:
    """One plan: what was to be changed, and what came of it. A change without result was interrupted."""

    plan_id: str
    sha256: str
    made: Event
    approvals: tuple[Event, ...] = ()
    changes: tuple[Event, ...] = ()
    undos: tuple[Event, ...] = ()

    @property
    def content(self) -> Mapping[str, Any]:
        """Return the plan itself."""
        content: Mapping[str, Any] = self.made.body.get("plan") or {}
        return content

    @property
    def decision(self) -> str:
        """Return the newest decision about it, or an empty text."""
        return str(self.approvals[-1].body.get("decision", "")) if self.approvals else ""

    @property
    def results(self) -> tuple[Event, ...]:
        """Return how its execution ended, for each system."""
        return tuple(event for event in self.changes if event.kind == "change.result")

    @property
    def interrupted(self) -> tuple[Event, ...]:
        """Return what was begun and has no result: the state of these systems must be looked at."""
        ended: dict[tuple[str, str], int] = {}
        for event in (*self.changes, *self.undos):
            step, _, part = event.kind.partition(".")
            key = (step, str(event.body.get("system", "")))
            ended[key] = ended.get(key, 0) + (1 if part == "intent" else -1)
        begun = (event for event in (*self.changes, *self.undos) if event.kind.endswith(".intent"))
        return tuple(
            event
            for event in begun
            if ended[event.kind.partition(".")[0], str(event.body.get("system", ""))] > 0
        )

    @property
    def status(self) -> str:
        """Return how far it has come: proposed, a decision, an outcome, interrupted or undone."""
        if self.interrupted:
            return "interrupted"
        if any(event.kind == "undo.result" for event in self.undos):
            return "undone"
        outcomes = {str(event.body.get("outcome", "")) for event in self.results}
        return "+".join(sorted(outcomes)) or self.decision or "proposed"


@dataclass(frozen=True)
class Access:
    """All that the entries tell of lists and plans, oldest first."""

    lists: tuple[Event, ...] = ()
    plans: tuple[Plan, ...] = field(default=())


_PARTS = {"approval": "approvals", "change": "changes", "undo": "undos"}


def access(entries: Iterable[Entry]) -> Access:
    """Return the lists and plans that some entries tell of (give entries of KINDS)."""
    lists: list[Event] = []
    plans: dict[str, Plan] = {}
    for entry in entries:
        if entry.kind not in KINDS:
            continue
        event = Event(entry.seq, entry.ts, entry.run, entry.kind, entry.verdict, entry.body)
        sha256 = str(entry.body.get("plan_sha256") or entry.body.get("sha256") or "")
        if entry.kind == LIST:
            lists.append(event)
        elif entry.kind == "plan":
            plans.setdefault(sha256, Plan(str(entry.body.get("plan_id", "")), sha256, event))
        elif sha256 in plans:
            part = _PARTS[entry.kind.partition(".")[0]]
            plan = plans[sha256]
            changed: dict[str, Any] = {part: (*getattr(plan, part), event)}
            plans[sha256] = replace(plan, **changed)
    return Access(tuple(lists), tuple(plans.values()))
