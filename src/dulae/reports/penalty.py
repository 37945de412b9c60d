"""Worksheets for penalties under the maintenance contract: facts and arithmetic, never a decision.

Clause 5 is about downtime in a month, clause 6 about starting and finishing a repair late. Every worksheet is a
draft, for only the committee decides. Arithmetic is exact (fractions); an amount is rounded half up to the satang.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from itertools import pairwise

_SATANG = Decimal("0.01")


@dataclass(frozen=True)
class Outage:
    """A time in which one unit was down: hours from any common origin, and the unit's weight."""

    start: Fraction
    end: Fraction
    weight: Fraction


@dataclass(frozen=True)
class DowntimeTerms:
    """Clause 5: what is allowed (the larger of hours and percent), and the rate beyond it."""

    service_hours: Fraction
    max_hours: Fraction
    max_percent: Fraction
    rate_thb_per_hour: Fraction


@dataclass(frozen=True)
class DowntimeSheet:
    """Clause 5 worked out: hours as exact fractions, the fine in baht."""

    weighted_hours: Fraction
    allowed_hours: Fraction
    over_hours: Fraction
    fine_thb: Decimal


@dataclass(frozen=True)
class LateSheet:
    """Clause 6 worked out: late hours (a part counts as a whole one), the fine in baht."""

    over_hours: int
    fine_thb: Decimal


def baht(amount: Fraction) -> Decimal:
    """Return an amount rounded half up to the satang."""
    return (Decimal(amount.numerator) / Decimal(amount.denominator)).quantize(_SATANG, ROUND_HALF_UP)


def weighted_downtime(outages: Iterable[Outage]) -> Fraction:
    """Return downtime x weight in hours; while several units are down only the heaviest counts."""
    known = [outage for outage in outages if outage.end > outage.start]
    moments = sorted({moment for outage in known for moment in (outage.start, outage.end)})
    total = Fraction(0)
    for start, end in pairwise(moments):
        weights = [outage.weight for outage in known if outage.start <= start and outage.end >= end]
        total += (end - start) * max(weights, default=Fraction(0))
    return total


def downtime_sheet(outages: Sequence[Outage], terms: DowntimeTerms) -> DowntimeSheet:
    """Return the worksheet of clause 5 for one month."""
    weighted = weighted_downtime(outages)
    allowed = max(terms.max_hours, terms.service_hours * terms.max_percent / 100)
    over = max(Fraction(0), weighted - allowed)
    return DowntimeSheet(weighted, allowed, over, baht(over * terms.rate_thb_per_hour))


def late_sheet(late_hours: Fraction, fee_thb: Fraction, percent_per_hour: Fraction) -> LateSheet:
    """Return the worksheet of clause 6 for one repair that was late by some hours (negative: in time)."""
    hours = max(0, math.ceil(late_hours))
    return LateSheet(hours, baht(hours * fee_thb * percent_per_hour / 100))
