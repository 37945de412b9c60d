"""The steps from level to level: each looks at one copy, notes what it saw, and raises Fault where it must stop."""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Callable, Mapping

from ..finding import reason, utc_text
from . import copies, manifest
from .copies import Copy, Inventory, shown
from .faults import Bad, Doubt
from .hashing import sha256_of
from .kinds import KINDS
from .kinds.contents import Contents
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
OTHER_SIZE = reason(
    "backup.other_size",
    "{file}: {bytes} bytes, but {manifest_bytes} when it was made; it was cut off or replaced, use an older copy",
)
OTHER_DATA = reason(
    "backup.other_data",
    "{file}: its SHA-256 is not the one of when it was made; data in it changed since, use an older copy",
)
INCOMPLETE = reason(
    "backup.incomplete",
    "{file}: lacks {missing_items} of {manifest_items} items of its manifest; make it again",
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
    contents: Contents | None = None
    measured: dict[str, Any] = field(default_factory=dict)

    @property
    def newest(self) -> Copy:
        """Return the copy that is examined; only steps after ``present`` ask for it."""
        assert self.copy
        return self.copy


def present(work: Examination) -> None:
    """Find the newest finished copy; raise Bad if there is none, or if it is too small to be one."""
    inventory = copies.take(work.backup_set, work.now)
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
    contents = work.contents = KINDS[work.backup_set.kind].structure(work.newest.path, work.tools)
    work.measured.update(format=contents.format, items=contents.items, all_data_read=contents.all_read)
    if contents.files is None:
        work.measured.update(tables=len(contents.tables), tables_with_data=len(contents.with_data))
    else:
        work.measured.update(files=contents.files)
    if contents.rows is not None:
        work.measured.update(rows=contents.rows)


def integrity(work: Examination) -> None:
    """Compare the copy with its manifest and read all its data; raise Doubt if there is nothing to compare with."""
    made = find_manifest(work)
    if made:
        _same_as_made(work, made)
    assert work.contents
    if not work.contents.all_read:
        KINDS[work.backup_set.kind].read(work.newest.path, work.tools)
    work.measured["all_data_read"] = True
    if not made:
        raise Doubt(UNPROVEN)


def find_manifest(work: Examination) -> Manifest | None:
    """Return the manifest of the copy, if there is one; raise Bad if it is required and missing, or broken."""
    path = copies.manifest_path(work.backup_set, work.newest)
    try:
        made = manifest.read(path, work.newest.name)
    except FileNotFoundError as error:
        work.measured["manifest"] = "absent"
        if work.backup_set.manifest == "required" or work.backup_set.manifest_file:
            raise Bad(NO_MANIFEST) from error
        return None
    work.measured.update(manifest=os.path.basename(path), started_at=made.started_at)
    return made


def _same_as_made(work: Examination, made: Manifest) -> None:
    """Raise Bad if the copy is not byte for byte the one that was made, or lacks what was backed up."""
    same_bytes(work, made)
    assert work.contents
    missing = _missing(work.contents, made)
    if missing:
        raise Bad(INCOMPLETE, missing_items=missing, manifest_items=len(made.tables) + len(made.files))


def same_bytes(work: Examination, made: Manifest) -> None:
    """Raise Bad if the copy is not byte for byte the one that was made."""
    work.measured["manifest_bytes"] = made.bytes
    if work.newest.bytes != made.bytes:
        raise Bad(OTHER_SIZE)
    work.measured["sha256"], _ = sha256_of(work.newest.path)
    if work.measured["sha256"] != made.sha256:
        raise Bad(OTHER_DATA, manifest_sha256=made.sha256)


def _missing(contents: Contents, made: Manifest) -> int:
    """Return how many tables or files of the manifest the copy does not list."""
    if contents.files is not None:
        return max(0, len(made.files) - contents.files)
    # pg_restore -l writes a line break in a name as a space.
    wanted = {f"{table.schema} {table.name}".replace("\n", " ") for table in made.tables}
    return len(wanted - contents.with_data)


STEPS: Mapping[str, Callable[[Examination], None]] = {
    "present": present,
    "fresh": fresh,
    "structure": structure,
    "integrity": integrity,
}
