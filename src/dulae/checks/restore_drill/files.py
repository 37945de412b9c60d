"""The drill of an archive or a folder of files: extract it into the scratch folder, and hash what lies there.

What lies in a snapshot streams out of its repository; of a folder there, the repository itself says what it holds.
"""

from __future__ import annotations

import errno
import os
import shutil
import tarfile
from typing import Iterable, Mapping

from .. import workers
from ..backup import tar_files, trees
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell
from ..backup.hashing import sha256_of
from ..backup.inside import Within
from ..backup.kinds import files as folders
from ..backup.kinds import stream, tar
from ..backup.manifest import FileCount
from ..backup.steps import Examination
from ..backup.tar_files import Member
from ..backup.tools import Tools
from ..finding import reason
from .work import Work, demand_space

DIFFERENT = reason(
    "restore_drill.files_different",
    "{file}: restored, but {different} of {files} files are not those of the backup's manifest;"
    " use an older copy and find out what changed this one",
)
UNLIKE_LISTING = reason(
    "restore_drill.files_unlike_listing",
    "{file}: restored, but {different} of {files} files that the repository lists are missing or of another size;"
    " use an older snapshot, and have the repository looked at by its keeper",
)
NO_QUERIES = reason(
    "restore_drill.no_queries",
    "{file}: an archive of files can answer no query; take the assertions out of this set in the settings",
)
NO_FILES = reason(
    "restore_drill.no_files", "{file}: restored without an error, but holds no file; find a good copy"
)

# What is said of a file that was not restored, or as something else; any other error is the disk's.
_NOT_THERE = (errno.ENOENT, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG)


def hold(work: Work, tools: Tools) -> None:
    """Extract the copy and prove it; raise Fault with what was seen. Names of files are never told."""
    if work.drill.assertions or work.drill.newest_record_sql:
        raise CannotTell(NO_QUERIES)
    place = os.path.join(work.folder, "files")
    with work.stage("prepare"):
        demand_space(work.folder, _needed(work))
        os.mkdir(place, 0o700)
    with work.stage("extract"):
        files = put(members(work.examination), work.examination.newest.path, place)
        work.measured["files"] = files
        if not files:
            raise Bad(NO_FILES)
    with work.stage("prove"):
        listing = _listing(work.examination)
        if work.manifest and (work.manifest.files or not listing):
            _compare(place, work.manifest.files)
        elif listing:
            _compare_sizes(place, listing)
            work.compared = True


def _needed(work: Work) -> int:
    """Return the bytes that the extracted files will take."""
    known = work.manifest.source.get("files_bytes") if work.manifest else None
    return int(known or work.examination.newest.bytes)


def members(examined: Examination) -> Iterable[Member]:
    """Return what lies in the copy, as it passes: the members of an archive, or of a folder in a snapshot."""
    path = examined.newest.path
    if isinstance(examined, Within) and examined.held.stat(path).is_folder:
        return tar_files.members(examined.held, path)
    return tar.walk(path, examined.tools.medium)


def _listing(examined: Examination) -> Mapping[str, FileCount]:
    """Return the files of a folder in a snapshot as its repository lists them; of other copies none."""
    if isinstance(examined, Within) and examined.backup_set.kind == folders.NAME:
        return trees.files(examined.newest.path, examined.held)
    return {}


def extract(path: str, place: str) -> int:
    """Extract the files of an archive; return their number; raise as ``put`` does."""
    return put(tar.walk(path), path, place)


def put(passing: Iterable[Member], path: str, place: str) -> int:
    """Extract files as they pass; return their number. ``path`` is what they are of.

    Links are not made and names that lead outside are passed over, so that nothing outside ``place`` can be
    written; raise Bad if the archive is damaged, CannotTell if the files do not fit.
    """
    files = 0
    # Damage may show where a member is listed, or only where its data are read.
    with stream.told(shown(os.path.basename(path))):
        for archive, member in passing:
            target = inside(place, member.name)
            if target and member.isdir():
                os.makedirs(target, mode=0o700, exist_ok=True)
            elif target and tar.is_file(member):
                files += _put(archive, member, target, place)
    return files


def inside(place: str, name: str) -> str:
    """Return where a member belongs, empty if its name leads outside."""
    parts = name.split("/")
    if name.startswith("/") or ".." in parts or "\0" in name:
        return ""
    return os.path.join(place, name)


def _put(archive: tarfile.TarFile, member: tarfile.TarInfo, target: str, place: str) -> int:
    """Write one file; return 1, or 0 for a hard link to nothing that was extracted."""
    os.makedirs(os.path.dirname(target), mode=0o700, exist_ok=True)
    if member.islnk():
        original = inside(place, member.linkname)
        if not original or not os.path.isfile(original):
            return 0
        os.link(original, target)
        return 1
    demand_space(place, member.size)
    content = archive.extractfile(member)
    handle = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as restored:
        if content:
            shutil.copyfileobj(content, restored, 1 << 20)
    return 1


def _compare(place: str, made: tuple[FileCount, ...]) -> None:
    """Raise Bad if a file of the manifest is missing, or is not the same byte for byte."""
    same = workers.each(lambda file: _same(place, file), made, [file.bytes for file in made])
    if not all(same):
        raise Bad(DIFFERENT, different=same.count(False), files=len(made))


def _compare_sizes(place: str, listing: Mapping[str, FileCount]) -> None:
    """Raise Bad if a file that the repository lists was not restored, or not with as many bytes.

    That they are the bytes that were backed up, its program has looked when it gave them.
    """
    different = sum(_bytes(inside(place, file.path)) != file.bytes for file in listing.values())
    if different:
        raise Bad(UNLIKE_LISTING, different=different, files=len(listing))


def _bytes(path: str) -> int:
    """Return the bytes of a restored file, -1 if there is none."""
    return os.lstat(path).st_size if path and os.path.isfile(path) else -1


def _same(place: str, file: FileCount) -> bool:
    """Say whether a file was restored as it was backed up; one that cannot be read raises OSError."""
    path = inside(place, file.path)
    try:
        return bool(path) and sha256_of(path) == (file.sha256, file.bytes)
    except OSError as error:
        if error.errno not in _NOT_THERE:
            raise
        return False
