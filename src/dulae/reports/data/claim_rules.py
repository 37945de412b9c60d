"""What shows a claim, and what speaks against it: one rule for each kind of work."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import pairwise

from dulae.ledger.views.claims import Claim
from dulae.ledger.views.incidents import Incident
from dulae.reports.data.common import Row
from dulae.reports.evidence import Evidence

AGREED, UNSUPPORTED, CONTRADICTED = "agreed", "unsupported", "contradicted"
# What was done at the edge of a month may be seen only after it.
AROUND = timedelta(days=7)
_MADE, _LOOKED_AT, _DRILL, _SPACE = "backup_create", "backup", "restore_drill", "disk"
# These say that something else is wrong than the copy that was made.
_ABOUT_OTHERS = (
    "backup.late",
    "backup.too_few",
    "backup.one_place",
    "backup.second_",
    "backup.gap_",
)
_NONE_THERE = ("backup.missing", "backup.only_unfinished", "backup.basebackup_unfinished", "backup.no_place")


@dataclass(frozen=True)
class Proof:
    """One entry that speaks of a claim; ``row`` is the finding, None for a step of an incident."""

    seq: int
    at: datetime
    row: Row | None = None


@dataclass(frozen=True)
class Outcome:
    """How a claim stands: the state, the code of why, and the entries that show it."""

    state: str
    why: str
    proofs: tuple[Proof, ...] = ()


@dataclass(frozen=True)
class Ground:
    """What claims are held against: the findings of the period and a week around it, and every incident."""

    evidence: Evidence
    rows: tuple[Row, ...]
    incidents: dict[str, Incident]

    def day(self, moment: datetime) -> date:
        """Return the local day of a moment."""
        return moment.astimezone(self.evidence.settings.calendar.zone).date()

    def of(self, *checks: str) -> Iterator[Row]:
        """Yield the findings of some checks, oldest first."""
        return (row for row in self.rows if row.check in checks)


def _of(state: str, why: str, *rows: Row) -> Outcome:
    return Outcome(state, why, tuple(Proof(row.seq, row.at, row) for row in rows))


def _sets(claim: Claim, ground: Ground, *, drilled: bool = False) -> list[str]:
    """Return the backup sets that a claim is about: the one that it refers to, or all of its system."""
    system = ground.evidence.settings.system(claim.system)
    if system is None:
        return []
    sets = [one for one in system.backup_sets if one.drill or not drilled]
    names = [one.name for one in sets] + [one.name for one in system.backups_made_here if not drilled]
    every = list(dict.fromkeys(f"{system.name}/{name}" for name in names))
    named = {f"{system.name}/{one.name}": (one.name, one.title.th, one.title.en) for one in sets}
    wanted = claim.reference.casefold()
    exact = [subject for subject in every if _calls(wanted, subject, named.get(subject, ()))]
    files = [
        row.subject
        for row in ground.of(_MADE, _LOOKED_AT)
        if str(row.measured.get("file", "")) == claim.reference
    ]
    return exact or [subject for subject in every if claim.reference and subject in files] or every


def _calls(wanted: str, subject: str, names: Sequence[str]) -> bool:
    return bool(wanted) and wanted in {
        name.casefold() for name in (subject, subject.partition("/")[2], *names)
    }


def _all(outcomes: Sequence[Outcome]) -> Outcome:
    """Return the outcome of a claim about several sets: each must be shown."""
    if not outcomes:
        return Outcome(UNSUPPORTED, "no_set")
    bad = [one for one in outcomes if one.state == CONTRADICTED]
    good = [one for one in outcomes if one.state == AGREED]
    if bad or len(good) == len(outcomes):
        same = bad or good
        return Outcome(same[0].state, same[0].why, tuple(proof for one in same for proof in one.proofs))
    if good:
        return Outcome(UNSUPPORTED, "some", tuple(proof for one in good for proof in one.proofs))
    return outcomes[0]


def _backup_made(claim: Claim, ground: Ground) -> Outcome:
    return _all([_made(claim.day, subject, ground) for subject in _sets(claim, ground)])


def _made(day: date, subject: str, ground: Ground) -> Outcome:
    """Return whether a copy of that day was seen, and how the last look at it ended."""
    own = [row for row in ground.of(_MADE, _LOOKED_AT) if row.subject == subject and row.state != "unchecked"]
    seen = [row for row in own if _made_on(row, ground) == day]
    if seen:
        bad = seen[-1].state == "abnormal" and not seen[-1].code.startswith(_ABOUT_OTHERS)
        return _of(CONTRADICTED, "bad", seen[-1]) if bad else _of(AGREED, "shown", seen[-1])
    for row in own:
        if row.check == _LOOKED_AT and ground.day(row.at) > day and _older(row, day, ground):
            return _of(CONTRADICTED, "older", row)
    return Outcome(UNSUPPORTED, "nothing")


def _made_on(row: Row, ground: Ground) -> date | None:
    """Return the day of the copy that a finding is about; of one that was just made, the day of the finding."""
    if row.check == _MADE:
        return ground.day(row.at)
    text = row.measured.get("made_at")
    return ground.day(datetime.fromisoformat(text)) if isinstance(text, str) and text else None


def _older(row: Row, day: date, ground: Ground) -> bool:
    """Say whether a later look saw no copy of a day or after it."""
    made = _made_on(row, ground)
    return row.code in _NONE_THERE if made is None else made < day


def _backup_checked(claim: Claim, ground: Ground) -> Outcome:
    subjects = _sets(claim, ground)
    return _all([_on_that_day(claim.day, _LOOKED_AT, subject, ground) for subject in subjects])


def _on_that_day(day: date, check: str, subject: str, ground: Ground) -> Outcome:
    """Return how the last result of a check of a day ended."""
    seen = [row for row in ground.of(check) if row.subject == subject and ground.day(row.at) == day]
    if not seen:
        return Outcome(UNSUPPORTED, "nothing")
    last = seen[-1]
    if last.state == "unchecked":
        return _of(UNSUPPORTED, "unchecked", last)
    return _of(CONTRADICTED, "bad", last) if last.state == "abnormal" else _of(AGREED, "shown", last)


def _restore_drill(claim: Claim, ground: Ground) -> Outcome:
    """Return how the drills of a day ended; a drill need not take every set."""
    subjects = _sets(claim, ground, drilled=True)
    outcomes = [_on_that_day(claim.day, _DRILL, subject, ground) for subject in subjects]
    held = [one for one in outcomes if one.state != UNSUPPORTED]
    return _all(held or outcomes[:1])


def _disk_cleaned(claim: Claim, ground: Ground) -> Outcome:
    """Return whether less was used on a disk of the system after that day than before."""
    places: dict[tuple[str, str], list[Row]] = {}
    for row in ground.of(_SPACE):
        if row.system == claim.system and isinstance(row.measured.get("used_bytes"), int):
            places.setdefault((row.host, row.subject), []).append(row)
    named = {place: rows for place, rows in places.items() if place[1] == claim.reference}
    outcomes = [_cleaned(claim.day, rows, ground) for rows in (named or places).values()]
    for state in (AGREED, CONTRADICTED, UNSUPPORTED):
        found = [one for one in outcomes if one.state == state]
        if found:
            return found[0]
    return Outcome(UNSUPPORTED, "nothing")


def _cleaned(day: date, rows: Sequence[Row], ground: Ground) -> Outcome:
    """Compare the last look before a day, those of the day, and the first after it."""
    before = [row for row in rows if day - AROUND <= ground.day(row.at) < day][-1:]
    same = [row for row in rows if ground.day(row.at) == day]
    after = [row for row in rows if day < ground.day(row.at) <= day + AROUND][:1]
    looks = [*before, *same, *after]
    for earlier, later in pairwise(looks):
        if later.measured["used_bytes"] < earlier.measured["used_bytes"]:
            return _of(AGREED, "less", earlier, later)
    if not (same or after):
        return Outcome(UNSUPPORTED, "nothing")
    if looks[-1].state == "abnormal":
        return _of(CONTRADICTED, "still_full", looks[-1])
    return _of(UNSUPPORTED, "not_less", *looks[-2:])


def _incident_fixed(claim: Claim, ground: Ground) -> Outcome:
    """Return what the register says of the incident, and what its check saw after the claimed repair."""
    case = ground.incidents.get(claim.reference.casefold())
    if case is None:
        return Outcome(UNSUPPORTED, "no_incident")
    if claim.system and case.system != claim.system:
        return Outcome(UNSUPPORTED, "other_system", (Proof(case.seq[0], case.reported_at),))
    ended = case.finished_at or case.closed_at
    proof = (Proof(case.seq[-1], ended or case.reported_at),)
    if ended and ground.day(ended) <= claim.day:
        return Outcome(AGREED, "finished", proof)
    failed = [
        row
        for row in ground.rows
        if row.subject == case.subject and row.state == "abnormal" and ground.day(row.at) > claim.day
    ]
    still = [row for row in failed if ended is None or row.at <= ended][:1]
    if still:
        return _of(CONTRADICTED, "fails_since", *still)
    return Outcome(CONTRADICTED, "finished_later" if ended else "not_finished", proof)


RULES: Mapping[str, Callable[[Claim, Ground], Outcome]] = {
    "backup_made": _backup_made,
    "backup_checked": _backup_checked,
    "restore_drill": _restore_drill,
    "disk_cleaned": _disk_cleaned,
    "incident_fixed": _incident_fixed,
}
