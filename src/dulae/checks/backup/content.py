"""The step ``content``: is what the copy holds what it must hold? By manifest, by declaration, by the copy before."""

from __future__ import annotations

import fnmatch
from dataclasses import replace
from typing import Iterator

from ..finding import reason
from . import copies, manifest, medium
from .copies import Copy, shown
from .faults import Bad, Doubt, Fault
from .kinds.contents import TABLES, Counted
from .kinds.table_key import as_listed, bare, key
from .manifest import Manifest
from .steps import Examination, alike, wanted

UNCOMPARED = reason(
    "backup.not_compared",
    "{file}: its {items} items were counted, but there is neither manifest, declaration (expect) nor older copy to"
    " compare with; have a manifest made with each backup, or declare what it must hold",
)
NONE_BEFORE = reason(
    "backup.none_before",
    "{file}: its {items} items were counted, but there is neither a declaration (expect) nor an older copy to compare"
    " with; declare what it must hold, or check again when there is a second one",
)
OTHER_DATABASE = reason(
    "backup.other_database",
    "{file}: is of {database}, not of {expected_database}; correct what is backed up, or what the settings expect",
)
OTHER_ROWS = reason(
    "backup.other_rows",
    "{file}: {different} of {manifest_items} items do not hold what was backed up, {item} for one; use an older copy",
)
TOO_FEW_ROWS = reason(
    "backup.too_few_rows",
    "{file}: the table {item} has {item_count} rows, at least {expected_count} expected; see what was backed up",
)
TOO_FEW_FILES = reason(
    "backup.too_few_files",
    "{file}: {item_count} files match {item}, at least {expected_count} expected; see what was backed up",
)
EMPTIED = reason(
    "backup.emptied",
    "{file}: {emptied} items that held data in {older_file} hold none now, {item} for one; see what was backed up,"
    " or expect 0 rows of a table that may be empty",
)
OTHER_SOURCE = reason(
    "backup.other_source",
    "{file}: is of another database than {older_file}; see what was backed up, or declare this one as database",
)

# So many older copies are tried before one is found that can be read.
_MOST_OLDER = 3


def content(work: Examination) -> None:
    """Count what the copy holds and compare it; raise Bad where something lacks, Doubt without a comparison."""
    assert work.contents
    counted = work.contents.counted or work.kind.count(work.asked())
    if work.kind.counted_as == TABLES:
        work.measured.update(rows=sum(counted.tables.values()))
    by = [
        *_by_name(work),
        *_by_manifest(work, counted),
        *_by_declaration(work, counted),
        *_by_older(work, counted),
    ]
    work.measured.update(compared_with=sorted(set(by)))
    if not by:
        # A repository has digests of its own, and no use for a manifest.
        raise Doubt(NONE_BEFORE if work.kind.repository else UNCOMPARED)


def _by_name(work: Examination) -> Iterator[str]:
    """Demand that the copy is of the declared database, by its own words and its manifest's."""
    assert work.contents
    expected = work.backup_set.database
    told = (work.contents.database, str(work.made.source.get("database") or "") if work.made else "")
    for database in told if expected else ():
        if database and expected != database:
            raise Bad(OTHER_DATABASE, database=shown(database), expected_database=expected)
        if database:
            yield "database"


def _by_manifest(work: Examination, counted: Counted) -> Iterator[str]:
    """Demand the rows of each table, and the bytes and SHA-256 of each file, that the manifest tells."""
    made = work.made
    if not made or not (made.tables if work.kind.counted_as == TABLES else made.files):
        return
    different = sorted(_different(made, counted, work.kind.counted_as))
    if different:
        items = len(made.tables) + len(made.files)
        raise Bad(
            OTHER_ROWS, different=len(different), manifest_items=items, item=shown(as_listed(different[0]))
        )
    yield "manifest"


def _different(made: Manifest, counted: Counted, counted_as: str) -> Iterator[str]:
    """Yield the tables or files that are not as the manifest says."""
    if counted_as == TABLES:
        stated = {key(table.schema, table.name): table.rows for table in made.tables}
        rows = alike(stated, counted.tables)
        yield from (table for table, number in rows.items() if counted.tables.get(table, 0) != number)
        yield from (table for table, number in counted.tables.items() if number and table not in rows)
        return
    for file in made.files:
        found = counted.files.get(file.path)
        if not found or (found.sha256 and (found.bytes, found.sha256) != (file.bytes, file.sha256)):
            yield file.path


def _by_declaration(work: Examination, counted: Counted) -> Iterator[str]:
    """Demand the declared rows and files."""
    for table in work.backup_set.expected_tables:
        rows = sum(rows for known, rows in counted.tables.items() if _is(known, table.name))
        if rows < table.least:
            raise Bad(TOO_FEW_ROWS, item=table.name, item_count=rows, expected_count=table.least)
    for files in work.backup_set.expected_files:
        number = sum(fnmatch.fnmatchcase(path, files.name) for path in counted.files)
        if number < files.least:
            raise Bad(TOO_FEW_FILES, item=files.name, item_count=number, expected_count=files.least)
    if any(one.least for one in (*work.backup_set.expected_tables, *work.backup_set.expected_files)):
        yield "expect"


def _is(known: str, name: str) -> bool:
    """Say whether a table is meant by a name, with or without its schema."""
    return name in (as_listed(known.replace(" ", ".", 1)), bare(known))


def _by_older(work: Examination, counted: Counted) -> Iterator[str]:
    """Demand that what held data in the copy before still holds some; of files, most."""
    for copy in work.alike[:_MOST_OLDER]:
        try:
            before = _before(work, copy)
        except (Fault, OSError):
            continue
        _not_emptied(work, counted, before, copy)
        yield "older"
        return


def _before(work: Examination, copy: Copy) -> Counted:
    """Return what an older copy held, by its manifest or else by itself; raise Fault or OSError if nobody can tell."""
    asked = work.asked(copy)
    held_by = asked.tools.medium
    path = copies.manifest_path(replace(work.backup_set, manifest_file=""), copy, held_by)
    if medium.state(held_by, path):
        made = manifest.read(path, copy.name, held_by)
        tables = {key(table.schema, table.name): table.rows for table in made.tables}
        if tables or made.files:
            return Counted(tables, {file.path: file for file in made.files})
    contents = work.kind.structure(asked)
    counted = contents.counted or work.kind.count(asked)
    return replace(counted, database=contents.database)


def _not_emptied(work: Examination, counted: Counted, before: Counted, copy: Copy) -> None:
    """Raise Bad for a table that held rows before, or most files; Doubt where the manifest says the source had none."""
    assert work.contents
    of = work.contents.database
    if before.database and not work.backup_set.database and before.database != of:
        raise Bad(OTHER_SOURCE, older_file=copy.name)
    new = alike(counted.with_data(), before.tables)
    old = alike(before.with_data(), counted.tables)
    gone = sorted(item for item in old if item not in new and not _may_be_empty(work, item))
    if not gone or (work.kind.counted_as != TABLES and 2 * len(gone) <= len(old)):
        return
    confirmed = work.made is not None and set(gone) <= set(alike(dict.fromkeys(wanted(work.made), 0), gone))
    numbers = {"emptied": len(gone), "older_file": copy.name, "item": shown(as_listed(gone[0]))}
    raise Doubt(EMPTIED, **numbers) if confirmed else Bad(EMPTIED, **numbers)


def _may_be_empty(work: Examination, item: str) -> bool:
    """Say whether a table is declared with 0 rows."""
    return any(not table.least and _is(item, table.name) for table in work.backup_set.expected_tables)
