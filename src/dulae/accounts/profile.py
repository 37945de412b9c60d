"""What an application's users look like: tables and columns as data, one YAML file for each kind.

A system's settings name a profile and say, under the profile's own keys, only what differs.
"""

from __future__ import annotations

import re
import secrets
import string
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError, model_validator

from dulae.errors import SettingsError

_FOLDER = Path(__file__).with_name("profiles")
_RANDOM = string.ascii_letters + string.digits
_NOTHING = "empty"
_SOMETHING = "set"
_SCRAMBLED = "scrambled"

Plain = bool | int | str | None


class _Shape(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Scramble(_Shape):
    """A text that looks like a password hash, is recognised again, and fits no password."""

    scramble: Annotated[str, Field(pattern=r"^[^?].{7,}\?{16,}$")]

    def made(self) -> str:
        """Return the text with each ``?`` replaced by a random letter or digit."""
        return "".join(secrets.choice(_RANDOM) if sign == "?" else sign for sign in self.scramble)

    def fits(self, value: object) -> bool:
        """Say whether a stored value was made by this."""
        pattern = re.escape(self.scramble).replace(re.escape("?"), "[A-Za-z0-9]")
        return isinstance(value, str) and re.fullmatch(pattern, value) is not None


Value = Scramble | bool | int | str | None


class Equals(_Shape):
    """A column and the value that it must have."""

    column: str
    equals: Plain


class Users(_Shape):
    """Where the users are, and which columns say who they are."""

    table: str
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    key: str
    login: str
    name: Annotated[tuple[str, ...], Field(min_length=1, max_length=2)]
    citizen_id: str | None = None
    unit: str | None = None
    last_login_at: str | None = None
    privileged: Equals | None = None


class End(_Shape):
    """Rows of another table that end with an account: sessions, tokens, roles.

    ``user`` is the column that names the account, ``of`` the users' column that it repeats (the key unless said),
    ``where`` narrows a shared table, ``used_at`` says when a session was last used, ``restore`` keeps rows for undo.
    """

    what: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    table: str
    in_schema: Annotated[str | None, Field(alias="schema")] = None
    user: str
    of: str | None = None
    where: Mapping[str, Plain] = {}
    used_at: str | None = None
    restore: bool = False


class Title(_Shape):
    """The profile's name as people read it."""

    th: str
    en: str


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name} is no time zone") from error
    return name


class Profile(_Shape):
    """How one kind of application keeps its users, and what disabling one of them writes."""

    name: str
    title: Title
    users: Users
    disable: Annotated[Mapping[str, Value], Field(min_length=1)]
    also: Mapping[str, Value] = {}
    ends: tuple[End, ...] = ()
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Bangkok"

    @model_validator(mode="after")
    def _each_end_once(self) -> Self:
        kinds = [end.what for end in self.ends]
        if len(kinds) != len(set(kinds)):
            raise ValueError("ends names one kind (what) twice")
        return self

    @cached_property
    def written(self) -> dict[str, Value]:
        """Return every column that disabling writes, with what it writes."""
        return {**self.disable, **self.also}

    @cached_property
    def secret(self) -> frozenset[str]:
        """Return the written columns whose values are never shown: hashes and tokens."""
        return frozenset(self.also) | {
            column for column, value in self.disable.items() if isinstance(value, Scramble)
        }

    @cached_property
    def is_random(self) -> bool:
        """Say whether disabling writes random text, so that each attempt is known by what it wrote."""
        return any(isinstance(value, Scramble) for value in self.written.values())

    @cached_property
    def timezone(self) -> ZoneInfo:
        """Return the zone of times that the application stores without one."""
        return ZoneInfo(self.zone)

    def is_disabled(self, row: Mapping[str, Any]) -> bool:
        """Say whether a users row is one that nobody can log in with."""
        return all(_holds(value, row[column]) for column, value in self.disable.items())

    def shown(self, row: Mapping[str, Any]) -> dict[str, Any]:
        """Return the columns that tell whether an account is disabled, as they may be shown.

        Secrets are only ``set``, ``empty`` or ``scrambled``.
        """
        return {
            column: _state(value, row[column]) if column in self.secret else row[column]
            for column, value in self.disable.items()
        }

    def shown_also(self, row: Mapping[str, Any]) -> dict[str, str]:
        """Return the other written columns as ``set`` or ``empty``; their values come and go as people log in."""
        return {column: _state(value, row[column]) for column, value in self.also.items()}

    def shown_after(self) -> dict[str, Any]:
        """Return what the written columns will show once the account is disabled."""
        return {
            column: _state_after(value) if column in self.secret else value
            for column, value in self.written.items()
        }

    def values(self) -> dict[str, Plain]:
        """Return the values to write, with new random text for each scrambled column."""
        return {
            column: value.made() if isinstance(value, Scramble) else value
            for column, value in self.written.items()
        }


def _holds(wanted: Value, stored: object) -> bool:
    return wanted.fits(stored) if isinstance(wanted, Scramble) else stored == wanted


def _state(wanted: Value, stored: object) -> str:
    if stored is None:
        return _NOTHING
    return _SCRAMBLED if isinstance(wanted, Scramble) and wanted.fits(stored) else _SOMETHING


def _state_after(wanted: Value) -> str:
    if isinstance(wanted, Scramble):
        return _SCRAMBLED
    return _NOTHING if wanted is None else _SOMETHING


def names() -> list[str]:
    """Return the names of the profiles that dulae brings with it."""
    return sorted(path.stem for path in _FOLDER.glob("*.yml"))


def load(name: str, override: Mapping[str, Any] | None = None, *, place: str = "systems.yml") -> Profile:
    """Return a profile with a system's own tables and columns; raise SettingsError if they do not fit together."""
    if name not in names():
        remedy = f"Take one of: {', '.join(names())}"
        raise SettingsError(f"there is no account profile {name!r}", place=place, remedy=remedy)
    kept = yaml.safe_load((_FOLDER / f"{name}.yml").read_text(encoding="utf-8"))
    try:
        return Profile.model_validate(_merged(kept, override or {}))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        remedy = f"Compare with src/dulae/accounts/profiles/{name}.yml"
        raise SettingsError(f"accounts.{where}: {first['msg']}", place=place, remedy=remedy) from error


# Columns differ as a whole from application to application: what a system says replaces the profile's own.
_WHOLE = frozenset({"disable", "also", "privileged"})


def _merged(kept: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(kept)
    for key, value in changed.items():
        inner = merged.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping) and key not in _WHOLE
        merged[key] = _merged(inner, value) if both and isinstance(inner, Mapping) else value
    return merged
