"""The words of a contractor's file, Thai and English: which column, which work, which result, which system.

A word that is not listed is not guessed at: "checked the backup" holds the word for "backup" too.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources

from dulae.people.text import plain
from dulae.settings.systems import System

WORKS = ("backup_made", "backup_checked", "restore_drill", "disk_cleaned", "incident_fixed")
RESULTS = ("done", "failed")
_BETWEEN = re.compile(r"[\s_.:*-]+")
_BRACKETS = re.compile(r"\(.*?\)")
_WITHIN = re.compile(r"\((.*?)\)")
_SYSTEM = "ระบบ"


def key(cell: object) -> str:
    """Return a cell as words are compared: one spelling, small letters, without spaces and signs between."""
    return _BETWEEN.sub("", plain(cell)).casefold()


def column(cell: object) -> str:
    """Return the field that a header names, or nothing."""
    return _listed("header_synonyms.csv").get(key(cell), "")


def work(cell: object) -> str:
    """Return the kind of work that a cell names, or nothing."""
    return _among(cell, WORKS)


def result(cell: object) -> str:
    """Return the result that a cell names; whoever lists a work without one says that it was done."""
    return _among(cell, RESULTS) if key(cell) else "done"


def _among(cell: object, meanings: tuple[str, ...]) -> str:
    found = _listed("work_words.csv").get(key(cell), "")
    return found if found in meanings else ""


def called(cell: object) -> str:
    """Return what a cell calls a system, without the word for "system" in front."""
    return key(cell).removeprefix(_SYSTEM) or key(cell)


def systems(declared: Iterable[System]) -> Mapping[str, str]:
    """Return the name of each system for every word by which it is ``called``, where only one is called so.

    A title as "ระบบบริหารงานภายใน (Intranet)" calls it so, and by what stands before and within the brackets.
    """
    owners: dict[str, set[str]] = {}
    for system in declared:
        titles = [system.title.th, system.title.en]
        parts = [part for title in titles for part in (_BRACKETS.sub("", title), *_WITHIN.findall(title))]
        for word in (system.name, *titles, *parts, *system.known_as):
            owners.setdefault(called(word), set()).add(system.name)
    return {word: min(names) for word, names in owners.items() if word and len(names) == 1}


@cache
def _listed(file: str) -> Mapping[str, str]:
    """Return the meaning of each word of a list."""
    text = resources.files("dulae.claims").joinpath(file).read_text(encoding="utf-8")
    rows = list(csv.reader(text.splitlines()))[1:]
    return {key(word): meaning for meaning, words in rows for word in (meaning, *words.split("|"))}
