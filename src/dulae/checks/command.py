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


# A Thai letter in UTF-8; a line that holds one is in UTF-8, even if it is damaged.
_IN_UTF_8 = re.compile(rb"\xe0[\xb8\xb9][\x80-\xbf]")
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
    return Answer(done.returncode, text_of(done.stdout), text_of(done.stderr))


def text_of(said: bytes) -> str:
    """Return what a program said: in UTF-8, or lines of it in Thai as Windows and older servers write that.

    Bytes that are neither become question marks.
    """
    try:
        return said.decode("utf-8")
    except UnicodeDecodeError:
        return "".join(map(_line, said.splitlines(keepends=True)))


def _line(said: bytes) -> str:
    """Return one line."""
    for encoding in ("utf-8", "cp874"):
        if encoding == "utf-8" or not _IN_UTF_8.search(said):
            with contextlib.suppress(UnicodeDecodeError):
                return said.decode(encoding)
    return said.decode("utf-8", "replace")


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
