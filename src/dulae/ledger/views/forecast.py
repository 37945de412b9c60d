"""When a file system will be full, from its daily peaks: Theil-Sen's slope with Sen's range; pure.

The slope is the median of the slopes between all pairs of days, so single days cannot move it. Clean-ups that come
again (retention) are part of the trend; a lone jump, such as one large deletion or one bulk load, is none: pairs
of days on both sides of it are left out. A disk that was resized only moves the ceiling.

Source: P. K. Sen, Estimates of the regression coefficient based on Kendall's tau, JASA 63 (1968).
"""

from __future__ import annotations

import enum
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise
from statistics import median

from dulae.ledger.views.space import Peak

LEAST_DAYS = 7
# The newest days say most about the present; more pairs cost time and change nothing.
_MOST_DAYS = 92
_HORIZON = timedelta(days=3650)
# Two-sided range of 90 %: the standard normal distribution's quantile.
_Z = 1.645
_RECENT = timedelta(days=6)
# A jump is far beyond the usual daily change, and no small share of what may be used.
_UNUSUAL, _SHARE = 8, 50


class State(enum.StrEnum):
    """What can be said about the future."""

    INSUFFICIENT_HISTORY = "insufficient_history"
    FLAT = "flat"
    SHRINKING = "shrinking"
    FULL_IN = "full_in"


@dataclass(frozen=True)
class Forecast:
    """What the daily peaks foretell; slopes are bytes a day.

    ``earliest`` and ``latest`` are set for FULL_IN; ``latest`` is None where it lies more than ten years ahead.
    """

    state: State
    days: int
    newest: Peak
    slope: int = 0
    low: int = 0
    high: int = 0
    earliest: date | None = None
    latest: date | None = None


def forecast(peaks: Sequence[Peak]) -> Forecast:
    """Return what daily peaks, oldest first and one for each day, foretell; raise ValueError if there are none."""
    if not peaks:
        raise ValueError("there is no measurement to forecast from")
    recent, newest = peaks[-_MOST_DAYS:], peaks[-1]
    if newest.last_bytes >= newest.ceiling_bytes:
        return Forecast(State.FULL_IN, len(recent), newest, earliest=newest.day, latest=newest.day)
    if len(recent) < LEAST_DAYS:
        return Forecast(State.INSUFFICIENT_HISTORY, len(recent), newest)
    parts = _parts(recent)
    slopes = sorted(slope for part in parts for slope in _slopes(part))
    if not slopes:
        return Forecast(State.INSUFFICIENT_HISTORY, len(recent), newest)
    low, high = _range(slopes, parts)
    return _told(parts[-1], len(recent), low, (median(slopes), high))


def _told(part: Sequence[Peak], days: int, low: float, rest: tuple[float, float]) -> Forecast:
    """Return the forecast from the days since the last lone jump and the slopes."""
    slope, high = rest
    state = State.SHRINKING if high < 0 else State.FLAT
    earliest = _reached(part, high)
    if low > 0 and earliest:
        state = State.FULL_IN
    growing = state is State.FULL_IN
    return Forecast(
        state=state,
        days=days,
        newest=part[-1],
        slope=round(slope),
        low=round(low),
        high=round(high),
        earliest=earliest if growing else None,
        latest=_reached(part, low) if growing else None,
    )


def _reached(part: Sequence[Peak], slope: float) -> date | None:
    """Return the day on which the newest ceiling is reached, from the highest peak of a week; None if far away."""
    newest = part[-1]
    week = [peak for peak in part if peak.day >= newest.day - _RECENT]
    base = max(week, key=lambda peak: (peak.used_bytes, peak.day))
    room = max(0, newest.ceiling_bytes - base.used_bytes)
    if slope * _HORIZON.days <= room:
        return None
    return max(newest.day, base.day + timedelta(days=math.ceil(room / slope)))


def _slopes(part: Sequence[Peak]) -> list[float]:
    return [
        (later.used_bytes - earlier.used_bytes) / (later.day - earlier.day).days
        for place, earlier in enumerate(part)
        for later in part[place + 1 :]
    ]


def _range(slopes: Sequence[float], parts: Sequence[Sequence[Peak]]) -> tuple[float, float]:
    """Return Sen's range of the slope: the ranks that Kendall's statistic allows by chance, parts taken apart."""
    variance = sum(n * (n - 1) * (2 * n + 5) for n in map(len, parts)) / 18
    spread = _Z * math.sqrt(variance)
    count = len(slopes)
    low = max(0, math.floor((count - spread) / 2))
    return slopes[low], slopes[count - 1 - low]


def _parts(peaks: Sequence[Peak]) -> list[Sequence[Peak]]:
    """Return the stretches between lone jumps."""
    cuts = [0, *_lone_jumps(peaks), len(peaks)]
    return [peaks[start:end] for start, end in pairwise(cuts)]


def _lone_jumps(peaks: Sequence[Peak]) -> list[int]:
    """Return where the level jumped once, up or down; what comes again in the same direction belongs to the trend."""
    steps = [later.used_bytes - earlier.used_bytes for earlier, later in pairwise(peaks)]
    usual = median(steps)
    unusual = _UNUSUAL * median(abs(step - usual) for step in steps)
    least = max(unusual, max(peaks[-1].ceiling_bytes, peaks[-1].used_bytes) / _SHARE)
    ups = [place for place, step in enumerate(steps, 1) if step - usual > least]
    downs = [place for place, step in enumerate(steps, 1) if usual - step > least]
    return sorted(place for jumps in (ups, downs) if len(jumps) == 1 for place in jumps)
