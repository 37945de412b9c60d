"""Looks into a repository's folders, which tell of one that may not be read, and of what changed meanwhile."""

from __future__ import annotations

import contextlib
import os
from typing import Iterator

from ...finding import reason
from ..copies import shown
from ..faults import Bad, CannotTell
from . import repository

CHANGED = reason(
    "backup.repository_changed",
    "{path}: a program wrote to the repository while it was examined; check again when it has finished",
)

# How Borg's configuration begins; restic's is encrypted.
_OF_BORG = b"[repository]"


def demand_own(path: str, tool: str) -> None:
    """Raise Bad if a repository is another program's, which would call it damaged or ask for another key."""
    with contextlib.suppress(FileNotFoundError), open(os.path.join(path, "config"), "rb") as kept:
        if (kept.read(len(_OF_BORG)) == _OF_BORG) != (tool == "borg"):
            raise Bad(repository.NO_REPOSITORY, path=shown(path), tool=tool)


def walked(path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with the names of its files, nothing where none is; raise OSError for one that is closed."""
    for folder, _, names in os.walk(path, onerror=_unless_gone):
        yield folder, names


def _unless_gone(error: OSError) -> None:
    """Raise what ``os.walk`` would pass over, but for a folder that is not there."""
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error


def names(path: str) -> frozenset[str]:
    """Return what lies in a folder, nothing where none is; raise OSError where it may not be read."""
    try:
        return frozenset(os.listdir(path))
    except FileNotFoundError:
        return frozenset()


def demand_unchanged(path: str, folder: str, before: frozenset[str]) -> None:
    """Raise CannotTell if another state of a repository lies in its folder than before."""
    if names(os.path.join(path, folder)) != before:
        raise CannotTell(CHANGED, path=shown(path))
