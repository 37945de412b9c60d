"""Account names in a sentence."""

from __future__ import annotations

from collections.abc import Sequence

_MOST_SHOWN = 10


def shown(logins: Sequence[str]) -> str:
    """Return some account names in a line; of many, the first and how many more."""
    first = ", ".join(logins[:_MOST_SHOWN])
    return f"{first}, +{len(logins) - _MOST_SHOWN}" if len(logins) > _MOST_SHOWN else first
