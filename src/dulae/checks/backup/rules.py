"""What a set must be beside its newest copy: of usual size, with its older copies, and in a second place."""

from __future__ import annotations

import os
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Callable

from ..finding import reason
from . import copies, medium
from .copies import Copy, shown
from .faults import Bad
from .level import LEVELS
from .sets import STEP_DAYS
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
    if not work.older or not (limit.max_shrink_percent or limit.max_growth_percent):
        return
    sizes = sorted(work.store.look(copy).bytes for copy in work.older)
    usual = sizes[len(sizes) // 2] if len(sizes) % 2 else sum(sizes[len(sizes) // 2 - 1 :][:2]) // 2
    change = 100 * (work.newest.bytes - usual)
    numbers = {"usual_bytes": usual, "change_percent": abs(change) // max(usual, 1)}
    if limit.max_shrink_percent and -change > limit.max_shrink_percent * usual:
        raise Bad(SHRUNK, **numbers)
    if limit.max_growth_percent and change > limit.max_growth_percent * usual:
        raise Bad(GROWN, **numbers)


def retention(work: Examination) -> None:
    """Raise Bad if copies of a step are missing between a newer and an older one."""
    moments = [copy.made_at for copy in (work.newest, *work.older)]
    for step, days in STEP_DAYS.items():
        kept = work.backup_set.retention.get(step, 0)
        gap = _gap(moments, timedelta(days=days), kept) if kept else None
        if gap:
            missing, until = gap
            raise Bad(GAPS[step], missing_copies=missing, gap_until=until.date().isoformat())


def _gap(moments: list[datetime], period: timedelta, kept: int) -> tuple[int, datetime] | None:
    """Return how many copies are missing before which one; ``moments`` are newest first.

    Copies need not be made at the same hour: what counts is that one and a half periods pass without any.
    """
    last = moments[0] - kept * period
    for newer, older in zip(moments, moments[1:]):
        gap = newer - max(older, last)
        if gap > 1.5 * period:
            return max(1, round(gap / period) - 1), newer
    return None


def second_place(work: Examination) -> None:
    """Raise Bad if the newest copy is not in the second place as well, or is not the same there.

    With ``second_max_age_hours`` an older one may be the newest there, if it is young enough.
    """
    if not work.backup_set.second_path:
        return
    work.measured["second_path"] = shown(work.backup_set.second_path)
    here = (work.newest, *work.older) if work.backup_set.second_max_age_hours else (work.newest,)
    held_by = work.tools.medium
    first = next((copy for copy in here if medium.state(held_by, _there(work, copy))), None)
    if first is None:
        raise Bad(ONE_PLACE)
    age = work.now - first.made_at
    work.measured.update(second_file=first.name, second_age_hours=int(age.total_seconds() // 3600))
    limit = work.backup_set.second_max_age_hours
    if limit and age > timedelta(hours=limit):
        raise Bad(SECOND_LATE)
    _same_there(work, work.store.look(first))


def _there(work: Examination, copy: Copy) -> str:
    """Return where a copy lies in the second place; a set whose folder is the copy has its other copy as a folder."""
    second = work.backup_set.second_path
    return second if copy.path == work.backup_set.path else os.path.join(second, os.path.basename(copy.path))


def _same_there(work: Examination, first: Copy) -> None:
    """Raise Bad if a copy differs in the second place: in size, or in data where a manifest or its format tells."""
    there = replace(copies.look(_there(work, first), work.tools.medium), made_at=first.made_at)
    if there.bytes != first.bytes:
        raise Bad(SECOND_DIFFERENT)
    if LEVELS.index(work.backup_set.level) < LEVELS.index("integrity") or first.path != work.newest.path:
        return
    try:
        if work.made:
            work.kind.same(work.asked(there), work.made)
        if work.contents and work.contents.own_digests:
            work.kind.read(work.asked(there))
    except Bad as fault:
        raise Bad(SECOND_DIFFERENT) from fault


RULES: tuple[_Rule, ...] = (retention, second_place, size)
