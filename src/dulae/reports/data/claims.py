"""The contractor's claims beside what was measured for the same time (procedure 6.3).

A claim agrees only where the ledger shows it, and is contradicted only where a finding says otherwise; everything else
is unsupported, which says nothing against the contractor. One row of the file is one row here.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from dulae.ledger.views import claims as view
from dulae.ledger.views.claims import Claim, Handed, Refused
from dulae.ledger.views.incidents import incidents
from dulae.reports.data.claim_rules import AGREED, AROUND, CONTRADICTED, RULES, UNSUPPORTED, Ground, Outcome
from dulae.reports.data.runs import runs
from dulae.reports.evidence import Evidence
from dulae.reports.period import Period
from dulae.settings.shape import Words

REPEATED, REFUSED = "repeated", "refused"
STATES = (AGREED, UNSUPPORTED, CONTRADICTED, REPEATED, REFUSED)
_PROOFS = 3


@dataclass(frozen=True)
class Judged:
    """One claim with its outcome; ``first`` is the row that said the same before."""

    claim: Claim
    title: Words | None
    outcome: Outcome
    first: int = 0


@dataclass(frozen=True)
class File:
    """One file with its rows judged and refused."""

    handed: Handed
    judged: tuple[Judged, ...]
    refused: tuple[Refused, ...]


@dataclass(frozen=True)
class Claims:
    """What was handed in for a period; ``counts`` has each state, and they add up to ``rows``."""

    files: tuple[File, ...] = ()
    counts: tuple[tuple[str, int], ...] = tuple((state, 0) for state in STATES)
    rows: int = 0

    def count(self, state: str) -> int:
        """Return how many rows ended in a state."""
        return dict(self.counts)[state]


def claims(evidence: Evidence, period: Period) -> Claims:
    """Return the claims for a period, judged; without a file there are none."""
    known = {one.period: one for one in view.handed(evidence.entries(view.KIND))}
    known |= {one.period: one for one in evidence.pending}
    files = view.of_period(known.values(), period.text, (period.first, period.last))
    if not files:
        return Claims()
    wide = replace(period, first=period.first - AROUND, last=period.last + AROUND)
    rows = sorted(
        (row for run in runs(evidence, wide) for row in run.rows), key=lambda row: (row.at, row.seq)
    )
    cases = {one.number.casefold(): one for one in incidents(evidence.entries(control="restoration"))}
    ground = Ground(evidence, tuple(rows), cases)
    told = tuple(File(one, tuple(_judged(one.claims, ground)), one.refused) for one in files)
    states = Counter(one.outcome.state for file in told for one in file.judged)
    states[REFUSED] = sum(len(file.refused) for file in told)
    return Claims(told, tuple((state, states[state]) for state in STATES), sum(one.rows for one in files))


def _judged(rows: Sequence[Claim], ground: Ground) -> Iterator[Judged]:
    seen: dict[tuple[object, ...], int] = {}
    for claim in rows:
        key = (claim.day, claim.clock, claim.system, claim.work, claim.reference.casefold())
        case = ground.incidents.get(claim.reference.casefold())
        title = ground.evidence.titles.get(claim.system or (case.system if case else ""))
        if key in seen:
            yield Judged(claim, title, Outcome(REPEATED, "repeated"), seen[key])
            continue
        seen[key] = claim.row
        outcome = RULES[claim.work](claim, ground)
        proofs = tuple({proof.seq: proof for proof in outcome.proofs}.values())[:_PROOFS]
        yield Judged(claim, title, replace(_as_said(claim, outcome), proofs=proofs))


def _as_said(claim: Claim, outcome: Outcome) -> Outcome:
    """Return the outcome of what was said: who says that it failed is right where it was not so."""
    if claim.result == "done":
        return outcome
    turned = {AGREED: CONTRADICTED, CONTRADICTED: AGREED}
    return replace(outcome, state=turned.get(outcome.state, outcome.state))
