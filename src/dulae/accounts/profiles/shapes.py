"""The parts of a profile: users and where their attributes lie, what disabling writes, what ends with an account."""

from __future__ import annotations

import hashlib
import json
import re
import secrets
import string
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from functools import cached_property
from typing import Annotated, Literal, Self
from zoneinfo import ZoneInfo

from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, model_validator

_SHORT = 8
_NOUGHTS = "0000-00-00"
_DAY = len("2026-12-31")
_RANDOM = string.ascii_letters + string.digits

Plain = bool | int | str | None
Name = Annotated[str, Field(min_length=1)]


class Shape(BaseModel):
    """What every part of a profile is: read once, with no key that nobody knows."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Scramble(Shape):
    """A text that looks like a password hash (or an address), is recognised again, and fits nobody's."""

    scramble: Annotated[str, Field(pattern=r"^[^?].{7,}\?{16,}[^?]*$")]

    def made(self) -> str:
        """Return the text with each ``?`` replaced by a random letter or digit."""
        return "".join(secrets.choice(_RANDOM) if sign == "?" else sign for sign in self.scramble)

    def fits(self, value: object) -> bool:
        """Say whether a stored value was made by this."""
        pattern = re.escape(self.scramble).replace(re.escape("?"), "[A-Za-z0-9]")
        return isinstance(value, str) and re.fullmatch(pattern, value) is not None


class Stamp(Shape):
    """The moment of disabling, for a column that is empty as long as an account may be used."""

    stamp: Literal["now"]

    def fits(self, value: object) -> bool:
        """Say whether a stored value is a moment at all; MariaDB and MySQL write noughts for none."""
        return value not in (None, 0, "", "0") and not str(value).startswith(_NOUGHTS)


class Expiry(Shape):
    """The moment until which an account may be used; empty where it may be used always."""

    expires: Literal["now"]

    def made(self, zone: ZoneInfo) -> datetime:
        """Return the end of yesterday, for a day counts to its end."""
        today = datetime.now(zone).replace(hour=0, minute=0, second=0, microsecond=0)
        return today - timedelta(seconds=1)

    def fits(self, value: object, zone: ZoneInfo) -> bool:
        """Say whether a stored moment is over; a day lasts until its end in ``zone``."""
        now = datetime.now(UTC)
        if isinstance(value, datetime):
            return (value if value.tzinfo else value.replace(tzinfo=zone)) <= now
        if isinstance(value, date):
            return value < now.astimezone(zone).date()
        if isinstance(value, str):
            return self._is_text_over(value, zone)
        return (
            not isinstance(value, bool) and isinstance(value, int | Decimal) and 0 < value <= now.timestamp()
        )

    def _is_text_over(self, text: str, zone: ZoneInfo) -> bool:
        try:
            read = date.fromisoformat(text) if len(text) == _DAY else datetime.fromisoformat(text)
        except ValueError:
            return False
        return self.fits(read, zone)


def _kind(value: object) -> str:
    """Return which of the shapes a value is meant to be: by the word that it is written under."""
    if isinstance(value, Mapping):
        return next((word for word in _SHAPES if word in value), "scramble")
    return next((word for word, shape in _SHAPES.items() if isinstance(value, shape)), "plain")


_SHAPES: Mapping[str, type[Shape]] = {"scramble": Scramble, "stamp": Stamp, "expires": Expiry}
Value = Annotated[
    Annotated[Scramble, Tag("scramble")]
    | Annotated[Stamp, Tag("stamp")]
    | Annotated[Expiry, Tag("expires")]
    | Annotated[bool | int | str | None, Tag("plain")],
    Discriminator(_kind),
]


class Affix(Shape):
    """What the text in a column begins and ends with, where a table holds a family of keys."""

    begins: str = ""
    ends: str = ""

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.begins and not self.ends:
            raise ValueError("say what it begins or ends with")
        return self


Where = Mapping[Name, Affix | Plain]


class Elsewhere(Shape):
    """A column of another table, in the one row that belongs to a user.

    ``user`` is that table's column which names the user, ``of`` the users' column that it repeats (the key unless
    said), ``where`` narrows a shared table. Where several rows of one user disagree, there is no value.
    """

    table: Name
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    user: Name
    of: Name | None = None
    where: Where = {}
    column: Name

    @property
    def label(self) -> str:
        """Return the name under which its value stands in a row of the users."""
        return f"{self.table}.{self.column}{_digest(self.where)}"


def _digest(where: Where) -> str:
    """Return a short name of a condition; nothing for none."""
    told = ",".join(f"{name}={value}" for name, value in sorted(where.items()))
    return f".{hashlib.sha256(told.encode()).hexdigest()[:_SHORT]}" if told else ""


Attribute = Name | Elsewhere


def label(attribute: Attribute) -> str:
    """Return the name under which an attribute's value stands in a row of the users."""
    return attribute.label if isinstance(attribute, Elsewhere) else attribute


class Sign(Shape):
    """A value that makes an account an administrator's: in a column of the users, or in rows of another table.

    ``listed`` is the form in which rows of another table list all administrators themselves, each by what stands in the
    users' column ``of`` (the login unless said). An ``optional`` table is one that some installations do not have. The
    last who bears a sign ``apart`` is kept, whoever else is an administrator by another.
    """

    column: Name
    equals: Plain = None
    contains: Annotated[str | None, Field(min_length=1)] = None
    listed: Annotated[str | None, Field(pattern=r"^php_array$")] = None
    table: Name | None = None
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    user: Name | None = None
    of: Name | None = None
    where: Where = {}
    optional: bool = False
    apart: bool = False

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if len({"equals", "contains", "listed"} & self.model_fields_set) != 1:
            raise ValueError("say one of: what it equals, what it contains, in which form it is listed")
        if self.listed and (self.table is None or self.user is not None):
            raise ValueError(
                "a list of administrators lies in another table, whose rows are no single user's"
            )
        if not self.listed and (self.table is None) != (self.user is None):
            raise ValueError("another table needs both table and user")
        return self

    @property
    def label(self) -> str:
        """Return the name under which its value stands in a row of the users."""
        if not self.table:
            return self.column
        told = str(self.listed or self.contains or self.equals)
        return f"{self.table}.{self.column}{_digest({**self.where, '': told})}"

    def holds(self, value: object) -> bool:
        """Say whether a value that was read is the sign; of another table, whether a row of its kind was found."""
        if self.table:
            return bool(value)
        if self.contains is not None:
            return self.contains in (value if isinstance(value, str) else json.dumps(value, default=str))
        return value == self.equals


class Users(Shape):
    """Where the users are, and which columns say who they are."""

    table: Name
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    key: Name
    login: Name
    name: Annotated[tuple[Attribute, ...], Field(min_length=1, max_length=2)]
    citizen_id: Attribute | None = None
    unit: Attribute | None = None
    last_login_at: Attribute | None = None
    privileged: Sign | tuple[Sign, ...] | None = None

    @cached_property
    def signs(self) -> tuple[Sign, ...]:
        """Return what makes an account an administrator's; one of them is enough."""
        if self.privileged is None:
            return ()
        return (self.privileged,) if isinstance(self.privileged, Sign) else self.privileged

    @cached_property
    def attributes(self) -> tuple[Attribute, ...]:
        """Return what says who an account belongs to and when it was used, wherever it lies."""
        given = (*self.name, self.citizen_id, self.unit, self.last_login_at)
        return tuple(attribute for attribute in given if attribute is not None)

    def identity(self) -> Iterator[str]:
        """Yield the labels of what says who an account belongs to; empty for what the application does not keep."""
        yield from (self.key, self.login)
        yield from (label(part) for part in self.name)
        yield from (label(part) if part is not None else "" for part in (self.citizen_id, self.unit))


class Inside(Shape):
    """The owner stands in the text of a column, in a form that the application packs itself.

    ``key`` is the table's own key, ``until`` the column that says when a row stops counting.
    """

    column: Name
    form: Annotated[str, Field(pattern=r"^django_session$")]
    key: Name
    until: Name | None = None


class Via(Shape):
    """The table between: its rows name the account in ``user``, and are named by their ``key``."""

    table: Name
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    key: Name
    user: Name
    where: Where = {}


class End(Shape):
    """Rows of another table that end with an account: sessions, tokens, roles.

    ``user`` is the column that names the account, ``of`` the users' column that it repeats (the key unless said),
    ``inside`` stands for ``user`` where the account is named within a text. With ``via`` the column ``user`` names a
    row of a table between, as a refresh token names its access token. ``where`` narrows a shared table,
    ``used_at`` says when a session was last used, ``restore`` keeps rows for undo. An ``optional`` table is one that
    some installations do not have.
    """

    what: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    table: Name
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    user: Name | None = None
    inside: Inside | None = None
    via: Via | None = None
    of: Name | None = None
    where: Where = {}
    used_at: Name | None = None
    restore: bool = False
    optional: bool = False

    @model_validator(mode="after")
    def _says_whose(self) -> Self:
        if (self.user is None) == (self.inside is None):
            raise ValueError("say whose its rows are: either user or inside")
        if self.via and (self.inside or self.restore):
            raise ValueError(
                "what hangs on a row of a table between is named by user, and cannot be restored"
            )
        return self


class Title(Shape):
    """The profile's name as people read it."""

    th: str
    en: str
