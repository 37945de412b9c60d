"""Walks through a repository's folders, which tell of one that may not be read instead of passing it over."""

from __future__ import annotations

import os
from typing import Iterator


def walked(path: str) -> Iterator[tuple[str, list[str]]]:
    """Yield each folder with the names of its files, nothing where none is; raise OSError for one that is closed."""
    for folder, _, names in os.walk(path, onerror=_unless_gone):
        yield folder, names


def _unless_gone(error: OSError) -> None:
    """Raise what ``os.walk`` would pass over, but for a folder that is not there."""
    if not isinstance(error, (FileNotFoundError, NotADirectoryError)):
        raise error
