"""Which sets stay: the newest ones, and the last one of each day, week and month on the ladder.

Days, weeks and months are those of the calendar (UTC), so that a set that was kept as the last one of its week stays
that while it grows older. Those without a set are passed over: where none were made for a while, none is lost.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any, Callable, Iterable, Mapping, Sequence

_PERIODS: Mapping[str, Callable[[datetime], Any]] = {
    "daily": lambda moment: moment.date(),
    "weekly": lambda moment: tuple(moment.isocalendar())[:2],
    "monthly": lambda moment: (moment.year, moment.month),
}
# The week and month that run have not yet their last set, so one more stays. A day has as soon as it has one.
_RUNNING = {"daily": 0, "weekly": 1, "monthly": 1}


def staying(moments: Sequence[datetime], keep: int, retention: Mapping[str, int]) -> set[int]:
    """Return the places of the sets that stay; ``moments`` are newest first, and ``keep`` 0 keeps all."""
    if not keep:
        return set(range(len(moments)))
    kept = set(range(min(keep, len(moments))))
    for step, number in retention.items():
        if number:
            kept |= set(_lasts(map(_PERIODS[step], moments), number + _RUNNING[step]))
    return kept


def _lasts(periods: Iterable[Any], number: int) -> list[int]:
    """Return the places of the newest set of each of the newest periods."""
    lasts: dict[Any, int] = {}
    for place, period in enumerate(periods):
        lasts.setdefault(period, place)
    return list(lasts.values())[:number]
