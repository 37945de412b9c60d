"""What a set must be beside its newest copy: of usual size, with its older copies, and in a second place."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Callable, List

from ..finding import reason
from . import copies, medium
from .copies import Copy, shown
from .faults import Bad
from .kinds.contents import Asked
from .level import LEVELS
from .sets import STEP_DAYS, BackupSet
from .steps import Examination

SHRUNK = reason(
    "backup.shrunk",
    "{file}: {bytes} bytes, {change_percent} % less than usual ({usual_bytes}), at most {max_shrink_percent} % allowed;"
    " look at what the backup left out",
)
GROWN = reason(
    "backup.grown",
    "{file}: {bytes} bytes, {change_percent} % more than usual ({usual_bytes}), at most {max_growth_percent} % allowed;"
    " look at what was added",
)
GAPS = {
    "daily": reason(
        "backup.gap_daily",
        "{path}: {missing_copies} daily copies are missing before {gap_until}, though older ones are kept;"
        " find out who deleted them too early, or why none were made",
    ),
    "weekly": reason(
        "backup.gap_weekly",
        "{path}: {missing_copies} weekly copies are missing before {gap_until}, though older ones are kept;"
        " find out who deleted them too early, or why none were made",
    ),
    "monthly": reason(
        "backup.gap_monthly",
        "{path}: {missing_copies} monthly copies are missing before {gap_until}, though older ones are kept;"
        " find out who deleted them too early, or why none were made",
    ),
}
ONE_PLACE = reason(
    "backup.one_place",
    "{file}: is not in the second place {second_path}; find out why it is not copied there",
)
SECOND_LATE = reason(
    "backup.second_late",
    "{second_path}: its newest copy {second_file} is {second_age_hours} h old, at most {second_max_age_hours} h"
    " allowed; find out why newer ones are not copied there",
)
SECOND_DIFFERENT = reason(
    "backup.second_different",
    "{second_file}: is not the same in the second place {second_path}; copy it there again",
)

_Rule = Callable[[Examination], None]


def size(work: Examination) -> None:
    """Raise Bad if the newest copy is far smaller or larger than the median of its older ones."""
    limit = work.backup_set
    if not work.alike or not (limit.max_shrink_percent or limit.max_growth_percent):
        return
    sizes = sorted(work.store.look(copy).bytes for copy in work.alike)
    usual = sizes[len(sizes) // 2] if len(sizes) % 2 else sum(sizes[len(sizes) // 2 - 1 :][:2]) // 2
    change = 100 * (work.newest.bytes - usual)
    numbers = {"usual_bytes": usual, "change_percent": abs(change) // max(usual, 1)}
    if limit.max_shrink_percent and -change > limit.max_shrink_percent * usual:
        raise Bad(SHRUNK, **numbers)
    if limit.max_growth_percent and change > limit.max_growth_percent * usual:
        raise Bad(GROWN, **numbers)


def retention(work: Examination) -> None:
    """Raise Bad if copies of a step are missing between a newer and an older one.

    No gap is longer than the newest copy may be old: where backups are made on working days, a weekend is none.
    """
    moments = [copy.made_at for copy in (work.newest, *work.older)]
    may_be_old = timedelta(hours=work.backup_set.max_age_hours)
    for step, days in STEP_DAYS.items():
        period, kept = timedelta(days=days), work.backup_set.retention.get(step, 0)
        gap = _gap(moments, (period, max(1.5 * period, may_be_old)), kept) if kept else None
        if gap:
            missing, until = gap
            raise Bad(GAPS[step], missing_copies=missing, gap_until=until.date().isoformat())


def _gap(
    moments: list[datetime], spans: tuple[timedelta, timedelta], kept: int
) -> tuple[int, datetime] | None:
    """Return how many copies are missing before which one; ``moments`` are newest first.

    ``spans`` are the period of a step and the longest time that may pass without a copy: one and a half periods, for
    copies need not be made at the same hour, or longer where the set allows that.
    """
    period, longest = spans
    last = moments[0] - kept * period
    for newer, older in zip(moments, moments[1:]):
        gap = newer - max(older, last)
        if gap > longest:
            return max(1, round(gap / period) - 1), newer
    return None


def second_place(work: Examination) -> None:
    """Raise Bad if the newest copy is not in the second place as well, or is not the same there.

    With ``second_max_age_hours`` an older one may be the newest there, if it is young enough.
    """
    if not work.backup_set.second_path:
        return
    work.measured["second_path"] = shown(work.backup_set.second_path)
    if work.kind.repository and work.backup_set.second_max_age_hours:
        _own_backups(work)
        return
    here = (work.newest, *work.older) if work.backup_set.second_max_age_hours else (work.newest,)
    look_there = _in_repository(work) if work.kind.repository else _in_folder(work)
    both = next(((copy, there) for copy in here for there in look_there(copy)), None)
    if both is None:
        raise Bad(ONE_PLACE)
    first, there = both
    _demand_young(work, first)
    _same_there(work, work.store.look(first), there)


def _demand_young(work: Examination, there: Copy) -> None:
    """Raise Bad if the newest copy of the second place is too old."""
    age = work.now - there.made_at
    work.measured.update(second_file=there.name, second_age_hours=int(age.total_seconds() // 3600))
    limit = work.backup_set.second_max_age_hours
    if limit and age > timedelta(hours=limit):
        raise Bad(SECOND_LATE)


def _own_backups(work: Examination) -> None:
    """Judge a second repository that has backups of its own: raise Bad if the newest is too old, or is damaged."""
    second = _second_set(work)
    newest = copies.take(second, copies.opened(second, lambda: work.kind.store(second, work.tools)), work.now)
    there = newest.copies[0]
    _demand_young(work, there)
    if LEVELS.index(work.backup_set.level) >= LEVELS.index("integrity"):
        asked = Asked(second, there, work.tools)
        work.kind.structure(asked)
        work.kind.read(asked)


_Look = Callable[[Copy], List[Copy]]


def _in_folder(work: Examination) -> _Look:
    """Return what gives the file or folder that a copy is in the second place, where it is there.

    A set whose folder is the copy has its other copy as a folder.
    """
    place, held_by = work.backup_set.second_path, work.tools.medium

    def look(copy: Copy) -> list[Copy]:
        one = copy.path == work.backup_set.path
        path = place if one else os.path.join(place, os.path.basename(copy.path))
        if not medium.state(held_by, path):
            return []
        return [replace(copies.look(path, held_by), made_at=copy.made_at)]

    return look


def _in_repository(work: Examination) -> _Look:
    """Return what gives the snapshot of the same moment in a second repository, which may have another name there.

    Raise Fault if the second repository is not there, or does not open.
    """
    second = _second_set(work)
    store = copies.opened(second, lambda: work.kind.store(second, work.tools))
    found = [copy for copy, done in store.find() if done]
    return lambda copy: [store.look(there) for there in found if there.made_at == copy.made_at][:1]


def _second_set(work: Examination) -> BackupSet:
    """Return the set as it is in the second place."""
    return replace(work.backup_set, path=work.backup_set.second_path, second_path="")


def _same_there(work: Examination, first: Copy, there: Copy) -> None:
    """Raise Bad if a copy differs in the second place: in size, or in data where a manifest or its format tells."""
    if there.bytes != first.bytes:
        raise Bad(SECOND_DIFFERENT)
    if LEVELS.index(work.backup_set.level) < LEVELS.index("integrity") or first.path != work.newest.path:
        return
    asked = Asked(_second_set(work), there, work.tools)
    try:
        if work.made:
            work.kind.same(asked, work.made)
        if work.contents and work.contents.own_digests:
            work.kind.read(asked)
    except Bad as fault:
        raise Bad(SECOND_DIFFERENT) from fault


RULES: tuple[_Rule, ...] = (retention, second_place, size)
