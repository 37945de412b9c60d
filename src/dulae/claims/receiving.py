"""Take what the contractor handed in into the ledger, once: a file that has not changed is not taken again."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Protocol

from dulae.claims import reading, words
from dulae.errors import ListError
from dulae.ledger import Ledger
from dulae.ledger.views import claims as view
from dulae.ledger.views.claims import Handed
from dulae.settings import Settings

# In this order: of two files for one period the first is taken.
ENDINGS = ("csv", "xlsx")


class Days(Protocol):
    """Some days with the word that a file for them is named by, such as ``2026-11``."""

    @property
    def text(self) -> str:
        """Return the word."""

    @property
    def first(self) -> date:
        """Return the first day."""

    @property
    def last(self) -> date:
        """Return the last day."""


@dataclass(frozen=True)
class Request:
    """For which periods files are looked for; ``file`` is named by a person, for the first of them."""

    periods: tuple[Days, ...]
    file: Path | None = None
    check_mode: bool = False


def take(ledger: Ledger, settings: Settings, request: Request) -> tuple[Handed, ...]:
    """Take in what is new and return it; in check mode nothing is written.

    A file in the folder that cannot be read is taken in with its problem, so that the report tells of it. Raise
    ListError where a file that a person named cannot be read, LedgerError where the ledger fails.
    """
    known = {(one.period, one.sha256) for one in view.handed(ledger.entries((view.KIND,)))}
    new = tuple(one for one in _found(settings, request) if (one.period, one.sha256) not in known)
    if not request.check_mode:
        for one in new:
            ledger.append(view.KIND, one.body(), control=view.CONTROL)
    return new


def _found(settings: Settings, request: Request) -> Iterator[Handed]:
    called = words.systems(settings.systems)
    periods: Iterable[Days] = request.periods
    if request.file:
        yield _read(request.file, request.periods[0], called)
        periods = request.periods[1:]
    for days in periods:
        for ending in ENDINGS:
            path = settings.claims_dir / f"{days.text}.{ending}"
            if path.exists():
                yield _told(path, days, called)
                break


def _told(path: Path, days: Days, called: Mapping[str, str]) -> Handed:
    """Return a file of the folder, with its problem if it cannot be read."""
    try:
        return _read(path, days, called)
    except ListError as error:
        return Handed(days.text, days.first, days.last, path.name, _sha256(path), problem=_code(error))


def _code(error: ListError) -> str:
    """Return the code of why a file cannot be read, in the reports' words."""
    return error.code if isinstance(error, reading.Unfit) else "no_table"


def _sha256(path: Path) -> str:
    """Return the digest of a file that cannot be read as a table; empty where it cannot be read at all."""
    try:
        with path.open("rb") as stream:
            return hashlib.file_digest(stream, "sha256").hexdigest()
    except OSError:
        return ""


def _read(path: Path, days: Days, called: Mapping[str, str]) -> Handed:
    """Return a file for some days; raise ListError where it cannot be read."""
    data = reading.content(path)
    rows = reading.read(data, path.name, reading.Around(days.first, days.last, called))
    return Handed(
        period=days.text,
        first=days.first,
        last=days.last,
        name=path.name,
        sha256=hashlib.sha256(data).hexdigest(),
        encoding=rows.encoding,
        claims=rows.claims,
        refused=rows.refused,
    )
