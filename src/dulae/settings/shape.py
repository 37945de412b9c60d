"""What every settings model shares: frozen, no unknown keys, literal values, and words for what is refused."""

from __future__ import annotations

import re
from datetime import date, time
from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field
from pydantic_core import PydanticCustomError

# Thai offices write the Buddhist-era year; ours count from 1 CE. No CE date of a contract or holiday reaches 2400.
_FIRST_BE_YEAR = 2400
_BE_OFFSET = 543
_ISO_DAY = re.compile(r"(\d{4})-(\d{2})-(\d{2})")
_CLOCK = re.compile(r"([01]\d|2[0-3]):([0-5]\d)")
_URL_PASSWORD = re.compile(r"://[^/@\s]*:[^/@\s]*@")


class Shape(BaseModel):
    """A settings model: frozen, strict, and closed to keys that nobody declared."""

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


def refused(code: str, **places: Any) -> PydanticCustomError:
    """Return an error that ``words`` can tell; the code is one of its sentences."""
    return PydanticCustomError(f"dulae_{code}", code, places)


def _common_era(value: Any) -> Any:
    if isinstance(value, date):
        return value
    found = _ISO_DAY.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise refused("not_a_day")
    year, month, day = (int(part) for part in found.groups())
    if year >= _FIRST_BE_YEAR:
        raise refused("buddhist_year", instead=f"{year - _BE_OFFSET}-{month:02}-{day:02}")
    try:
        return date(year, month, day)
    except ValueError as error:
        raise refused("no_such_day") from error


def _clock(value: Any) -> Any:
    if isinstance(value, time):
        return value
    found = _CLOCK.fullmatch(value) if isinstance(value, str) else None
    if not found:
        raise refused("not_a_clock")
    return time(int(found[1]), int(found[2]))


def _no_password(url: str) -> str:
    if _URL_PASSWORD.search(url):
        raise refused("password_in_url")
    return url


Day = Annotated[date, BeforeValidator(_common_era)]
Clock = Annotated[time, BeforeValidator(_clock), Field(strict=False)]
Name = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
Text = Annotated[str, Field(min_length=1)]
Url = Annotated[str, Field(min_length=1), AfterValidator(_no_password)]
Port = Annotated[int, Field(ge=1, le=65535)]
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0)]
AtLeastOne = Annotated[int, Field(ge=1)]


class Words(Shape):
    """The same thing said in Thai and in English."""

    th: Text
    en: Text

    def in_language(self, language: str) -> str:
        """Return the Thai words for ``th``, else the English ones."""
        return self.th if language == "th" else self.en


class SecretPlace(Shape):
    """Where a secret is kept: a file (relative to the inventory folder) or an environment variable."""

    file: str = ""
    env: str = ""

    def model_post_init(self, context: Any) -> None:
        """Refuse a place that names both or neither."""
        if bool(self.file) == bool(self.env):
            raise refused("secret_place")


def _place(value: Any) -> Any:
    if not isinstance(value, dict):
        raise refused("inline_secret")
    return value


Secret = Annotated[SecretPlace, BeforeValidator(_place)]
