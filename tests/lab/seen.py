"""When the lab's people last used a system: most of them lately, some never, those on the list before they left."""

from __future__ import annotations

import random
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from tests.lab.people import PLAYERS, RETIRED, SEED, Person
from tests.lab.personnel_list import retirement

BANGKOK = ZoneInfo("Asia/Bangkok")
# Nobody asked for these accounts to be closed, and nobody has used them for months.
DORMANT = frozenset({35, 75})
_DORMANT_DAYS = 140
_NEVER_SHARE = 0.06
_MEAN_HOURS = 150
_PLAYERS_DAYS = 4


def last_seen(system: str, person: Person, now: datetime) -> datetime | None:
    """Return a person's last use of a system, or None for never; the same at every call for the same moment."""
    chance = random.Random(f"{SEED} {system} {person.number}")
    if person.number in DORMANT:
        return now - timedelta(days=_DORMANT_DAYS)
    if person.number in PLAYERS:
        return min(now - timedelta(days=_PLAYERS_DAYS, hours=1), _last_afternoon(person, now))
    if chance.random() < _NEVER_SHARE:
        return None
    return now - timedelta(hours=min(chance.expovariate(1 / _MEAN_HOURS), 24 * 60))


def open_session(system: str, person: Person, now: datetime) -> datetime | None:
    """Return when a person's open session was last used, or None without one; everybody on the list has one."""
    seen = last_seen(system, person, now)
    if person.number in PLAYERS or seen is None:
        return seen
    return seen if now - seen < timedelta(days=2) else None


def _last_afternoon(person: Person, now: datetime) -> datetime:
    """Return the afternoon before a retired person's first day out; for others, now."""
    if person.number != RETIRED:
        return now
    day = retirement(now.astimezone(BANGKOK).date()) - timedelta(days=1)
    return datetime.combine(day, time(16), BANGKOK).astimezone(UTC)
