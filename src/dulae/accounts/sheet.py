"""The personnel division's list as ``dulae_leavers`` has judged it: a private JSON file on this machine."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from dulae.accounts.account import DISABLING, KEEPING, Leaver, Spelling, leavers
from dulae.errors import ListError

_AGAIN = "Read the personnel division's list again with dulae_leavers"
_FAR = "9999"
# What a row needs before its person can be looked for in a system.
_SET_ASIDE = frozenset({"rejected", "no_action"})


@dataclass(frozen=True)
class Sheet:
    """A judged list: which file it came from, and its rows. ``declared`` is the number that came with it.

    ``also`` are the SHA-256 sums of lists that are compared with it, for they were not when they came.
    """

    file: str
    sha256: str
    received_at: str
    declared: int | None
    leavers: tuple[Leaver, ...]
    also: tuple[str, ...] = ()

    @property
    def sought(self) -> tuple[Leaver, ...]:
        """Return the rows whose persons are looked for: all but those that were rejected or need nothing."""
        return tuple(leaver for leaver in self.leavers if leaver.standing not in _SET_ASIDE)

    @property
    def staying(self) -> Iterator[Leaver]:
        """Yield the rows by which somebody stays or comes back, but for rejected ones."""
        yield from (row for row in self.leavers if row.action in KEEPING and row.standing != "rejected")

    @cached_property
    def _by_id(self) -> Mapping[str, Sequence[Leaver]]:
        found: dict[str, list[Leaver]] = defaultdict(list)
        for leaver in self.leavers:
            if leaver.citizen_id and leaver.standing != "rejected":
                found[leaver.citizen_id].append(leaver)
        return found

    def contradictions(self, leaver: Leaver) -> list[int]:
        """Return the other rows that speak against a person's leaving: a return, or another name with his number.

        So does a newer list that has him leave otherwise and is not clear about it: the older order may hold no more.
        """
        return [
            other.row
            for other in self._by_id.get(leaver.citizen_id, ())
            if other.number != leaver.number
            and (
                other.action in KEEPING
                or other.first_name != leaver.first_name
                or _is_newer_doubt(other, leaver)
            )
        ]

    def repeats(self, leaver: Leaver) -> bool:
        """Say whether another row already says the same of this person, for the same day or an earlier one."""
        others = self._by_id.get(leaver.citizen_id, ())
        same = [
            other for other in others if other.action in DISABLING and other.standing in ("act", "scheduled")
        ]
        return bool(same) and min(same, key=_order).number != leaver.number

    def summary(self) -> dict[str, Any]:
        """Return what a plan says of the list it was made from."""
        return {
            "file": self.file,
            "sha256": self.sha256,
            "received_at": self.received_at,
            "rows": sum(not leaver.source for leaver in self.leavers),
            "carried": sum(bool(leaver.source) for leaver in self.leavers),
            "declared": self.declared,
            **({"also": list(self.also)} if self.also else {}),
        }


def _is_newer_doubt(other: Leaver, leaver: Leaver) -> bool:
    """Say whether a row has somebody leave, in doubt, and is of another list: of an older one it would be settled."""
    is_doubt = other.standing == "review" and other.action in DISABLING
    return is_doubt and other.source_sha256 != leaver.source_sha256


def _order(leaver: Leaver) -> tuple[str, int]:
    return (leaver.effective_date.isoformat() if leaver.effective_date else _FAR, leaver.number)


NO_LIST: Mapping[str, Any] = {"file": "", "sha256": "", "received_at": "", "rows": []}


def load(path: Path) -> dict[str, Any]:
    """Return a judged list as it was written; raise ListError if the file is none, or if no list came."""
    try:
        kept = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ListError(f"it cannot be read ({error.strerror})", place=str(path), remedy=_AGAIN) from error
    except ValueError as error:
        raise ListError("it is no judged list", place=str(path), remedy=_AGAIN) from error
    return checked(kept, str(path))


def checked(kept: Any, place: str = "") -> dict[str, Any]:
    """Return a judged list as it was made; raise ListError if it is none, or if no list came."""
    if not isinstance(kept, dict) or not {"file", "sha256", "rows"} <= set(kept):
        raise ListError("it is no judged list", place=place, remedy=_AGAIN)
    if not kept["file"]:
        raise ListError("this week's list did not come, or could not be read")
    return kept


def sheet(kept: Mapping[str, Any], spelling: Spelling, place: str = "") -> Sheet:
    """Return the list in a judged document; raise ListError if it is none."""
    try:
        declared = kept.get("declared_total")
        return Sheet(
            file=str(kept["file"]),
            sha256=str(kept["sha256"]),
            received_at=str(kept.get("received_at") or ""),
            declared=None if declared is None else int(declared),
            leavers=tuple(leavers(kept["rows"], spelling, place)),
            also=tuple(kept.get("also", ())),
        )
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        what = f"it is no judged list ({type(error).__name__}: {error})"
        raise ListError(what, place=place, remedy=_AGAIN) from error
