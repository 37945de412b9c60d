"""Making a backup set: written aside, counted and hashed, shown by renaming, and old ones of our own removed."""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from datetime import datetime, timezone
from typing import Any, Callable, Iterable, Mapping

from ..backup.copies import shown
from ..backup.faults import Bad, CannotTell, Doubt, Fault
from ..backup.manifest import SUFFIX as MANIFEST_SUFFIX
from ..backup.manifest import Manifest
from ..backup.tools import Tools
from ..finding import Finding, Verdict, judged, reason, utc_text
from ..outcome import Stopwatch
from . import archive, dump, ladder, mariadb_dump, store
from .made import Made
from .request import Request

MADE = reason(
    "backup_create.made",
    "{file}: made with its manifest, {bytes} bytes, {items} items; {removed} old sets removed",
)
RECENT = reason(
    "backup_create.recent",
    "{file}: made {age_minutes} minutes ago; within {min_interval_hours} h no other is made",
)
NOT_RUN = reason(
    "backup_create.check_mode", "{source}: would be backed up now as {file}; check mode makes nothing"
)
CHANGED = reason(
    "backup_create.changed_meanwhile",
    "{file}: made, but {changed_files} files changed while they were read; run it at a quieter hour",
)
NO_SPACE = reason(
    "backup_create.no_space",
    "{path}: {free_bytes} bytes free, the last backup took {needed_bytes}; free space or keep fewer sets",
)
NOT_WRITTEN = reason(
    "backup_create.not_written",
    "{path}: the backup could not be written: {error}; nothing was kept, correct this and run again",
)


@dataclass(frozen=True)
class Maker:
    """How one kind of backup is made: the end of its file name, and the function that writes it."""

    suffix: str
    write: Callable[[Request, str, Tools], Made]


MAKERS: Mapping[str, Maker] = {
    "pg_dump": Maker(dump.SUFFIX, dump.write),
    "mariadb_dump": Maker(mariadb_dump.SUFFIX, mariadb_dump.write),
    "tar": Maker(archive.SUFFIX, archive.write),
}


@dataclass(frozen=True)
class Result:
    """What one request came to; ``before`` and ``after`` are the names of the sets that were made here."""

    finding: Finding
    changed: bool
    before: tuple[str, ...] = ()
    after: tuple[str, ...] = ()


def make(request: Request, tools: Tools, now: datetime | None = None) -> Manifest:
    """Make a set in any case and return its manifest; raise Fault or OSError if it cannot be made.

    ``now`` (UTC) gives the set its name. What earlier broken runs left is cleared away; no set is removed.
    """
    moment = now or datetime.now(timezone.utc)
    with store.locked(request.path, request.prefix):
        store.sweep(request.path, request.prefix)
        return _make(request, tools, moment)


def _make(request: Request, tools: Tools, now: datetime) -> Manifest:
    """Write a set aside and show it when it is complete. The lock must be held."""
    maker = MAKERS[request.kind]
    name = store.new_name(request.path, request.prefix, maker.suffix, now)
    with store.partial(request.path, name) as path:
        made = maker.write(request, path, tools)
        manifest = Manifest(
            kind=request.kind,
            file=name,
            bytes=0,
            sha256="",
            started_at=utc_text(now),
            finished_at=utc_text(datetime.now(timezone.utc)),
            system=request.system,
            subject=request.subject,
            **vars(made),
        )
        return store.publish(request.path, path, manifest)


def create(request: Request, tools: Tools, now: datetime | None = None, check_mode: bool = False) -> Result:
    """Make a set unless one was made within the interval, then remove surplus ones; say what came of it."""
    watch = Stopwatch()
    moment = now or datetime.now(timezone.utc)
    try:
        result = _planned(request, moment) if check_mode else _created(request, tools, moment)
    except Fault as fault:
        result = _failed(request, fault)
    except OSError as error:
        about = {"path": request.path, "error": error.strerror or str(error)}
        result = _failed(request, Bad(NOT_WRITTEN, **about))
    finding = replace(
        result.finding, system=request.system, started_at=watch.started_at, elapsed_ms=watch.elapsed_ms
    )
    return replace(result, finding=finding)


def _names(sets: Iterable[store.Own]) -> tuple[str, ...]:
    """Return the names of some sets, oldest first."""
    return tuple(sorted(os.path.basename(one.path) for one in sets))


def _planned(request: Request, now: datetime) -> Result:
    """Say what would be done, and do nothing."""
    sets = store.own_sets(request.path, request.prefix)
    recent = store.recent(sets, now, request.min_interval_hours)
    if recent:
        return _kept(request, sets, recent, now)
    name = store.new_name(request.path, request.prefix, MAKERS[request.kind].suffix, now)
    moments = [now, *(own.started_at for own in sets)]
    stay = ladder.staying(moments, request.keep, request.retention)
    staying = [own for place, own in enumerate(sets, 1) if place in stay]
    planned = _finding(request, CannotTell(NOT_RUN, source=request.source, file=name))
    return Result(planned, True, _names(sets), (*_names(staying), name))


def _kept(request: Request, sets: list[store.Own], recent: store.Own, now: datetime) -> Result:
    """Say that the last set is young enough."""
    measured = {
        **_measured(recent.manifest, request),
        "age_minutes": int((now - recent.started_at).total_seconds() // 60),
        "removed": 0,
    }
    limit = {"min_interval_hours": request.min_interval_hours}
    finding = judged("backup_create", request.name, Verdict.PASS, RECENT, measured=measured, limit=limit)
    return Result(finding, False, _names(sets), _names(sets))


def _created(request: Request, tools: Tools, now: datetime) -> Result:
    """Make a set and remove surplus ones, all under the lock."""
    with store.locked(request.path, request.prefix):
        swept = store.sweep(request.path, request.prefix)
        before = store.own_sets(request.path, request.prefix)
        recent = store.recent(before, now, request.min_interval_hours)
        if recent:
            return replace(_kept(request, before, recent, now), changed=bool(swept))
        _demand_space(request, before)
        manifest = _make(request, tools, now)
        sets = store.own_sets(request.path, request.prefix)
        gone = store.surplus(sets, request.keep, request.retention)
        for own in gone:
            store.remove(request.path, own)
    measured = {**_measured(manifest, request), "removed": len(gone), "swept": swept}
    after = store.own_sets(request.path, request.prefix)
    return Result(_judged(request, manifest, measured), True, _names(before), _names(after))


def _demand_space(request: Request, sets: list[store.Own]) -> None:
    """Raise Bad if a set as large as the last one does not fit."""
    space = os.statvfs(request.path)
    free = space.f_bavail * space.f_frsize
    needed = sets[0].manifest.bytes if sets else 0
    if free < needed:
        raise Bad(NO_SPACE, path=request.path, free_bytes=free, needed_bytes=needed)


def _measured(manifest: Manifest, request: Request) -> dict[str, Any]:
    """Return the numbers of a set as a finding holds them."""
    return {
        "kind": manifest.kind,
        "source": shown(request.source),
        "path": request.path,
        "file": manifest.file,
        "manifest": manifest.file + MANIFEST_SUFFIX,
        "bytes": manifest.bytes,
        "sha256": manifest.sha256,
        "made_at": manifest.started_at,
        "finished_at": manifest.finished_at,
        "items": len(manifest.tables) + len(manifest.files),
        "tables": len(manifest.tables),
        "rows": sum(table.rows for table in manifest.tables),
        "files": len(manifest.files),
    }


def _judged(request: Request, manifest: Manifest, measured: Mapping[str, Any]) -> Finding:
    """Return the finding of a set that was made; files that changed meanwhile are a warning."""
    if manifest.changed:
        return _finding(request, Doubt(CHANGED, **measured, changed_files=len(manifest.changed)))
    return judged("backup_create", request.name, Verdict.PASS, MADE, measured=measured)


def _failed(request: Request, fault: Fault) -> Result:
    """Return the result of a request that could not be carried out; a backup that is not made is a failure."""
    sets = _names(store.own_sets(request.path, request.prefix))
    return Result(_finding(request, fault), False, sets, sets)


def _finding(request: Request, fault: Fault) -> Finding:
    """Return a fault as a finding."""
    return judged("backup_create", request.name, fault.verdict, fault.why, measured=fault.numbers)


def difference(request: Request, result: Result) -> dict[str, str]:
    """Return the sets that were made here before and after, as Ansible shows a difference."""
    header = os.path.join(request.path, f"{request.prefix}-*")
    before, after = ("".join(f"{name}\n" for name in names) for names in (result.before, result.after))
    return {"before_header": header, "after_header": header, "before": before, "after": after}
