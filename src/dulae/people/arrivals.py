"""Earlier lists as the ledger remembers them: which one a list copies, and how many persons a list usually has."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dulae.ledger import Ledger
from dulae.people.personnel_list import PersonnelList

ENTRY = "list.received"
# The usual length is that of the last lists; one alone may be an exception.
_REMEMBERED = 8
_FEWEST = 2
# Below this a list is half as long by chance.
_SHORTEST_USUAL = 4


@dataclass(frozen=True)
class Earlier:
    """The lists that came before one, the latest last."""

    bodies: Sequence[Mapping[str, Any]]

    def copied(self, read: PersonnelList) -> str:
        """Return the file that a list is an exact copy of, or nothing."""
        return self._file("sha256", read.sha256)

    def same_persons(self, read: PersonnelList) -> str:
        """Return the file that holds exactly the same persons, though it was saved anew, or nothing."""
        return self._file("content_sha256", read.content_sha256) if read.rows else ""

    def usual(self) -> int | None:
        """Return how many persons a list usually has, or None where too little is known or lists are short."""
        # A copy, or a list saved anew, is no further week.
        once = {body.get("content_sha256") or body["sha256"]: body for body in self.bodies}.values()
        lengths = [int(body.get("counts", {}).get("received", 0)) for body in once]
        lengths = [length for length in lengths if length][-_REMEMBERED:]
        if len(lengths) < _FEWEST:
            return None
        usual = int(statistics.median_low(lengths))
        return usual if usual >= _SHORTEST_USUAL else None

    def _file(self, name: str, value: str) -> str:
        return next((str(body["file"]) for body in reversed(self.bodies) if body.get(name) == value), "")


def earlier(ledger: Path | None, file: str, received_at: str) -> Earlier:
    """Return the lists in the ledger without the arrival itself, which is no copy of itself; raise LedgerError."""
    return Earlier(
        [body for body in recorded(ledger) if (body["file"], body["received_at"]) != (file, received_at)]
    )


def recorded(ledger: Path | None) -> list[Mapping[str, Any]]:
    """Return every list that the ledger knows; raise LedgerError if it cannot be read."""
    return [entry.body for entry in Ledger.open(ledger).entries([ENTRY])] if ledger else []
