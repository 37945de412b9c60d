"""Bringing what lies in a snapshot of a repository into the scratch folder, where it is restored as any copy is."""

from __future__ import annotations

import os
import shutil
from dataclasses import replace

from ..backup import inside, medium, steps
from ..backup.copies import shown
from ..backup.faults import CannotTell
from ..backup.inside import Within
from ..backup.medium import HERE
from ..backup.sets import BackupSet
from ..backup.steps import Examination
from ..finding import reason
from . import files
from .work import Work, demand_space

LINKED = reason(
    "restore_drill.linked_elsewhere",
    "{file}: {link} is a link in the snapshot, so what it leads to would be missing from what is restored; keep the"
    " folder itself in the snapshot, or drill the copy where it lies",
)
_BLOCK_BYTES = 1 << 20


def entered(around: Examination, backup_set: BackupSet) -> Within:
    """Return what a set says lies in a snapshot; raise Fault if it is not there, or cannot be a copy."""
    within = inside.opened(around, backup_set)
    steps.present(within)
    return within


def enter(work: Work) -> None:
    """Have a drill be about what lies in the snapshot, where its set says so; raise Fault as ``entered`` does."""
    if not work.drill.backup_set.inside:
        return
    within = inside.opened(work.examination, work.drill.backup_set)
    try:
        steps.present(within)
    finally:
        if within.copy:
            within.measured = within.told()
            work.examination = within


def extract(work: Work) -> None:
    """Bring what lies in the snapshot into the scratch folder, with its own name; raise Fault or OSError if that fails.

    A copy that lies in no snapshot stays where it is.
    """
    within = work.examination
    if not isinstance(within, Within):
        return
    with work.stage("extract"):
        demand_space(work.folder, within.newest.bytes)
        place = os.path.join(work.folder, "extracted")
        os.mkdir(place, 0o700)
        path = os.path.join(place, os.path.basename(within.newest.path))
        _bring(within, path)
    copy = replace(within.newest, path=path, title=within.newest.name)
    tools = replace(within.tools, medium=HERE)
    work.examination = Examination(
        within.backup_set, tools, within.now, copy=copy, made=within.made, measured=within.measured
    )


def _bring(within: Within, path: str) -> None:
    """Write a file, or a folder of files, to a path; nothing of it is open to others.

    Raise CannotTell for a folder with a link: a cluster's log or tablespaces may lie where it leads.
    """
    source = within.newest.path
    if within.held.stat(source).is_folder:
        for name, about in medium.walk(within.held, source):
            if about.is_link:
                raise CannotTell(LINKED, file=within.newest.name, link=shown(name))
        os.mkdir(path, 0o700)
        files.put(files.members(within), source, path)
        return
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC, 0o600)
    with open(handle, "wb") as target, within.held.open(source) as given:
        shutil.copyfileobj(given, target, _BLOCK_BYTES)
