"""What an application's users look like: tables and columns as data, one YAML file for each kind.

A system's settings name a profile and say, under the profile's own keys, only what differs.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Self
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import yaml
from pydantic import AfterValidator, Field, ValidationError, model_validator

from dulae.accounts.profiles.shapes import End, Expiry, Plain, Scramble, Shape, Stamp, Title, Users, Value
from dulae.errors import SettingsError

# What a system may say of its accounts under a profile's own keys.
PROFILE_KEYS = frozenset({"users", "disable", "also", "ends", "prefix", "zone"})
_FOLDER = Path(__file__).parent
_NOTHING = "empty"
_SOMETHING = "set"
_SCRAMBLED = "scrambled"
# Stands in a profile's texts for what an installation begins the names of its tables with.
_PREFIX = "{prefix}"


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError) as error:
        raise ValueError(f"{name} is no time zone") from error
    return name


class Profile(Shape):
    """How one kind of application keeps its users, and what disabling one of them writes."""

    name: str
    title: Title
    users: Users
    disable: Annotated[Mapping[str, Value], Field(min_length=1)]
    also: Mapping[str, Value] = {}
    ends: tuple[End, ...] = ()
    prefix: Annotated[str, Field(pattern=r"^[A-Za-z0-9_$]*$")] = ""
    zone: Annotated[str, AfterValidator(_zone)] = "Asia/Bangkok"

    @model_validator(mode="after")
    def _each_end_once(self) -> Self:
        kinds = [end.what for end in self.ends]
        if len(kinds) != len(set(kinds)):
            raise ValueError("ends names one kind (what) twice")
        return self

    @model_validator(mode="after")
    def _what_hangs_first(self) -> Self:
        gone: set[tuple[str | None, str]] = set()
        for end in self.ends:
            if end.via and (end.via.in_schema, end.via.table) in gone:
                raise ValueError(
                    f"{end.what} stands behind the table it hangs on: nothing would lead to it any more"
                )
            gone.add((end.in_schema, end.table))
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
        # A list, for this is asked of every account there is and a generator costs more than one or two columns.
        return all([self._holds(value, row[column]) for column, value in self.disable.items()])

    def _holds(self, wanted: Value, stored: object) -> bool:
        if isinstance(wanted, Expiry):
            return wanted.fits(stored, self.timezone)
        return wanted.fits(stored) if isinstance(wanted, Scramble | Stamp) else stored == wanted

    def holds(self, column: str, row: Mapping[str, Any]) -> bool:
        """Say whether a column of a users row holds what disabling writes there."""
        return self._holds(self.disable[column], row[column])

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

    @cached_property
    def shown_after(self) -> Mapping[str, Any]:
        """Return what the written columns will show once the account is disabled."""
        return {
            column: _state_after(value)
            if column in self.secret or isinstance(value, Stamp | Expiry)
            else value
            for column, value in self.written.items()
        }

    def values(self) -> dict[str, Plain | datetime]:
        """Return the values to write: random text for a scrambled column, this moment for a stamped one.

        A column that says until when an account may be used gets the end of yesterday.
        """
        return {column: _written(value, self.timezone) for column, value in self.written.items()}


def _written(value: Value, zone: ZoneInfo) -> Plain | datetime:
    if isinstance(value, Scramble):
        return value.made()
    if isinstance(value, Expiry):
        return value.made(zone)
    # Some databases keep no parts of a second.
    return datetime.now(UTC).replace(microsecond=0) if isinstance(value, Stamp) else value


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
        merged = _merged(kept, override or {})
        return Profile.model_validate(_named(merged, str(merged.get("prefix") or "")))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in first["loc"])
        remedy = f"Compare with src/dulae/accounts/profiles/{name}.yml"
        raise SettingsError(f"accounts.{where}: {first['msg']}", place=place, remedy=remedy) from error


# These differ as a whole from application to application: what a system says replaces the profile's own.
_WHOLE = frozenset({"disable", "also", "privileged", "citizen_id", "unit", "last_login_at"})


def _merged(kept: Mapping[str, Any], changed: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(kept)
    for key, value in changed.items():
        inner = merged.get(key)
        both = isinstance(inner, Mapping) and isinstance(value, Mapping) and key not in _WHOLE
        merged[key] = _merged(inner, value) if both and isinstance(inner, Mapping) else value
    return merged


def _named(part: Any, prefix: str) -> Any:
    """Return a part of a profile with the installation's prefix in every text."""
    if isinstance(part, str):
        return part.replace(_PREFIX, prefix)
    if isinstance(part, Mapping):
        return {key: _named(value, prefix) for key, value in part.items()}
    return [_named(value, prefix) for value in part] if isinstance(part, list | tuple) else part
