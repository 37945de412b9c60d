"""Restoring a backup of pgBackRest by pgBackRest itself, with settings on its command line alone.

The program writes where a backup's list says, so the list is looked at first; what it restored comes to where
``cluster_copy`` would copy it. It is told of no recovery: the log is fetched beforehand, and nothing asks for more.
"""

from __future__ import annotations

import os
import re
import shutil
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from typing import Any, Iterator, Mapping

from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Fault
from ..backup.kinds import pgbackrest, repository
from ..backup.kinds.contents import Asked
from ..backup.tools import Tools, first_error, surroundings
from ..command import Answer
from ..finding import reason
from . import cluster_copy
from .cluster_copy import DATA
from .cluster_source import SEGMENT_BYTES, Source
from .restoring import LACKING, NOT_RESTORED

OUTSIDE = reason(
    "restore_drill.outside_cluster",
    "{file}: its list has {item} restored outside of the cluster, as pgBackRest writes none; find out who changed the"
    " repository, and use another",
)

_TOOL = "pgbackrest"
_RESTORED = "restored"
_MOST_PROCESSES = 4
_MOST_WORDS = 300
_INSIDE = re.compile(r"pg_data(?:/.+)?|pg_tblspc(?:/[1-9]\d*(?:/.+)?)?")
_USELESS = re.compile(r"WARN: repo1: ")
_TABLESPACE = re.compile(r"pg_tblspc/([1-9]\d*)")
# Errors that speak of this machine or of the program's own version, not of the backup. On a full disk it may be told
# only that not all was written, and nothing is written but into the scratch folder.
_LACKS = re.compile(
    r"No space left|Permission denied|Operation not permitted|Read-only file system|Input/output error"
    r"|Cannot allocate memory|Too many open files|Disk quota exceeded|unable to fork|expected format \d+ but found"
    r"|unable to (?:write|create|sync|set ownership)"
    r"|(?:FileWrite|PathCreate)Error|terminated unexpectedly|\[0(?:25|3[0-7]|46|63)\]:"
)


@dataclass(frozen=True)
class _Call:
    """How the program is called for one backup."""

    asked: Asked
    passphrase: str

    def run(self, command: str, folder: str, data: str, *words: str) -> Answer:
        """Return what the program answers, told of nothing but one repository and one folder; raise CannotTell."""
        asked = self.asked
        repository.demand(_TOOL, asked.copy.name)
        settings = {
            "stanza": os.path.basename(os.path.dirname(asked.path)),
            "repo1-path": os.path.abspath(asked.backup_set.path),
            "pg1-path": data,
            "lock-path": folder,
            "log-path": folder,
            "log-level-file": "off",
            "log-level-console": "off",
            "log-level-stderr": "warn",
            **({"repo1-cipher-type": "aes-256-cbc"} if self.passphrase else {}),
        }
        argv = [_TOOL, command, "--no-config", "--no-log-timestamp"]
        argv += [f"--{name}={value}" for name, value in settings.items()]
        # It is the only word that others must not see, and command lines are seen.
        secret = {"PGBACKREST_REPO1_CIPHER_PASS": self.passphrase} if self.passphrase else {}
        return replace(asked.tools, bin_dir="").ask([*argv, *words], surroundings(**secret))


def of_pgbackrest(asked: Asked) -> Source:
    """Return a backup of pgBackRest with the log that it needs; raise Fault if some of it is lost, or unsafe."""
    manifests = pgbackrest.twins(asked)
    about = manifests[0]
    for manifest in manifests:
        _demand_inside(manifest, asked)
    pgbackrest.demand_wal(asked, about)
    pgbackrest.demand_sound_pages(asked, about)
    online = pgbackrest.is_online(about)
    log = sorted(pgbackrest.wal(asked, about)) if online else []
    numbers = sorted({number for manifest in manifests for number in _tablespaces(manifest)})
    call = _Call(asked, pgbackrest.stated_passphrase(asked))

    def bring(folder: str) -> None:
        _restore(call, folder, numbers)
        _fetch(call, folder, log)

    return Source(
        version=lambda: str(about.get("backup:db", {}).get("db-version", "")),
        needed=lambda: _bytes(about) + len(log) * SEGMENT_BYTES,
        bring=bring,
        # pgBackRest compares the SHA-1 of each file that it restores, and ends with an error if one is another.
        verify=_compared,
        online=online,
    )


def _compared(data: str, tools: Tools) -> bool:
    """Say that the program compared what it restored with digests."""
    return True


def _bytes(manifest: Mapping[str, Mapping[str, Any]]) -> int:
    """Return the bytes that the files of a backup will take."""
    sizes = (int(about.get("size", 0)) for about in manifest.get("target:file", {}).values())
    return sum(size + cluster_copy.FILE_BYTES for size in sizes)


def _demand_inside(manifest: Mapping[str, Mapping[str, Any]], asked: Asked) -> None:
    """Raise Bad if a list would have something restored to elsewhere than the cluster or its tablespaces."""
    for name in unsafe(manifest):
        raise Bad(OUTSIDE, file=asked.copy.name, item=shown(name)[:120])


def unsafe(manifest: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the names of a list that lead outside, and links that are not told as such a second time."""
    targets = manifest.get("backup:target", {})
    yield from (name for name, about in targets.items() if not _is_sound(name, about))
    for section in ("target:file", "target:path"):
        yield from (name for name in manifest.get(section, {}) if not _leads_inside(name))
    for name in manifest.get("target:link", {}):
        if name not in targets and name.replace("pg_data/", "", 1) not in targets:
            yield name


def _is_sound(name: str, about: Mapping[str, Any]) -> bool:
    """Say whether a place of a backup is the cluster, or a link of it, or a tablespace under its own number."""
    found = _TABLESPACE.fullmatch(name)
    number = found.group(1) if found else ""
    known = about.get("type") == ("path" if name == "pg_data" else "link")
    return known and _leads_inside(name) and str(about.get("tablespace-id", "")) == number


def _leads_inside(name: str) -> bool:
    """Say whether a name of a list lies in the cluster or in a tablespace."""
    return bool(_INSIDE.fullmatch(name)) and not {"", ".", ".."} & set(name.split("/"))


def _tablespaces(manifest: Mapping[str, Mapping[str, Any]]) -> Iterator[str]:
    """Yield the numbers of the tablespaces of a backup."""
    for name in manifest.get("backup:target", {}):
        found = _TABLESPACE.fullmatch(name)
        if found:
            yield found.group(1)


def _restore(call: _Call, folder: str, numbers: list[str]) -> None:
    """Have a backup restored, and take of it what a cluster keeps; raise Fault or OSError if that cannot be done."""
    place = os.path.join(folder, _RESTORED)
    data = os.path.join(place, DATA)
    os.mkdir(place, 0o700)
    os.mkdir(data, 0o700)
    words = [
        f"--set={os.path.basename(call.asked.path)}",
        "--type=none",
        # A restore empties the spool of its stanza, which elsewhere is that of a server at work.
        f"--spool-path={folder}",
        f"--process-max={min(_MOST_PROCESSES, os.cpu_count() or 1)}",
    ]
    for number in numbers:
        os.mkdir(os.path.join(place, number), 0o700)
        words.append(f"--tablespace-map={number}={os.path.join(place, number)}")
    answer = call.run("restore", folder, data, *words)
    if answer.status:
        raise _fault(answer)
    cluster_copy.move(data, folder)
    shutil.rmtree(place)


def _fetch(call: _Call, folder: str, log: list[str]) -> None:
    """Have files of the log fetched from the archive; those that were kept in the backup stay as they are."""
    data = os.path.join(folder, DATA)
    lacking = [name for name in log if not os.path.lexists(os.path.join(data, "pg_wal", name))]

    def fetch(name: str) -> Answer:
        return call.run("archive-get", folder, data, name, os.path.join(data, "pg_wal", name))

    with ThreadPoolExecutor(min(_MOST_PROCESSES, os.cpu_count() or 1)) as workers:
        for name, answer in zip(lacking, workers.map(fetch, lacking)):
            if answer.status and not answer.error.strip():
                raise Bad(repository.WAL_LOST, file=call.asked.copy.name, item=shown(name))
            if answer.status:
                raise _fault(answer)


def _fault(answer: Answer) -> Fault:
    """Return what an error of the program means; why it found a repository of no use it only warns of."""
    said = " ".join(_USELESS.sub("ERROR: ", answer.error, count=1).split())
    error = shown(first_error(said))[:_MOST_WORDS]
    return CannotTell(LACKING, error=error) if _LACKS.search(answer.error) else Bad(NOT_RESTORED, error=error)
