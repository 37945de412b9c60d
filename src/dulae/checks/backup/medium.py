"""What copies lie on, and how they are read: this machine's own file system, or another that only streams.

Everything that looks at a copy asks its medium, so that a store which knows no more than opening, reading and
listing (SFTP) is examined by the same code. A medium reads only. All raise OSError with a number: where it is not
the file but the medium that fails, ``Lost``, which carries the words for it, or ``Spoiled`` where what it holds is bad.
"""

from __future__ import annotations

import contextlib
import errno
import os
import stat
from dataclasses import dataclass
from typing import Any, BinaryIO, Iterator, Mapping, Protocol, cast

from ..finding import Reason
from .faults import Bad, CannotTell, Fault


class Lost(OSError):
    """The medium cannot be asked: no file is known to be bad, none to be good."""

    def __init__(self, why: Reason, **numbers: Any) -> None:
        super().__init__(errno.EIO, why.code)
        self.why = why
        self.numbers = numbers


class Spoiled(Lost):
    """The medium was asked, and what holds the copy is damaged: the copy is bad."""


@dataclass(frozen=True)
class About:
    """What a medium says of a path; ``identity`` is the same for two names of one file, where that is known."""

    mode: int
    bytes: int
    modified_ns: int
    identity: tuple[int, int]

    @property
    def is_folder(self) -> bool:
        """Say whether it is a folder."""
        return stat.S_ISDIR(self.mode)

    @property
    def is_file(self) -> bool:
        """Say whether it is a plain file."""
        return stat.S_ISREG(self.mode)

    @property
    def is_link(self) -> bool:
        """Say whether it is a link; only what is listed can be one."""
        return stat.S_ISLNK(self.mode)


class Medium(Protocol):
    """Four questions to whatever holds copies. ``local`` says whether programs of this machine can open its paths."""

    @property
    def local(self) -> bool:
        """Say whether a path can be given to a program of this machine."""

    def open(self, path: str) -> BinaryIO:
        """Return a file to be read from its beginning, that can be sought in."""

    def stat(self, path: str) -> About:
        """Return what a path is, links followed."""

    def listed(self, folder: str) -> Mapping[str, About]:
        """Return the names in a folder with what each is, links not followed."""


class _Here:
    """The file system of this machine."""

    local = True

    def open(self, path: str) -> BinaryIO:
        """Open a file."""
        return cast(BinaryIO, open(path, "rb", buffering=0))

    def stat(self, path: str) -> About:
        """Ask the system."""
        return _about(os.stat(path))

    def listed(self, folder: str) -> Mapping[str, About]:
        """Read a folder; what vanishes meanwhile is passed over."""
        found = {}
        with os.scandir(folder) as entries:
            for entry in entries:
                with contextlib.suppress(FileNotFoundError):
                    found[entry.name] = _about(entry.stat(follow_symlinks=False))
        return found


def _about(told: os.stat_result) -> About:
    return About(told.st_mode, told.st_size, told.st_mtime_ns, (told.st_dev, told.st_ino))


HERE: Medium = _Here()


def state(medium: Medium, path: str) -> About | None:
    """Return what a path is, None if nothing is there; raise OSError where that cannot be known."""
    try:
        return medium.stat(path)
    except (FileNotFoundError, NotADirectoryError):
        return None


def is_folder(medium: Medium, path: str) -> bool:
    """Say whether a path is a folder; raise OSError where that cannot be known."""
    about = state(medium, path)
    return about is not None and about.is_folder


def is_file(medium: Medium, path: str) -> bool:
    """Say whether a path is a plain file; raise OSError where that cannot be known."""
    about = state(medium, path)
    return about is not None and about.is_file


def walk(medium: Medium, folder: str, inside: str = "") -> Iterator[tuple[str, About]]:
    """Yield the path inside and the state of everything in a folder, sorted, links not followed.

    What vanishes meanwhile is passed over; raise OSError where something may not be read.
    """
    for entry, about in sorted(medium.listed(os.path.join(folder, inside)).items()):
        name = os.path.join(inside, entry)
        yield name, about
        if about.is_folder:
            with contextlib.suppress(FileNotFoundError):
                yield from walk(medium, folder, name)


def fault_of(error: OSError, why: Reason, **numbers: Any) -> Fault:
    """Return what an error of the medium means: its own words where it has some, else a reason with the error."""
    if isinstance(error, Spoiled):
        return Bad(error.why, **error.numbers)
    if isinstance(error, Lost):
        return CannotTell(error.why, **error.numbers)
    return CannotTell(why, **numbers, error=error.strerror or str(error))
