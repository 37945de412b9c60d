"""What a report may know: entries of the ledger up to an anchor, the settings, and what people have typed.

The anchor is the last entry that is evidence. Entries that tell of reports and signatures come after it, so that
writing or signing a report does not change the report.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from dulae.ledger import Entry, Ledger, header
from dulae.ledger.views.claims import Handed
from dulae.reports.data.common import Anchor, titles
from dulae.settings import Settings
from dulae.settings.shape import Words

# Kinds that tell what became of the evidence, and are none themselves.
ABOUT_EVIDENCE = ("report", "signoff", "anchor", "seal")
# As a header line has it; no other field of a header can hold a quotation mark.
_ABOUT_EVIDENCE = tuple(f'"kind":"{kind}"' for kind in ABOUT_EVIDENCE)
_FINDING, _OF_NO_RUN = '"kind":"finding"', '"run":""'


@dataclass(frozen=True)
class Evidence:
    """The ledger up to an anchor, with the settings in which it is read."""

    ledger: Ledger
    settings: Settings
    anchor: Anchor
    first_at: datetime
    last_at: datetime
    typed: Mapping[str, Any] = field(default_factory=dict)
    # What would be taken into the ledger if this were no rehearsal.
    pending: tuple[Handed, ...] = ()
    # Runs that were read once, for the reports of one order look at the same time.
    memo: dict[Any, Any] = field(default_factory=dict, repr=False, compare=False)

    def entries(
        self,
        *kinds: str,
        since: datetime | None = None,
        until: datetime | None = None,
        control: str = "",
    ) -> Iterator[Entry]:
        """Yield entries of some kinds that the anchor covers, oldest first."""
        for entry in self.ledger.entries(kinds, since=since, until=until, control=control):
            if entry.seq < self.anchor.count:
                yield entry

    @cached_property
    def titles(self) -> Mapping[str, Words]:
        """Return the titles of subjects."""
        return titles(self.settings)


def gather(ledger: Ledger, settings: Settings, typed: Mapping[str, Any] | None = None) -> Evidence:
    """Return the evidence of a ledger up to its last entry that is evidence; raise LedgerError if it is damaged."""
    digest = hashlib.sha256()
    last, anchor = "", Anchor(ledger.log, 0, digest.hexdigest())
    first = ""
    for count, line in enumerate(ledger.lines(), start=1):
        digest.update(line.encode() + b"\n")
        first = first or line
        if _is_evidence(line):
            last, anchor = line, Anchor(ledger.log, count, digest.hexdigest())
    return Evidence(ledger, settings, anchor, _moment(first), _moment(last), typed or {})


def _is_evidence(line: str) -> bool:
    """Say whether a header is of an entry that reports rest on; findings of no run (as of writing reports) are not."""
    return not (any(kind in line for kind in _ABOUT_EVIDENCE) or (_FINDING in line and _OF_NO_RUN in line))


def _moment(line: str) -> datetime:
    return header.to_moment(header.parse(line).ts)
