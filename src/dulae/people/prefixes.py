"""Titles and ranks before a name, from prefixes.csv, stripped longest first and never out of a name itself."""

from __future__ import annotations

import csv
import re
from dataclasses import dataclass
from functools import cache
from importlib import resources

from dulae.people.text import DEPENDENT

_DEPENDENT = re.compile(f"[{DEPENDENT}\u0e4c]")
_ACTING = "ว่าที่"
_FEMALE = "หญิง"
_BEGINNING = 2
_ALONE = {"civil", "latin"}
# Words of these kinds are never a name of their own.
_NO_NAME = {"civil", "rank", "typo"}


@dataclass(frozen=True)
class Prefix:
    """One spelling of a title: its pattern, what it is called, and how sure a reader can be of it."""

    kind: str
    canonical: str
    pattern: re.Pattern[str]
    length: int
    dotted: bool = False


@dataclass(frozen=True)
class _Beginning:
    """The titles that begin with the same letters, the longest first, and one pattern for all of them."""

    pattern: re.Pattern[str]
    prefixes: tuple[Prefix, ...]


@dataclass(frozen=True)
class Stripped:
    """The titles found, the rest of the text, and whether a title was mistyped."""

    titles: tuple[str, ...]
    rest: str
    mistyped: bool = False


def strip(text: str) -> Stripped:
    """Return the text without its titles, as long as a name is left."""
    titles: list[str] = []
    mistyped = False
    while step := _one(text, first=not titles):
        prefix, title, text = step
        titles.append(title)
        mistyped = mistyped or prefix.kind == "typo"
    return Stripped(tuple(titles), text, mistyped)


def canonical(text: str) -> str:
    """Return the titles of a cell that holds nothing else, in their usual spelling; other text as it is."""
    titles: list[str] = []
    rest = f"{text} "
    while rest.strip() and (step := _whole(rest)):
        title, rest = step
        titles.append(title)
    return text if rest.strip() else " ".join(titles)


def only_titles(text: str) -> str:
    """Return the title of a text that is nothing but a title, or nothing; a dotless ``นพ`` may be a name."""
    for prefix in _candidates(text):
        found = prefix.pattern.match(f"{text} ")
        if found and found.end() >= len(text) and (prefix.dotted or prefix.kind in _NO_NAME):
            return _ranked(prefix, found, "")[0]
    return ""


def _whole(text: str) -> tuple[str, str] | None:
    for prefix in _candidates(text):
        if found := prefix.pattern.match(text):
            return _ranked(prefix, found, text[found.end() :].lstrip())
    return None


def may_begin(text: str) -> bool:
    """Say whether a text begins like some title."""
    beginning = _by_beginning().get(text[:_BEGINNING].casefold())
    return beginning is not None and beginning.pattern.match(text) is not None


def _one(text: str, *, first: bool) -> tuple[Prefix, str, str] | None:
    beginning = _by_beginning().get(text[:_BEGINNING].casefold())
    any_of_them = beginning.pattern.match(text) if beginning else None
    if beginning is None or any_of_them is None:
        return None
    for prefix in beginning.prefixes[(any_of_them.lastindex or 1) - 1 :]:
        found = prefix.pattern.match(text)
        if found and _may_strip(text, text[found.end() :].lstrip(), prefix, first=first):
            title, rest = _ranked(prefix, found, text[found.end() :].lstrip())
            return prefix, title, rest
    return None


def _may_strip(text: str, rest: str, prefix: Prefix, *, first: bool) -> bool:
    """Say whether what is left is still a whole name, and begins where a word can begin."""
    if not rest or _DEPENDENT.match(rest):
        return False
    if " " in rest or " " not in text:
        return True
    return first and (prefix.dotted or prefix.kind in _ALONE)


def _ranked(prefix: Prefix, found: re.Match[str], rest: str) -> tuple[str, str]:
    """Return the title, with the acting and the female form of a rank, and the rest."""
    title = prefix.canonical
    if prefix.kind != "rank":
        return title, rest
    if found.group().startswith(_ACTING):
        title = _ACTING + title
    after = rest.removeprefix(_FEMALE).lstrip()
    if after != rest and not _DEPENDENT.match(after) and (" " in after or not after):
        return title + _FEMALE, after
    return title, rest


def _candidates(text: str) -> tuple[Prefix, ...]:
    beginning = _by_beginning().get(text[:_BEGINNING].casefold())
    return beginning.prefixes if beginning else ()


@cache
def _by_beginning() -> dict[str, _Beginning]:
    """Return the spellings of titles by their first two letters, the longest first."""
    made: dict[str, list[Prefix]] = {}
    for beginnings, prefix in _spellings():
        for beginning in beginnings:
            made.setdefault(beginning.casefold(), []).append(prefix)
    return {key: _beginning(sorted(found, key=lambda prefix: -prefix.length)) for key, found in made.items()}


def _beginning(prefixes: list[Prefix]) -> _Beginning:
    patterns = "|".join(f"({prefix.pattern.pattern})" for prefix in prefixes)
    return _Beginning(re.compile(patterns, re.I), tuple(prefixes))


def _spellings() -> list[tuple[set[str], Prefix]]:
    made: list[tuple[set[str], Prefix]] = []
    source = resources.files("dulae.people").joinpath("prefixes.csv").read_text(encoding="utf-8")
    for row in csv.DictReader(source.splitlines()):
        kind, name = row["kind"], row["canonical"]
        for acting in ("", _ACTING) if kind == "rank" else ("",):
            for word in filter(None, row["words"].split("|")):
                made.append(({(acting or word)[:_BEGINNING]}, _word(kind, name, word, acting)))
            for short in filter(None, row["abbreviations"].split("|")):
                letters = short.replace(".", "")
                # Between two letters of an abbreviation may stand a dot, a space, or nothing.
                second = {letters[1:2], ".", " "}
                beginnings = {acting[:_BEGINNING]} if acting else {letters[0] + after for after in second}
                made.extend((beginnings, prefix) for prefix in _short(kind, name, short, acting))
    return made


def _word(kind: str, name: str, word: str, before: str = "") -> Prefix:
    end = {"spaced": r"\s+", "latin": r"(?:\.\s*|\s+)"}.get(kind, r"\.?\s*")
    start = rf"{before}\s?" if before else ""
    return Prefix(kind, name, re.compile(start + re.escape(word) + end, re.I), len(before + word))


def _short(kind: str, name: str, short: str, before: str) -> list[Prefix]:
    """Return an abbreviation with its last dot, and (if it has two letters) the one that a space ends."""
    letters = [part for group in short.split(".") for part in [group] if part]
    characters = [letter for part in letters for letter in part]
    start = rf"{before}\s?" if before else ""
    body = start + r"(?:\s?\.\s?)?".join(map(re.escape, characters))
    length = len(before) + len(characters)
    made = [Prefix(kind, name, re.compile(body + r"\s?\.\s*"), length, dotted=True)]
    if len(characters) > 1:
        made.append(Prefix(kind, name, re.compile(body + r"\s+"), length))
    return made
