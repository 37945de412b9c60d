"""How far each plan has come, read from the ledger alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from dulae.accounts.desk import Evidence
    from dulae.ledger import Entry

KINDS = ("plan", "approval", "change.intent", "change.result", "undo.intent", "undo.result")


@dataclass
class Standing:
    """One plan: its hash as recorded, the approvals, and the last word on each system.

    ``seq`` and ``undone_seq`` are the entries with which it was made, and with which a change was taken back last.
    """

    sha256: str = ""
    seq: int = -1
    undone_seq: int = -1
    approvals: list[Mapping[str, Any]] = field(default_factory=list)
    # System -> the attempt that was applied, and when; what was begun and has no result.
    applied: dict[str, str] = field(default_factory=dict)
    applied_at: dict[str, datetime] = field(default_factory=dict)
    open_intents: dict[str, Mapping[str, Any]] = field(default_factory=dict)
    disabled: set[tuple[str, int]] = field(default_factory=set)
    undone: set[tuple[str, int]] = field(default_factory=set)

    @property
    def is_over(self) -> bool:
        """Say whether nothing more can come of it: rejected, applied, or taken back."""
        return self.is_rejected or bool(self.applied) or bool(self.undone)

    @property
    def is_rejected(self) -> bool:
        """Say whether an approver has refused it."""
        return any(approval["decision"] == "rejected" for approval in self.approvals)

    def state(self, systems: list[str], *, expired: bool) -> str:
        """Return one word for people: empty, open, approved, interrupted, partly applied, applied, ..."""
        if not systems:
            return "empty"
        for word, holds in self._words(systems, expired):
            if holds:
                return word
        return "open"

    def _words(self, systems: list[str], expired: bool) -> list[tuple[str, bool]]:
        applied = [system for system in systems if system in self.applied]
        return [
            ("undone", bool(self.undone) and self.undone >= self.disabled),
            ("partly_undone", bool(self.undone)),
            ("rejected", self.is_rejected),
            ("interrupted", bool(self.open_intents)),
            ("applied", len(applied) == len(systems)),
            ("partly_applied", bool(applied)),
            ("expired", expired),
            ("approved", bool(self.approvals)),
        ]


def standings(evidence: Evidence) -> dict[str, Standing]:
    """Return the standing of every plan that the ledger knows, by its number."""
    found: dict[str, Standing] = {}
    # The plan itself is not asked for: a large one takes longer to unpack than all else.
    for entry in evidence.entries_without("plan", KINDS):
        if plan_id := entry.body.get("plan_id"):
            _FOLD[entry.kind](found.setdefault(plan_id, Standing()), entry)
    return found


def _planned(standing: Standing, entry: Entry) -> None:
    standing.sha256, standing.seq = entry.body["sha256"], entry.seq


def _approved(standing: Standing, entry: Entry) -> None:
    standing.approvals.append(entry.body)


def _intended(standing: Standing, entry: Entry) -> None:
    standing.open_intents[entry.body["system"]] = {"kind": entry.kind, **entry.body}


def _changed(standing: Standing, entry: Entry) -> None:
    system = entry.body["system"]
    standing.open_intents.pop(system, None)
    if entry.body["outcome"] == "applied":
        standing.applied[system] = entry.body["attempt"]
        standing.applied_at[system] = entry.ts
        standing.disabled.update((system, item["person"]) for item in entry.body["items"])


def _undone(standing: Standing, entry: Entry) -> None:
    standing.open_intents.pop(entry.body["system"], None)
    if entry.body["outcome"] == "undone":
        standing.undone_seq = entry.seq
        standing.undone.update((entry.body["system"], item["person"]) for item in entry.body["items"])


_FOLD = {
    "plan": _planned,
    "approval": _approved,
    "change.intent": _intended,
    "change.result": _changed,
    "undo.intent": _intended,
    "undo.result": _undone,
}
