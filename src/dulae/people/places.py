"""Where somebody goes to or comes from, as it stands behind a movement (``โอนไปกรมอนามัย``): an agency of agencies.csv.

A name is free text, so only whole names that are known are taken for one; any other word may mean something else.
"""

from __future__ import annotations

import csv
import re
from functools import cache
from importlib import resources

_MINISTRY = re.compile("กระทรวง")


def beginning(text: str) -> str:
    """Return the known agency's name with which a text begins, as it stands there, or nothing.

    The ministry may follow its department.
    """
    name = _one(text)
    rest = text[len(name) :]
    behind = _one(rest.lstrip()) if name and _MINISTRY.match(rest.lstrip()) else ""
    return text[: len(name) + len(rest) - len(rest.lstrip()) + len(behind)] if behind else name


def is_agency(text: str) -> bool:
    """Say whether a text is a known agency and nothing else."""
    return bool(text) and beginning(text) == text


def named_in(name: str, text: str) -> bool:
    """Say whether a text names an agency, as the title of its own list does."""
    return name.replace(" ", "") in text.replace(" ", "")


def same(one: str, other: str) -> bool:
    """Say whether two names may be of one agency: one stands in the other, whatever the spaces and dots."""
    if not one or not other:
        return False
    first, second = (text.replace(" ", "").replace(".", "").casefold() for text in (one, other))
    return first in second or second in first


def _one(text: str) -> str:
    """Return the longest known name with which a text begins, with the spaces that stand in it."""
    found = _pattern().match(text)
    return found.group() if found else ""


@cache
def _pattern() -> re.Pattern[str]:
    """Return one pattern for all names; a space may stand between their letters, and no letter behind them."""
    source = resources.files("dulae.people").joinpath("agencies.csv").read_text(encoding="utf-8")
    held: dict[str, list[str]] = {"agency": [], "province": [], "of_province": []}
    for row in csv.DictReader(source.splitlines()):
        held[row["kind"]].append(row["name"])
    names = sorted(held["agency"], key=len, reverse=True)
    provinces = sorted(held["province"], key=len, reverse=True)
    of_provinces = sorted(held["of_province"], key=len, reverse=True)
    behind = f"(?:{_any(of_provinces)}) ?(?:{_any(provinces)})"
    return re.compile(f"(?:{_any(names)}|{behind})")


def _any(names: list[str]) -> str:
    return "|".join(" ?".join(map(re.escape, name)) for name in names)
