"""The steps from level to level: each looks at one copy, notes what it saw, and raises Fault where it must stop."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cached_property
from typing import AbstractSet, Any, Collection, Mapping

from ..finding import reason, utc_text
from . import copies, manifest
from .copies import Copy, Inventory, Store, shown
from .faults import Bad, CannotTell, Doubt
from .kinds import KINDS
from .kinds.contents import Asked, Contents, Kind
from .kinds.table_key import as_listed, bare, key
from .manifest import Manifest
from .sets import BackupSet
from .tools import Tools

EMPTY = reason(
    "backup.empty", "{file}: 0 bytes; the backup failed without a word, find out why and make it again"
)
TOO_SMALL = reason(
    "backup.too_small", "{file}: {bytes} bytes, at least {min_bytes} asked; look at what the backup left out"
)
TOO_FEW = reason(
    "backup.too_few", "{path}: {count} copies, at least {min_count} asked; find out who deleted the others"
)
LATE = reason(
    "backup.late",
    "{file}: {age_hours} h old, at most {max_age_hours} h allowed; find out why no newer one was made",
)
IN_FUTURE = reason(
    "backup.in_future",
    "{file}: dated {made_at}, which is in the future; set the clock of the machine that makes backups",
)
NO_MANIFEST = reason(
    "backup.manifest_missing",
    "{file}: has no manifest, and one is required; make the backup with its manifest",
)
UNPROVEN = reason(
    "backup.unproven",
    "{file}: all data can be read, but without a manifest nobody can tell whether they are those that were backed up;"
    " have a manifest made with each backup",
)
INCOMPLETE = reason(
    "backup.incomplete",
    "{file}: lacks {missing_items} of {manifest_items} items of its manifest; make it again",
)
NOT_STREAMED = reason(
    "backup.not_streamed",
    "{path}: copies of kind {kind} cannot be read as a stream; examine them on a machine that holds them as files",
)

# Clocks of two machines may differ by this much without a fault.
_CLOCK_TOLERANCE = timedelta(minutes=10)


@dataclass
class Examination:
    """One set as it is being examined: what is known so far."""

    backup_set: BackupSet
    tools: Tools
    now: datetime
    copy: Copy | None = None
    older: tuple[Copy, ...] = ()
    made: Manifest | None = None
    contents: Contents | None = None
    measured: dict[str, Any] = field(default_factory=dict)
    seen: list[str] = field(default_factory=list)

    @property
    def newest(self) -> Copy:
        """Return the copy that is examined; only steps after ``present`` ask for it."""
        assert self.copy
        return self.copy

    @property
    def alike(self) -> tuple[Copy, ...]:
        """Return the older copies of the newest one's series."""
        return tuple(copy for copy in self.older if copy.series == self.newest.series)

    @property
    def kind(self) -> Kind:
        """Return the kind of the set."""
        return KINDS[self.backup_set.kind]

    @cached_property
    def store(self) -> Store:
        """Return where the copies of the set lie."""
        return self.kind.store(self.backup_set, self.tools)

    def inventory(self) -> Inventory:
        """Return the finished copies, newest first; raise Fault if there is none, or they may not be looked at."""
        return copies.take(self.backup_set, copies.opened(self.backup_set, lambda: self.store), self.now)

    def asked(self, copy: Copy | None = None) -> Asked:
        """Return the question to a copy, by default to the newest."""
        return Asked(self.backup_set, copy or self.newest, self.tools)


def present(work: Examination) -> None:
    """Find the newest finished copy; raise Bad if there is none, or if it is too small to be one."""
    if not work.kind.streams and not work.tools.medium.local:
        raise CannotTell(NOT_STREAMED, path=shown(work.backup_set.path), kind=work.backup_set.kind)
    inventory = work.inventory()
    work.older = inventory.copies[1:]
    look_at(work, inventory, inventory.copies[0])


def look_at(work: Examination, inventory: Inventory, newest: Copy) -> None:
    """Note what a copy is; raise Bad if it is too small to be one, or if there are too few."""
    work.copy = newest
    age = work.now - newest.made_at
    work.measured.update(
        kind=work.backup_set.kind,
        path=shown(work.backup_set.path),
        file=newest.name,
        bytes=newest.bytes,
        count=len(inventory.copies),
        unfinished=inventory.unfinished,
        made_at=utc_text(newest.made_at),
        age_minutes=int(age.total_seconds() // 60),
        age_hours=_hours(age),
    )
    if newest.bytes == 0:
        raise Bad(EMPTY)
    if newest.bytes < work.backup_set.min_bytes:
        raise Bad(TOO_SMALL)
    if len(inventory.copies) < work.backup_set.min_count:
        raise Bad(TOO_FEW)


def _hours(age: timedelta) -> str:
    """Return an age in hours with one decimal."""
    tenths = int(abs(age).total_seconds() // 360)
    return f"{'-' if age < timedelta(0) and tenths else ''}{tenths // 10}.{tenths % 10}"


def fresh(work: Examination) -> None:
    """Raise Bad if the newest copy is too old, or is dated in the future, when nobody knows its age."""
    newest = work.newest
    if max(newest.made_at, newest.modified_at) > work.now + _CLOCK_TOLERANCE:
        work.measured["made_at"] = utc_text(max(newest.made_at, newest.modified_at))
        raise Bad(IN_FUTURE)
    if work.now - newest.made_at > timedelta(hours=work.backup_set.max_age_hours):
        raise Bad(LATE)


def structure(work: Examination) -> None:
    """Open the copy and list its contents."""
    contents = work.contents = work.kind.structure(work.asked())
    work.measured.update(format=contents.format, items=contents.items, all_data_read=contents.all_read)
    if contents.database:
        work.measured.update(database=shown(contents.database))
    if contents.files is None:
        work.measured.update(tables=len(contents.tables), tables_with_data=len(contents.with_data))
    else:
        work.measured.update(files=contents.files)
    if contents.rows is not None:
        work.measured.update(rows=contents.rows)


def integrity(work: Examination) -> None:
    """Compare the copy with its manifest and read all its data; raise Doubt if there is nothing to compare with."""
    assert work.contents
    made = work.made = find_manifest(work)
    doubt = _same_as_made(work, made) if made else None
    if not work.contents.all_read:
        work.kind.read(work.asked())
    work.measured["all_data_read"] = True
    if work.contents.own_digests:
        return
    if doubt or not made:
        raise doubt or Doubt(UNPROVEN)


def find_manifest(work: Examination) -> Manifest | None:
    """Return the manifest of the copy, if there is one; raise Bad if it is required and missing, or broken."""
    path = copies.manifest_path(work.backup_set, work.newest, work.tools.medium)
    try:
        made = manifest.read(path, work.newest.name, work.tools.medium)
    except FileNotFoundError as error:
        work.measured["manifest"] = "absent"
        if work.backup_set.manifest == "required" or work.backup_set.manifest_file:
            raise Bad(NO_MANIFEST) from error
        return None
    work.measured.update(manifest=os.path.basename(path), started_at=made.started_at)
    return made


def _same_as_made(work: Examination, made: Manifest) -> Doubt | None:
    """Raise Bad if the copy is not the one that was made, or lacks what was backed up; return what stays in doubt."""
    doubt = None
    try:
        same_bytes(work, made)
    except Doubt as fault:
        doubt = fault
    assert work.contents
    missing = _missing(work.contents, made)
    if missing:
        raise Bad(INCOMPLETE, missing_items=missing, manifest_items=len(made.tables) + len(made.files))
    return doubt


def same_bytes(work: Examination, made: Manifest) -> None:
    """Raise Bad if the copy is not byte for byte the one that was made, Doubt if that cannot be compared."""
    work.measured.update(work.kind.same(work.asked(), made))


def _missing(contents: Contents, made: Manifest) -> int:
    """Return how many tables or files of the manifest the copy does not list."""
    if contents.files is not None:
        return max(0, len(made.files) - contents.files)
    if not contents.counted:
        listed = {as_listed(table) for table in contents.with_data}
        return _unlisted({as_listed(table) for table in wanted(made)}, listed)
    named = contents.tables | contents.with_data
    # Not every dump says of an empty table that it has data; the rows are compared at the next level.
    return len(set(alike(dict.fromkeys(wanted(made), 0), named)) - named)


def _unlisted(tables: AbstractSet[str], listed: AbstractSet[str]) -> int:
    """Return how many tables a list lacks; behind a table it may hold words of its owner's name."""
    more = listed - tables
    return sum(not any(line.startswith(f"{table} ") for line in more) for table in tables - listed)


def alike(rows: Mapping[str, int], others: Collection[str]) -> dict[str, int]:
    """Return tables named as others are: without their database where those, from a dump that tells none, have none."""
    nameless = any(name.startswith(" ") for name in others)
    return {key("", bare(name)) if nameless else name: number for name, number in rows.items()}


def wanted(made: Manifest) -> set[str]:
    """Return the tables of a manifest."""
    return {key(table.schema, table.name) for table in made.tables}
