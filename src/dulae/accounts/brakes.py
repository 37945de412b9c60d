"""What stops a plan that would disable more than a week's leavers: count, percent, and the number that was declared.

A planned bulk is approved with its own number, which must be exactly the number of accounts.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from dulae.accounts.applications import Brake
from dulae.checks.finding import Reason, reason

# In a small office one leaver is soon more than five percent.
_PERCENT_FROM = 4

COUNT = reason(
    "access.brake_count",
    "{proposed} accounts would be disabled, at most {max_count} without a bulk approval",
)
PERCENT = reason(
    "access.brake_percent",
    "{proposed} of {active} active accounts would be disabled, at most {max_percent} % without a bulk approval",
)
DECLARED = reason(
    "access.brake_declared",
    "{persons} persons would be disabled, but the personnel division declared {declared}",
)


@dataclass(frozen=True)
class Load:
    """What a plan would do in one application. ``declared`` is None where the list declares no number."""

    proposed: int
    active: int
    persons: int
    declared: int | None = None


def tripped(brake: Brake, load: Load) -> Iterator[dict[str, Any]]:
    """Yield each brake that stops a plan, as ``{code, because, measured}``."""
    numbers = {**vars(load), "max_count": brake.max_count, "max_percent": brake.max_percent}
    if load.proposed > brake.max_count:
        yield _stopped(COUNT, numbers)
    if load.proposed >= _PERCENT_FROM and load.proposed * 100 > brake.max_percent * load.active:
        yield _stopped(PERCENT, numbers)
    if load.proposed and load.declared is not None and load.persons > load.declared:
        yield _stopped(DECLARED, numbers)


def _stopped(why: Reason, numbers: dict[str, Any]) -> dict[str, Any]:
    return {"code": why.code, "because": why.text.format_map(numbers), "measured": numbers}
