"""Will the next backups fit, and until when does what is kept of them fit? (procedure 6.3)

A store is a folder of copies on a file system. How large the next copy will be is told by the newest one and the
usual growth from copy to copy; when it comes, by the usual time between them. A new copy is written before the
oldest goes.
"""

from __future__ import annotations

import heapq
import statistics
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Iterable, Mapping, Sequence

from .backup import copies, medium, places
from .backup.sets import BackupSet
from .finding import Reason, Verdict, reason

FITS = reason(
    "disk.backups_fit",
    "{path}: {free_percent} % free, at least {min_free_percent} % asked; the next backups need"
    " {next_backup_bytes} bytes of {free_bytes} free",
)
TOO_LARGE = reason(
    "disk.next_backup_too_large",
    "{path}: the next backups need {next_backup_bytes} bytes, {free_bytes} are free on {mount_point};"
    " free space or enlarge the disk before they are made",
)
KEPT_TOO_LONG = reason(
    "disk.retention_too_large",
    "{path}: what is kept fits until {retention_until}, in {days_left} days, at least {warn_days_until_full} asked;"
    " keep fewer copies or enlarge the disk",
)
STORE_REFUSED = reason(
    "disk.store_refused",
    "{path}: nobody knows whether the next backup fits, {store} may not be read: {error};"
    " let the checking user read it",
)
STORE_SILENT = reason(
    "disk.store_silent",
    "{path}: nobody knows whether the next backup fits, its copies were not counted within {timeout_s} s;"
    " raise timeout_s, or look at the server that holds them",
)
# Nobody looks further ahead than ten years, or than so many copies.
_HORIZON = timedelta(days=3650)
_MOST_COPIES = 50_000
# How often a copy is made where only one is there to tell.
_USUAL = timedelta(days=1)
_SHORTEST = timedelta(minutes=1)


@dataclass(frozen=True)
class Store:
    """A folder whose finished copies match a pattern, and how many of them stay; 0 where nobody says so."""

    path: str
    pattern: str = "*"
    keep: int = 0


@dataclass(frozen=True)
class Copies:
    """The finished copies of a store, oldest first: their sizes in bytes, and when they were made."""

    sizes: tuple[int, ...] = ()
    moments: tuple[datetime, ...] = ()
    keep: int = 0

    @property
    def growth(self) -> int:
        """Return by how many bytes a copy usually grows; copies that shrink promise nothing."""
        steps = [later - earlier for earlier, later in zip(self.sizes, self.sizes[1:])]
        return max(0, round(statistics.median(steps))) if steps else 0

    @property
    def step(self) -> timedelta:
        """Return the usual time from copy to copy."""
        steps = [(later - earlier).total_seconds() for earlier, later in zip(self.moments, self.moments[1:])]
        return max(_SHORTEST, timedelta(seconds=statistics.median(steps))) if steps else _USUAL

    @property
    def next_bytes(self) -> int:
        """Return how large the next copy will be; 0 where there is none to judge by."""
        return self.sizes[-1] + self.growth if self.sizes else 0


@dataclass(frozen=True)
class Room:
    """What backups ask of a file system: bytes of the next ones, how many more copies fit, and until when.

    ``until`` is the moment of the first copy that will not fit; None: beyond ten years, or nobody says what is kept.
    """

    next_bytes: int = 0
    fitting: int = 0
    until: datetime | None = None


@dataclass
class _Kept:
    """A store as copies are added to it."""

    step: timedelta
    growth: int
    keep: int
    sizes: list[int] = field(default_factory=list)

    def add(self) -> int:
        """Add a copy and return how many bytes it needs."""
        self.sizes.append(self.sizes[-1] + self.growth)
        return self.sizes[-1]

    def drop(self) -> int:
        """Drop what is no longer kept and return how many bytes that frees."""
        gone = self.sizes[: max(0, len(self.sizes) - self.keep)]
        del self.sizes[: len(gone)]
        return sum(gone)


def store_from(given: Mapping[str, Any]) -> Store:
    """Return a store from plain data."""
    return Store(given["path"], given.get("pattern") or "*", given.get("keep") or 0)


def look(store: Store) -> Copies:
    """Return the finished copies of a store, none where its folder is not there yet; raise OSError."""
    try:
        found = [copy for copy, done in places.find(_as_set(store), _told(store)) if done]
    except FileNotFoundError:
        return Copies(keep=store.keep)
    looked = sorted((copies.look(copy.path) for copy in found), key=lambda copy: (copy.made_at, copy.path))
    sizes, moments = tuple(copy.bytes for copy in looked), tuple(copy.made_at for copy in looked)
    return Copies(sizes, moments, store.keep)


def count(stores: Iterable[Store]) -> tuple[Copies, ...]:
    """Return the copies in some stores; raise OSError that names the store which may not be read."""
    counted = []
    for store in stores:
        try:
            counted.append(look(store))
        except OSError as error:
            raise OSError(error.errno, error.strerror or str(error), store.path) from error
    return tuple(counted)


def _as_set(store: Store) -> BackupSet:
    return BackupSet(store.path, kind="", pattern=store.pattern)


def _told(store: Store) -> places.Told:
    """Return what says that whatever matches is a copy, file or folder, but not the store's own folder."""
    return lambda path, held_by: None if path == store.path and medium.is_folder(held_by, path) else True


def room(stores: Sequence[Copies], free_bytes: int, now: datetime) -> Room:
    """Return what stores ask of the free space of their file system."""
    fitting, until = _until(stores, free_bytes, now)
    return Room(sum(store.next_bytes for store in stores), fitting, until)


def _until(stores: Iterable[Copies], free: int, now: datetime) -> tuple[int, datetime | None]:
    """Add copies in the order of time until one does not fit; stores that say what they keep alone are counted."""
    kept = [(store, _Kept(store.step, store.growth, store.keep, list(store.sizes))) for store in stores]
    known = [(store, one) for store, one in kept if store.keep and store.sizes]
    turns = [(max(now, store.moments[-1] + one.step), place) for place, (store, one) in enumerate(known)]
    heapq.heapify(turns)
    for number in range(_MOST_COPIES if turns else 0):
        moment, place = turns[0]
        if moment > now + _HORIZON:
            break
        one = known[place][1]
        free -= one.add()
        if free < 0:
            return number, moment
        free += one.drop()
        heapq.heapreplace(turns, (moment + one.step, place))
    return 0, None


def fitting(asked: Room, free_bytes: int, warn_days: int, now: datetime) -> tuple[Verdict, Reason] | None:
    """Return what is wrong with the room for backups, or None; 0 days ask for no warning."""
    if asked.next_bytes > free_bytes:
        return Verdict.FAIL, TOO_LARGE
    if asked.until and warn_days and _days_left(asked.until, now) <= warn_days:
        return Verdict.WARN, KEPT_TOO_LONG
    return None


def numbers(asked: Room, now: datetime) -> dict[str, Any]:
    """Return the numbers of the room for backups as a finding holds them."""
    told: dict[str, Any] = {"next_backup_bytes": asked.next_bytes}
    if asked.until:
        told.update(
            backups_left=asked.fitting,
            retention_until=asked.until.date().isoformat(),
            days_left=_days_left(asked.until, now),
        )
    return told


def _days_left(until: datetime, now: datetime) -> int:
    return max(0, (until - now).days)
