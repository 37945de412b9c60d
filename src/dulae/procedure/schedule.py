"""What starts the procedure: lines for systemd's timers and for cron, computed from the cadences.

A timer wakes on every working day at the work's hour, and ``dulae run --due`` then asks the calendar and the ledger.
So holidays move what is due without touching a timer, and what was missed or could not be proven is tried again
on the next working day.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from dulae.checks.finding import Finding, Verdict, judged, reason
from dulae.procedure.sop import Work, works
from dulae.settings import Settings
from dulae.settings.office import Calendar
from dulae.settings.procedure import WEEKDAYS

_DAY_MINUTES = 24 * 60
_DAYS = len(WEEKDAYS)

_STARTED = reason("procedure.scheduled", "{subject} is started {cadence}: {on_calendar}")

Turn = tuple[int, int, int]


@dataclass(frozen=True)
class Timer:
    """When one piece of work is started: systemd's OnCalendar lines, and cron's five fields."""

    work: Work
    on_calendar: tuple[str, ...]
    cron: tuple[str, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what a unit's template needs, as plain JSON types."""
        return {
            "id": self.work.id,
            "title": self.work.title.model_dump(),
            "step": self.work.control.step,
            "clause": self.work.control.clause,
            "cadence": self.work.rhythm.cadence,
            "playbook": self.work.playbook,
            "on_calendar": list(self.on_calendar),
            "cron": list(self.cron),
        }


def timers(settings: Settings, cron_offset: timedelta) -> tuple[Timer, ...]:
    """Return the timer of each piece of work; ``cron_offset`` is the cron daemon's zone against UTC.

    systemd is told the office's zone. cron knows only its own, so times are moved; where that zone has summer time,
    the schedule is to be installed again when it changes.
    """
    here = datetime.now(settings.calendar.zone).utcoffset() or timedelta()
    shift = int((cron_offset - here).total_seconds()) // 60
    return tuple(_timer(work, settings.calendar, shift) for work in works(settings.procedure))


def one_cron_line(found: Iterable[Timer]) -> str:
    """Return five fields that wake at least whenever any timer does, for a crontab that is not ours alone."""
    minutes, hours = set[str](), set[str]()
    for line in (line for timer in found for line in timer.cron):
        minute, hour, *_ = line.split()
        minutes.update(minute.split(","))
        hours.update(hour.split(","))
    return f"{','.join(sorted(minutes, key=int))} {','.join(sorted(hours, key=int))} * * *"


def finding(timer: Timer) -> Finding:
    """Return that some work is started by itself, and when."""
    measured = {"on_calendar": "; ".join(timer.on_calendar), "cadence": timer.work.rhythm.cadence}
    return judged("schedule", timer.work.id, Verdict.PASS, _STARTED, measured=measured)


def _timer(work: Work, calendar: Calendar, shift: int) -> Timer:
    turns = _turns(work, calendar)
    zone = calendar.timezone
    on_calendar = (
        f"{_days(days)} *-*-* {_numbers(hours)}:{_numbers(minutes)}:00 {zone}".removeprefix("* ")
        for days, hours, minutes in _grouped(turns)
    )
    cron = (
        f"{_plain(minutes)} {_plain(hours)} * * {_cron_days(days)}"
        for days, hours, minutes in _grouped([_moved(turn, shift) for turn in turns])
    )
    return Timer(work, tuple(on_calendar), tuple(cron))


def _turns(work: Work, calendar: Calendar) -> list[Turn]:
    """Return each weekday, hour and minute at which work is started; Monday is 0."""
    daily = work.rhythm.cadence == "daily"
    days = range(_DAYS) if daily else sorted(WEEKDAYS.index(day) for day in calendar.working_days)
    first = _minutes(work.rhythm.at.hour, work.rhythm.at.minute)
    end = _minutes(calendar.office_hours.end.hour, calendar.office_hours.end.minute)
    every = work.rhythm.repeat_minutes
    minutes = range(first, max(first, end) + 1, every) if every else [first]
    return [(day, *divmod(minute, 60)) for day in days for minute in minutes]


def _minutes(hours: int, minutes: int) -> int:
    return hours * 60 + minutes


def _moved(turn: Turn, shift: int) -> Turn:
    day, hour, minute = turn
    moved = (day * _DAY_MINUTES + _minutes(hour, minute) + shift) % (_DAYS * _DAY_MINUTES)
    return (moved // _DAY_MINUTES, moved % _DAY_MINUTES // 60, moved % 60)


def _grouped(turns: Iterable[Turn]) -> list[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]]]:
    """Return the turns as few products of days, hours and minutes: each turn is in exactly one."""
    minutes: dict[tuple[int, int], set[int]] = defaultdict(set)
    for day, hour, minute in turns:
        minutes[day, hour].add(minute)
    hours: dict[tuple[int, tuple[int, ...]], set[int]] = defaultdict(set)
    for (day, hour), found in minutes.items():
        hours[day, tuple(sorted(found))].add(hour)
    days: dict[tuple[tuple[int, ...], tuple[int, ...]], set[int]] = defaultdict(set)
    for (day, same), these in hours.items():
        days[tuple(sorted(these)), same].add(day)
    return sorted((tuple(sorted(found)), *key) for key, found in days.items())


def _days(days: tuple[int, ...]) -> str:
    return "*" if len(days) == _DAYS else ",".join(WEEKDAYS[day].capitalize() for day in days)


def _cron_days(days: tuple[int, ...]) -> str:
    return "*" if len(days) == _DAYS else ",".join(str(day + 1) for day in days)


def _numbers(numbers: tuple[int, ...]) -> str:
    return ",".join(f"{number:02}" for number in numbers)


def _plain(numbers: tuple[int, ...]) -> str:
    return ",".join(str(number) for number in numbers)
