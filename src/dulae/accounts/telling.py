"""Reasons and account names as plans and findings hold them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from dulae.checks.finding import Reason

_MOST_SHOWN = 10
_NONE = "-"


def told(why: Reason, **places: str) -> dict[str, str]:
    """Return a reason as a plan keeps it."""
    return {"code": why.code, "because": why.text.format_map(places), **places}


def shown(logins: Sequence[str]) -> str:
    """Return some account names in a line; of many, the first and how many more."""
    first = ", ".join(logins[:_MOST_SHOWN])
    return f"{first}, +{len(logins) - _MOST_SHOWN}" if len(logins) > _MOST_SHOWN else first


def counted(kinds: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int | str]]:
    """Yield how many logins there are of each kind, and those of ``KIND_logins`` in a line, as findings hold them."""
    for kind, logins in kinds.items():
        yield kind, len(logins)
        yield f"{kind}_logins", shown(logins) or _NONE
