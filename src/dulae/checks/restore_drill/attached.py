"""Whether the files are there that restored rows speak of. Names of documents are counted and never told."""

from __future__ import annotations

import hashlib
import heapq
import json
import os
import posixpath
import secrets
import tarfile
from dataclasses import dataclass, field, replace
from typing import BinaryIO, Iterable, cast

from ..backup.copies import Copy, shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.hashing import sha256_of
from ..backup.kinds import files as folders
from ..backup.kinds import stream, tar
from ..backup.medium import HERE, Spoiled
from ..backup.session import SessionError
from ..backup.sets import BackupSet
from ..backup.steps import Examination
from ..backup.tar_files import Member
from ..finding import Verdict, reason
from . import extracting, files
from .attachments import Attachments
from .engine import Restored
from .picking import lot
from .work import Work

MISSING = reason(
    "restore_drill.attachments_missing",
    "{file}: restored, but of {attachments} attachments {attachments_missing} have no file in {attachments_in},"
    " at most {max_missing} allowed; see which files the backup leaves out",
)
OTHERS = reason(
    "restore_drill.attachments_different",
    "{file}: restored, but {attachments_other_size} attachments have another size in {attachments_in}, and"
    " {attachments_different} of {attachments_hashed} that were hashed another content; use an older copy of the files",
)
NONE = reason(
    "restore_drill.no_attachments",
    "{file}: restored, but the query for attachments gives none; see which data the backup lacks, or correct it",
)
NO_SET = reason(
    "restore_drill.no_file_set",
    "{file}: restored, but {files_set} with its attachments is no archive of files in this drill; drill both together",
)
NO_FILES = reason(
    "restore_drill.attachments_unread",
    "{file}: restored, but the files of its attachments in {attachments_in} cannot be read; look at that place",
)
FILES_BAD = reason(
    "restore_drill.attachments_damaged",
    "{file}: restored, but {attachments_in} with its attachments is missing or damaged; make a good copy of the files",
)
REFUSED = reason(
    "restore_drill.attachments_refused",
    "{file}: restored, but the query for attachments cannot be answered: {error}; see which tables the backup lacks",
)
UNASKED = reason(
    "restore_drill.attachments_unasked",
    "{file}: restored, but the query for attachments could not be asked: {error}; it gives path, and where known"
    " bytes and sha256",
)

_MOST_ROWS = 2_000_000
_SEED_BYTES = 8
_BLOCK_BYTES = 1 << 20


@dataclass(frozen=True)
class Row:
    """What a row says of its file."""

    bytes: int | None = None
    sha256: str = ""


@dataclass
class Found:
    """What was found of the files that rows speak of, in numbers."""

    rows: dict[str, Row]
    sample: frozenset[str]
    seen: set[str] = field(default_factory=set)
    other_size: int = 0
    hashed: int = 0
    different: int = 0

    def look(self, path: str, size: int, digest: str = "") -> None:
        """Note a file; ``digest`` is given for those of the sample."""
        row = self.rows[path]
        if path in self.seen:
            return
        self.seen.add(path)
        self.other_size += row.bytes is not None and row.bytes != size
        if digest:
            self.hashed += 1
            self.different += digest != row.sha256


def prove(restored: Restored) -> None:
    """Compare the rows of attachments with their files; raise Bad where they do not agree."""
    work, wanted = restored.work, restored.work.drill.attachments
    assert wanted
    rows = _rows(restored, wanted)
    seed = wanted.seed or secrets.token_hex(_SEED_BYTES)
    work.measured.update(attachments=len(rows), attachments_seed=seed)
    if not rows:
        raise Bad(NONE)
    found = Found(rows, _drawn(rows, wanted.sample, seed))
    if wanted.folder:
        work.measured["attachments_in"] = shown(wanted.folder)
        _in_folder(wanted.folder, found)
    else:
        _in_archive(work, wanted, found)
    _judge(work, wanted, found)


def _rows(restored: Restored, wanted: Attachments) -> dict[str, Row]:
    """Return what the database says of each attachment, by path."""
    query = wanted.sql.rstrip("; \n")
    try:
        with restored.connect() as session:
            answer = restored.engine.queries.rows(session, query, _MOST_ROWS + 1)
    except SessionError as error:
        said = str(error)
        unasked = restored.unanswerable(said)
        raise (CannotTell(UNASKED, error=said) if unasked else Bad(REFUSED, error=said)) from error
    lines = answer.split("\n") if answer else []
    if len(lines) > _MOST_ROWS:
        raise CannotTell(UNASKED, error=f"more than {_MOST_ROWS} rows")
    try:
        return dict(_row(json.loads(line)) for line in lines)
    except (KeyError, TypeError, ValueError) as error:
        raise CannotTell(UNASKED, error="its columns are others") from error


def _row(given: dict[str, object]) -> tuple[str, Row]:
    """Return one row; raise KeyError, TypeError or ValueError if it has other columns."""
    size, digest = given.get("bytes"), given.get("sha256")
    path = given["path"]
    # A row without a path speaks of a file that nobody can find.
    name = posixpath.normpath(path) if isinstance(path, str) and path else ""
    hexadecimal = str(digest).lower().replace("\\x", "", 1) if digest else ""
    return name, Row(None if size is None else int(cast(int, size)), hexadecimal)


def _drawn(rows: dict[str, Row], sample: int, seed: str) -> frozenset[str]:
    """Return the paths that are hashed: of those whose hash is known, the first in the order of the draw."""
    known = (path for path, row in rows.items() if row.sha256)
    return frozenset(heapq.nsmallest(sample, known, key=lambda path: lot(seed, path)))


def _in_folder(folder: str, found: Found) -> None:
    """Look at files in a folder, never outside it; raise CannotTell if there is no such folder."""
    root = os.path.realpath(folder)
    if not os.path.isdir(root):
        raise CannotTell(NO_FILES)
    for path in found.rows:
        place = os.path.realpath(os.path.join(root, path))
        if not place.startswith(f"{root}/") or not os.path.isfile(place):
            continue
        try:
            digest = sha256_of(place)[0] if path in found.sample else ""
            found.look(path, os.stat(place).st_size, digest)
        except OSError as error:
            raise CannotTell(NO_FILES) from error


def _in_archive(work: Work, wanted: Attachments, found: Found) -> None:
    """Look at files in the archive that fits the dump; raise Fault, in the dump's words, if it cannot be read."""
    backup_set = work.peers.get(wanted.files_set)
    if not backup_set or not of_files(backup_set):
        raise CannotTell(NO_SET, files_set=wanted.files_set)
    work.measured["attachments_in"] = wanted.files_set
    try:
        examined = work.examination
        there = Examination(
            backup_set.around, replace(examined.tools, medium=HERE), examined.now, measured={}
        )
        there.copy = there.store.look(fitting(there.inventory().copies, work))
        if backup_set.inside:
            there = extracting.entered(there, backup_set)
        work.measured["attachments_in"] = there.newest.name
        _walk(files.members(there), found, there.newest.name)
    except Fault as fault:
        raise (Bad(FILES_BAD) if fault.verdict is Verdict.FAIL else CannotTell(NO_FILES)) from fault
    except Spoiled as error:
        raise Bad(FILES_BAD) from error
    except OSError as error:
        raise CannotTell(NO_FILES) from error


def of_files(backup_set: BackupSet) -> bool:
    """Say whether a set's copies are archives of files, or folders in snapshots."""
    inside = backup_set.inside
    return inside.kind in (tar.NAME, folders.NAME) if inside else backup_set.kind == tar.NAME


def fitting(there: Iterable[Copy], work: Work) -> Copy:
    """Return the first copy made after the dump was, for it holds the files of all its rows; else the newest."""
    newest_first = list(there)
    after = [copy for copy in newest_first if copy.made_at >= work.made_at]
    return after[-1] if after else newest_first[0]


def _walk(members: Iterable[Member], found: Found, name: str) -> None:
    """Look at the files of an archive as they pass, hashing those of the sample; nothing is extracted."""
    passed: dict[str, tuple[int, str]] = {}
    with stream.told(name):
        for archive, member in members:
            if not tar.is_file(member):
                continue
            name = posixpath.normpath(member.name)
            original = passed.get(posixpath.normpath(member.linkname), (0, "")) if member.islnk() else None
            about = original or (member.size, _digest(archive, member) if name in found.sample else "")
            passed[name] = about
            if name in found.rows:
                found.look(name, *about)


def _digest(archive: tarfile.TarFile, member: tarfile.TarInfo) -> str:
    """Return the SHA-256 of a file of an archive."""
    digest = hashlib.sha256()
    content = cast(BinaryIO, archive.extractfile(member))
    for block in iter(lambda: content.read(_BLOCK_BYTES), b""):
        digest.update(block)
    return digest.hexdigest()


def _judge(work: Work, wanted: Attachments, found: Found) -> None:
    """Raise Bad if files are missing or are others."""
    missing = len(found.rows) - len(found.seen)
    work.measured.update(
        attachments_missing=missing,
        attachments_other_size=found.other_size,
        attachments_hashed=found.hashed,
        attachments_different=found.different,
    )
    if missing > wanted.max_missing:
        raise Bad(MISSING)
    if found.other_size or found.different:
        raise Bad(OTHERS)
