"""One account of an application, and one person of the personnel division's list, as matching sees them."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import lru_cache
from typing import Any, Protocol

from dulae.accounts.databases.tables import Row
from dulae.accounts.profiles.profile import Profile
from dulae.accounts.profiles.shapes import Attribute, label
from dulae.errors import ListError

# What the procedure does with a login; everything else on the list is for a person to decide.
DISABLING = frozenset({"DISABLE", "DISABLE_NOW", "SUSPEND", "SUSPEND_NOW"})
# These do not wait for the order's day.
AT_ONCE = frozenset({"DISABLE_NOW", "SUSPEND_NOW"})
# A row that speaks against the same person's leaving: a joiner, a cancelled or renewed one.
KEEPING = frozenset({"NO_DISABLE", "CANCEL_PENDING", "RELINK"})
_DISTINCT_UNITS = 1 << 12
_CITIZEN_DIGITS = 13
# More seconds than this lead beyond the year 5000: they are parts of seconds.
_NO_SECONDS = 1e11


class Spelling(Protocol):
    """How names, citizen numbers and other text are brought into one spelling: the people room's own."""

    def name_key(self, raw: str) -> str:
        """Return ``first|surname`` without prefix."""
        ...

    def citizen_id(self, raw: object) -> str:
        """Return the 13 digits, or nothing where the number is wrong."""
        ...

    def text(self, raw: object) -> str:
        """Return any text in one spelling."""
        ...


# Not frozen, for freezing doubles what it costs to make one, and they are made by the million.
@dataclass(slots=True)
class Account:
    """One users row in one spelling. ``key`` is the primary key as the database has it."""

    key: Any
    login: str
    name_key: str
    citizen_id: str
    unit: str
    active: bool
    privileged: bool
    last_login_at: datetime | None
    row: Row


@dataclass(frozen=True, slots=True)
class Leaver:
    """One row of the judged list: ``number`` is its place in the list, ``row`` its number on its sheet.

    ``effective_date`` is the first day out; ``source`` is the earlier list it was carried over from, if any, and
    ``source_sha256`` that of the list. ``ref`` and ``masked_id`` are those of somebody who is known from the ledger
    alone, where whole citizen numbers are not; ``doubt`` is why his row alone does not suffice, as a plan keeps it.
    """

    number: int
    row: int
    sheet: str
    name_key: str
    display: str
    former_surname: str
    citizen_id: str
    unit: str
    movement: str
    action: str
    effective_date: date | None
    order_no: str
    standing: str
    reason: str
    reason_th: str = ""
    source: str = ""
    source_sha256: str = ""
    ref: str = ""
    masked_id: str = ""
    doubt: Mapping[str, str] = field(default_factory=dict)

    @property
    def first_name(self) -> str:
        """Return the first name in one spelling."""
        return self.name_key.partition("|")[0]

    @property
    def name_keys(self) -> tuple[str, ...]:
        """Return the name, and the former one where the list gives a former surname."""
        former = f"{self.first_name}|{self.former_surname}"
        return (self.name_key, former) if self.former_surname else (self.name_key,)


def accounts(rows: Iterable[Row], profile: Profile, spelling: Spelling) -> Iterator[Account]:
    """Yield each users row as an account."""
    users = profile.users
    # A register repeats units: the last ones are remembered. Whole names it hardly repeats.
    text = lru_cache(_DISTINCT_UNITS)(spelling.text)
    names, signs = [label(part) for part in users.name], [(sign.label, sign.holds) for sign in users.signs]
    number, unit, seen = map(_label, (users.citizen_id, users.unit, users.last_login_at))
    for row in rows:
        yield Account(
            key=row[users.key],
            login=str(row[users.login]),
            name_key=spelling.name_key(" ".join([str(row[part] or "") for part in names])),
            citizen_id=spelling.citizen_id(row.get(number) or ""),
            unit=text(row.get(unit) or ""),
            active=not profile.is_disabled(row),
            privileged=any([holds(row[name]) for name, holds in signs]),
            last_login_at=moment(row.get(seen), profile),
            row=row,
        )


def _label(attribute: Attribute | None) -> str:
    """Return where an attribute's value stands in a row; no row has a value under an empty name."""
    return "" if attribute is None else label(attribute)


def moment(stored: object, profile: Profile) -> datetime | None:
    """Return a stored time in UTC: seconds since 1970 or parts of them, ISO text, a datetime; None where it is none."""
    if isinstance(stored, bool) or stored is None:
        return None
    if isinstance(stored, str) and stored.isdecimal():
        stored = int(stored)
    if isinstance(stored, int | float | Decimal):
        return _since_1970(float(stored))
    if isinstance(stored, str):
        try:
            stored = datetime.fromisoformat(stored)
        except ValueError:
            return None
    return _in_utc(stored, profile) if isinstance(stored, datetime) else None


def _in_utc(stored: datetime, profile: Profile) -> datetime | None:
    try:
        return (stored if stored.tzinfo else stored.replace(tzinfo=profile.timezone)).astimezone(UTC)
    except OverflowError:
        # The first moment of the year 1 is what some applications write for never.
        return None


def _since_1970(count: float) -> datetime | None:
    """Return the moment so many seconds after 1970, or thousandths, millionths or billionths of one."""
    if not math.isfinite(count):
        return None
    while abs(count) >= _NO_SECONDS:
        count /= 1000
    return datetime.fromtimestamp(count, UTC)


def leavers(rows: Iterable[Mapping[str, Any]], spelling: Spelling, place: str) -> Iterator[Leaver]:
    """Yield each row of a judged list; raise ListError where it was written without its citizen numbers."""
    for number, row in enumerate(rows, 1):
        citizen_id = str(row.get("citizen_id") or "")
        if citizen_id and not citizen_id.isalnum():
            remedy = "Read the list again with dulae_leavers, which keeps them in a private file"
            raise ListError("the citizen numbers in it are masked", place=place, remedy=remedy)
        yield Leaver(
            number=number,
            row=int(row["row"]),
            sheet=str(row.get("sheet") or ""),
            name_key=str(row["name_key"]),
            display=_display(row),
            former_surname=str(row.get("former_surname") or ""),
            citizen_id=citizen_id,
            unit=spelling.text(row.get("unit") or ""),
            movement=str(row.get("movement") or ""),
            action=str(row.get("action") or ""),
            effective_date=date.fromisoformat(row["effective_date"]) if row.get("effective_date") else None,
            order_no=str(row.get("order_no") or ""),
            standing=str(row["standing"]),
            reason=str(row.get("reason") or ""),
            reason_th=str(row.get("reason_th") or row.get("reason") or ""),
            source=str(row.get("list") or ""),
            source_sha256=str(row.get("list_sha256") or "") if row.get("list") else "",
        )


def _display(row: Mapping[str, Any]) -> str:
    parts = (row.get("prefix"), row.get("first_name"), row.get("last_name"))
    prefix, first, last = (str(part or "") for part in parts)
    return f"{prefix}{first} {last}".strip()


def masked(citizen_id: str) -> str:
    """Return a citizen number as it may be shown, ``x-xxxx-xxxxx-12-3``; nothing of anything shorter."""
    if len(citizen_id) != _CITIZEN_DIGITS:
        return ""
    return f"x-xxxx-xxxxx-{citizen_id[10:12]}-{citizen_id[12]}"
