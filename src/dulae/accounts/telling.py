"""Account names in a sentence, and how many there are of each kind."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_MOST_SHOWN = 10
_NONE = "-"


def shown(logins: Sequence[str]) -> str:
    """Return some account names in a line; of many, the first and how many more."""
    first = ", ".join(logins[:_MOST_SHOWN])
    return f"{first}, +{len(logins) - _MOST_SHOWN}" if len(logins) > _MOST_SHOWN else first


def counted(kinds: Mapping[str, Sequence[str]]) -> Iterator[tuple[str, int | str]]:
    """Yield how many logins there are of each kind, and those of ``KIND_logins`` in a line, as findings hold them."""
    for kind, logins in kinds.items():
        yield kind, len(logins)
        yield f"{kind}_logins", shown(logins) or _NONE
