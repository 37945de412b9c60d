"""How a check asks its machine something: an argument vector without a shell, and what came back."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import subprocess
import tempfile
from dataclasses import dataclass
from typing import BinaryIO, Callable, Iterator, Mapping, Sequence, cast

# What the system and the runtimes of languages say where a machine lacks something, whichever program passes it on.
_LACKS = re.compile(
    r"no space left on device|disk quota exceeded|cannot allocate memory|too many open files|input/output error"
    r"|resource temporarily unavailable|read-only file system|stale file handle|newosproc|new OS thread"
    r"|pthread_create|start new thread|\bMemoryError\b|runtime: out of memory|runtime stack:",
    re.IGNORECASE,
)


@dataclass(frozen=True)
class Answer:
    """What a command answered: exit status, standard output and standard error as text."""

    status: int
    text: str
    error: str = ""


Run = Callable[[Sequence[str]], Answer]


def here(argv: Sequence[str], timeout_s: float = 60, environment: Mapping[str, str] | None = None) -> Answer:
    """Ask this machine; ``environment`` replaces the inherited one where it is given.

    Raise OSError where the command is not there, subprocess.TimeoutExpired where it does not end in time.
    """
    done = subprocess.run(  # noqa: S603
        list(argv),
        stdin=subprocess.DEVNULL,
        capture_output=True,
        check=False,
        timeout=timeout_s,
        env=None if environment is None else dict(environment),
    )
    return Answer(done.returncode, _text(done.stdout), _text(done.stderr))


def lacks(error: str) -> bool:
    """Say whether an error speaks of the machine, not of what a program was given."""
    return bool(_LACKS.search(error))


def beside() -> BinaryIO:
    """Return a file for what a program says on the side, in memory: a full disk would lose that it is full."""
    try:
        return cast(BinaryIO, os.fdopen(os.memfd_create("said"), "w+b"))
    except (AttributeError, OSError):
        return cast(BinaryIO, tempfile.TemporaryFile())


@contextlib.contextmanager
def threads_told() -> Iterator[None]:
    """Turn into OSError what Python says where the machine allows no further thread."""
    try:
        yield
    except RuntimeError as error:
        if not lacks(str(error)):
            raise
        raise OSError(errno.EAGAIN, f"{os.strerror(errno.EAGAIN)}: {error}") from error


def _text(answer: bytes) -> str:
    """Return what a command wrote; bytes that are no UTF-8 become question marks."""
    return answer.decode("utf-8", "replace")
