"""Looks into a repository's folders, which tell of one that may not be read, and of what changed meanwhile."""

from __future__ import annotations

import os
from typing import Iterator

from ...finding import reason
from ..copies import shown
from ..faults import CannotTell

CHANGED = reason(
    "backup.repository_changed",
    "{path}: a program wrote to the repository while it was examined; check again when it has finished",
)


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
