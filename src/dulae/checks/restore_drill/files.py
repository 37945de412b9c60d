"""The drill of an archive of files: extract it into the scratch folder, and hash what lies there."""

from __future__ import annotations

import os
import shutil
import tarfile

from .. import workers
from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell
from ..backup.hashing import sha256_of
from ..backup.kinds import stream, tar
from ..backup.manifest import FileCount
from ..backup.tools import Tools
from ..finding import reason
from .work import Work, demand_space

DIFFERENT = reason(
    "restore_drill.files_different",
    "{file}: restored, but {different} of {files} files are not those of the backup's manifest;"
    " use an older copy and find out what changed this one",
)
NO_QUERIES = reason(
    "restore_drill.no_queries",
    "{file}: an archive of files can answer no query; take the assertions out of this set in the settings",
)
NO_FILES = reason(
    "restore_drill.no_files", "{file}: restored without an error, but holds no file; find a good copy"
)


def hold(work: Work, tools: Tools) -> None:
    """Extract the copy and prove it; raise Fault with what was seen. Names of files are never told."""
    if work.drill.assertions or work.drill.newest_record_sql:
        raise CannotTell(NO_QUERIES)
    place = os.path.join(work.folder, "files")
    with work.stage("prepare"):
        demand_space(work.folder, _needed(work))
        os.mkdir(place, 0o700)
    with work.stage("extract"):
        files = extract(work.examination.newest.path, place)
        work.measured["files"] = files
        if not files:
            raise Bad(NO_FILES)
    with work.stage("prove"):
        if work.manifest:
            _compare(place, work.manifest.files)


def _needed(work: Work) -> int:
    """Return the bytes that the extracted files will take."""
    known = work.manifest.source.get("files_bytes") if work.manifest else None
    return int(known or work.examination.newest.bytes)


def extract(path: str, place: str) -> int:
    """Extract the files of an archive; return their number.

    Links are not made and names that lead outside are passed over, so that nothing outside ``place`` can be
    written; raise Bad if the archive is damaged, CannotTell if the files do not fit.
    """
    files = 0
    # Damage may show where a member is listed, or only where its data are read.
    with stream.told(shown(os.path.basename(path))):
        for archive, member in tar.walk(path):
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


def _same(place: str, file: FileCount) -> bool:
    """Say whether a file was restored as it was backed up."""
    path = inside(place, file.path)
    try:
        return bool(path) and sha256_of(path) == (file.sha256, file.bytes)
    except OSError:
        return False
