"""The ledger: evidence that its own keeper cannot quietly change."""

from __future__ import annotations

from dulae.ledger.entry import Draft, Entry
from dulae.ledger.exporting import export
from dulae.ledger.store import Anchor, Ledger
from dulae.ledger.verifying import Verification, verify

__all__ = ["Anchor", "Draft", "Entry", "Ledger", "Verification", "export", "verify"]
