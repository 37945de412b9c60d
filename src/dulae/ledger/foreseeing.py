"""Will the space last? Judges the forecast of each mount that asks for a warning (procedure 6.3)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any

from dulae.checks.finding import Finding, Reason, Verdict, judged, reason
from dulae.ledger.opening import ledger_of
from dulae.ledger.views import space
from dulae.ledger.views.forecast import LEAST_DAYS, Forecast, State, forecast
from dulae.ledger.views.space import Peak
from dulae.procedure.population import FORECAST, inventory_name, mount_subject
from dulae.settings import Settings
from dulae.settings.systems import Mount

FLAT = reason(
    "forecast.flat", "{path} of {host}: no growth that would fill it is seen in {days} measured days"
)
SHRINKING = reason(
    "forecast.shrinking", "{path} of {host}: less is used from day to day, in {days} measured days"
)
LATER = reason(
    "forecast.later",
    "{path} of {host}: reaches its limit in {days_left} days at the earliest, on {earliest};"
    " more than the {warn_days_until_full} days asked",
)
SOON = reason(
    "forecast.soon",
    "{path} of {host}: reaches its limit in {days_left} days at the earliest, on {earliest},"
    " within the {warn_days_until_full} days asked; delete what nobody needs, or enlarge the disk",
)
TOO_FEW = reason(
    "forecast.insufficient_history",
    "{path} of {host}: measured on {days} days, a forecast needs {least_days}; measure on more days",
)
STALE = reason(
    "forecast.stale",
    "{path} of {host}: last measured on {newest_day}, too long ago for a forecast; see why it is not measured",
)

# A run around midnight may look at yesterday's measurement.
_STILL_NEW = timedelta(days=1)


def findings(settings: Settings, now: datetime) -> list[Finding]:
    """Judge the forecast of each mount that declares ``warn_days_until_full``; raise LedgerError.

    Of a path that several systems declare, the strictest warning holds.
    """
    asked = _asked(settings)
    if not asked:
        return []
    zone = settings.calendar.zone
    entries = ledger_of(settings).entries(space.KINDS, control=space.CONTROL, since=now - space.LOOKBACK)
    peaks = space.peaks(entries, zone)
    today = now.astimezone(zone).date()
    return [_judge(system, mount, peaks.get(_place(mount), ()), today) for system, mount in asked]


def _asked(settings: Settings) -> list[tuple[str, Mount]]:
    strictest: dict[tuple[str, str], tuple[str, Mount]] = {}
    for system, mount in _declared(settings):
        kept = strictest.get(_place(mount))
        if kept is None or mount.warn_days_until_full > kept[1].warn_days_until_full:
            strictest[_place(mount)] = (system, mount)
    return list(strictest.values())


def _declared(settings: Settings) -> Iterator[tuple[str, Mount]]:
    for system in settings.systems:
        yield from ((system.name, mount) for mount in system.mounts if mount.warn_days_until_full)


def _place(mount: Mount) -> space.Place:
    return inventory_name(mount.host), mount.path


def _judge(system: str, mount: Mount, peaks: Sequence[Peak], today: date) -> Finding:
    host, path = _place(mount)
    told = forecast(peaks) if peaks else None
    verdict, why = _decide(told, mount.warn_days_until_full, today)
    measured = {"host": host, "path": path, "days": told.days if told else 0, **_numbers(told, today)}
    limit = {"warn_days_until_full": mount.warn_days_until_full, "least_days": LEAST_DAYS}
    made = judged(FORECAST, mount_subject(mount), verdict, why, measured=measured, limit=limit)
    return replace(made, system=system)


def _decide(told: Forecast | None, warn_days: int, today: date) -> tuple[Verdict, Reason]:
    """Return what a forecast means; one that cannot be made is unknown, never a pass."""
    if told is None:
        return Verdict.UNKNOWN, TOO_FEW
    if told.newest.day < today - _STILL_NEW:
        return Verdict.UNKNOWN, STALE
    if told.earliest is not None:
        return (Verdict.WARN, SOON) if (told.earliest - today).days <= warn_days else (Verdict.PASS, LATER)
    return {
        State.INSUFFICIENT_HISTORY: (Verdict.UNKNOWN, TOO_FEW),
        State.FLAT: (Verdict.PASS, FLAT),
        State.SHRINKING: (Verdict.PASS, SHRINKING),
    }[told.state]


def _numbers(told: Forecast | None, today: date) -> dict[str, Any]:
    """Return the numbers of a forecast as a finding holds them; what is not known is left out."""
    if told is None:
        return {}
    numbers = {
        "state": told.state.value,
        "newest_day": told.newest.day.isoformat(),
        "used_bytes": told.newest.last_bytes,
        "ceiling_bytes": told.newest.ceiling_bytes,
        "slope_bytes_per_day": told.slope,
        "low_bytes_per_day": told.low,
        "high_bytes_per_day": told.high,
    }
    if told.earliest:
        numbers |= {"earliest": told.earliest.isoformat(), "days_left": max(0, (told.earliest - today).days)}
        numbers["latest"] = told.latest.isoformat() if told.latest else ""
    return numbers
